"""Preview of a table's first rows: its Qt model, and a view whose headers show and change column roles."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final, get_args

from PySide6.QtCore import QAbstractTableModel, QElapsedTimer, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import QAction, QColor, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QMenu,
    QPushButton,
    QTableView,
    QWidget,
)

from core.data.datasets import SeriesFile
from core.data.tables.column_hints import ColumnHint
from core.data.tables.table import ColumnFormat, ColumnType, Table, TableColumn
from core.data.tables.table_schema import TableSchema
from core.data.tables.written_numbers import read_number
from core.io.number_text import count_text
from playground.plugin import GRID_PX, RADIUS_SMALL_PX, CutLabel, Theme, ThemeSource, font, hbox, vbox
from playground.views.widgets.painted import LEFT, RIGHT, Index, PaintedHeader, draw_box, draw_text

_ACTIONS: Final = {
    "leak": "Ignore it",
    "gaps": "Use a category",
    "codes": "Read as categories",
    "odd": "Treat as missing",
    "twice": "",
}
_TYPES: Final = ("number", "category", "text", "date")
"""Words of `ColumnType`, in its order."""
_MAX_SHOWN: Final = 3


class HintList(QWidget):
    """Shows the first hints; `taken(hint)` is emitted when the user follows one."""

    taken = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[tuple[CutLabel, QPushButton]] = []
        self._hints: tuple[ColumnHint, ...] = ()
        self._since_taken = QElapsedTimer()
        column = vbox(parent=self, margins=0, spacing=GRID_PX // 2)
        for place in range(_MAX_SHOWN):
            label, button = CutLabel(self), QPushButton(self)
            label.setProperty("role", "muted")
            button.setAutoDefault(False)
            button.clicked.connect(partial(self._take, place))
            row = hbox((label, 1), button, spacing=GRID_PX)
            column.addLayout(row)
            self.rows.append((label, button))
        self.setAccessibleName("Hints on columns")
        self.show_hints(())

    def show_hints(self, hints: Sequence[ColumnHint]) -> None:
        """Set the hints; those that follow take the place of the ones that are gone."""
        self._hints = tuple(hints)
        more = len(hints) - _MAX_SHOWN
        for place, (label, button) in enumerate(self.rows):
            hint = hints[place] if place < len(hints) else None
            label.setVisible(hint is not None)
            button.setVisible(hint is not None and bool(_ACTIONS[hint.kind]))
            if hint is not None:
                others = "1 more follows." if more == 1 else f"{more:,} more follow."
                is_last = more > 0 and place == _MAX_SHOWN - 1
                label.setText(f"{hint.sentence}. {others}" if is_last else f"{hint.sentence}.")
                label.setToolTip(label.text())
                button.setText(_ACTIONS[hint.kind])
                button.setAccessibleName(f"{_ACTIONS[hint.kind]}: {', '.join(hint.columns[:1])}")
                button.setAccessibleDescription(label.text())
        self.setVisible(bool(hints))

    def _take(self, place: int) -> None:
        # The next hint moves to where this one was, and the second click of two is not meant for it.
        waits = QApplication.doubleClickInterval()
        if not self._since_taken.isValid() or self._since_taken.hasExpired(waits):
            self._since_taken.start()
            self.taken.emit(self._hints[place])


_NAMED: Final = 3


def details_of(table: Table) -> str:
    """The file's contents: "178 rows · 14 columns · 3 values missing"."""
    missing = sum(column.missing for column in table.columns)
    parts = [count_text(table.rows, "row"), count_text(len(table.columns), "column")]
    if missing:
        parts.append(f"{count_text(missing, 'value')} missing")
    if table.comments:
        parts.append(f"{count_text(table.comments, 'comment line')} left out")
    return " · ".join(parts)


def reading_of(column: TableColumn) -> str:
    """Format of a column: "number · 1.234,5 · €", "number · 1,234 is 1234", "days since 2024-01-31"."""
    told = _TYPES[get_args(ColumnType).index(column.type)]
    parts = [column.unit if column.type == "number" and column.unit.startswith("days") else told]
    if column.format is not None and column.type == "number":
        parts += _number_parts(column, column.format)
    return " · ".join(parts)


