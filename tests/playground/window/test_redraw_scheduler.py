"""Who draws the next picture: all, or some of the views in turn."""

from __future__ import annotations

from playground.window.redraw_scheduler import RedrawScheduler

GROUPS = (("plot",), ("canvas", "strip"), ("plot",), ("curves",))
ALL = ("plot", "canvas", "strip", "curves")
DEAR, CHEAP = 0.003, 0.001
"""What each view takes, in seconds."""


def draw(scheduler: RedrawScheduler[str], pictures: int, seconds: float) -> list[tuple[str, ...]]:
    """Draw so many pictures, each view in `seconds`; returns who drew them."""
    drawn = []
    for _ in range(pictures):
        views = scheduler.next()
        scheduler.record_duration(views, seconds * len(views))
        drawn.append(views)
    return drawn


def test_all_draw_every_picture_while_that_is_cheap() -> None:
    assert draw(RedrawScheduler(GROUPS), 100, CHEAP) == [ALL] * 100


def test_dear_views_take_turns_in_the_order_of_the_groups() -> None:
    scheduler = RedrawScheduler(GROUPS)
    assert draw(scheduler, 15, DEAR) == [ALL] * 15
    assert draw(scheduler, 100, DEAR) == [*GROUPS] * 25


def test_single_late_pictures_begin_no_turns() -> None:
    scheduler = RedrawScheduler(GROUPS)
    for _ in range(20):
        assert draw(scheduler, 5, CHEAP) == [ALL] * 5
        assert draw(scheduler, 3, 0.1) == [ALL] * 3


def test_turns_end_when_all_together_have_become_cheap() -> None:
    scheduler = RedrawScheduler(GROUPS)
    draw(scheduler, 15, DEAR)
    assert ALL not in draw(scheduler, 40, DEAR)
    drawn = draw(scheduler, 100, CHEAP)
    back = drawn.index(ALL)
    assert 20 < back < 60  # when more than half of what was dear is forgotten
    assert drawn[back:] == [ALL] * (100 - back)
