"""The command palette: a popup at the top of the window with a search field and matching commands."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QPainter, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QListView, QStyle, QStyleOptionViewItem, QWidget

from core.io.number_text import count_text
from playground.views.dialogs.command_palette.matching import Command, Match, best_matches
from playground.views.dialogs.dialog import KeyHints
from playground.views.theme.colors import RADIUS_SMALL_PX, Theme
from playground.views.theme.icons import icon
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.boxes import Gap, hbox, set_up, vbox
from playground.views.widgets.labels import hairline
from playground.views.widgets.painted import Index, PaintedDelegate, draw_box, draw_text

COMMAND: Final = Qt.ItemDataRole.UserRole
MATCH: Final = Qt.ItemDataRole.UserRole + 1
ROW_PX: Final = 28
HEADING_PX: Final = 24
_ICON_PX = 16
_SIDE_PX = 10
_TEXT_PX = 38
_MIN_HINT_PX = 40


class RowPainter(PaintedDelegate):
    """Reads the item's roles COMMAND and MATCH; an item without a command is a heading."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(0, ROW_PX if index.data(COMMAND) else HEADING_PX)

    def _paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, theme: Theme) -> None:
        command, found, rect, state = index.data(COMMAND), index.data(MATCH), option.rect, option.state
        if not isinstance(command, Command) or not isinstance(found, Match):
            self._paint_heading(painter, rect.adjusted(_SIDE_PX, 0, -_SIDE_PX, -4), index, theme)
            return
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            draw_box(painter, QRectF(rect), RADIUS_SMALL_PX, theme.accent_soft if chosen else theme.field)
        if command.icon:
            at = QRect(rect.x() + _SIDE_PX, rect.y() + (ROW_PX - _ICON_PX) // 2, _ICON_PX, _ICON_PX)
            icon(command.icon, theme, "normal" if command.enabled else "muted").paint(painter, at)
        color = theme.text if command.enabled else theme.text_faint
        line = rect.adjusted(_TEXT_PX, 0, -_SIDE_PX, 0)
        keys = command.keys or ("Enter" if chosen and command.enabled else "")
        line.setRight(line.right() - self._paint_keys(painter, line, keys))
        used = _paint_text(painter, line, command.text, found.places, color, theme.accent)
        rest, muted = line.adjusted(used + 12, 0, 0, 0), theme.text_muted
        if rest.width() >= _MIN_HINT_PX:
            # Why it cannot be done, else other words for it.
            is_named = bool(command.also) and command.enabled
            places = found.also if is_named else ()
            _paint_text(
                painter, rest, command.also if is_named else command.hint, places, muted, muted, "small"
            )

    def _paint_keys(self, painter: QPainter, line: QRect, keys: str) -> int:
        """Draw the shortcut in a frame at the right. Returns its width."""
        if not keys:
            return 0
        theme = self._themes.theme
        small = font("small")
        width = QFontMetrics(small).horizontalAdvance(keys) + 12
        frame = QRectF(line.right() - width, line.center().y() - 9.5, width, 20)
        draw_box(painter, frame, 4, theme.surface, theme.border_strong)
        draw_text(painter, frame, keys, theme.text_muted, small)
        return width + 10


def _paint_text(
    painter: QPainter,
    line: QRect,
    text: str,
    places: tuple[int, ...],
    color: str,
    accent: str,
    size: Literal["small", "normal"] = "normal",
) -> int:
    """Draw a text, the letters at `places` bold in `accent`. Returns its width."""
    left, marked = line.left(), frozenset(places)
    for start, end, is_found in _pieces(text, marked):
        piece = text[start:end]
        style = font(size, bold=is_found)
        width = QFontMetrics(style).horizontalAdvance(piece)
        room = line.right() - left
        if room <= 0:
            break
        painter.setFont(style)
        painter.setPen(QColor(accent if is_found else color))
        shown = QFontMetrics(style).elidedText(piece, Qt.TextElideMode.ElideRight, room)
        painter.drawText(QRect(left, line.top(), room, line.height()), Qt.AlignmentFlag.AlignVCenter, shown)
        left += width
    return left - line.left()


def _pieces(text: str, marked: frozenset[int]) -> list[tuple[int, int, bool]]:
    """(start, end, is_match) of the runs of matched and other letters."""
    runs: list[tuple[int, int, bool]] = []
    for place in range(len(text)):
        is_found = place in marked
        if runs and runs[-1][2] == is_found:
            runs[-1] = (runs[-1][0], place + 1, is_found)
        else:
            runs.append((place, place + 1, is_found))
    return runs


_WIDTH_PX = 576
_TOP_PX = 64
_ROWS = 11
_LIST_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_ENTER_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class CommandPalette(QFrame):
    """Runs the chosen command. Esc or a click elsewhere closes it; deleted on close."""

    chosen = Signal(str)
    """Carries the key of the command that is about to run."""

    def __init__(
        self, commands: Sequence[Command], themes: ThemeSource, parent: QWidget, *, recent: Sequence[str] = ()
    ) -> None:
        """`recent` are the keys of commands that were chosen lately, the newest first."""
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName("Commands")
        self._commands = tuple(commands)
        # Version 1.0.0 remembered some commands by their texts.
        by_key = {key: command for command in commands for key in (command.text, command.key)}
        self._recent = list(dict.fromkeys(by_key[key] for key in recent if key in by_key))
        self.field = set_up(QLineEdit(self), role="search", accessibleName="Search commands")
        self.field.setPlaceholderText("Type what you want to do, use or add")
        self.field.setToolTip("A few letters are enough. Up and Down choose, Enter runs, Esc closes.")
        self.field.addAction(
            icon("search", themes.theme, "muted"), QLineEdit.ActionPosition.LeadingPosition
        ).setEnabled(False)
        self._model = QStandardItemModel(self)
        self.count = set_up(QLabel(self), role="caption")
        self.list = set_up(QListView(self), role="commands", accessibleName="Matching commands")
        self.list.setModel(self._model)
        self.list.setItemDelegate(RowPainter(themes, self.list))
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setAccessibleDescription("Up and Down in the search field choose, Enter runs.")
        self.nothing = set_up(QLabel("No command found. Try fewer letters.", self), role="muted")
        self.nothing.setContentsMargins(16, 4, 16, 4)
        self._lay_out()
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._filter)
        self.list.clicked.connect(self._choose)
        self._filter("")

    def _lay_out(self) -> None:
        head = hbox((self.field, 1), self.count, margins=(10, 0, 16, 0))
        foot = KeyHints((("↑", "↓", "choose"), ("Enter", "start"), ("Esc", "close")), self)
        foot.setContentsMargins(16, 7, 16, 7)
        vbox(
            head,
            hairline(self),
            Gap(6),
            self.list,
            self.nothing,
            Gap(6),
            hairline(self),
            foot,
            parent=self,
            margins=0,
            spacing=0,
        )
        self.ensurePolished()
        shadow = self.contentsMargins()
        self.setFixedWidth(_WIDTH_PX + shadow.left() + shadow.right())

    @property
    def shown(self) -> list[Command]:
        """The listed commands, from the top."""
        return [self._model.item(row).data(COMMAND) for row in self._rows]

    @property
    def _rows(self) -> list[int]:
        """The places of the commands, between which headings stand."""
        return [row for row in range(self._model.rowCount()) if self._model.item(row).data(COMMAND)]

    @property
    def current(self) -> Command | None:
        """The command that Enter runs."""
        index = self.list.currentIndex()
        return index.data(COMMAND) if index.isValid() else None

    def open(self) -> None:
        """Show centered at the top of the parent's window, with the search field focused."""
        parent = self.parentWidget()
        assert parent is not None
        self.adjustSize()
        window = parent.window()
        # As of every popup, the panel and not its shadow begins where it is put.
        left = max(0, (window.width() - self.width()) // 2) + self.contentsMargins().left()
        self.move(window.mapToGlobal(QPoint(left, min(_TOP_PX, window.height() // 8))))
        self.show()
        self.activateWindow()
        self.field.setFocus(Qt.FocusReason.PopupFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        key = Qt.Key(event.key())
        if key in _LIST_KEYS:
            self._move(key)
            return True
        if key in _ENTER_KEYS:
            self._choose(self.list.currentIndex())
            return True
        return super().eventFilter(watched, event)

    def _filter(self, query: str) -> None:
        self._model.clear()
        found = best_matches(query, self._commands)
        for heading, rows in self._groups(query, found):
            if heading and rows:
                self._model.appendRow(_heading(heading))
            for command, place in rows:
                self._model.appendRow(_item(command, place))
        total = count_text(len(self._commands), "command")
        self.count.setText(f"{len(found)} of {total}" if query.strip() else total)
        self.list.setVisible(bool(found))
        self.nothing.setVisible(not found)
        headings = self._model.rowCount() - len(self._rows)
        height = len(self._rows) * ROW_PX + headings * HEADING_PX
        self.list.setFixedHeight(min(max(ROW_PX, height), _ROWS * ROW_PX))
        self.adjustSize()
        if found:
            self._go(0)

    def _groups(
        self, query: str, found: Sequence[tuple[Command, Match]]
    ) -> Sequence[tuple[str, Sequence[tuple[Command, Match]]]]:
        """The commands below their headings; recent ones below matches that leave room for them."""
        if query.strip():
            matching = {command.key for command, _ in found}
            room = max(0, _ROWS - 3 - len(found)) if found else 0
            others = [(each, Match(0.0)) for each in self._recent if each.key not in matching]
            return (("Best match", found[:1]), ("Also", found[1:]), ("Recent", others[:room]))
        recent = [(each, Match(0.0)) for each in self._recent]
        rest = [pair for pair in found if pair[0] not in self._recent]
        return (("Recent", recent), ("All commands" if recent else "", rest))

    def _move(self, key: Qt.Key) -> None:
        rows = self._rows
        if not rows:
            return
        place = rows.index(self.list.currentIndex().row())
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            # Wrap around.
            self._go((place + (1 if key == Qt.Key.Key_Down else -1)) % len(rows))
        else:
            self._go(place + (_ROWS - 1) * (1 if key == Qt.Key.Key_PageDown else -1))

    def _go(self, place: int) -> None:
        """Choose a command by its place among those that are shown."""
        rows = self._rows
        self.list.setCurrentIndex(self._model.index(rows[min(max(0, place), len(rows) - 1)], 0))
        if place <= 0:
            self.list.scrollToTop()  # to the heading

    def _choose(self, index: QModelIndex) -> None:
        command = index.data(COMMAND)
        if command is not None and command.enabled:
            # Close first, so that the command finds the previous focus.
            self.close()
            self.chosen.emit(command.key)
            command.run()


def _item(command: Command, found: Match) -> QStandardItem:
    item = QStandardItem(command.text)
    item.setData(command, COMMAND)
    item.setData(found, MATCH)
    words = [word for word in (command.text, command.keys, command.also, command.hint) if word]
    item.setData(", ".join(words), Qt.ItemDataRole.AccessibleTextRole)
    item.setToolTip(command.hint)
    item.setEnabled(True)
    return item


def _heading(text: str) -> QStandardItem:
    item = QStandardItem(text)
    item.setFlags(Qt.ItemFlag.NoItemFlags)
    return item
