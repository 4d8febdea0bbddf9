"""Why an image is answered so: the image, what in it speaks for and against, and what it is compared with."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.explain.attribution import Attribution
from core.inspect.saliency import SaliencyMap
from core.spec.arrays import Array
from playground.views.theme.colors import Theme
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.array_images import gray_image
from playground.views.widgets.saliency_overlay import SaliencyOverlay

_GAP_PX: Final = 16
_CAPTION_PX: Final = 22


class ImageReasons(QWidget):
    """Three squares beside each other."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._found: Attribution | None = None
        self._captions = "", "", ""
        self._answer = ""
        self.overlay = SaliencyOverlay()
        self.setMinimumSize(300, 150)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        themes.theme_changed.connect(self.update)

    def show_attribution(
        self, found: Attribution | None, captions: tuple[str, str, str], answer: str
    ) -> None:
        """Set an attribution, the texts above the squares, and the class that is explained."""
        self._found, self._captions, self._answer = found, captions, answer
        if found is not None:
            # Channels of a pixel add up.
            values = found.values.sum(axis=2)
            self.overlay.show(SaliencyMap("gradient_input", found.answer.label, values))
            self.setAccessibleName("; ".join(captions))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(640, 300)

    def squares(self) -> list[QRectF]:
        """The image, its overlay and the baseline."""
        legend = _CAPTION_PX + self.overlay.legend_height
        side = max(1.0, min((self.width() - 2 * _GAP_PX) / 3, self.height() - legend))
        top = _CAPTION_PX + max(0.0, (self.height() - legend - side) / 2)
        left = (self.width() - 3 * side - 2 * _GAP_PX) / 2
        return [QRectF(left + number * (side + _GAP_PX), top, side, side) for number in range(3)]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme, found = QPainter(self), self._themes.theme, self._found
        if found is not None:
            squares = self.squares()
            for square, image in zip(squares, (found.sample, found.sample, found.baseline), strict=True):
                self._paint_image(painter, square, image, theme, faint=square is squares[1])
            self.overlay.paint(painter, theme, squares[1])
            self.overlay.paint_legend(painter, theme, squares[1], self._answer)
            painter.setFont(font("small"))
            painter.setPen(QColor(theme.text_muted))
            metrics = QFontMetricsF(painter.font())
            for square, caption in zip(squares, self._captions, strict=True):
                place = QRectF(square.left(), square.top() - _CAPTION_PX, square.width(), _CAPTION_PX)
                text = metrics.elidedText(caption, Qt.TextElideMode.ElideRight, square.width())
                painter.drawText(place, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), text)
        painter.end()

    def _paint_image(
        self, painter: QPainter, square: QRectF, image: Array, theme: Theme, *, faint: bool
    ) -> None:
        side = max(1, round(square.width() * self.devicePixelRatioF()))
        painter.setOpacity(0.35 if faint else 1.0)
        painter.drawImage(square, gray_image(image, theme, side))
        painter.setOpacity(1.0)
