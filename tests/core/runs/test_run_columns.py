"""The columns of runs: one name for each number, whatever its row is."""

from __future__ import annotations

import csv
import io
import math

from core.data.datasets import Moons
from core.data.label_corrections import LabelCorrections
from core.experiment.experiment import Experiment
from core.runs.run import data_text
from core.runs.run_columns import RUNS, held_of, runs_csv, sorted_runs, title_of
from core.runs.trial import Trial, TrialResult
from core.sweep.results_table import trial_columns
from tests.core.runs.made_runs import POINTS, summary
from tests.core.sweep.small_sweeps import small_sweep

NAMES = ("epochs", "seconds", "parameters", "train_loss", "test_loss", "train_score", "test_score")


def test_a_score_says_what_it_is_by_the_task_of_its_row() -> None:
    right, fit = summary(1, test_score=0.987), summary(2, classifies=False, test_score=-0.25)
    unknown = summary(3, test_score=math.nan)
    assert [RUNS["test_score"].shown(run) for run in (right, fit, unknown)] == ["98.7 %", "R² −0.250", "–"]
    assert title_of(RUNS["test_score"], [right, unknown]) == "Test accuracy"
    assert title_of(RUNS["test_score"], [fit]) == "Test R²"
    assert title_of(RUNS["test_score"], [right, fit]) == "Test score"


def test_a_title_says_validation_where_a_test_is_sealed_in_all() -> None:
    experiment = Experiment(dataset=Moons(samples=80), sealed=0.2, corrections=LabelCorrections.of([[0, 1]]))
    data = experiment.dataset.load(0)
    sealed = summary(1, data_text=data_text(experiment, data))
    told = summary(2, data_text=data_text(experiment.replace(sealed=0.0), data))
    assert title_of(RUNS["test_loss"], [sealed]) == "Validation loss"
    assert title_of(RUNS["test_score"], [sealed]) == "Validation accuracy"
    assert title_of(RUNS["test_loss"], [sealed, told]) == title_of(RUNS["test_loss"], [told]) == "Test loss"
    assert held_of([]) == "test"


def test_a_table_of_runs_has_exact_numbers_and_all_settings() -> None:
    runs = [
        summary(1, test_loss=1 / 3, starred=True, name="=cmd", seconds=0.1234567891),
        summary(2, classifies=False, test_score=math.nan, parameters=123_457),
    ]
    first, second = csv.DictReader(io.StringIO(runs_csv(runs)))
    assert float(first["test_loss"]) == 1 / 3
    assert (first["starred"], first["name"], first["seconds"]) == ("yes", "'=cmd", "0.123457")
    assert (first["score_name"], second["score_name"]) == ("accuracy", "r2")
    assert (second["starred"], second["test_score"], second["parameters"]) == ("", "", "123457")
    assert first["Learning rate"] == f"{POINTS.training.optimizer.learning_rate:g}"
    assert runs_csv(runs).startswith(runs_csv([]).rstrip())  # by which a table of ours is known again


def test_runs_and_trials_call_every_number_the_same() -> None:
    sweep = small_sweep()
    trials = trial_columns(sweep)
    for name in NAMES:
        assert trials[name].title == RUNS[name].title
    trial = TrialResult(Trial(0, 0, 0, 2, (("a", 0.1), ("b", 2))), "diverged", "Too large", 2.0)
    assert trials["test_score"].shown(trial) == "–"
    assert trials["sentence"].shown(trial) == "Too large"


def test_every_order_has_words_and_keeps_all_runs() -> None:
    runs = [
        summary(number, test_score=math.nan if number % 3 else 0.5, test_loss=0.1) for number in range(1, 9)
    ]
    for order, words in RUNS.orders.items():
        assert words
        assert {run.id for run in sorted_runs(runs, order, reverse=True)} == set(range(1, 9))
    assert [run.id for run in sorted_runs(runs, "newest")] == list(range(8, 0, -1))
    assert [run.id for run in sorted_runs(runs, "test_score")][:2] == [6, 3], "equal ones newest first"
