"""The panels of the window: each dock and each inspector declares itself in a module of this package."""

from core.spec import import_modules
from playground.plugins import PLUGINS
from playground.window.panels.panels import DOCKS, INSPECTORS, DockRow, InspectorRow, Panels, PanelWindow

__all__ = ["DOCKS", "INSPECTORS", "DockRow", "InspectorRow", "PanelWindow", "Panels"]

import_modules(__name__)
PLUGINS.each("docks", DOCKS.register)
