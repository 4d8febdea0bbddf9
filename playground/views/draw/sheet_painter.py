"""Painting of a drawing sheet in the theme's colors, and of the hint on an empty one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath

from playground.views.draw.drawing_sheet import SIDE, DrawingSheet
from playground.views.theme.colors import LIGHT, RADIUS_PX, Theme, rgb
from playground.views.theme.icons import icon
from playground.views.theme.theme import font

_ICON_PX = 32


class SheetPainter:
    """Caches the colored image until sheet or theme change."""

    def __init__(self) -> None:
        self._shown = QImage()
        self._of: tuple[object, ...] = ()

    def paint(
        self, painter: QPainter, square: QRectF, sheet: DrawingSheet, theme: Theme, ratio: float
    ) -> None:
        """Draw the sheet in `square` with rounded corners."""
        of = (sheet.revision, sheet.colours, theme)
        if of != self._of:
            self._shown = sheet.image if sheet.colours else _inked(sheet.image, theme)
            self._of = of
        outline = QPainterPath()
        outline.addRoundedRect(square, RADIUS_PX, RADIUS_PX)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        painter.setClipPath(outline)
        painter.drawImage(square, self._shown)
        painter.restore()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def paint_hint(
        self, painter: QPainter, square: QRectF, hint: str, theme: Theme, white: bool = False
    ) -> None:
        """Draw the hint, on paper in the theme's color or white."""
        ink = LIGHT if white else theme
        centre = square.center()
        pencil = QRectF(centre.x() - _ICON_PX / 2, centre.y() - _ICON_PX - 4, _ICON_PX, _ICON_PX)
        icon("paint", ink, "muted").paint(painter, pencil.toRect())
        painter.setFont(font())
        painter.setPen(QColor(ink.text_muted))
        top = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        below = QRectF(square.left() + 8, centre.y() + 6, square.width() - 16, square.height() / 2 - 8)
        painter.drawText(below, int(top), hint)
        painter.setFont(font("small"))
        wrapped = top | Qt.TextFlag.TextWordWrap
        painter.drawText(below.adjusted(0, 22, 0, 0), int(wrapped), "or drop or paste a picture")


def _inked(image: QImage, theme: Theme) -> QImage:
    """Ink in the text color on the field color."""
    ink = np.frombuffer(image.constBits(), np.uint8).reshape(SIDE, image.bytesPerLine())[:, :SIDE]
    words = np.take(_ramp(theme), ink)
    return QImage(words.data, SIDE, SIDE, 4 * SIDE, QImage.Format.Format_RGB32).copy()


def _ramp(theme: Theme) -> NDArray[np.uint32]:
    """Color of each ink value as 0xffRRGGBB, (256,)."""
    paper, full = np.array(rgb(theme.field)), np.array(rgb(theme.text))
    shades = np.rint(paper + (full - paper) * (np.arange(256) / 255)[:, None]).astype(np.uint32)
    words: NDArray[np.uint32] = 0xFF000000 | shades[:, 0] << 16 | shades[:, 1] << 8 | shades[:, 2]
    return words.astype(np.uint32)
