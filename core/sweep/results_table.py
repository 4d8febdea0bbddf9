"""The results of a sweep as tables: every trial, and the mean of its seeds for every combination of values."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from ..io.csv_rows import csv_text
from ..nn import LAYERS
from ..spec.notation import specs_to_text
from .sweep import Sweep
from .trial import Trial, TrialResult


@dataclass(frozen=True)
class PointSummary:
    """A combination of values and its seeds: how many are finished, and the mean, lowest and highest score of those.

    A score is higher for better ones whatever the goal, and minus infinity where a trial has failed.
    """

    point: int
    settings: tuple[tuple[str, Any], ...]
    results: tuple[TrialResult, ...]
    mean: float
    low: float
    high: float


def latest_results(results: Iterable[TrialResult]) -> list[TrialResult]:
    """The last rung of every trial, by number."""
    last: dict[int, TrialResult] = {}
    for result in sorted(results, key=lambda result: (result.trial.number, result.trial.rung)):
        last[result.trial.number] = result
    return list(last.values())


def point_summaries(sweep: Sweep, results: Iterable[TrialResult]) -> list[PointSummary]:
    """A summary of every point that has results, the best first; those that trained longest before the others.

    Of equal means the lower test loss comes first.
    """
    points: dict[int, list[TrialResult]] = {}
    for result in latest_results(results):
        points.setdefault(result.trial.point, []).append(result)
    found = [_summary(sweep, each) for each in points.values()]
    return sorted(
        found, key=lambda point: (-point.results[0].trial.rung, -point.mean, _mean_loss(point), point.point)
    )


def results_csv(sweep: Sweep, results: Iterable[TrialResult]) -> str:
    """A line for every trial, with a column for every axis; empty where not measured."""
    header = (
        "trial", *(axis.path for axis in sweep.axes), "seed", "status", "epochs", "seconds", "parameters",
        "train_loss", "test_loss", "train_score", "test_score", "distance", "sentence",
    )  # fmt: skip
    return csv_text([header, *map(_cells, latest_results(results))])


def _cells(result: TrialResult) -> tuple[Any, ...]:
    trial = result.trial
    values = *result.metrics.values(), result.distance
    measured = ("" if math.isnan(value) else repr(value) for value in values)
    return (
        trial.shown_number, *(value_text(value) for _, value in trial.settings), trial.seed, result.status,
        f"{result.epochs:g}", f"{result.seconds:.3f}", result.parameters, *measured, result.sentence,
    )  # fmt: skip


def trial_text(trial: Trial) -> str:
    """ "Trial 12: 0.03, 4, seed 2": its number and values."""
    values = (short_value(value) for _, value in trial.settings)
    return f"Trial {trial.shown_number}: {', '.join((*values, f'seed {trial.seed}'))}"


def short_value(value: Any) -> str:
    """A value as a caption: a number with four digits, a kind by its name, layers in words."""
    if isinstance(value, dict):
        return str(value.get("kind", ""))
    if isinstance(value, list) and all(isinstance(part, dict) for part in value):
        return specs_to_text(tuple(LAYERS.make(part) for part in value)) or "none"
    return f"{value:.4g}" if isinstance(value, float) else value_text(value)


def value_text(value: Any) -> str:
    """A value as a short text: "0.01", "adam", "sgd momentum=0.9"."""
    if isinstance(value, dict):
        return " ".join(
            [str(value.get("kind", "")), *(f"{k}={value_text(v)}" for k, v in value.items() if k != "kind")]
        )
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:.6g}"
    return value if isinstance(value, str) else json.dumps(value)


def _mean_loss(point: PointSummary) -> float:
    """Decides between equal scores, such as accuracies of 100 %."""
    return -fmean(result.score("test_loss") for result in point.results)


def _summary(sweep: Sweep, results: Sequence[TrialResult]) -> PointSummary:
    scores = [result.score(sweep.objective) for result in results]
    trial: Trial = results[0].trial
    return PointSummary(trial.point, trial.settings, tuple(results), fmean(scores), min(scores), max(scores))
