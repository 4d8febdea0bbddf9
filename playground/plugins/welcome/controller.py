"""What the first start of all shows."""

from __future__ import annotations

from playground.plugin import PluginWindow, TrainingState
from playground.window.preference_sync import store_geometry


def greet(window: PluginWindow) -> None:
    """Show the simple view, and one line that says what to do."""
    session, preferences = window.context.session, window.context.preferences
    # Whatever ends the program, the next start is not the first one.
    store_geometry(window.context.window, window.panels, preferences)
    window.show_simple(True)
    window.panels.show_hint(
        "Press Play, then add a neuron.",
        lambda: session.state is TrainingState.RUNNING or not preferences.simple,
        session.state_changed,
        preferences.changed,
    )
