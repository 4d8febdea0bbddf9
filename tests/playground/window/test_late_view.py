"""Views that are made when they are first asked for, and what they show then."""

from __future__ import annotations

from unittest.mock import Mock

from playground.window.late_view import LateView


def test_a_view_is_made_once_and_connected_in_order() -> None:
    made, calls = Mock(), Mock()
    late = LateView(lambda: made)
    late.when_made(calls.first)
    late.when_made(calls.second)
    late.show_snapshot(Mock())
    late.clear()
    assert not late.is_made
    assert not late.is_visible
    assert late.view is late.view is made
    late.when_made(calls.third)
    assert [call[0] for call in calls.mock_calls] == ["first", "second", "third"]
    assert not made.clear.called
    late.show_data(data := Mock())
    made.show_data.assert_called_once_with(data)
