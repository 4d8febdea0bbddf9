"""What the window says of the training and of the document: results, rates, title, status line, actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QMainWindow

from core.experiment.embedded_data import can_embed
from playground.commands.file_commands import FileController
from playground.model.document import Document
from playground.training.session import TrainingSession
from playground.training.state import TrainingState
from playground.views.status_bar import StatusLine
from playground.window.pages import Pages
from playground.window.panels import Panels


class TrainingDisplay(QObject):
    """Updates results, rates and messages from the session's state; `TrainingTarget` shows the state itself."""

    def __init__(
        self, session: TrainingSession, panels: Panels, show_message: Callable[[str], None], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session, self._panels, self._show_message = session, panels, show_message
        session.state_changed.connect(self._show_state)
        session.stopped.connect(self._show_stop)
        session.lock_changed.connect(self._show_blocked)

    def _show_state(self, state: TrainingState) -> None:
        panels, message = self._panels, self._session.message
        self._show_blocked()
        if state is not TrainingState.RUNNING:
            panels.status.show_rates(0.0, 0.0)
        if state is TrainingState.FAILED:
            self._show_message(message)
        elif state is TrainingState.BLOCKED:
            panels.canvas.scene.refresh_problems()

    def _show_blocked(self) -> None:
        is_blocked = self._session.state is TrainingState.BLOCKED
        why = "The network cannot run yet" if is_blocked else self._session.lock
        self._panels.results.show_blocked(why)

    def _show_stop(self, sentence: str) -> None:
        """Show the sentence, and keep it in the status line."""
        self._show_message(sentence)
        if self._session.state in (TrainingState.IDLE, TrainingState.PAUSED):
            self._panels.status.show_state(self._session.state.value, sentence)


class DocumentDisplay(QObject):
    """Updates title, status line and actions from the document."""

    def __init__(
        self,
        document: Document,
        files: FileController,
        status: StatusLine,
        title: QLabel,
        actions: Mapping[str, QAction],
        pages: Pages,
        window: QMainWindow,
    ) -> None:
        super().__init__(window)
        self._document, self._status, self._title = document, status, title
        self._actions, self._pages, self._window = actions, pages, window
        self._saved_at: float | None = None
        self._saved_note = self._lesson = ""
        document.experiment_changed.connect(self.show_document)
        document.selection_changed.connect(self._show_selection)
        pages.changed.connect(self._show_selection)
        document.file_changed.connect(self._show_file)
        document.replaced.connect(self._forget_saved)
        saver = files.saver
        saver.saved.connect(self._show_saved)
        saver.started.connect(status.begin_saving)
        saver.asking.connect(status.end_saving)
        saver.progressed.connect(status.saving.show_share)
        saver.ended.connect(status.end_saving)
        status.cancel_requested.connect(saver.cancel)

    def show_lesson(self, title: str) -> None:
        """Show the title of a lesson, whatever its data are called; "" for none."""
        self._lesson = title
        self._show_file()

    def show_document(self) -> None:
        """Update everything."""
        self._status.show_experiment(self._document.experiment)
        self._show_file()
        self._show_selection()

    def _show_selection(self, *_: object) -> None:
        count, address = len(self._document.experiment.layers), self._document.address
        # The menu's commands are on layers of the stack; inside a block its cards' keys and menus do the same.
        index = address if isinstance(address, int) else -1
        # Layers that nobody sees must not be deleted by a key that was meant for another page.
        shown = self._pages.current == "build"
        layer = shown and 0 <= index < count
        for name, possible in (
            *((name, shown) for name in ("cut", "copy", "paste", "select_all")),
            ("delete_layer", layer),
            ("duplicate_layer", layer),
            ("move_layer_left", layer and index > 0),
            ("move_layer_right", layer and index < count - 1),
        ):
            self._actions[name].setEnabled(possible)

    def _show_file(self) -> None:
        document = self._document
        label = document.experiment.dataset.label
        path = document.path
        name = (self._lesson or document.experiment.name) if path is None else path.name
        # The file still holds the data before: its name alone would say that these are in it.
        first, then = (label, f"not yet in {name}") if document.has_other_data else (name, label)
        of = "" if label == name else f" · {then}"
        self._title.setText(f"{first}{of if document.has_other_data else ''} — NumpyNet Playground")
        self._window.setWindowTitle(f"{first}[*]{of} — NumpyNet Playground")
        self._window.setWindowModified(document.unsaved)
        self._status.show_file(document.path, document.unsaved, self._saved_at, self._saved_note)
        embed_data = self._actions["embed_data"]
        embed_data.setEnabled(can_embed(document.experiment.dataset))
        embed_data.setChecked(document.embeds_data)

    def _forget_saved(self) -> None:
        # Another document was saved then.
        self._saved_at, self._saved_note = None, ""

    def _show_saved(self, moment: float, note: str) -> None:
        self._saved_at, self._saved_note = moment, note
        self._show_file()
