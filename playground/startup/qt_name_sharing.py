"""Keep pyqtgraph from copying every name of Qt into modules of its own.

PySide makes a class when it is first looked up. The copies made all 650, of which the window uses 300 until it is
painted: that took 3 % of the start.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any, Final

from PySide6 import QtCore, QtGui, QtWidgets

_COPIED: Final = (QtCore, QtGui, QtWidgets)


def share_qt_names() -> bool:
    """Import pyqtgraph so that it looks names of Qt up when it uses them; returns False where it is imported already.

    Call it in a process of ours alone: the modules have all names, but not those of `from ... import *`.
    """
    if "pyqtgraph" in sys.modules:
        return False
    listing = {source: vars(source).get("__dir__") for source in _COPIED}
    for source in _COPIED:
        name = f"pyqtgraph.Qt.{source.__name__.rpartition('.')[2]}"
        sys.modules[name] = _SharedNames(name, source)
        # pyqtgraph copies what `dir` lists.
        source.__dir__ = list  # type: ignore[method-assign]
    try:
        import pyqtgraph  # noqa: F401
    finally:
        for source, own in listing.items():
            if own is None:
                del source.__dir__
            else:
                source.__dir__ = own  # type: ignore[method-assign]
    return True


class _SharedNames(ModuleType):
    """A module with its own names, and those of `source`."""

    def __init__(self, name: str, source: ModuleType) -> None:
        super().__init__(name)
        self._source = source

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._source, name)
        setattr(self, name, value)
        return value

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *dir(self._source)})
