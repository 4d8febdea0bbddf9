"""The trials of a sweep as lines over parallel axes: a place from 0 to 1 on the axis of every setting and measure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.io.number_text import held_text, loss_text, rounded_text
from core.runs.trial import Measures
from core.runs.trial_text import short_value, trial_text
from core.sweep.axes import BoundAxis, LogAxis
from core.sweep.results_table import latest_results, point_summaries
from core.sweep.sweep import Sweep
from playground.plugin import round_step
from playground.plugins.runs.sweep.grid_model import best_of, shown_loss

_MAX_NAMED: Final = 9
_WIDE: Final = 20.0
"""Above this ratio of the ends, an axis of positive numbers is logarithmic."""
_TICKS: Final = 4
_SCORE_STEP: Final = 0.2
"""Of the lowest accuracy on an axis that ends at 1."""
_MIN_SPAN: Final = 1e-9


@dataclass(frozen=True)
class PlotAxis:
    """An axis: its title, and (place, text) of its ticks. Values of a `listed` one are few and lie at its ticks.

    `ends` are the values of the places 0 and 1, or their logarithms.
    """

    title: str
    ticks: tuple[tuple[float, str], ...] = ()
    listed: bool = False
    ends: tuple[float, float] = (0.0, 1.0)
    is_log: bool = False

    def moved(self, share: float, to: PlotAxis) -> float:
        """Position of a value on an axis of other ends, from 0 to 1."""
        if (self.ends, self.is_log) == (to.ends, to.is_log):
            return share
        value = self.ends[0] + share * (self.ends[1] - self.ends[0])
        if self.is_log != to.is_log:
            value = 10.0**value if self.is_log else math.log10(max(value, 1e-300))
        return min(max((value - to.ends[0]) / (to.ends[1] - to.ends[0]), 0.0), 1.0)


@dataclass(frozen=True, eq=False)
class ParallelModel:
    """Lines by trial.

    - `numbers`: of the trials, (trials,); `best` is one of them, or None.
    - `shares`: their places, (trials, axes) from 0 below to 1 above; NaN where nothing was measured.
    - `name`: what a screen reader says of the trial at a place.
    """

    axes: tuple[PlotAxis, ...] = ()
    numbers: tuple[int, ...] = ()
    shares: NDArray[np.float64] = field(default_factory=lambda: np.empty((0, 0)))
    name: Callable[[int], str] = str
    best: int | None = None


def parallel_model(sweep: Sweep, results: Iterable[Measures]) -> ParallelModel:
    """Axes for the settings, the seed if there are several, seconds, test loss and score."""
    latest = latest_results(results)
    plan = sweep.plan()
    columns = [
        _of_setting(bound, title, [result.trial.settings[place][1] for result in latest])
        for place, (bound, title) in enumerate(zip(plan.axes, sweep.short_titles, strict=True))
    ]
    if len(plan.seeds) > 1:
        columns.append(_listed("Seed", plan.seeds, [result.trial.seed for result in latest]))
    scores = [result.score(sweep.objective) for result in latest]
    is_share = sweep.objective == "test_accuracy"
    columns.append(_measured("Seconds", [result.seconds for result in latest], rounded_text))
    if sweep.objective != "test_loss":
        name = held_text("Test loss", sweep.experiment.held_name)
        columns.append(_measured(name, [shown_loss(result) for result in latest], loss_text))
    title = sweep.objective_name[0].upper() + sweep.objective_name[1:]
    # Neither accuracy nor R² is above 1.
    most = 1.0 if is_share else math.inf
    columns.append(_measured(title, scores, sweep.score_text, most))
    # The one that the grid calls best: the best seed of the best combination.
    best = next((best_of(sweep, point.results) for point in point_summaries(sweep, latest)), None)
    return ParallelModel(
        tuple(axis for axis, _ in columns),
        tuple(result.trial.number for result in latest),
        np.stack([shares for _, shares in columns], axis=1) if latest else np.empty((0, len(columns))),
        lambda place: _name(latest[place], sweep.score_text(scores[place])),
        None if best is None else best.trial.number,
    )


def _name(result: Measures, score: str) -> str:
    return f"{trial_text(result.trial)}, {score}"


_Column = tuple[PlotAxis, NDArray[np.float64]]


def _of_setting(bound: BoundAxis, title: str, values: Sequence[Any]) -> _Column:
    if not bound.has_range:
        return _listed(title, bound.points(), values)
    ends: Any = bound.axis
    is_log = isinstance(ends, LogAxis)
    low, high = (math.log(ends.low), math.log(ends.high)) if is_log else (ends.low, ends.high)
    scaled = np.array([math.log(value) if is_log else value for value in values], float)
    span = max(high - low, _MIN_SPAN)
    ticks = []
    for place in range(_TICKS + 1):
        at = low + span * place / _TICKS
        ticks.append((place / _TICKS, short_value(float(f"{math.exp(at) if is_log else at:.3g}"))))
    return PlotAxis(title, tuple(ticks)), np.clip((scaled - low) / span, 0, 1)


def _listed(title: str, points: Sequence[Any], values: Sequence[Any]) -> _Column:
    """Values at equal distances, whatever they are."""
    places = {repr(point): place for place, point in enumerate(points)}
    last = max(1, len(points) - 1)
    shares = np.array([places.get(repr(value), math.nan) / last for value in values], float)
    if len(points) == 1:
        shares[:] = 0.5
    step = math.ceil(len(points) / _MAX_NAMED)
    ticks = tuple(
        (0.5 if len(points) == 1 else place / last, short_value(point))
        for place, point in enumerate(points)
        if place % step == 0
    )
    return PlotAxis(title, ticks, listed=True), shares


def _measured(
    title: str, values: Sequence[float], text: Callable[[float], str], most: float = math.inf
) -> _Column:
    """Numbers over their own range, whose ends are round so that they seldom move; none is above `most`."""
    numbers = np.array(values, float)
    known = numbers[np.isfinite(numbers)]
    if not len(known):
        return PlotAxis(title), np.full(len(numbers), math.nan)
    low, high = float(known.min()), float(known.max())
    is_log = low > 0 and high / low > _WIDE and most == math.inf
    if is_log:
        first, last = math.floor(math.log10(low)), math.ceil(math.log10(high))
        ends = float(first), float(max(last, first + 1))
        step = max(1.0, math.ceil((ends[1] - ends[0]) / _TICKS))
        with np.errstate(invalid="ignore", divide="ignore"):
            numbers = np.log10(numbers)
    else:
        step = round_step(max(high - low, _MIN_SPAN, 1e-6 * abs(high)) / _TICKS)
        first = math.floor(low / step + 1e-9)
        ends = step * first, step * max(first + 1, math.ceil(high / step - 1e-9))
    if ends[1] > most:
        # Of trials that are all perfect, too, the axis has a length.
        ends = most - max(1, math.ceil((most - low) / _SCORE_STEP)) * _SCORE_STEP, most
        step = (ends[1] - ends[0]) / _TICKS
    places = [ends[0] + step * place for place in range(int((ends[1] - ends[0]) / step + 1e-9) + 1)]
    span = ends[1] - ends[0]
    numbers[~np.isfinite(numbers)] = math.nan
    ticks = [((place - ends[0]) / span, text(10.0**place if is_log else place)) for place in places]
    # Of one number, or of some that are alike, several ticks would be called the same.
    apart = [tick for at, tick in enumerate(ticks) if at == 0 or tick[1] != ticks[at - 1][1]]
    return PlotAxis(title, tuple(apart), ends=ends, is_log=is_log), (numbers - ends[0]) / span
