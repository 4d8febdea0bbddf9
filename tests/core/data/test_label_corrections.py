"""Label corrections: effect on the data, validation and JSON."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.data.datasets import Iris, Moons
from core.data.datasets.playground_points import Plane
from core.data.label_corrections import LabelCorrections, apply_corrections, corrected_data
from core.experiment.experiment import Experiment
from core.experiment.prepare import prepare
from core.experiment.project_file import load_experiment
from core.nn.losses import MeanSquaredError
from core.spec import SettingError
from core.train.training_config import TrainingConfig
from tests.core.trainers import experiment_of


def iris(**changes: Any) -> Experiment:
    return experiment_of(**{"dataset": Iris(), "loss": MeanSquaredError()} | changes)


def test_a_mended_label_moves_no_sample() -> None:
    plain, row = prepare(iris()), 7
    mended = prepare(iris(corrections=[[row, 2]]))
    assert np.array_equal(plain.train_index, mended.train_index)
    assert np.array_equal(plain.test_index, mended.test_index)
    assert np.array_equal(plain.train.inputs, mended.train.inputs)
    changed = np.flatnonzero(plain.data.targets != mended.data.targets)
    assert changed.tolist() == [row]
    assert mended.data.targets[row] == 2
    index, part = (
        (mended.train_index, mended.train) if row in mended.train_index else (mended.test_index, mended.test)
    )
    place = int(np.flatnonzero(index == row)[0])
    assert part.labels[place] == 2
    assert np.array_equal(part.targets[place], mended.encoding.encode(np.array([2]))[0])


def test_dropped_samples_leave_their_part_and_nothing_else_moves() -> None:
    plain = prepare(iris())
    gone = [int(plain.train_index[3]), int(plain.test_index[0])]
    kept = prepare(iris(corrections=[[row, None] for row in gone]))
    assert np.array_equal(kept.train_index, np.delete(plain.train_index, 3))
    assert np.array_equal(kept.test_index, plain.test_index[1:])
    assert len(kept.train) == len(plain.train) - 1
    assert kept.data.samples == plain.data.samples


def test_corrected_data_stand_alone() -> None:
    data = Moons(samples=20).load(0)
    after = corrected_data(LabelCorrections.of([[0, 1], [3, None], [19, None]]), data)
    assert np.array_equal(after.inputs, np.delete(data.inputs, [3, 19], axis=0))
    assert after.targets[0] == 1
    assert np.array_equal(after.targets[1:], np.delete(data.targets, [3, 19])[1:])
    assert corrected_data(LabelCorrections(), data) is data


def test_no_corrections_give_the_very_same_arrays() -> None:
    data = Moons().load(0)
    train, test = np.arange(3), np.arange(3, 9)
    assert apply_corrections(LabelCorrections(), data, train, test) == (data, train, test)


def test_a_class_without_samples_is_still_a_class() -> None:
    data = prepare(iris()).data
    ones = LabelCorrections.of([[row, 0] for row in np.flatnonzero(data.targets == 2).tolist()])
    after, _, _ = apply_corrections(ones, data, np.arange(149), np.arange(149, 150))
    assert after.n_classes == 3


def test_the_last_correction_of_a_row_counts() -> None:
    corrections = LabelCorrections.of([[5, 1], [3, None]]).with_label([5, 4], 0)
    assert corrections == ((3, None), (4, 0), (5, 0))
    assert corrections.dropped == 1
    assert corrections.without([4, 3]) == ((5, 0),)


def test_json_has_them_only_where_there_are_some(tmp_path: Path) -> None:
    assert "corrections" not in iris().to_json()
    experiment = iris(corrections=[[4, 1], [2, None]])
    data = json.loads(json.dumps(experiment.to_json()))
    assert data["corrections"] == [[2, None], [4, 1]]
    assert Experiment.from_json(data) == experiment
    path = tmp_path / "iris.json"
    path.write_text(json.dumps(data))
    assert load_experiment(path) == experiment


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ({"4": 1}, "corrections must be a list"),
        ([[4]], r"must be \[row, class\], got \[4\]"),
        ([[-1, 0]], "row must be a whole number from 0 on, got -1"),
        ([[True, 0]], "row must be a whole number"),
        ([[1, 0.5]], "class must be a whole number from 0 on, got 0.5"),
        ([[0, 0]] * 100_001, "at most 100,000, got 100,001"),
    ],
)
def test_what_is_no_correction_is_refused(value: Any, sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        iris(corrections=value)


@pytest.mark.parametrize(
    ("corrections", "sentence"),
    [
        ([[150, 0]], "row must be below 150, got 150"),
        ([[0, 3]], "class must be below 3, got 3"),
        ([[row, None] for row in range(150)], "at least one training sample must be kept"),
    ],
)
def test_what_the_data_do_not_have_is_refused(corrections: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        prepare(iris(corrections=corrections))


def test_values_have_no_class_to_mend_but_can_be_dropped() -> None:
    regression = Experiment(dataset=Plane(), training=TrainingConfig(loss=MeanSquaredError()))
    with pytest.raises(ValueError, match="needs classes"):
        prepare(regression.replace(corrections=((0, 0),)))
    less = prepare(regression.replace(corrections=((0, None),)))
    assert len(less.train) + len(less.test) == less.data.samples - 1


def test_mended_data_are_still_divided_as_their_makers_divided_them() -> None:
    points = Moons(samples=20).load(0)
    data = dataclasses.replace(points, train_samples=12)
    mended, _, _ = apply_corrections(LabelCorrections.of([[0, 1]]), data, np.arange(12), np.arange(12, 20))
    assert mended.train_samples == 12
