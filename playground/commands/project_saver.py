"""Save the document as a project without blocking the window, and never replace trained weights unasked.

The session sends a checkpoint, a thread writes the file, and the document counts as saved as of that checkpoint. Later
edits and training stay unsaved. Weights written with the edited experiment:

| the training is               | weights in the file                                    | asked before               |
|-------------------------------|--------------------------------------------------------|----------------------------|
| running or paused             | those of the last step                                 | no                         |
| new, without a step           | the initial ones                                       | if the file's are trained  |
| of other data than the file's | those of the last step                                 | once                       |
| busy or loading data          | as above, once it replies; can be cancelled until then | as above                   |
| stopped by a failure          | the last finite, the file's own, or none, as chosen    | always                     |
| blocked by an edit            | those of the last stack that ran, marked as such       | no                         |
| blocked, data missing         | those that came with the file                          | no                         |
| blocked, never ran            | none                                                   | if the file's are trained  |

A file that cannot be written stays as it was, and the document stays unsaved.
"""

from __future__ import annotations

import dataclasses
import time
from collections import deque
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEventLoop, QObject, QTimer, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from core.data.datasets import DataError
from core.experiment.change import Asides, asides_entry
from core.experiment.embedded_data import EmbeddedData, can_embed, embed_data
from core.experiment.experiment import Experiment
from core.experiment.project_file import TrainerState, load_project, save_project
from core.io.atomic_write import remove_parts
from core.io.budget import OnProgress
from core.io.number_text import place_text
from core.io.sentence import error_reason
from playground.model.background_job import BackgroundJob
from playground.model.document import Document, SavedMark
from playground.model.project_lock import ProjectLock, file_stamp
from playground.training.checkpoint import SessionCheckpoint
from playground.training.edit_effects import is_same_task
from playground.training.session import TrainingSession
from playground.views.widgets.controls import Question

_DIALOG_AFTER_MS = 250
_ORPHANED_SECONDS = 3600.0
WITHOUT_WEIGHTS = "without weights"
WITHOUT_DATA = "without its data"


@dataclass(frozen=True)
class FileContent:
    """The contents of the document's file."""

    experiment: Experiment
    place: str
    """Where the training is."""
    has_trained: bool


@dataclass(frozen=True, eq=False)
class _SaveContent:
    """Content to write; `note` is what it lacks, such as "without weights"."""

    experiment: Experiment
    checkpoint: TrainerState | None
    note: str = ""
    keeps_file: bool = False
    embeds_data: bool = False
    asides: Asides = ()


@dataclass(frozen=True, eq=False)
class _Written:
    """The checkpoint and the stamp of a file that was written, and why its data are not in it, or ""."""

    checkpoint: TrainerState | None
    stamp: str
    data_fault: str = ""


