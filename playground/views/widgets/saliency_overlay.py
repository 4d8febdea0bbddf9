"""Saliency map as a color overlay on an image, with a legend below it."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QLinearGradient, QPainter

from core.inspect.saliency import SaliencyMap
from core.io.number_text import percent_text, rounded_text
from playground.views.theme.colors import Theme, rgb
from playground.views.theme.theme import font

_BAR_PX: Final = 6
_GAP_PX: Final = 8
_TEXT_GAP_PX: Final = 3
_MAX_ALPHA: Final = 0.9
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop


class SaliencyOverlay:
    """Blue for pixels that support the class, orange against it; a gradient has a single color."""

    def __init__(self) -> None:
        self.picture: SaliencyMap | None = None
        self._made: tuple[SaliencyMap, Theme] | None = None
        self._image = QImage()
        self._small = font("small")

    def show(self, picture: SaliencyMap | None) -> None:
        """Set the saliency map; None hides it."""
        self.picture = picture

    def paint(self, painter: QPainter, theme: Theme, rect: QRectF) -> None:
        """Draw the overlay on the image in `rect`."""
        picture = self.picture
        if picture is None:
            return
        if self._made is None or self._made[0] is not picture or self._made[1] is not theme:
            self._image = _colored(picture, theme)
            self._made = (picture, theme)
        painter.drawImage(rect, self._image)

    @property
    def legend_height(self) -> float:
        """Height of the legend of a map below the image."""
        return _GAP_PX + _BAR_PX + _TEXT_GAP_PX + QFontMetricsF(self._small).height()

    def paint_legend(self, painter: QPainter, theme: Theme, rect: QRectF, name: str) -> None:
        """Draw the legend below `rect`; `name` is the predicted class."""
        picture = self.picture
        if picture is None:
            return
        low, high = legend_of(picture, name)
        bar = QRectF(rect.left(), rect.bottom() + _GAP_PX, rect.width(), _BAR_PX)
        shades = QLinearGradient(bar.topLeft(), bar.topRight())
        first = theme.field if picture.kind == "gradient" else theme.negative
        stops = ((0.0, first), (0.5, theme.field), (1.0, theme.positive))
        for place, color in stops[:: 2 if picture.kind == "gradient" else 1]:
            shades.setColorAt(place, QColor(color))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(shades)
        painter.drawRoundedRect(bar, _BAR_PX / 2, _BAR_PX / 2)
        painter.setFont(self._small)
        painter.setPen(QColor(theme.text_muted))
        metrics = QFontMetricsF(self._small)
        line = QRectF(bar.left(), bar.bottom() + _TEXT_GAP_PX, bar.width(), 2 * metrics.height())
        low, high = fitting_ends(low, high, metrics, line.width())
        painter.drawText(line, _LEFT, low)
        painter.drawText(line, _RIGHT, high)


def legend_of(picture: SaliencyMap, name: str) -> tuple[str, str]:
    """Texts of both ends of the legend."""
    if picture.kind == "gradient":
        return "matters little", "much"
    if picture.kind == "occlusion":
        # A no-break space: a number without room for its other end stays whole.
        amount = _amount(picture).replace(" ", "\N{NO-BREAK SPACE}")
        return f"−{amount}", f"+{amount}"
    return "against", f"for {name}" if picture.label >= 0 else "for more"


def fitting_ends(low: str, high: str, metrics: QFontMetricsF, room: float) -> tuple[str, str]:
    """Both ends, shortened to their last words if they do not fit side by side."""
    if metrics.horizontalAdvance(f"{low}  {high}") <= room:
        return low, high
    return low.split(" ")[-1], high.split(" ")[-1]


def _amount(picture: SaliencyMap) -> str:
    if picture.label < 0:
        return rounded_text(picture.peak)
    return f"{100 * picture.peak:.2g} %" if picture.peak < 0.1 else percent_text(picture.peak)


def _colored(picture: SaliencyMap, theme: Theme) -> QImage:
    """The map as an image of its own size: hue by sign, opacity by magnitude."""
    values = picture.values / max(picture.peak, 1e-12)
    height, width = values.shape
    pixels: NDArray[np.float32] = np.empty((height, width, 4), np.float32)
    positive, negative = (np.array(rgb(color)) for color in (theme.positive, theme.negative))
    size = np.abs(values)
    if picture.kind != "gradient":
        # The root makes weak values visible beside strong ones; for gradients it would amplify noise.
        size = np.sqrt(size)
    alpha = _MAX_ALPHA * size[:, :, None]
    pixels[..., :3] = np.where(values[:, :, None] >= 0.0, positive, negative) * alpha
    pixels[..., 3:] = 255.0 * alpha
    parts = pixels.astype(np.uint32)
    words = parts[..., 3] << 24 | parts[..., 0] << 16 | parts[..., 1] << 8 | parts[..., 2]
    # `copy` owns its pixels, so the array may be freed.
    return QImage(words.data, width, height, 4 * width, QImage.Format.Format_ARGB32_Premultiplied).copy()
