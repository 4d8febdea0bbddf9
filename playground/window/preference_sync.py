"""Keep the window's layout; apply preferences at start and on every change, and store changes made in the window."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import cast

from PySide6.QtCore import QByteArray, QObject, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMainWindow, QStyle, QWidget

from core.data.datasets import Painted
from playground.commands.actions import retint
from playground.model.preferences import Preferences
from playground.model.training_speed import DEFAULT_SPEED, FULL_SPEED
from playground.training.session import TrainingSession
from playground.views.theme.colors import Theme
from playground.views.theme.theme import Mode, ThemeSource
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
    if any(host.restoreState(state, version) for version in (_STATE_VERSION, _STATE_WITHOUT_PAD)):
        panels.put_missing(preferences.window_state)
    panels.sizes.moved.update(preferences.moved_dividers)
    panels.restored.emit()


def store_geometry(window: QWidget, panels: Panels, preferences: Preferences) -> None:
    """Store what `restore_geometry` needs."""
    preferences.store(
        {
            "window_geometry": bytes(window.saveGeometry().data()),
            "moved_dividers": tuple(sorted(panels.sizes.moved)),
            "window_state": bytes(panels.host.saveState(_STATE_VERSION).data()),
        }
    )


class PreferenceSync(QObject):
    """Synchronizes theme, speed, motion and output options with the preferences."""

    def __init__(
        self,
        preferences: Preferences,
        session: TrainingSession,
        themes: ThemeSource,
        panels: Panels,
        actions: Mapping[str, QAction],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._preferences, self._session, self._themes = preferences, session, themes
        self._panels, self._actions = panels, actions
        self._watched_speed = preferences.speed
        panels.training_bar.speed_chosen.connect(self._choose_speed)
        themes.theme_changed.connect(self.show_theme)
        output = panels.output
        output.test_points.toggled.connect(partial(setattr, preferences, "show_test_points"))
        output.discretize.toggled.connect(partial(setattr, preferences, "discretize"))
        panels.side.data.gallery.painted_left.connect(self._keep_painted)

    def restore(self) -> None:
        """Apply all stored preferences."""
        for name in (
            "show_test_points",
            "discretize",
            "speed",
            "reduced_motion",
            "engine",
        ):
            self.follow(name)
        if self._preferences.painted:
            # Another program may have written them.
            with suppress(ValueError):
                self._panels.side.data.gallery.offer(Painted.from_bytes(self._preferences.painted))

    def _keep_painted(self, painted: Painted) -> None:
        self._preferences.painted = painted.to_bytes()

    def toggle_full_speed(self) -> None:
        """Train at full speed, or at the speed before it; what holds at the next start stays."""
        speed = self._panels.training_bar.speed.current
        if speed != FULL_SPEED:
            self._watched_speed = speed
        watched = DEFAULT_SPEED if self._watched_speed == FULL_SPEED else self._watched_speed
        chosen = watched if speed == FULL_SPEED else FULL_SPEED
        self.show_speed(chosen)

    def show_speed(self, key: str) -> None:
        """Train at this speed, without keeping it; "": at the one that is kept."""
        self._panels.training_bar.set_speed(key or self._preferences.speed)
        self._session.set_speed(key or self._preferences.speed)

    def follow(self, name: str) -> None:
        """Apply a preference that was changed elsewhere."""
        preferences, panels = self._preferences, self._panels
        if name == "theme_mode":
            self._themes.mode = cast(Mode, preferences.theme_mode)
        elif name == "speed":
            self.show_speed("")
        elif name == "engine":
            self._session.set_engine(preferences.engine)
        elif name == "show_test_points":
            panels.output.test_points.setChecked(preferences.show_test_points)
        elif name == "discretize":
            panels.output.discretize.setChecked(preferences.discretize)
        elif name == "reduced_motion":
            panels.canvas.scene.field.set_reduced_motion(preferences.reduced_motion)

    def show_theme(self, theme: Theme) -> None:
        """Draw the actions' icons in the theme's colours, and store the theme."""
        retint(self._actions, theme)
        self._preferences.theme_mode = self._themes.mode

    def _choose_speed(self, key: str) -> None:
        self._preferences.speed = key
        self._session.set_speed(key)
