"""A network on sequences: positions from left to right, layers from the bottom to the top, vectors as tiles."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPaintEngine, QPainter, QPen, QPixmap, QPolygonF

from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.experiment.stack_problems import places_of
from core.inspect.attention import AttentionPart, Habit
from core.inspect.block import BlockPart
from core.inspect.snapshot import Snapshot
from core.io.number_text import apart_texts, held_word, percent_text
from core.nn import Shape
from core.nn.attention import heads_in, is_causal
from core.nn.interventions import Intervention
from core.nn.stage import Address
from core.spec.arrays import Array
from playground.views.canvas.card_text import card_titles
from playground.views.canvas.column_layout import INPUT, LayerColumn
from playground.views.canvas.head_maps import HeadMaps
from playground.views.canvas.hit_items import Head, Item, Neuron, Unlinked, unit_at
from playground.views.canvas.sequence_sample import SequenceSample
from playground.views.canvas.vector_row import VectorRow
from playground.views.theme.colors import Theme, class_color
from playground.views.theme.theme import font
from playground.views.widgets.array_images import packed_lut, value_color
from playground.views.widgets.painted import LEFT, draw_box, draw_fitted, draw_text

_PITCH_PX: Final = (20, 48)
_SERIES_PITCH_PX: Final = 5
"""Values over time need no room for letters."""
_TILE_SHARE: Final = 0.74
_SIDE_PX: Final = 12
_PAGE_PX: Final = 20
"""At either side, where not all positions fit."""
_NUMBER_PX: Final = 13
_WIDE_CELL_PX: Final = 148
_LEGEND_PX: Final = 14
_DARK_SHARE: Final = 0.55
"""From this probability on, letters on its color are light."""
_LINE_PX: Final = 12
_ROOMY_PX: Final = 35
"""Between narrower positions, probabilities have no percent sign."""


class SequenceField(Unlinked):
    """Layout, painting and hit tests of a stack on sequences.

    `position` is the one that is pointed at or kept; None for none.
    """

    def __init__(
        self, experiment: Experiment, _: Sequence[Shape], columns: Sequence[LayerColumn], size: QSizeF
    ) -> None:
        self._experiment, self._places = experiment, places_of(experiment)
        self._columns = {column.index: column for column in columns}
        self._last = len(experiment.layers)
        self.time = experiment.input_shape[0]
        self._sample = SequenceSample(experiment)
        self.output_texts, self.place_text = self._sample.texts, self._sample.place_text
        self.letter_lines = self._sample.lines
        self.position: int | None = None
        self.interventions: tuple[Intervention, ...] = ()
        self._pointed_cell: Neuron | None = None
        self._first = 0
        self._snapshot: Snapshot | None = None
        self._fresh = False
        self._size = size
        self._still: tuple[object, QPixmap] | None = None
        self.unmuted: dict[int, tuple[float, float]] = {}
        """Of each run the moment that was seen last without muted heads, and its test loss; outlives a new layout."""
        self._theme: Theme | None = None
        self._small, self._font, self._bold = font("small"), font(), font(bold=True)
        least, most = _PITCH_PX if self._sample.is_text else (_SERIES_PITCH_PX, _PITCH_PX[1])
        room = size.width() - 2 * _SIDE_PX
        self.shown_positions = self.time
        if self.time * least > room:
            room -= 2 * _PAGE_PX
            self.shown_positions = max(1, int(room // least))
        self._pitch = min(most, room / self.shown_positions)
        self._left = _SIDE_PX + (_PAGE_PX if self.is_paged else 0)
        self._rows: dict[Address, VectorRow] = {}
        self._heads: dict[int, HeadMaps] = {}
        self._place()

    def _place(self) -> None:
        """Place what is shown of each layer, for the first position that is."""
        self._rows.clear()
        heads = dict(self._heads)
        for index, column in self._columns.items():
            layer = self._experiment.layers[index] if 0 <= index < self._last else None
            if layer is not None and str(index) in self._places and (count := heads_in(layer)):
                self._heads[index] = heads.get(index) or HeadMaps(
                    count, is_causal(layer), column, self._area(column), self._x_of
                )
            elif layer is not None:
                self._place_row(index, column)
            for inner in column.inner:
                self._place_row(f"{index}/{inner.index}", inner)
        self._fresh = True

    def _place_row(self, address: Address, column: LayerColumn) -> None:
        shape = self._shape(address)
        if shape is not None and (rects := self._rects(column, shape)):
            self._rows[address] = VectorRow(rects, shape[-1] if len(shape) == 2 else math.prod(shape))

    def _shape(self, address: Address) -> Shape | None:
        """That of a layer's outputs, if it can run."""
        place = self._places.get(str(address))
        return None if place is None else place.output_shape

    def _rects(self, column: LayerColumn, shape: Shape) -> dict[int, QRectF]:
        """Positions of the vectors of a layer; one that has lost its positions lies across the field."""
        area = self._area(column)
        if len(shape) != 2:
            return {0: area}
        # A layer with strides has fewer positions, each of several of the text.
        times = self.time / shape[0]
        width = max(1.0, float(int(self._pitch * times * _TILE_SHARE)))
        rects = {}
        for position in range(shape[0]):
            center = self._x_of((position + 0.5) * times - 0.5)
            if area.left() <= center <= area.right():
                left = round(center - width / 2)
                rects[position] = QRectF(left, column.top, width, column.height)
        return rects

    def _area(self, column: LayerColumn) -> QRectF:
        width = self.shown_positions * self._pitch
        margin = self._pitch * (1 - _TILE_SHARE) / 2
        return QRectF(self._left + margin, column.top, width - 2 * margin, column.height)

    def _x_of(self, position: float) -> float:
        return self._left + (position - self._first + 0.5) * self._pitch

    @property
    def is_paged(self) -> bool:
        """Whether not all positions fit."""
        return self.shown_positions < self.time

    @property
    def positions(self) -> range:
        """Those that are drawn."""
        return range(self._first, self._first + self.shown_positions)

    @property
    def attends(self) -> bool:
        """Whether maps of attention are drawn."""
        return bool(self._heads)

    @property
    def links_stale(self) -> bool:
        """Whether something waits for the next repaint."""
        return False

    def show(self, snapshot: Snapshot) -> None:
        self._snapshot, self._fresh = snapshot, True
        if snapshot.position is not None and not snapshot.figures.is_old:
            # At an earlier moment the next run begins, if something is changed there.
            if _mutes_heads(snapshot.experiment):
                self.unmuted.pop(snapshot.run + 1, None)
            else:
                self.unmuted[snapshot.run + snapshot.is_past] = snapshot.position, snapshot.figures.test.loss
        self._sample.read(snapshot)
        self._show_looks(snapshot)

    def _show_looks(self, snapshot: Snapshot) -> None:
        """Show what the heads look at, without the places behind the end of a text."""
        frame, length = snapshot.part(AttentionPart), self._sample.length
        for index, maps in self._heads.items():
            looks = None if frame is None else frame.of(index)
            maps.show(None if looks is None else looks[:, :length, :length])

    def show_data(self, prepared: PreparedData) -> None:
        """Set the tokens and the targets of the data."""
        self._sample.show_data(prepared)
        if self._snapshot is not None:
            self._sample.read(self._snapshot)
            self._show_looks(self._snapshot)

    def show_names(self, classes: Sequence[str]) -> None:
        """Names of classes come with the data."""

    def look_at(self, position: int | None) -> bool:
        """Point at a position, and turn to it. Returns whether that changes anything."""
        if position is not None and not 0 <= position < self.time:
            position = None
        changed, self.position = position != self.position, position
        if position is not None and position not in self.positions:
            self._turn_to(position - self.shown_positions // 2)
        return changed

    def turn_page(self, step: int) -> None:
        """Show the positions before, -1, or after, 1, those that are shown."""
        self._turn_to(self._first + step * max(1, self.shown_positions - 2))

    def _turn_to(self, first: int) -> None:
        self._first = max(0, min(first, self.time - self.shown_positions))
        self._place()

    def fold_at(self, pos: QPointF) -> int | None:
        """-1 or 1 at the edge whose click shows earlier or later positions; else None."""
        if not self.is_paged:
            return None
        if pos.x() < self._left and self._first > 0:
            return -1
        later = pos.x() > self._x_of(self.positions.stop - 0.5) and self.positions.stop < self.time
        return 1 if later else None

    def position_at(self, pos: QPointF) -> int | None:
        """The position whose column, or whose row of a map, is at a place."""
        for maps in self._heads.values():
            if (found := maps.position_at(pos, self.time)) is not None:
                return found
            if maps.head_at(pos) is not None:
                return None
        found = math.floor((pos.x() - self._left) / self._pitch) + self._first
        rows = self._columns.values()
        inside = min(row.top for row in rows) <= pos.y() <= max(row.top + row.height for row in rows)
        return found if inside and found in self.positions else None

    def tile(self, column: Address, unit: int) -> QRectF | None:
        """Rectangle of a position's input, or of a unit at the position that is pointed at, or the first."""
        if column == INPUT:
            return self._letter(unit) if unit in self.positions else None
        row = self._rows.get(column)
        if row is None:
            return None
        cell, at = self._pointed_cell, next(iter(row.rects))
        if cell is not None and (cell.address, cell.unit) == (column, unit):
            at = self.position if self.position in row.rects else at
        return row.cell(at, unit)

    def places(self, column: int) -> Mapping[int, QRectF]:
        """The rectangle of each position of a layer's row that is drawn."""
        row = self._rows.get(column)
        return {} if row is None else row.rects

    def head_rect(self, column: int, head: int) -> QRectF | None:
        """Rectangle of a head's map."""
        maps = self._heads.get(column)
        return maps.maps[head] if maps is not None and 0 <= head < maps.shown else None

    def folded(self, column: int) -> int:
        """Number of heads of a layer that are not drawn."""
        maps = self._heads.get(column)
        return 0 if maps is None else maps.heads - maps.shown

    def hit(self, pos: QPointF) -> Item | None:
        """The head, the unit or the input at a position."""
        for index, maps in self._heads.items():
            if (head := maps.head_at(pos)) is not None:
                return Head(index, head[0])
        for address, row in self._rows.items():
            if (cell := row.cell_at(pos)) is not None:
                self._pointed_cell = unit_at(address, cell[1])
                return self._pointed_cell
        at, rows = self.position_at(pos), self._columns
        if at is None or not any(
            index in rows and rows[index].top <= pos.y() <= rows[index].top + rows[index].height
            for index in (INPUT, self._last)
        ):
            return None
        return Neuron(INPUT, at)

    def is_title(self, pos: QPointF) -> bool:
        """Whether the name of a head is at a place."""
        found = (maps.head_at(pos) for maps in self._heads.values())
        return any(head is not None and head[1] for head in found)

    def value(self, item: Item) -> float | None:
        """The number of a unit at the position that is pointed at."""
        values = self._activations(item.address) if isinstance(item, Neuron) else None
        if values is None:
            return None
        row = values[min(self._at(values), len(values) - 1)] if values.ndim == 2 else values.ravel()
        return float(row[item.unit]) if item.unit < len(row) else None

    def _activations(self, address: Address) -> Array | None:
        """What a layer whose row is drawn makes of the sample."""
        if self._snapshot is None or address not in self._rows:
            return None
        if isinstance(address, str):
            return (self._snapshot.part(BlockPart) or {}).get(address)
        return self._snapshot.layers[address].activations

    def _at(self, values: Array) -> int:
        """The position of a layer that belongs to the one that is pointed at."""
        return (self.position or 0) * len(values) // self.time

    def name(self, column: Address, unit: int) -> str:
        """Name of a unit or of a position in texts."""
        if column == INPUT:
            return self.place_text(unit)
        if self.position is None or len(self._shape(column) or ()) != 2:
            return f"unit {unit + 1}"
        return f"unit {unit + 1} at {self.place_text(self.position)}"

    def head_lines(self, head: Head, *, is_muted: bool) -> list[str]:
        """Tooltip of a head: its weights, and what a click on its name does."""
        maps = self._heads.get(head.column)
        if maps is None or head.unit >= maps.shown:
            return []
        title = card_titles(self._experiment)[head.column]
        lines = [f"Head {head.unit + 1} of {title}" + (", muted" if is_muted else "")]
        if head.unit < len(maps.habits):
            habit = maps.habits[head.unit]
            lines.append(f"looks at {_where(habit)} most: {percent_text(habit.share)}")
        if is_muted and (loss := self._muted_loss):
            lines.append(f"{loss.capitalize()}.")
        lines.append(
            "Click to let it work again." if is_muted else "Click to mute it: the network runs without it."
        )
        return lines

    def place_words(self, position: int) -> str:
        """A position in a sentence for a screen reader: the input, the guess, and what each head looks at."""
        parts = [f"{self.place_text(position)} of {self.time}"]
        if not self._sample.is_text and position < len(self._sample.letters):
            parts.append(f"value {self._sample.letters[position]}")
        if guess := self._sample.guess(position):
            parts.append(
                f"guesses {guess[0]} {percent_text(guess[1])}" + (f", really {guess[2]}" if guess[2] else "")
            )
        for index, maps in self._heads.items():
            for head in range(maps.shown):
                if (best := maps.best(head, position)) is not None:
                    where = self.place_text(best[0])
                    parts.append(
                        f"layer {index + 1}, head {head + 1} looks at {where}: {percent_text(best[1])}"
                    )
        return "; ".join(parts)

    def head_words(self, head: Head, held: str) -> str:
        """A head in a sentence for a screen reader."""
        maps = self._heads.get(head.column)
        text = f"Layer {head.column + 1}, head {head.unit + 1}"
        if maps is not None and head.unit < len(maps.habits):
            habit = maps.habits[head.unit]
            text += f": looks at {_where(habit)} most, {percent_text(habit.share)}"
        return f"{text}, {held}" if held else text

    def paint(self, painter: QPainter, theme: Theme, ratio: float, hovered: Item | None) -> None:
        if theme is not self._theme:
            self._theme, self._fresh = theme, True
            self._lut = packed_lut(theme)
        if self._snapshot is not None and self._fresh:
            self._fill(theme, ratio)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_still(painter, theme, ratio)
        for row in self._rows.values():
            row.paint(painter, theme)
        for index, maps in self._heads.items():
            muted = self._muted(index)
            maps.paint(painter, theme, muted, self.position)
            maps.paint_arcs(painter, theme, muted, self.position, self.positions)
        if self._last in self._columns:
            self._paint_outputs(painter, theme, self._columns[self._last])
        self._paint_position(painter, theme, hovered)

    def _paint_still(self, painter: QPainter, theme: Theme, ratio: float) -> None:
        """Draw what is the same in most snapshots: on the screen as a picture that is kept, for it is half of all."""
        turn = painter.worldTransform()
        notes = [self.muted_text if self._muted(index) else "" for index in self._heads]
        is_raster = painter.paintEngine().type() == QPaintEngine.Type.Raster
        if not (is_raster and math.isclose(painter.deviceTransform().m11(), ratio)):
            painter.fillRect(QRectF(QPointF(), self._size), QColor(theme.canvas))
            self._draw_still(painter, theme, notes)
            return
        looks = [maps.looks is None for maps in self._heads.values()]
        values = None if self._sample.values is None else self._sample.values.tobytes()
        sample = self._sample.letters, self._sample.legend(), values
        key = theme, ratio, self._first, self.position, sample, looks, notes
        if self._still is None or self._still[0] != key:
            made = QPixmap((self._size * ratio).toSize())
            made.setDevicePixelRatio(ratio / turn.m11())
            made.fill(QColor(theme.canvas))
            inner = QPainter(made)
            inner.setRenderHint(QPainter.RenderHint.Antialiasing)
            inner.setWorldTransform(turn)
            self._draw_still(inner, theme, notes)
            inner.end()
            self._still = key, made
        painter.resetTransform()
        painter.drawPixmap(0, 0, self._still[1])
        painter.setWorldTransform(turn)

    def _draw_still(self, painter: QPainter, theme: Theme, notes: Sequence[str]) -> None:
        self._paint_ways(painter, theme)
        for maps, note in zip(self._heads.values(), notes, strict=True):
            maps.paint_positions(painter, theme, self.position, self.positions, note)
        self._paint_inputs(painter, theme)
        for text, index, foot in zip(self._sample.legend(), (self._last, INPUT), (False, True), strict=True):
            if (end := self._columns.get(index)) is not None:
                top = end.top + end.height if foot else end.top - _LEGEND_PX
                left = self._area(end).left()
                room = QRectF(left, top, self._size.width() - left - 4, _LEGEND_PX)
                draw_text(painter, room, text, theme.text_muted, self._small, LEFT, cut=True)

    def paint_over(self, painter: QPainter) -> None:
        """Draw what lies over the marks of interventions."""
        if self.position is not None:
            for index, maps in self._heads.items():
                maps.paint_legend(painter, self._muted(index), self.position, self._sample.letters)

    @property
    def muted_text(self) -> str:
        """The loss with muted heads beside that without, and the way back; "" where more lies between."""
        loss = self._muted_loss
        return loss and f"Muted: {loss}; a click on the name brings it back"

    @property
    def _muted_loss(self) -> str:
        now = self._snapshot
        if now is None or now.figures.is_old or not _mutes_heads(now.experiment):
            return ""
        position, loss = self.unmuted.get(now.run, (math.nan, math.nan))
        if now.position != position:
            return ""
        told = "{} loss {} instead of {}".format
        return told(held_word(now.experiment.held_name), *apart_texts(now.figures.test.loss, loss))

    def _muted(self, layer: int) -> list[int]:
        return [each.unit for each in self.interventions if each.kind == "mute_head" and each.layer == layer]

    def _fill(self, theme: Theme, ratio: float) -> None:
        self._fresh = False
        for address, row in self._rows.items():
            if (values := self._activations(address)) is None:
                row.clear()
            else:
                row.fill(values if values.ndim == 2 else values.reshape(1, -1), self._lut, theme, ratio)
        for maps in self._heads.values():
            maps.fill(theme, ratio)

    def _paint_ways(self, painter: QPainter, theme: Theme) -> None:
        """A thin line up each position, between the rows."""
        rows = [self._columns[index] for index in sorted(self._columns)]
        if self.position is not None and self.position in self.positions:
            x, top = self._x_of(self.position) - self._pitch / 2, rows[-1].top - 3
            band = QRectF(x, top, self._pitch, rows[0].top + rows[0].height - top + 3)
            draw_box(painter, band, 5, theme.accent_soft)
        lines = []
        for below, above in pairwise(rows):
            foot, end = below.top, above.top + above.height
            lines += [QLineF(self._x_of(at), foot, self._x_of(at), end) for at in self.positions]
        painter.setPen(QPen(QColor(theme.border_strong), 1))
        painter.drawLines(lines)
        if self.position is not None and self.position in self.positions:
            x = self._x_of(self.position)
            painter.setPen(QPen(QColor(theme.accent), 2))
            ends = ((below.top, above.top + above.height) for below, above in pairwise(rows))
            painter.drawLines([QLineF(x, foot, x, end) for foot, end in ends])

    def _letter(self, position: int) -> QRectF:
        """The card of an input."""
        row = self._columns[INPUT]
        width = min(self._pitch - 4, 34.0)
        height = row.height - _NUMBER_PX - 2
        return QRectF(self._x_of(position) - width / 2, row.top, width, height)

    def _paint_inputs(self, painter: QPainter, theme: Theme) -> None:
        row = self._columns[INPUT]
        if self._sample.is_text:
            for at, text in zip(self.positions, self._sample.letters[self._first :], strict=False):
                chosen, place = at == self.position, self._letter(at)
                draw_box(
                    painter,
                    place.adjusted(0.5, 0.5, -0.5, -0.5),
                    5,
                    theme.accent if chosen else theme.surface_raised,
                    theme.accent if chosen else theme.border,
                )
                self._draw_token(painter, place, text, theme.accent_text if chosen else theme.text)
        elif self._sample.values is not None:
            self._paint_series(painter, theme, QRectF(self._area(row)).adjusted(0, 2, 0, -_NUMBER_PX))
        every = max(1, math.ceil(22 / self._pitch))
        for at in self.positions:
            chosen = at == self.position
            if not chosen and (at + 1) % every and at:
                continue
            place = QRectF(self._x_of(at) - 20, row.top + row.height - _NUMBER_PX, 40, _NUMBER_PX)
            draw_text(painter, place, str(at + 1), theme.accent if chosen else theme.text_faint, self._small)
        self._paint_pages(painter, theme)

    def _draw_token(self, painter: QPainter, place: QRectF, token: str, ink: str) -> None:
        if len(token) == 1:  # measuring takes longer than drawing
            draw_text(painter, place, token, ink, self._bold)
        else:
            painter.setPen(QColor(ink))
            draw_fitted(painter, place.adjusted(1, 0, -1, 0), (token,), self._bold, least_px=8)

    def _paint_pages(self, painter: QPainter, theme: Theme) -> None:
        """Number of positions beside those that are shown."""
        row = self._columns[INPUT]
        painter.setPen(QColor(theme.text_muted))
        right = self._x_of(self.positions.stop - 0.5)
        for count, left, text in (
            (self._first, 0.0, "‹"),
            (self.time - self.positions.stop, right, "›"),
        ):
            if count > 0:
                place = QRectF(left, row.top, self._left, row.height - _NUMBER_PX)
                draw_text(painter, place, text, None, self._bold)
                draw_text(painter, place.translated(0, 14), str(count), None, self._small)

    def _paint_series(self, painter: QPainter, theme: Theme, area: QRectF) -> None:
        assert self._sample.values is not None
        low, high = float(self._sample.values.min()), float(self._sample.values.max())
        span = high - low if math.isfinite(high - low) and high > low else 1.0
        for channel in range(min(10, self._sample.values.shape[1])):
            points = QPolygonF()
            for at in self.positions:
                value = float(self._sample.values[at, channel])
                share = (value - low) / span if math.isfinite(value) else 0.5
                points.append(QPointF(self._x_of(at), area.bottom() - share * area.height()))
            painter.setPen(
                QPen(QColor(theme.accent if self._sample.values.shape[1] == 1 else class_color(channel)), 1.5)
            )
            painter.drawPolyline(points)
            if self.position is not None and self.position in self.positions:
                painter.setBrush(QColor(theme.accent))
                painter.drawEllipse(points.at(self.position - self._first), 3, 3)

    def _paint_outputs(self, painter: QPainter, theme: Theme, row: LayerColumn) -> None:
        if self._experiment.task.per_position:
            self._paint_guesses(painter, theme, row)
            return
        if not (cells := self._sample.cells()):
            return
        area = self._area(row)
        most = max(1, min(len(cells), int(area.width() // (_WIDE_CELL_PX / 1.5))))
        width = min(_WIDE_CELL_PX, area.width() / most)
        for number, (name, note, share) in enumerate(cells[:most]):
            place = QRectF(area.left() + number * width, row.top, width - 6, row.height)
            draw_box(painter, place, 6, theme.surface_raised, theme.border)
            color = QColor(theme.field) if share is None else value_color(self._lut, share)
            painter.fillRect(QRectF(place.left() + 1, place.bottom() - 5, place.width() - 2, 4), color)
            painter.setPen(QColor(theme.text))
            upper = QRectF(place.left() + 4, place.top() + 2, place.width() - 8, place.height() / 2 - 2)
            draw_fitted(painter, upper, (name,), self._bold)
            painter.setPen(QColor(theme.text_muted))
            draw_fitted(painter, upper.translated(0, place.height() / 2 - 4), (note,), self._small)

    def _paint_guesses(self, painter: QPainter, theme: Theme, row: LayerColumn) -> None:
        """At each position the likeliest next token on the color of its probability, and a tick or the real one."""
        if self._sample.shares is None:
            return
        side = min(self._pitch - 4, 34.0)
        high = min(30.0, row.height * 0.5)
        # A low row has no room for probabilities, which are in the color, too.
        lines = 2 if row.height - high >= 2 * _LINE_PX else 1
        line_px, roomy = (row.height - high) / lines, self._pitch >= _ROOMY_PX
        for at in self.positions:
            guess = self._sample.guess(at)
            if guess is None:
                continue
            token, share, real = guess
            asked = self._sample.targets is None or bool(real)
            place = QRectF(self._x_of(at) - side / 2, row.top, side, high)
            ground = value_color(self._lut, share if asked else 0.0)
            draw_box(painter, place, 5, ground, theme.accent if at == self.position else None, 2)
            ink = theme.surface if share >= _DARK_SHARE and not theme.is_dark else theme.text
            self._draw_token(painter, place, token, ink if asked else theme.text_faint)
            if not asked:
                continue
            below = QRectF(self._x_of(at) - self._pitch / 2, row.top + high, self._pitch, line_px)
            if lines == 2:
                text = percent_text(share) if roomy else f"{100 * share:.0f}"
                draw_text(painter, below, text, theme.text, self._small)
                below.translate(0, line_px - 1)
            if token == real:
                draw_text(painter, below, "✓", theme.success, self._small)
            elif real:
                draw_text(painter, below, real, theme.text_muted, self._small, cut=len(real) > 3)

    def _paint_position(self, painter: QPainter, theme: Theme, hovered: Item | None) -> None:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.position is not None:
            painter.setPen(QPen(QColor(theme.accent), 2))
            for address, row in self._rows.items():
                shape = self._shape(address) or ()
                at = self.position * shape[0] // self.time
                if len(shape) == 2 and at in row.rects:
                    painter.drawRoundedRect(row.rects[at].adjusted(-1, -1, 1, 1), 4, 4)
        if isinstance(hovered, Head):
            place = self.head_rect(hovered.column, hovered.unit)
        elif isinstance(hovered, Neuron) and hovered.address in self._rows:
            place = self.tile(hovered.address, hovered.unit)
        else:
            return
        if place is not None:
            painter.setPen(QPen(QColor(theme.accent), 1.5))
            painter.drawRect(place.adjusted(-1, -1, 1, 1))


def _mutes_heads(experiment: Experiment) -> bool:
    return any(each.kind == "mute_head" for each in experiment.interventions)


def _where(habit: Habit) -> str:
    """ "the place 1 back", "itself", "the first place"."""
    if habit.back is None:
        return "the first place"
    return f"the place {habit.text}" if habit.back else habit.text
