"""Who draws the next picture: all, or some of the views in turn."""

from __future__ import annotations

from playground.window.redraw_scheduler import Turns

GROUPS = (("plot",), ("canvas", "strip"), ("plot",), ("curves",))
ALL = ("plot", "canvas", "strip", "curves")
DEAR, CHEAP = 0.003, 0.001
"""What each view takes, in seconds."""


def draw(turns: Turns[str], pictures: int, seconds: float) -> list[tuple[str, ...]]:
    """Draw so many pictures, each view in `seconds`; returns who drew them."""
    drawn = []
    for _ in range(pictures):
        views = turns.next()
        turns.note(views, seconds * len(views))
        drawn.append(views)
    return drawn


def test_all_draw_every_picture_while_that_is_cheap() -> None:
    assert draw(Turns(GROUPS), 100, CHEAP) == [ALL] * 100


def test_dear_views_take_turns_in_the_order_of_the_groups() -> None:
    turns = Turns(GROUPS)
    assert draw(turns, 15, DEAR) == [ALL] * 15
    assert draw(turns, 100, DEAR) == [*GROUPS] * 25


def test_single_late_pictures_begin_no_turns() -> None:
    turns = Turns(GROUPS)
    for _ in range(20):
        assert draw(turns, 5, CHEAP) == [ALL] * 5
        assert draw(turns, 3, 0.1) == [ALL] * 3


def test_turns_end_when_all_together_have_become_cheap() -> None:
    turns = Turns(GROUPS)
    draw(turns, 15, DEAR)
    assert ALL not in draw(turns, 40, DEAR)
    drawn = draw(turns, 100, CHEAP)
    back = drawn.index(ALL)
    assert 20 < back < 60  # when more than half of what was dear is forgotten
    assert drawn[back:] == [ALL] * (100 - back)
