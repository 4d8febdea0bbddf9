"""What all controllers of a window are made of, and those of its pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

from platformdirs import user_data_path, user_state_path
from PySide6.QtCore import QObject, Signal, SignalInstance
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QFileDialog, QInputDialog, QWidget

from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.inspect.snapshot import Snapshot
from core.io.atomic_write import atomic_write
from core.io.gate import check, file_name, has_suffix, proposed
from core.io.number_text import size_text
from core.io.sentence import error_reason
from playground.commands.project_saver import ask
from playground.model.document import Document
from playground.model.preferences import Preferences
from playground.plugins.plugin import ActionRow
from playground.training.session import TrainingSession
from playground.training.state import TrainingState
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import Toast

if TYPE_CHECKING:
    from playground.views.widgets.page_widget import PartsPage


@dataclass(frozen=True, eq=False)
class WindowContext:
    """A window, and what its commands read and change."""

    document: Document
    session: TrainingSession
    preferences: Preferences
    themes: ThemeSource
    window: QWidget
    data_folder: Path | None = None
    """Where what the window keeps lies; None for the user's own folder."""
    reads: list[Callable[[], Iterable[Path]]] = field(default_factory=list)
    """Each gives files, and folders of files, that something of the window reads, and that nothing may replace."""


class WindowController(QObject):
    """Runs commands of a window, which owns it."""

    message_requested = Signal(str)
    """A sentence for the user: what was done, or why not."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context.window)
        self._document, self._session = context.document, context.session
        self._preferences, self._themes = context.preferences, context.themes
        self._window = context.window

    @property
    def ends(self) -> str:
        """What closing the window would end, as a sentence; "" for nothing that goes on beside the document."""
        return ""

    def close(self) -> None:
        """End what goes on, because the window closes."""

    def escape(self) -> bool:
        """Leave what Esc leaves. Returns whether there was anything."""
        return False

    def refuses(self, row: ActionRow) -> bool:
        """Whether a command may not run now; that is said, then."""
        return False

    def yield_document(self) -> None:
        """Give the document back, because the window is to ask what is unsaved."""

    def _ask_text(self, title: str, question: str, text: str = "") -> str | None:
        """Let the user write or change a text; None if the user gives up."""
        written, good = QInputDialog.getText(self._window, title, question, text=text)
        return written.strip() if good else None

    def _offer_undo(self, told: str, undo: Callable[[], object]) -> None:
        """Say what was done, and take it back if that is asked for within ten seconds."""
        reduced = self._preferences.reduced_motion
        toast = Toast(told, self._window, action="Undo", duration_ms=10_000, reduced_motion=reduced)
        toast.action_requested.connect(undo)

    def _file_to_open(self, title: str, kinds: str) -> Path | None:
        """The file that the user chooses; None if the user gives up."""
        name, _ = QFileDialog.getOpenFileName(self._window, title, self._preferences.dialog_folder, kinds)
        return Path(name) if name else None


class WritingController(WindowController):
    """Writes files that the user chooses, and tells what came of it. What a window writes for its user, it writes."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context)
        self._context = context

    def _named(self, rest: str) -> str:
        """A file's name: that of the experiment, and the rest, such as " curves.csv"."""
        return file_name(self._document.experiment.name) + rest

    def _ask_path(
        self,
        title: str,
        name: str,
        kinds: str,
        *,
        parent: QWidget | None = None,
        saves: bool = False,
        tell: Callable[[str], object] | None = None,
    ) -> Path | None:
        """Path to write; None if the user gives up, or may not write there. `saves`: the document, to any project.

        A name without a suffix gets that of its kind, and then the question is asked whether a file is replaced: Qt's
        own comes before the suffix, about a file that is not meant. `tell` gets the sentence of a refusal.
        """
        path = proposed(Path(self._preferences.dialog_folder) / name, self._reads)
        options = QFileDialog.Option.DontConfirmOverwrite
        chosen, kind = QFileDialog.getSaveFileName(
            parent or self._window, title, str(path), kinds, "", options
        )
        if not chosen:
            return None
        suffix = ".html" if "html" in kind else path.suffix
        found = Path(chosen)
        if not has_suffix(found) or (saves and found.suffix != suffix):
            found = found.with_name(found.name + suffix)
        if not self._may_write(found, parent=parent, saves=saves, tell=tell):
            return None
        self._preferences.last_folder = str(found.parent)
        return found

    def _may_write(
        self,
        *files: Path,
        parent: QWidget | None = None,
        saves: bool = False,
        tell: Callable[[str], object] | None = None,
    ) -> bool:
        """Whether files may be written: never over what is read, and asked first where something stands.

        `tell` gets the sentence of a refusal.
        """
        own = self._document.path
        there = [path for path in files if path.exists() and not (saves and self._asks_itself(path))]
        try:
            for path in files:
                check(path, reads=self._reads, own=None if saves else own)
        except (OSError, ValueError) as error:
            is_place = isinstance(error, OSError)
            reason = f"{path.name} cannot be written: {error_reason(error)}" if is_place else str(error)
            (tell or self.message_requested.emit)(reason)
            return False
        question = f"Replace {' and '.join(path.name for path in there)}?"
        lost = "\n".join(map(_lost_text, there))
        return not there or bool(
            ask(parent or self._window, question, lost, {"replace": "Replace"}, keeps=True)
        )

    def _asks_itself(self, path: Path) -> bool:
        """Whether saving the document there asks what has to be asked."""
        return path == self._document.path

    @property
    def _reads(self) -> list[Path]:
        """The files that the window reads, and the folders of its runs, lessons, sweeps and autosaves."""
        own = [find("numpynet-playground", appauthor=False) for find in (user_data_path, user_state_path)]
        found = [path for read in self._context.reads for path in read()]
        return [*found, *self._document.experiment.dataset.sources, *own]

    def _write(self, path: Path, data: bytes, told: str) -> None:
        """Write a file, and say so: its name and `told`; or why not."""
        try:
            with atomic_write(path) as file:
                file.write(data)
        except OSError as error:
            self.message_requested.emit(f"{path.name} cannot be written: {error_reason(error)}")
        else:
            self.message_requested.emit(f"{path.name} {told}")


