"""The dock with the results; the doctor is one of its tabs."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt

from playground.training.snapshot_rate import Turn
from playground.views.results import ResultsPanel
from playground.window.panels.panels import DOCKS, DockRow, PanelWindow


def _connect(window: PanelWindow, panel: ResultsPanel) -> None:
    panels = window.panels
    panel.confusion.mistakes_requested.connect(panels.show_mistakes)
    panel.parts_requested.connect(partial(window.context.session.inspection.show_parts, "results"))
    panel.save_requested.connect(partial(window.exports.open, "curves_table"))
    panels.doctor.findings_changed.connect(panels.badge.show_findings)
    panels.badge.clicked.connect(panels.show_doctor)


DOCKS.register(
    DockRow(
        "results",
        "Results",
        Qt.DockWidgetArea.RightDockWidgetArea,
        30,
        make=lambda panels, dock: ResultsPanel(panels.themes, dock, document=panels.document),
        turn=Turn.OTHERS,
        shows_figures=True,
        below="output",
        connect=_connect,
    )
)
