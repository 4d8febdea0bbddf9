"""The importance of every unit: a ranked list, marks in the network, and one click to mute."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QHeaderView,
    QLabel,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidgetItem,
    QWidget,
)

from core.experiment.experiment import Experiment
from core.io.number_text import rounded_text
from core.nn.interventions import Intervention
from core.nn.stage import Address
from core.probes.ablation import Ablation, UnitImportance, ablate
from playground.plugin import GRID_PX, Theme, ThemeSource, hbox, plain_table, push_button, set_up, vbox
from playground.plugins.probes.views.page import Outcome, ProbePage, Work, register
from playground.views.widgets.painted import Index, PaintedDelegate, draw_box

_SHARE = Qt.ItemDataRole.UserRole
_BAR_PX = 190
_MAX_ROWS = 2_000
"""More would only fill memory; the least important ones are left out."""


@register
class AblationPage(ProbePage):
    kind = "units"
    title = "Importance of units"
    summary = (
        "Mutes every hidden unit once and measures what the loss rises by. Double-click or press Enter on a row "
        "to mute the unit; undo lets it work again."
    )
    group = "Inside"
    verb = "Measure"

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(themes, parent)
        self._units: tuple[UnitImportance, ...] = ()
        self._muted: set[tuple[Address, int]] = set()
        heads = ("Unit", "Layer", "Rise of the loss", "", "Fall of accuracy")
        self.table = plain_table([(head, "") for head in heads], "Units by importance", self)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(3, QHeaderView.ResizeMode.Stretch)
        for column, width in ((0, 84), (1, 84), (2, 124), (4, 132)):
            header.resizeSection(column, width)
        self.table.setItemDelegateForColumn(3, _Bar(themes, self.table))
        self.mute = push_button(
            "Mute", "The unit puts out 0; one step of undo lets it work again.", self, clicked=self._toggle
        )
        self.note = set_up(QLabel(self), role="muted")
        row = hbox((self.note, 1), self.mute, spacing=GRID_PX)
        vbox(row, (self.table, 1), parent=self, margins=0, spacing=GRID_PX)
        self.table.activated.connect(self._toggle)
        self.table.itemSelectionChanged.connect(self._follow)
        self._follow()

    def why_not(self, experiment: Experiment) -> str:
        return "" if experiment.layers else "The network has no hidden units to mute."

    def work(self) -> Work:
        return lambda material, report: ablate(material.subject, report)

    def show_experiment(self, experiment: Experiment) -> None:
        self._muted = {each.place[:2] for each in experiment.interventions if each.kind == "mute"}
        for row, unit in enumerate(self._units):
            self._style(row, (unit.layer, unit.unit) in self._muted)
        self._follow()

    def show_progress(self, progress: Ablation) -> None:
        if progress.share < 1.0 and len(progress.units) % 8:
            # A table of many rows is not filled for every unit.
            return
        self._fill(progress)

    def show_result(self, result: Ablation) -> Outcome:
        self._fill(result)
        part = "test" if result.on_test else "training"
        self.note.setText(
            f"On {result.whole.samples:,} {part} samples; the loss is {rounded_text(result.whole.loss)}."
        )
        largest = max((unit.loss_rise for unit in result.units), default=0.0)
        marks = {
            (unit.layer, unit.unit): max(0.0, unit.loss_rise) / largest
            for unit in result.units
            if largest > 0.0
        }
        self.marks_changed.emit(marks)
        if result.units:
            self.table.selectRow(0)
        return Outcome(result.sentence)

    def clear(self) -> None:
        self._units = ()
        self.table.setRowCount(0)
        self.note.clear()
        self.marks_changed.emit({})
        self._follow()

    @property
    def chosen(self) -> UnitImportance | None:
        """The unit of the selected row."""
        row = self.table.currentRow()
        return self._units[row] if 0 <= row < len(self._units) else None

    def _fill(self, found: Ablation) -> None:
        self._units = found.units[:_MAX_ROWS]
        largest = max((abs(unit.loss_rise) for unit in self._units), default=0.0) or 1.0
        self.table.setRowCount(len(self._units))
        for row, unit in enumerate(self._units):
            fall = unit.score_fall
            words = found.score.text(fall)
            texts = (
                f"Unit {unit.unit + 1}", f"Layer {unit.layer + 1}", rounded_text(unit.loss_rise), "", words
            )  # fmt: skip
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                self.table.setItem(row, column, item)
            bar = self.table.item(row, 3)
            assert bar is not None
            bar.setData(_SHARE, unit.loss_rise / largest)
            self._style(row, (unit.layer, unit.unit) in self._muted)
        name = f"Fall of {found.score.name}"
        header = self.table.horizontalHeaderItem(4)
        assert header is not None
        header.setText(name)
        self._follow()

    def _style(self, row: int, muted: bool) -> None:
        """Strike muted units out."""
        item = self.table.item(row, 0)
        if item is not None:
            face = item.font()
            face.setStrikeOut(muted)
            item.setFont(face)
            item.setToolTip("Muted" if muted else "")

    def _follow(self) -> None:
        unit = self.chosen
        self.mute.setEnabled(unit is not None)
        is_muted = unit is not None and (unit.layer, unit.unit) in self._muted
        self.mute.setText("Unmute" if is_muted else "Mute")

    def _toggle(self) -> None:
        unit = self.chosen
        if unit is None:
            return
        is_muted = (unit.layer, unit.unit) in self._muted

        def change(experiment: Experiment) -> Experiment:
            others = [
                each
                for each in experiment.interventions
                if each.place != (unit.layer, unit.unit, None) or each.kind not in ("mute", "clamp")
            ]
            own = [] if is_muted else [Intervention("mute", unit.layer, unit.unit)]
            return experiment.replace(interventions=(*others, *own))

        text = f"{'Release' if is_muted else 'Mute'} unit {unit.unit + 1} of layer {unit.layer + 1}"
        self.change_requested.emit(text, change, "")


class _Bar(PaintedDelegate):
    """A bar as long as the share, to the right where the loss rises."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        QStyledItemDelegate.paint(self, painter, option, index)
        super().paint(painter, option, index)

    def _paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, theme: Theme) -> None:
        share, place = float(index.data(_SHARE) or 0.0), QRectF(option.rect).adjusted(4, 0, -4, 0)
        length = min(_BAR_PX, place.width()) * min(1.0, abs(share))
        bar = QRectF(place.left(), place.center().y() - 4, max(2.0, length), 8)
        draw_box(painter, bar, 3, theme.accent if share > 0.0 else theme.text_faint)
