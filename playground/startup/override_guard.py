"""Catch exceptions in methods that Qt calls: report each once, and keep the window running.

Qt cannot propagate a Python exception, so Shiboken keeps it, and its traceback keeps the override's frames with their
local variables. A QPainter among those is still active when Qt flushes the window, or when its paint device is deleted
first: that is a segmentation fault. So the guard ends these painters before Qt continues.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import cache, wraps
from traceback import walk_tb
from types import FrameType, FunctionType
from typing import Any, Final

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QPainter
from PySide6.QtWidgets import QAbstractScrollArea, QGraphicsItem, QStyleOption, QWidget
from shiboken6 import Shiboken

from playground.plugins import PLUGINS

Method = Callable[..., Any]

# The base class of all Qt classes in Python.
_ROOT: Final[Any] = Shiboken.Object
# Not virtual in Qt: only Python calls these overrides, and must get their errors.
_ORDINARY: Final = {"setText", "text"}
# pyqtgraph shares many names with Qt that only Python calls; besides all "...Event" Qt calls these.
_PYQTGRAPHS: Final = {"boundingRect", "event", "eventFilter", "itemChange", "paint", "shape", "sizeHint"}
_PAINTING: Final = {"paint", "paintSection", "drawBackground", "drawForeground", "drawBranches", "drawRow"}
"""They get one of Qt's painters, which others use afterwards."""
# "...Event" methods return nothing to Qt, except these two.
_ANSWERING: Final = {"viewportEvent", "sceneEvent"}
# Return values if Qt has no implementation of its own; None for all others.
_BLANKS: Final[dict[str, Callable[[], Any]]] = {
    "boundingRect": QRectF,
    "columnCount": int,
    "count": int,
    "rowCount": int,
    "sizeHint": QSize,
}
# Only opaque text uses the background brush, and there is none, so it can mark a level of save().
_SIGNS: Final = tuple(QBrush(QColor(1, 2, 3, 1 + nesting)) for nesting in range(8))
_GRAY: Final = 128

_reported: set[tuple[object, ...]] = set()
_nesting = 0


def guard_overrides() -> None:
    """Guard the classes of this package, plug-ins and pyqtgraph, and all defined later; once."""
    if "__init_subclass__" in vars(_ROOT):
        return

    def guard_new(cls: type, /, **named: Any) -> None:
        super(_ROOT, cls).__init_subclass__(**named)
        _guard_class(cls)

    _ROOT.__init_subclass__ = classmethod(guard_new)
    for cls in set(_descendants(_ROOT)):
        _guard_class(cls)


def overrides_of(cls: type) -> list[str]:
    """Names of the methods that `cls` itself defines and Qt calls; empty for classes that are not guarded."""
    package = cls.__module__.partition(".")[0]
    if package not in PLUGINS.packages | {"pyqtgraph"}:
        return []
    theirs = _names_of(tuple(_qt_bases(cls)))
    return [
        name
        for name, method in vars(cls).items()
        if name in theirs
        and isinstance(method, FunctionType)
        and not name.startswith("__")
        and (name not in _ORDINARY if package != "pyqtgraph" else _is_virtual_of_pyqtgraphs(name))
    ]


@cache
def _names_of(bases: tuple[type, ...]) -> frozenset[str]:
    """Definitions of these classes. Many have the same bases: at the start it is asked a thousand times."""
    return frozenset().union(*map(vars, bases))


def _is_virtual_of_pyqtgraphs(name: str) -> bool:
    return name in _PYQTGRAPHS or name.endswith("Event")


def _descendants(cls: type) -> Iterator[type]:
    children: list[type] = type.__subclasses__(cls)
    for child in children:
        yield child
        yield from _descendants(child)


def _qt_bases(cls: type) -> list[type]:
    return [base for base in cls.__mro__ if base.__module__.startswith("PySide6.")]


def _guard_class(cls: type) -> None:
    for name in overrides_of(cls):
        make = _guarded_painting if name in _PAINTING else _guarded
        setattr(cls, name, make(vars(cls)[name], name))


