"""Open the download dialog for datasets that do not come with the program, and use the result."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtWidgets import QFileDialog

from core.data.datasets import DownloadedImages
from core.experiment.adapt import with_dataset
from playground.commands.window_controller import WindowController

_FILTER = "Image files (*.gz *ubyte *.npz);;All files (*)"


class DownloadController(WindowController):
    """Opens one download dialog at a time over the window."""

    mirrors: Sequence[str] | None = None
    """Mirrors to use instead of the archives' own."""

    def fetch(self, dataset: DownloadedImages) -> None:
        """Download the files of a dataset."""
        from playground.views.dialogs.download import DownloadDialog

        dialog = DownloadDialog(dataset, self._themes, self._window, mirrors=self.mirrors)
        dialog.files_requested.connect(self._choose_files)
        dialog.fetched.connect(self._use)
        self._dialog = dialog
        dialog.open()

    def fetch_for_experiment(self) -> None:
        """Download the files of the experiment's dataset."""
        dataset = self._document.experiment.dataset
        if isinstance(dataset, DownloadedImages):
            self.fetch(dataset)

    def _use(self, dataset: DownloadedImages) -> None:
        experiment = self._document.experiment
        if experiment.dataset.kind == dataset.kind:
            self._document.refresh()
        else:
            self._document.change(f"Use {dataset.label}", with_dataset(experiment, dataset))

    def _choose_files(self) -> None:
        folder = self._preferences.dialog_folder
        names, _ = QFileDialog.getOpenFileNames(self._dialog, "Use files", folder, _FILTER)
        if names:
            self._preferences.last_folder = str(Path(names[0]).parent)
            self._dialog.take([Path(name) for name in names])
