"""Choice of stop conditions. Modeless, for several runs."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QRadioButton,
    QWidget,
)

from core.experiment.experiment import Experiment
from core.io.sentence import in_sentence
from core.train.stop_condition import StopCondition
from core.train.tasks import Classification
from playground.model.document import Document
from playground.views.dialogs.dialog import Dialog, box_button
from playground.views.theme.colors import GRID_PX
from playground.views.widgets import ValueCombo
from playground.views.widgets.boxes import STRETCH, hbox, set_up

_FIELD_PX = 108
_MAX_EPOCHS: Final = 10_000_000
_START: Final = StopCondition(epoch=200)


class RunUntilDialog(Dialog):
    """A check box and a number per bound. `run_requested(condition)` starts training until the first one holds."""

    run_requested = Signal(object)

    def __init__(self, document: Document, parent: QWidget, condition: StopCondition | None = None) -> None:
        super().__init__("Run until", parent, kept=True)
        self.boxes: dict[str, QCheckBox] = {}
        self.fields: dict[str, ValueCombo] = {}
        self._score = Classification.score
        self._units: dict[str, QLabel] = {}
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(GRID_PX)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(0, 1)
        self._add("epoch", "Epoch", (50, 100, 200, 500, 1000, 5000), low=1, high=_MAX_EPOCHS, integer=True)
        self._add("loss", "Loss below", (0.5, 0.2, 0.1, 0.05, 0.01, 0.001), low=0.0, high=1e9)
        self._add("accuracy", "Accuracy above", (80, 90, 95, 98, 99, 100), low=0.0, high=100.0)
        self._add("patience", "No gain for", (5, 10, 20, 50, 100), low=1, high=_MAX_EPOCHS, integer=True)
        self._units["patience"].setText("epochs")
        self._add_parts()
        self.hint = set_up(QLabel("Choose at least one.", self), role="muted")
        # Keep its space while hidden, so that nothing moves under the pointer.
        kept = self.hint.sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        self.hint.setSizePolicy(kept)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        told = "Train until the first of these holds."
        self.run = box_button(self.buttons, "Run", told, "ActionRole", clicked=self._run, primary=True)
        self.buttons.rejected.connect(self.reject)
        self._lay_out()
        document.experiment_changed.connect(self._show_experiment)
        self._show_experiment(document.experiment)
        self.show_condition(condition or _START)

    @property
    def condition(self) -> StopCondition | None:
        """The chosen condition; None without a bound."""
        given: dict[str, float | int] = {}
        for name, box in self.boxes.items():
            if not box.isChecked():
                continue
            value = self.fields[name].value
            given[name] = int(value) if name in ("epoch", "patience") else value
        if "accuracy" in given and self._score.is_share:
            given["accuracy"] = round(given["accuracy"] / 100, 6)
        return StopCondition(**given, on_test=self.on_test.isChecked()) if given else None  # type: ignore[arg-type]

    def show_condition(self, condition: StopCondition) -> None:
        """Set the condition; bounds it lacks keep their numbers."""
        for name, box in self.boxes.items():
            value = getattr(condition, name)
            box.setChecked(value is not None)
            if value is not None:
                percent = name == "accuracy" and self._score.is_share
                self.fields[name].set_value(100 * value if percent else value)
        self.on_test.setChecked(condition.on_test)
        self.on_training.setChecked(not condition.on_test)
        self._follow()

    def _add(
        self,
        name: str,
        text: str,
        suggestions: tuple[float, ...],
        *,
        low: float,
        high: float,
        integer: bool = False,
    ) -> None:
        row = len(self.boxes)
        box = set_up(QCheckBox(text, self), toolTip=f"Stop by this: {in_sentence(text)} …")
        field = ValueCombo(
            suggestions,
            suggestions[2],
            low=low,
            high=high,
            integer=integer,
            name=text,
            tooltip="Choose or type a number; that puts the check mark too.",
            parent=self,
        )
        field.setFixedWidth(_FIELD_PX)
        unit = set_up(QLabel(self), role="muted", minimumWidth=48)
        self._grid.addWidget(box, row, 0)
        self._grid.addWidget(field, row, 1)
        self._grid.addWidget(unit, row, 2)
        self.boxes[name], self.fields[name], self._units[name] = box, field, unit
        box.toggled.connect(self._follow)
        field.value_chosen.connect(lambda _value, box=box: box.setChecked(True))

    def _add_parts(self) -> None:
        self.on_test = QRadioButton("Unseen", self)
        self.on_test.setToolTip("Look at loss and accuracy on samples that the network does not learn from.")
        self.on_training = QRadioButton("Training", self)
        self.on_training.setToolTip("Look at loss and accuracy on the samples that it learns from.")
        group = QButtonGroup(self)
        for button in (self.on_test, self.on_training):
            group.addButton(button)

    def _lay_out(self) -> None:
        caption = set_up(QLabel("Measured on", self), role="muted")
        parts = hbox(caption, self.on_test, self.on_training, STRETCH, spacing=2 * GRID_PX)
        title = QLabel("Train until the first of these holds:", self)
        self._stack(title, self._grid, parts, self.hint, self.buttons, spacing=12)

    def _show_experiment(self, experiment: Experiment) -> None:
        before, self._score = self._score, experiment.task.score
        field = self.fields["accuracy"]
        if self._score.is_share != before.is_share:
            # R² is at most 1, accuracy is in percent.
            field.set_value(min(100.0, field.value * 100) if self._score.is_share else field.value / 100)
        self.boxes["accuracy"].setText(f"{self._score.title} above")
        self._units["accuracy"].setText("%" if self._score.is_share else "")

    def _follow(self) -> None:
        some = any(box.isChecked() for box in self.boxes.values())
        self.run.setEnabled(some)
        self.hint.setVisible(not some)
        measured = any(self.boxes[name].isChecked() for name in ("loss", "accuracy", "patience"))
        self.on_test.setEnabled(measured)
        self.on_training.setEnabled(measured)

    def _run(self) -> None:
        condition = self.condition
        if condition is not None:
            self.run_requested.emit(condition)
