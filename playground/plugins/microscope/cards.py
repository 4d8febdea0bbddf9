"""The cards of the microscope: feature map, forward pass and backward pass."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QScrollArea, QWidget

from core.experiment.experiment import Experiment
from core.inspect.attention import HeadTrace
from core.inspect.feature_map import FeatureMapView, MapPosition
from core.inspect.found_samples import TopPatches
from core.inspect.neuron import CellTrace, NeuronTrace, trace_at
from core.nn import AveragePooling2D, GlobalAveragePooling2D, MaxPooling2D
from playground.plugin import GRID_PX, Role, SectionTitle, set_up, show_markup, speak_as, vbox
from playground.plugins.microscope import formulas
from playground.plugins.microscope.formulas import cell_formula
from playground.plugins.microscope.map_card import MapCard
from playground.plugins.microscope.patch_table import PatchRow, PatchTable
from playground.plugins.microscope.product_table import ProductRow, ProductTable, input_name, prediction_names
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.number_format import number

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

FOLDED_CHANNELS = 3
MAX_CHANNELS = 64


def shows_patches(feature_map: FeatureMapView) -> bool:
    """Whether the layer computes each output from a patch of its input."""
    if feature_map.inputs.ndim == 3:
        return feature_map.kind.windows(feature_map.inputs.shape) is not None
    return "kernel" in feature_map.weights and feature_map.seen_as is not None


def patch_rows(
    feature_map: FeatureMapView, position: MapPosition, *, unfolded: bool = False
) -> tuple[list[PatchRow], int]:
    """A row per channel and the number of channels left out; folded, only the largest contributions are kept."""
    if position.kernel is None:
        return [_pool_row(feature_map, position)], 0
    sums = position.channel_sums
    count = len(sums)
    shown = list(range(min(count, MAX_CHANNELS)))
    if not unfolded and count > FOLDED_CHANNELS:
        shown = [int(index) for index in np.argsort(-np.abs(sums), kind="stable")[:FOLDED_CHANNELS]]
    is_whole = feature_map.inputs.ndim == 1
    rows = [
        PatchRow(
            channel_name(feature_map, channel),
            None if is_whole else feature_map.inputs[:, :, channel],
            position.box,
            position.patch[:, :, channel],
            position.inside,
            position.kernel[:, :, channel],
            float(sums[channel]),
        )
        for channel in shown
    ]
    return rows, count - len(rows)


def channel_name(feature_map: FeatureMapView, channel: int) -> str:
    """ "The image", "Red" or "Map 3 of layer 1"."""
    is_whole = feature_map.inputs.ndim == 1
    shape = feature_map.seen_as if is_whole else feature_map.inputs.shape
    count = 1 if shape is None else shape[2]
    if feature_map.layer == 0 or (is_whole and count in (1, 3)):
        return "The image" if count == 1 else ("Red", "Green", "Blue")[channel] if count == 3 else "Channel"
    if is_whole:
        return f"Map {channel + 1}, as it was before it was flattened"
    whose = "the inputs" if isinstance(feature_map.layer, str) else f"layer {feature_map.layer}"
    return f"Map {channel + 1} of {whose}"


def _pool_row(feature_map: FeatureMapView, position: MapPosition) -> PatchRow:
    patch, winner = position.patch[:, :, 0], None
    sign = (
        "mean"
        if isinstance(feature_map.kind, AveragePooling2D | GlobalAveragePooling2D)
        else feature_map.kind.title
    )
    if isinstance(feature_map.kind, MaxPooling2D):
        sign = "max"
        best = int(np.argmax(np.where(position.inside, patch, -np.inf)))
        row, column = np.unravel_index(best, patch.shape)
        winner = int(row), int(column)
    whole = feature_map.inputs[:, :, feature_map.unit]
    name = channel_name(feature_map, feature_map.unit)
    return PatchRow(name, whole, position.box, patch, position.inside, None, position.output, sign, winner)


_MAX_ROWS: Final = 12
_STEPS: Final = (
    ("sum", "1 · The sum", "Every input times its weight, and the bias: what the neuron adds up."),
    ("activation", "2 · The activation", "The bend that turns the sum into the neuron's output."),
    ("loss", "3 · The loss", "How wrong the network's prediction for this sample is."),
    ("gradient", "4 · The gradient", "How the loss would change with this neuron's output, sum and weights."),
    ("update", "5 · The update", "The step that learning from this sample alone would make."),
)
_OF_THE_LOSS: Final = ("loss", "gradient", "update")
_WITHOUT_WEIGHTS: Final = {"sum": "1 · What it does", "gradient": "2 · The gradient"}


class NeuronCards(QScrollArea):
    """Shows a `NeuronTrace` or a `FeatureMapView`, or both, at the selected position of the map."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.steps = {name: QLabel(self) for name, _, _ in _STEPS}
        self.titles: dict[str, SectionTitle] = {}
        self._step_cards: dict[str, QFrame] = {}
        self.map = MapCard(themes, self)
        self.patches = PatchTable(themes, self)
        self.unfold = set_up(QPushButton(self), checkable=True, flat="true")
        self.unfold.setToolTip("Show all channels in their order, or only those that count most")
        self.table = ProductTable(themes, self)
        self.setAccessibleName("The neuron's formula, with its numbers")
        speak_as(self, Role.Grouping)
        self._trace: NeuronTrace | None = None
        self._part: HeadTrace | CellTrace | None = None
        self._map: FeatureMapView | None = None
        self._experiment: Experiment | None = None
        self._prepared: PreparedData | None = None
        self._named: tuple[object, ...] = ()
        self._names: dict[int, str] = {}
        self._lay_out()
        self.blank()
        self.map.place_changed.connect(self.refresh)
        self.unfold.toggled.connect(self.refresh)

    def show_trace(
        self,
        trace: NeuronTrace | None,
        feature_map: FeatureMapView | None,
        best: TopPatches | None,
        experiment: Experiment,
        prepared: PreparedData,
        part: HeadTrace | CellTrace | None = None,
    ) -> None:
        self._trace, self._map, self._part = trace, feature_map, part
        self._experiment, self._prepared = experiment, prepared
        is_map = feature_map is not None and feature_map.is_map
        if feature_map is not None and is_map:
            self.map.show_trace(feature_map, best, experiment, prepared)
        self._show(self.map, is_map)
        self.refresh()

    def clear(self) -> None:
        """Drop the numbers; the texts stay until the next ones."""
        self._trace = self._map = self._part = self._experiment = self._prepared = None
        self._named, self._names = (), {}

    def blank(self) -> None:
        """Drop numbers and texts: every card is hidden until the next trace."""
        self.clear()
        for widget in (self.map, *self._step_cards.values()):
            widget.hide()

    def refresh(self) -> None:
        """Update the cards for the selected position."""
        experiment, prepared, feature_map, trace = self._experiment, self._prepared, self._map, self._trace
        if experiment is None or prepared is None or (feature_map is None and trace is None):
            return
        position = None
        if feature_map is not None:
            place = feature_map.clip(self.map.map.place) if feature_map.is_map else feature_map.place
            position = feature_map.at(place)
            if trace is not None and feature_map.is_map:
                trace = trace_at(trace, feature_map, position.place)
        self._show_patches(feature_map, position)
        if self._part is not None and feature_map is not None:
            self._write({"sum": self._part_formula(self._part, prepared, feature_map.sample)})
        elif trace is not None:
            self._show_neuron(trace, feature_map, position, experiment, prepared)
        elif feature_map is not None and position is not None:
            self._write(
                {
                    "sum": formulas.what_it_does(feature_map, position),
                    "gradient": formulas.map_gradient(feature_map, position),
                }
            )
        self._show(self.table, trace is not None)
        for name, title, _ in _STEPS:
            text = title if trace is not None else _WITHOUT_WEIGHTS.get(name)
            if self._part is not None:
                about = "What it looks at" if isinstance(self._part, HeadTrace) else "What it remembers"
                text = about if name == "sum" else None
            if self._is_drawn and name in _OF_THE_LOSS:
                text = None
            self._show(self._step_cards[name], text is not None)
            if text is not None and self.titles[name].text() != text.upper():
                self.titles[name].setText(text.upper())

    @staticmethod
    def _part_formula(part: HeadTrace | CellTrace, prepared: PreparedData, sample: int) -> str:
        if isinstance(part, HeadTrace):
            return formulas.head_formula(part, prepared, sample)
        return cell_formula(part, formulas.place_text(part.position, prepared, sample))

    def _show_neuron(
        self,
        trace: NeuronTrace,
        feature_map: FeatureMapView | None,
        position: MapPosition | None,
        experiment: Experiment,
        prepared: PreparedData,
    ) -> None:
        several = (
            feature_map is not None
            and position is not None
            and feature_map.is_map
            and len(position.channel_sums) > 1
        )
        summed = formulas.sum_formula(trace)
        if several and feature_map is not None and position is not None:
            summed = formulas.channel_formula(feature_map, position)
        self._write(
            {
                "sum": summed,
                "activation": formulas.activation_formula(trace),
                "loss": formulas.loss_formula(trace, experiment, prediction_names(prepared)),
                "gradient": formulas.gradient_formula(trace),
                "update": formulas.update_formula(trace, experiment.training.optimizer),
            }
        )
        self.table.show_rows(self._rows(trace, experiment, prepared))

    def _rows(self, trace: NeuronTrace, experiment: Experiment, prepared: PreparedData) -> list[ProductRow]:
        products, steps = trace.products, trace.weight_steps
        shown = formulas.strongest(trace, _MAX_ROWS)
        rows = [
            ProductRow(
                self._name(trace, index, experiment, prepared),
                float(trace.inputs[index]),
                float(trace.weights[index]),
                float(products[index]),
                float(trace.weight_gradients[index]),
                None if steps is None else float(steps[index]),
            )
            for index in shown
        ]
        more = len(products) - len(shown)
        if more:
            rest = float(np.delete(products, shown).sum())
            rows.append(ProductRow(f"and {more:,} more", None, None, rest, None, None))
        if trace.bias is not None:
            rows.append(ProductRow("Bias", 1.0, trace.bias, trace.bias, trace.bias_gradient, trace.bias_step))
        if self._is_drawn:
            return [replace(row, gradient=None, step=None) for row in rows]
        return rows

    @property
    def _is_drawn(self) -> bool:
        """Whether the sample is a drawing, which has no target and so no loss."""
        return self._map is not None and self._map.is_drawn

    def _name(self, trace: NeuronTrace, index: int, experiment: Experiment, prepared: PreparedData) -> str:
        """Name of an input, cached: the numbers change more often."""
        named = (experiment, prepared, trace.layer)
        if not all(one is other for one, other in zip(named, self._named, strict=False)) or not self._named:
            self._named, self._names = named, {}
        if index not in self._names:
            self._names[index] = input_name(trace, index, experiment, prepared)
        return self._names[index]

    def _show_patches(self, feature_map: FeatureMapView | None, position: MapPosition | None) -> None:
        shown = feature_map is not None and position is not None and shows_patches(feature_map)
        folded = 0
        if shown and feature_map is not None and position is not None:
            rows, folded = patch_rows(feature_map, position, unfolded=self.unfold.isChecked())
            self.patches.show_rows(rows)
            rest = float(position.channel_sums.sum() - sum(row.result for row in rows)) if folded else 0.0
            text = f"+ {folded} more channels, together {number(rest)}" if folded else "Show fewer"
            if text != self.unfold.text():
                self.unfold.setText(text)
                self.unfold.setAccessibleName(text)
        self._show(self.patches, shown)
        self._show(self.unfold, shown and (folded > 0 or self.unfold.isChecked()))

    def _write(self, texts: dict[str, str]) -> None:
        for name, text in texts.items():
            if text != self.steps[name].text():
                show_markup(self.steps[name], text)

    @staticmethod
    def _show(widget: QWidget, shown: bool) -> None:
        if widget.isHidden() == shown:
            widget.setVisible(shown)

    def _lay_out(self) -> None:
        inside = QWidget(self)
        column = vbox(self.map, parent=inside, margins=(0, 0, GRID_PX, 0), spacing=GRID_PX)
        for name, title, tooltip in _STEPS:
            label = self.steps[name]
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setFont(font())
            label.setToolTip(tooltip)
            label.setAccessibleName(title)
            card = self._step_cards[name] = QFrame(inside)
            card.setProperty("role", "card")
            rows = vbox(parent=card, margins=(12, GRID_PX, 12, 10), spacing=6)
            self.titles[name] = SectionTitle(title, card)
            rows.addWidget(self.titles[name])
            if name == "sum":
                rows.addWidget(self.patches)
                rows.addWidget(self.unfold, 0, Qt.AlignmentFlag.AlignLeft)
            rows.addWidget(label)
            if name == "sum":
                rows.addWidget(self.table)
            column.addWidget(card)
        column.addStretch(1)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(inside)
