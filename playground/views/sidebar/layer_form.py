"""The SELECTED LAYER section: settings, shape and parameters of the selected layer."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLabel, QWidget

from core.experiment.experiment import Experiment, Output
from core.experiment.stack_problems import places_of, shapes_of
from core.io.number_text import count_text
from core.nn import Layer, MultiHeadAttention
from core.nn.stage import Address, layer_at, outer
from core.spec import Spec
from playground.model.document import OUTPUT, Document
from playground.plugins import PLUGINS
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import SectionTitle
from playground.views.widgets.boxes import hbox, restyle, set_up, vbox
from playground.views.widgets.descendants import descendants
from playground.views.widgets.labels import CutLabel
from playground.views.widgets.settings_form import SettingsForm

_FIRST = (
    "units",
    "filters",
    "num_heads",
    "causal",
    "kernel_size",
    "pool_size",
    "rate",
    "activation",
    "kernel_initializer",
)
_MERGED = ("int", "float", "pair")
_HINT = "Click a card or press Enter."


class LayerForm(QWidget):
    """Edits the document's selected layer, or the output; a hint without a selection."""

    left = Signal()
    """Escape was pressed: focus the layer's card."""

    def __init__(self, document: Document, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._which = set_up(CutLabel(self), role="caption")
        self._which.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.hint = set_up(QLabel(_HINT, self), role="muted", wordWrap=True)
        """The label shown without a selection."""
        self.form = SettingsForm(
            themes, self, first=_FIRST, duplicates=PLUGINS.given("run_library") is not None
        )
        self.form.spec_changed.connect(self._changed)
        self.form.duplicate_requested.connect(document.as_duplicate(self._changed))
        self._summary = set_up(QLabel(self), wordWrap=True)
        head = hbox(SectionTitle("Selected layer", self), (self._which, 1))
        vbox(head, self.hint, self.form, self._summary, parent=self, margins=0, spacing=6)
        document.experiment_changed.connect(self._show)
        document.selection_changed.connect(self._show_selection)
        self._show()

    @property
    def summary(self) -> str:
        """The line below the form: parameters and output shape, or the problem."""
        return self._summary.text()

    def enter(self) -> None:
        """Focus the first setting, if there is one."""
        for row in self.form.rows():
            inside = [row.control, *descendants(row.control, QWidget)]
            found = next((part for part in inside if part.focusPolicy() & Qt.FocusPolicy.TabFocus), None)
            if found is not None and row.isVisible():
                found.setFocus(Qt.FocusReason.TabFocusReason)
                return

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def _show_selection(self) -> None:
        self._show()
        self.form.discard_drafts()

    def _show(self) -> None:
        experiment, address = self._document.experiment, self._document.address
        spec: Spec | None = None
        if address is not None:
            # None if just removed; the document will signal it.
            spec = experiment.output if address == OUTPUT else layer_at(experiment.layers, address)
        self.form.show_spec(spec)
        self.hint.setVisible(spec is None)
        self.form.setVisible(spec is not None and bool(self.form.rows()))
        self._summary.setVisible(spec is not None)
        self._which.setText("" if spec is None else spec.title)
        if address is not None and spec is not None:
            self._show_summary(*summary_of(experiment, address))

    def _show_summary(self, text: str, wrong: bool) -> None:
        self._summary.setText(text)
        restyle(self._summary, role="danger" if wrong else "muted")

    def _changed(self, spec: Spec, name: str) -> None:
        address = self._document.address
        if address is None:
            return
        rule = spec.setting(name)
        text = f"Change {rule.label} of {spec.title}"
        key = f"layer {address} {name}" if rule.type in _MERGED else ""
        if isinstance(spec, Layer):
            self._document.replace_layer(address, spec, text=text, merge_key=key)
        elif isinstance(spec, Output):
            self._document.change(text, self._document.experiment.replace(output=spec), merge_key=key)


def summary_of(experiment: Experiment, address: Address) -> tuple[str, bool]:
    """Summary of the layer at `address` (or OUTPUT), and whether it is a problem."""
    at = len(experiment.layers) if address == OUTPUT else address
    place = places_of(experiment).get(str(at))
    if place is None:
        _, problem = shapes_of(experiment)
        if problem is not None and problem.layer == outer(at):
            return f"{problem.sentence}.", True
        return "A layer before this one cannot work yet.", True
    count = sum(item.size for item in place.layer.parameters(place.input_shape))
    shape = ", ".join(["batch", *map(str, place.output_shape)])
    text = count_text(count, "parameter") if count else "No parameters"
    text += f" · output ({shape})"
    if isinstance(place.layer, MultiHeadAttention):
        heads = place.layer.num_heads
        text += f" · {count_text(heads, 'head')} of {count_text(place.input_shape[1] // heads, 'number')}"
    if address == OUTPUT:
        text += f" · {experiment.output_activation().title}"
    return text, False
