"""Who draws the next picture: all, or some of the views in turn."""

from __future__ import annotations

from playground.turns import Turns

GROUPS = (("plot",), ("canvas", "strip"), ("plot",), ("curves",))
ALL = ("plot", "canvas", "strip", "curves")


def draw(turns: Turns[str], pictures: int, seconds: float) -> list[tuple[str, ...]]:
    """Draw so many pictures, each view in `seconds`; returns who drew them."""
    drawn = []
    for _ in range(pictures):
        views = turns.next()
        turns.note(views, seconds * len(views))
        drawn.append(views)
    return drawn


def test_all_draw_every_picture_while_that_is_cheap() -> None:
    assert draw(Turns(GROUPS), 20, 0.001) == [ALL] * 20


def test_dear_views_take_turns_in_the_order_of_the_groups() -> None:
    turns = Turns(GROUPS)
    assert draw(turns, 1, 0.004) == [ALL]
    assert draw(turns, 8, 0.004) == [*GROUPS, *GROUPS]


def test_one_dear_picture_does_not_begin_turns() -> None:
    turns = Turns(GROUPS)
    draw(turns, 5, 0.0005)
    assert draw(turns, 1, 0.004) == [ALL]
    assert draw(turns, 5, 0.0005) == [ALL] * 5


def test_turns_end_when_all_together_have_become_cheap() -> None:
    turns = Turns(GROUPS)
    draw(turns, 1, 0.004)
    before_all_are_known = draw(turns, 3, 0.0005)
    assert before_all_are_known == list(GROUPS[:3])
    draw(turns, 1, 0.0005)
    assert draw(turns, 3, 0.0005) == [ALL] * 3


def test_what_lies_between_cheap_and_dear_changes_nothing() -> None:
    seconds = 0.006 / len(ALL)
    assert draw(Turns(GROUPS), 10, seconds) == [ALL] * 10
    turns = Turns(GROUPS)
    draw(turns, 1, 0.004)
    assert draw(turns, 8, seconds) == [*GROUPS, *GROUPS]
