"""A square picture with round corners, as large as its place allows."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QWidget

from playground.views.theme.colors import RADIUS_SMALL_PX
from playground.views.widgets.boxes import set_up


class SquarePicture(QWidget):
    """Draws an image in its middle, or a hint before there is one; who makes it of `side` pixels follows `resized`."""

    resized = Signal()

    def __init__(self, usual: QSize, least: QSize, parent: QWidget, *, hint: str = "") -> None:
        super().__init__(parent)
        self._image, self._usual = QImage(), usual
        self.hint = set_up(QLabel(hint, self), role="caption", wordWrap=True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setMinimumSize(least)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    @property
    def side(self) -> int:
        """The side of the picture, in logical pixels."""
        return min(self.width(), self.height())

    @property
    def pixels(self) -> int:
        """The side in pixels of the screen."""
        return round(self.side * self.devicePixelRatioF())

    def show_image(self, image: QImage) -> None:
        """Set the picture; a null one shows the hint."""
        self._image = image
        self.hint.setVisible(image.isNull())
        self.update()

    def sizeHint(self) -> QSize:
        return self._usual

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.hint.setGeometry(self.rect())
        self.resized.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._image.isNull():
            return
        # Whole pixels: between two, every one of a fine picture would be blurred.
        place = QPointF((self.width() - self.side) // 2, (self.height() - self.side) // 2)
        painter, area = QPainter(self), QRectF(place, QSize(self.side, self.side))
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        path = QPainterPath()
        path.addRoundedRect(area, RADIUS_SMALL_PX, RADIUS_SMALL_PX)
        painter.setClipPath(path)
        if abs(self._image.deviceIndependentSize().width() - self.side) < 1:
            painter.drawImage(place, self._image)
        else:
            painter.drawImage(area, self._image)
        painter.end()
