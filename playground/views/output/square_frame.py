"""A frame that keeps the plot square."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

# Minimum size of the plot: the window still fits 720 screen lines with everything above it.
_MIN_PX = 120
# Initial width in the panel.
_SHOWN_PX = 335


class SquareFrame(QWidget):
    """Keeps its child square and centered, as large as possible; prefers a height equal to its width."""

    def __init__(self, child: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._child = child
        child.setParent(self)
        self.setMinimumSize(_MIN_PX, _MIN_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        side = max(self.width(), self.minimumWidth()) if self.isVisible() else _SHOWN_PX
        return QSize(side, side)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.setMaximumHeight(max(self.width(), self.minimumHeight()))
            self.updateGeometry()
        side = min(self.width(), self.height())
        self._child.setGeometry((self.width() - side) // 2, (self.height() - side) // 2, side, side)
