"""The dock with the pad for drawing an image; images of the user's own come with data that can be drawn."""

from __future__ import annotations

from PySide6.QtCore import Qt

from playground.training.snapshot_rate import Turn
from playground.views.draw import DrawPanel
from playground.window.panels.panels import DOCKS, DockRow, PanelWindow


def _connect(window: PanelWindow, panel: DrawPanel) -> None:
    inspection, panels = window.context.session.inspection, window.panels
    panel.drawing_changed.connect(inspection.show_drawing)
    panel.sample_requested.connect(lambda: panel.put_sample(inspection.state.sample))
    panel.close_requested.connect(panels.drawing_dock.hide)
    panels.strip.draw_requested.connect(panels.show_drawing)
    panels.canvas.draw_requested.connect(panels.show_drawing)


DOCKS.register(
    DockRow(
        "draw",
        "Draw",
        Qt.DockWidgetArea.RightDockWidgetArea,
        40,
        make=lambda panels, dock: DrawPanel(panels.themes, dock),
        turn=Turn.EACH,
        behind="output",
        # Image data open it; even briefly shown, it would grow the window beyond small screens.
        is_open=False,
        connect=_connect,
    )
)
