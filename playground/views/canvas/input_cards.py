"""The columns of a table as cards: the sample's value in the data's own units over a histogram by class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPixmap

from core.data.pipeline import TableInputs, unit_of, without_unit
from core.experiment.prepare import PreparedData
from core.inspect.feature_ranges import FeatureHistogram, feature_histograms
from core.spec.arrays import Array
from playground.views.canvas.column_layout import EDGE_PX, FOLD_PX, INPUT, Column, TileColumn, growth_in
from playground.views.theme.colors import FONT_SMALL_PX, RADIUS_PX, Theme, class_color
from playground.views.theme.theme import font
from playground.views.widgets.number_format import number_text, value_text
from playground.views.widgets.painted import LEFT, RIGHT, clear_pixmap, draw_box, draw_text, fitted_text

_GAP_PX: Final = 10
_LOW_GAP_PX: Final = 4
_MIN_PX: Final = 24
_ROOMY_PX: Final = 40
"""Lower cards have no histogram, and smaller gaps."""
_MAX_PX: Final = 118
_LIMITS_PX: Final = 84
"""Lower cards have no limits below the histogram."""
_LEAST_CHART_PX: Final = 8
_PADDING_PX: Final = 9
_ROW_PX: Final = 18


class InputCards(TileColumn):
    """A card for each column of a table; those that do not fit are folded."""

    def __init__(self, column: Column, units: int, height: float) -> None:
        super().__init__(INPUT, column.center, 1, height)
        room, times = height - 2 * EDGE_PX, growth_in(height)
        gap = round(_GAP_PX * times) if units * (_ROOMY_PX + _GAP_PX) <= room + _GAP_PX else _LOW_GAP_PX
        shown = units
        if units * (_MIN_PX + gap) > room + gap:
            shown = max(1, int((room - FOLD_PX + gap) // (_MIN_PX + gap)))
        self.units, self.shown, self.folded = units, shown, units - shown
        room -= FOLD_PX if self.folded else 0
        card = int(min(_MAX_PX * times, (room + gap) / shown - gap))
        used = shown * (card + gap) - gap
        top = round((height - used - (FOLD_PX if self.folded else 0)) / 2)
        self.tiles = [
            QRectF(column.left, top + unit * (card + gap), column.width, card) for unit in range(shown)
        ]
        self.biases = []
        self.fold_rect = QRectF(column.left, self.tiles[-1].bottom() + 3, column.width, FOLD_PX)
        self.names: tuple[str, ...] = tuple(f"input {unit + 1}" for unit in range(units))
        self._histograms: tuple[FeatureHistogram, ...] = ()
        self._whole: tuple[bool, ...] = ()
        self._values: Array | None = None
        self._prepared: PreparedData | None = None
        self._ground: tuple[tuple[Theme, float], QPixmap] | None = None
        self._name_font, self._bold, self._small = font(bold=True), font("large", bold=True), font("small")

    def show_data(self, prepared: PreparedData) -> None:
        """Set names, histograms and colors."""
        names = prepared.pipeline.inputs.names_in if prepared.task.has_time else prepared.columns
        if names and len(names) == self.units:
            self.names, self._prepared = names, prepared
            self._histograms = feature_histograms(prepared, self.shown)
            sampled = prepared.data.inputs[prepared.train_index[:1000], : len(self._histograms)]
            self._whole = tuple((sampled == np.round(sampled)).all(axis=0).tolist())
            self._ground = None

    def show_sample(self, row: int, inputs: Array | None) -> None:
        """Set the test sample, or training sample ~row, and what the network gets of it (inputs,)."""
        prepared = self._prepared
        if prepared is not None and prepared.task.has_time:
            columns = prepared.pipeline.inputs
            assert isinstance(columns, TableInputs)
            # The first snapshot after a change may be of the task before.
            fits = inputs is not None and inputs.shape == columns.input_shape
            self._values = columns.scaler.inverse_transform(inputs[None])[0] if fits else None  # type: ignore[index]
            return
        at = -1 if prepared is None else prepared.find(row)[2]
        self._values = None if prepared is None or at < 0 else prepared.data.inputs[at]

    def text(self, unit: int) -> str:
        """A column and its value: "sepal length 6.5 cm"."""
        value = self._value_text(unit)
        return " ".join(filter(None, (without_unit(self.names[unit]), value, unit_of(self.names[unit]))))

    def paint(self, painter: QPainter, theme: Theme, ratio: float) -> None:
        ground = self._ground
        if ground is None or ground[0] != (theme, ratio):
            ground = self._ground = (theme, ratio), self._paint_ground(theme, ratio)
        painter.drawPixmap(self.tiles[0].topLeft() - QPointF(1, 1), ground[1])
        if self._values is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for unit, card in enumerate(self.tiles):
            self._paint_value(painter, theme, unit, card)

    def _paint_value(self, painter: QPainter, theme: Theme, unit: int, card: QRectF) -> None:
        painter.setFont(self._name_font)
        painter.setPen(QColor(theme.text))
        row = self._head(card)
        row.setRight(row.right() - self._unit_width(unit))
        painter.drawText(row, RIGHT, self._value_text(unit))
        chart = self._chart(card)
        if unit >= len(self._histograms) or chart.height() < _LEAST_CHART_PX or self._values is None:
            return
        found = self._histograms[unit]
        share = (float(self._values[unit]) - found.low) / ((found.high - found.low) or 1.0)
        x = chart.left() + min(1.0, max(0.0, share)) * chart.width()
        painter.setPen(QPen(QColor(theme.text), 1.6))
        painter.drawLine(QPointF(x, chart.top()), QPointF(x, chart.bottom()))
        painter.setBrush(QColor(theme.text))
        painter.drawEllipse(QPointF(x, chart.bottom() + 2), 2.6, 2.6)

    def _paint_ground(self, theme: Theme, ratio: float) -> QPixmap:
        """Everything that does not depend on the sample."""
        whole = self.tiles[0].united(self.tiles[-1]).adjusted(-1, -1, 1, 1)
        pixmap = clear_pixmap(whole.size(), ratio)
        painter = QPainter(pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(-whole.topLeft())
        for unit, card in enumerate(self.tiles):
            self._paint_card(painter, theme, unit, card)
        painter.end()
        return pixmap

    def _paint_card(self, painter: QPainter, theme: Theme, unit: int, card: QRectF) -> None:
        draw_box(painter, card.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS_PX, theme.surface_raised, theme.border)
        head = self._head(card)
        painter.setFont(self._small)
        painter.setPen(QColor(theme.text_muted))
        if self._unit_width(unit):
            painter.drawText(head, RIGHT, unit_of(self.names[unit]))
        painter.setPen(QColor(theme.text))
        room = head.width() - self._unit_width(unit) - self._value_width(unit) - 6
        name = without_unit(self.names[unit])
        shown, smaller = fitted_text([name], self._name_font, room, least_px=FONT_SMALL_PX)
        draw_text(painter, head, shown, None, smaller, LEFT)
        if unit < len(self._histograms) and self._chart(card).height() >= _LEAST_CHART_PX:
            found = self._histograms[unit]
            self._paint_bars(painter, self._chart(card), found, self._colors(theme, len(found.counts)))
            self._paint_limits(painter, theme, card, unit)

    def _paint_limits(self, painter: QPainter, theme: Theme, card: QRectF, unit: int) -> None:
        if card.height() < _LIMITS_PX:
            return
        foot = QRectF(
            card.left() + _PADDING_PX, card.bottom() - _ROW_PX - 2, card.width() - 2 * _PADDING_PX, _ROW_PX
        )
        painter.setFont(self._small)
        painter.setPen(QColor(theme.text_muted))
        found = self._histograms[unit]
        painter.drawText(foot, LEFT, self._number(unit, found.low))
        painter.drawText(foot, RIGHT, self._number(unit, found.high))

    @staticmethod
    def _paint_bars(
        painter: QPainter, chart: QRectF, found: FeatureHistogram, colors: Sequence[QColor]
    ) -> None:
        counts = found.counts
        highest = max(1, int(counts.sum(axis=0).max(initial=0)))
        width = chart.width() / counts.shape[1]
        for place in range(counts.shape[1]):
            bottom = chart.bottom()
            for own, color in zip(counts[:, place].tolist(), colors, strict=True):
                height = chart.height() * own / highest
                painter.fillRect(
                    QRectF(chart.left() + place * width, bottom - height, max(1.0, width - 1), height), color
                )
                bottom -= height

    def _colors(self, theme: Theme, classes: int) -> list[QColor]:
        prepared = self._prepared
        if prepared is None or prepared.data.labels == "values":
            return [QColor(theme.text_faint)]
        return [QColor(class_color(number)) for number in range(classes)]

    @staticmethod
    def _head(card: QRectF) -> QRectF:
        top = card.top() + (7 if card.height() >= _LIMITS_PX else 3)
        return QRectF(card.left() + _PADDING_PX, top, card.width() - 2 * _PADDING_PX, _ROW_PX)

    def _chart(self, card: QRectF) -> QRectF:
        """Rectangle of the histogram."""
        top = self._head(card).bottom() + 3
        bottom = card.bottom() - (_ROW_PX + 4 if card.height() >= _LIMITS_PX else 6)
        return QRectF(card.left() + _PADDING_PX, top, card.width() - 2 * _PADDING_PX, max(0.0, bottom - top))

    def _unit_width(self, unit: int) -> float:
        """The room of the unit; 0 where the name needs it more."""
        found = unit_of(self.names[unit])
        if not found:
            return 0.0
        needed = QFontMetricsF(self._small).horizontalAdvance(found) + 4
        name = QFontMetricsF(self._name_font).horizontalAdvance(without_unit(self.names[unit]))
        room = self._head(self.tiles[0]).width() - self._value_width(unit) - 6
        return needed if name + needed <= room else 0.0

    def _value_width(self, unit: int) -> float:
        """Room for the widest value of the column."""
        if unit >= len(self._histograms):
            return 0.0
        found, metrics = self._histograms[unit], QFontMetricsF(self._name_font)
        return (
            max(metrics.horizontalAdvance(self._number(unit, value)) for value in (found.low, found.high)) + 4
        )

    def _value_text(self, unit: int) -> str:
        if self._values is None:
            return ""
        return self._number(unit, float(self._values[unit]))

    def _number(self, unit: int, value: float) -> str:
        if unit >= len(self._histograms):
            return number_text(value)
        found = self._histograms[unit]
        return (
            number_text(value, 0) if self._whole[unit] else value_text(value, 10 * (found.high - found.low))
        )
