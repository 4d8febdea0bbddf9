"""The import dialog: reads a file in the background, previews it, and puts the chosen columns into the document."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from core.data.datasets import SCALINGS, TableFile
from core.data.tables.table import Table
from core.data.tables.table_schema import TableSchema, guess_schema, guess_task, tasks_of
from core.experiment.adapt import with_dataset
from core.experiment.experiment import Experiment
from playground.model.document import Document
from playground.views.dialogs.import_data.preview_model import PreviewModel
from playground.views.dialogs.import_data.preview_table import PreviewTable
from playground.views.dialogs.import_data.table_reader import TableLoader
from playground.views.dialogs.import_data.table_text import details_of, summary_of
from playground.views.theme.theme import GRID_PX, Theme, ThemeSource
from playground.views.widgets import Captioned, ChoiceCombo
from playground.views.widgets.restyle import restyle

__all__ = ["ImportDialog"]

_SIZE_PX = (880, 600)
_TASKS = {"classification": "A class", "regression": "A value"}
_MISSING = {"drop": "Leave out the rows", "fill": "Mean or most frequent"}
# An epoch of more steps than this says nothing for too long.
_MAX_STEPS = 500
_MAX_BATCH = 512


class ImportDialog(QDialog):
    """Deleted when closed. "Use data" changes the document's dataset and scaling as one undo step."""

    other_file_requested = Signal()
    """The user wants to choose another file; whoever opened the dialog asks for it and calls `load`."""

    def __init__(self, document: Document, themes: ThemeSource, path: Path, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Import data")
        self.resize(*_SIZE_PX)
        self._document = document
        self._path = path
        self._table: Table | None = None
        self._choice = TableSchema((), "")
        self.loader = TableLoader(self)
        self.model = PreviewModel(themes.theme, self)
        self._make_head()
        self._make_pages(themes)
        self._make_form()
        self._make_foot()
        self._lay_out()
        self.loader.progressed.connect(self._show_progress)
        self.loader.loaded.connect(self._show_table)
        self.loader.failed.connect(self._show_failure)
        themes.theme_changed.connect(self._show_theme)
        self.load(path)

    @property
    def choice(self) -> TableSchema:
        """The columns as they are chosen now."""
        return self._choice

    def load(self, path: Path, header: bool | None = None) -> None:
        """Read another file, or this one with other ideas about its first row."""
        self._path = path
        self._table = None
        self.model.show_table(None)
        self.file_name.setText(path.name)
        self.file_name.setToolTip(str(path))
        self.details.setText("")
        self.target.set_choices([])
        self.header.setEnabled(False)
        self._form.setEnabled(False)
        self.use_button.setEnabled(False)
        self.progress.setValue(0)
        self.progress.show()
        self._show_text(f"Reading {path.name}…")
        self.summary.setText("")
        self.error.setText("")
        self._pages.setCurrentIndex(0)
        self.loader.load(path, header)

    def done(self, result: int) -> None:
        self.loader.cancel()
        super().done(result)

    # -- pieces ---------------------------------------------------------------------------------------------------

    def _make_head(self) -> None:
        self.file_name = QLabel(self)
        self.file_name.setProperty("role", "title")
        self.file_name.setTextFormat(Qt.TextFormat.PlainText)
        self.details = QLabel(self)
        self.details.setProperty("role", "muted")
        self.header = QCheckBox("First row has names", self)
        self.header.setToolTip("Whether the file begins with the names of its columns, or at once with data.")
        self.header.clicked.connect(self._header_clicked)
        self.other_file = QPushButton("Other file…", self)
        self.other_file.setAutoDefault(False)
        self.other_file.setToolTip("Choose another file.")
        self.other_file.clicked.connect(self.other_file_requested)

    def _make_pages(self, themes: ThemeSource) -> None:
        self.preview = PreviewTable(self.model, themes, self)
        self.preview.role_chosen.connect(self._choose_role)
        self.message = QLabel(self)
        self.message.setTextFormat(Qt.TextFormat.PlainText)
        self.message.setWordWrap(True)
        self.message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.progress = QProgressBar(self)
        self.progress.setRange(0, 1000)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Progress of reading")
        waiting = QWidget(self)
        column = QVBoxLayout(waiting)
        column.setContentsMargins(12 * GRID_PX, 0, 12 * GRID_PX, 0)
        column.setSpacing(2 * GRID_PX)
        column.addStretch(1)
        column.addWidget(self.message)
        column.addWidget(self.progress)
        column.addStretch(1)
        self._pages = QStackedWidget(self)
        self._pages.addWidget(waiting)
        self._pages.addWidget(self.preview)

    def _make_form(self) -> None:
        self.target = ChoiceCombo(tooltip="The column that the network shall learn to predict.", parent=self)
        self.task = ChoiceCombo(
            list(_TASKS.items()),
            tooltip="A class: one of several kinds, such as a species. A value: a number, such as a price.",
            parent=self,
        )
        self.missing = ChoiceCombo(
            list(_MISSING.items()),
            tooltip="What becomes of rows that lack a value. Rows without an answer are always left out.",
            parent=self,
        )
        self.scaling = ChoiceCombo(
            [(kind.kind, kind.title) for kind in SCALINGS],
            tooltip="Inputs of one size are learned much faster. Only the training part tells the scale.",
            parent=self,
        )
        self.target.chosen.connect(self._pick_target)
        self.task.chosen.connect(self._choose_task)
        self.missing.chosen.connect(self._choose_missing)
        self._form = QWidget(self)
        row = QHBoxLayout(self._form)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * GRID_PX)
        for caption, combo in (
            ("Target", self.target),
            ("Predict", self.task),
            ("Missing values", self.missing),
            ("Scaling", self.scaling),
        ):
            row.addWidget(Captioned(caption, combo, self._form), 1)

    def _make_foot(self) -> None:
        self.summary = QLabel(self)
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        self.error = QLabel(self)
        self.error.setProperty("role", "danger")
        self.error.setTextFormat(Qt.TextFormat.PlainText)
        self.error.setWordWrap(True)
        self.buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.use_button = QPushButton("Use data", self)
        self.use_button.setProperty("primary", "true")
        self.use_button.setDefault(True)
        self.use_button.setToolTip("Train on these data. It can be undone.")
        self.buttons.addButton(self.use_button, QDialogButtonBox.ButtonRole.AcceptRole)
        self.buttons.accepted.connect(self._use)
        self.buttons.rejected.connect(self.reject)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(GRID_PX)
        head.addWidget(self.file_name)
        head.addWidget(self.details, 1)
        head.addWidget(self.header)
        head.addSpacing(GRID_PX)
        head.addWidget(self.other_file)
        foot = QHBoxLayout()
        foot.setSpacing(GRID_PX)
        told = QVBoxLayout()
        told.setSpacing(0)
        told.addWidget(self.summary)
        told.addWidget(self.error)
        foot.addLayout(told, 1)
        foot.addWidget(self.buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID_PX, 2 * GRID_PX, 2 * GRID_PX, 2 * GRID_PX)
        column.setSpacing(12)
        column.addLayout(head)
        column.addWidget(self._pages, 1)
        column.addWidget(self._form)
        column.addLayout(foot)

    # -- reading --------------------------------------------------------------------------------------------------

    def _show_progress(self, share: float) -> None:
        self.progress.setValue(round(1000 * share))

    def _show_failure(self, sentence: str) -> None:
        self.progress.hide()
        self._show_text(f"{sentence}.", failed=True)
        self.other_file.setFocus()

    def _show_text(self, text: str, failed: bool = False) -> None:
        self.message.setText(text)
        restyle(self.message, role="danger" if failed else "muted")

    def _show_table(self, table: Table) -> None:
        self._table = table
        self.details.setText(details_of(table))
        self.header.setChecked(table.header)
        self.header.setEnabled(not table.path.lower().endswith(".npz"))
        self.model.show_table(table)
        self.preview.fit_columns()
        names = [column.name for column in table.columns if tasks_of(column)]
        self.target.set_choices([("", "Choose…"), *((name, name) for name in names)])
        images = bool(table.sample_shape)
        self.scaling.set_current("minmax" if images else "standardize")
        self._form.setEnabled(True)
        self.missing.setEnabled(any(column.missing for column in table.columns))
        self._pages.setCurrentIndex(1)
        current = self._document.experiment
        used = current.dataset
        if isinstance(used, TableFile) and (used.sha256, used.header) == (table.sha256, table.header):
            # The same file again: as it was chosen before.
            self.scaling.set_current(current.scaling.kind)
            self._choose(used.choice)
        else:
            self._choose(guess_schema(table))
        self.preview.setFocus()

    def _header_clicked(self, checked: bool) -> None:
        self.load(self._path, checked)

    # -- choosing -------------------------------------------------------------------------------------------------

    def _choose_role(self, places: list[int], role: str) -> None:
        columns = [self.model.column(place) for place in places]
        names = [column.name for column in columns if column.usable or role == "ignore"]
        if not names:
            return
        if role == "target":
            self._choose_target(names[0])
            return
        assert self._table is not None
        kept = set(self._choice.features) - set(names) | (set(names) if role == "feature" else set())
        # In the order of the table, whatever the order of clicking.
        features = tuple(column.name for column in self._table.columns if column.name in kept)
        target = "" if self._choice.target in names else self._choice.target
        self._choose(dataclasses.replace(self._choice, features=features, target=target))

    def _choose_target(self, name: str) -> None:
        assert self._table is not None
        before = self._choice
        kept = {*before.features, before.target} - {name}
        task = guess_task(self._table.column(name)) if name else before.task
        features = tuple(column.name for column in self._table.columns if column.name in kept)
        self._choose(dataclasses.replace(before, features=features, target=name, task=task))

    def _pick_target(self, name: str) -> None:
        self._choose_target(name)
        for place in range(self.model.columnCount()):
            if self.model.column(place).name == name:
                self.preview.scrollTo(self.model.index(0, place))

    def _choose_task(self, key: str) -> None:
        self._choose(
            dataclasses.replace(self._choice, task="regression" if key == "regression" else "classification")
        )

    def _choose_missing(self, key: str) -> None:
        self._choose(dataclasses.replace(self._choice, missing=key))

    def _choose(self, choice: TableSchema) -> None:
        table = self._table
        assert table is not None
        self._choice = choice
        self.model.show_choice(choice)
        target = choice.target
        self.target.set_current(target if self.target.findData(target) >= 0 else "")
        tasks = tasks_of(table.column(target)) if target and target in table else ()
        self.task.setEnabled(len(tasks) > 1)
        self.task.set_current(choice.task)
        self.missing.set_current(choice.missing)
        fault = choice.fault(table)
        self.error.setText(f"{fault}." if fault else "")
        self.error.setVisible(bool(fault))
        self.summary.setVisible(not fault)
        self.summary.setText("" if fault else summary_of(table, choice))
        self.use_button.setEnabled(not fault)

    # -- using ----------------------------------------------------------------------------------------------------

    def _use(self) -> None:
        table = self._table
        if table is None or self._choice.fault(table):
            return
        changed = with_dataset(self._document.experiment, TableFile.of(table, self._choice))
        rows = int(self._choice.rows(table).sum())
        changed = changed.replace(scaling=SCALINGS.make(self.scaling.current)).with_training(
            batch_size=_batch_size(changed, rows)
        )
        self.accept()
        self._document.change(f"Use {self._path.name}", changed)

    def _show_theme(self, theme: Theme) -> None:
        self.model.show_theme(theme)


def _batch_size(experiment: Experiment, rows: int) -> int:
    """The batch size, doubled until an epoch is short enough to be watched."""
    size = experiment.training.batch_size
    while size < _MAX_BATCH and rows * experiment.train_share / size > _MAX_STEPS:
        size = min(2 * size, _MAX_BATCH)
    return size
