"""The microscope dialog: selectors for neuron and sample, and the cards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QDialog, QLabel, QToolButton, QWidget

from core.experiment.experiment import Experiment
from core.experiment.stack_problems import places_of, shapes_of
from core.inspect.found_samples import TopPatchesPart
from core.inspect.neuron import NeuronPart, is_traceable
from core.inspect.snapshot import Snapshot, SnapshotRequest
from core.nn.attention import heads_in
from core.nn.stage import Address, moved
from playground.plugin import GRID_PX, Captioned, Document, SampleStepper, Stepper, ThemeSource
from playground.plugins.microscope.cards import NeuronCards
from playground.plugins.microscope.product_table import layer_name
from playground.views.widgets.boxes import hbox, set_up, vbox

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

# Numbers that change faster are unreadable.
_INTERVAL_MS: Final = 100


class MicroscopeDialog(QDialog):
    """Modeless, and a panel while `is_docked`. Requests its data by `neuron_changed` and `sample_changed`."""

    neuron_changed = Signal(object)
    """Carries the inspected (layer, unit), None on close."""
    sample_changed = Signal(int)
    """Carries the inspected sample, see `PreparedData.find`."""

    dock_requested = Signal(bool)
    """Whether to be a panel of the window, or a window of its own."""
    closed = Signal()
    """Escape was pressed in the panel."""

    def __init__(self, document: Document, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Microscope")
        self.setModal(False)
        self.resize(700, min(820, self.screen().availableGeometry().height() - 60))
        self._document = document
        self._prepared: PreparedData | None = None
        self._pending: Snapshot | None = None
        self._layers: list[Address] = []
        self.is_docked = False
        self.layer = QComboBox(self)
        self.dock = set_up(QToolButton(self), small="true")
        self.dock.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.dock.clicked.connect(lambda: self.dock_requested.emit(not self.is_docked))
        tip = "Which neuron or map of the layer to look at."
        self.unit = Stepper(1, 1, 1, name="Neuron", tooltip=tip, parent=self)
        self.sample = SampleStepper(
            "Which sample to send through the network; or click a point in the output plot.", self
        )
        self.cards = NeuronCards(themes, self)
        self.steps, self.table = self.cards.steps, self.cards.table
        self.hint = QLabel(self)
        self._lay_out()
        self._timer = QTimer(self, interval=_INTERVAL_MS, singleShot=True)
        self._timer.timeout.connect(self._show_pending)
        self.layer.currentIndexChanged.connect(self._choose_layer)
        self.unit.valueChanged.connect(self._request)
        self.sample.chosen.connect(self.sample_changed)
        self.cards.map.sample_requested.connect(self.sample_changed)
        document.experiment_changed.connect(self._show_experiment)
        themes.theme_changed.connect(self.cards.refresh)
        self._show_experiment(document.experiment)

    @property
    def place(self) -> tuple[Address, int] | None:
        """The selected (layer, unit), None if the network has none."""
        index = self.layer.currentIndex()
        return (self._layers[index], self.unit.value() - 1) if 0 <= index < len(self._layers) else None

    def inspect(self, layer: Address, unit: int) -> bool:
        """Select a neuron, head or map of a layer. Returns False if it does not exist."""
        if layer not in self._layers:
            return False
        self.layer.setCurrentIndex(self._layers.index(layer))
        # Inside a block, tiles of an attention are numbers that all of its heads make.
        is_mixed = isinstance(layer, str) and heads_in(places_of(self._document.experiment)[layer].layer)
        self.unit.setValue(1 if is_mixed else unit + 1)
        return True

    def show_data(self, prepared: PreparedData) -> None:
        """Set a run's data and reset to its first test sample."""
        self._prepared = prepared
        self._pending = None
        self.cards.clear()
        self.sample.show_sample(prepared)
        self._show_parts()

    def clear(self) -> None:
        """Drop the data; there is nothing to look into until the next."""
        self._prepared = self._pending = None
        self.cards.blank()
        self.sample.show_sample(None)
        self._show_parts()

    def show_inspection(self, state: SnapshotRequest) -> None:
        """Follow the selected sample."""
        self.sample.show_sample(self._prepared, state.sample)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Set the snapshot; it is displayed about ten times a second."""
        if not self.isVisible() or snapshot.request.neuron != self.place:
            return
        self._pending = snapshot
        if not self._timer.isActive():
            self._show_pending()

    def reject(self) -> None:
        """Close; as a panel with its dock."""
        if self.is_docked:
            self.closed.emit()
        else:
            super().reject()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit_place()
        self._request()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.neuron_changed.emit(None)

    def _request(self) -> None:
        if self.isVisible():
            self.neuron_changed.emit(self.place)

    def _choose_layer(self) -> None:
        if self.place is not None:
            place = places_of(self._document.experiment)[str(self.place[0])]
            with QSignalBlocker(self.unit):
                heads = heads_in(place.layer)
                self.unit.setMaximum(heads or place.output_shape[-1])
            noun = "Head" if heads else "Map" if len(place.output_shape) == 3 else "Neuron"
            self._unit_caption.caption.setText(noun)
            self.unit.setAccessibleName(noun)
        self._request()

    def _show_experiment(self, experiment: Experiment) -> None:
        """List the layers that can be inspected and keep the selected one if possible."""
        before = self.place
        _, problem = shapes_of(experiment)
        stack = experiment.stack() if problem is None else ()
        # Those within a block come before it.
        paths = places_of(experiment) if stack else ()
        self._layers = [moved(path, 0) for path in paths if not path.endswith("skip")]
        with QSignalBlocker(self.layer):
            self.layer.clear()
            self.layer.addItems([layer_name(experiment, index) for index in self._layers])
            if before is not None and before[0] in self._layers:
                self.layer.setCurrentIndex(self._layers.index(before[0]))
            elif stack:
                # Start with a layer that has weights.
                first = next(index for index, layer in enumerate(stack) if is_traceable(layer))
                self.layer.setCurrentIndex(self._layers.index(first))
        self._show_parts()
        self._choose_layer()

    def _show_parts(self) -> None:
        nothing = not self._layers or self._prepared is None
        self.hint.setText("A network that can run is needed to look into it." if nothing else "")
        self.hint.setVisible(nothing)
        self.cards.setVisible(not nothing)

    def _show_pending(self) -> None:
        pending, self._pending = self._pending, None
        if pending is None or not self.isVisible():
            return
        seen = pending.part(NeuronPart)
        if self._prepared is not None and seen is not None:
            best = pending.part(TopPatchesPart)
            self.cards.show_trace(seen.trace, seen.map, best, pending.experiment, self._prepared, seen.part)
        self._timer.start()

    def _fit_place(self) -> None:
        """Name the button, and leave the margins to the dock, if there is one."""
        if (layout := self.layout()) is not None:
            side = GRID_PX // 2 if self.is_docked else 2 * GRID_PX
            layout.setContentsMargins(side, GRID_PX + 4, side, GRID_PX + 4)
        tip = (
            "Make the microscope a window of its own"
            if self.is_docked
            else "Keep the microscope beside the network"
        )
        self.dock.setText("Float" if self.is_docked else "Dock")
        self.dock.setToolTip(tip)
        self.dock.setAccessibleDescription(tip)

    def _lay_out(self) -> None:
        self.layer.setToolTip("The layer whose neurons to look at.")
        self.layer.setAccessibleName("Layer")
        choices = hbox((Captioned("Layer", self.layer, self), 2), spacing=GRID_PX)
        self._unit_caption = Captioned("Neuron", self.unit, self)
        choices.addWidget(self._unit_caption, 1)
        choices.addWidget(self.sample, 1)
        choices.addWidget(self.dock, 0, Qt.AlignmentFlag.AlignBottom)
        self.hint.setProperty("role", "muted")
        column = vbox(
            choices,
            self.hint,
            (self.cards, 1),
            parent=self,
            margins=(2 * GRID_PX, GRID_PX + 4, 2 * GRID_PX, GRID_PX + 4),
            spacing=GRID_PX + 4,
        )
        # Without cards, selectors and hint stay at the top.
        column.addStretch(0)
