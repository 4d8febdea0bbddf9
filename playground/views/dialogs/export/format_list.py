"""The list of formats in the export dialog: groups, hints, and which ones are proven."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from PySide6.QtCore import QModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetrics, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QFrame, QListView, QStyle, QStyleOptionViewItem, QWidget

from playground.views.dialogs.export.content import group_of
from playground.views.theme.colors import RADIUS_SMALL_PX, Theme
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.painted import (
    LEFT,
    RIGHT,
    Index,
    PaintedDelegate,
    draw_box,
    draw_text,
)

_KIND: Final = Qt.ItemDataRole.UserRole
_HINT: Final = Qt.ItemDataRole.UserRole + 1
_PROVEN: Final = Qt.ItemDataRole.UserRole + 2
_MOVES: Final = {
    QListView.CursorAction.MoveUp: ("line", -1),
    QListView.CursorAction.MoveDown: ("line", 1),
    QListView.CursorAction.MovePageUp: ("page", -1),
    QListView.CursorAction.MovePageDown: ("page", 1),
    QListView.CursorAction.MoveHome: ("all", -1),
    QListView.CursorAction.MoveEnd: ("all", 1),
}
_ROW_PX = 24
_GROUP_PX = 30
_SIDE_PX = 12
_GAP_PX = 10


class FormatList(QListView):
    """Formats by group, both in the order of their first; headings cannot be chosen.

    `kinds` are classes with a `kind`, `title`, `summary` and `group`, such as the specs of formats.
    """

    chosen = Signal(str)
    """Carries the kind that the user has chosen."""

    def __init__(
        self, kinds: Sequence[Any], themes: ThemeSource, parent: QWidget, *, name: str = "Formats"
    ) -> None:
        super().__init__(parent)
        groups = list(dict.fromkeys(map(group_of, kinds)))
        self._kinds = tuple(sorted(kinds, key=lambda kind: groups.index(group_of(kind))))
        self._proven: dict[str, bool] = {}
        self._filling = False
        self._rows = QStandardItemModel(self)
        self.setModel(self._rows)
        self.setItemDelegate(_Painter(themes, self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setProperty("role", "formats")
        self.setAccessibleName(name)
        self.setToolTip("What reads the file afterwards decides.")
        self.show_matching("")
        self.selectionModel().currentChanged.connect(self._on_current_changed)

    @property
    def kinds(self) -> list[str]:
        """The kinds listed, from the top."""
        items = (self._rows.item(row) for row in range(self._rows.rowCount()))
        return [item.data(_KIND) for item in items if item.data(_KIND)]

    @property
    def kind(self) -> str:
        """The chosen kind; "" if none is listed."""
        return str(self.currentIndex().data(_KIND) or "")

    def choose(self, kind: str) -> None:
        """Choose a listed kind."""
        for row in range(self._rows.rowCount()):
            if self._rows.item(row).data(_KIND) == kind:
                self.setCurrentIndex(self._rows.index(row, 0))

    def show_matching(self, text: str) -> None:
        """List the formats whose title, group, suffix or summary has all words of `text`, and choose one.

        The chosen one stays, unless others fit better: those called so, then those with the words in their title.
        """
        words, kind, group = text.lower().split(), self.kind, ""
        # Rows that go hand on the choice, one to the other.
        self._filling = True
        self._rows.clear()
        fits: dict[str, int] = {}
        for each in self._kinds:
            marks = f"{getattr(each, 'suffix', '')} {getattr(each, 'keywords', '')}"
            known = f"{each.title} {group_of(each)} {marks} {each.summary}".lower()
            if not all(word in known for word in words):
                continue
            if group_of(each) != group:
                group = group_of(each)
                self._rows.appendRow(_heading(group))
            self._rows.appendRow(self._item(each))
            title = each.title.lower()
            is_called = title.startswith(text.strip().lower())
            fits[each.kind] = is_called + all(word in title for word in words)
        best = [each for each, fit in fits.items() if fit == max(fits.values())]
        self.choose(kind if kind in best else next(iter(best), ""))
        self._filling = False
        if self.kind != kind:
            self._on_current_changed(self.currentIndex())

    def set_proven(self, kind: str, proven: bool | None) -> None:
        """Mark a format as proven, as failed, or as neither."""
        if proven is None:
            self._proven.pop(kind, None)
        else:
            self._proven[kind] = proven
        for row in range(self._rows.rowCount()):
            item = self._rows.item(row)
            if item.data(_KIND) == kind:
                item.setData(proven, _PROVEN)

    def moveCursor(self, action: QListView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Pass over headings, where Qt would stop."""
        rows = [row for row in range(self._rows.rowCount()) if self._rows.item(row).data(_KIND)]
        current = self.currentIndex().row()
        if action not in _MOVES or current not in rows:
            return QModelIndex(super().moveCursor(action, modifiers))
        page = max(1, self.viewport().height() // _ROW_PX - 1)
        step = {"line": 1, "page": page, "all": len(rows)}
        unit, sign = _MOVES[action]
        place = rows.index(current) + sign * step[unit]
        return self._rows.index(rows[min(max(place, 0), len(rows) - 1)], 0)

    def sizeHint(self) -> QSize:
        return QSize(236, 400)

    def _item(self, kind: Any) -> QStandardItem:
        item = QStandardItem(format_title(kind))
        item.setData(kind.kind, _KIND)
        item.setData(getattr(kind, "hint", "") or getattr(kind, "suffix", ""), _HINT)
        item.setData(self._proven.get(kind.kind), _PROVEN)
        item.setData(kind.summary, Qt.ItemDataRole.ToolTipRole)
        return item

    def _on_current_changed(self, index: QModelIndex) -> None:
        kind = index.data(_KIND)
        if kind and not self._filling:
            self.chosen.emit(kind)


def format_title(kind: Any) -> str:
    """The title without its suffix, which stands beside it."""
    return str(kind.title.removesuffix(f" ({getattr(kind, 'suffix', '')})"))


def _heading(group: str) -> QStandardItem:
    item = QStandardItem(group)
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    return item


class _Painter(PaintedDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, _ROW_PX if index.data(_KIND) else _GROUP_PX)

    def _paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, theme: Theme) -> None:
        line = option.rect.adjusted(_SIDE_PX, 0, -_SIDE_PX, 0)
        if not index.data(_KIND):
            self._paint_heading(painter, line.adjusted(0, 0, 0, -5), index, theme)
            return
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        if selected or option.state & QStyle.StateFlag.State_MouseOver:
            ground = QRectF(option.rect).adjusted(0, 1, 0, -1)
            draw_box(painter, ground, RADIUS_SMALL_PX, theme.accent if selected else theme.field_hover)
        proven = index.data(_PROVEN)
        hint = {True: "✓ proven", False: "differs"}.get(proven, str(index.data(_HINT)))
        ink = theme.accent_text if selected else theme.text_muted
        draw_text(painter, line, hint, ink, font("small"), RIGHT)
        line.setRight(line.right() - QFontMetrics(font("small")).horizontalAdvance(hint) - _GAP_PX)
        ink = theme.accent_text if selected else theme.text
        draw_text(painter, line, str(index.data()), ink, font(bold=selected), LEFT, cut=True)
