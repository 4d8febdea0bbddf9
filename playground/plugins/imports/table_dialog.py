"""Import of a table file: background reader, preview, choice of columns."""

from __future__ import annotations

import dataclasses
from functools import partial
from pathlib import Path
from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCheckBox, QLabel, QWidget

from core.data.datasets import SCALINGS, DataError, Scaling, SeriesFile, TableFile
from core.data.seal import MIN_SEALED_OF
from core.data.tables.column_hints import ColumnHint, find_hints
from core.data.tables.json_reader import RECORD_SUFFIXES
from core.data.tables.parquet_reader import PARQUET_SUFFIXES
from core.data.tables.table import PACKED, ColumnFormat, ColumnFormats, Table, TableError
from core.data.tables.table_schema import (
    TableSchema,
    TableTask,
    guess_missing,
    guess_schema,
    guess_task,
    tasks_of,
)
from core.experiment.early_stopping import FEW, HELD_OUT, MANY, PATIENCE, is_small
from core.experiment.experiment import Experiment
from core.io.number_text import percent_text
from core.spec import SettingError
from playground.plugin import BackgroundJob, Document, ThemeSource, set_up, whole_combo
from playground.plugins.imports.import_dialog import ImportDialog, ImportTexts
from playground.plugins.imports.preview_table import (
    HintList,
    PreviewModel,
    PreviewTable,
    details_of,
    series_summary,
    summary_of,
)
from playground.plugins.imports.readers import ReadingChoices, load_table
from playground.views.widgets import ChoiceCombo, ValueCombo

_SIZE_PX = (880, 600)
_SHEET_PX = 200
_TEXTS = ImportTexts(
    "Import data", "Other file…", "Choose another file.", "Use data", "Train on these data. It can be undone."
)
# Only numbers can be forecast: arrow keys reach this choice last.
_TASKS = {
    "classification": "A class",
    "regression": "A value",
    "none": "Nothing",
    "series": "What comes next",
}
_OF_SERIES = ("window", "horizon", "step")
_SCALINGS = [(kind.kind, kind.title) for kind in SCALINGS if kind.offered]
_MISSING = {"drop": "Leave out the rows", "fill": "Mean or most frequent", "category": "Mean or a category"}
# Formats that have the columns' names of themselves.
_NAMED_SUFFIXES = (".npz", *RECORD_SUFFIXES, *PARQUET_SUFFIXES)


