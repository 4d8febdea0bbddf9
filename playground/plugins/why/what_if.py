"""What if: the target prediction, how far and where the sample may change, and the result."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QLabel, QListWidget, QListWidgetItem, QWidget

from core.data.pipeline import ImageInputs
from core.experiment.prepare import PreparedData
from core.explain.counterfactual import Counterfactual, Goal, largest_size
from core.explain.dependence import dependence_columns
from core.io.number_text import number_text, percent_text
from playground.plugin import (
    STRETCH,
    Captioned,
    ChoiceCombo,
    LabeledSlider,
    class_words,
    restyle,
    set_up,
    vbox,
)

_ANY: Final = "any"
_LIST_PX: Final = 220
_METHOD: Final = (
    "Everything that may change moves along the sign of its gradient, in small steps (Goodfellow et al., 2014; Mądry "
    "et al., 2018)."
)


class WhatIfForm(QWidget):
    """Beside the picture of what the sample becomes."""

    changed = Signal()
    """`goal` is another one."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._in_percent = False
        self._names: tuple[str, ...] = ()
        self.target = ChoiceCombo(name="Turn it to", tooltip="What the network is to say", parent=self)
        self.size_ = LabeledSlider(
            "Size of the change",
            0.0,
            3.0,
            0.5,
            step=0.01,
            formatter=self.size_text,
            tooltip="How far each column or pixel may move at most; a category may change from 1 σ on",
            parent=self,
        )
        self.least = set_up(QCheckBox("As small as can be", self), checked=True)
        self.least.setToolTip("The smallest change that is found to turn the prediction")
        self.columns = set_up(QListWidget(self), accessibleName="Columns that may change")
        self.columns.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.may_change = Captioned("May change", self.columns, self)
        self.outcome, method = QLabel(self), set_up(QLabel(_METHOD, self), role="caption")
        for label in (self.outcome, method):
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        target = Captioned("Turn it to", self.target, self)
        vbox(
            target, self.size_, self.least, self.outcome, self.may_change, method, STRETCH,
            parent=self, margins=0, spacing=10,
        )  # fmt: skip
        self.target.chosen.connect(self.changed)
        self.columns.itemChanged.connect(lambda _: self.changed.emit())
        self.least.toggled.connect(self.changed)
        self.size_.value_changed.connect(self._on_size)

    @property
    def goal(self) -> Goal:
        """The change that is looked for."""
        target = None if self.target.current == _ANY else int(self.target.current)
        items = enumerate(map(self.columns.item, range(self.columns.count())))
        fixed = tuple(number for number, item in items if item.checkState() is Qt.CheckState.Unchecked)
        return Goal(target, None if self._is_least else self.size_.value, fixed)

    def ask(self, goal: Goal) -> None:
        """Look for this change, as if by hand."""
        with QSignalBlocker(self), QSignalBlocker(self.columns):
            self.target.set_current(_ANY if goal.target is None else str(goal.target))
            self.least.setChecked(goal.size is None)
            if goal.size is not None:
                self.size_.set_value(goal.size)
                self.least.setChecked(False)
            for number in range(self.columns.count()):
                is_fixed = number in goal.fixed
                state = Qt.CheckState.Unchecked if is_fixed else Qt.CheckState.Checked
                self.columns.item(number).setCheckState(state)
        self.changed.emit()

    @property
    def _is_least(self) -> bool:
        return self.least.isVisibleTo(self) and self.least.isChecked()

    def size_text(self, size: float) -> str:
        """A size: 0.42 σ, or 12.5 % of the way from black to white."""
        return percent_text(size, 1) if self._in_percent else f"{number_text(size, 2)} σ"

    def show_data(self, prepared: PreparedData, names: Sequence[str]) -> None:
        """Offer the classes or values of other data, and their columns."""
        classes, columns = prepared.encoding.classes, dependence_columns(prepared)
        self._in_percent = isinstance(prepared.pipeline.inputs, ImageInputs)
        if classes:
            choices = [(_ANY, "any other class"), *((str(place), name) for place, name in enumerate(names))]
        else:
            ways, values = (("", "higher"), ("-", "lower")), list(enumerate(names, 1))
            choices = [(f"{sign}{place}", f"{way}: {name}") for place, name in values for sign, way in ways]
        combo = self.target
        before = [(combo.itemData(place), combo.itemText(place)) for place in range(combo.count())]
        combo.set_choices(choices, combo.current if choices == before else None)
        self.least.setVisible(classes > 0)
        most = largest_size(prepared)
        self.size_.set_range(0.0, most, step=most / 300)
        self.outcome.setText("")
        if columns != self._names:
            self._names = columns
            with QSignalBlocker(self.columns):
                self.columns.clear()
                for name in columns:
                    QListWidgetItem(name, self.columns).setCheckState(Qt.CheckState.Checked)
            self.columns.setMaximumHeight(min(_LIST_PX, len(columns) * self.columns.sizeHintForRow(0) + 12))
        self.may_change.setVisible(bool(columns))

    def show_change(self, change: Counterfactual, names: Sequence[str]) -> None:
        """Say what came of it."""
        if self._is_least:
            self.size_.set_value(change.size)
        if change.before < 0:
            self.outcome.setText("")
            return
        before, after = (class_words(tuple(names), label) for label in (change.before, change.after))
        within = self.size_text(change.size)
        text = f"Within {within} it turns from {before} to {after}"
        if not change.turned:
            text = f"No change within {within} is found that turns it; it says {after}"
        elif change.after == change.before:
            text = f"It says {before} already"
        self.outcome.setText(text)
        restyle(self.outcome, role="muted" if change.turned else "danger")

    def _on_size(self) -> None:
        with QSignalBlocker(self.least):
            self.least.setChecked(False)
        self.changed.emit()
