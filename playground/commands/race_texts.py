"""What is said of the lanes of a race: places, who was first, and what each has reached."""

from __future__ import annotations

import math
from collections.abc import Sequence

from core.io.number_text import epoch_text
from core.train.tasks import Score
from playground.training.race.lanes import TARGET, LaneMoment
from playground.views.race.lane_card import LaneText
from playground.views.widgets.number_format import number_text, seconds_text


def places(moments: Sequence[LaneMoment]) -> list[int]:
    """Places from 1, by score and then by loss, equal ones shared; 0 before anything is trained."""
    if all(moment.snapshot.epoch == 0 for moment in moments):
        return [0] * len(moments)

    def key(number: int) -> tuple[float, float]:
        moment = moments[number]
        loss = moment.snapshot.test.loss
        score = moment.score if not moment.failed and not math.isnan(moment.score) else -math.inf
        return -score, loss if not math.isnan(loss) else math.inf

    keys = [key(number) for number in range(len(moments))]
    return [1 + sum(other < own for other in keys) for own in keys]


def leaders_of(moments: Sequence[LaneMoment]) -> list[int]:
    """The lanes that reached the target in the fewest epochs: several are tied, whatever the milliseconds say."""
    there = {number: moment.reached[0] for number, moment in enumerate(moments) if moment.reached is not None}
    return [number for number, epoch in there.items() if epoch == min(there.values())]


def target_text(score: Score) -> str:
    """To what the lanes race."""
    return f"{100 * TARGET:g} %" if score.is_share else f"{score.title} {TARGET:g}"


def lane_text(moment: LaneMoment, of: Score, place: int, leads: bool, tied: bool) -> LaneText:
    """What a lane has reached, which leads alone or `tied` with others."""
    score, loss = moment.score, moment.snapshot.test.loss
    if math.isnan(loss):
        loss = moment.snapshot.train.loss
    if moment.failed:
        target = "diverged"
    elif moment.reached is None:
        target = f"{target_text(of)} not reached yet"
    else:
        reached = target_text(of)
        first = f"{'Tied at' if tied else 'First to'} {reached}" if leads else reached
        target = f"{first}  epoch {epoch_text(moment.reached[0])}, {seconds_text(moment.reached[1])} s"
    return LaneText(
        of.text(score),
        "–" if math.isnan(loss) else number_text(loss, 4),
        seconds_text(moment.seconds),
        target,
        f"{moment.parameters:,} parameters",
        place,
        leads,
    )
