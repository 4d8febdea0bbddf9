"""What was asked or found with other data is gone after a click on data, and what ends by that says so."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from tests.playground.driving import choose
from tests.playground.test_other_data import Make, at_rest, other_data
from tests.playground.window.trained_windows import small, toasts, wait_for


def test_the_fog_is_off_and_says_so(make: Make, qtbot: QtBot) -> None:
    window = make(small())
    choose(window, "View", "Doubt")
    at_rest(window, qtbot)
    assert "fog" in str(window.session.inspection.state.parts)
    other_data(window)
    assert "fog" not in str(window.session.inspection.state.parts)
    assert not window.actions_by_name["fog"].isChecked()
    wait_for(qtbot, lambda: "The fog of doubt is off: it was that of the network before" in toasts(window))
