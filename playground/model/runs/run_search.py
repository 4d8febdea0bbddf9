"""The orders of runs, and the line of those than which none is cheaper and better."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final

from playground.model.runs.run_record import RunSummary


@dataclass(frozen=True)
class Order:
    """A way to sort: its words on the screen, the value sorted by, and whether the largest comes first."""

    title: str
    key: Callable[[RunSummary], Any]
    falls: bool = False


def _last_if_nan(value: float, falls: bool) -> float:
    if not math.isnan(value):
        return value
    return -math.inf if falls else math.inf


ORDERS: Final[dict[str, Order]] = {
    "best": Order("Best test first", lambda run: _last_if_nan(run.score, True), falls=True),
    "newest": Order("Newest first", lambda run: run.id, falls=True),
    "oldest": Order("Oldest first", lambda run: run.id),
    "name": Order("By name", lambda run: run.name.lower()),
    "epochs": Order("Most epochs first", lambda run: run.epochs, falls=True),
    "seconds": Order("Fewest seconds first", lambda run: run.seconds),
    "parameters": Order("Fewest parameters first", lambda run: run.parameters),
    "train_loss": Order("Lowest training loss first", lambda run: _last_if_nan(run.train_loss, False)),
    "test_loss": Order("Lowest test loss first", lambda run: _last_if_nan(run.test_loss, False)),
    "train_score": Order("Best training first", lambda run: _last_if_nan(run.train_score, True), falls=True),
}
"""All ways to sort, by name."""


def sorted_runs(runs: Iterable[RunSummary], order: str, *, reverse: bool = False) -> list[RunSummary]:
    """The runs in one of `ORDERS`, equal ones newest first; `reverse` turns the order around."""
    chosen = ORDERS[order]
    newest = sorted(runs, key=lambda run: run.id, reverse=True)
    return sorted(newest, key=chosen.key, reverse=chosen.falls != reverse)


def pareto_line(points: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """The points (cost, score) for which no other costs as little and scores more, by rising cost."""
    line: list[tuple[float, float]] = []
    for cost, score in sorted(points, key=lambda point: (point[0], -point[1])):
        if not math.isnan(score) and (not line or score > line[-1][1]):
            line.append((cost, score))
    return line
