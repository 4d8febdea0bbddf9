"""Drags data over widgets and drops them, by the events that Qt sends."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, qVersion
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget

_HOW = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
# From Qt 6.12 on it takes a QPointF, which older versions do not accept.
_TAKES_FLOATS = tuple(map(int, qVersion().split(".")[:2])) >= (6, 12)


def drag_over(widget: QWidget, data: QMimeData, at: QPoint | None = None) -> bool:
    """Drag data into a widget, to its middle by default; returns whether it accepts them."""
    place = widget.rect().center() if at is None else at
    given: Any = QPointF(place) if _TAKES_FLOATS else place
    event = QDragEnterEvent(given, Qt.DropAction.CopyAction, data, *_HOW)
    QApplication.sendEvent(widget, event)
    return event.isAccepted()


def drop(widget: QWidget, data: QMimeData, at: QPoint | None = None) -> bool:
    """Drag data into a widget and drop them where they are accepted; returns whether they were."""
    if not drag_over(widget, data, at):
        return False
    place = QPointF(widget.rect().center() if at is None else at)
    QApplication.sendEvent(widget, QDropEvent(place, Qt.DropAction.CopyAction, data, *_HOW))
    return True
