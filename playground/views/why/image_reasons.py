"""Explanation of a prediction for an image: the image, its parts for and against, and the baseline.

Or what turns its prediction: the image, the change, enlarged, and what it becomes.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.explain.attribution import Attribution
from core.inspect.saliency import SaliencyKind, SaliencyMap
from playground.views.theme.colors import Theme
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.array_images import gray_image
from playground.views.widgets.painted import LEFT, Painted, draw_text
from playground.views.widgets.saliency_overlay import SaliencyOverlay

_GAP_PX: Final = 16
_CAPTION_PX: Final = 22


class ImageReasons(Painted):
    """Three squares beside each other."""

    is_antialiased = False
    size_px = 640, 300

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._found: Attribution | None = None
        self._captions = "", "", ""
        self._prediction, self._changes = "", False
        self.overlay = SaliencyOverlay()
        self.setMinimumSize(300, 150)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def show_attribution(
        self,
        found: Attribution | None,
        captions: tuple[str, str, str],
        prediction: str,
        *,
        range_: float | None = None,
    ) -> None:
        """Set an attribution, the texts above the squares, and the class that is explained.

        With the distance from black to white in network inputs, show the way from the baseline to the sample.
        """
        self._found, self._captions, self._prediction, self._changes = (
            found,
            captions,
            prediction,
            range_ is not None,
        )
        if found is not None:
            # Channels of a pixel add up.
            moved = found.values if range_ is None else (found.sample - found.baseline) / range_
            kind: SaliencyKind = "gradient_input" if range_ is None else "occlusion"
            self.overlay.show(SaliencyMap(kind, found.prediction.label, moved.sum(axis=2)))
            self.setAccessibleName("; ".join(captions))
        self.update()

    def squares(self) -> list[QRectF]:
        """The image, its overlay and the baseline."""
        legend = _CAPTION_PX + self.overlay.legend_height
        side = max(1.0, min((self.width() - 2 * _GAP_PX) / 3, self.height() - legend))
        top = _CAPTION_PX + max(0.0, (self.height() - legend - side) / 2)
        left = (self.width() - 3 * side - 2 * _GAP_PX) / 2
        return [QRectF(left + number * (side + _GAP_PX), top, side, side) for number in range(3)]

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        found, squares = self._found, self.squares()
        if found is None:
            return
        side = max(1, round(squares[0].width() * self.devicePixelRatioF()))
        first, last = (found.baseline, found.sample) if self._changes else (found.sample, found.baseline)
        for square, image in zip(squares, (first, first, last), strict=True):
            painter.setOpacity(0.35 if square is squares[1] else 1.0)
            painter.drawImage(square, gray_image(image, theme, side))
        self.overlay.paint(painter, theme, squares[1])
        self.overlay.paint_legend(painter, theme, squares[1], self._prediction)
        for square, caption in zip(squares, self._captions, strict=True):
            place = QRectF(square.left(), square.top() - _CAPTION_PX, square.width(), _CAPTION_PX)
            draw_text(painter, place, caption, theme.text_muted, self._small, LEFT, cut=True)
