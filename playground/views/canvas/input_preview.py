"""The current sample: an image, or the named values of a table row."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPainterPath

from core.inspect.saliency import SaliencyMap
from core.spec.arrays import Array
from playground.views.canvas.column_layout import Column
from playground.views.canvas.saliency_overlay import SaliencyOverlay
from playground.views.theme.theme import Theme, font
from playground.views.widgets.array_images import gray_image
from playground.views.widgets.number_format import rounded_text

__all__ = ["InputPreview", "crisp"]


ROW_PX: Final = 32
EDGE_PX: Final = 16
_USUAL_PX: Final = 140
_MIN_CRISP: Final = 0.85
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def crisp(size: float, pixels: int) -> float:
    """`size`, rounded down to a multiple of an image's `pixels` if one is near: all pixels are equally large."""
    whole = float(size // pixels * pixels)
    return whole if whole >= _MIN_CRISP * size else size


class InputPreview:
    """The input column of images and tables."""

    def __init__(self, shape: tuple[int, ...], column: Column, height: float) -> None:
        self._is_image = len(shape) == 3
        self._sample: Array | None = None
        self._drawn: tuple[Array, Theme, float] | None = None
        self._image = QImage()
        self._small = font("small")
        self.overlay = SaliencyOverlay()
        self.folded = 0
        width = column.width - 4
        if self._is_image:
            side = crisp(width, max(shape[:2])) if width > _USUAL_PX else width
            self.rect = QRectF(round(column.center - side / 2), EDGE_PX, side, side)
            self.names: tuple[str, ...] = ()
            return
        features = shape[0]
        self.names = tuple(f"input {row + 1}" for row in range(features))
        rows = max(1, min(features, int((height - 2 * EDGE_PX) // ROW_PX)))
        if rows < features:
            rows = max(1, rows - 1)
        self.rows, self.folded = rows, features - rows
        used = (rows + bool(self.folded)) * ROW_PX
        self.rect = QRectF(column.left + 2, EDGE_PX, width, used)
        self._reach: Array = np.ones(features)

    def set_names(self, names: Sequence[str]) -> None:
        if len(names) == len(self.names):
            self.names = tuple(names)

    def set_reach(self, reach: Array) -> None:
        """Absolute value of a full bar per feature, (features,)."""
        if not self._is_image and len(reach) == len(self.names):
            self._reach = np.where(reach > 0.0, reach, 1.0)

    def show(self, sample: Array | None, saliency: SaliencyMap | None = None) -> None:
        """Set the sample and its saliency; None draws an empty frame."""
        self._sample = sample
        self.overlay.show(saliency)

    def paint(self, painter: QPainter, theme: Theme, ratio: float, names: Sequence[str] = ()) -> None:
        """Draw the image or the rows. `names` are the class names."""
        if self._is_image:
            self._paint_image(painter, theme, ratio)
            picture = self.overlay.picture
            if picture is not None:
                name = names[picture.label] if 0 <= picture.label < len(names) else ""
                self.overlay.paint_legend(painter, theme, self.rect, name)
        else:
            self._paint_rows(painter, theme)

    def _paint_image(self, painter: QPainter, theme: Theme, ratio: float) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.field))
        painter.drawRoundedRect(self.rect, 7, 7)
        if self._sample is None:
            return
        if self._drawn is None or self._drawn[0] is not self._sample or self._drawn[1:] != (theme, ratio):
            self._image = gray_image(self._sample, theme, round(self.rect.width() * ratio))
            self._image.setDevicePixelRatio(ratio)
            self._drawn = (self._sample, theme, ratio)
        rounded = QPainterPath()
        rounded.addRoundedRect(self.rect, 7, 7)
        painter.save()
        painter.setClipPath(rounded)
        painter.drawImage(self.rect.topLeft(), self._image)
        self.overlay.paint(painter, theme, self.rect)
        painter.restore()

    def _paint_rows(self, painter: QPainter, theme: Theme) -> None:
        metrics = QFontMetricsF(self._small)
        painter.setFont(self._small)
        values = None if self._sample is None else np.nan_to_num(self._sample)
        for row in range(self.rows):
            place = QRectF(self.rect.left(), self.rect.top() + row * ROW_PX, self.rect.width(), ROW_PX - 14)
            text = "" if values is None else rounded_text(values[row])
            room = place.width() - metrics.horizontalAdvance(text) - 6
            painter.setPen(QColor(theme.text_muted))
            painter.drawText(
                place, _LEFT, metrics.elidedText(self.names[row], Qt.TextElideMode.ElideRight, room)
            )
            painter.setPen(QColor(theme.text))
            painter.drawText(place, _RIGHT, text)
            self._paint_bar(painter, theme, place, None if values is None else values[row] / self._reach[row])
        if self.folded:
            place = QRectF(self.rect.left(), self.rect.bottom() - ROW_PX, self.rect.width(), ROW_PX - 12)
            painter.setPen(QColor(theme.text_muted))
            painter.drawText(place, int(Qt.AlignmentFlag.AlignCenter), f"+ {self.folded} more")

    def _paint_bar(self, painter: QPainter, theme: Theme, place: QRectF, share: float | None) -> None:
        """A bar from the left edge; negative values are orange."""
        track = QRectF(place.left(), place.bottom() + 1, place.width(), 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.groove))
        painter.drawRoundedRect(track, 2, 2)
        if share is not None:
            part = max(3.0, min(1.0, abs(float(share))) * track.width())
            painter.setBrush(QColor(theme.negative if share < 0 else theme.positive))
            painter.drawRoundedRect(QRectF(track.left(), track.top(), part, 4), 2, 2)