def doubt_about(column: TableColumn) -> str:
    """A sentence on a column whose numbers could be others; "" if there is no doubt."""
    found = read_number(column.ambiguous)
    if found is None:
        return ""
    return f"{column.ambiguous} could be {found.point:.15g} or {found.comma:.15g}: its menu chooses how it is read."


def _number_parts(column: TableColumn, format_: ColumnFormat) -> list[str]:
    if format_.kind == "days":
        return {"dmy": ["d/m/y"], "mdy": ["m/d/y"]}.get(format_.order or "", [])
    found = read_number(column.ambiguous)
    if found is not None:
        value = found.comma if format_.kind == "comma" else found.point
        shown = [f"{column.ambiguous} is {value:.15g}"]
    else:
        shown = ["1.234,5"] if format_.kind == "comma" else []
    return [*shown, column.unit] if column.unit else shown


def series_summary(table: Table, series: SeriesFile) -> str:
    """The chosen data: "200 rows · 176 windows of 24 · 1 column · 1 ahead, in the order of time"."""
    windows = count_text(series.load(0).samples, "window")
    columns = count_text(len(series.names), "column")
    rows = count_text(table.rows, "row")
    if gaps := sum(table.column(name).missing for name in series.names):
        rows += f", {count_text(gaps, 'missing value')} as in the row before"
    return f"{rows} · {windows} of {series.window} · {columns} · {series.horizon} ahead, in the order of time"


def summary_of(table: Table, choice: TableSchema) -> str:
    """The chosen data: "1,599 rows · 11 features · 6 classes"; the schema must be valid."""
    info, used = choice.info(table), int(choice.rows(table).sum())
    image = len(info.shape) == 3
    rows = count_text(used, "image" if image else "row")
    if used < table.rows:
        rows = f"{used:,} of {count_text(table.rows, 'image' if image else 'row')}"
    if gaps := choice.gaps(table):
        rows += f", {count_text(gaps, 'value')} filled in"
    if image:
        inputs = " × ".join(map(str, info.shape))
    else:
        inputs = count_text(len(choice.features), "feature")
        if info.shape[0] != len(choice.features):
            inputs += f" as {count_text(info.shape[0], 'input')}"
    prediction = {"classes": count_text(info.outputs, "class"), "none": "nothing to predict"}.get(
        info.labels, "a value to predict"
    )
    left = [c.name for c in table.columns if c.name not in (*choice.features, choice.target)]
    more = f" and {len(left) - _NAMED:,} more" if len(left) > _NAMED else ""
    ignored = f" · without {', '.join(left[:_NAMED])}{more}" if left and not image else ""
    return f"{rows} · {inputs} · {prediction}{ignored}"


ROLE_TITLES: Final = {"feature": "Feature", "target": "Target", "ignore": "Ignored"}
_MAX_TEXT_LENGTH = 80


