"""Text for narrow places: shrunk first, elided last."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter

_MIN_PX: Final = 9


def fitted_text(
    texts: Sequence[str], face: QFont, width_px: float, *, least_px: int = _MIN_PX
) -> tuple[str, QFont]:
    """The first of `texts` that fits at the size of `face`, then at smaller ones; else the last one, elided."""
    smaller = QFont(face)
    for size_px in range(face.pixelSize(), least_px - 1, -1):
        smaller.setPixelSize(size_px)
        metrics = QFontMetricsF(smaller)
        # Shrink the longest text a little before replacing it by a shorter one.
        few = texts if size_px <= face.pixelSize() - 2 or size_px == least_px else texts[:1]
        for text in few:
            if metrics.horizontalAdvance(text) <= width_px:
                return text, smaller
    return QFontMetricsF(smaller).elidedText(texts[-1], Qt.TextElideMode.ElideRight, width_px), smaller


def draw_fitted(
    painter: QPainter, where: QRectF, texts: Sequence[str], face: QFont, *, least_px: int = _MIN_PX
) -> None:
    """Draw the first of `texts` that fits, centered in `where`."""
    text, smaller = fitted_text(texts, face, where.width(), least_px=least_px)
    painter.setFont(smaller)
    painter.drawText(where, int(Qt.AlignmentFlag.AlignCenter), text)
