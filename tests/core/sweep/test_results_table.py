"""Tables of results: last rungs, means of seeds, and CSV."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import replace

from core.runs.trial import Trial, TrialResult
from core.sweep.results_table import latest_results, point_summaries, results_csv, value_text
from tests.core.sweep.small_sweeps import small_sweep

SWEEP = small_sweep()


def result(number: int, point: int, score: float, rung: int = 0, **changes: object) -> TrialResult:
    settings = (("optimizer.learning_rate", 0.1 * (point + 1)), ("layers.dense.units", 2))
    trial = Trial(number, point, number, 2, settings, rung)
    made = TrialResult(trial, "done", epochs=2.0, train_loss=0.5, test_loss=0.25, test_score=score)
    return replace(made, **changes)  # type: ignore[arg-type]


def test_the_last_rung_of_a_trial_counts() -> None:
    results = [result(1, 1, 0.9, rung=1), result(1, 1, 0.2), result(0, 0, 0.5)]
    assert [(found.key, found.test_score) for found in latest_results(results)] == [
        ((0, 0), 0.5),
        ((1, 1), 0.9),
    ]


def test_points_are_ordered_by_the_mean_of_their_seeds_and_failures_come_last() -> None:
    results = [result(0, 0, 0.6), result(1, 1, 0.9), result(2, 0, 0.8), result(3, 1, 0.2), result(4, 2, 1.0)]
    results[4] = replace(results[4], status="failed")
    points = point_summaries(SWEEP, results)
    assert [(point.point, len(point.results)) for point in points] == [(0, 2), (1, 2), (2, 1)]
    assert (points[0].mean, points[0].low, points[0].high) == (0.7, 0.6, 0.8)
    assert points[2].mean == -math.inf


def test_of_equal_accuracies_the_lower_loss_is_better() -> None:
    results = [result(number, number, 1.0, test_loss=loss) for number, loss in enumerate((0.3, 0.01, 0.2))]
    assert [point.point for point in point_summaries(SWEEP, results)] == [1, 2, 0]
    assert max(results, key=lambda each: each.rank("test_accuracy")) is results[1]


def test_what_trained_longest_comes_first() -> None:
    results = [result(0, 0, 0.9), result(1, 1, 0.2), result(1, 1, 0.3, rung=1)]
    assert [point.point for point in point_summaries(SWEEP, results)] == [1, 0]


def test_the_csv_has_all_numbers_and_empty_cells_where_there_are_none() -> None:
    made = result(0, 0, 1 / 3, sentence='He said "no, no"')
    (row,) = csv.DictReader(io.StringIO(results_csv(SWEEP, [made])))
    # Counted from 1, as everywhere in the window.
    assert row["trial"] == "1"
    assert float(row["test_score"]) == 1 / 3
    assert (row["optimizer.learning_rate"], row["layers.dense.units"]) == ("0.1", "2")
    assert (row["train_score"], row["sentence"], row["status"]) == ("", 'He said "no, no"', "done")


def test_values_are_short_texts() -> None:
    sgd = {"kind": "sgd", "momentum": 0.9}
    found = [value_text(value) for value in (0.1 + 0.2, 3, True, "adam", sgd, [3, 3])]
    assert found == ["0.3", "3", "true", "adam", "sgd momentum=0.9", "[3, 3]"]
