"""Filters of the gallery: split, true class and predicted class."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QComboBox, QPushButton, QWidget

from core.inspect.predictions import Part
from playground.views.theme.colors import GRID_PX
from playground.views.widgets import Captioned, Chip
from playground.views.widgets.boxes import hbox, set_up


class FilterBar(QWidget):
    """`part_chosen` and `cell_chosen` are emitted for user changes only."""

    part_chosen = Signal()
    cell_chosen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.true, self.predicted = QComboBox(self), QComboBox(self)
        self.true.setToolTip("Of which class the samples are.")
        self.predicted.setToolTip(
            "What the network takes them for. The same class as the true one: it is right."
        )
        self.all_mistakes = set_up(QPushButton("All mistakes", self), autoDefault=False)
        self.all_mistakes.setToolTip(
            "List every sample that the network gets wrong, the surest mistake first."
        )
        self.chips: dict[Part, Chip] = {
            "test": Chip("test", "Test", tooltip="The samples that the network has never seen."),
            "train": Chip(
                "train", "Training", tooltip="The samples that it learns from: wrong labels here mislead it."
            ),
        }
        self.chips["test"].setChecked(True)
        group, parts = QButtonGroup(self), QWidget(self)
        hbox(*self.chips.values(), parent=parts, margins=0, spacing=4)
        for chip in self.chips.values():
            group.addButton(chip)
        self._of_mistakes = (
            Captioned("Taken for", self.predicted, self),
            Captioned(" ", self.all_mistakes, self),
        )
        hbox(
            Captioned("Samples", parts, self),
            (Captioned("True class", self.true, self), 1),
            (self._of_mistakes[0], 1),
            self._of_mistakes[1],
            parent=self,
            margins=0,
            spacing=GRID_PX + 4,
        )
        self.all_mistakes.setAccessibleName("All mistakes")
        group.buttonClicked.connect(lambda _: self.part_chosen.emit())
        for box in (self.true, self.predicted):
            box.activated.connect(lambda _: self.cell_chosen.emit())
        self.all_mistakes.clicked.connect(self._choose_all)
        self.set_classes(())

    @property
    def part(self) -> Part:
        return "train" if self.chips["train"].isChecked() else "test"

    @property
    def cell(self) -> tuple[int | None, int | None]:
        """The (true, predicted) class; None is any (other) class."""
        return self.true.currentData(), self.predicted.currentData()

    def set_classes(self, names: Sequence[str]) -> None:
        """Set the class names and reset the class filters."""
        for box, text in ((self.true, "Any class"), (self.predicted, "Any other class")):
            box.clear()
            box.addItem(text, None)
            for number, name in enumerate(names):
                box.addItem(name, number)

    def show_map(self, on: bool) -> None:
        """Leave what asks for mistakes out, because all samples are shown."""
        for field in self._of_mistakes:
            field.setVisible(not on)

    def choose(self, true: int | None, predicted: int | None) -> None:
        """Filter by a confusion-matrix cell of the test set."""
        self.chips["test"].setChecked(True)
        self._set(true, predicted)

    def _set(self, true: int | None, predicted: int | None) -> None:
        self.true.setCurrentIndex(0 if true is None else true + 1)
        self.predicted.setCurrentIndex(0 if predicted is None else predicted + 1)

    def _choose_all(self) -> None:
        self._set(None, None)
        self.cell_chosen.emit()
