"""The inspectors of the window: the gallery of mistakes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.training.snapshot_rate import Turn
from playground.window.panels.panels import INSPECTORS, InspectorRow, Panels, PanelWindow

if TYPE_CHECKING:
    from playground.views.mistakes import MistakesGallery


def _make_mistakes(panels: Panels) -> MistakesGallery:
    from playground.views.mistakes import MistakesGallery

    return MistakesGallery(panels.document, panels.themes, panels.window)


def _connect_mistakes(window: PanelWindow, view: MistakesGallery) -> None:
    session = window.context.session
    session.predictions_ready.connect(view.show_predictions)
    view.predictions_requested.connect(session.predict_part)
    session.past.map_taken.connect(view.show_map)
    session.past.map_progressed.connect(view.show_map_progress)
    view.map_requested.connect(session.past.make_map)
    view.sample_chosen.connect(window.inspection.show_sample)
    view.closed.connect(window.inspection.mark_sample)
    view.addActions([window.actions_by_name[name] for name in ("play", "undo", "redo")])
    window.exports.add_picture_menu("mistakes_picture", view.sheet)


INSPECTORS.register(InspectorRow("mistakes", 20, Turn.OTHERS, _make_mistakes, _connect_mistakes))
