"""Open the command palette, the list of keys and the about dialog."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QTabBar

from core.nn import Layer
from playground.commands.action_table import ActionRow
from playground.commands.window_controller import WindowContext, WindowController
from playground.views.pictures import PICTURES


class HelpController(WindowController):
    """Opens dialogs as children of the window, which close with it."""

    def __init__(
        self,
        context: WindowContext,
        table: Sequence[ActionRow],
        actions: Mapping[str, QAction],
        *,
        open_preset: Callable[[Path], object],
        append_layer: Callable[[Layer], object],
        fields: Sequence[QComboBox],
        tabs: QTabBar,
    ) -> None:
        """The keyword arguments are for the palette: actions for presets and layers, fields to focus, tabs to open."""
        super().__init__(context)
        self._table, self._actions = table, actions
        self._open_preset, self._append_layer = open_preset, append_layer
        self._fields, self._tabs = fields, tabs

    def open_commands(self) -> None:
        """Open the palette of all commands that are available now."""
        from playground.commands.palette_commands import all_commands
        from playground.views.dialogs.command_palette import CommandPalette

        hidden = {f"export_{kind.kind}" for kind in PICTURES if not kind.is_offered(self._window)}
        commands = all_commands(
            self._table,
            self._actions,
            self._document,
            self._open_preset,
            self._append_layer,
            self._fields,
            hidden,
            self._tabs,
        )
        palette = CommandPalette(
            commands, self._themes, self._window, recent=self._preferences.recent_commands
        )
        palette.chosen.connect(self._preferences.add_recent_command)
        palette.open()

    def open_shortcuts(self) -> None:
        """Open the list of keys, grouped by menu."""
        from playground.views.dialogs.shortcuts import ShortcutSheet

        groups: dict[str, list[QAction]] = {}
        for row in self._table:
            if row.menu and not row.submenu:
                heading = row.menu.replace("&", "")
                groups.setdefault(heading, []).append(self._actions[row.name])
        ShortcutSheet(groups, self._window).open()

    def open_about(self) -> None:
        """Open version and licence."""
        from playground.views.dialogs.about import AboutDialog

        AboutDialog(self._window).open()
