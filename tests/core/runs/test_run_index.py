"""Search and groups of runs."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.nn import Dense
from core.runs.run import Run
from core.runs.run_columns import RUNS as COLUMNS
from core.runs.run_columns import sorted_runs
from core.runs.run_index import RunIndex, pareto_line
from tests.core.runs.made_runs import POINTS, summary

RUNS = [
    summary(1, name="Wide", note="Good start", test_score=0.9, seconds=2.0),
    summary(2, name="Deep", test_score=math.nan, train_score=0.7, seconds=1.0),
    summary(
        3, name="Small", test_score=0.95, data_key="rings", data_label="Rings", starred=True, seconds=3.0
    ),
]


def _numbers(runs: object) -> list[int]:
    return [run.id for run in runs]  # type: ignore[attr-defined]


def _matching(words: str = "", *, data_key: str = "", starred: bool = False) -> list[Run]:
    index = RunIndex(RUNS)
    return index.runs(index.matching(words, data_key=data_key, starred=starred))


@pytest.mark.parametrize(
    ("words", "found"),
    [("", [1, 2, 3]), ("GOOD wide", [1]), ("dense 4", [1, 2, 3]), ("rings", [3]), ("adam zebra", [])],
)
def test_every_word_must_be_somewhere(words: str, found: list[int]) -> None:
    assert _numbers(_matching(words)) == found


def test_data_and_stars_filter() -> None:
    assert _numbers(_matching(data_key="moons")) == [1, 2]
    assert _numbers(_matching(starred=True)) == [3]


def test_groups_keep_the_order_and_know_their_best() -> None:
    index = RunIndex(sorted_runs(RUNS, "test_score"))
    rings, moons = index.groups(index.matching())
    assert (rings.label, moons.label) == ("Rings", "Moons")
    assert _numbers(moons.runs) == [1, 2]
    assert (rings.best, moons.best) == (0.95, 0.9)


WIDE = POINTS.replace(layers=(Dense(units=16),))
MANY = [
    summary(n, WIDE if n % 3 else POINTS, name=f"Run {n % 7}", note="note, run" * (n % 2), data_label="Rings")
    for n in range(1, 30)
]


@given(st.lists(st.sampled_from(["r", "run", "3", "16", "dense 4", "note", "RINGS", "zebra", ","])))
def test_a_search_finds_what_one_run_after_the_other_has(words: list[str]) -> None:
    """And again, from the words that it remembers."""
    index, text = RunIndex(MANY), " ".join(words)
    wanted = [
        run.id
        for run in MANY
        if all(word in f"{run.words}\n{run.settings_json}".lower() for word in text.lower().split())
    ]
    for _ in range(2):
        assert _numbers(index.runs(index.matching(text))) == wanted


def test_a_run_with_other_values_takes_its_place() -> None:
    index = RunIndex(RUNS)
    index.replace(summary(2, name="Deeper"))
    assert [run.name for run in index.runs(index.matching())] == ["Wide", "Deeper", "Small"]


def test_nothing_has_no_groups() -> None:
    index = RunIndex([])
    assert index.groups(index.matching("a")) == []
    full = RunIndex(RUNS)
    assert full.groups(full.matching("zebra")) == []


SORTED = [
    summary(1, name="Wide", note="Good start", test_score=0.9, seconds=2.0),
    summary(2, name="Deep", test_score=math.nan, train_score=0.7, seconds=1.0),
    summary(
        3, name="Small", test_score=0.95, data_key="rings", data_label="Rings", starred=True, seconds=3.0
    ),
]


def _order(runs: object) -> list[int]:
    return [run.id for run in runs]  # type: ignore[attr-defined]


def test_equal_scores_are_parted_by_the_loss() -> None:
    equal = [summary(row, test_score=0.9, test_loss=loss) for row, loss in enumerate((0.3, math.nan, 0.1), 1)]
    assert _order(sorted_runs(equal, "test_score")) == [3, 1, 2]


def test_runs_are_sorted_and_missing_values_come_last() -> None:
    assert _order(sorted_runs(SORTED, "test_score")) == [3, 1, 2]
    assert _order(sorted_runs(SORTED, "seconds")) == [2, 1, 3]
    assert _order(sorted_runs(SORTED, "seconds", reverse=True)) == [3, 1, 2]
    unknown = [summary(4, test_loss=math.nan), summary(5, test_loss=0.5)]
    assert _order(sorted_runs(unknown, "test_loss")) == [5, 4]
    for order in COLUMNS.orders:
        assert len(sorted_runs(SORTED, order)) == 3


def test_the_pareto_line_rises() -> None:
    points = [(10.0, 0.5), (10.0, 0.8), (20.0, 0.7), (30.0, 0.9), (5.0, 0.1), (40.0, math.nan), (50.0, 0.9)]
    assert pareto_line(points) == [(5.0, 0.1), (10.0, 0.8), (30.0, 0.9)]
    assert pareto_line([]) == []
