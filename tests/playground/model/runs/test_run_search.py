"""Orders and the Pareto line."""

from __future__ import annotations

import math

from playground.model.runs.run_search import ORDERS, pareto_line, sorted_runs
from tests.playground.model.runs.made_runs import summary

RUNS = [
    summary(1, name="Wide", note="Good start", test_score=0.9, seconds=2.0),
    summary(2, name="Deep", test_score=math.nan, train_score=0.7, seconds=1.0),
    summary(
        3, name="Small", test_score=0.95, data_key="rings", data_label="Rings", starred=True, seconds=3.0
    ),
]


def _numbers(runs: object) -> list[int]:
    return [run.id for run in runs]  # type: ignore[attr-defined]


def test_runs_are_sorted_and_missing_values_come_last() -> None:
    assert _numbers(sorted_runs(RUNS, "best")) == [3, 1, 2]
    assert _numbers(sorted_runs(RUNS, "seconds")) == [2, 1, 3]
    assert _numbers(sorted_runs(RUNS, "seconds", reverse=True)) == [3, 1, 2]
    unknown = [summary(4, test_loss=math.nan), summary(5, test_loss=0.5)]
    assert _numbers(sorted_runs(unknown, "test_loss")) == [5, 4]
    for order in ORDERS:
        assert len(sorted_runs(RUNS, order)) == 3


def test_the_pareto_line_rises() -> None:
    points = [(10.0, 0.5), (10.0, 0.8), (20.0, 0.7), (30.0, 0.9), (5.0, 0.1), (40.0, math.nan), (50.0, 0.9)]
    assert pareto_line(points) == [(5.0, 0.1), (10.0, 0.8), (30.0, 0.9)]
    assert pareto_line([]) == []
