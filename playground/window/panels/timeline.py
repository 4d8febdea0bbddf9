"""The dock with the moments of the run; `TimelineController` connects it."""

from __future__ import annotations

from PySide6.QtCore import Qt

from playground.views.timeline import TimelinePanel
from playground.window.panels.panels import DOCKS, DockRow

DOCKS.register(
    DockRow(
        "timeline",
        "Timeline",
        Qt.DockWidgetArea.BottomDockWidgetArea,
        50,
        make=lambda panels, dock: TimelinePanel(panels.themes, panels.actions, dock),
        shows_figures=True,
    )
)
