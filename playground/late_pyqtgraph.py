"""Import of pyqtgraph what the window uses, and the rest when it is asked for.

By itself it imports 145 modules, of which the window uses 43, and copies every name of QtCore, QtGui and QtWidgets into
modules of its own: for that PySide makes 650 classes, which it would make when they are used. 8 % of the start.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import Any, Final

from PySide6 import QtCore, QtGui, QtWidgets

__all__ = ["import_pyqtgraph"]

_COPIED: Final = (QtCore, QtGui, QtWidgets)
_PARTS: Final = ("pyqtgraph.graphicsItems.", "pyqtgraph.widgets.", "pyqtgraph.imageview")
"""Where pyqtgraph has its items and widgets; what else it has is imported at once."""
_USED: Final = {
    "pyqtgraph.graphicsItems.AxisItem",
    "pyqtgraph.graphicsItems.GraphicsItem",
    "pyqtgraph.graphicsItems.GraphicsObject",
    "pyqtgraph.graphicsItems.GraphicsWidget",
    "pyqtgraph.graphicsItems.ItemGroup",
    "pyqtgraph.graphicsItems.PlotCurveItem",
    "pyqtgraph.graphicsItems.ViewBox",
    "pyqtgraph.graphicsItems.ViewBox.ViewBox",
    "pyqtgraph.graphicsItems.ViewBox.ViewBoxMenu",
    "pyqtgraph.graphicsItems.ViewBox.axisCtrlTemplate_generic",
    "pyqtgraph.widgets.GraphicsView",
}


def import_pyqtgraph() -> bool:
    """Import it; returns False where it is imported already, which stays as it is.

    Call it in a process of ours alone: every name is found, but `from pyqtgraph import *` has those of the start.
    """
    if "pyqtgraph" in sys.modules:
        return False
    for source in _COPIED:
        name = f"pyqtgraph.Qt.{source.__name__.rpartition('.')[2]}"
        sys.modules[name] = _QtNames(name, source)
    finder = _Finder()
    sys.meta_path.insert(0, finder)
    try:
        with _nothing_to_copy():
            package = import_module("pyqtgraph")
    finally:
        sys.meta_path.remove(finder)
        for name in finder.left_out:
            sys.modules.pop(name, None)
    for place in (package, package.graphicsItems, package.widgets):
        for name, value in list(vars(place).items()):
            if isinstance(value, _LeftOut) or value is _LATER:
                delattr(place, name)
    vars(package)["__getattr__"] = _Rest(package, finder.left_out).find
    return True


@contextmanager
def _nothing_to_copy() -> Iterator[None]:
    """Let `dir` list no names of Qt, by which pyqtgraph copies them."""
    listing = {source: vars(source).get("__dir__") for source in _COPIED}
    for source in _COPIED:
        source.__dir__ = list  # type: ignore[method-assign]
    try:
        yield
    finally:
        for source, own in listing.items():
            if own is None:
                del source.__dir__
            else:
                source.__dir__ = own  # type: ignore[method-assign]


class _QtNames(ModuleType):
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


_LATER: Final = object()


class _LeftOut(ModuleType):
    """Instead of a module that is imported later; it has every name."""

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):
            raise AttributeError(name)
        return _LATER


class _Finder(MetaPathFinder, Loader):
    """Finds nothing in the modules of items and widgets that are not used."""

    def __init__(self) -> None:
        self.left_out: list[str] = []

    def find_spec(self, name: str, path: object, target: ModuleType | None = None) -> ModuleSpec | None:
        if not name.startswith(_PARTS) or name in _USED:
            return None
        self.left_out.append(name)
        return ModuleSpec(name, self)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        return _LeftOut(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is in it."""


class _Rest:
    """Names of the modules that were left out, which are all imported for the first of them."""

    def __init__(self, package: ModuleType, modules: list[str]) -> None:
        self._package, self._modules = package, modules

    def find(self, name: str) -> Any:
        """A name that the package lacks."""
        # One of a module, too, is asked for before that is imported.
        if not name.startswith("__") and find_spec(f"pyqtgraph.{name}") is None:
            while self._modules:
                module = import_module(self._modules.pop(0))
                for each in getattr(module, "__all__", [each for each in vars(module) if each[0] != "_"]):
                    vars(self._package).setdefault(each, getattr(module, each))
            if name in vars(self._package):
                return vars(self._package)[name]
        raise AttributeError(f"module 'pyqtgraph' has no attribute {name!r}")
