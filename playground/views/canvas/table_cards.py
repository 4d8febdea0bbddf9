"""Cards of a table: its columns with the sample's values over histograms, and the outputs over the plane."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from typing import Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPixmap

from core.data.pipeline import ReconstructionOutputs, TableInputs, VelocityOutputs, unit_of, without_unit
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.inspect.feature_ranges import FeatureHistogram, feature_histograms
from core.io.number_text import percent_text, rounded_text
from core.spec.arrays import Array
from playground.views.canvas.class_bars import class_shares, paint_whisker
from playground.views.canvas.column_layout import (
    BIAS_PX,
    EDGE_PX,
    FOLD_PX,
    INPUT,
    LayerColumn,
    TileColumn,
    growth_in,
)
from playground.views.theme.colors import FONT_SMALL_PX, RADIUS_PX, Theme, class_color
from playground.views.theme.theme import font
from playground.views.widgets.number_format import number_text, value_text
from playground.views.widgets.painted import (
    LEFT,
    RIGHT,
    clear_pixmap,
    draw_box,
    draw_dot,
    draw_text,
    fitted_text,
)

_GAP_PX: Final = 10
_LOW_GAP_PX: Final = 4
_MIN_PX: Final = 24
_ROOMY_PX: Final = 40
"""Lower cards have no histogram, and smaller gaps."""
_MAX_PX: Final = 118
_LIMITS_PX: Final = 84
"""Lower cards have no limits below the histogram."""
_MIN_CHART_PX: Final = 8
_PADDING_PX: Final = 9
_ROW_PX: Final = 18


class _Cards(TileColumn):
    """Cards of one column, as high as there is room for; those that do not fit are folded."""

    def __init__(
        self,
        index: int,
        column: LayerColumn,
        units: int,
        height: float,
        least_px: int,
        most_px: int,
        gap: int,
    ) -> None:
        super().__init__(index, column.center, 1, height)
        room = height - 2 * EDGE_PX
        shown = units
        if units * (least_px + gap) > room + gap:
            shown = max(1, int((room - FOLD_PX + gap) // (least_px + gap)))
        self.units, self.shown, self.folded = units, shown, units - shown
        fold = FOLD_PX if self.folded else 0
        card = int(min(most_px * growth_in(height), (room - fold + gap) / shown - gap))
        self.pitch = card + gap
        top = round((height - (shown * self.pitch - gap) - fold) / 2)
        self.cards = [
            QRectF(column.left, top + unit * self.pitch, column.width, card) for unit in range(shown)
        ]
        self.fold_rect = QRectF(column.left, self.cards[-1].bottom() + 3, column.width, FOLD_PX)


class InputCards(_Cards):
    """A card for each column of a table; those that do not fit are folded."""

    def __init__(self, column: LayerColumn, units: int, height: float) -> None:
        fits = units * (_ROOMY_PX + _GAP_PX) <= height - 2 * EDGE_PX + _GAP_PX
        gap = round(_GAP_PX * growth_in(height)) if fits else _LOW_GAP_PX
        super().__init__(INPUT, column, units, height, _MIN_PX, _MAX_PX, gap)
        self.tiles, self.biases = self.cards, []
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
        if unit >= len(self._histograms) or chart.height() < _MIN_CHART_PX or self._values is None:
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
        # Of names that begin alike, the end tells them apart.
        pairs = zip(min(self.names), max(self.names), strict=False)
        alike = len(
            "".join(one for one, _ in takewhile(lambda pair: pair[0] == pair[1], pairs)).rstrip("0123456789")
        )
        ends = [f"…{name[alike:]}"] if alike and len(self.names) > 1 else []
        shown, smaller = fitted_text([name, *ends], self._name_font, room, least_px=FONT_SMALL_PX)
        draw_text(painter, head, shown, None, smaller, LEFT)
        if unit < len(self._histograms) and self._chart(card).height() >= _MIN_CHART_PX:
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


_OUT_GAP_PX: Final = 12
_OUT_MIN_PX: Final = 28
_OUT_MAX_PX: Final = 96
_OUT_ROOMY_PX: Final = 68
"""Lower cards have name and share in one row."""
_WIDE_PX: Final = 180
_TILE_SHARE: Final = 0.36
_NARROW_TILE_SHARE: Final = 0.27
"""Of the width of a card, at most."""
_DOT_PX: Final = 8
_BAR_PX: Final = 6


class OutputCards(_Cards):
    """A card for each output unit; those that do not fit are folded."""

    on_canvas = False

    def __init__(self, index: int, column: LayerColumn, experiment: Experiment, height: float) -> None:
        units = experiment.output_layer().units
        super().__init__(index, column, units, height, _OUT_MIN_PX, _OUT_MAX_PX, _OUT_GAP_PX)
        card = self.pitch - _OUT_GAP_PX
        self._inset = 12 if card >= _OUT_ROOMY_PX else 4
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
        roomy = place.height() >= _OUT_ROOMY_PX
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
