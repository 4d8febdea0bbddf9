"""Read a file without blocking the window: what takes long behind a dialog with progress and "Cancel"."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from PySide6.QtCore import QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QWidget

from core.experiment.change import Asides, load_asides
from core.experiment.experiment import Experiment
from core.experiment.project_file import TrainerState, load_project
from core.io.budget import OnProgress, reading
from playground.model.background_job import BackgroundJob

Loaded = tuple[Experiment, TrainerState | None, Asides]
"""A project, and what is put aside in it."""
T = TypeVar("T")

_DIALOG_AFTER_MS = 250


class ProjectOpener(QObject):
    """Reads one project at a time."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._loaded: Any = None
        self._error: BaseException | None = None
        self._job = BackgroundJob("open", self, daemon=True)
        self._job.finished.connect(self._on_finished)
        self._job.failed.connect(self._on_failed)

    @property
    def busy(self) -> bool:
        """Whether a project is being read on a thread."""
        return self._job.busy

    def read(self, path: Path) -> Loaded | None:
        """See `read_project`; None if the user cancels or another read is running."""
        return self.run(path, partial(read_project, path))

    def run(self, path: Path, load: Callable[[OnProgress], T]) -> T | None:
        """The result of `load`, which reads `path`, or None if the user cancels or another read is running.

        Small files too are read on a thread: they may unpack to large ones.
        """
        if self._job.busy:
            return None
        self._loaded = self._error = None
        self._job.start(partial(_within_budget, path, load))
        self._wait(path)
        loaded: T | None = self._loaded
        error = self._error
        self._loaded = self._error = None
        if error is not None:
            raise error
        return loaded

    def _wait(self, path: Path) -> None:
        loop = QEventLoop()
        signals = (self._job.finished, self._job.failed, self._job.cancelled)
        for signal in signals:
            signal.connect(loop.quit)
        QTimer.singleShot(_DIALOG_AFTER_MS, loop, loop.quit)
        # No clicks and keys, which would go to a document about to be replaced.
        loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        for signal in signals:
            signal.disconnect(loop.quit)
        if self._job.busy:
            self._show_dialog(path)

    def _show_dialog(self, path: Path) -> None:
        from playground.views.dialogs.saving import OpeningDialog

        dialog = OpeningDialog(path.name, self._window)
        self._job.progressed.connect(dialog.progress.show_share)
        for signal in (self._job.finished, self._job.failed, self._job.cancelled):
            signal.connect(dialog.accept)
        dialog.rejected.connect(self._job.cancel)
        while self._job.busy:
            # Cancelled work stops at its next report; until then the dialog stays.
            dialog.exec()
        dialog.deleteLater()

    def _on_finished(self, loaded: object) -> None:
        self._loaded = loaded

    def _on_failed(self, error: BaseException) -> None:
        self._error = error


def read_project(path: Path, report: OnProgress) -> Loaded:
    """A project or an experiment. Raises as `load_project` does."""
    return (*load_project(path, report), load_asides(path))


def _within_budget(path: Path, load: Callable[[OnProgress], T], report: OnProgress) -> T:
    with reading(path, report):
        return load(report)
