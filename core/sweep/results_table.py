"""The results of a sweep as tables: every trial, and the mean of its seeds for every combination of values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import fmean
from typing import Any, Generic, TypeVar

from ..runs.columns import Column, Columns
from ..runs.run_columns import measured_columns
from ..runs.trial import Measures, Trial, TrialResult
from ..runs.trial_text import value_text as value_text
from .sweep import Sweep

M = TypeVar("M", bound=Measures)
"""What a training hands over, or a row of the kept runs."""


@dataclass(frozen=True)
class PointSummary(Generic[M]):
    """A combination of values and its seeds: how many are finished, and the mean, lowest and highest score of those.

    A score is higher for better ones whatever the goal, and minus infinity where a trial has failed.
    """

    point: int
    settings: tuple[tuple[str, Any], ...]
    results: tuple[M, ...]
    mean: float
    low: float
    high: float


def latest_results(results: Iterable[M]) -> list[M]:
    """The last rung of every trial, by number."""
    last: dict[int, M] = {}
    for result in sorted(results, key=lambda result: (result.trial.number, result.trial.rung)):
        last[result.trial.number] = result
    return list(last.values())


def point_summaries(sweep: Sweep, results: Iterable[M]) -> list[PointSummary[M]]:
    """A summary of every point that has results, the best first; those that trained longest before the others.

    Of equal means the lower test loss comes first.
    """
    points: dict[int, list[M]] = {}
    for result in latest_results(results):
        points.setdefault(result.trial.point, []).append(result)
    found = [_summary(sweep, each) for each in points.values()]
    return sorted(
        found, key=lambda point: (-point.results[0].trial.rung, -point.mean, _mean_loss(point), point.point)
    )


def trial_columns(sweep: Sweep) -> Columns[TrialResult]:
    """Number, settings and seed of a trial, and what was measured."""
    paths = enumerate(axis.path for axis in sweep.axes)
    settings = (Column(path, path, partial(_setting_text, place=place)) for place, path in paths)
    number = Column[TrialResult]("trial", "Trial", lambda result: result.trial.shown_number)
    return Columns(number, *settings, *measured_columns(lambda _: sweep.experiment.task.score))


def results_csv(sweep: Sweep, results: Iterable[TrialResult]) -> str:
    """A line for every trial, with a column for every axis; empty where not measured."""
    return trial_columns(sweep).csv(latest_results(results))


def _setting_text(result: TrialResult, place: int) -> str:
    return value_text(result.trial.settings[place][1])


def _mean_loss(point: PointSummary[M]) -> float:
    """Decides between equal scores, such as accuracies of 100 %."""
    return -fmean(result.score("test_loss") for result in point.results)


def _summary(sweep: Sweep, results: Sequence[M]) -> PointSummary[M]:
    scores = [result.score(sweep.objective) for result in results]
    trial: Trial = results[0].trial
    return PointSummary(trial.point, trial.settings, tuple(results), fmean(scores), min(scores), max(scores))
