"""Open the window's dialogs: run until, probes, preferences and welcome."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from core.experiment.presets import preset_files
from core.io import strict_json
from core.train.stop_condition import StopCondition
from playground.commands.file_commands import FileController
from playground.commands.import_commands import ImportController
from playground.commands.probe_commands import ProbeController
from playground.commands.window_controller import WindowContext, WindowController
from playground.model.run_library import RunLibrary

if TYPE_CHECKING:
    from playground.views.dialogs.run_until import RunUntilDialog


class DialogController(WindowController):
    """Opens dialogs as children of the window, which close with it."""

    def __init__(
        self, context: WindowContext, files: FileController, imports: ImportController, runs: RunLibrary
    ) -> None:
        super().__init__(context)
        self._files, self._imports = files, imports
        self._run_until: RunUntilDialog | None = None
        self.probes = ProbeController(context, runs)

    def open_probes(self, kind: str = "") -> None:
        """Open the probes of the network, at the page `kind` if given."""
        self.probes.open(kind)

    def open_run_until(self) -> None:
        """Open the dialog for stop conditions, with the last one selected."""
        from playground.views.dialogs.run_until import RunUntilDialog

        if self._run_until is None:
            self._run_until = RunUntilDialog(self._document, self._window, self._last_condition())
            self._run_until.run_requested.connect(self._run)
        self._run_until.show()
        self._run_until.raise_()
        self._run_until.activateWindow()

    def _run(self, condition: StopCondition) -> None:
        self._preferences.run_until = json.dumps(condition.to_json())
        self._session.run_until(condition)

    def _last_condition(self) -> StopCondition | None:
        try:
            return StopCondition.from_json(strict_json.load(self._preferences.run_until))
        except (ValueError, TypeError, OverflowError):
            return None

    def open_preferences(self) -> None:
        """Open the preferences."""
        from playground.views.dialogs.preferences import PreferencesDialog

        moments = self._session.timeline
        PreferencesDialog(self._preferences, self._document.experiment, moments, self._window).open()

    def open_welcome(self) -> None:
        """Open the gallery of presets."""
        from playground.views.dialogs.welcome import WelcomeDialog, read_presets

        dialog = WelcomeDialog(read_presets(preset_files()), self._themes, self._window)
        dialog.preset_chosen.connect(self._files.open_preset)
        dialog.open_requested.connect(self._files.open)
        dialog.import_requested.connect(self._imports.choose_file)
        dialog.open()
