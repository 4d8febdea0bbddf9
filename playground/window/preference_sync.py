"""Apply preferences at start and on every change, and store changes made in the window."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import partial
from typing import cast

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction

from core.data.datasets import Painted
from playground.commands.actions import retint
from playground.model.preferences import Preferences
from playground.model.training_speed import DEFAULT_SPEED, FULL_SPEED
from playground.training.session import TrainingSession
from playground.views.theme.colors import Theme
from playground.views.theme.theme import Mode, ThemeSource
from playground.window.panels import Panels


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
        microscope = panels.microscope_dock
        microscope.docked_changed.connect(partial(setattr, preferences, "microscope_docked"))

    def restore(self) -> None:
        """Apply all stored preferences."""
        self._panels.microscope_dock.opens_docked = self._preferences.microscope_docked
        for name in (
            "show_test_points",
            "discretize",
            "speed",
            "timeline_megabytes",
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
        self._panels.training_bar.set_speed(chosen)
        self._session.set_speed(chosen)

    def follow(self, name: str) -> None:
        """Apply a preference that was changed elsewhere."""
        preferences, panels = self._preferences, self._panels
        if name == "theme_mode":
            self._themes.mode = cast(Mode, preferences.theme_mode)
        elif name == "speed":
            panels.training_bar.set_speed(preferences.speed)
            self._session.set_speed(preferences.speed)
        elif name == "engine":
            self._session.set_engine(preferences.engine)
        elif name == "timeline_megabytes":
            self._session.timeline.memory_limit = preferences.timeline_megabytes * 1_000_000
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
