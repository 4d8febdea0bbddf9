"""The outputs of a table's network as cards: the neuron over the plane, class and probability, or value."""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen

from core.data.pipeline import ReconstructionOutputs, VelocityOutputs, without_unit
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.io.number_text import percent_text, rounded_text
from core.spec.arrays import Array
from playground.views.canvas.class_bars import class_shares, paint_whisker
from playground.views.canvas.column_layout import BIAS_PX, EDGE_PX, FOLD_PX, Column, TileColumn, growth_in
from playground.views.theme.colors import FONT_SMALL_PX, RADIUS_PX, Theme, class_color
from playground.views.theme.theme import font
from playground.views.widgets.painted import LEFT, RIGHT, draw_box, draw_dot, draw_text, fitted_text

_GAP_PX: Final = 12
_MIN_PX: Final = 28
_MAX_PX: Final = 96
_ROOMY_PX: Final = 68
"""Lower cards have name and share in one row."""
_WIDE_PX: Final = 180
_TILE_SHARE: Final = 0.36
_NARROW_TILE_SHARE: Final = 0.27
"""Of the width of a card, at most."""
_DOT_PX: Final = 8
_BAR_PX: Final = 6


class OutputCards(TileColumn):
    """A card for each output unit; those that do not fit are folded."""

    on_canvas = False

    def __init__(self, index: int, column: Column, experiment: Experiment, height: float) -> None:
        units = experiment.output_layer().units
        super().__init__(index, column.center, 1, height)
        room = height - 2 * EDGE_PX
        shown = units
        if units * (_MIN_PX + _GAP_PX) > room + _GAP_PX:
            shown = max(1, int((room - FOLD_PX + _GAP_PX) // (_MIN_PX + _GAP_PX)))
        self.units, self.shown, self.folded = units, shown, units - shown
        room -= FOLD_PX if self.folded else 0
        card = int(min(_MAX_PX * growth_in(height), (room + _GAP_PX) / shown - _GAP_PX))
        self.pitch = card + _GAP_PX
        used = shown * self.pitch - _GAP_PX
        top = round((height - used - (FOLD_PX if self.folded else 0)) / 2)
        self.cards = [
            QRectF(column.left, top + unit * self.pitch, column.width, card) for unit in range(shown)
        ]
        self._inset = 12 if card >= _ROOMY_PX else 4
        share = _TILE_SHARE if column.width >= _WIDE_PX else _NARROW_TILE_SHARE
        self.size = int(min(card - 2 * self._inset, share * column.width))
        self.tiles = [
            QRectF(
                place.left() + self._inset, round(place.center().y() - self.size / 2), self.size, self.size
            )
            for place in self.cards
        ]
        side = min(BIAS_PX, self.size / 3)
        self.biases = [
            QRectF(tile.left() - side / 2 + 1, tile.bottom() - side / 2 - 1, side, side)
            for tile in self.tiles
        ]
        self.fold_rect = QRectF(column.left, self.cards[-1].bottom() + 3, column.width, FOLD_PX)
        self._facts = experiment.dataset.info()
        self._low = -1.0 if experiment.output_activation().low < 0.0 else 0.0
        self.names: tuple[str, ...] = ()
        self._is_regression = not experiment.task.classifies
        self.shares: Array | None = None
        self._values: Array | None = None
        self._spread: Array | None = None
        self._given_back: ReconstructionOutputs | None = None
        self._bold, self._font, self._large = font(bold=True), font(), font("large", bold=True)

    @property
    def has_classes(self) -> bool:
        """Whether every class has a unit of its own."""
        return not self._is_regression and self.units == self._facts.outputs

    def left_points(self) -> Array:
        return np.array([(card.left() - 2, card.center().y()) for card in self.cards])

    def show_data(self, prepared: PreparedData) -> None:
        """Set the names of classes, of the predicted value, of velocities, or of what is given back."""
        data, outputs = prepared.data, prepared.pipeline.outputs
        if isinstance(outputs, VelocityOutputs):
            self.names = tuple(map(without_unit, outputs.samples.names_out))
        elif isinstance(outputs, ReconstructionOutputs):
            self._given_back = outputs
            self.names = tuple(map(without_unit, outputs.names))
        elif self._is_regression:
            name = data.target_name or "output"
            self.names = tuple(
                name if self.units == 1 else f"{name} {unit + 1}" for unit in range(self.units)
            )
        else:
            self.names = data.class_names or tuple(map(str, range(data.n_classes)))

    def show_output(self, output: Array | None, spread: Array | None = None) -> None:
        """Set the prediction (outputs,) for the sample, and `Fog.sample`."""
        self._values, self._spread = output, spread
        back = self._given_back
        # For a moment after an edit, the outputs may be those of another network.
        if output is not None and back is not None and len(output) == len(back.columns):
            # In the units of the columns.
            self._values = back.decode(output[None]).values[0]  # type: ignore[index]
        classes = not self._is_regression and output is not None
        self.shares = class_shares(output, self._facts.outputs, self._low) if classes else None  # type: ignore[arg-type]

    def texts(self) -> list[str]:
        """The text of each card: "versicolor 98 %", or a number for regression."""
        return [" ".join(filter(None, self._words(unit))) for unit in range(self.units)]

    def paint_cards(self, painter: QPainter, theme: Theme) -> None:
        """Draw everything but the tiles."""
        best = self._best()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for unit, card in enumerate(self.cards):
            chosen = self.has_classes and unit == best
            painter.setPen(QPen(QColor(theme.accent if chosen else theme.border), 2 if chosen else 1))
            painter.setBrush(QColor(theme.surface_raised))
            painter.drawRoundedRect(card.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_PX, RADIUS_PX)
            left = card.left() + self.size + 2 * self._inset + (2 if self._inset > 4 else 6)
            edge = 10 if card.width() >= _WIDE_PX else 4
            inside = QRectF(left, card.top(), card.right() - left - edge, card.height())
            self._paint_words(painter, theme, unit, inside, chosen or not self.has_classes)

    def _paint_words(self, painter: QPainter, theme: Theme, unit: int, place: QRectF, strong: bool) -> None:
        name, number = self._words(unit)
        share = self._share(unit)
        roomy = place.height() >= _ROOMY_PX
        rows = [
            QRectF(place.left(), place.top() + 12, place.width(), 20),
            QRectF(place.left(), place.top() + 36, place.width(), 24),
        ]
        row = (
            rows[0]
            if roomy
            else QRectF(
                place.left(), place.top(), place.width(), place.height() - (6 if share is not None else 0)
            )
        )
        color = self._color(theme, unit)
        text_left = row.left()
        if color is not None:
            draw_dot(painter, QPointF(row.left() + _DOT_PX / 2, row.center().y()), _DOT_PX / 2, color)
            text_left += _DOT_PX + 6
        face = self._bold if strong else self._font
        room = row.right() - text_left
        room -= 0 if roomy else QFontMetricsF(self._bold).horizontalAdvance(number) + 6
        shown, smaller = fitted_text([name], face, room, least_px=FONT_SMALL_PX)
        draw_text(painter, QRectF(text_left, row.top(), room, row.height()), shown, theme.text, smaller, LEFT)
        painter.setFont(face)
        painter.setPen(QColor(theme.text if strong else theme.text_muted))
        if roomy:
            draw_text(painter, rows[1], number, face=self._large, align=LEFT)
        else:
            painter.drawText(row, RIGHT, number)
        if share is not None:
            bottom = place.bottom() - (18 if roomy else 8)
            bar = QRectF(place.left(), bottom, place.width(), _BAR_PX if roomy else 4)
            self._paint_bar(painter, theme, bar, share, color)
            paint_whisker(painter, theme, bar, self._spread, unit if self.has_classes else self._best())

    @staticmethod
    def _paint_bar(painter: QPainter, theme: Theme, bar: QRectF, share: float, color: QColor | None) -> None:
        radius = bar.height() / 2
        draw_box(painter, bar, radius, theme.groove)
        painter.setBrush(color or QColor(theme.accent))
        painter.drawRoundedRect(
            QRectF(bar.left(), bar.top(), max(3.0, share * bar.width()), bar.height()), radius, radius
        )

    def _words(self, unit: int) -> tuple[str, str]:
        """The name and the number of a unit."""
        number = ""
        if self._is_regression:
            name = self.names[unit] if unit < len(self.names) else ""
            if self._values is not None and unit < len(self._values):
                number = rounded_text(float(self._values[unit]), 4)
            return name, number
        shown = unit if self.has_classes else max(0, self._best())
        name = self.names[shown] if shown < len(self.names) else str(shown)
        if self.shares is not None and shown < len(self.shares):
            number = percent_text(float(self.shares[shown]))
        return name, number

    def _share(self, unit: int) -> float | None:
        if self.shares is None:
            return None
        shown = unit if self.has_classes else self._best()
        return float(self.shares[shown]) if 0 <= shown < len(self.shares) else None

    def _best(self) -> int:
        return -1 if self.shares is None else int(np.argmax(self.shares))

    def _color(self, theme: Theme, unit: int) -> QColor | None:
        """The color of the class on the card."""
        if self._is_regression:
            return None
        if self.has_classes:
            return QColor(class_color(unit))
        best = self._best()
        return None if best < 0 else QColor(class_color(best))
