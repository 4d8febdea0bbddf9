"""Open the command palette, the list of keys and the about dialog."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox

from core.io.sentence import error_reason
from core.io.version import __version__
from core.nn import Layer
from playground.commands.action_table import menu_heading
from playground.commands.window_controller import WindowContext, WindowController
from playground.model.background_job import BackgroundJob
from playground.model.newer_version import newer_version
from playground.plugins.plugin import ActionRow
from playground.views.pictures import PICTURES
from playground.views.results import ResultsPanel


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
        results: ResultsPanel,
    ) -> None:
        """The keyword arguments are for the palette: actions for presets and layers, fields and results to show."""
        super().__init__(context)
        self._table, self._actions = table, actions
        self._open_preset, self._append_layer = open_preset, append_layer
        self._fields, self._results = fields, results
        # A program that is closed does not wait for an answer.
        self._newer = BackgroundJob("newer version", self, daemon=True)
        self._newer.finished.connect(self._on_newer)
        self._newer.failed.connect(self._on_no_answer)
        self._asked = False

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
            self._results,
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
                groups.setdefault(menu_heading(row.menu), []).append(self._actions[row.name])
        ShortcutSheet(groups, self._window).open()

    def open_about(self) -> None:
        """Open version and licence."""
        from playground.views.dialogs.shortcuts import AboutDialog

        AboutDialog(self._window).open()

    def look_for_newer(self) -> None:
        """Ask whether there is a newer version, and say the answer."""
        self._asked = True
        self._start_looking()

    def look_at_start(self) -> None:
        """Ask where the preferences say so, and speak of a newer version alone."""
        if self._preferences.looks_for_newer:
            self._start_looking()

    def _start_looking(self) -> None:
        if not self._newer.busy:
            self._newer.start(lambda report: newer_version())

    def _on_newer(self, version: str) -> None:
        if version:
            self.message_requested.emit(f"Version {version} is there; this is {__version__}.")
        elif self._asked:
            self.message_requested.emit(f"This is the newest version, {__version__}.")
        self._asked = False

    def _on_no_answer(self, error: BaseException) -> None:
        if self._asked:
            self.message_requested.emit(
                f"Whether there is a newer version cannot be found out: {error_reason(error)}"
            )
        self._asked = False