class PreviewModel(QAbstractTableModel):
    """Read-only; `show_choice` sets the column roles."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._table: Table | None = None
        self._roles: list[str] = []
        self._hints: dict[str, list[str]] = {}

    def show_table(self, table: Table | None) -> None:
        """Set the table, with all columns ignored."""
        self.beginResetModel()
        self._table = table
        self._roles = ["ignore"] * (0 if table is None else len(table.columns))
        self.endResetModel()

    def show_choice(self, choice: TableSchema) -> None:
        """Set the column roles."""
        if self._table is None:
            return
        features = set(choice.features)
        self._roles = [
            "target" if c.name == choice.target else "feature" if c.name in features else "ignore"
            for c in self._table.columns
        ]
        self._emit_changed()

    def show_hints(self, hints: Sequence[ColumnHint]) -> None:
        """Set the hints, which the columns' tooltips say."""
        self._hints = {}
        for hint in hints:
            for name in hint.columns:
                self._hints.setdefault(name, []).append(f"{hint.sentence}.")
        self._emit_changed()

    def show_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._emit_changed()

    def _emit_changed(self) -> None:
        if self._table is not None and self._roles:
            last = len(self._roles) - 1
            self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, last)
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, last))

    def column(self, place: int) -> TableColumn:
        """The column at index `place`."""
        assert self._table is not None
        return self._table.columns[place]

    def role(self, place: int) -> str:
        """The role of the column at index `place`, a key of `ROLE_TITLES`."""
        return self._roles[place]

    def note(self, place: int) -> str:
        """Text below a column's name: "number · € · 3 missing"."""
        column = self.column(place)
        gaps = f" · {column.missing:,} missing" if column.missing else ""
        odd = f" · {len(column.refused):,} not numbers" if column.nearly else ""
        return f"{reading_of(column)}{odd}{gaps}"

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if self._table is None else len(self._table.preview)

    def columnCount(self, parent: Index | None = None) -> int:
        return len(self._roles)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self._table is None or not index.isValid():
            return None
        place = index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            text = self._table.preview[index.row()][place].strip()
            return text if len(text) <= _MAX_TEXT_LENGTH else f"{text[:_MAX_TEXT_LENGTH]}…"
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if self.column(place).type == "number" else LEFT
        if role == Qt.ItemDataRole.ForegroundRole and self._roles[place] == "ignore":
            return QColor(self._theme.text_faint)
        if role == Qt.ItemDataRole.BackgroundRole and self._roles[place] == "target":
            return QColor(self._theme.accent_soft)
        return None

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if self._table is None or orientation == Qt.Orientation.Vertical:
            return str(section + 1) if role == Qt.ItemDataRole.DisplayRole else None
        if not 0 <= section < len(self._roles):
            return None
        column, title = self._table.columns[section], ROLE_TITLES[self._roles[section]]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.name
        if role == Qt.ItemDataRole.ToolTipRole:
            hint = f"{column.hint}." if column.hint else "Click to choose: feature, target or ignore."
            lines = [
                column.name, self.note(section), doubt_about(column), *self._hints.get(column.name, ()), hint
            ]  # fmt: skip
            return "\n".join(line for line in lines if line)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{column.name}, {self.note(section)}, {title}"
        return None


_ROW_HEIGHT_PX = 24
_WIDTHS_PX = (92, 190)
_PAD_PX = 8
_KEYS = {Qt.Key.Key_F: "feature", Qt.Key.Key_T: "target", Qt.Key.Key_I: "ignore"}
_MENU_TEXTS = {"feature": "&Feature: learn from it", "target": "&Target: predict it", "ignore": "&Ignore"}
_FORMAT_TEXTS = {
    "point": "Numbers with a decimal &point: 1,234.5",
    "comma": "Numbers with a decimal &comma: 1.234,5",
    "category": "C&ategories: each text is one",
    "days": "&Days since the first date",
    "days dmy": "Days, the day &first: 31.1.2024",
    "days mdy": "Days, the &month first: 1/31/2024",
}