class ProjectSaver(QObject):
    """Writes one file at a time; further requests are queued."""

    started = Signal()
    asking = Signal()
    """Questions are asked; `started` comes once more when they are answered."""
    progressed = Signal(float)
    """The fraction written, from 0 to 1."""
    saved = Signal(float, str)
    """Time of the last save (Unix timestamp), and what the file lacks, such as "without weights", or ""."""
    ended = Signal(bool)
    """A save has ended; True if the file was written."""
    message_requested = Signal(str)
    """A sentence for the user."""
    other_path_requested = Signal()
    """The user chose to save to another file."""
    reload_requested = Signal()
    """The user chose to take the file as another program has written it."""

    def __init__(
        self, document: Document, session: TrainingSession, lock: ProjectLock, window: QWidget
    ) -> None:
        super().__init__(window)
        self._document, self._session, self._lock, self._window = document, session, lock, window
        self._path = Path()
        self.file_content: FileContent | None = None
        """Contents of the document's file when it was last read or written."""
        self._answer: Future[SessionCheckpoint] | None = None
        self._writing: tuple[_SaveContent, SavedMark] | None = None
        self._queue: deque[Path] = deque()
        self._told: set[Path] = set()
        """Of which it was said what they do not hold."""
        self.busy = self._has_written = self._is_asking = False
        """Whether a save is running."""
        self._job = BackgroundJob("save", self)
        self._job.progressed.connect(self.progressed.emit)
        self._job.finished.connect(self._on_written)
        self._job.failed.connect(self._on_failed)
        self._job.cancelled.connect(self._on_cancelled)
        session.checkpoint_ready.connect(self._on_checkpoint)

    def set_file_content(self, experiment: Experiment, checkpoint: TrainerState | None) -> None:
        """Set the contents of a new document's file; `checkpoint` is its training state, if any."""
        self.file_content = _file_content(experiment, checkpoint)

    def save(self, path: Path) -> None:
        """Write the document to `path`, after saves in progress."""
        if not self.busy:
            self._has_written = False
            if self._confirm_overwrite(path):
                self._begin(path)
        elif path not in self._queue:
            self._queue.append(path)

    def cancel(self) -> None:
        """Cancel the running and the queued saves; the files stay as they were."""
        self._queue.clear()
        if self._answer is not None:
            self._answer = None
            self._on_cancelled()
        else:
            self._job.cancel()

    def wait(self) -> bool:
        """Wait until saving ends, behind a dialog with "Cancel"; returns whether the last file was written.

        Cancels if the session's thread has ended before its reply. From within a question of the save itself it says
        that, and is False at once, for the save could not go on: typed-ahead keys arrive before its dialog returns.
        """
        if self._is_asking:
            self.message_requested.emit(f"{self._path.name} is still being saved. Try again in a moment.")
            return False
        if self._answer is not None and not self._session.is_open:
            self.cancel()
        if self.busy:
            self._wait()
        return self._has_written

    def _wait(self) -> None:
        loop = QEventLoop()
        self.ended.connect(loop.quit)
        QTimer.singleShot(_DIALOG_AFTER_MS, loop, loop.quit)
        loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
        self.ended.disconnect(loop.quit)
        from playground.views.dialogs.saving import SavingDialog

        while self.busy:
            dialog = SavingDialog(self._path.name, self._window)
            self.progressed.connect(dialog.progress.show_share)
            self.ended.connect(dialog.accept)
            dialog.rejected.connect(self.cancel)
            dialog.exec()
            dialog.deleteLater()

    def _begin(self, path: Path) -> None:
        self._path, self.busy = path, True
        self._answer = self._session.request_checkpoint()
        self.started.emit()

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
        mark = dataclasses.replace(self._document.mark, revision=revision)
        content: _SaveContent | None = None
        self._is_asking = True
        self.asking.emit()
        try:
            content = self._choose_content(revision.experiment, given)
        finally:
            self._is_asking = False
            if content is None:
                self._end(written=False)
        if content is not None:
            content = dataclasses.replace(content, embeds_data=revision.embeds_data, asides=revision.asides)
            self._writing = content, mark
            self.started.emit()
            self._job.start(partial(_write, self._path, content))

    # -- what is written ------------------------------------------------------------------------------------------

    def _choose_content(self, experiment: Experiment, given: SessionCheckpoint) -> _SaveContent | None:
        """Content to write, after the necessary questions; None if the user cancels."""
        checkpoint, trained = given.checkpoint, given.experiment
        if checkpoint is not None and checkpoint.trained is None and trained is not None:
            checkpoint = dataclasses.replace(checkpoint, trained=trained)
        if given.failed:
            return self._choose_after_failure(experiment, checkpoint)
        if not self._confirm_replace(experiment, checkpoint):
            return None
        return _SaveContent(experiment, checkpoint)

    def _confirm_overwrite(self, path: Path) -> bool:
        """Ask before a file is replaced that another program has written meanwhile, or another window has open."""
        changed = path == self._document.path and file_stamp(path) not in ("", self._document.stamp)
        owner = self._lock.other_owner(path)
        if not changed and not owner:
            return True
        reasons = [f"is open in another window ({owner})"] * bool(owner)
        reasons += ["has changed since it was opened"] * changed
        details, choices = "", {"overwrite": "Overwrite", "save_as": "Save as…"}
        if changed:
            details, choices["reload"] = "Reloading it drops what is open here.", "Reload"
        answer = ask(self._window, f"{path.name} {' and '.join(reasons)}. Overwrite it?", details, choices)
        if answer == "save_as":
            self.other_path_requested.emit()
        elif answer == "reload":
            self.reload_requested.emit()
        elif answer == "overwrite" and path == self._document.path:
            self._lock.accept()
        return answer == "overwrite"

    def _choose_after_failure(
        self, experiment: Experiment, checkpoint: TrainerState | None
    ) -> _SaveContent | None:
        on_file = self._trained_file
        choices: dict[str, tuple[str, _SaveContent]] = {}
        if checkpoint is not None:
            epoch = f"the weights of epoch {checkpoint.place_text}"
            choices["last"] = f"Save with {epoch}", _SaveContent(experiment, checkpoint, f"with {epoch}")
        elif on_file is not None:
            note = f"with the weights of epoch {on_file.place}"
            choices["own"] = "Keep the file's weights", _SaveContent(experiment, None, note, keeps_file=True)
        choices["none"] = "Save without weights", _SaveContent(experiment, None, WITHOUT_WEIGHTS)
        details = f"The weights are of no use any more. What should {self._path.name} hold?"
        texts = {name: text for name, (text, _) in choices.items()}
        answer = ask(self._window, self._session.message or "The training stopped", details, texts)
        return choices[answer][1] if answer else None

    def _confirm_replace(self, experiment: Experiment, checkpoint: TrainerState | None) -> bool:
        """Ask before untrained weights, or those of other data, replace trained ones in the file."""
        on_file = self._trained_file
        if on_file is None:
            return True
        epochs = "1 epoch" if on_file.place == "1" else f"{on_file.place} epochs"
        held = f"{self._path.name} holds weights that learned {on_file.experiment.dataset.label} for {epochs}"
        if checkpoint is None or not checkpoint.has_trained:
            details = "The network that would be saved has learned nothing yet."
        elif not is_same_task(on_file.experiment, checkpoint.trained or experiment):
            details = f"The network that would be saved has learned {experiment.dataset.label}."
        else:
            return True
        choices = {"replace": "Replace", "save_as": "Save as…"}
        answer = ask(self._window, f"{held}. Replace them?", details, choices)
        if answer == "save_as":
            self.other_path_requested.emit()
        return answer == "replace"

    @property
    def _trained_file(self) -> FileContent | None:
        """The contents of the file to replace, if its weights are trained."""
        on_file = self.file_content
        same = self._path == self._document.path and on_file is not None and on_file.has_trained
        return on_file if same else None

    # -- how it ends ----------------------------------------------------------------------------------------------

    def _on_written(self, written: _Written) -> None:
        assert self._writing is not None
        content, mark = self._writing
        note = content.note
        self.file_content = _file_content(content.experiment, written.checkpoint)
        self._document.mark_saved(self._path, mark, written.stamp)
        if note:
            self.message_requested.emit(f"{self._path.name} was saved {note}")
        elif self._path not in self._told and len(self._session.past.moments) > 1:
            self._told.add(self._path)
            self.message_requested.emit(
                f"{self._path.name} was saved; undo and the earlier moments of this run end with the window"
            )
        if written.data_fault:
            note = note or WITHOUT_DATA
            self.message_requested.emit(f"{self._path.name} was saved {WITHOUT_DATA}: {written.data_fault}")
        self.saved.emit(time.time(), note)
        self._end(written=True)

    def _on_failed(self, error: BaseException) -> None:
        self.message_requested.emit(f"{self._path.name} cannot be written: {error_reason(error)}")
        self._end(written=False)

    def _on_cancelled(self) -> None:
        self.message_requested.emit(f"{self._path.name} was not saved")
        self._end(written=False)

    def _end(self, *, written: bool) -> None:
        self._writing, self.busy, self._has_written = None, False, written
        path = self._queue.popleft() if self._queue else None
        self.ended.emit(written)
        if path is not None and (path != self._document.path or self._document.unsaved):
            self.save(path)


