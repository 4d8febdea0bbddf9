"""The results of a sweep as cells of a grid: the second setting downwards, the first one to the right."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from statistics import fmean

from PySide6.QtGui import QPixmap

from core.sweep.methods import Grid
from core.sweep.results_table import PointSummary, point_summaries
from core.sweep.setting_paths import sweepable_settings
from core.sweep.sweep import Sweep
from core.sweep.trial import TrialResult
from playground.views.sweep.axis_card import short_value
from playground.views.sweep.trial_grid import Cell, GridModel
from playground.views.widgets.number_format import number_text

__all__ = ["axis_titles", "best_of", "grid_of", "score_text", "short_titles"]

_MOST_IN_A_ROW = 6
_WIDER = 1.3


def short_titles(sweep: Sweep) -> tuple[str, ...]:
    """As `axis_titles` without the card, where there is little room."""
    return tuple(title.split(": ")[-1] for title in axis_titles(sweep))


def axis_titles(sweep: Sweep) -> tuple[str, ...]:
    """What varies, by name."""
    titles = {item.path: item.title for item in sweepable_settings(sweep.experiment)}
    return tuple(titles.get(axis.path, axis.path) for axis in sweep.axes)


def score_text(sweep: Sweep, score: float) -> str:
    """An accuracy as "98.3 %", R² as "0.983"; a dash if there is none."""
    if not math.isfinite(score):
        return "–"
    is_share = sweep.experiment.dataset.info().task == "classification"
    return f"{number_text(100 * score, 1)} %" if is_share else number_text(score, 3)


def best_of(sweep: Sweep, results: Iterable[TrialResult]) -> TrialResult:
    """The seed with the highest score, of at least one."""
    return max(results, key=lambda result: result.score(sweep.objective))


def grid_of(
    sweep: Sweep, results: Iterable[TrialResult], picture: Callable[[TrialResult], QPixmap | None]
) -> GridModel:
    """Cells of all combinations; those without results are empty. `picture` draws the best seed of each."""
    summaries = {point.point: point for point in point_summaries(sweep, results)}
    best = next((number for number, point in summaries.items() if math.isfinite(point.mean)), None)
    means = [mean for point in summaries.values() if math.isfinite(mean := _mean(sweep, point))]
    high = max(means, default=0.0)
    # R² has no lower bound: one that is far off must not make all others look alike.
    low = max(min(means, default=0.0), high - 1)
    plan = sweep.plan()
    values = [[short_value(value) for value in axis.points()] for axis in plan.axes]
    has_rows = isinstance(sweep.method, Grid) and len(values) == 2
    has_columns = has_rows or (isinstance(sweep.method, Grid) and len(values[0]) <= _MOST_IN_A_ROW)
    count = sweep.method.points(plan)
    wide = len(values[0]) if has_columns else math.ceil(math.sqrt(_WIDER * count))
    cells = {}
    for number in range(count):
        place = (number % len(values[1]), number // len(values[1])) if has_rows else divmod(number, wide)
        cell = Cell(seeds=sweep.seeds)
        if number in summaries:
            cell = _cell(sweep, summaries[number], picture, low, high, named=not has_columns)
        cells[place] = replace(cell, is_best=number == best)
    titles = short_titles(sweep)
    return GridModel(
        tuple(values[1]) if has_rows else (),
        tuple(values[0]) if has_columns else (),
        titles[1] if has_rows else "",
        titles[0] if has_columns else "",
        cells,
    )


def _cell(
    sweep: Sweep,
    point: PointSummary,
    picture: Callable[[TrialResult], QPixmap | None],
    low: float,
    high: float,
    *,
    named: bool,
) -> Cell:
    mean = _mean(sweep, point)
    is_good = math.isfinite(mean)
    share = math.nan if not is_good else 1.0 if high <= low else max(0.0, (mean - low) / (high - low))
    name = " · ".join(short_value(value) for _, value in point.settings) if named else ""
    text = score_text(sweep, mean) if is_good else point.results[0].status
    shown = picture(best_of(sweep, point.results)) if is_good else None
    return Cell(name, point.point, text, shown, share, len(point.results), sweep.seeds)


def _mean(sweep: Sweep, point: PointSummary) -> float:
    """The mean score of the seeds that have one; NaN for none."""
    scores: Sequence[float] = [
        score for result in point.results if math.isfinite(score := result.score(sweep.objective))
    ]
    return fmean(scores) if scores else math.nan
