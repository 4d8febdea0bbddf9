"""Context menu (⋮) of a card."""

from __future__ import annotations

from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from core.nn import Layer
from playground.views.canvas.stack_editor import StackEditor
from playground.views.theme.colors import Theme
from playground.views.theme.icons import icon
from playground.views.widgets.layer_drag import palette_layers


class CardMenu(QMenu):
    """Menu of column `index` of `count` layers: -1 is the input, `count` the output. Deletes itself on close."""

    def __init__(self, editor: StackEditor, index: int, count: int, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._editor = editor
        self._index = index
        self.setToolTipsVisible(True)
        self.aboutToHide.connect(self.deleteLater)
        self.triggered.connect(self._on_triggered)
        layer = 0 <= index < count
        if layer:
            self._add("Duplicate", "duplicate", "Ctrl+D", "duplicate", theme)
            self._add("Move left", "move left", "Alt+Left", "", theme).setEnabled(index > 0)
            self._add("Move right", "move right", "Alt+Right", "", theme).setEnabled(index < count - 1)
        self._add_kinds("Insert after" if index < 0 else "Insert before", theme)
        if layer:
            self.addSeparator()
            self._add("Remove", "remove", "Del", "delete", theme)

    def _add(self, text: str, command: str, keys: str, icon_name: str, theme: Theme) -> QAction:
        action = self.addAction(text)
        if icon_name:
            action.setIcon(icon(icon_name, theme))
        action.setData(command)
        action.setShortcut(QKeySequence(keys))
        # Displayed only: the focused card handles the keys.
        action.setShortcutVisibleInContextMenu(True)
        return action

    def _add_kinds(self, text: str, theme: Theme) -> None:
        menu = QMenu(text, self)
        menu.setIcon(icon("add", theme))
        menu.setToolTipsVisible(True)
        for layer in palette_layers(self._editor.form):
            action = menu.addAction(layer.title)
            action.setToolTip(layer.summary)
            action.setData(layer)
        self.addMenu(menu)

    def _on_triggered(self, action: QAction) -> None:
        chosen, editor, index = action.data(), self._editor, self._index
        if isinstance(chosen, Layer):
            editor.insert(max(index, 0), chosen)
        elif chosen == "duplicate":
            editor.duplicate(index)
        elif chosen == "remove":
            editor.remove(index)
        elif chosen in ("move left", "move right"):
            editor.move(index, -1 if chosen == "move left" else 1)
