"""A page of the window, and what the training bar shows and drives while it is in front."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Protocol

from PySide6.QtCore import Signal, SignalInstance
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QWidget

from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.inspect.snapshot import Snapshot
from playground.commands.window_controller import WritingController
from playground.training.state import TrainingState


class Driven(Protocol):
    """A training that Space and the buttons of the bar drive."""

    def toggle(self) -> None: ...
    def step_batch(self) -> None: ...
    def step_epoch(self) -> None: ...
    def step_epochs(self, count: int) -> None: ...
    def reset(self) -> None: ...
    def reset_with_new_seed(self) -> None: ...


class ShowsRun(Protocol):
    """What draws the document's training, and earlier moments of it."""

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
    """What was chosen is to be seen on the page Build."""
    status_changed = Signal()
    """`bar_state`, `status` or `lanes` changed."""
    moved = Signal()
    """`snapshot` is another one."""

    sets_training: ClassVar[bool] = True
    """Whether the bar's fields and speed are those of what is driven."""

    @property
    def widget(self) -> QWidget:
        """The page."""
        raise NotImplementedError

    @property
    def undo_stack(self) -> QUndoStack:
        """What Ctrl+Z takes back while the page is shown."""
        return self._document.undo_stack

    @property
    def driven(self) -> Driven:
        """What the keys and buttons drive."""
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

    def close(self) -> None:
        """End threads and processes."""
