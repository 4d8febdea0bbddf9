"""The window's size, place and docks, kept from one start to the next."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, Qt
from PySide6.QtWidgets import QMainWindow, QStyle

from playground.model.preferences import Preferences
from playground.window.panels import Panels

__all__ = ["restore_geometry", "store_geometry"]

_STATE_VERSION = 2
# Before there was a pad for drawing.
_STATE_WITHOUT_PAD = 1
_WIDTH_PX, _HEIGHT_PX = 1440, 900


def restore_geometry(window: QMainWindow, panels: Panels, preferences: Preferences) -> None:
    """Where the window was, or in the middle of the screen; the docks where they were, or where they belong."""
    panels.restore()
    if not window.restoreGeometry(QByteArray(preferences.window_geometry)):
        available = window.screen().availableGeometry()
        window.resize(min(_WIDTH_PX, available.width()), min(_HEIGHT_PX, available.height()))
        direction, middle = Qt.LayoutDirection.LeftToRight, Qt.AlignmentFlag.AlignCenter
        window.setGeometry(QStyle.alignedRect(direction, middle, window.size(), available))
    state = QByteArray(preferences.window_state)
    if not window.restoreState(state, _STATE_VERSION) and window.restoreState(state, _STATE_WITHOUT_PAD):
        panels.place_drawing()


def store_geometry(window: QMainWindow, preferences: Preferences) -> None:
    """Keep what `restore_geometry` needs."""
    preferences.store(
        {
            "window_geometry": bytes(window.saveGeometry().data()),
            "window_state": bytes(window.saveState(_STATE_VERSION).data()),
        }
    )
