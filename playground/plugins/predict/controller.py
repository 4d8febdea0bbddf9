"""Predict new rows: between the dialog, the training, and the files that are opened and written."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFileDialog

from core.data.dataset import DataError
from core.data.drawing import background_of
from core.data.images.class_folders import IMAGE_SUFFIXES
from core.data.pipeline import ImageInputs, Pipeline
from core.data.tables.read_table import TABLE_SUFFIXES
from core.experiment.prepare import PreparedData
from core.formats.trained_experiment import trained_model
from core.inspect.snapshot import Snapshot
from core.io.budget import OnProgress
from core.io.sentence import error_reason
from playground.commands.waiting import wait_for_checkpoint
from playground.plugin import BackgroundJob, SessionCheckpoint, TrainingState, WritingController, bring_up

if TYPE_CHECKING:
    from core.predict import RawSamples
    from playground.plugins.predict.dialog import PredictDialog
    from playground.window.plugin_window import PluginWindow

_TABLES = f"Tables ({' '.join(f'*{suffix}' for suffix in TABLE_SUFFIXES)});;All files (*)"
_IMAGES = f"Images ({' '.join(f'*{suffix}' for suffix in IMAGE_SUFFIXES)} *.npz);;All files (*)"
_WITHOUT_RUN = (TrainingState.BLOCKED, TrainingState.FAILED)


class PredictController(WritingController):
    """Opens the dialog, reads and writes files for it off the GUI thread, one at a time."""

    def __init__(self, window: PluginWindow) -> None:
        context = window.context
        super().__init__(context)
        self._prepared: PreparedData | None = None
        self._dialog: PredictDialog | None = None
        self._shown: Pipeline | None = None
        """That of the data in the dialog."""
        self.job = BackgroundJob("new rows", self, daemon=True)
        """Reads or writes."""
        self._busy = ""
        self._opened: list[Path] = []
        """The files of the new rows."""
        context.reads.append(lambda: self._opened)
        self.job.progressed.connect(self._on_progressed)
        self.job.finished.connect(self._on_finished)
        self.job.failed.connect(self._on_failed)
        self.job.cancelled.connect(self._on_cancelled)
        context.session.run_started.connect(self._on_run_started)
        context.session.snapshot_taken.connect(self._on_snapshot_taken)
        context.session.state_changed.connect(self._on_state_changed)

    def open(self) -> None:
        """Show the dialog with the rows that were typed before."""
        from playground.plugins.predict.dialog import PredictDialog

        if self._dialog is None:
            dialog = self._dialog = PredictDialog(self._themes, self._window)
            dialog.samples_changed.connect(self._session.inspection.predict_new)
            dialog.open_requested.connect(self._choose_file)
            dialog.files_dropped.connect(self.read)
            dialog.save_requested.connect(self._choose_destination)
            dialog.cancel_requested.connect(self.job.cancel)
        self._show_data()
        self._on_state_changed(self._session.state)
        bring_up(self._dialog)

    def read(self, paths: Sequence[Path]) -> None:
        """Read a table, or images, for the dialog."""
        if self._dialog is None or self._prepared is None or self.job.busy:
            return
        self._preferences.last_folder = str(paths[0].parent)
        self._busy, self._opened = f"Reading {paths[0].name}…", list(paths)
        self._dialog.show_busy(self._busy)
        self.job.start(partial(_read, self._prepared, list(paths)))

    def write(self, samples: RawSamples, path: Path) -> None:
        """Write the predictions of the network as it is now."""
        if self._dialog is None or self._prepared is None or self.job.busy:
            return
        self._preferences.last_folder = str(path.parent)
        self._busy = f"Writing {path.name}…"
        self._dialog.show_busy(self._busy)
        answer = self._session.request_checkpoint()
        self.job.start(partial(_write, answer, self._prepared.pipeline, samples, path))

    def _choose_file(self) -> None:
        assert self._dialog is not None
        assert self._prepared is not None
        images = isinstance(self._prepared.pipeline.inputs, ImageInputs)
        title, filters = ("Open images", _IMAGES) if images else ("Open table", _TABLES)
        folder = self._preferences.dialog_folder
        names = QFileDialog.getOpenFileNames(self._dialog, title, folder, filters)[0]
        if names:
            self.read([Path(name) for name in names])

    def _choose_destination(self, samples: RawSamples) -> None:
        dialog = self._dialog
        assert dialog is not None
        path = self._ask_path(
            "Save predictions",
            self._named(" predicted.csv"),
            "CSV (*.csv)",
            parent=dialog,
            tell=partial(dialog.show_message, failed=True),
        )
        if path is not None:
            self.write(samples, path)

    def _show_data(self) -> None:
        """Show the data of now. A reset keeps rows and columns; predictions of the new run replace the old ones."""
        prepared = self._prepared
        if self._dialog is not None and prepared is not None and self._shown != prepared.pipeline:
            self._shown = prepared.pipeline
            name = self._document.experiment.name
            self._dialog.show_data(prepared, name, self._session.inspection.state.sample)

    def _on_run_started(self, prepared: PreparedData) -> None:
        self._prepared = prepared
        # One that is closed shows them when it is opened again.
        if self._dialog is not None and self._dialog.isVisible():
            self._show_data()

    def _on_snapshot_taken(self, snapshot: Snapshot) -> None:
        if self._dialog is not None and self._dialog.isVisible():
            self._dialog.show_snapshot(snapshot)

    def _on_state_changed(self, state: TrainingState) -> None:
        if self._dialog is None:
            return
        if state in _WITHOUT_RUN:
            self._dialog.clear(self._session.message)
        elif state is not TrainingState.LOADING:
            self._dialog.resume()

    def _on_progressed(self, share: float) -> None:
        if self._dialog is not None:
            self._dialog.show_busy(self._busy, share)

    def _on_finished(self, found: tuple[Pipeline, RawSamples, str, bool] | Path) -> None:
        if self._dialog is None:
            return
        self._dialog.show_busy("")
        if isinstance(found, Path):
            self._dialog.show_message(f"Written: {found}")
            self.message_requested.emit(f"The predictions are in {found.name}")
        elif self._prepared is not None and found[0].inputs == self._prepared.pipeline.inputs:
            self._dialog.show_samples(*found[1:])
        else:
            self._dialog.show_message("The data changed while the file was read; open it again", failed=True)

    def _on_failed(self, error: Exception) -> None:
        if self._dialog is None:
            return
        self._dialog.show_busy("")
        self._dialog.show_message(error_reason(error), failed=True)

    def _on_cancelled(self) -> None:
        if self._dialog is not None:
            self._dialog.show_busy("")
            self._dialog.show_message("Stopped; nothing was changed")


def _read(
    prepared: PreparedData, paths: list[Path], report: OnProgress
) -> tuple[Pipeline, RawSamples, str, bool]:
    """The pipeline that they were read for, the samples, their name, and whether light was taken for dark."""
    pipeline = prepared.pipeline
    from core.predict import read_samples

    samples = read_samples(pipeline, paths, report=report)
    inverts = _has_other_paper(samples, prepared)
    if inverts and isinstance(pipeline.inputs, ImageInputs):
        samples = samples.inverted(pipeline.inputs)
    name = paths[0].name if len(paths) == 1 else f"{len(paths)} files"
    return pipeline, samples, name, inverts


def _has_other_paper(samples: RawSamples, prepared: PreparedData) -> bool:
    """Whether grey images are black on white where the data are white on black, or the other way round."""
    inputs = prepared.pipeline.inputs
    if not isinstance(inputs, ImageInputs) or inputs.shape[2] != 1 or not samples.names:
        return False
    return background_of(inputs.encode(samples.raw)) != background_of(prepared.data.inputs)


def _write(
    answer: Future[SessionCheckpoint], pipeline: Pipeline, samples: RawSamples, path: Path, report: OnProgress
) -> Path:
    given = wait_for_checkpoint(answer, report)
    if given.failed or given.experiment is None or given.checkpoint is None:
        raise DataError("There is no network whose predictions could be written")
    model = trained_model(given.experiment, given.checkpoint)
    if model.pipeline is None or model.pipeline.inputs != pipeline.inputs:
        raise DataError("The data changed meanwhile; save again")
    from core.predict import PredictionTable

    PredictionTable(model, samples, with_inputs=True).write_file(path, report)
    return path