def _guarded(inner: Method, name: str) -> Method:
    @wraps(inner)
    def guarded(self: Any, *args: Any, **named: Any) -> Any:
        try:
            return inner(self, *args, **named)
        except Exception as error:
            _end_painters(error, args)
            _report(self, name, error)
        # Only now, so that another failure here does not get the first error as its context.
        if name != "paintEvent":
            return _instead(self, name, args, named)
        with suppress(Exception):  # the widget may be half made or deleted
            _mark_widget(self)
        return None

    return guarded


def _guarded_painting(inner: Method, name: str) -> Method:
    @wraps(inner)
    def guarded(self: Any, painter: QPainter, *args: Any, **named: Any) -> Any:
        global _nesting
        sign = _SIGNS[_nesting % len(_SIGNS)]
        _nesting += 1
        painter.save()
        painter.setBackground(sign)
        try:
            result = inner(self, painter, *args, **named)
            painter.restore()
            return result
        except Exception as error:
            _end_painters(error, (painter,))
            # States that the override saved without restoring have the mark too.
            while painter.background() == sign:
                painter.restore()
            _report(self, name, error)
        finally:
            _nesting -= 1
        with suppress(Exception):
            _mark_place(self, painter, args)
        return None

    return guarded


def _end_painters(error: BaseException, given: tuple[Any, ...]) -> None:
    """End the painters in frames that the error has ended, except those passed to the override."""
    link: BaseException | None = error
    running = _running_frames()
    while link is not None:
        for frame, _ in walk_tb(link.__traceback__):
            for value in () if frame in running else frame.f_locals.values():
                if isinstance(value, QPainter) and not any(value is one for one in given):
                    with suppress(RuntimeError):  # deleted already
                        if value.isActive():
                            value.end()
        link = link.__cause__ or link.__context__


def _running_frames() -> set[FrameType]:
    frame: FrameType | None = sys._getframe()
    found = set()
    while frame is not None:
        found.add(frame)
        frame = frame.f_back
    return found


def _report(item: object, name: str, error: Exception) -> None:
    """Report an error as uncaught, once per line and override."""
    frame, line = list(walk_tb(error.__traceback__))[-1]
    key = (type(item), name, type(error), frame.f_code.co_filename, line)
    if key not in _reported:
        _reported.add(key)
        sys.excepthook(type(error), error, error.__traceback__)


def _instead(item: Any, name: str, args: tuple[Any, ...], named: dict[str, Any]) -> Any:
    """Call Qt's own implementation, if it has one and no other code is responsible."""
    if name == "run" or (name.endswith("Event") and name not in _ANSWERING):
        # A QThread's own run() is an event loop that nothing would end.
        return None
    for base in _qt_bases(type(item)):
        if name in vars(base):
            with suppress(Exception):
                return getattr(base, name)(item, *args, **named)
            break
    return _BLANKS.get(name, lambda: None)()


def _mark_widget(widget: QWidget) -> None:
    # A scroll area gets the paint event of its viewport.
    target = widget.viewport() if isinstance(widget, QAbstractScrollArea) else widget
    painter = QPainter()
    if painter.begin(target):
        _mark(painter, QRectF(target.rect()))
        painter.end()


def _mark_place(item: object, painter: QPainter, args: tuple[Any, ...]) -> None:
    area = _area(item, args)
    if area is not None:
        painter.save()
        # A plot's own units can be as small or as large as its numbers.
        place = painter.worldTransform().mapRect(area).intersected(QRectF(painter.viewport()))
        painter.resetTransform()
        _mark(painter, place)
        painter.restore()


def _area(item: object, args: tuple[Any, ...]) -> QRectF | None:
    if isinstance(item, QGraphicsItem):
        return item.boundingRect()
    for value in args:
        if isinstance(value, QRect | QRectF):
            return QRectF(value)
        if isinstance(value, QStyleOption):
            return QRectF(value.rect)
    return None


def _mark(painter: QPainter, area: QRectF) -> None:
    """A gray hatching with an exclamation mark, faint enough for light and dark backgrounds."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(QColor(_GRAY, _GRAY, _GRAY, 70), Qt.BrushStyle.BDiagPattern))
    painter.drawRect(area)
    painter.setPen(QColor(_GRAY, _GRAY, _GRAY))
    painter.drawText(area, Qt.AlignmentFlag.AlignCenter, "!")
