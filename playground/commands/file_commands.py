"""New, open and save: between document, session and disk."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QMessageBox

from core.data.datasets import Dataset, TableFile
from core.data.images.class_folders import IMAGE_SUFFIXES
from core.data.tables.read_table import TABLE_SUFFIXES, is_table
from core.data.tables.table import table_suffix
from core.experiment.change import Asides, Change
from core.experiment.embedded_data import embedded_fault
from core.experiment.experiment import Experiment
from core.experiment.presets import first_preset
from core.experiment.project_file import SUFFIX, TrainerState
from core.io import strict_json
from core.io.budget import OnProgress
from core.io.gate import proposed
from core.io.sentence import error_reason
from core.lessons.shipped import SUFFIX as LESSON_SUFFIX
from playground.commands.project_opener import Loaded, ProjectOpener
from playground.commands.project_saver import FileContent, ProjectSaver
from playground.commands.window_controller import WindowContext, WritingController
from playground.model.document import DocumentAside
from playground.model.project_lock import ProjectLock, file_stamp
from playground.model.undo import AnotherDocument, Revision
from playground.plugins import PLUGINS
from playground.training.state import TrainingState
from playground.views.widgets.controls import Question

if TYPE_CHECKING:
    from playground.views.dialogs.open_model import FoundModel

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class WorkAside:
    """A document that waits while another one is shown, what was learned, and what its file holds."""

    document: DocumentAside
    checkpoint: TrainerState | None
    unsaved: bool
    on_file: FileContent | None
    before_import: WorkAside | None
    """The document that waits behind an import."""


_MAX_FAULTS: Final = 8
_PROJECTS: Final = (SUFFIX, ".json", LESSON_SUFFIX)


_LOADING_MS = 20


class FileController(WritingController):
    """File commands. Failures are reported by `message_requested` and lose nothing."""

    lesson_requested = Signal(object)
    """The file of a lesson, which is opened beside the document."""
    data_requested = Signal(object)
    """A file of data, or a folder of images, to be imported."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context)
        self.lock = ProjectLock()
        self.asks_to_save = True
        """Whether unsaved changes are asked about; not where a program gets them back."""
        self.saver = ProjectSaver(context.document, context.session, self.lock, context.window)
        self._opener = ProjectOpener(context.window)
        self._before_import: WorkAside | None = None
        self._faults: Question | None = None
        self._waits_to_save = self._saves_elsewhere = False
        context.document.last_change_changed.connect(self._forget_before_import)
        self.saver.message_requested.connect(self.message_requested)
        self.saver.saved.connect(self._on_saved)
        self.saver.other_path_requested.connect(self._save_elsewhere)
        self.saver.reload_requested.connect(self.reload, Qt.ConnectionType.QueuedConnection)

    @property
    def busy(self) -> bool:
        """Whether a file is being read or written on a thread."""
        return self.saver.busy or self._opener.busy

    def new(self) -> None:
        """Start with the first preset."""
        if self.maybe_save():
            self._load(first_preset(simple=self._preferences.simple), None)

    def open(self) -> None:
        """Choose a file and open it."""
        if (path := self._file_to_open("Open", _filter())) is not None:
            self.open_file(path)

    def open_file(self, path: Path) -> None:
        """Open a file that was chosen or dropped, of the command line or of the recent files; data are imported."""
        if holds_data(path):
            self.data_requested.emit(path)
        elif path.suffix.lower() == LESSON_SUFFIX or self.maybe_save():
            self._open(path, remember=True)

    def accept_drag(self, event: QDragEnterEvent) -> None:
        """Accept the drag if its contents could be opened."""
        if _dropped_file(event) is not None:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
        else:
            event.ignore()

    def accept_drop(self, event: QDropEvent) -> None:
        """Open what was dropped on the window."""
        path = _dropped_file(event)
        if path is None:
            event.ignore()
            return
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        if holds_data(path):
            self.data_requested.emit(path)
        else:
            # It may ask something, for which the drop would wait.
            QTimer.singleShot(0, self, partial(self.open_file, path))

    def open_preset(self, path: Path) -> None:
        """Start with a preset, as a document without a file."""
        if self.maybe_save():
            self._open(path, remember=False)

    def keep_preset(self) -> None:
        """Make a preset of the user's of what is open, without what was learned."""
        folder = self._preferences.presets_folder
        with suppress(OSError):  # which writing tells
            folder.mkdir(parents=True, exist_ok=True)
        path = proposed(folder / self._named(".json"), folder.glob("*.json"))
        data = strict_json.dump(self._document.experiment.to_json()).encode()
        self._write(path, data, "is a preset of yours now, under New…")

    def open_loaded(self, experiment: Experiment, checkpoint: TrainerState | None) -> bool:
        """Go on with an experiment that is in no file, as an unsaved document; False where the user gave up."""
        if not self.maybe_save():
            return False
        self._session.pause()
        self.saver.set_file_content(experiment, None)
        self._document.load(experiment, checkpoint=checkpoint, unsaved=checkpoint is not None)
        return True

    def show_import(self, experiment: Experiment) -> None:
        """Show imported data as a document of their own; `take_import_back` returns to the one before.

        In a lesson, behind which the user's own document waits already, it is a step of the lesson's.
        """
        document, before = self._document, self._document.experiment
        change = Change(before, experiment, replaces=True)
        if document.has_aside and self._before_import is None:
            document.change_data(f"Use {experiment.dataset.label}", change)
        elif self.maybe_save():
            document.forget_change()
            document.undo_stack.push(AnotherDocument(f"Import {experiment.name}", self._import_again))
            self._import(change, None, None)

    def _import(self, change: Change, checkpoint: TrainerState | None, again: Revision | None) -> None:
        """Show an import beside the document, which waits; `again`: as it was left."""
        work = self.put_aside()
        self._session.pause()
        self.saver.set_file_content(change.experiment, None)
        self._document.load(change.experiment, checkpoint=checkpoint, unsaved=True, again=again)
        self._before_import = work
        if work is not None:
            self._document.tell_of_import(change)

    def _import_again(self, step: AnotherDocument) -> None:
        # Behind the step: the document gets another history. It cannot wait aside while its own data are loaded.
        stack = self._document.undo_stack

        def show() -> None:
            if self._session.state is TrainingState.LOADING:
                QTimer.singleShot(_LOADING_MS, self, show)
            elif self._document.undo_stack is stack and stack.command(stack.index() - 1) is step:
                self._import(*step.left)

        QTimer.singleShot(0, self, show)

    def undo_change(self) -> None:
        """Take the last change of data back; after an import, return to the document before, as it was left."""
        document, work = self._document, self._before_import
        if work is not None and document.last_change is not None:
            self._session.pause()
            found = self._session.checkpoint()
            left = document.last_change, None if found is None else found[1], document.revision
            self._before_import = None
            self.take_back(work)
            step = document.undo_stack.command(document.undo_stack.index() - 1)
            if isinstance(step, AnotherDocument):
                step.left = left
        document.undo_stack.undo()

    def _forget_before_import(self) -> None:
        """With the next edit, or before another document."""
        if self._before_import is not None and self._document.last_change is None:
            self._before_import = None
            self._document.drop_aside()

    def put_aside(self) -> WorkAside | None:
        """The open document as it is, to be taken back later; None while its data are loaded."""
        document, session = self._document, self._session
        if session.state is TrainingState.LOADING or (self.saver.busy and not self.saver.wait()):
            return None
        session.pause()
        found, unsaved = session.checkpoint(), document.unsaved
        checkpoint = None if found is None else found[1]
        before, self._before_import = self._before_import, None
        return WorkAside(document.put_aside(), checkpoint, unsaved, self.saver.file_content, before)

    def show_beside(
        self, experiment: Experiment, checkpoint: TrainerState | None, again: Revision | None = None
    ) -> None:
        """Show a document without a file and without a question; the one before was put aside.

        `again`: the revision of one that was shown before, whose timeline goes on.
        """
        self._session.pause()
        self.saver.set_file_content(experiment, checkpoint)
        self._document.load(experiment, checkpoint=checkpoint, again=again)

    def take_back(self, work: WorkAside) -> None:
        """Show a document again that was put aside."""
        self._session.pause()
        self._document.take_back(work.checkpoint)
        self._before_import = work.before_import
        self.saver.file_content = work.on_file

    def read_aside(self, path: Path, read: Callable[[OnProgress], T]) -> T | None:
        """Result of `read` on a file, beside the window; None after a sentence for the user."""
        return self._attempt(path, lambda: self._opener.run(path, read))

    def restore(self, autosave: Path, path: Path | None, stamp: str) -> bool:
        """Go on with an autosave of the document in `path`, as an unsaved one; False where that was not possible."""
        if not self.maybe_save():
            return False
        loaded = self._read(autosave)
        if loaded is None:
            return False
        # Saving asks before it replaces what that file has learned.
        on_file = self._read(path) if path is not None and path.is_file() else None
        experiment = loaded[0] if on_file is None else _with_data_of(on_file[0], loaded[0])
        self._session.pause()
        self.saver.set_file_content(*(on_file or (experiment, None))[:2])
        _, checkpoint, asides = loaded
        self._document.load(experiment, path, stamp, checkpoint=checkpoint, unsaved=True, asides=asides)
        return True

    def set_embeds_data(self, embeds: bool) -> None:
        """Save the user's table or images in the project file from now on, or no longer."""
        dataset = self._document.experiment.dataset
        if embeds == self._document.embeds_data:
            return
        if embeds and (fault := embedded_fault(dataset)):
            self.message_requested.emit(fault)
            # The check mark goes back.
            self._document.file_changed.emit()
            return
        self._document.set_embeds_data(embeds)
        does = (
            f"puts the data of {dataset.label} into"
            if embeds
            else f"leaves the data of {dataset.label} out of"
        )
        self.message_requested.emit(f"The next save {does} the project file")

    def reload(self) -> None:
        """Open the document's file again, as another program has written it; drops what is unsaved."""
        if self.saver.busy and not self.saver.wait():
            return
        if self._document.path is not None:
            self._open(self._document.path, remember=True)

    def save(self) -> None:
        """Save the document to its file or to a chosen one; `saver` emits the outcome."""
        self._save(self._own_path or self._ask_project())

    def save_as(self) -> None:
        """Choose a file and save the document to it."""
        self._save(self._ask_project())

    def _save(self, path: Path | None) -> None:
        if path is not None:
            self.saver.save(path)

    @property
    def _own_path(self) -> Path | None:
        path = self._document.path
        return None if path is None or path.suffix != SUFFIX else path

    def _ask_project(self) -> Path | None:
        path = self._document.path
        name = self._named(SUFFIX) if path is None else str(path.with_suffix(SUFFIX))
        return self._ask_path("Save as", name, f"NumpyNet project (*{SUFFIX})", saves=True)

    def _asks_itself(self, path: Path) -> bool:
        return super()._asks_itself(path) or bool(self.lock.other_owner(path))

    def maybe_save(self) -> bool:
        """Ask what to do with unsaved changes, and wait until they are saved; False if the user cancels."""
        if self.saver.busy and not self.saver.wait():
            return False
        if not self.asks_to_save or not self._document.unsaved:
            return True
        # No training while the question is open.
        self._session.pause()
        path = self._document.path
        name = self._document.experiment.name if path is None else path.name
        details = "Otherwise they, and what the network has learned, are lost."
        box = Question(self._window, f"Save the changes to “{name}”?", details)
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.button(buttons.Discard).setText("Don’t save")
        box.setDefaultButton(buttons.Save)
        answer = box.exec()
        box.deleteLater()
        if answer == buttons.Save:
            return self._save_and_wait()
        return answer == buttons.Discard

    def _save_and_wait(self) -> bool:
        path = self._own_path or self._ask_project()
        while path is not None:
            self._waits_to_save, self._saves_elsewhere = True, False
            self.saver.save(path)
            saved = self.saver.wait()
            self._waits_to_save = False
            if saved or not self._saves_elsewhere:
                return saved
            path = self._ask_project()
        return False

    def _save_elsewhere(self) -> None:
        """Another file was chosen in a question of the saver's: whoever waits goes on with that one."""
        if self._waits_to_save:
            self._saves_elsewhere = True
        else:
            QTimer.singleShot(0, self, self.save_as)

    def _open(self, path: Path, remember: bool) -> None:
        stamp = file_stamp(path)
        if path.suffix.lower() == LESSON_SUFFIX:
            if PLUGINS.given("lesson_rows") is None:
                self.message_requested.emit(f"{path.name} cannot be opened: lessons are not installed")
            self.lesson_requested.emit(path)
            return
        if path.suffix.lower() in (SUFFIX, ".json"):
            loaded = self._read(path)
        else:
            from playground.commands.model_content import model_or_project

            load = partial(model_or_project, path, self._document.experiment)
            found = self._attempt(path, lambda: self._opener.run(path, load))
            if found is not None and not isinstance(found, tuple):
                self._open_model(path, found)
                return
            loaded = found
        if loaded is None:
            return
        if remember:
            self._preferences.add_recent_file(path)
        self._load(*loaded, path if remember else None, stamp)

    def _open_model(self, path: Path, found: FoundModel) -> None:
        """Show what of a trained model fits, and on which data; go on with it as a document without a file."""
        from playground.views.dialogs.open_model import OpenModelDialog

        dialog = OpenModelDialog(found, self._themes, self._window)
        accepted = dialog.exec() == OpenModelDialog.DialogCode.Accepted
        placement = dialog.placement
        dialog.deleteLater()
        if accepted and placement is not None and placement.experiment is not None:
            self._preferences.add_recent_file(path)
            self._load(placement.experiment, placement.state)

    def _read(self, path: Path) -> Loaded | None:
        """Contents of a file; None after a sentence for the user, or where the user gave up."""
        return self._attempt(path, lambda: self._opener.read(path))

    def _attempt(self, path: Path, read: Callable[[], T]) -> T | None:
        if self._faults is not None:
            self._faults.close()
        try:
            return read()
        except OSError as error:
            self._preferences.remove_recent_file(path)
            self.message_requested.emit(f"{path.name} cannot be opened: {error_reason(error)}")
        except ValueError as error:
            if len(faults := getattr(error, "faults", ())) > 1:
                self._show_faults(path, faults)
            else:
                self.message_requested.emit(str(error))
        return None

    def _show_faults(self, path: Path, faults: Sequence[str]) -> None:
        """All that is wrong with a file, in a list that stays while it is mended."""
        more = [f"and {len(faults) - _MAX_FAULTS} more"] if len(faults) > _MAX_FAULTS else []
        listed = "\n\n".join([*faults[:_MAX_FAULTS], *more])
        made = Question(self._window, f"{path.name} cannot be opened: it has {len(faults)} faults.", listed)
        made.setTextFormat(Qt.TextFormat.PlainText)
        made.setModal(False)
        made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        made.destroyed.connect(self._forget_faults)
        self._faults = made
        made.show()

    def _forget_faults(self) -> None:
        self._faults = None

    def _load(
        self,
        experiment: Experiment,
        checkpoint: TrainerState | None,
        asides: Asides = (),
        path: Path | None = None,
        stamp: str | None = None,
    ) -> None:
        self._session.pause()
        self.saver.set_file_content(experiment, checkpoint)
        self._document.load(experiment, path, stamp, checkpoint=checkpoint, asides=asides)

    def _on_saved(self) -> None:
        path = self._document.path
        # Writing the preferences takes 20 ms.
        if path is not None and list(self._preferences.recent_files[:1]) != [str(path)]:
            self._preferences.add_recent_file(path)


