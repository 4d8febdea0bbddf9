"""The drawing panel's dock, and its connections with the window."""

from __future__ import annotations

from typing import Final, cast

from PySide6.QtCore import Qt

from playground.plugin import DockRow, PluginWindow, Turn, WindowController, allow
from playground.plugins.draw.panel import DrawPanel

DOCK: Final = DockRow(
    "draw",
    "Draw",
    Qt.DockWidgetArea.RightDockWidgetArea,
    40,
    make=lambda panels, dock: DrawPanel(panels.themes, dock),
    turn=Turn.EACH,
    behind="output",
    # Image data open it; even briefly shown, it would grow the window beyond small screens.
    is_open=False,
)


def docks() -> tuple[DockRow, ...]:
    return (DOCK,)


class DrawController(WindowController):
    """Shows the pad with data that can be drawn, and puts it away with others."""

    def __init__(self, window: PluginWindow) -> None:
        super().__init__(window.context)
        self._panels, self._action = window.panels, window.actions_by_name[DOCK.kind]
        self.dock = self._panels.dock(DOCK.kind)
        panel = self.panel = cast(DrawPanel, self.dock.widget())
        inspection = self._session.inspection
        panel.drawing_changed.connect(inspection.show_drawing)
        panel.sample_requested.connect(lambda: panel.put_sample(inspection.state.sample))
        panel.close_requested.connect(self.dock.hide)
        panel.possible_changed.connect(self._allow)
        inspection.sample_chosen.connect(panel.leave_network)
        for asking in (self._panels.strip, self._panels.canvas):
            asking.draw_requested.connect(self.show)
        self._panels.strip.draws = self._panels.canvas.scene.field.pixel_tools.draws = True
        self._panels.restored.connect(lambda: self._allow(panel.possible))

    def show(self) -> None:
        """Raise the pad and focus it."""
        if self.panel.possible:
            self.dock.show()
            self.dock.raise_()
            self.panel.pad.setFocus(Qt.FocusReason.OtherFocusReason)

    def _allow(self, possible: bool) -> None:
        allow(self._action, possible, "Drawing needs a dataset of images")
        if self._panels.allow(DOCK.kind, possible):
            self.message_requested.emit("The panel Draw is closed: it comes back with images")
