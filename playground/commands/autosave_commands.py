"""Autosave unsaved work, periodically and after edits; remove it once saved, discarded or closed."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from threading import Event

from PySide6.QtCore import QBuffer, QEventLoop, QIODevice, Qt, QTimer, Signal
from PySide6.QtGui import QImage

from core.data.datasets import DataError, Dataset
from core.experiment.change import Asides
from core.experiment.embedded_data import EmbeddedData, embed_data
from core.experiment.experiment import Experiment
from core.experiment.project_file import TrainerState
from core.io.budget import OnProgress
from core.io.number_text import place_text
from core.io.sentence import error_reason, short_sentence
from playground.commands.file_commands import FileController
from playground.commands.window_controller import WindowContext, WindowController
from playground.model.autosave_store import Autosave, AutosaveNote, AutosaveStore, write_autosave
from playground.model.background_job import BackgroundJob
from playground.model.document import SavedMark
from playground.training.checkpoint import SessionCheckpoint
from playground.training.edit_effects import changes_live

AUTOSAVE_SECONDS = 60.0
_AFTER_EDIT_SECONDS = 2.0
"""Merges edits in quick succession."""
_PATIENCE_SECONDS = 10.0
"""Desktops kill a program some time after requesting its end."""
_POLL_MS = 20
_LEFT = "Unsaved work of an earlier start was kept; File, Restore unsaved… brings it back"
_PICTURE_PX = 192


@dataclass(frozen=True, eq=False)
class _Content:
    """Content to write; the writing thread makes the note's picture from `image`."""

    experiment: Experiment
    checkpoint: TrainerState | None
    path: Path | None
    stamp: str
    image: QImage
    asides: Asides


