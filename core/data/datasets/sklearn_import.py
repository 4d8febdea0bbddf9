"""Lazy import of `sklearn.datasets`, which takes more than a second."""

from __future__ import annotations

from threading import Event
from types import ModuleType

# `sys.modules` contains a module from the start of its import.
_imported = Event()


def sklearn_datasets() -> ModuleType:
    """Import `sklearn.datasets`, or wait for another thread's import."""
    from sklearn import datasets

    _imported.set()
    return datasets  # type: ignore[no-any-return]


def is_sklearn_imported() -> bool:
    """Whether `sklearn_datasets` returns immediately."""
    return _imported.is_set()
