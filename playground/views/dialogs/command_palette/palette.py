"""The command palette: a popup at the top of the window with a search field and matching commands."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QListView, QVBoxLayout, QWidget

from playground.views.dialogs.command_palette.command import Command
from playground.views.dialogs.command_palette.matching import Match, best_matches
from playground.views.dialogs.command_palette.row_painter import COMMAND, MATCH, ROW_PX, RowPainter
from playground.views.dialogs.key_hints import KeyHints
from playground.views.theme.icons import icon
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.labels import hairline
from playground.views.widgets.number_format import count_text

__all__ = ["CommandPalette"]

_WIDTH_PX = 576
_TOP_PX = 64
_ROWS = 11
_LIST_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_ENTER_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class CommandPalette(QFrame):
    """Runs the chosen command. Esc or a click elsewhere closes it; deleted on close."""

    def __init__(self, commands: Sequence[Command], themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName("Commands")
        self._commands = tuple(commands)
        self.field = QLineEdit(self)
        self.field.setProperty("role", "search")
        self.field.setPlaceholderText("Type what you want to do, use or add")
        self.field.setAccessibleName("Search commands")
        self.field.setToolTip("A few letters are enough. Up and Down choose, Enter runs, Esc closes.")
        self.field.addAction(
            icon("search", themes.theme, "muted"), QLineEdit.ActionPosition.LeadingPosition
        ).setEnabled(False)
        self._model = QStandardItemModel(self)
        self.count = QLabel(self)
        self.count.setProperty("role", "caption")
        self.list = QListView(self)
        self.list.setProperty("role", "commands")
        self.list.setModel(self._model)
        self.list.setItemDelegate(RowPainter(themes, self.list))
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setAccessibleName("Matching commands")
        self.list.setAccessibleDescription("Up and Down in the search field choose, Enter runs.")
        self.nothing = QLabel("No command found. Try fewer letters.", self)
        self.nothing.setProperty("role", "muted")
        self.nothing.setContentsMargins(16, 4, 16, 4)
        self._lay_out()
        self.field.installEventFilter(self)
        self.field.textChanged.connect(self._filter)
        self.list.clicked.connect(self._choose)
        self._filter("")

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(10, 0, 16, 0)
        head.addWidget(self.field, 1)
        head.addWidget(self.count)
        foot = KeyHints((("↑", "↓", "choose"), ("Enter", "run"), ("Esc", "close")), self)
        foot.setContentsMargins(16, 7, 16, 7)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(hairline(self))
        column.addSpacing(6)
        column.addWidget(self.list)
        column.addWidget(self.nothing)
        column.addSpacing(6)
        column.addWidget(hairline(self))
        column.addWidget(foot)
        self.ensurePolished()
        shadow = self.contentsMargins()
        self.setFixedWidth(_WIDTH_PX + shadow.left() + shadow.right())

    @property
    def shown(self) -> list[Command]:
        """The listed commands, from the top."""
        return [self._model.item(row).data(COMMAND) for row in range(self._model.rowCount())]

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
        left = max(0, (window.width() - self.width()) // 2)
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
        for command, found in best_matches(query, self._commands):
            self._model.appendRow(_item(command, found))
        count = self._model.rowCount()
        self.list.setVisible(count > 0)
        self.nothing.setVisible(count == 0)
        self.count.setText(f"{count} of {count_text(len(self._commands), 'command')}")
        self.list.setFixedHeight(min(max(1, count), _ROWS) * ROW_PX)
        self.adjustSize()
        if count:
            self.list.setCurrentIndex(self._model.index(0, 0))
            self.list.scrollToTop()

    def _move(self, key: Qt.Key) -> None:
        count = self._model.rowCount()
        if not count:
            return
        row = self.list.currentIndex().row()
        if key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            # Wrap around.
            to = (row + (1 if key == Qt.Key.Key_Down else -1)) % count
        else:
            to = min(max(0, row + (_ROWS - 1) * (1 if key == Qt.Key.Key_PageDown else -1)), count - 1)
        self.list.setCurrentIndex(self._model.index(to, 0))

    def _choose(self, index: QModelIndex) -> None:
        if not index.isValid():
            return
        command = index.data(COMMAND)
        if command.enabled:
            # Close first, so that the command finds the previous focus.
            self.close()
            command.run()


def _item(command: Command, found: Match) -> QStandardItem:
    item = QStandardItem(command.text)
    item.setData(command, COMMAND)
    item.setData(found, MATCH)
    words = [word for word in (command.text, command.keys, command.hint) if word]
    item.setData(", ".join(words), Qt.ItemDataRole.AccessibleTextRole)
    item.setToolTip(command.hint)
    item.setEnabled(True)
    return item