class AutosaveController(WindowController):
    """Requests a checkpoint from the session and writes it on a thread; inactive before `start`."""

    written = Signal(int)
    """The epoch of the autosave just written."""

    def __init__(
        self,
        context: WindowContext,
        files: FileController,
        store: AutosaveStore,
        picture: Callable[[], QImage],
    ) -> None:
        super().__init__(context)
        self._files, self.store, self._picture = files, store, picture
        self._experiment = context.document.experiment
        self._answer: Future[SessionCheckpoint] | None = None
        self._requested: SavedMark | None = None
        self._kept: SavedMark | None = None
        self._dropped = Event()
        self._again = self._has_failed = False
        self._job = BackgroundJob("autosave", self)
        self._job.finished.connect(self._on_written)
        self._job.failed.connect(self._on_failed)
        self._job.cancelled.connect(self._on_ended)
        self._timer = self._make_timer(single=False)
        self._soon = self._make_timer(single=True)
        context.session.checkpoint_ready.connect(self._on_checkpoint)

    def _make_timer(self, *, single: bool) -> QTimer:
        timer = QTimer(self, singleShot=single)
        timer.timeout.connect(self.autosave)
        return timer

    def start(self, seconds: float = AUTOSAVE_SECONDS) -> None:
        """Autosave every `seconds`, and soon after an edit that starts another run."""
        self._soon.setInterval(round(1000 * min(seconds, _AFTER_EDIT_SECONDS)))
        self._timer.start(round(1000 * seconds))
        self._document.experiment_changed.connect(self._on_experiment_changed)
        self._document.file_changed.connect(self._on_file_changed)
        self._files.saver.saved.connect(self._on_saved)

    def autosave(self) -> None:
        """Autosave unsaved work, unless unchanged since the last time."""
        if self.busy:
            self._again = True
        elif self._has_news and self._session.is_open:
            self._again, self._requested = False, self._document.mark
            self._dropped = Event()
            self._answer = self._session.request_checkpoint()

    def keep(self, then: Callable[[], None]) -> None:
        """Pause, autosave and call `then`, which ends the program, after at most ten seconds."""
        self._timer.stop()

        def end() -> None:
            # A file that is still being written stays locked: the next program takes the lock once this one has ended.
            if not self.busy:
                self.store.release_own()
            then()

        self._pause_and_keep(end)

    def keep_now(self) -> None:
        """Pause, autosave and return, after at most ten seconds; for desktops that end all programs after their reply.

        The program may go on: another may stop the desktop.
        """
        loop = QEventLoop()
        self._pause_and_keep(loop.quit)
        loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)

    def _pause_and_keep(self, then: Callable[[], None]) -> None:
        self._session.pause()
        # The last steps before the pause came after the last snapshot.
        self._kept = None
        self.autosave()
        end = time.monotonic() + _PATIENCE_SECONDS
        timer = QTimer(self)

        def look() -> None:
            if time.monotonic() < end and (self.busy or self._again or self._files.busy):
                return
            timer.stop()
            then()

        timer.timeout.connect(look)
        timer.start(_POLL_MS)

    def offer(self) -> None:
        """Ask whether to restore what programs that did not end well had kept; say so where nothing is left."""
        if self._open_dialog(self.store.claim_left()):
            return
        if self.store.fault:
            sentence = short_sentence(f"What was kept cannot be restored. {self.store.fault}")
        else:
            sentence = "There is nothing to restore: what was open was saved or discarded"
        self.message_requested.emit(sentence)

    def offer_at_start(self, opens_file: bool) -> None:
        """Ask where something is left, and only say so beside a file that was asked for."""
        self.store.remove_orphans()
        left = self.store.claim_left()
        if not opens_file:
            self._open_dialog(left)
            return
        for autosave in left:
            self.store.release(autosave)
        if left:
            self.message_requested.emit(_LEFT)

    def _open_dialog(self, left: list[Autosave]) -> bool:
        if not left:
            return False
        from playground.views.dialogs.restore import RestoreDialog

        dialog = RestoreDialog(left, self._window)
        held, is_open = set(left), True

        def restore(autosave: Autosave) -> None:
            # It may ask whether to save, and the dialog may be closed meanwhile.
            held.discard(autosave)
            if self._restore(autosave):
                if is_open:
                    dialog.accept()
            elif is_open:
                held.add(autosave)
            else:
                self.store.release(autosave)

        def discard(autosave: Autosave) -> None:
            held.discard(autosave)
            self.store.discard(autosave)

        def release() -> None:
            nonlocal is_open
            is_open = False
            for autosave in held:
                self.store.release(autosave)

        dialog.restore_requested.connect(restore)
        dialog.discard_requested.connect(discard)
        dialog.finished.connect(release)
        dialog.open()
        return True

    def _restore(self, autosave: Autosave) -> bool:
        note = autosave.note or AutosaveNote(autosave.file.name)
        if not self._files.restore(autosave.file, note.path, note.stamp):
            return False
        self._drop()
        self.store.adopt(autosave)
        return True

    def close(self) -> None:
        """Keep nothing, because the user has saved or discarded everything."""
        self._timer.stop()
        self._soon.stop()
        self._drop()
        self.store.release_own()

    @property
    def busy(self) -> bool:
        """Whether an autosave is being requested or written."""
        return self._answer is not None or self._job.busy

    @property
    def _has_news(self) -> bool:
        mark, kept = self._document.mark, self._kept
        same = kept == mark
        return self._document.unsaved and not same

    def _on_experiment_changed(self, experiment: Experiment) -> None:
        before, self._experiment = self._experiment, experiment
        if not changes_live(before, experiment) and not self._soon.isActive():
            self._soon.start()

    def _on_file_changed(self) -> None:
        if not self._document.unsaved:
            self._drop()

    def _on_saved(self) -> None:
        """Keep what the file lacks again: it was edited or trained while it was written."""
        if self._document.unsaved:
            self._kept = None
            self.autosave()

    def _drop(self) -> None:
        """Remove the autosave, because its contents are saved or discarded."""
        # The later one of both threads removes the file being written.
        self._dropped.set()
        self._job.cancel()
        self._answer = self._kept = None
        self._again = False
        self.store.remove_own()

    def _on_checkpoint(self, answer: Future[SessionCheckpoint]) -> None:
        if answer is not self._answer:
            return
        self._answer = None
        error = answer.exception()
        if error is not None:
            self._on_failed(error)
            return
        given = answer.result()
        revision = given.revision or self._document.revision
        try:
            file, image = self.store.own, self._picture()
        except OSError as problem:
            self._on_failed(problem)
            return
        content = _Content(
            revision.experiment,
            _state_of(given),
            self._document.path,
            self._document.stamp,
            image,
            revision.asides,
        )
        self._job.start(partial(_write, file, content, self._dropped))

    def _on_written(self, epoch: int) -> None:
        self._has_failed = False
        if not self._dropped.is_set():
            # If requested again meanwhile, repeat: the last steps may be newer than their snapshot.
            self._kept = None if self._again else self._requested
            self.written.emit(epoch)
        self._on_ended()

    def _on_failed(self, error: BaseException) -> None:
        if not self._has_failed:
            self.message_requested.emit(f"The work cannot be kept for a restart: {error_reason(error)}")
        self._has_failed = True
        self._on_ended()

    def _on_ended(self) -> None:
        if self._again:
            self._again = False
            self.autosave()


def _state_of(given: SessionCheckpoint) -> TrainerState | None:
    """The training state with its experiment."""
    state = given.checkpoint
    if state is None or state.trained is not None or given.experiment is None:
        return state
    return replace(state, trained=given.experiment)


def _write(file: Path, content: _Content, dropped: Event, report: OnProgress) -> int:
    experiment, state = content.experiment, content.checkpoint
    note = AutosaveNote(
        experiment.name,
        experiment.dataset.label,
        place_text(0) if state is None else state.place_text,
        time.time(),
        content.path,
        content.stamp,
        _png(content.image),
    )
    data = _data_of(experiment.dataset, content.path)
    write_autosave(file, experiment, state, note, report, data, content.asides)
    if dropped.is_set():
        file.unlink(missing_ok=True)
    return 0 if state is None else state.epoch


def _data_of(dataset: Dataset, path: Path | None) -> EmbeddedData | None:
    """The data that came in a project, unless its file still has them: then it would be written anew each minute."""
    if getattr(dataset, "embedded", None) is None or (path is not None and path.is_file()):
        return None
    try:
        return embed_data(dataset)
    except DataError:
        return None


def _png(image: QImage) -> bytes:
    smooth = Qt.TransformationMode.SmoothTransformation
    image = image.scaled(_PICTURE_PX, _PICTURE_PX, Qt.AspectRatioMode.KeepAspectRatio, smooth)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())
