"""The page "Build": a window within the window, for docks that other pages do not have."""

from __future__ import annotations

from PySide6.QtCore import QChildEvent, QEvent
from PySide6.QtWidgets import QMainWindow, QTabBar, QWidget


class DockHost(QMainWindow):
    """Holds the docks and the network in their middle."""

    def __init__(self, parent: QWidget) -> None:
        # A QMainWindow is a window whatever its flags say, until it gets a parent.
        super().__init__()
        self.setParent(parent)
        self.setObjectName("build_page")
        self.setDockOptions(QMainWindow.DockOption.AllowNestedDocks | QMainWindow.DockOption.AllowTabbedDocks)

    def childEvent(self, event: QChildEvent) -> None:
        super().childEvent(event)
        # Qt creates the tab bar of docks that share a position when needed.
        if event.type() == QEvent.Type.ChildPolished and isinstance(tabs := event.child(), QTabBar):
            tabs.setAccessibleName("Panels")
            tabs.setToolTip("Choose the panel to see here.")
