"""What if: the smallest change of a line's side, within what is allowed, in whole categories and the table's units."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.explain.counterfactual import CATEGORY_SIZE, Counterfactual, Counterfactuals, Goal, largest_size
from core.nn.network import Network
from core.spec.arrays import Array
from tests.core.explain.tables import coloured
from tests.core.inspect.started import BLOBS, DIGITS, HILLS, IRIS, MOONS, start


def searched(experiment: Experiment, epochs: int = 8) -> tuple[Network, PreparedData, Counterfactuals]:
    trainer, prepared, _ = start(experiment, epochs)
    return trainer.network, prepared, Counterfactuals(trainer.network, prepared)


def moved(prepared: PreparedData, found: Counterfactual, sample: Array) -> Array:
    """How far each input moved, in its own sizes."""
    away = np.abs(found.inputs - sample)
    return away if sample.ndim == 3 else away / prepared.deviations


def test_the_smallest_change_of_a_lines_side_is_the_distance_to_it() -> None:
    network, prepared, search = searched(MOONS.replace(layers=(), features=("x1", "x2")), 3)
    kernel, bias = network.weights[0]["kernel"][:, 0], network.weights[0]["bias"][0]
    points = prepared.data.inputs[prepared.train_index]
    deviations, ends = points.std(axis=0), (points.min(axis=0), points.max(axis=0))
    compared = 0
    for row in range(10):
        found = search.find(prepared.test.inputs[row], Goal(), row)
        assert found.points is not None
        start_, end = found.points
        logit = float(start_ @ kernel + bias)
        nearest = abs(logit) / float(np.abs(kernel * deviations).sum())
        exact = start_ - np.sign(logit * kernel) * nearest * deviations
        if (exact >= ends[0]).all() and (exact <= ends[1]).all() and nearest < largest_size(prepared):
            compared += 1
            assert nearest <= found.size <= nearest + largest_size(prepared) / 8**3 + 1e-6
            assert np.abs(end - start_) == pytest.approx(found.size * deviations, rel=1e-3)
            assert (float(end @ kernel + bias) > 0) != (logit > 0)
    assert compared > 3


@pytest.mark.parametrize("experiment", [BLOBS, IRIS, DIGITS], ids=["points", "table", "images"])
def test_what_turns_is_said_by_the_network_and_stays_within_its_size(experiment: Experiment) -> None:
    network, prepared, search = searched(experiment)
    turned = 0
    for row in range(8):
        sample = prepared.test.inputs[row]
        found = search.find(sample, Goal(), row)
        said = prepared.encoding.decode(network.predict(np.stack([sample, found.inputs])))
        assert said.tolist() == [found.before, found.after]
        assert found.turned == (said[0] != said[1])
        turned += found.turned
        if found.points is None:
            assert moved(prepared, found, sample).max() <= found.size * 1.0001
        low, high = prepared.train.inputs.min(axis=0), prepared.train.inputs.max(axis=0)
        if experiment is IRIS:
            assert (found.inputs >= np.minimum(low, sample) - 1e-6).all()
            assert (found.inputs <= np.maximum(high, sample) + 1e-6).all()
        if experiment is DIGITS:
            assert found.inputs.min() >= 0.0
            assert found.inputs.max() <= 1.0
        smaller = search.find(sample, Goal(size=0.9 * found.size), row)
        assert smaller.size == pytest.approx(0.9 * found.size)
    assert turned > 4


def test_a_class_can_be_chosen_and_a_size_that_is_too_small_says_so() -> None:
    network, prepared, search = searched(IRIS)
    sample = prepared.test.inputs[0]
    said = int(prepared.encoding.decode(network.predict(sample[None]))[0])
    reached = [search.find(sample, Goal(target)) for target in range(3)]
    assert [each.turned for each in reached] == [True] * 3
    assert [each.after for each in reached] == [0, 1, 2]
    assert reached[said].size < 0.01
    other = next(each for number, each in enumerate(reached) if number != said)
    small = search.find(sample, Goal(other.after, 0.2 * other.size))
    assert not small.turned
    assert small.after == said


def test_values_rise_and_fall() -> None:
    network, prepared, search = searched(HILLS)
    sample = prepared.test.inputs[0]
    before = float(network.predict(sample[None])[0, 0])
    for target in (1, -1):
        found = search.find(sample, Goal(target, 0.5), 0)
        assert found.turned
        assert (float(network.predict(found.inputs[None])[0, 0]) - before) * target > 0.0


def test_categories_change_as_a_whole_and_fixed_columns_not_at_all(tmp_path: Path) -> None:
    _, prepared, search = searched(coloured(tmp_path), 60)
    inputs, changed = prepared.pipeline.inputs, 0
    for row in range(12):
        sample = prepared.test.inputs[row]
        small = search.find(sample, Goal(size=0.9 * CATEGORY_SIZE))
        assert np.array_equal(small.inputs[:3], sample[:3])
        found = search.find(sample, Goal(fixed=(1,)))
        assert found.inputs[3] == sample[3]
        raw = inputs.inverse_transform(found.inputs[None])
        assert raw["colour"][0] in ("red", "green", "blue")
        # What the table would give again is what the network saw.
        assert inputs.scaled(inputs.encode(raw))[0] == pytest.approx(found.inputs, abs=1e-6)
        if found.turned:
            changed += 1
            assert found.size >= CATEGORY_SIZE
            assert not np.array_equal(found.inputs[:3], sample[:3])
        nothing = search.find(sample, Goal(fixed=(0, 1)))
        assert np.array_equal(nothing.inputs, sample)
        assert not nothing.turned
    assert changed > 0


def test_weights_that_are_not_finite_turn_nothing() -> None:
    network, prepared, search = searched(IRIS, 1)
    network.parameters[...] = np.nan
    found = search.find(prepared.test.inputs[0], Goal())
    assert np.array_equal(found.inputs, prepared.test.inputs[0])
