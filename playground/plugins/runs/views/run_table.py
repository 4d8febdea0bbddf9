"""The table of runs: groups by data, checkboxes, stars, pictures, and what differs from the row above."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from core.runs.run import Run
from core.runs.run_columns import RUNS
from core.runs.run_index import Group
from playground.plugin import ThemeSource
from playground.plugins.runs.views.row_painter import GROUP_PX, ROW_PX, RowPainter
from playground.plugins.runs.views.run_model import COLUMNS, NAMES, RunModel
from playground.views.theme.colors import run_colors

MAX_COMPARED = 6
_NAME_SHARE = 0.42
_MIN_PX = {"name": 118, "differs": 130}
_FIRST_TO_GO = ("train_score", "train_loss", "seconds", "differs")
"""Where all columns have no room."""


class RunTable(QTableView):
    """A click selects one run, with Ctrl or on its box more; Ctrl+Space does it by key, Return opens, F2 renames.

    Arrows move, Left and Right fold groups, S stars, Delete deletes.
    """

    selection_changed = Signal(list)
    """The numbers of the selected runs, in the order of their selection."""
    open_requested = Signal(int)
    delete_requested = Signal()
    star_requested = Signal(int, bool)
    rename_requested = Signal(int)
    order_requested = Signal(str)
    menu_requested = Signal(QPoint)
    pictures_requested = Signal(list)
    """Runs that are visible and whose pictures are not loaded."""
    too_many = Signal(str)
    """A sentence: no more runs can be compared."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self.run_model = RunModel(self)
        self._pictures: dict[int, QImage | None] = {}
        self._group_rows: set[int] = set()
        self._hidden: set[str] = set()
        """Columns that the user does not want."""
        self.setModel(self.run_model)
        self._painter = RowPainter(themes, self.color_of, self._pictures.get)
        self.setAccessibleName("Runs")
        self.setProperty("role", "runs")
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        self.verticalHeader().setMinimumSectionSize(GROUP_PX)
        self._set_up_header()
        self.run_model.modelReset.connect(self._on_reset)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._on_menu)
        themes.theme_changed.connect(self._follow_theme)

    def show_runs(self, runs: Sequence[Run], selected: Sequence[int], pictures: Mapping[int, QImage]) -> None:
        """Show these runs; rows that are the same ones as before keep their places."""
        model, rows = self.run_model, {run.id: run for run in runs}
        if rows.keys() != model.rows.keys():
            model.set_runs(rows)
        else:
            for run in runs:
                if run is not model.rows.get(run.id):
                    model.update_run(run)
        # Not sent back: they come from whoever gets the signal.
        model.checked = [run for run in selected if run in rows][:MAX_COMPARED]
        self._pictures.clear()
        self._pictures.update((run, None if image.isNull() else image) for run, image in pictures.items())
        self._repaint()

    def color_of(self, run: int) -> str | None:
        """The color of a selected run."""
        checked = self.run_model.checked
        return run_colors(self._themes.theme)[checked.index(run)] if run in checked else None

    def select_runs(self, runs: Sequence[int]) -> None:
        """Select runs, at most as many as there are colors."""
        if len(runs) > MAX_COMPARED:
            self.too_many.emit(f"At most {MAX_COMPARED} runs can be compared")
        self.run_model.checked = list(dict.fromkeys(runs))[:MAX_COMPARED]
        self._repaint()
        self.selection_changed.emit(self.run_model.checked)

    def set_column_shown(self, name: str, shown: bool) -> None:
        (self._hidden.discard if shown else self._hidden.add)(name)
        self._share_width()

    @property
    def current_run(self) -> Run | None:
        """The run at the keyboard's place."""
        index = self.currentIndex()
        entry = self.run_model.entries[index.row()] if index.isValid() else None
        return entry if isinstance(entry, Run) else None

    def event(self, event: QEvent) -> bool:
        # Keys of the table come before those of the window, such as Delete for a layer.
        own = (Qt.Key.Key_Delete, Qt.Key.Key_S, Qt.Key.Key_Return, Qt.Key.Key_F2)
        is_key = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if is_key and Qt.Key(event.key()) in own and not event.modifiers():  # type: ignore[attr-defined]
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, run = Qt.Key(event.key()), self.current_run
        entry = self.run_model.entries[self.currentIndex().row()] if self.currentIndex().isValid() else None
        selects = key == Qt.Key.Key_Space and event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if isinstance(entry, Group) and (selects or key in (Qt.Key.Key_Left, Qt.Key.Key_Right)):
            self._toggle_group(entry)
        elif selects and run is not None:
            self._toggle(run.id)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and run is not None:
            self.open_requested.emit(run.id)
        elif key == Qt.Key.Key_F2 and run is not None:
            self.rename_requested.emit(run.id)
        elif key == Qt.Key.Key_S and run is not None:
            self.star_requested.emit(run.id, not run.starred)
        elif key == Qt.Key.Key_Delete:
            if run is not None and not self.run_model.checked:
                self.select_runs([run.id])
            self.delete_requested.emit()
        else:
            super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if not index.isValid() or event.button() != Qt.MouseButton.LeftButton:
            super().mousePressEvent(event)
            return
        self.setCurrentIndex(index.siblingAtColumn(NAMES.index("name")))
        entry, column = self.run_model.entries[index.row()], NAMES[index.column()]
        if isinstance(entry, Group):
            self._toggle_group(entry)
        elif column == "starred":
            self.star_requested.emit(entry.id, not entry.starred)
        elif column == "check" or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._toggle(entry.id)
        else:
            self.select_runs([entry.id])

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and NAMES[index.column()] == "name":
            entry = self.run_model.entries[index.row()]
            if isinstance(entry, Run):
                self.rename_requested.emit(entry.id)
        elif index.isValid() and NAMES[index.column()] not in ("check", "starred"):
            entry = self.run_model.entries[index.row()]
            if isinstance(entry, Run):
                self.open_requested.emit(entry.id)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        missing: list[int] = []
        current = self.currentIndex().row() if self.hasFocus() else -1
        places = self._column_places()
        for row in self._visible_rows():
            entry, top = self.run_model.entries[row], self.rowViewportPosition(row)
            if isinstance(entry, Group):
                rect = QRect(0, top, self.viewport().width(), GROUP_PX)
                self._painter.paint_group(painter, rect, entry, open_=self.run_model.is_open(entry))
                continue
            cells = {name: QRect(left, top, width, ROW_PX) for name, left, width in places}
            self._painter.paint_run(painter, self.run_model, row, cells, focus=row == current)
            if entry.id not in self._pictures:
                missing.append(entry.id)
        painter.end()
        if missing:
            self._pictures |= dict.fromkeys(missing)
            self.pictures_requested.emit(missing)

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._share_width()

    def _column_places(self) -> list[tuple[str, int, int]]:
        """Name, left edge and width of each shown column."""
        return [
            (name, self.columnViewportPosition(place), self.columnWidth(place))
            for place, name in enumerate(NAMES)
            if not self.isColumnHidden(place)
        ]

    def _visible_rows(self) -> range:
        entries = self.run_model.entries
        if not entries:
            return range(0)
        last = self.rowAt(self.viewport().height() - 1)
        return range(max(0, self.rowAt(0)), (len(entries) if last < 0 else last + 1))

    def _set_up_header(self) -> None:
        header = self.horizontalHeader()
        header.setSectionsClickable(True)
        header.setHighlightSections(False)
        header.setMinimumSectionSize(20)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        header.setFixedHeight(28)
        header.sectionClicked.connect(self._on_heading)
        for place, column in enumerate(COLUMNS):
            if column.width_px:
                self.setColumnWidth(place, column.width_px)

    def _share_width(self) -> None:
        """Give name and differences what the other columns leave; where that is too little, some of them go."""
        hidden = set(self._hidden)
        for name in _FIRST_TO_GO:
            wide = sum(column.width_px for column in COLUMNS if column.name not in hidden)
            if wide + sum(_MIN_PX.values()) > self.viewport().width():
                hidden.add(name)
        for place, name in enumerate(NAMES):
            self.setColumnHidden(place, name in hidden)
        shown = [place for place in range(len(NAMES)) if not self.isColumnHidden(place)]
        left = self.viewport().width() - sum(COLUMNS[NAMES[place]].width_px for place in shown)
        called, differs = NAMES.index("name"), NAMES.index("differs")
        if self.isColumnHidden(differs):
            self.setColumnWidth(called, max(_MIN_PX["name"], left))
        else:
            width = max(_MIN_PX["name"], round(_NAME_SHARE * left))
            self.setColumnWidth(called, width)
            self.setColumnWidth(differs, max(_MIN_PX["differs"], left - width))

    def _on_heading(self, place: int) -> None:
        if NAMES[place] in RUNS.orders:
            self.order_requested.emit(NAMES[place])

    def _on_reset(self) -> None:
        header, entries = self.verticalHeader(), self.run_model.entries
        groups = set(self.run_model.group_rows)
        for row in self._group_rows - groups:
            if row < len(entries):
                header.resizeSection(row, ROW_PX)
        for row in groups - self._group_rows:
            header.resizeSection(row, GROUP_PX)
        # Rows that are gone have forgotten their height.
        self._group_rows = groups

    def _on_menu(self, at: QPoint) -> None:
        index = self.indexAt(at)
        entry = self.run_model.entries[index.row()] if index.isValid() else None
        if isinstance(entry, Run):
            self.setCurrentIndex(index.siblingAtColumn(NAMES.index("name")))
            if entry.id not in self.run_model.checked:
                self.select_runs([entry.id])
            self.menu_requested.emit(self.viewport().mapToGlobal(at))

    def _toggle(self, run: int) -> None:
        checked = self.run_model.checked
        self.select_runs([other for other in checked if other != run] if run in checked else [*checked, run])

    def _toggle_group(self, group: Group) -> None:
        self.run_model.toggle_group(group.key)
        entries = enumerate(self.run_model.entries)
        place = next(row for row, entry in entries if isinstance(entry, Group) and entry.key == group.key)
        self.setCurrentIndex(self.run_model.index(place, NAMES.index("name")))

    def _follow_theme(self) -> None:
        # Those that are visible are requested again, for their other colors.
        self._pictures.clear()
        self._repaint()

    def _repaint(self) -> None:
        self.viewport().update()
