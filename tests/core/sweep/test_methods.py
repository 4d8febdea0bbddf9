"""Methods: which trials they make, how many, and that they follow from the spec alone."""

from __future__ import annotations

import math
import re
import sys
from collections.abc import Callable
from statistics import fmean

import pytest

from core.io.command_lines import install_line
from core.runs.trial import Trial
from core.spec import SettingError
from core.sweep.axes import ChoiceAxis, LinearAxis, LogAxis
from core.sweep.methods import METHODS, Grid, Halving, Method, QuasiRandom, Random, TreeParzen
from core.sweep.sweep import Sweep
from tests.core.sweep.small_sweeps import TINY, small_sweep

needs_optuna = pytest.mark.foreign


def rounds_of(
    sweep: Sweep, score: Callable[[Trial], float] = lambda trial: -trial.number
) -> list[list[Trial]]:
    rounds = sweep.rounds()
    found = [next(rounds)]
    while True:
        try:
            found.append(rounds.send({trial.key: score(trial) for trial in found[-1]}))
        except StopIteration:
            return found


def rate(trial: Trial) -> float:
    return float(dict(trial.settings)["optimizer.learning_rate"])


def drawn(method: Method) -> list[Trial]:
    axes = (
        LogAxis("optimizer.learning_rate", low=0.001, high=1.0),
        LinearAxis("dataset.noise", low=0, high=0.5),
    )
    return rounds_of(Sweep(axes=axes, method=method, experiment=TINY))[0]


def test_a_grid_has_every_combination_with_one_seed_after_the_other() -> None:
    (trials,) = rounds_of(small_sweep(rates=2, seeds=2))
    assert [trial.number for trial in trials] == list(range(8))
    assert [trial.point for trial in trials] == [0, 1, 2, 3] * 2
    assert [trial.seed for trial in trials] == [0] * 4 + [1] * 4
    assert [tuple(value for _, value in trial.settings) for trial in trials[:4]] == [
        (0.001, 2), (0.001, 4), (1.0, 2), (1.0, 4),
    ]  # fmt: skip


@pytest.mark.parametrize("kind", ["random", "sobol", "latin_hypercube"])
def test_drawn_values_follow_from_the_seed_and_cover_the_axes(kind: str) -> None:
    trials = drawn(METHODS.make({"kind": kind, "trials": 20, "seed": 3}))
    assert trials == drawn(METHODS.make({"kind": kind, "trials": 20, "seed": 3}))
    assert trials != drawn(METHODS.make({"kind": kind, "trials": 20, "seed": 4}))
    logs = [math.log10(rate(trial)) for trial in trials]
    assert min(logs) < -2.5 < -0.5 < max(logs)
    assert len(trials) == 20


def test_a_latin_hypercube_has_one_value_in_each_part_of_an_axis() -> None:
    shares = [-math.log10(rate(trial)) / 3 for trial in drawn(QuasiRandom(10, 0, "latin_hypercube"))]
    assert sorted(int(10 * share) for share in shares) == list(range(10))


@pytest.mark.parametrize(
    "written", ["latin_hypercube", "lhs", {"kind": "latin_hypercube", "trials": 20, "seed": 0}]
)
def test_a_latin_hypercube_of_an_older_sweep_goes_on_with_its_points(written: object) -> None:
    made = METHODS.make(written)
    assert made == METHODS.make(made.to_json()) == QuasiRandom(20, 0, "latin_hypercube")
    # As they were drawn when it was a kind of its own.
    assert [round(rate(trial), 6) for trial in drawn(made)[:3]] == [0.8025, 0.001393, 0.008472]


def test_halving_lets_the_best_train_on_and_ends_with_all_epochs() -> None:
    sweep = small_sweep(method=Halving(trials=9, factor=3, first_epochs=2), epochs=18, seeds=2)
    rounds = rounds_of(sweep, score=rate)
    assert [(len(trials), trials[0].epochs, trials[0].rung) for trials in rounds] == [
        (18, 2, 0), (6, 6, 1), (2, 18, 2),
    ]  # fmt: skip
    assert sweep.count() == 26
    best = sorted({rate(trial) for trial in rounds[0]})[-3:]
    assert sorted({rate(trial) for trial in rounds[1]}) == best
    assert {trial.number for trial in rounds[2]} <= {trial.number for trial in rounds[1]}


def test_halving_has_one_rung_where_there_is_nothing_to_halve() -> None:
    assert [len(trials) for trials in rounds_of(small_sweep(method=Halving(trials=2), epochs=2))] == [2]


def test_failed_trials_do_not_train_on() -> None:
    sweep = small_sweep(method=Halving(trials=4, factor=2, first_epochs=1), epochs=2)
    rounds = rounds_of(sweep, lambda trial: -math.inf if trial.number < 2 else 0.0)
    assert [trial.number for trial in rounds[1]] == [2, 3]


@needs_optuna
def test_tpe_suggests_like_the_best_and_the_same_ones_again() -> None:
    pytest.importorskip("optuna")
    axes = (
        LogAxis("optimizer.learning_rate", low=1e-4, high=1.0),
        ChoiceAxis("optimizer", values=("adam", "sgd")),
    )
    sweep = Sweep(axes=axes, method=TreeParzen(trials=40, batch=5), experiment=TINY, seeds=2)

    def score(trial: Trial) -> float:
        return -math.inf if rate(trial) > 0.5 else -abs(math.log10(rate(trial)) + 2)

    rounds = rounds_of(sweep, score)
    assert rounds == rounds_of(sweep, score)
    assert [len(trials) for trials in rounds] == [10] * 8
    assert sorted(trial.number for trials in rounds for trial in trials) == list(range(sweep.count()))
    distances = [abs(math.log10(rate(trial)) + 2) for trials in rounds for trial in trials]
    assert fmean(distances[40:]) < 0.8 * fmean(distances[:20])


def test_tpe_says_which_package_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "optuna", None)
    monkeypatch.setattr("core.sweep.methods.find_spec", lambda name: None)
    with pytest.raises(SettingError, match=re.escape(install_line("numpynet-playground[tune]"))):
        small_sweep(method=TreeParzen()).check()


@pytest.mark.parametrize("kind", list(METHODS))
def test_json_makes_the_same_method(kind: type[Method]) -> None:
    assert METHODS.make(kind().to_json()) == kind()


def test_the_count_is_known_before() -> None:
    for method in (Grid(), Random(trials=7), Halving(trials=20), QuasiRandom(trials=5)):
        sweep = small_sweep(method=method, seeds=3, epochs=50)
        assert sum(map(len, rounds_of(sweep))) == sweep.count()