def _lost_text(path: Path) -> str:
    """What a file is that would be lost."""
    from playground.views.dialogs.restore import moment_text

    status = path.stat()
    when = moment_text(status.st_mtime, datetime.now())
    return f"{path} has {size_text(status.st_size)}, written {when}. That would be lost."


class Driven(Protocol):
    """A training that Space and the buttons of the bar drive."""

    def toggle(self) -> None: ...
    def step_batch(self) -> None: ...
    def step_epoch(self) -> None: ...
    def step_epochs(self, count: int) -> None: ...
    def reset(self) -> None: ...
    def reset_with_new_seed(self) -> None: ...


class ShowsRun(Protocol):
    """Views of the document's training, and of earlier moments of it."""

    snapshot: Snapshot | None

    @property
    def drawn(self) -> SignalInstance:
        """Carries the Snapshot that the panels show now, or None: they are cleared."""

    @property
    def data(self) -> PreparedData | None:
        """The data of the snapshot."""


class Page(WritingController):
    """Behind a page; made when that is first shown. Unless it says otherwise, the bar is the document's training's."""

    build_requested = Signal()
    """The choice is to be seen on the page Build."""
    status_changed = Signal()
    """`bar_state`, `status` or `lanes` changed."""
    moved = Signal()
    """`snapshot` is another one."""
    front_changed = Signal()
    """`front` is another one."""

    page: QWidget
    sets_training: ClassVar[bool] = True
    """Whether the bar's fields and speed are those of what is driven."""

    @property
    def front(self) -> Page:
        """What is driven, and whose steps are undone: itself, or the one of its parts that is in sight."""
        return self

    @property
    def parts(self) -> Sequence[Page]:
        """Itself, and all that it consists of."""
        return (self,)

    @property
    def undo_stack(self) -> QUndoStack:
        """The step that Ctrl+Z takes back while the page is shown."""
        return self._document.undo_stack

    @property
    def driven(self) -> Driven:
        """Target of the keys and buttons."""
        return self._session

    @property
    def bar_state(self) -> str:
        """The state that the buttons show."""
        state = self._session.state
        return "idle" if state is TrainingState.BLOCKED else state.value

    @property
    def status(self) -> tuple[str, str]:
        """State and words for the status bar."""
        return self._session.state.value, self._session.message

    @property
    def lanes(self) -> Sequence[Experiment]:
        """The experiments that are driven side by side, where it is not the document's."""
        return ()

    @property
    def snapshot(self) -> Snapshot | None:
        """The latest one of what is driven, where it is not the document's training."""
        return None

    def enter(self) -> None:
        """It comes to the front."""

    def leave(self) -> None:
        """It leaves the front."""


class FollowingPage(Page):
    """Follows the training, the timeline and the chosen sample while it is in front, with the parts of its widget."""

    page: PartsPage
    viewer: ClassVar[str]
    """Names what it asks for among that of other viewers."""

    def __init__(
        self, context: WindowContext, shown: ShowsRun, page: PartsPage, show_sample: Callable[[int], None]
    ) -> None:
        super().__init__(context)
        self._shown, self.page, self._is_front = shown, page, False
        self._data: PreparedData | None = None
        shown.drawn.connect(self._show)
        page.parts_changed.connect(self._ask)
        page.row_chosen.connect(show_sample)
        page.csv_requested.connect(self._save_csv)

    def enter(self) -> None:
        self._is_front = True
        self._show(self._shown.snapshot)
        self._ask()

    def leave(self) -> None:
        self._is_front = False
        self._session.inspection.show_parts(self.viewer, {})

    def _ask(self) -> None:
        if self._is_front:
            self._session.inspection.show_parts(self.viewer, self.page.parts)

    def _show(self, snapshot: Snapshot | None) -> None:
        data = self._shown.data
        if snapshot is None or data is None or (not self._is_front and data is not self._data):
            # What is behind keeps no data that were replaced.
            if self._data is not None:
                self._data = None
                self.page.clear()
        elif self._is_front:
            if data is not self._data:
                self._data = data
                self.page.show_data(data)
                self._on_data()
            self.page.show_snapshot(snapshot)

    def _on_data(self) -> None:
        """`_data` are others, and shown."""

    def _save_csv(self) -> None:
        """Write what is shown as a table."""
