"""The sample as network input, with a frame around the receptive field."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from core.nn.shapes import Box
from core.spec.arrays import Array
from playground.views.microscope.map_view import box_rect, paint_box, scaler
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.array_images import gray_image

_SIDE_PX = 132


class ReceptiveFieldView(QWidget):
    """Draws an image (height, width, channels)."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._sample: Array | None = None
        self.box: Box | None = None
        """(top, left, bottom, right) in pixels of the sample."""
        self.setFixedSize(_SIDE_PX, _SIDE_PX)
        self.setAccessibleName("Sample")
        self.setToolTip("The sample, and what of it the number at the chosen place of the map can depend on.")
        themes.theme_changed.connect(self.update)

    def show_sample(self, sample: Array | None, box: Box | None) -> None:
        self._sample, self.box = sample, box
        if box is not None:
            self.setAccessibleDescription(
                f"Rows {box[0] + 1} to {box[2]}, columns {box[1] + 1} to {box[3]} count"
            )
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.field))
        if self._sample is not None and self._sample.ndim == 3:
            area = scaler(self._sample.shape, QRectF(self.rect()))
            ratio = self.devicePixelRatioF()
            image = gray_image(self._sample, theme, round(max(area.width(), area.height()) * ratio))
            painter.drawImage(area, image)
            if self.box is not None:
                place = box_rect(self.box, self._sample.shape, area).intersected(area.adjusted(1, 1, -1, -1))
                paint_box(painter, place, theme.accent, theme.surface)
        painter.end()
