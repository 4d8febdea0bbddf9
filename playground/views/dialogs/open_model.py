"""Parts of a model's file that fit, and the data that the model will be shown on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtWidgets import QDialogButtonBox, QHeaderView, QLabel, QWidget

from core.formats import LayerReport, ModelReport
from core.formats.model_import import ModelImport
from core.io.number_text import count_text
from core.nn import Layer
from playground.views.dialogs.dialog import Dialog, box_button
from playground.views.dialogs.export.content import Fact
from playground.views.dialogs.export.facts_list import FactsList
from playground.views.theme.colors import GRID_PX
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import ChoiceCombo
from playground.views.widgets.boxes import restyle, set_up
from playground.views.widgets.controls import plain_table, show_rows

_HEADS = [(head, "") for head in ("In the file", "Output", "Here", "Fit")]
_SOURCE, _SHAPE, _HERE = range(3)
_SIZES = ("units", "filters", "kernel_size", "pool_size", "target_shape")
_ROW_PX = 26
_MIN_ROWS, _MAX_ROWS = 3, 9
_MAX_LISTED = 150
"""More than an experiment may have; 5,000 layers would hold the window for a second."""
_NOTHING = "None: the file has weights alone"
_NO_FILE_DATA = "The data are not in the file; the network is shown on these, and learns from them."


@dataclass(frozen=True, eq=False)
class FoundModel:
    """A file's report, and where its model can be shown: on the current data first, then on others that fit."""

    name: str
    report: ModelReport
    placements: Sequence[ModelImport] = ()
    facts: Sequence[Fact] = ()


class OpenModelDialog(Dialog):
    """Modal; accepted with `placement` chosen. Where nothing fits, it says why, and only closes."""

    def __init__(self, found: FoundModel, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__("Open a model", parent, kept=True)
        self.setModal(True)
        self._found, self._themes = found, themes
        self._listed = _listed(found.report.layers)
        self.table = plain_table(_HEADS, "Layers of the file, and the layers here", self)
        self.facts = FactsList(themes, self)
        self.data = ChoiceCombo(name="Data", tooltip=_NO_FILE_DATA, parent=self)
        self.notes = QLabel(self)
        self.buttons = QDialogButtonBox(self)
        told = "Show the network with these weights; undo and saving start anew."
        self.open_button = box_button(self.buttons, "Open", told, "AcceptRole", primary=True)
        self.buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._fill_table()
        self._fill_data()
        self._lay_out()
        self.data.chosen.connect(self._show_notes)
        self._show_notes()

    @property
    def placement(self) -> ModelImport | None:
        """The chosen one, if the model can be shown there."""
        if not self.data.current:
            return None
        chosen = self._found.placements[int(self.data.current)]
        return None if chosen.fault else chosen

    def _fill_table(self) -> None:
        table = self.table
        table.verticalHeader().setMinimumSectionSize(_ROW_PX)
        # Reasons are read in full.
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        theme = self._themes.theme
        colors = {"misfit": theme.danger, "adapted": theme.warning}
        show_rows(
            table,
            [
                [*((text, "") for text in cells), (why, colors.get(fit, ""))]
                for fit, *cells, why in self._listed
            ],
        )
        header = table.horizontalHeader()
        for column, width in ((_SOURCE, 25), (_SHAPE, 13), (_HERE, 23)):
            table.setColumnWidth(column, width * GRID_PX)
        header.setStretchLastSection(True)
        rows = max(_MIN_ROWS, min(_MAX_ROWS, len(self._listed)))
        table.setMinimumHeight((rows + 1) * _ROW_PX + GRID_PX)

    def _fill_data(self) -> None:
        choices = []
        for place, placement in enumerate(self._found.placements):
            label = placement.dataset.label
            choices.append((str(place), f"{label} (open now)" if place == 0 else label))
        fitting = [
            key for (key, _), each in zip(choices, self._found.placements, strict=True) if not each.fault
        ]
        self.data.set_choices(choices, fitting[0] if fitting else None)
        self.data.setEnabled(len(choices) > 1)

    def _lay_out(self) -> None:
        report = self._found.report
        title = set_up(QLabel(self._found.name, self), role="value")
        about = " ".join((f"{report.origin}.", *(f"{each}." for each in report.remarks)))
        origin = set_up(QLabel(about, self), role="muted", wordWrap=True)
        self.notes.setWordWrap(True)
        column = self._stack(title, origin, (self.table, 1))
        if report.model is not None:
            column.addWidget(set_up(QLabel("Preprocessing in the file", self), role="title"))
            if self._found.facts:
                self.facts.show_facts(self._found.facts)
                column.addWidget(self.facts)
            else:
                self.facts.hide()
                column.addWidget(set_up(QLabel(_NOTHING, self), role="muted"))
            column.addWidget(set_up(QLabel("Shown on", self), role="title"))
            column.addWidget(self.data)
        else:
            self.facts.hide()
            self.data.hide()
        column.addWidget(self.notes)
        column.addWidget(self.buttons)
        self.setMinimumWidth(104 * GRID_PX)

    def _show_notes(self, key: str = "") -> None:
        placement = self.placement
        self.open_button.setEnabled(placement is not None)
        if self._found.report.model is None:
            text = "It cannot be opened: the marked layers have no counterpart here that computes the same."
            self._tell(text, "danger")
        elif placement is None:
            chosen = self._found.placements[int(self.data.current)]
            text = (
                f"{chosen.fault}. Open data that fit it first: a table or images of yours (Ctrl+I, Ctrl+Shift+I), or "
                "one of the datasets, and then this file again."
            )
            self._tell(text, "danger")
        else:
            self._tell("\n".join((*(f"{note}." for note in placement.notes), _training(placement))), "muted")

    def _tell(self, text: str, role: str) -> None:
        restyle(self.notes, role=role)
        self.notes.setText(text)
        self.notes.setVisible(bool(text))


def _listed(layers: Sequence[LayerReport]) -> list[tuple[str, str, str, str, str]]:
    """The fit and the cells of every row: the first layers, later ones that do not fit, and how many are more."""
    more = [row for row in layers[_MAX_LISTED:] if row.fit == "misfit"][:_MAX_LISTED]
    listed = [_cells(row) for row in (*layers[:_MAX_LISTED], *more)]
    if left := len(layers) - len(listed):
        listed.append(("", f"and {count_text(left, 'other layer')}", "", "", ""))
    return listed


def _cells(row: LayerReport) -> tuple[str, str, str, str, str]:
    shape = " × ".join(map(str, row.shape)) if row.shape is not None else ""
    fit = {"fits": "fits", "adapted": "adapted", "misfit": "does not fit"}[row.fit]
    return row.fit, row.source, shape, _here(row.layer), f"{fit}: {row.remark}" if row.remark else fit


def _training(placement: ModelImport) -> str:
    """Settings by which the network learns on, which files do not hold."""
    assert placement.experiment is not None
    training = placement.experiment.training
    optimizer, size = training.optimizer, training.batch_size
    return (
        f"It learns on with {optimizer.title} at a rate of {optimizer.learning_rate:g}, in batches of {size}."
    )


def _here(layer: Layer | None) -> str:
    """The layer in short: "Dense 8, ReLU"."""
    if layer is None:
        return "—"
    sizes = (getattr(layer, name) for name in _SIZES if hasattr(layer, name))
    written = [" × ".join(map(str, size)) if isinstance(size, tuple) else str(size) for size in sizes]
    activation = layer.output_activation
    function = "" if activation is None or activation.kind == "linear" else f", {activation.title}"
    return " ".join((layer.title, *written)) + function
