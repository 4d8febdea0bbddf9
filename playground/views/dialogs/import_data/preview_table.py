"""Table preview whose headers show and change column roles by click, menu or key."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt, Signal
from PySide6.QtGui import QAction, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QMenu, QTableView, QWidget

from core.data.tables.table import ColumnFormat
from playground.views.dialogs.import_data.preview_model import ROLE_TITLES, PreviewModel
from playground.views.theme.colors import RADIUS_SMALL_PX, Theme
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.painted import PaintedHeader, draw_box, draw_text

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
