"""Every control can be hidden and shown."""

from __future__ import annotations

from playground.window.control_visibility import HiddenControls
from playground.window.main_window import MainWindow
from playground.window.preference_sync import restore_geometry, store_geometry
from tests.playground.window.test_control_visibility import places_in


def test_a_lesson_shows_some_alone_and_what_was_closed_stays_closed(window: MainWindow) -> None:
    panels, places = window.panels, places_in(window)
    panels.dock("timeline").hide()
    seen = {name: [each.isVisibleTo(window) for each in found] for name, found in places.items()}
    window.preferences.hidden_controls = ("status",)
    window.hidden.show_only(("play", "output", "palette", "status"))
    for name, found in places.items():
        assert any(each.isVisibleTo(window) for each in found) is (name in ("play", "output", "palette")), (
            name
        )
    # No holes: neither an empty column nor the heading of a group that is not there.
    assert not panels.side_dock.isVisible()
    window.hidden.show_only(("play", "layer"))
    assert panels.side_dock.isVisible()
    assert not panels.side.data.isVisible()
    window.hidden.show_only(())
    window.preferences.hidden_controls = ()
    assert {name: [each.isVisibleTo(window) for each in found] for name, found in places.items()} == seen


def test_the_simple_view_stores_the_places_of_the_full_one(window: MainWindow) -> None:
    window.show_simple(True)
    assert window.panels.dock("timeline").isHidden()
    window.hidden.release()
    assert not window.panels.dock("timeline").isHidden()
    store_geometry(window, window.panels, window.preferences)
    restore_geometry(window, window.panels, window.preferences)
    again = HiddenControls(window.panels, window)
    assert window.panels.dock("timeline").isHidden()
    window.preferences.simple = False
    assert not window.panels.dock("timeline").isHidden()
    again.release()
