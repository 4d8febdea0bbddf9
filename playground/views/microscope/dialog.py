"""The microscope's window: choose a neuron and a sample, and follow the numbers forward and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from core.experiment import Experiment
from core.microscope import Lens, can_look
from core.problems import shapes_of
from core.snapshot import Snapshot
from playground.model.document import Document
from playground.views.controls import Captioned, SectionTitle
from playground.views.microscope import formulas
from playground.views.microscope.names import input_name, layer_name
from playground.views.microscope.product_table import ProductRow, ProductTable
from playground.views.theme import GRID_PX, ThemeSource, font

if TYPE_CHECKING:
    from core.preparation import Prepared

__all__ = ["MicroscopeDialog"]

_MOST_ROWS: Final = 12
# Numbers that change more often than this cannot be read.
_INTERVAL_MS: Final = 100
_STEPS: Final = (
    ("sum", "1 · The sum", "Every input times its weight, and the bias: what the neuron adds up."),
    ("activation", "2 · The activation", "The bend that turns the sum into the neuron's output."),
    ("loss", "3 · The loss", "How wrong the network's answer to this sample is."),
    ("gradient", "4 · The gradient", "How the loss would change with this neuron's output, sum and weights."),
    ("update", "5 · The update", "The step that learning from this sample alone would make."),
)


class MicroscopeDialog(QDialog):
    """Stays open beside the window. It asks for what it wants to see by `lens_changed` and `sample_changed`."""

    lens_changed = Signal(object)
    """(layer, unit) to look at, None when the dialog closes."""
    sample_changed = Signal(int)
    """The row of the test part to look at."""

    def __init__(self, document: Document, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Microscope")
        self.setModal(False)
        self.resize(620, min(820, self.screen().availableGeometry().height() - 60))
        self._document, self._themes = document, themes
        self._prepared: Prepared | None = None
        self._lens: Lens | None = None
        self._pending: Lens | None = None
        self._layers: list[int] = []
        self.layer = QComboBox(self)
        self.unit = self._spin("Neuron", "Which neuron of the layer to look at.")
        self.sample = self._spin(
            "Test sample",
            "Which test sample to send through the network; or click a point in the output plot.",
        )
        self.steps = {name: QLabel(self) for name, _, _ in _STEPS}
        self.table = ProductTable(themes, self)
        self.hint = QLabel(self)
        self._lay_out()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_INTERVAL_MS)
        self._timer.timeout.connect(self._show_pending)
        self.layer.currentIndexChanged.connect(self._choose_layer)
        self.unit.valueChanged.connect(self._ask)
        self.sample.valueChanged.connect(self._choose_sample)
        document.experiment_changed.connect(self._show_experiment)
        themes.theme_changed.connect(self._restyle)
        self._show_experiment(document.experiment)

    @property
    def place(self) -> tuple[int, int] | None:
        """The chosen (layer, unit), None when the network has no neuron to look at."""
        index = self.layer.currentIndex()
        return (self._layers[index], self.unit.value() - 1) if 0 <= index < len(self._layers) else None

    def look_at(self, layer: int, unit: int) -> bool:
        """Choose a neuron of the stack; False when it has no weights to be looked at."""
        if layer not in self._layers:
            return False
        self.layer.setCurrentIndex(self._layers.index(layer))
        self.unit.setValue(unit + 1)
        return True

    def show_data(self, prepared: Prepared) -> None:
        """Take a new run's data; the window looks at its first test sample from now on."""
        self._prepared = prepared
        self._lens = self._pending = None
        self.sample.blockSignals(True)
        self.sample.setRange(1, max(1, len(prepared.test)))
        self.sample.setValue(1)
        self.sample.blockSignals(False)

    def show_sample(self, row: int) -> None:
        """Another test sample was chosen elsewhere."""
        self.sample.blockSignals(True)
        self.sample.setValue(row + 1)
        self.sample.blockSignals(False)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Take the newest numbers; they are shown about ten times a second."""
        lens = snapshot.lens
        if not self.isVisible() or lens is None or (lens.layer, lens.unit) != self.place:
            return
        self._pending = lens
        if not self._timer.isActive():
            self._show_pending()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._ask()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.lens_changed.emit(None)

    def _ask(self) -> None:
        if self.isVisible():
            self.lens_changed.emit(self.place)

    def _choose_layer(self) -> None:
        place = self.place
        if place is not None:
            shapes, _ = shapes_of(self._document.experiment)
            self.unit.blockSignals(True)
            self.unit.setMaximum(shapes[place[0]][-1])
            self.unit.blockSignals(False)
        self._ask()

    def _choose_sample(self, number: int) -> None:
        self.sample_changed.emit(number - 1)

    def _show_experiment(self, experiment: Experiment) -> None:
        """List the layers that can be looked at; the chosen one stays chosen where it can."""
        before = self.place
        _, problem = shapes_of(experiment)
        stack = experiment.stack() if problem is None else ()
        self._layers = [index for index, layer in enumerate(stack) if can_look(layer)]
        self.layer.blockSignals(True)
        self.layer.clear()
        self.layer.addItems([layer_name(experiment, index) for index in self._layers])
        if before is not None and before[0] in self._layers:
            self.layer.setCurrentIndex(self._layers.index(before[0]))
        self.layer.blockSignals(False)
        nothing = not self._layers
        self.hint.setText("A network that can run is needed to look into it." if nothing else "")
        self.hint.setVisible(nothing)
        self._body.setVisible(not nothing)
        self._choose_layer()

    def _show_pending(self) -> None:
        lens, self._pending = self._pending, None
        if lens is None or not self.isVisible():
            return
        self._show_lens(lens)
        self._timer.start()

    def _show_lens(self, lens: Lens) -> None:
        prepared, experiment = self._prepared, self._document.experiment
        if prepared is None or lens.layer not in self._layers:
            return
        self._lens = lens
        texts = {
            "sum": formulas.sum_formula(lens),
            "activation": formulas.activation_formula(lens),
            "loss": formulas.loss_formula(lens, experiment.loss, prepared.data.class_names),
            "gradient": formulas.gradient_formula(lens),
            "update": formulas.update_formula(lens, experiment.optimizer),
        }
        for name, text in texts.items():
            if text != self.steps[name].text():
                self.steps[name].setText(text)
        self.table.show_rows(self._rows(lens, experiment, prepared))

    def _rows(self, lens: Lens, experiment: Experiment, prepared: Prepared) -> list[ProductRow]:
        products, steps = lens.products, lens.weight_steps
        shown = formulas.strongest(lens, _MOST_ROWS)
        rows = [
            ProductRow(
                input_name(lens, index, experiment, prepared),
                float(lens.inputs[index]),
                float(lens.weights[index]),
                float(products[index]),
                float(lens.weight_gradients[index]),
                None if steps is None else float(steps[index]),
            )
            for index in shown
        ]
        more = len(products) - len(shown)
        if more:
            rest = float(np.delete(products, shown).sum())
            rows.append(ProductRow(f"and {more:,} more", None, None, rest, None, None))
        if lens.bias is not None:
            rows.append(ProductRow("Bias", 1.0, lens.bias, lens.bias, lens.bias_gradient, lens.bias_step))
        return rows

    def _restyle(self) -> None:
        if self._lens is not None:
            self._show_lens(self._lens)

    def _spin(self, name: str, tooltip: str) -> QSpinBox:
        box = QSpinBox(self)
        box.setRange(1, 1)
        box.setKeyboardTracking(False)
        box.setAccessibleName(name)
        box.setToolTip(tooltip)
        return box

    def _lay_out(self) -> None:
        self.layer.setToolTip("The layer whose neurons to look at.")
        self.layer.setAccessibleName("Layer")
        choices = QHBoxLayout()
        choices.setSpacing(GRID_PX)
        choices.addWidget(Captioned("Layer", self.layer, self), 2)
        choices.addWidget(Captioned("Neuron", self.unit, self), 1)
        choices.addWidget(Captioned("Test sample", self.sample, self), 1)
        self.hint.setProperty("role", "muted")
        self._body = self._make_body()
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID_PX, GRID_PX + 4, 2 * GRID_PX, GRID_PX + 4)
        column.setSpacing(GRID_PX + 4)
        column.addLayout(choices)
        column.addWidget(self.hint)
        column.addWidget(self._body, 1)

    def _make_body(self) -> QScrollArea:
        inside = QWidget(self)
        column = QVBoxLayout(inside)
        column.setContentsMargins(0, 0, GRID_PX, 0)
        column.setSpacing(GRID_PX)
        for name, title, tooltip in _STEPS:
            label = self.steps[name]
            label.setTextFormat(Qt.TextFormat.RichText)
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.setFont(font())
            label.setToolTip(tooltip)
            label.setAccessibleName(title)
            card = QFrame(inside)
            card.setProperty("role", "card")
            rows = QVBoxLayout(card)
            rows.setContentsMargins(12, GRID_PX, 12, 10)
            rows.setSpacing(6)
            rows.addWidget(SectionTitle(title, card))
            rows.addWidget(label)
            if name == "sum":
                rows.addWidget(self.table)
            column.addWidget(card)
        column.addStretch(1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        return area
