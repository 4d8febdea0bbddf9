"""Open the window's dialogs: run until, prune, preferences, the catalogue and downloads."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, Signal
from PySide6.QtWidgets import QFileDialog

from core.data.datasets import DownloadedImages
from core.experiment.presets import preset_files
from core.formats.trained_experiment import trained_model
from core.inspect.pruning import PruningPart, prune
from core.inspect.snapshot import Snapshot
from core.io import strict_json
from core.io.number_text import percent_text
from core.train.stop_condition import StopCondition
from playground.commands.file_commands import FileController
from playground.commands.window_controller import WindowContext, WindowController
from playground.plugins import PLUGINS
from playground.views.widgets.boxes import bring_up

if TYPE_CHECKING:
    from core.data.dataset import Dataset
    from playground.views.dialogs.catalogue.entries import Entry
    from playground.views.dialogs.prune import PruneDialog
    from playground.views.dialogs.run_until import RunUntilDialog

_BESIDE_PX: Final = 230
_ABOVE_PX: Final = 40
_IMAGE_FILES: Final = "Image files (*.gz *ubyte *.npz);;All files (*)"


class DialogController(WindowController):
    """Opens dialogs as children of the window, which close with it."""

    build_requested = Signal()
    """Asks for the page with the network."""
    mirrors: Sequence[str] | None = None
    """Mirrors of downloads to use instead of the archives' own."""

    def __init__(self, context: WindowContext, files: FileController) -> None:
        super().__init__(context)
        self._files = files
        self._run_until: RunUntilDialog | None = None
        self._prune: PruneDialog | None = None

    def open_run_until(self) -> None:
        """Open the dialog for stop conditions, with the last one selected."""
        from playground.views.dialogs.run_until import RunUntilDialog

        if self._run_until is None:
            self._run_until = RunUntilDialog(self._document, self._window, self._last_condition())
            self._run_until.run_requested.connect(self._run)
        bring_up(self._run_until)

    def _run(self, condition: StopCondition) -> None:
        self._preferences.run_until = json.dumps(condition.to_json())
        self._session.run_until(condition)

    def _last_condition(self) -> StopCondition | None:
        try:
            return StopCondition.from_json(strict_json.load(self._preferences.run_until))
        except (ValueError, TypeError, OverflowError):
            return None

    def open_prune(self) -> None:
        """Open the choice of the links that become 0, which the network fades until it is closed."""
        from playground.views.dialogs.prune import PruneDialog

        session = self._session
        if self._prune is None:
            dialog = self._prune = PruneDialog(self._window)
            dialog.share_changed.connect(self._try_share)
            dialog.prune_requested.connect(self._prune_links)
            dialog.finished.connect(lambda _: session.inspection.show_parts("prune", {}))
            # Below the network, whose links fade.
            corner = self._window.mapToGlobal(self._window.rect().bottomLeft())
            dialog.move(corner + QPoint(_BESIDE_PX, -dialog.sizeHint().height() - _ABOVE_PX))
        self.build_requested.emit()
        self._prune.show_pruning(None, self._document.experiment.task.score)
        self._try_share(self._prune.share)
        bring_up(self._prune)

    def leave_prune(self, page: str) -> None:
        """Close it on pages without the network that it fades."""
        if self._prune is not None and page != "build":
            self._prune.close()

    def _try_share(self, share: float) -> None:
        self._session.inspection.show_parts("prune", {PruningPart.kind: share})

    def show_pruning(self, snapshot: Snapshot | None) -> None:
        """Follow what the window draws; None for nothing."""
        if self._prune is not None and self._prune.isVisible():
            found = None if snapshot is None else snapshot.part(PruningPart)
            is_past = snapshot is not None and snapshot.is_past
            self._prune.show_pruning(found, self._document.experiment.task.score, is_past=is_past)

    def _prune_links(self, share: float) -> None:
        taken = None if self._session.past.is_past else self._session.checkpoint()
        if self._prune is None or taken is None:
            return
        self._prune.close()
        experiment, state = taken
        network = trained_model(experiment, state).network
        prune(network, share)
        text = f"Prune {percent_text(share)} of the links"
        self._document.start_from(text, experiment, state.with_weights(network.state_dict()))

    def open_preferences(self) -> None:
        """Open the preferences."""
        from playground.views.dialogs.preferences import PreferencesDialog

        PreferencesDialog(self._preferences, self._document.experiment, self._window).open()

    def open_catalogue(self) -> None:
        """Open all that one can begin with."""
        from playground.views.dialogs.catalogue import CatalogueDialog
        from playground.views.dialogs.catalogue.entries import entries_of, read_presets

        own = self._preferences
        give = PLUGINS.given("catalogue")
        added = () if give is None else give(self._window)
        entries = entries_of(read_presets(preset_files()), own.recent_files, own.presets_folder, added)
        dialog = CatalogueDialog(entries, self._themes, self._window)
        dialog.chosen.connect(self._begin_with)
        dialog.data_chosen.connect(self._use_data)
        dialog.open_requested.connect(self._files.open)
        choose = PLUGINS.given("choose_data")
        dialog.own_data.setVisible(choose is not None)
        if choose is not None:
            dialog.import_requested.connect(partial(choose, self._window))
        dialog.keep_requested.connect(self._files.keep_preset)
        dialog.open()

    def _begin_with(self, entry: Entry) -> None:
        if entry.preset is not None and entry.experiment is not None:
            self._files.open_loaded(entry.experiment, None)
        elif entry.path is not None:
            self._files.open_file(entry.path)
        elif entry.experiment is not None:
            self._use_data(entry.experiment.dataset)

    def _use_data(self, dataset: Dataset) -> None:
        if isinstance(dataset, DownloadedImages) and dataset.missing_download() is not None:
            self.fetch(dataset)
        else:
            self._document.use_data(f"Use {dataset.label}", dataset)

    def fetch(self, dataset: DownloadedImages) -> None:
        """Download the files of a dataset."""
        from playground.views.dialogs.download import DownloadDialog

        dialog = DownloadDialog(dataset, self._themes, self._window, mirrors=self.mirrors)
        dialog.files_requested.connect(self._choose_files)
        dialog.fetched.connect(self._use_fetched)
        self._download = dialog
        dialog.open()

    def fetch_for_experiment(self) -> None:
        """Download the files of the experiment's dataset."""
        dataset = self._document.experiment.dataset
        if isinstance(dataset, DownloadedImages):
            self.fetch(dataset)

    def _use_fetched(self, dataset: DownloadedImages) -> None:
        if self._document.experiment.dataset == dataset:
            self._document.refresh()
        else:
            self._document.use_data(f"Use {dataset.label}", dataset)

    def _choose_files(self) -> None:
        folder = self._preferences.dialog_folder
        names, _ = QFileDialog.getOpenFileNames(self._download, "Use files", folder, _IMAGE_FILES)
        if names:
            self._preferences.last_folder = str(Path(names[0]).parent)
            self._download.take([Path(name) for name in names])
