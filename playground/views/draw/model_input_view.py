"""The drawing as model input, in the resolution of the dataset."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.spec.arrays import Array
from playground.views.theme.colors import RADIUS_SMALL_PX, Theme
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.array_images import gray_image

PICTURE_PX: Final = 112
_MIN_PX: Final = 80


class ModelInputView(QWidget):
    """A square, smaller in a low window; blank without an image."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._pixels: Array | None = None
        self._image = QImage()
        self._of: tuple[object, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        self.setMinimumHeight(_MIN_PX)
        self.setMaximumHeight(PICTURE_PX)
        self.setAccessibleName("What the network sees")
        self.setToolTip(
            "The drawing as the network gets it: cut out, scaled and centred as its training images are."
        )
        themes.theme_changed.connect(self._repaint)

    @property
    def pixels(self) -> Array | None:
        """The image, (height, width, channels)."""
        return self._pixels

    def show_pixels(self, pixels: Array | None) -> None:
        """Set the image (height, width, channels), 0 … 1; None for a blank one."""
        self._pixels = pixels
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(PICTURE_PX, PICTURE_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, ratio, side = self._themes.theme, self.devicePixelRatioF(), min(self.width(), self.height())
        place = QRectF((self.width() - side) // 2, (self.height() - side) // 2, side, side)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outline = QPainterPath()
        outline.addRoundedRect(place, RADIUS_SMALL_PX, RADIUS_SMALL_PX)
        painter.fillPath(outline, QColor(theme.field))
        if self._pixels is not None:
            painter.setClipPath(outline)
            painter.drawImage(place, self._colored(self._pixels, theme, round(side * ratio)))
            painter.setClipping(False)
        painter.setPen(QColor(theme.border))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(place.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_SMALL_PX, RADIUS_SMALL_PX)

    def _colored(self, pixels: Array, theme: Theme, side: int) -> QImage:
        of = (id(pixels), theme, side)
        if of != self._of:
            self._image = gray_image(pixels, theme, side)
            self._of = of
        return self._image

    def _repaint(self, _: object = None) -> None:
        self.update()
