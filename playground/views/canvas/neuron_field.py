"""The neurons and links below the cards, and the inline editing of weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from time import perf_counter
from typing import Any

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSizeF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.data.datasets import Painted
from core.experiment.experiment import Experiment
from core.experiment.stack_problems import shapes_of
from core.inspect.snapshot import Snapshot
from core.inspect.weight_images import first_pixel_layer
from core.nn import Shape
from core.nn.interventions import Intervention
from core.nn.stage import layer_text
from playground.model.slow_motion import SlowMoment
from playground.views.canvas.card_text import (
    attending_columns,
    describe_network,
    describe_neuron,
    listed_units,
)
from playground.views.canvas.column_layout import INPUT, LayerColumn, shows_links, shows_rows
from playground.views.canvas.hit_items import Bias, Head, Inner, Item, Link, Neuron
from playground.views.canvas.input_notes import N_NEAREST
from playground.views.canvas.interventions import paint_importance, paint_interventions
from playground.views.canvas.neuron_focus import NeuronList
from playground.views.canvas.pixel_field import PixelField
from playground.views.canvas.pixel_tools import PixelTools
from playground.views.canvas.point_field import PointField
from playground.views.canvas.sample_field import SampleField
from playground.views.canvas.sequence_field import SequenceField
from playground.views.canvas.slow_marks import paint_slow, snapshot_of
from playground.views.canvas.table_field import TableField
from playground.views.canvas.tooltips import hover_lines, hover_text, interventions_text, paint_hover_text
from playground.views.canvas.weight_editor import WeightEditor
from playground.views.theme.colors import Theme
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.painted import PaintedWidget
from playground.views.widgets.spoken import Role, speak_as

_REST_MS = 250
_ANIMATION_END_MS = 500
_NEAREST_GAP_PX = 14


class NeuronField(PaintedWidget):
    """Draws neurons below their cards: maps and links for points, activations of one sample for images and tables.

    Of sequences it draws rows beside the cards.

    `neuron_hovered` and `neuron_clicked` carry (column, unit) with column -1 for the input; leaving emits None. Layers
    have the indices of the stack; the output is the last. Those inside a block are clicked by their path.
    """

    neuron_hovered = Signal(object)
    neuron_clicked = Signal(object)
    weight_edit_requested = Signal(int, int, int, float)
    bias_edit_requested = Signal(int, int, float)
    position_chosen = Signal(object)
    """Carries the position of a sequence that is pointed at or kept, or None."""
    mute_requested = Signal(object, str)
    """Carries a Head and the kind of its intervention, which is to be switched."""
    clamp_requested = Signal(object, float)
    """Carries a Neuron and its fixed output."""
    visible_requested = Signal(QRectF)
    """Carries the rectangle of the current neuron, to be scrolled into view."""
    draw_requested = Signal()
    """Requests the pad for a drawing in place of the sample."""
    menu_requested = Signal(object, QPoint)
    """Carries a Neuron or Link, and the global position for its menu."""
    name = "Network"
    is_tracking = True
    is_antialiased = False

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._experiment: Experiment | None = None
        self._importance: Mapping[tuple[int, int], float] = {}
        self._shapes: tuple[Shape, ...] = ()
        self._columns: tuple[LayerColumn, ...] = ()
        self._zoom = 1.0
        self._is_plain = False
        self._snapshot: Snapshot | None = None
        self._live: Snapshot | None = None
        """The settings before a step in slow motion changes them."""
        self._slow: SlowMoment | None = None
        self._prepared: Any = None
        self._shown_data: Any = None
        """Of the run of the snapshot; `_prepared` may be of the next one."""
        self._field: PointField | SampleField | SequenceField | None = None
        self._unmuted: dict[int, tuple[float, float]] = {}
        self._kept: int | None = None
        self._pointed: int | None = None
        """Positions of a sequence: the one that a click or a key has chosen, and the one under the pointer."""
        self._hovered: Item | None = None
        self._pressed: Item | None = None
        self._mouse = QPointF()
        self._edited: Item | None = None
        self.neurons = NeuronList(self.neuron_words, self)
        self.neurons.neuron_reached.connect(self._on_neuron_reached)
        self.neurons.neuron_chosen.connect(self._on_neuron_chosen)
        self.neurons.menu_requested.connect(self._on_menu_requested)
        self.neurons.let_go.connect(self._let_go)
        self.editor = WeightEditor(self)
        self.editor.value_typed.connect(self._request_edit)
        self.pixel_tools = PixelTools(themes, self)
        self.pixel_tools.draw_requested.connect(self.draw_requested)
        self.pixel_tools.most_links_changed.connect(self._set_most_links)
        self._pressed_fold: int | None = None
        # While snapshots arrive, stale links wait for the next repaint; at rest they are drawn at once.
        self._at_rest = True
        self._rest = QTimer(self, interval=_REST_MS, singleShot=True)
        self._rest.timeout.connect(self._finish_links)
        self._animation_end = QTimer(self, interval=_ANIMATION_END_MS, singleShot=True)
        self._animation_end.timeout.connect(self.update)
        self._reduced_motion = False
        # Opaque paint event: Qt skips the background.
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumHeight(160)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        speak_as(self, Role.Canvas, keys="Tab to the list of neurons; Tab to a layer")

    def show_importance(self, importance: Mapping[tuple[int, int], float]) -> None:
        """Mark how important units are, 0 … 1 by (layer, unit); an empty mapping removes the marks."""
        self._importance = importance
        self.update()

    def set_columns(self, columns: Sequence[LayerColumn], zoom: float = 1.0) -> None:
        """Columns at 100 %, from the input to the output, drawn at `zoom`."""
        if (tuple(columns), zoom) != (self._columns, self._zoom):
            self._columns, self._zoom = tuple(columns), zoom
            self._describe()
            self._arrange()

    def set_experiment(self, experiment: Experiment) -> None:
        """Set the stack. The last snapshot is kept if its columns match."""
        before, self._experiment = self._experiment, experiment
        if before is not None and before.interventions != experiment.interventions:
            self.update()
        if before is not None and _looks_alike(before, experiment):
            return
        if before is None or before.dataset != experiment.dataset:
            self._prepared = None
        self._shapes, _ = shapes_of(experiment)
        self._describe()
        self._arrange()

    def show_slow(self, moment: SlowMoment | None) -> None:
        """Show the numbers of a step in slow motion; None ends it."""
        self._slow = moment
        if self._live is not None:
            self.show_snapshot(self._live)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Set the snapshot; drawn at the next repaint."""
        self._live = snapshot
        if self._slow is not None:
            snapshot = snapshot_of(self._slow, snapshot)
        before, self._snapshot = self._snapshot, snapshot
        # Data of another run may come before its first snapshot: until then, those of this one are still drawn.
        self._shown_data = self._prepared
        if before is not None and _moment(before) != _moment(snapshot) and before.run == snapshot.run:
            self._animation_end.start()
        if self._field is not None and self._fits(snapshot):
            self._show(self._field, snapshot)
            if before is None or ("saliency" in before.parts) != ("saliency" in snapshot.parts):
                self._place_tools()
            self._at_rest = False
            self.update()

    def set_reduced_motion(self, reduced: bool) -> None:
        """Set whether decorative animations are off."""
        self._reduced_motion = reduced
        self.update()

    @property
    def is_animated(self) -> bool:
        """Whether dashes are moving along the links, while the network trains."""
        return self._animation_end.isActive() and not self._reduced_motion

    def show_data(self, prepared: Any) -> None:
        """Set class and feature names from a `core.experiment.prepare.PreparedData`."""
        self._prepared = prepared
        self._show_names()
        self.update()

    def clear(self) -> None:
        """Drop the run: tiles are blank until the next one."""
        self._snapshot = self._live = self._slow = self._prepared = self._shown_data = None
        self._unmuted.clear()
        self._arrange()

    def hit(self, pos: QPointF) -> Item | None:
        """The neuron, link or bias at a position of the widget, or None."""
        return None if self._field is None else self._field.hit(pos / self._zoom)

    def tile(self, column: Any, unit: int) -> QRectF | None:
        """Rectangle of a neuron by the address of its layer; None if it is not drawn."""
        return None if self._field is None else self._zoomed(self._field.tile(column, unit))

    def bias_rect(self, layer: int, unit: int) -> QRectF | None:
        """Rectangle of a bias; None if it is not drawn."""
        return None if self._field is None else self._zoomed(self._field.bias_rect(layer, unit))

    def _zoomed(self, rect: QRectF | None) -> QRectF | None:
        return None if rect is None else QRectF(rect.topLeft() * self._zoom, rect.size() * self._zoom)

    @property
    def mapped(self) -> int:
        """Number of units per layer that have a boundary map."""
        return self._field.shown if isinstance(self._field, PointField) else 0

    @property
    def nearest(self) -> int:
        """Number of training samples that are drawn because they are nearest to the sample."""
        return N_NEAREST if isinstance(self._field, PixelField) else 0

    @property
    def attends(self) -> bool:
        """Whether maps of attention are drawn."""
        return isinstance(self._field, SequenceField) and self._field.attends

    @property
    def position(self) -> int | None:
        """The position of a sequence that is looked at."""
        return self._kept if self._pointed is None else self._pointed

    def keep_position(self, position: int | None) -> None:
        """Look at a position of a sequence until another one is chosen; None for none."""
        self._kept = position
        self._follow_position()

    def folded(self, column: int) -> int:
        """Number of units of a column that are not drawn."""
        return 0 if self._field is None else self._field.folded(column)

    def output_texts(self) -> list[str]:
        """The output column's text for a sample, per row; empty for points."""
        if isinstance(self._field, TableField | SequenceField):
            return self._field.output_texts()
        bars = self._field.bars if isinstance(self._field, SampleField) else None
        return [] if bars is None else bars.texts()

    def hover_text(self, item: Item) -> str:
        """Hover text of an item; empty without a snapshot."""
        return "" if self._field is None else hover_text(item, self._field, self._interventions)

    def neuron_words(self, neuron: Neuron) -> str:
        """Accessible text of a neuron."""
        if self._experiment is None:
            return ""
        snapshot = self._snapshot if self._snapshot is not None and self._fits(self._snapshot) else None
        held = interventions_text(neuron, self._interventions)
        if isinstance(self._field, SequenceField):
            if isinstance(neuron, Head):
                return self._field.head_words(neuron, held)
            if neuron.column == INPUT:
                return self._field.place_words(neuron.unit)
            if isinstance(neuron, Inner):
                text = self.hover_text(neuron) or self._field.name(neuron.path, neuron.unit)
                return f"{layer_text(neuron.path).capitalize()}, {text}"
        return describe_neuron(neuron, self._experiment, snapshot, held)

    @property
    def _interventions(self) -> tuple[Intervention, ...]:
        return () if self._experiment is None else self._experiment.interventions

    def _fits(self, snapshot: Snapshot) -> bool:
        return self._experiment is not None and _has_same_columns(snapshot.experiment, self._experiment)

    def _arrange(self) -> None:
        self._field = None
        self._set_hovered(None)
        self.editor.hide()
        self.pixel_tools.place(None)
        experiment = self._experiment
        # Between a new stack and its columns there is nothing to draw.
        if experiment is None or not self._columns or self._columns[-1].index != len(experiment.layers):
            self.update()
            return
        kind = _field_class(experiment)
        given = {"is_plain": self._is_plain} if kind is PointField else {}
        self._field = kind(experiment, self._shapes, self._columns, QSizeF(self.size()) / self._zoom, **given)
        self._show_names()
        if isinstance(self._field, SequenceField):
            if self._kept is not None and self._kept >= self._field.time:
                self._kept = None
            self._field.look_at(self._kept)
            self._field.unmuted = self._unmuted
        if isinstance(self._field, PixelField):
            self._field.set_most_links(self.pixel_tools.most_links)
        if self._snapshot is not None and self._fits(self._snapshot):
            self._show(self._field, self._snapshot)
        self._place_tools()
        self.update()

    def _show(self, field: PointField | SampleField | SequenceField, snapshot: Snapshot) -> None:
        if isinstance(field, PixelField):
            field.notes.show_data(self._shown_data)
        field.show(snapshot)

    def _place_tools(self) -> None:
        field = self._field if isinstance(self._field, PixelField) else None
        if field is None or field.input is None:
            self.pixel_tools.place(None)
            return
        has_legend = self._snapshot is not None and "saliency" in self._snapshot.parts
        above = field.input.with_legend if has_legend else field.input.rect
        below = self.pixel_tools.place(self._zoomed(field.notes.below_image(above)))
        field.notes.place_nearest((below + _NEAREST_GAP_PX) / self._zoom)

    def _set_most_links(self, most: int) -> None:
        if isinstance(self._field, PixelField):
            self._field.set_most_links(most)
            self.update()

    def _fold_at(self, pos: QPointF) -> int | None:
        """The column whose folded units are shown by a click at a position."""
        folds = isinstance(self._field, PixelField | SequenceField)
        return self._field.fold_at(pos / self._zoom) if folds else None  # type: ignore[union-attr]

    def show_plain(self, plain: bool) -> None:
        """Name a point's coordinates in plain words."""
        if plain != self._is_plain:
            self._is_plain = plain
            self._arrange()

    def _show_names(self) -> None:
        if self._prepared is None:
            return
        if isinstance(self._field, TableField | SequenceField):
            self._field.show_data(self._prepared)
        elif self._field is not None:
            self._field.show_names(self._prepared.data.class_names)

    def _describe(self) -> None:
        if self._experiment is not None:
            self.setAccessibleDescription(describe_network(self._experiment, self._shapes))
            heads = attending_columns(self._experiment)
            rows = shows_rows(self._experiment)
            units = listed_units(self._experiment, self._columns)
            self.neurons.set_units(units, heads, in_rows=rows)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        if not isinstance(self._field, SequenceField):
            painter.fillRect(self.rect(), QColor(theme.canvas))
        if self._field is not None:
            painter.scale(self._zoom, self._zoom)
            if isinstance(self._field, SequenceField):
                self._field.interventions = self._interventions
            self._field.animation_seconds = perf_counter() if self.is_animated else None
            self._field.at_rest = self._at_rest
            self._field.paint(painter, theme, self.devicePixelRatioF() * self._zoom, self._hovered)
            if self._interventions:
                paint_interventions(painter, theme, self._field, self._interventions)
            paint_importance(painter, theme, self._field, self._importance)
            if isinstance(self._field, SequenceField):
                self._field.paint_over(painter)
            if self._slow is not None:
                paint_slow(painter, theme, self._field, self._slow)
            painter.resetTransform()
            self._paint_hover_text(painter)
        if not self._at_rest:
            self._rest.start()
        elif self._field is not None and self._field.links_stale:
            self.update()

    def _finish_links(self) -> None:
        self._at_rest = True
        self.update()

    def _paint_hover_text(self, painter: QPainter) -> None:
        if self._field is None or self._hovered is None or self.editor.isVisible():
            return
        if isinstance(self._field, SequenceField) and isinstance(self._hovered, Head):
            # Over a map, the legend beside the arcs says what is looked at.
            is_muted = bool(interventions_text(self._hovered, self._interventions))
            on_title = self._field.is_title(self._mouse / self._zoom)
            lines = self._field.head_lines(self._hovered, is_muted=is_muted) if on_title else []
        elif isinstance(self._field, SequenceField) and self._hovered == Neuron(INPUT, self._hovered.unit):
            lines = self._field.letter_lines(self._hovered.unit)
        else:
            lines = hover_lines(self._hovered, self._field, self._interventions)
        if lines:
            paint_hover_text(painter, lines, self._mouse, QSizeF(self.size()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._mouse = event.position()
        self._point_at(self._mouse)
        self._set_hovered(self.hit(self._mouse))
        if self._hovered is None:
            folds = self._fold_at(self._mouse) is not None
            self.setCursor(Qt.CursorShape.PointingHandCursor if folds else Qt.CursorShape.ArrowCursor)
        if self._hovered is not None:
            self.update()  # the text follows the mouse

    def _point_at(self, pos: QPointF | None) -> None:
        if isinstance(self._field, SequenceField):
            self._pointed = None if pos is None else self._field.position_at(pos / self._zoom)
            self._follow_position()

    def _follow_position(self) -> None:
        """Show the position that is looked at now, and tell of it."""
        if isinstance(self._field, SequenceField) and self._field.look_at(self.position):
            self.position_chosen.emit(self._field.position)
            self.update()

    def _let_go(self) -> None:
        self.keep_position(None)

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(None)
        self._set_hovered(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._pressed = self.hit(event.position()) if event.button() == Qt.MouseButton.LeftButton else None
        if event.button() == Qt.MouseButton.RightButton and self.request_menu(event.position()):
            return
        left = event.button() == Qt.MouseButton.LeftButton
        self._pressed_fold = self._fold_at(event.position()) if left else None
        if self._pressed is None and self._pressed_fold is None:
            event.ignore()  # for the canvas: scroll, or clear the selection

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        fold, self._pressed_fold = self._pressed_fold, None
        if (
            fold is not None
            and fold == self._fold_at(event.position())
            and isinstance(self._field, PixelField | SequenceField)
        ):
            self._field.turn_page(fold)
            self.update()
            return
        if pressed is None or self.hit(event.position()) != pressed:
            return
        if isinstance(self._field, SequenceField) and isinstance(pressed, Neuron):
            if isinstance(pressed, Head) and self._field.is_title(event.position() / self._zoom):
                self.mute_requested.emit(pressed, "mute_head")
                return
            at = self._field.position_at(event.position() / self._zoom)
            self._click_position(at, toggle=pressed.column == INPUT)
            if pressed.column == INPUT:
                return
        if isinstance(pressed, Neuron):
            self.neuron_clicked.emit((pressed.address, pressed.unit))
        else:
            self._open_editor(pressed, event.position())

    def _click_position(self, position: int | None, *, toggle: bool) -> None:
        """Keep a position, or let it go again; the arrows go on from it."""
        if position is None:
            return
        again = toggle and position == self._kept
        self.neurons.reach(Neuron(INPUT, position))
        self.neurons.setFocus(Qt.FocusReason.MouseFocusReason)
        if again:
            self._let_go()

    def request_menu(self, pos: QPointF) -> bool:
        """Request the menu of the item at a position. Returns False if there is none."""
        item = self.hit(pos)
        if item is None or isinstance(item, Bias) or (isinstance(item, Neuron) and item.column < 0):
            return False
        self.menu_requested.emit(item, self.mapToGlobal(pos.toPoint()))
        return True

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_keyboard = event.reason() == QContextMenuEvent.Reason.Keyboard
        if by_keyboard and self._hovered is not None:
            self.request_menu(self._mouse)
        # A mouse press requested the menu of an item already; the menu of the canvas is beside them.
        event.setAccepted(by_keyboard or self.hit(QPointF(event.pos())) is not None)

    def _on_neuron_reached(self, neuron: Neuron | None) -> None:
        if neuron is not None:
            tile = self.tile(neuron.address, neuron.unit)
            if isinstance(self._field, SequenceField) and neuron.column == INPUT:
                self.keep_position(neuron.unit)
            if isinstance(neuron, Head) and isinstance(self._field, SequenceField):
                tile = self._zoomed(self._field.head_rect(neuron.column, neuron.unit))
            if tile is not None:
                self._mouse = tile.center()
                self.visible_requested.emit(tile)
        self._set_hovered(neuron)

    def _on_neuron_chosen(self, neuron: Neuron) -> None:
        if not (isinstance(self._field, SequenceField) and neuron.column == INPUT):
            self.neuron_clicked.emit((neuron.address, neuron.unit))

    def _on_menu_requested(self, neuron: Neuron | None) -> None:
        if neuron is not None and neuron.column >= 0:
            tile = self.tile(neuron.address, neuron.unit)
            at = self.rect().center() if tile is None else tile.center().toPoint()
            self.menu_requested.emit(neuron, self.mapToGlobal(at))

    def open_clamp(self, neuron: Neuron) -> None:
        """Open the editor for a neuron's fixed output."""
        tile = self.tile(neuron.address, neuron.unit)
        if tile is None or self._field is None:
            return
        values = [
            each.value
            for each in self._interventions
            if each.place == (neuron.address, neuron.unit, None) and each.kind == "clamp"
        ]
        self._edited = neuron
        field: Any = self._field
        name = f"Output of {field.name(neuron.address, neuron.unit)}"
        self.editor.open_at(tile.center(), name, values[0] if values else 1.0)

    def _open_editor(self, item: Link | Bias, pos: QPointF) -> None:
        value = None if self._field is None else self._field.value(item)
        if value is None:
            return
        self._edited = item
        self.editor.open_at(pos, self.hover_text(item), value)
        self.update()

    def _request_edit(self, value: float) -> None:
        if isinstance(self._edited, Link):
            self.weight_edit_requested.emit(self._edited.layer, self._edited.input, self._edited.unit, value)
        elif isinstance(self._edited, Bias):
            self.bias_edit_requested.emit(self._edited.layer, self._edited.unit, value)
        elif isinstance(self._edited, Neuron):
            self.clamp_requested.emit(self._edited, value)
        self.update()

    def _set_hovered(self, item: Item | None) -> None:
        before, self._hovered = self._hovered, item
        if item == before:
            return
        self.setCursor(Qt.CursorShape.ArrowCursor if item is None else Qt.CursorShape.PointingHandCursor)
        old, new = (
            each if isinstance(each, Neuron) and not isinstance(each, Inner) else None
            for each in (before, item)
        )
        if old != new:
            self.neuron_hovered.emit(None if new is None else (new.column, new.unit))
        self.update()


def _field_class(experiment: Experiment) -> type[PointField] | type[SampleField] | type[SequenceField]:
    """Flat layers are drawn as a graph; images and sequences by the activations of a sample."""
    if shows_rows(experiment):
        return SequenceField
    if experiment.dataset.family == "points":
        return PointField
    if shows_links(experiment):
        return TableField
    return SampleField if first_pixel_layer(experiment) is None else PixelField


def _moment(snapshot: Snapshot) -> tuple[int, int]:
    return snapshot.epoch, snapshot.step


def _has_same_columns(one: Experiment, other: Experiment) -> bool:
    """Whether snapshots of both can be drawn alike: after an edit, one of the old experiment may still arrive."""
    if one is other:
        return True
    if (one.dataset.family, one.input_shape) != (other.dataset.family, other.input_shape):
        return False
    return shapes_of(one) == shapes_of(other)


def _looks_alike(one: Experiment, other: Experiment) -> bool:
    # Painting points changes neither network nor class names.
    painted = isinstance(one.dataset, Painted) and isinstance(other.dataset, Painted)
    same_data = one.dataset.info() == other.dataset.info() if painted else one.dataset == other.dataset
    return same_data and (one.features, one.stack()) == (other.features, other.stack())
