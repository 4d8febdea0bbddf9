from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from core.data.datasets import Xor
from core.experiment.prepare import prepare, prepare_split
from core.experiment.presets import preset_named
from core.optim import SGD
from core.probes import learning_curve as module
from core.probes.learning_curve import LearningCurve, forecast, learning_curve
from tests.core.inspect.started import HILLS, IRIS
from tests.core.trainers import with_changes

SIZES = np.array([50, 75, 112, 168, 252, 378])


def made(floor: float, height: float, fall: float, noise: float = 0.0) -> np.ndarray:
    """Scores (3, 6) of errors that fall by a power law, with normal noise of a share of the error."""
    errors = floor + height * (SIZES / SIZES[-1]) ** -fall
    scores: np.ndarray = 1.0 - errors * (1.0 + noise * np.random.default_rng(3).normal(size=(3, 6)))
    return scores


@pytest.mark.parametrize(("floor", "height", "fall"), [(0.0, 0.1, 0.5), (0.05, 0.1, 1.0), (0.2, 0.0, 1.0)])
def test_a_power_law_is_carried_on(floor: float, height: float, fall: float) -> None:
    ahead, off = forecast(SIZES, made(floor, height, fall, 0.03), 2 * SIZES[-1])
    true = 1.0 - floor - height * 2.0**-fall
    assert abs(ahead - true) <= off
    assert off < 0.03


def test_noise_makes_a_forecast_unsure() -> None:
    quiet, loud = (forecast(SIZES, made(0.05, 0.1, 0.6, noise), 756.0)[1] for noise in (0.02, 0.3))
    assert loud > 3 * quiet


def test_more_data_is_judged_by_its_gain() -> None:
    prepared = prepare(IRIS)

    def sentence(scores: np.ndarray) -> str:
        return LearningCurve(SIZES, scores, scores, prepared.task.score, 10).sentence

    assert sentence(made(0.0, 0.2, 0.8, 0.02)).startswith("Yes: with twice as many samples about 8")
    assert sentence(made(0.1, 0.0, 0.5, 0.01)).startswith(
        "No: with twice as many samples about 90.1 %, from 90.0 %"
    )
    assert sentence(made(0.1, 0.1, 0.5, 0.9)).startswith("Not clear: ")


def test_sizes_grow_with_equal_steps_and_shares_of_classes(monkeypatch: pytest.MonkeyPatch) -> None:
    prepared, splits = prepare(IRIS), []
    seen: list[LearningCurve] = []
    plain = prepare_split

    def spy(*arguments: object) -> object:
        splits.append(plain(*arguments))  # type: ignore[arg-type]
        return splits[-1]

    monkeypatch.setattr(module, "prepare_split", spy)
    found = learning_curve(IRIS, prepared, seen.append, epochs=8, seeds=2)
    rows = len(prepared.train_index)
    assert found.sizes.tolist() == [round(share * rows) for share in module.SHARES]
    assert [len(own.train) for own in splits] == 2 * found.sizes.tolist()
    for own in splits:
        np.testing.assert_array_equal(own.test_index, prepared.test_index)
        counts = np.bincount(own.data.targets[own.train_index], minlength=3)
        assert counts.max() - counts.min() <= 3
    assert set(splits[0].train_index) < set(splits[1].train_index)
    assert set(splits[0].train_index) != set(splits[6].train_index)
    assert found.present == pytest.approx(found.test[:, -1].mean())
    assert found.note == ""
    shares = [each.share for each in seen]
    assert shares == sorted(shares)
    assert len(shares) >= 12


def test_trainings_that_diverge_are_left_out() -> None:
    found = learning_curve(with_changes(HILLS, optimizer=SGD(100.0)), prepare(HILLS), epochs=2, seeds=1)
    assert found.sentence == "6 of 6 trainings diverged and are left out."
    assert math.isnan(found.present)
    with pytest.raises(ValueError, match="score of each size"):
        found.forecast(100)


def test_what_is_trained_when_the_budget_ends_is_kept() -> None:
    found = learning_curve(IRIS, prepare(IRIS), epochs=50, budget=0.0)
    assert found.sentence == "Stopped after 0 s, 0 of 18 trained."


def test_too_few_samples_are_refused() -> None:
    few = IRIS.replace(dataset=Xor(samples=40))
    with pytest.raises(ValueError, match="at least 40 training samples, and these are 28"):
        learning_curve(few, prepare(few))
    untested = replace(prepare(IRIS), test=prepare(IRIS).test.part(np.arange(0)))
    with pytest.raises(ValueError, match="Without test samples"):
        learning_curve(IRIS, untested)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["iris", "wine", "spirals", "hills", "moons", "xor", "quantiles", "tf_plane"]
)
def test_half_of_the_samples_foretell_the_score_with_all(name: str) -> None:
    """2 s for each: half of the training rows, carried on to all, beside the score that all reach in as many steps."""
    experiment = preset_named(name)
    prepared = prepare(experiment)
    order = module._mixed(prepared, 99)
    half = prepare_split(experiment, prepared.data, np.sort(order[: len(order) // 2]), prepared.test_index)
    ahead, off = learning_curve(experiment, half, epochs=60).forecast(len(order))
    assert abs(learning_curve(experiment, prepared, epochs=30).present - ahead) <= off
