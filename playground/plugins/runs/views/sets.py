"""The sets of runs in a list: what each is, how far it is, and the ways to make another one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Literal, Self

from PySide6.QtCore import QPoint, QPointF, QRectF, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStyle,
    QStyleOptionViewItem,
    QWidget,
)

from core.seeds import MAX_SEEDS
from playground.plugin import LEFT, RIGHT, Index, PaintedDelegate, draw_box, draw_dot, draw_text, icon_pixmap
from playground.views.theme.colors import RADIUS_SMALL_PX, Theme
from playground.views.theme.theme import ThemeSource, font

Mark = Literal["all", "star", "live", "done", "paused", "failed"]
OpenState = Literal["empty", "running", "paused", "stopped", "done"]
"""Of a set that is open in the window: "stopped" has something left to train."""
_ICONS: Final = {"all": "sort", "done": "check", "paused": "pause", "failed": "warning"}
_SPOKEN: Final = {"live": "trains", "done": "done", "paused": "paused", "failed": "failed"}
PAUSE, GO_ON = "pause", "go_on"
WAYS: Final = {"seeds": (16, 0), "epochs": (0, 100)}
"""Seeds and epochs that are added."""
WAY_TITLES: Final = {PAUSE: "Pause", GO_ON: "Continue", "seeds": "16 more seeds", "epochs": "100 more epochs"}
_LINE_PX, _PAD_PX, _TEXT_PX, _COUNT_PX = 17, 6, 32, 34
_ROW: Final = Qt.ItemDataRole.UserRole


@dataclass(frozen=True)
class SetRow:
    """A set as it is listed: `key` begins with the kind of one that is open in the window, else is a number.

    `line`: how far it is. `share`: what is done, of one that is open. `tip`: what has failed. `set_id`: 0 for none yet.
    `kind`: "race", "seeds" or "sweep" of one that can be trained here.
    """

    key: str
    title: str
    count: int
    mark: Mark
    line: str = ""
    share: float = 0.0
    tip: str = ""
    set_id: int = 0
    kind: str = ""

    @classmethod
    def open(
        cls, key: str, kind: str, state: OpenState, title: str, count: int, line: str, share: float,
        faults: Sequence[str], set_id: int,
    ) -> Self:  # fmt: skip
        """The row of a set that is open in what makes such ones."""
        marks: dict[str, Mark] = {"running": "live", "done": "failed" if faults else "done"}
        mark = marks.get(state, "paused")
        return cls(key, title, count, mark, line, share, "\n".join(faults), set_id, kind)

    @property
    def has_bar(self) -> bool:
        """Whether there is a bar of what is done."""
        return self.mark == "live" and self.share > 0

    @property
    def ways(self) -> Sequence[str]:
        """How it can be trained on, by the names in `WAY_TITLES`."""
        if self.mark == "live":
            return [] if self.key.isdigit() else [PAUSE]
        goes_on = self.kind and (self.mark == "paused" or (self.kind, self.key) == ("race", str(self.set_id)))
        found = [GO_ON] if goes_on else []
        if self.kind == "seeds" and self.set_id:
            found += [way for way, (seeds, _) in WAYS.items() if self.count + seeds <= MAX_SEEDS]
        return found

    @property
    def is_own(self) -> bool:
        """Whether it has a name of its own, and can be deleted."""
        return self.mark not in ("all", "star") and self.count > 0


class SetList(QListWidget):
    """Arrows choose, Return or a double click shows how it is made; F2 and Delete ask."""

    picked = Signal(str)
    """The key of the set that the user has chosen."""
    settings_requested = Signal(str)
    rename_requested = Signal(str)
    delete_requested = Signal(str)
    train_requested = Signal(str, str)
    """The key of a set, and the way in which it is to be trained on."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self.setItemDelegate(_Painter(themes, self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setProperty("role", "formats")
        self.setAccessibleName("Sets of runs")
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._show_menu)
        self.itemActivated.connect(lambda item: self.settings_requested.emit(item.data(_ROW).key))
        self.currentItemChanged.connect(self._on_current)
        self.rows: list[SetRow] = []

    @property
    def chosen(self) -> SetRow | None:
        """The chosen set."""
        place = self.currentRow()
        return self.rows[place] if 0 <= place < len(self.rows) else None

    def show_sets(self, rows: Sequence[SetRow], chosen: str) -> None:
        """List sets, and choose one of them."""
        if list(rows) != self.rows:
            known = [row.key for row in self.rows]
            self.rows = list(rows)
            self.blockSignals(True)
            if known != [row.key for row in rows]:
                self.clear()
                for _ in rows:
                    self.addItem(QListWidgetItem())
            for place, row in enumerate(rows):
                item = self.item(place)
                item.setData(_ROW, row)
                item.setToolTip("\n".join(filter(None, (row.title, row.tip))))
                said = (row.title, f"{row.count:,} runs", _SPOKEN.get(row.mark, ""), row.line)
                item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join(filter(None, said)))
            self.blockSignals(False)
            self.scheduleDelayedItemsLayout()
        place = next((place for place, row in enumerate(rows) if row.key == chosen), 0)
        if place != self.currentRow():
            with QSignalBlocker(self):
                self.setCurrentRow(place)
        self.viewport().update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row = self.chosen
        wishes = {Qt.Key.Key_F2: self.rename_requested, Qt.Key.Key_Delete: self.delete_requested}
        if event.key() in wishes:
            if row is not None and row.is_own:
                wishes[Qt.Key(event.key())].emit(row.key)
        else:
            super().keyPressEvent(event)

    def _on_current(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.picked.emit(item.data(_ROW).key)

    def _show_menu(self, at: QPoint) -> None:
        row = self.chosen
        if row is None or not row.is_own:
            return
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for way in row.ways:
            menu.addAction(WAY_TITLES[way], partial(self.train_requested.emit, row.key, way))
        menu.addAction("Rename…", lambda: self.rename_requested.emit(row.key))
        menu.addAction("Delete the set and its runs", lambda: self.delete_requested.emit(row.key))
        menu.popup(self.viewport().mapToGlobal(at))


class _Painter(PaintedDelegate):
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        row: SetRow = index.data(_ROW)
        lines = 1 + bool(row.line)
        return QSize(0, 2 * _PAD_PX + 4 + _LINE_PX * lines + (6 if row.has_bar else 0))

    def _paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, theme: Theme) -> None:
        row: SetRow = index.data(_ROW)
        whole = option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            ground = theme.accent_soft if chosen else theme.field_hover
            draw_box(painter, QRectF(whole).adjusted(0, 1, 0, -1), RADIUS_SMALL_PX, ground)
        if chosen and option.state & QStyle.StateFlag.State_HasFocus:
            draw_box(painter, QRectF(whole).adjusted(1, 2, -1, -2), RADIUS_SMALL_PX, None, theme.accent)
        line = QRectF(
            whole.left() + _TEXT_PX, whole.top() + _PAD_PX + 2, whole.width() - _TEXT_PX - 8, _LINE_PX
        )
        self._paint_mark(painter, QPointF(whole.left() + 16, line.center().y()), row.mark, theme)
        accent = theme.accent if chosen else theme.text_muted
        draw_text(painter, line, f"{row.count:,}", accent, font("small", bold=chosen), RIGHT)
        name = line.adjusted(0, 0, -_COUNT_PX, 0)
        draw_text(painter, name, row.title, theme.text, font(bold=chosen), LEFT, cut=True)
        line.translate(0, _LINE_PX)
        if row.line:
            draw_text(painter, line, row.line, theme.text_muted, font("small"), LEFT, cut=True)
            line.translate(0, _LINE_PX)
        if row.has_bar:
            bar = QRectF(line.left(), line.top() + 3, line.width(), 3)
            draw_box(painter, bar, 1.5, theme.groove)
            bar.setWidth(max(3.0, bar.width() * row.share))
            draw_box(painter, bar, 1.5, theme.accent)

    @staticmethod
    def _paint_mark(painter: QPainter, middle: QPointF, mark: Mark, theme: Theme) -> None:
        if mark == "live":
            painter.setPen(QPen(QColor(theme.success), 1.2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(middle, 6.5, 6.5)
            draw_dot(painter, middle, 3.5, theme.success)
        elif mark == "star":
            draw_text(painter, QRectF(middle.x() - 10, middle.y() - 10, 20, 20), "★", theme.warning, font())
        else:
            color = {"done": theme.success, "failed": theme.warning}.get(mark, theme.text_muted)
            ratio = painter.device().devicePixelRatio()
            painter.drawPixmap(middle - QPointF(8, 8), icon_pixmap(_ICONS[mark], color, 16, ratio))
