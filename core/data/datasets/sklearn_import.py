"""scikit-learn's `datasets` module, imported when it is first needed: that takes more than a second."""

from __future__ import annotations

from threading import Event
from types import ModuleType

__all__ = ["is_sklearn_imported", "sklearn_datasets"]

# `sys.modules` holds a module from the beginning of its import on.
_imported = Event()


def sklearn_datasets() -> ModuleType:
    """Import `sklearn.datasets`, or wait for another thread that does."""
    from sklearn import datasets

    _imported.set()
    return datasets  # type: ignore[no-any-return]


def is_sklearn_imported() -> bool:
    """Whether `sklearn_datasets` returns at once."""
    return _imported.is_set()