class TableDialog(ImportDialog):
    """Previews a file; "Use data" changes the document's dataset and scaling as one undo step."""

    def __init__(self, document: Document, themes: ThemeSource, path: Path, parent: QWidget) -> None:
        super().__init__(_TEXTS, document, path, parent)
        self.resize(*_SIZE_PX)
        self._table: Table | None = None
        self.choice = TableSchema((), "")
        self._given: Scaling | None = None
        """The scaling that came with an opened model, while it fits the columns."""
        self._reading = ReadingChoices()
        self._missing_chosen = False
        """Whether the user chose what becomes of missing values; else it follows the columns."""
        self._stops = True
        """Whether to stop early where that helps."""
        self._forecasts = False
        """Whether rows are a series, of which the next values of the target are forecast."""
        self._series: SeriesFile | None = None
        self._target_before = ""
        """The target that was chosen before "nothing" was."""
        self._kept: TableSchema | None = None
        """The roles to keep when the same file is read in another way."""
        self.model = PreviewModel(themes.theme, self)
        self._make_header()
        self._make_head(self._sheet_label, self.sheet, self.comments, self.header)
        self.preview = PreviewTable(self.model, themes, self)
        self.preview.role_chosen.connect(self._choose_role)
        self.preview.format_chosen.connect(self._choose_format)
        self._pages.addWidget(self.preview)
        self.hints = HintList(self)
        self.hints.taken.connect(self._follow)
        self.adviser = BackgroundJob("hints", self, daemon=True)
        self.adviser.finished.connect(self._show_hints)
        self._make_choices()
        self._lay_out(self.hints)
        self._make_error()
        self.loader.finished.connect(self._show_table)
        themes.theme_changed.connect(self.model.show_theme)
        self.load(path)

    def load(self, path: Path) -> None:
        """Read a file, by its evidence or as the dataset in use reads it."""
        used = self._document.experiment.dataset
        self._show_path(path)
        if isinstance(used, TableFile | SeriesFile) and Path(used.path) == path:
            formats = ColumnFormats.parse(used.columns)
            self._read(ReadingChoices(used.header, used.comments, formats, used.sheet))
        else:
            self._read(ReadingChoices())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        ends_number = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        focused = self.focusWidget()
        # Which ends a number, and does not use the data yet.
        if not (ends_number and any(box is focused for box in self.of_series.values())):
            super().keyPressEvent(event)

    def done(self, result: int) -> None:
        self.adviser.abandon()
        super().done(result)

    def _read(self, reading: ReadingChoices, kept: TableSchema | None = None) -> None:
        self._reading, self._kept = reading, kept
        self._missing_chosen &= kept is not None
        self._table = None
        self.model.show_table(None)
        self._ask_for_hints()
        self.target.set_choices([])
        self._show_sheets((), "")
        self.header.setEnabled(False)
        self.comments.setEnabled(False)
        self._form.setEnabled(False)
        self._given = None
        self.error.setText("")
        self._begin(partial(load_table, self._path, reading))

    # -- pieces ---------------------------------------------------------------------------------------------------

    def _make_header(self) -> None:
        self.sheet = ChoiceCombo(name="Sheet", tooltip="The sheet of the file that is read.", parent=self)
        self.sheet.setMaximumWidth(_SHEET_PX)
        self.sheet.chosen.connect(lambda name: self._read(ReadingChoices(sheet=name)))
        self._sheet_label = QLabel("Sheet", self)
        self._sheet_label.setBuddy(self.sheet)
        self._show_sheets((), "")
        self.header = set_up(QCheckBox("First row is a header", self), clicked=self._header_clicked)
        self.header.setToolTip("Whether the file begins with the names of its columns, or at once with data.")
        self.comments = QCheckBox("# begins comments", self)
        self.comments.clicked.connect(lambda on: self._read(ReadingChoices(comments=on)))
        self.comments.setToolTip("Whether lines that begin with # are left out, or are rows like the others.")
        self.comments.hide()

    def _make_choices(self) -> None:
        self.target = ChoiceCombo(tooltip="The column that the network should learn to predict.", parent=self)
        self.task = ChoiceCombo(
            list(_TASKS.items()),
            tooltip="A class: one of several kinds, such as a species. A value: a number, such as a price. "
            "What comes next: rows are in the order of time, and the target's next values are forecast. "
            "Nothing: rows are given back, or others like them are made.",
            parent=self,
        )
        self.missing = ChoiceCombo(
            list(_MISSING.items()),
            tooltip="What becomes of rows that lack a value: left out, unless most rows are such, or filled in by the "
            "column's mean or most frequent category, or by its mean or a category of their own. Rows without an "
            "prediction are always left out.",
            parent=self,
        )
        self.scaling = ChoiceCombo(
            _SCALINGS,
            tooltip="Inputs of one size are learned much faster. Only the training part tells the scale.",
            parent=self,
        )
        self.stops = set_up(QCheckBox("Stop early", self), clicked=self._stops_clicked)
        self.stops.setToolTip(
            f"Set {percent_text(HELD_OUT)} of the training rows apart, end when they have been predicted no better for "
            f"{PATIENCE} epochs, and keep the best weights. For a target and {FEW} to {MANY:,} training rows."
        )
        # As high as the fields beside it, so that captions stand in one line.
        self.stops.setMinimumHeight(self.scaling.sizeHint().height())
        self.target.chosen.connect(self._pick_target)
        self.task.chosen.connect(self._choose_task)
        self.missing.chosen.connect(self._choose_missing)
        self.of_series = {name: self._make_number(name) for name in _OF_SERIES}
        self._make_form(
            ("Target", self.target),
            ("Predict", self.task),
            ("Missing values", self.missing),
            *((SeriesFile.setting(name).label, box) for name, box in self.of_series.items()),
            ("Scaling", self.scaling),
            ("Training", self.stops),
        )

    def _make_number(self, name: str) -> ValueCombo:
        item = SeriesFile.setting(name)
        made = whole_combo(item, self, item.suggestions or (1, 2, 3, 6, 12))
        made.value_chosen.connect(lambda _: self._choose(self.choice))
        return made

    def _make_error(self) -> None:
        self.error = set_up(QLabel(self), role="danger", wordWrap=True)
        self._notes.addWidget(self.error)
        # Center the progress bar below the text.
        self._waiting.insertStretch(0, 1)
        self._waiting.addWidget(self.progress)
        self._waiting.addStretch(1)

    # -- reading --------------------------------------------------------------------------------------------------

    def _show_table(self, table: Table) -> None:
        current = self._document.experiment
        used = current.dataset if isinstance(current.dataset, TableFile) else None
        if used and self._reading.formats == used.formats and used.sha256 != table.sha256 and not self._kept:
            # The file has changed since: its columns are looked at anew.
            self._read(ReadingChoices(sheet=self._reading.sheet))
            return
        self._table = table
        self._show_options(table)
        self.model.show_table(table)
        self.preview.fit_columns()
        self._show_targets(table)
        self.scaling.set_current("minmax" if table.sample_shape else "standardize")
        self._pages.setCurrentIndex(1)
        series = current.dataset if isinstance(current.dataset, SeriesFile) else None
        self._forecasts = series is not None and series.sha256 == table.sha256
        if self._kept is not None:
            self._choose(_fitted(self._kept, table))
        elif used and (used.sha256, used.header, used.sheet) == (
            table.sha256,
            table.header,
            self._reading.sheet,
        ):
            # The same file again: restore its options.
            self._offer_scaling(current.scaling)
            self.choice, self._missing_chosen, self._stops = used.choice, True, current.held_out > 0.0
            self._choose(used.choice)
        elif series is not None and self._forecasts:
            for name, box in self.of_series.items():
                box.set_value(getattr(series, name))
            self._offer_scaling(current.scaling)
            others = tuple(name for name in series.names if name != series.target)
            self._choose(TableSchema(others, series.target, "regression"))
        else:
            self._choose(guess_schema(table))
        self.preview.setFocus()

    def _stops_clicked(self, checked: bool) -> None:
        self._stops = checked

    def _offer_scaling(self, used: Scaling) -> None:
        """Choose the scaling in use; one that came with an opened model is offered while its columns are chosen."""
        given = [] if used.offered else [(used.kind, used.title)]
        self._given = used if given else None
        self.scaling.set_choices([*_SCALINGS, *given], used.kind)

    def _show_options(self, table: Table) -> None:
        self.details.setText(details_of(table))
        self._show_sheets(table.sheets, table.sheet)
        self.header.setChecked(table.header)
        self.header.setEnabled(not table.path.lower().removesuffix(PACKED).endswith(_NAMED_SUFFIXES))
        self.comments.setChecked(table.comments is not None)
        self.comments.setVisible(table.comments is None or table.comments > 0)
        self.comments.setEnabled(True)

    def _show_sheets(self, sheets: tuple[str, ...], sheet: str) -> None:
        choices = [(name, name) for name in sheets]
        self.sheet.set_choices(choices if sheet in sheets else [("", "Choose…"), *choices], sheet)
        for widget in (self._sheet_label, self.sheet):
            widget.setVisible(self.sheet.count() > 1)

    def _show_failure(self, error: Exception) -> None:
        super()._show_failure(error)
        if isinstance(error, TableError):
            # Another sheet may be one that can be read.
            self._show_sheets(error.sheets, error.sheet)

    def _show_targets(self, table: Table) -> None:
        names = [column.name for column in table.columns if tasks_of(column)]
        self.target.set_choices([("", "Choose…"), *((name, name) for name in names)])
        self._form.setEnabled(True)
        self.missing.setEnabled(any(column.missing for column in table.columns))

    def _header_clicked(self, checked: bool) -> None:
        # Formats are chosen by names, which change.
        self._read(dataclasses.replace(self._reading, header=checked, formats=None))

    def _choose_format(self, places: list[int], chosen: ColumnFormat | None) -> None:
        table = self._table
        assert table is not None
        formats = dict(self._reading.formats.by_name if self._reading.formats else {})
        for place in places:
            formats.pop(self._name_at(place), None)
            if chosen is not None:
                formats[self._name_at(place)] = chosen
        unusable = {column.name for column in table.columns if not column.usable}
        read = [name for name in map(self._name_at, places) if name in unusable and chosen is not None]
        kept = dataclasses.replace(self.choice, features=(*self.choice.features, *read))
        comments = None if table.comments == 0 else table.comments is not None
        self._read(ReadingChoices(table.header, comments, ColumnFormats(formats), self._reading.sheet), kept)

    def _name_at(self, place: int) -> str:
        return self.model.column(place).name

    # -- choosing -------------------------------------------------------------------------------------------------

    def _choose_role(self, places: list[int], role: str) -> None:
        columns = [self.model.column(place) for place in places]
        names = [column.name for column in columns if column.usable or role == "ignore"]
        if not names:
            # Which says why not.
            self.preview.open_menu(places[0])
            return
        if role == "target":
            self._choose_target(names[0])
            return
        assert self._table is not None
        kept = set(self.choice.features) - set(names) | (set(names) if role == "feature" else set())
        # In table order, not click order.
        features = tuple(column.name for column in self._table.columns if column.name in kept)
        target = "" if self.choice.target in names else self.choice.target
        self._choose(dataclasses.replace(self.choice, features=features, target=target))

    def _choose_target(self, name: str) -> None:
        assert self._table is not None
        before = self.choice
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
        given_up = (
            self._target_before if self._table is not None and self._target_before in self._table else ""
        )
        if key != "none" and not self.choice.target and given_up:
            # Arrow keys pass "Nothing" on their way.
            self._choose_target(given_up)
        if key == "series" and not self.choice.target and self._table is not None:
            # Without a target nothing can be forecast: the last column of numbers, as most tables have it.
            named = [
                name for name in self.choice.features if "regression" in tasks_of(self._table.column(name))
            ]
            self._choose_target(named[-1] if named else "")
        before, self._forecasts = self._forecasts, key == "series"
        choice = self.choice
        if before != self._forecasts:
            # A series is forecast from itself, until other columns are chosen.
            others = () if self._forecasts or self._table is None else guess_schema(self._table).features
            features = tuple(name for name in others if name != choice.target)
            choice = dataclasses.replace(choice, features=features)
        task = cast(TableTask, "regression" if key == "series" else key)
        choice = dataclasses.replace(choice, task=task)
        if task == "none" and choice.target:
            # It is one of the columns to learn from.
            self.choice, self._target_before = choice, choice.target
            self._choose_target("")
        else:
            self._choose(choice)

    def _choose_missing(self, key: str) -> None:
        self._missing_chosen = True
        self._choose(dataclasses.replace(self.choice, missing=key))

    def _choose(self, choice: TableSchema) -> None:
        table = self._table
        assert table is not None
        if not self._missing_chosen:
            guessed = guess_missing(table, choice.features, choice.target)
            choice = dataclasses.replace(choice, missing=guessed)
        if self._given is not None and choice.features != self.choice.features:
            # Its numbers are for other columns.
            self._given = None
            self.scaling.set_choices(_SCALINGS, "standardize")
        self.choice = choice
        self.model.show_choice(choice)
        target = choice.target
        self.target.set_current(target if self.target.findData(target) >= 0 else "")
        tasks = tasks_of(table.column(target)) if target and target in table else ()
        self._forecasts &= "regression" in tasks
        self.task.set_current("series" if self._forecasts else choice.task)
        self.missing.set_current(choice.missing)
        for box in (self.missing, *self.of_series.values()):
            captioned = box.parentWidget()
            assert captioned is not None
            captioned.setVisible((box is self.missing) != self._forecasts)
        self._show_stops(table)
        fault = self._fault(table)
        self.error.setText(f"{fault}." if fault else "")
        self.error.setVisible(bool(fault))
        self.summary.setVisible(not fault)
        if not fault:
            series = self._series
            told = summary_of(table, choice) if series is None else series_summary(table, series)
            self.summary.setText(told)
        self.use_button.setEnabled(not fault)
        self._ask_for_hints()

    def _show_stops(self, table: Table) -> None:
        learns = bool(self.choice.target) and not (self._forecasts or table.sample_shape)
        here = self._document.experiment
        is_known = getattr(here.dataset, "path", "") == str(self._path)
        share = (here if is_known else Experiment()).train_share
        helps = learns and is_small(int(self.choice.rows(table).sum() * share))
        self.stops.setEnabled(helps)
        self.stops.setChecked(helps and self._stops)

    def _fault(self, table: Table) -> str:
        """The reason why nothing can be learned of the choice; "" if it can."""
        choice, self._series = self.choice, None
        if not self._forecasts:
            return choice.fault(table)
        numbers = {name: int(box.value) for name, box in self.of_series.items()}
        try:
            self._series = SeriesFile.of(table, choice.target, (choice.target, *choice.features), **numbers)
        except (DataError, SettingError) as error:
            return str(error)
        return ""

    # -- hints ----------------------------------------------------------------------------------------------------

    def _ask_for_hints(self) -> None:
        """Look for hints on the features, off the GUI thread: a large table takes a second."""
        self.adviser.abandon()
        if self._table is None or self._forecasts:
            self._show_hints(())
        else:
            seal, table = self._document.experiment.seal, self._table
            # Of the same data, what is sealed gives no hints either.
            if self.chooses_again and seal and table.rows >= MIN_SEALED_OF:
                table = table.part(seal.divide(table.rows)[0])
            self.adviser.start(partial(find_hints, table, self.choice))

    def _show_hints(self, hints: tuple[ColumnHint, ...]) -> None:
        focused = self.hints.isAncestorOf(self.focusWidget() or self)
        self.hints.show_hints(hints)
        self.model.show_hints(hints)
        if focused and not self.hints.isVisible():
            self.preview.setFocus()

    def _follow(self, hint: ColumnHint) -> None:
        if hint.kind == "gaps":
            self._choose_missing("category")
            return
        places = [place for place in range(self.model.columnCount()) if self._name_at(place) in hint.columns]
        if hint.kind == "leak":
            self._choose_role(places, "ignore")
        elif hint.kind == "odd":
            self._choose_format(places, self.model.column(places[0]).nearly)
        else:
            self._choose_format(places, ColumnFormat("category"))

    # -- using ----------------------------------------------------------------------------------------------------

    def _use(self) -> None:
        table = self._table
        if table is None or self._fault(table):
            return
        dataset = self._series or TableFile.of(table, self.choice)
        key = self.scaling.current
        given = self._given
        scaling = given if given is not None and key == given.kind else SCALINGS.make(key)

        def fit(experiment: Experiment) -> Experiment:
            held = experiment.held_out
            if self.stops.isEnabled():
                held = (held or HELD_OUT) if self.stops.isChecked() else 0.0
            return experiment.replace(scaling=scaling, held_out=held)

        self._use_data(dataset, fit)


def _fitted(choice: TableSchema, table: Table) -> TableSchema:
    """The roles without columns that cannot be used as they are read now, and a task that the target has."""
    names = set(choice.features)
    features = tuple(
        c.name for c in table.columns if c.name in names and c.usable and c.name != choice.target
    )
    if choice.task == "none" or not (
        choice.target and choice.target in table and tasks_of(table.column(choice.target))
    ):
        return dataclasses.replace(choice, features=features, target="")
    target = table.column(choice.target)
    task = choice.task if choice.task in tasks_of(target) else guess_task(target)
    return dataclasses.replace(choice, features=features, task=task)