def _write(path: Path, content: _SaveContent, report: OnProgress) -> _Written:
    """Write the file. Data that cannot be written with it keep the rest from nothing."""
    checkpoint = content.checkpoint
    if content.keeps_file:
        experiment, checkpoint = load_project(path)
        if checkpoint is not None and checkpoint.trained is None:
            checkpoint = dataclasses.replace(checkpoint, trained=experiment)
    data, fault = _data_to_embed(content)
    extra = asides_entry(content.asides)
    save_project(path, content.experiment, checkpoint, report, extra=extra, data=data)
    # What programs left that were ended while they wrote it.
    remove_parts(path, _ORPHANED_SECONDS)
    # Here, before another program may write it again.
    return _Written(checkpoint, file_stamp(path), fault)


def _data_to_embed(content: _SaveContent) -> tuple[EmbeddedData | None, str]:
    """The data to write with a project, and why there are none where there should be."""
    dataset = content.experiment.dataset
    if not content.embeds_data or not can_embed(dataset):
        return None, ""
    try:
        return embed_data(dataset), ""
    except DataError as error:
        return None, str(error)


def _file_content(experiment: Experiment, checkpoint: TrainerState | None) -> FileContent:
    if checkpoint is None:
        return FileContent(experiment, place_text(0), has_trained=False)
    return FileContent(checkpoint.trained or experiment, checkpoint.place_text, checkpoint.has_trained)


def ask(window: QWidget, text: str, details: str, choices: Mapping[str, str], *, keeps: bool = False) -> str:
    """The name of the clicked choice, "" for Cancel. The first is the default, or where it `keeps`, Cancel.

    `choices` has the text of each button by its name.
    """
    box = Question(window, text, details)
    buttons = [box.addButton(choice, QMessageBox.ButtonRole.AcceptRole) for choice in choices.values()]
    cancel = box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(cancel if keeps else buttons[0])
    box.exec()
    clicked = box.clickedButton()
    box.deleteLater()
    return next((name for button, name in zip(buttons, choices, strict=True) if button is clicked), "")