def _with_data_of(on_file: Experiment, kept: Experiment) -> Experiment:
    """`kept`, an autosave, which holds no data, with those of the project that it belongs to."""
    embedded = getattr(on_file.dataset, "embedded", None)
    if embedded is None or getattr(kept.dataset, "embedded", None) is not None:
        return kept
    if not (on_file.dataset.same_samples(kept.dataset) or _holds_columns_of(on_file.dataset, kept.dataset)):
        return kept
    return kept.replace(dataset=kept.dataset.replace(embedded=embedded))


def _holds_columns_of(on_file: Dataset, kept: Dataset) -> bool:
    """Whether the table in a project has what an autosave learns, which may be other columns of the same file."""
    if not isinstance(on_file, TableFile) or not isinstance(kept, TableFile) or on_file.embedded is None:
        return False
    return bool(kept.sha256) and kept.sha256 == on_file.sha256 and not kept.choice.fault(on_file.embedded)


def holds_data(path: Path) -> bool:
    """Whether a file or folder is imported: a table, a text or images; a model's file is none."""
    from core.formats import holds_model

    is_data = path.is_dir() or is_table(path) or path.suffix.lower() in IMAGE_SUFFIXES
    return is_data and not holds_model(path)


def _dropped_file(event: QDropEvent) -> Path | None:
    """The single dragged folder or file that could be opened, a file by its suffix."""
    urls = event.mimeData().urls()
    if len(urls) != 1 or not urls[0].isLocalFile():
        return None
    from core.formats import MODEL_READERS

    path = Path(urls[0].toLocalFile())
    models = (kind.suffix for kind in MODEL_READERS)
    known = table_suffix(path) in (*TABLE_SUFFIXES, *_PROJECTS, *models)
    return path if known or path.is_dir() else None


def _filter() -> str:
    """Files in the dialog that opens one. The readers are imported here: they are no part of a start."""
    from core.formats import MODEL_READERS

    models = " ".join(f"*{kind.suffix}" for kind in MODEL_READERS if kind.suffix != SUFFIX)
    data = " ".join(f"*{suffix}" for suffix in TABLE_SUFFIXES)
    return (
        f"All that can be opened (*{SUFFIX} *.json *{LESSON_SUFFIX} {models} {data});;NumpyNet project (*{SUFFIX});;"
        f"Models ({models});;Experiment (*.json);;Lesson (*{LESSON_SUFFIX});;Data ({data});;All files (*)"
    )
