"""Context menus: of a card (⋮), and of a neuron or a link, which is about its interventions."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from core.nn import Layer
from core.nn.interventions import Intervention
from core.nn.stage import Address, number_of
from playground.views.canvas.hit_items import Head, Link, Neuron
from playground.views.canvas.stack_editor import StackEditor
from playground.views.theme.colors import Theme
from playground.views.theme.icons import icon
from playground.views.widgets.layer_drag import palette_layers


class InterventionMenu(QMenu):
    """Emits the chosen intervention; deletes itself when closed.

    `silent` offers interventions on a neuron's output (not for the network's output). `learns` offers to freeze
    weights.
    """

    toggle_requested = Signal(object, str)
    """Carries the Neuron or Link and the kind of intervention."""
    clamp_requested = Signal(object)
    release_requested = Signal(object)
    release_all_requested = Signal()

    def __init__(
        self,
        item: Neuron | Link,
        held: tuple[Intervention, ...],
        *,
        silent: bool,
        learns: bool,
        has_interventions: bool,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._item = item
        self.setToolTipsVisible(True)
        self.aboutToHide.connect(self.deleteLater)
        self.triggered.connect(self._on_triggered)
        kinds = {each.kind for each in held}
        if isinstance(item, Link):
            self._add("&Freeze", "freeze_link", "This weight stays as it is.", "freeze_link" in kinds)
            self._add(
                "Set to &0 and freeze", "cut_link", "Take the link out of the network.", "cut_link" in kinds
            )
        elif isinstance(item, Head):
            self._add(
                "&Mute head",
                "mute_head",
                "The network runs without what this head sees.",
                "mute_head" in kinds,
            )
        else:
            if silent:
                self._add("&Mute", "mute", "The neuron puts out 0.", "mute" in kinds)
                self._add("&Clamp to…", "clamp", "The neuron puts out one number.", "clamp" in kinds)
            if learns:
                self._add(
                    "&Freeze weights",
                    "freeze",
                    "Its incoming weights and bias stay as they are.",
                    "freeze" in kinds,
                )
        self.addSeparator()
        self._add("&Release", "release", "Let it work and learn again.").setEnabled(bool(held))
        if has_interventions:
            self._add("Release &all", "release_all", "Let all neurons and links work and learn again.")

    def _add(self, text: str, command: str, tip: str, on: bool | None = None) -> QAction:
        action = self.addAction(text)
        action.setData(command)
        action.setToolTip(tip)
        if on is not None:
            action.setCheckable(True)
            action.setChecked(on)
        return action

    def _on_triggered(self, action: QAction) -> None:
        command = action.data()
        if command == "release":
            self.release_requested.emit(self._item)
        elif command == "release_all":
            self.release_all_requested.emit()
        elif command == "clamp":
            self.clamp_requested.emit(self._item)
        else:
            self.toggle_requested.emit(self._item, command)


class CardMenu(QMenu):
    """Menu of a column, one of `count` layers beside: -1 is the input, `count` the output. Deletes itself on close."""

    def __init__(
        self, editor: StackEditor, address: Address, count: int, theme: Theme, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._editor = editor
        self._address, index = address, number_of(address)
        self.setToolTipsVisible(True)
        self.aboutToHide.connect(self.deleteLater)
        self.triggered.connect(self._on_triggered)
        layer = 0 <= index < count
        if layer:
            self._add("Duplicate", "duplicate", "Ctrl+D", "duplicate", theme)
            self._add("Move left", "move_left", "Alt+Left", "", theme).setEnabled(index > 0)
            self._add("Move right", "move_right", "Alt+Right", "", theme).setEnabled(index < count - 1)
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
        chosen, editor, index = action.data(), self._editor, self._address
        if isinstance(chosen, Layer):
            editor.insert(index, chosen)
        elif chosen == "duplicate":
            editor.duplicate(index)
        elif chosen == "remove":
            editor.remove(index)
        elif chosen in ("move_left", "move_right"):
            editor.move(index, -1 if chosen == "move_left" else 1)
