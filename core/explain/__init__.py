"""Explanations of a network's predictions, and their uncertainty: at one moment, on the data of its run.

Nothing here changes a training; `core.inspect.explanations` takes these as parts of snapshots.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class _Called(ModuleType):
    """Can be called as `explain(model, X)`; see `core.explain.explain.explain`. The package keeps its name."""

    def __call__(self, model: Any, X: Any, label: int | None = None, *, baseline: Any = None) -> Any:
        from .explain import explain

        return explain(model, X, label, baseline=baseline)


sys.modules[__name__].__class__ = _Called
