"""Store and restore the window's geometry and docks between sessions."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtWidgets import QMainWindow, QStyle

from playground.model.preferences import Preferences
from playground.window.panels import Panels

_STATE_VERSION = 2
# Before the drawing pad existed.
_STATE_WITHOUT_PAD = 1
_WIDTH_PX, _HEIGHT_PX = 1440, 900


def restore_geometry(window: QMainWindow, panels: Panels, preferences: Preferences) -> None:
    """Restore the window's position, or centre it; restore the docks, or use their initial layout."""
    panels.restore()
    if not window.restoreGeometry(QByteArray(preferences.window_geometry)):
        available = window.screen().availableGeometry()
        window.resize(min(_WIDTH_PX, available.width()), min(_HEIGHT_PX, available.height()))
        direction, middle = Qt.LayoutDirection.LeftToRight, Qt.AlignmentFlag.AlignCenter
        window.setGeometry(QStyle.alignedRect(direction, middle, window.size(), available))
    state = QByteArray(preferences.window_state)
    host = panels.host
    if not host.restoreState(state, _STATE_VERSION) and host.restoreState(state, _STATE_WITHOUT_PAD):
        panels.place_drawing()
    panels.sizes.moved.update(preferences.moved_dividers)


def store_geometry(window: QMainWindow, panels: Panels, preferences: Preferences) -> None:
    """Store what `restore_geometry` needs."""
    preferences.store(
        {
            "window_geometry": bytes(window.saveGeometry().data()),
            "moved_dividers": tuple(sorted(panels.sizes.moved)),
            "window_state": bytes(panels.host.saveState(_STATE_VERSION).data()),
        }
    )
