"""The bars of the gallery: filters by split, true and predicted class; corrections of the labels of chosen samples."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QButtonGroup, QComboBox, QLabel, QMenu, QPushButton, QWidget

from core.data.label_corrections import LabelCorrections
from core.inspect.predictions import Part
from core.io.number_text import HeldName, held_text
from playground.plugin import GRID_PX, Captioned, Chip, hbox, set_up


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

    def show_held(self, held: HeldName) -> None:
        """Set what the samples are called that are not learned from."""
        self.chips["test"].setText(held_text("Test", held))

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


class CorrectionBar(QWidget):
    """`drop_action` has the shortcut Delete; add it to the list view."""

    relabel_requested = Signal(int)
    """Carries the new class of the selected samples."""
    drop_requested = Signal()
    restore_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.relabel = self._button(
            "Relabel as", "Say of which class the chosen samples really are. Undo takes it back."
        )
        self.drop = self._button(
            "Drop", "Leave the chosen samples out of the data (Delete). Undo brings them back."
        )
        self.restore = self._button("Restore all", "Take all samples and labels as the dataset has them.")
        self.corrected = set_up(QLabel(self), role="muted", wordWrap=True)
        self.classes = QMenu("&Relabel as", self)
        set_up(self.relabel, menu="true").setMenu(self.classes)
        self.drop_action = QAction("&Drop", self)
        self.drop_action.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
        self.drop_action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        buttons = self.relabel, self.drop, (self.corrected, 1), self.restore
        hbox(*buttons, parent=self, margins=0, spacing=GRID_PX)
        self.classes.triggered.connect(lambda action: self.relabel_requested.emit(int(action.data())))
        self.drop_action.triggered.connect(lambda: self.drop_requested.emit())
        self.drop.clicked.connect(lambda: self.drop_requested.emit())
        self.restore.clicked.connect(lambda: self.restore_requested.emit())

    def set_classes(self, names: Sequence[str]) -> None:
        self.classes.clear()
        for number, name in enumerate(names):
            text = name.replace("&", "&&")
            # First letters and digits are mnemonics, if there are few names.
            self.classes.addAction(f"&{text}" if len(names) <= 10 else text).setData(number)

    def set_possible(self, possible: bool) -> None:
        """Enable the actions, if a sample is selected."""
        for each in (self.relabel, self.drop, self.drop_action):
            each.setEnabled(possible)

    def show_corrections(self, corrections: LabelCorrections, tested: int = 0) -> None:
        """Show the number of corrections, and of the relabelled samples that the network is `tested` on."""
        dropped = corrections.dropped
        counts = ((len(corrections) - dropped, "relabelled"), (dropped, "dropped"))
        text = ", ".join(f"{count:,} {what}" for count, what in counts if count)
        scored = f". {tested:,} not learned from: their new labels count as the truth in the scores"
        self.corrected.setText(text + (scored if tested else ""))
        self.restore.setVisible(bool(corrections))

    def _button(self, text: str, tooltip: str) -> QPushButton:
        return set_up(QPushButton(text, self), autoDefault=False, toolTip=tooltip, accessibleName=text)
