"""Drawing surface in high resolution: round pen, eraser, images and undo, painted in the colors of the theme."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

from core.data.drawing import extract_ink
from core.spec.arrays import Array
from playground.plugin import LIGHT, RADIUS_PX, Theme, font, icon, rgb

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


SIDE: Final = 420
"""Pixels per side: many per pixel of a dataset's image."""
_MAX_STEPS: Final = 50
# Smaller images are pixel art: enlarge them without smoothing.
_PIXEL_ART: Final = 64
_INK, _WHITE, _BLACK = QColor(255, 255, 255), QColor(255, 255, 255), QColor(0, 0, 0)


class DrawingSheet:
    """Positions and widths are fractions of the side, (0, 0) at the top left.

    A grey sheet holds ink, 0 to 255, colored by the theme; a sheet of `colours` is white and drawn on in black.
    `revision` increases with every change.
    """

    def __init__(self, colours: bool = False) -> None:
        self.colours = colours
        self.revision = 0
        self.image = self._blank()
        """Grayscale8 (ink) or RGB32."""
        self._steps: list[QImage] = []
        self._erasing = False
        self._last, self._middle, self._width = QPointF(), QPointF(), 0.0

    @property
    def can_undo(self) -> bool:
        return bool(self._steps)

    @property
    def is_empty(self) -> bool:
        return self.image == self._blank()

    def begin(self, at: QPointF, width: float, *, erasing: bool = False) -> None:
        """Put the pen down: a dot of ink, or of paper if `erasing`."""
        self._keep()
        self._erasing = erasing
        self._last = self._middle = at
        self._width = width
        path = QPainterPath(at)
        path.lineTo(at + QPointF(1e-4, 0.0))
        self._draw(path, width)

    def go_to(self, at: QPointF, width: float) -> None:
        """Move the pen: draw a smooth curve to the midpoint, since the next move may bend it."""
        middle = (self._last + at) / 2
        path = QPainterPath(self._middle)
        path.quadTo(self._last, middle)
        self._draw(path, (self._width + width) / 2)
        self._last, self._middle, self._width = at, middle, width

    def end(self) -> None:
        if self._last != self._middle:
            path = QPainterPath(self._middle)
            path.lineTo(self._last)
            self._draw(path, self._width)
            self._middle = self._last

    def clear(self) -> None:
        """Erase everything, as one undo step."""
        if not self.is_empty:
            self._keep()
            self._replace(self._blank())

    def undo(self) -> None:
        """Undo the last stroke, image or clear."""
        if self._steps:
            self._replace(self._steps.pop())

    def put(self, picture: QImage, *, is_ink: bool = False) -> bool:
        """Replace the drawing by an image, as large as fits. Returns False for an empty image.

        On a grey sheet, differences from the image's border become ink, unless `is_ink`.
        """
        made = self._fitted(picture, is_ink)
        if made is None:
            return False
        self._keep()
        self._replace(made)
        return True

    def use_colours(self, colours: bool) -> None:
        """Switch between ink and colors; the drawing is kept, its undo steps are dropped."""
        if colours == self.colours:
            return
        pixels = self.pixels()
        self.colours = colours
        self._steps.clear()
        if colours:
            self._replace(image_of(np.repeat(1.0 - pixels[..., None], 3, axis=2)))
        else:
            self._replace(image_of(1.0 - pixels.min(axis=2)))

    def pixels(self) -> Array:
        """Ink (side, side), 0 … 1, or colors (side, side, 3)."""
        return pixels_of(self.image)

    def _blank(self) -> QImage:
        form = QImage.Format.Format_RGB32 if self.colours else QImage.Format.Format_Grayscale8
        image = QImage(SIDE, SIDE, form)
        image.fill(_WHITE if self.colours else _BLACK)
        return image

    def _keep(self) -> None:
        # QImage is copy-on-write.
        self._steps.append(QImage(self.image))
        del self._steps[:-_MAX_STEPS]

    def _replace(self, image: QImage) -> None:
        self.image = image
        self.revision += 1

    def _draw(self, path: QPainterPath, width: float) -> None:
        ink, paper = (_BLACK, _WHITE) if self.colours else (_INK, _BLACK)
        painter = QPainter(self.image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(SIDE, SIDE)
        pen = QPen(paper if self._erasing else ink, width)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.drawPath(path)
        painter.end()
        self.revision += 1

    def _fitted(self, picture: QImage, is_ink: bool) -> QImage | None:
        if picture.isNull():
            return None
        small = max(picture.width(), picture.height()) <= _PIXEL_ART
        scaled = _on_white(picture).scaled(
            SIDE,
            SIDE,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.FastTransformation if small else Qt.TransformationMode.SmoothTransformation,
        )
        if not self.colours:
            grey = pixels_of(scaled.convertToFormat(QImage.Format.Format_Grayscale8))
            ink = grey if is_ink else extract_ink(grey)
            if not ink.any():
                return None
            scaled = image_of(ink)
        made = self._blank()
        painter = QPainter(made)
        place = QRect(0, 0, scaled.width(), scaled.height())
        place.moveCenter(QRect(0, 0, SIDE, SIDE).center())
        painter.drawImage(QRectF(place), scaled)
        painter.end()
        return made


def _on_white(picture: QImage) -> QImage:
    """The image on white, without transparency."""
    if not picture.hasAlphaChannel():
        return picture
    made = QImage(picture.size(), QImage.Format.Format_RGB32)
    made.fill(_WHITE)
    painter = QPainter(made)
    painter.drawImage(QPointF(0, 0), picture)
    painter.end()
    return made


def pixels_of(image: QImage) -> Array:
    """A Grayscale8 image as (rows, columns), any other as RGB (rows, columns, 3); values 0 … 1."""
    grey = image.format() == QImage.Format.Format_Grayscale8
    known = image if grey else image.convertToFormat(QImage.Format.Format_RGB888)
    rows, columns, depth = known.height(), known.width(), 1 if grey else 3
    lines = np.frombuffer(known.constBits(), np.uint8).reshape(rows, known.bytesPerLine())
    pixels = np.multiply(lines[:, : columns * depth], np.float32(1 / 255), dtype=np.float32)
    return pixels if grey else pixels.reshape(rows, columns, depth)


def image_of(pixels: Array) -> QImage:
    """Inverse of `pixels_of`: Grayscale8 from (rows, columns), RGB32 from (rows, columns, 3)."""
    rows, columns = pixels.shape[:2]
    values = np.ascontiguousarray(np.rint(255.0 * np.clip(pixels, 0.0, 1.0)), dtype=np.uint8)
    form = QImage.Format.Format_Grayscale8 if pixels.ndim == 2 else QImage.Format.Format_RGB888
    image = QImage(values.data, columns, rows, values.strides[0], form)
    # `copy` owns its pixels, so the array may be freed.
    return image.copy() if pixels.ndim == 2 else image.convertToFormat(QImage.Format.Format_RGB32)
