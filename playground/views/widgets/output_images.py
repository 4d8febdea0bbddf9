"""Outputs over the plane as small images, or texts that are written, for thumbnails and films."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter

from core.spec.arrays import Array
from playground.views.theme.colors import CLASS_COLORS, LIGHT, Theme, class_shades, rgb
from playground.views.theme.theme import font
from playground.views.widgets.array_images import packed_lut, reach, value_image
from playground.views.widgets.painted import LEFT, draw_box

_ALMOST_ONE = 1.5
_LINE_FONT_PX = 10, 18


def output_image(outputs: Array, theme: Theme) -> QImage:
    """Outputs (rows, columns, outputs) of a snapshot, row 0 at the bottom, with a pixel for each value."""
    values = outputs[::-1]
    if values.shape[2] > 1:
        return _class_image(values, theme)
    largest = reach(values)
    return value_image(values[:, :, 0], packed_lut(theme), 1.0 if largest < _ALMOST_ONE else largest)


def confusion_image(counts: NDArray[np.int64], theme: Theme) -> QImage:
    """A confusion matrix (classes, classes), each row relative to its sum: right in blue, wrong in orange.

    Stretched so that the last percents show, in which most of a training passes.
    """
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    signed = -np.cbrt(shares)
    np.fill_diagonal(signed, shares.diagonal() ** 6)
    return value_image(signed, packed_lut(theme), 1.0)


def paint_lines(painter: QPainter, place: QRectF, lines: Sequence[str], theme: Theme) -> None:
    """Paint texts below each other on a ground of their own, in letters as large as fit."""
    height, face = (place.height() - 2) / len(lines), font("small")
    face.setPixelSize(max(_LINE_FONT_PX[0], min(round(0.55 * height), _LINE_FONT_PX[1])))
    painter.setFont(face)
    draw_box(painter, place, 4, theme.field)
    painter.setPen(QColor(theme.text))
    side = 0.4 * face.pixelSize()
    for number, line in enumerate(lines):
        row = QRectF(
            place.left() + side, place.top() + 1 + number * height, place.width() - 1.5 * side, height
        )
        text = QFontMetricsF(face).elidedText(line, Qt.TextElideMode.ElideRight, row.width())
        painter.drawText(row, int(LEFT), text)


def in_theme(colors: NDArray[np.uint8], theme: Theme) -> NDArray[np.uint8]:
    """Colors (rows, columns, 3) of a picture in the light theme as `theme` has them: unsure is dark in a dark one.

    Each is taken for a share of the color of a class, a text, or the accent of a confusion matrix, that lies nearest.
    """
    if not theme.is_dark:
        return colors
    before, after = (
        np.array([rgb(name) for name in (each.zero, *CLASS_COLORS, each.accent, each.text)], np.float32)
        for each in (LIGHT, theme)
    )
    given, ways = colors.reshape(-1, 3) - before[0], before[1:] - before[0]
    shares = np.clip(given @ ways.T / (ways**2).sum(axis=1), 0.0, 1.0)
    missed = given[:, None] - shares[:, :, None] * ways
    nearest = np.argmin((missed**2).sum(axis=2), axis=1)
    rows = np.arange(len(given))
    made = after[0] + shares[rows, nearest, None] * (after[1:] - after[0])[nearest] + missed[rows, nearest]
    pixels: NDArray[np.uint8] = np.clip(np.rint(made), 0, 255).astype(np.uint8).reshape(colors.shape)
    return pixels


def _class_image(probabilities: Array, theme: Theme) -> QImage:
    """The most likely class of each place, paler where it is unsure."""
    classes = probabilities.shape[2]
    winner = np.argmax(probabilities, axis=2)
    best = np.nan_to_num(np.take_along_axis(probabilities, winner[:, :, None], axis=2)[:, :, 0])
    certainty = np.sqrt(np.clip((best - 1 / classes) / (1 - 1 / classes), 0.0, 1.0))
    pixels = class_shades(theme)[winner % len(CLASS_COLORS), (255 * certainty).astype(np.uint8)]
    pixels = np.ascontiguousarray(pixels)
    height, width = winner.shape
    # `copy` owns its pixels, so the array may be freed.
    return QImage(pixels.data, width, height, 4 * width, QImage.Format.Format_RGBA8888).copy()
