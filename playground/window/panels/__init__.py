"""The panels of the window: each dock declares itself in a module of this package, or in a plug-in."""

from core.spec import import_modules
from playground.plugins import PLUGINS
from playground.window.panels.panels import DOCKS, DockRow, Panels, PanelWindow

__all__ = ["DOCKS", "DockRow", "PanelWindow", "Panels"]

import_modules(__name__)
PLUGINS.each("docks", DOCKS.register)
