"""Prediction for one sample: a bar per class with the most probable in the accent color, or a number for regression.

If each class has a weight per pixel, the weights are drawn as an image beside its bar.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from core.data.datasets import NoScaling
from core.experiment.experiment import Experiment
from core.inspect.weight_images import first_pixel_layer, seen_by_output
from core.io.number_text import percent_text, rounded_text
from core.spec.arrays import Array
from playground.views.theme.colors import Theme
from playground.views.theme.theme import font
from playground.views.widgets.array_images import (
    MapStrip,
    frame_origin,
    gray_image,
    packed_lut,
    reach,
    tile_frame,
)
from playground.views.widgets.painted import LEFT, RIGHT, draw_box

ROW_PX: Final = 26
WEIGHTS_ROW_PX: Final = 56
BAR_PX: Final = 12
_SCALE_SHARE: Final = 0.95
PERCENT_PX: Final = 44
EDGE_PX: Final = 16
_IMAGE_PX: Final = 96.0


def class_shares(output: Array, classes: int, low: float) -> Array:
    """Class probabilities (classes,), 0 … 1, from one output vector (outputs,).

    `low` is the lower bound of a single output (0 for sigmoid, -1 for tanh), at which the first class is certain.
    """
    values = np.nan_to_num(np.asarray(output, np.float64))
    if len(values) == 1 and classes == 2:
        second = (values[0] - low) / (1.0 - low)
        values = np.array([1.0 - second, second])
    shares: Array = np.clip(values, 0.0, 1.0)
    return shares


def paint_whisker(painter: QPainter, theme: Theme, bar: QRectF, spread: Array | None, row: int) -> None:
    """From one deviation below to one above the mean of other networks, (2, classes) as in `Fog.sample`."""
    if spread is None or row >= spread.shape[1]:
        return
    mean, deviation = spread[:, row].tolist()
    low, high = (
        bar.left() + min(1.0, max(0.0, at)) * bar.width() for at in (mean - deviation, mean + deviation)
    )
    y, half = bar.center().y(), bar.height() / 2 + 2
    lines = [QLineF(low, y, high, y), *(QLineF(x, y - half, x, y + half) for x in (low, high))]
    for color, width in ((theme.surface, 3.5), (theme.text, 1.5)):
        painter.setPen(QPen(QColor(color), width))
        painter.drawLines(lines)


class ClassBars:
    """Rows "name, bar, percent" in a rectangle. If not all fit, the most probable are kept."""

    def __init__(
        self, experiment: Experiment, left: float, width: float, height: float, growth: float = 1.0
    ) -> None:
        """`growth` limits the row height, as a multiple of the usual one."""
        self._facts = experiment.dataset.info()
        self._is_regression = not experiment.task.classifies
        self._low = -1.0 if experiment.output_activation().low < 0.0 else 0.0
        self.names_units = not self._is_regression and experiment.output_layer().units == self._facts.outputs
        """Whether every class has an output neuron of its own."""
        self.names: tuple[str, ...] = tuple(map(str, range(self._facts.outputs)))
        self.shares: Array | None = None
        self.values: Array | None = None
        self._font, self._bold = font(), font(bold=True)
        self._large = font("large", bold=True)
        self.is_image = experiment.task.gives_back
        """Whether an image is drawn instead: the one that comes back."""
        # Numbers of the network, as the picture of the input has them.
        self._is_scaled = experiment.scaling != NoScaling()
        rows = 1 if self.is_image else max(1, min(self._facts.outputs, int(height // 18)))
        self.shown = rows
        self.has_weights = seen_by_output(experiment) or first_pixel_layer(experiment) is not None
        usual = WEIGHTS_ROW_PX if self.has_weights else ROW_PX
        # Enlarged rows keep a margin at the edges.
        roomy = max(usual, (height - 2 * EDGE_PX) / rows)
        self._pitch = min(usual * growth, roomy, height / rows)
        self._bar_px = min(BAR_PX * growth, self._pitch - 4)
        self._side = float(int(self._pitch - 4)) if self.has_weights else 0.0
        self._strip: MapStrip | None = None
        self._weights: Array | None = None
        self._spread: Array | None = None
        self._drawn: tuple[Array, Theme, float] | None = None
        top = min(EDGE_PX, (height - rows * self._pitch) / 2)
        self.rect = QRectF(left, top, width, rows * self._pitch)
        if self.is_image:
            side = float(int(min(width, height - 2 * EDGE_PX, _IMAGE_PX * growth)))
            self.rect = QRectF(left + (width - side) / 2, (height - side) / 2, side, side)
            self._pitch = side
        self._elide()

    def set_names(self, names: Sequence[str]) -> None:
        if len(names) == self._facts.outputs:
            self.names = tuple(names)
            self._elide()

    def _elide(self) -> None:
        metrics = QFontMetricsF(self._bold)
        shown = self.names[: self.shown]
        self._name_px = min(max(map(metrics.horizontalAdvance, shown)), 0.45 * self.rect.width())
        right = Qt.TextElideMode.ElideRight
        self._shown_names = [metrics.elidedText(name, right, self._name_px + 1) for name in shown]

    def show(self, output: Array | None, weights: Array | None = None, spread: Array | None = None) -> None:
        """Set the outputs (outputs,), the weights of each class (outputs, height, width), and `Fog.sample`."""
        self.values, self._weights, self._spread = output, weights, spread
        if output is None or self._is_regression:
            self.shares = None
        else:
            self.shares = class_shares(output, self._facts.outputs, self._low)

    def texts(self) -> list[str]:
        """The text of each row: "3 91 %", or a number for regression."""
        if self.is_image:
            return []
        if self._is_regression:
            return [] if self.values is None else [rounded_text(value, 4) for value in self.values]
        if self.shares is None:
            return list(self.names)
        return [f"{name} {percent_text(share)}" for name, share in zip(self.names, self.shares, strict=True)]

    def row_rect(self, row: int) -> QRectF:
        """Rectangle of a row."""
        return QRectF(self.rect.left(), self.rect.top() + row * self._pitch, self.rect.width(), self._pitch)

    def weights_rect(self, row: int) -> QRectF | None:
        """Rectangle of a class's weight image; None without weights."""
        if not self.has_weights:
            return None
        place = self.row_rect(row)
        left = round(place.left() + self._name_px + 8)
        return QRectF(left, round(place.center().y() - self._side / 2), self._side, self._side)

    def _paint_weights(self, painter: QPainter, theme: Theme, ratio: float) -> None:
        weights = self._weights
        if weights is None or not self.has_weights or self._side < 1.0:
            return
        pixels = round(self._side * ratio)
        if self._drawn is None or self._drawn[0] is not weights or self._drawn[1:] != (theme, ratio):
            if self._strip is None or self._strip.width != pixels:
                self._strip = MapStrip(self.shown, pixels, pixels)
            # One scale for all classes, clipped at a quantile, so that they can be compared.
            scale = reach(np.quantile(np.abs(np.nan_to_num(weights)), _SCALE_SHARE))
            self._strip.fill(weights, packed_lut(theme), scale=scale)
            self._frame = tile_frame(self._side, self._side, theme, ratio, border=False)
            self._drawn = (weights, theme, ratio)
        assert self._strip is not None
        for row in range(self.shown):
            place = self.weights_rect(row)
            assert place is not None
            self._strip.draw(painter, row, place)
            painter.drawPixmap(frame_origin(place), self._frame)

    def paint(self, painter: QPainter, theme: Theme, ratio: float = 1.0) -> None:
        if self.is_image:
            painter.fillRect(self.rect, QColor(theme.field))
            if self.values is not None:
                # What the network gives back of the sample.
                pixels = np.nan_to_num(self.values.reshape(self._facts.shape))
                if not self._is_scaled:
                    pixels = pixels.clip(0.0, 1.0)
                painter.drawImage(
                    self.rect, gray_image(pixels, theme, max(1, round(self.rect.width() * ratio)))
                )
            painter.drawPixmap(
                frame_origin(self.rect),
                tile_frame(self.rect.width(), self.rect.height(), theme, ratio, border=False),
            )
            return
        if self._is_regression:
            self._paint_values(painter, theme)
            return
        best = -1 if self.shares is None else int(np.argmax(self.shares))
        name_px = self._name_px
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_weights(painter, theme, ratio)
        beside = self._side + 8 if self.has_weights else 0.0
        for row in range(self.shown):
            place = self.row_rect(row)
            painter.setFont(self._bold)
            painter.setPen(QColor(theme.text if row == best or self.shares is None else theme.text_muted))
            painter.drawText(place, LEFT, self._shown_names[row])
            bar = QRectF(
                place.left() + name_px + 8 + beside,
                place.center().y() - self._bar_px / 2,
                max(8.0, place.width() - name_px - 12 - beside - PERCENT_PX),
                self._bar_px,
            )
            draw_box(painter, bar, 5, theme.groove)
            if self.shares is None:
                continue
            share = float(self.shares[row])
            filled = QRectF(bar.left(), bar.top(), max(3.0, share * bar.width()), bar.height())
            painter.setBrush(QColor(theme.accent if row == best else theme.text_muted))
            radius = min(5.0, filled.width() / 2)
            painter.drawRoundedRect(filled, radius, radius)
            paint_whisker(painter, theme, bar, self._spread, row)
            painter.setFont(self._font)
            painter.setPen(QColor(theme.text if row == best else theme.text_muted))
            painter.drawText(place, RIGHT, percent_text(share))

    def _paint_values(self, painter: QPainter, theme: Theme) -> None:
        painter.setFont(self._large)
        painter.setPen(QColor(theme.text))
        for row, text in enumerate(self.texts()[: self.shown]):
            painter.drawText(self.row_rect(row), int(Qt.AlignmentFlag.AlignCenter), text)
