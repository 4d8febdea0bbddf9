"""The results of a sweep as cells of a grid: one setting to the right, and one downwards."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from statistics import fmean

from PySide6.QtGui import QPixmap

from core.runs.trial import Measures
from core.runs.trial_text import short_value
from core.sweep.methods import Grid
from core.sweep.results_table import M, PointSummary, point_summaries
from core.sweep.sweep import Sweep

Place = tuple[int, int]
"""Row and column."""


@dataclass(frozen=True, eq=False)
class Cell:
    """A combination of values.

    - `point`: the number by which it is opened; None while no seed is finished.
    - `share`: how good it is among all, from 0 to 1; NaN where nothing was measured.
    - `done` of `seeds` are finished.
    - `is_faded`: not inside the brush.
    - `name`: its values, for captions where rows and columns have none, and for screen readers.
    - `color`: of its outline, where it is selected.
    """

    name: str = ""
    point: int | None = None
    text: str = ""
    picture: QPixmap | None = None
    share: float = math.nan
    done: int = 0
    seeds: int = 1
    is_best: bool = False
    is_faded: bool = False
    color: str = ""


@dataclass(frozen=True, eq=False)
class GridModel:
    """Cells by row and column; captions are empty where the cells have names instead."""

    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    row_title: str = ""
    column_title: str = ""
    cells: Mapping[Place, Cell] = field(default_factory=dict)

    @cached_property
    def size(self) -> tuple[int, int]:
        """Rows and columns."""
        return (
            max((row + 1 for row, _ in self.cells), default=0),
            max((column + 1 for _, column in self.cells), default=0),
        )


_MAX_IN_A_ROW = 6
_WIDER = 1.3


def shown_loss(result: Measures) -> float:
    """The test loss; NaN unless it is done: a training that diverged has measured none since its first steps."""
    return result.test_loss if result.status == "done" else math.nan


def best_of(sweep: Sweep, results: Iterable[M]) -> M:
    """The seed with the highest score, and of those the lowest test loss; of at least one."""
    return max(results, key=lambda result: result.rank(sweep.objective))


def grid_axes(sweep: Sweep) -> tuple[str, ...]:
    """The titles of the settings of which two can be columns and rows; none where points have no grid."""
    return sweep.short_titles if isinstance(sweep.method, Grid) and len(sweep.axes) >= 2 else ()


def grid_of(
    sweep: Sweep,
    results: Iterable[M],
    picture: Callable[[M], QPixmap | None],
    inside: Set[int] | None = None,
    axes: tuple[int, int] = (0, 1),
) -> GridModel:
    """Cells of all combinations; those without results are empty.

    A grid has one setting to the right and one downwards, those of `axes` among `grid_axes`; of more, a cell is the
    best of the others. `picture` draws the best seed of a combination; those `inside` the brush are not faded.
    """
    summaries = {point.point: point for point in point_summaries(sweep, results)}
    best = next((number for number, point in summaries.items() if math.isfinite(point.mean)), None)
    means = [mean for point in summaries.values() if math.isfinite(mean := _mean(sweep, point))]
    high = max(means, default=0.0)
    # R² has no lower bound: one that is far off must not make all others look alike.
    low = max(min(means, default=0.0), high - 1)
    layout = _Layout(sweep, axes)
    groups: dict[Place, list[int]] = {}
    for number in range(sweep.method.points(sweep.plan())):
        groups.setdefault(layout.place(number), []).append(number)
    cells = {}
    for place, numbers in groups.items():
        known = [summaries[number] for number in numbers if number in summaries]
        within = [each for each in known if inside is None or each.point in inside]
        cell = Cell(seeds=sweep.seeds)
        if known:
            shown = max(within or known, key=lambda each: _rank(sweep, each))
            cell = _cell(sweep, shown, picture, low, high, named=not layout.has_columns)
        cells[place] = replace(cell, is_best=best in numbers, is_faded=inside is not None and not within)
    titles, (across, down) = sweep.short_titles, layout.axes
    row_title, column_title = titles[down] if layout.rows else "", titles[across] if layout.columns else ""
    return GridModel(layout.rows, layout.columns, row_title, column_title, cells)


class _Layout:
    """Positions of the points of a sweep: rows and columns of a grid, or one after the other."""

    def __init__(self, sweep: Sweep, axes: tuple[int, int]) -> None:
        plan = sweep.plan()
        values = [[short_value(value) for value in axis.points()] for axis in plan.axes]
        is_grid = isinstance(sweep.method, Grid)
        self._counts = [len(each) for each in values]
        self._has_rows = is_grid and len(values) >= 2
        self.axes = axes if self._has_rows else (0, 0)
        across, down = self.axes
        self.has_columns = self._has_rows or (is_grid and len(values[0]) <= _MAX_IN_A_ROW)
        self.rows = tuple(values[down]) if self._has_rows else ()
        self.columns = tuple(values[across]) if self.has_columns else ()
        count = sweep.method.points(plan)
        self._wide = len(values[0]) if self.has_columns else math.ceil(math.sqrt(_WIDER * count))

    def place(self, number: int) -> Place:
        """The cell of a point; the last setting varies first."""
        if not self._has_rows:
            return divmod(number, self._wide)
        column, row = (
            number // math.prod(self._counts[axis + 1 :]) % self._counts[axis] for axis in self.axes
        )
        return row, column


def _rank(sweep: Sweep, point: PointSummary[M]) -> float:
    mean = _mean(sweep, point)
    return mean if math.isfinite(mean) else -math.inf


def _cell(
    sweep: Sweep,
    point: PointSummary[M],
    picture: Callable[[M], QPixmap | None],
    low: float,
    high: float,
    *,
    named: bool,
) -> Cell:
    mean = _mean(sweep, point)
    is_good = math.isfinite(mean)
    share = math.nan if not is_good else 1.0 if high <= low else max(0.0, (mean - low) / (high - low))
    name = " · ".join(short_value(value) for _, value in point.settings) if named else ""
    text = sweep.score_text(mean) if is_good else point.results[0].status
    shown = picture(best_of(sweep, point.results)) if is_good else None
    return Cell(name, point.point, text, shown, share, len(point.results), sweep.seeds)


def _mean(sweep: Sweep, point: PointSummary[M]) -> float:
    """The mean score of the seeds that have one; NaN for none."""
    scores: Sequence[float] = [
        score for result in point.results if math.isfinite(score := result.score(sweep.objective))
    ]
    return fmean(scores) if scores else math.nan
