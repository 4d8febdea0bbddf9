"""Mouse wheel events, which QTest does not offer."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget

NOTCH = 120


def turn_wheel(area: QWidget, at: QPoint, delta: int = NOTCH) -> None:
    """Turn by `delta` eighths of a degree, positive away from the user."""
    viewport = area.viewport() if isinstance(area, QAbstractScrollArea) else area
    event = QWheelEvent(
        QPointF(at),
        QPointF(viewport.mapToGlobal(at)),
        QPoint(),
        QPoint(0, delta),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)
