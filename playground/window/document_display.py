"""Show the document's name, saved state, and the actions for the selected layer."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QMainWindow

from core.experiment.embedded_data import can_embed
from playground.commands.file_commands import FileController
from playground.model.document import Document
from playground.views.status_bar import StatusLine
from playground.window.pages import Pages


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
        self._saved_note = ""
        document.experiment_changed.connect(self.show_document)
        document.selection_changed.connect(self._show_selection)
        pages.changed.connect(lambda _: self._show_selection(document.selected))
        document.file_changed.connect(self._show_file)
        document.replaced.connect(self._forget_saved)
        saver = files.saver
        saver.saved.connect(self._show_saved)
        saver.started.connect(status.begin_saving)
        saver.progressed.connect(status.show_saving)
        saver.ended.connect(status.end_saving)
        status.cancel_requested.connect(saver.cancel)

    def show_document(self) -> None:
        """Update everything."""
        self._status.show_experiment(self._document.experiment)
        self._show_file()
        self._show_selection(self._document.selected)

    def _show_selection(self, selected: int | None) -> None:
        count = len(self._document.experiment.layers)
        index = -1 if selected is None else selected
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
        name = document.experiment.name if document.path is None else document.path.name
        self._title.setText(f"{name} — NumpyNet Playground")
        of = "" if label == name else f" · {label}"
        self._window.setWindowTitle(f"{name}[*]{of} — NumpyNet Playground")
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
