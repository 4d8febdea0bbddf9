"""Breaks every override of a Qt virtual method and lets Qt call it: as a module for tests, and as a program.

The program shows every painting class in a real event loop for some frames. It prints the number of classes shown and
the reported errors, so that a test can check that the process survived.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from types import CellType, FunctionType, TracebackType
from typing import Any

import shiboken6
from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    QTimer,
)
from PySide6.QtGui import QAccessible, QIcon, QIconEngine, QPainter, QPixmap, QStandardItemModel
from PySide6.QtWidgets import (
    QAbstractItemDelegate,
    QAccessibleWidget,
    QApplication,
    QGraphicsItem,
    QGraphicsScene,
    QGraphicsView,
    QHeaderView,
    QLayout,
    QTableView,
    QToolButton,
    QWidget,
    QWidgetItem,
)

if __name__ == "__main__":
    import tests.left_out_plugins  # noqa: F401  # before the program

import playground
from playground.startup import override_guard

ARGUMENTS_OF_A_BASE = {
    "CurveAxis": ("bottom",),
    "PaintedHeader": (Qt.Orientation.Horizontal,),
    "_Highlighter": (None,),
}
"""For constructors of Qt and pyqtgraph, called instead of ours."""

ANSWERS: dict[str, type] = {
    "actionNames": list,
    "boundingRect": QRectF,
    "columnCount": int,
    "count": int,
    "event": bool,
    "eventFilter": bool,
    "expandingDirections": Qt.Orientation,
    "hasHeightForWidth": bool,
    "headerData": int,
    "heightForWidth": int,
    "keyBindingsForAction": list,
    "minimumSize": QSize,
    "minimumSizeHint": QSize,
    "rowCount": int,
    "scaledPixmap": QPixmap,
    "sizeHint": QSize,
    "viewportEvent": bool,
}
"""Expected results, or results of Qt's implementation; others return None."""


