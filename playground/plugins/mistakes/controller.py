"""The gallery's window: made when it is first opened, by a command or a cell of the confusion matrix."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from playground.plugin import PLUGINS, LateView, PluginWindow, Turn, Viewer, WindowController

if TYPE_CHECKING:
    from playground.plugins.mistakes.gallery import MistakesGallery


class MistakesController(WindowController):
    """Opens the gallery, and gives it the predictions and maps that it asks for."""

    def __init__(self, window: PluginWindow) -> None:
        super().__init__(window.context)
        self._main, self.late = window, LateView(self._make)
        window.panels.viewers += (Viewer(self.late, Turn.OTHERS, marks_sample=True),)
        window.panels.results.confusion.mistakes_requested.connect(self.show)
        window.panels.results.confusion.opens_mistakes = True

    @property
    def view(self) -> MistakesGallery:
        """Made if necessary."""
        return self.late.view

    @property
    def sheet(self) -> QWidget | None:
        """What its picture shows; None before it is made."""
        return self.view.sheet if self.late.is_made else None

    def show(self, true: int | None = None, predicted: int | None = None) -> None:
        """Open the mistakes of a cell of the confusion matrix; None is any class."""
        self.view.open_cell(true, predicted)

    def _make(self) -> MistakesGallery:
        from playground.plugins.mistakes.gallery import MistakesGallery

        window, session = self._main, self._session
        view = MistakesGallery(self._document, self._themes, self._window)
        session.predictions_ready.connect(view.show_predictions)
        view.predictions_requested.connect(session.predict_part)
        session.past.map_taken.connect(view.show_map)
        session.past.map_progressed.connect(view.show_map_progress)
        view.map_requested.connect(session.past.make_map)
        view.sample_chosen.connect(window.inspection.show_sample)
        if (note_look := PLUGINS.given("note_look")) is not None:
            view.sample_chosen.connect(partial(note_look, window, "mistake"))
        view.closed.connect(window.inspection.mark_sample)
        view.addActions([window.actions_by_name[name] for name in ("play", "undo", "redo")])
        window.panels.pictured.emit("mistakes_picture", view.sheet)
        return view