class PreviewTable(QTableView):
    """`role_chosen(columns, role)` carries column indices and "feature", "target" or "ignore".

    `format_chosen(columns, format)` carries a `ColumnFormat`, or None for the format that the cells speak for.
    """

    role_chosen = Signal(list, str)
    format_chosen = Signal(list, object)

    def __init__(self, model: PreviewModel, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model = model
        self.header = _Header(model, themes, self)
        self.setHorizontalHeader(self.header)
        self.setModel(model)
        rows = self.verticalHeader()
        rows.setDefaultSectionSize(_ROW_HEIGHT_PX)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectColumns)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setWordWrap(False)
        self.setCornerButtonEnabled(False)
        self.setCornerWidget(QWidget(self))
        # Tab moves to the next widget; arrow keys move in the table.
        self.setTabKeyNavigation(False)
        self.setAccessibleName("First rows")
        self.setToolTip(
            "Click a column's name, or press F, T or I in it: feature, target or ignore. Its menu also chooses how "
            "the cells are read: as numbers, categories, or days."
        )
        self.header.sectionClicked.connect(self._header_clicked)
        self.header.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.header.customContextMenuRequested.connect(self._open_header_menu)

    def fit_columns(self) -> None:
        """Fit column widths to names and first cells, within bounds."""
        bold, normal = QFontMetrics(font(bold=True)), QFontMetrics(font())
        for place in range(self._model.columnCount()):
            cells = [self._model.index(row, place).data() for row in range(min(20, self._model.rowCount()))]
            width = max(
                bold.horizontalAdvance(self._model.column(place).name),
                QFontMetrics(font("small")).horizontalAdvance(self._model.note(place)),
                *(normal.horizontalAdvance(str(cell)) for cell in cells),
                0,
            )
            low, high = _WIDTHS_PX
            self.setColumnWidth(place, min(max(width + 2 * _PAD_PX + 4, low), high))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in _KEYS and event.modifiers() == Qt.KeyboardModifier.NoModifier:
            columns = self._chosen(self.currentIndex().column())
            if columns:
                self.role_chosen.emit(columns, _KEYS[key])
        elif key == Qt.Key.Key_Menu and self.currentIndex().isValid():
            self.open_menu(self.currentIndex().column())
        else:
            super().keyPressEvent(event)

    def _chosen(self, place: int) -> list[int]:
        """The selected columns if `place` is one of them, else `place` alone."""
        selected = sorted(index.column() for index in self.selectionModel().selectedColumns())
        return selected if place in selected else [place] if place >= 0 else []

    def _header_clicked(self, place: int) -> None:
        # With Ctrl or Shift, a click extends the selection.
        if len(self.selectionModel().selectedColumns()) <= 1:
            self.open_menu(place)

    def _open_header_menu(self, at: QPoint) -> None:
        place = self.header.logicalIndexAt(at)
        if place >= 0:
            self.open_menu(place)

    def open_menu(self, place: int) -> None:
        """Show what the column at `place` can be, and why it cannot be used."""
        columns = self._chosen(place)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if hint := self._model.column(place).hint:
            menu.addAction(hint).setEnabled(False)
        for role, text in _MENU_TEXTS.items():
            action = menu.addAction(text)
            action.setData((columns, role))
            action.setCheckable(True)
            action.setChecked(all(self._model.role(column) == role for column in columns))
            usable = any(self._model.column(column).usable for column in columns)
            action.setEnabled(role == "ignore" or (usable and (role == "feature" or len(columns) == 1)))
        if all(self._model.column(column).format for column in columns):
            menu.addSeparator()
            if nearly := self._model.column(place).nearly:
                menu.addAction("&Numbers, other cells missing").setData(([place], nearly))
            self._add_formats(menu.addMenu("&Read as"), columns)
        menu.triggered.connect(self._menu_chosen)
        left = self.header.sectionViewportPosition(place)
        menu.popup(self.header.viewport().mapToGlobal(QPoint(left, self.header.height())))

    def _add_formats(self, menu: QMenu, columns: list[int]) -> None:
        current = {_menu_text(format_) for place in columns if (format_ := self._model.column(place).format)}
        for text, title in _FORMAT_TEXTS.items():
            action = menu.addAction(title)
            action.setData((columns, ColumnFormat.parse(text)))
            action.setCheckable(True)
            action.setChecked(current == {text})
        menu.addSeparator()
        menu.addAction("By the &evidence of its cells").setData((columns, None))

    def _menu_chosen(self, action: QAction) -> None:
        columns, chosen = action.data()
        if isinstance(chosen, str):
            self.role_chosen.emit(list(columns), chosen)
        else:
            self.format_chosen.emit(list(columns), chosen)


def _menu_text(format_: ColumnFormat) -> str:
    """The key of `_FORMAT_TEXTS` for a column's format."""
    return f"days {format_.order}" if format_.order in ("dmy", "mdy") else format_.kind


class _Header(PaintedHeader):
    """Name, kind with missing values, and role of each column, on three lines."""

    height_px = 66

    def __init__(self, model: PreviewModel, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(themes, parent)
        self._model = model
        self.setSectionsClickable(True)

    def _paint(self, painter: QPainter, rect: QRect, column: int, theme: Theme) -> None:
        model = self._model
        if column < model.columnCount():
            role, name, note = model.role(column), model.column(column).name, model.note(column)
            ground = theme.accent_soft if role == "target" else theme.surface
            ink = theme.text if role != "ignore" else theme.text_muted
            self._paint_role(painter, self._write(painter, rect, name, note, ground=ground, ink=ink), role)

    def _paint_role(self, painter: QPainter, inner: QRect, role: str) -> None:
        theme, title = self._themes.theme, ROLE_TITLES[role]
        width = painter.fontMetrics().horizontalAdvance(title) + 12
        pill = QRect(inner.left(), inner.bottom() - 17, min(width, inner.width()), 17)
        ground, ink = {
            "feature": (theme.accent_soft, theme.accent),
            "target": (theme.accent, theme.accent_text),
            "ignore": (theme.field, theme.text_muted),
        }[role]
        draw_box(painter, pill, RADIUS_SMALL_PX, ground)
        draw_text(painter, pill, title, ink)