def broken_classes() -> list[type]:
    """All classes of the program with overrides, found by importing every module."""
    for module in pkgutil.walk_packages(playground.__path__, "playground."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    found = {
        cls for cls in _descendants(shiboken6.Shiboken.Object) if cls.__module__.startswith("playground.")
    }
    return sorted((cls for cls in found if _overrides(cls)), key=lambda cls: (cls.__module__, cls.__name__))


def _descendants(cls: type) -> Iterator[type]:
    for child in type.__subclasses__(cls):
        yield child
        yield from _descendants(child)


def _overrides(cls: type) -> dict[str, FunctionType]:
    """Independent of the guard's rules, to find overrides that it misses."""
    bases = [base for base in cls.__mro__ if base.__module__.startswith("PySide6.")]
    return {
        name: method
        for name, method in vars(cls).items()
        if isinstance(method, FunctionType)
        and not name.startswith("__")
        and name not in ("text", "setText")
        and any(name in vars(base) for base in bases)
    }


@contextmanager
def mended(cls: type) -> Iterator[None]:
    """Restores the class on exit."""
    cells = [_inside(cls, name, method) for name, method in _overrides(cls).items()]
    before = [cell.cell_contents for cell in cells]
    yield
    for cell, inner in zip(cells, before, strict=True):
        cell.cell_contents = inner


def _inside(cls: type, name: str, method: FunctionType) -> CellType:
    """Where the guard keeps the original method."""
    assert "inner" in method.__code__.co_freevars, f"{cls.__name__}.{name} is not guarded"
    return (method.__closure__ or ())[method.__code__.co_freevars.index("inner")]


def break_all(cls: type) -> list[str]:
    """Replace the body of each override by a raise; returns their names."""
    names = []
    for name, method in _overrides(cls).items():
        _inside(cls, name, method).cell_contents = _broken(name)
        names.append(name)
    return names


def _broken(name: str) -> Any:
    """A method that leaves painters active on itself and on a pixmap, and saved states of a given painter."""

    def broken(self: Any, *args: Any) -> Any:
        # The pixmap's name comes first: Python deletes it before its painter.
        picture = QPixmap(8, 8)
        drawing = QPainter(picture)
        drawing.drawPoint(1, 1)
        if args and isinstance(args[0], QPainter):
            for _ in range(3):
                args[0].save()
            args[0].setClipRect(QRect(0, 0, 1, 1))
            args[0].setOpacity(0.1)
        if name == "paintEvent":
            painter = QPainter(self.viewport() if hasattr(self, "viewport") else self)
            painter.setOpacity(0.1)
        raise ValueError(f"broken in {name}")

    return broken


def bare(cls: type) -> Any:
    """An instance built by the nearest base class that is not ours: our constructors need a whole window."""
    made = cls.__new__(cls)
    base = next(base for base in cls.__mro__ if not base.__module__.startswith("playground."))
    given = ARGUMENTS_OF_A_BASE.get(cls.__name__, ())
    if issubclass(cls, QAccessibleWidget):
        # Of a widget, which lives as long.
        _described.append(QWidget())
        given = (_described[-1], QAccessible.Role.Client)
    base.__init__(made, *given)
    return made


_described: list[QWidget] = []


def arguments(name: str, holder: QWidget) -> tuple[Any, ...]:
    """Arguments as Qt would pass them."""
    index, item = QModelIndex(), QWidgetItem(holder)
    known: dict[str, tuple[Any, ...]] = {
        "addItem": (item,),
        "columnCount": (index,),
        "data": (index, 0),
        "doAction": ("Press",),
        "done": (0,),
        "eventFilter": (holder, QEvent(QEvent.Type.User)),
        "headerData": (0, Qt.Orientation.Horizontal, 0),
        "heightForWidth": (100,),
        "highlightBlock": ("text",),
        "interface_cast": (QAccessible.InterfaceType.ValueInterface,),
        "itemAt": (0,),
        "keyBindingsForAction": ("Press",),
        "rowCount": (index,),
        "scaledPixmap": (QSize(16, 16), QIcon.Mode.Normal, QIcon.State.Off, 1.0),
        "setGeometry": (QRect(0, 0, 9, 9),),
        "takeAt": (0,),
    }
    if name in known:
        return known[name]
    return (QEvent(QEvent.Type.User),) if name.lower().endswith("event") else ()


def _shown(made: Any, keep: list[Any]) -> None:
    """Show the object, depending on its class."""
    if isinstance(made, QHeaderView):
        table = QTableView()
        table.setModel(QStandardItemModel(3, 3, table))
        table.setHorizontalHeader(made)
        keep.append(table)
    elif isinstance(made, QWidget):
        keep.append(made)
    elif isinstance(made, QGraphicsItem):
        scene = QGraphicsScene()
        scene.addItem(made)
        scene.setSceneRect(0, 0, 50, 50)
        keep += [scene, QGraphicsView(scene)]
    elif isinstance(made, QAbstractItemDelegate):
        table = QTableView()
        table.setModel(QStandardItemModel(3, 3, table))
        table.setItemDelegate(made)
        keep.append(table)
    elif isinstance(made, QAbstractItemModel):
        table = QTableView()
        table.setModel(made)
        keep.append(table)
    elif isinstance(made, QIconEngine):
        button = QToolButton()
        button.setIcon(QIcon(made))
        keep.append(button)
    elif isinstance(made, QLayout):
        holder = QWidget()
        holder.setLayout(made)
        keep.append(holder)
    else:
        # Event filters and undo commands are called directly.
        holder = QWidget()
        for name in _overrides(type(made)):
            getattr(made, name)(*arguments(name, holder))
    keep.append(made)
    for widget in keep:
        if isinstance(widget, QWidget) and not widget.isVisible():
            widget.resize(80, 60)
            widget.show()


def main() -> None:
    """Show one of each class for some frames."""
    override_guard.guard_overrides()
    reported: Counter[str] = Counter()

    def report(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        reported[str(error)] += 1

    sys.excepthook = report
    app = QApplication([])
    classes = broken_classes()
    for cls in classes:
        break_all(cls)
    keep: list[Any] = []
    for cls in classes:
        _shown(bare(cls), keep)
    frames = 0

    def frame() -> None:
        nonlocal frames
        frames += 1
        for item in keep:
            if isinstance(item, QWidget):
                item.grab()
                (item.viewport() if hasattr(item, "viewport") else item).update()
        if frames == 5:
            app.quit()

    timer = QTimer()
    timer.timeout.connect(frame)
    timer.start(20)
    app.exec()
    counts = (len(classes), frames, reported["broken in paintEvent"], reported["broken in paint"])
    sys.stdout.write(f"{counts}\n")
    sys.stdout.flush()
    for item in keep:
        if isinstance(item, QWidget):
            item.hide()


if __name__ == "__main__":
    main()
