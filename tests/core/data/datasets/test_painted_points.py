"""Painted points: validation, JSON, a stable split."""

from __future__ import annotations

import json
import zlib
from pathlib import Path
from time import thread_time
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.data.datasets import DATASETS, Blobs, Data, Moons, Painted, PaintedPoints, Plane
from core.data.datasets.painted_points import MAX_PAINTED
from core.data.train_test_split import train_test_split
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.problems import find_problems
from core.experiment.project_file import load_project, save_project
from core.io import strict_json
from core.nn import Dense
from core.nn.losses import CrossEntropy, MeanSquaredError
from core.spec import SettingError
from core.train.training_config import TrainingConfig
from tests.core.experiment.on_data import with_dataset

TWO = Painted(points=PaintedPoints.of([(-1.0, 0.5, 0), (2.0, -0.25, 1), (2.5, -0.5, 1), (-1.5, 1, 0)]))

triples = st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6), st.integers(0, 9)), max_size=30)


@given(triples)
def test_points_survive_json_and_are_rounded_once(given_points: list[Any]) -> None:
    spec = Painted(points=PaintedPoints.of(given_points))
    again = DATASETS.from_json(json.loads(json.dumps(spec.to_json())))
    assert again == spec
    assert all(place == round(place, 3) for point in spec.points for place in point[:2])
    assert PaintedPoints.of_array(spec.points.array) == spec.points


def test_an_experiment_keeps_its_points() -> None:
    experiment = Experiment(dataset=TWO, layers=(Dense(4, "tanh"),))
    again = Experiment.from_json(json.loads(json.dumps(experiment.to_json())))
    assert again == experiment
    assert again.dataset.to_json()["points"][1] == [2.0, -0.25, 1]


@pytest.mark.parametrize(
    ("points", "rule"),
    [
        ("abc", "must be a list"),
        ([1, 2, 0], r"must be \[x1, x2, class\], got 1"),
        ([[1, 2]], r"must be \[x1, x2, class\]"),
        ([[1, "2", 0]], "must lie within 1,000,000 of 0"),
        ([[1, float("nan"), 0]], "must lie within 1,000,000 of 0"),
        ([[True, 2, 0]], "must lie within"),
        ([[1, 2e6, 0]], "must lie within"),
        ([[1, 10**400, 0]], "must lie within"),
        ([[1, 2, 10]], "class must be from 0 to 9"),
        ([[1, 2, -1]], "class must be from 0 to 9"),
        ([[1, 2, 0.0]], "class must be from 0 to 9"),
        ([[0, 0, 0]] * 20_001, "must be at most 20,000, got 20,001"),
    ],
)
def test_a_bad_point_is_told_in_a_sentence(points: Any, rule: str) -> None:
    with pytest.raises(SettingError, match=rule):
        DATASETS.from_json({"kind": "painted", "points": points})


def test_a_class_that_has_points_counts() -> None:
    assert Painted(points=PaintedPoints.of([(0, 0, 4)])).classes == 5
    assert TWO.replace(classes=2).classes == 2
    assert TWO.replace(classes=7).info().outputs == 7


def test_a_change_of_many_points_is_quick() -> None:
    many = Painted(points=PaintedPoints.of_array(np.random.default_rng(0).uniform(0, 2, (20_000, 3))))
    experiment = Experiment(dataset=many)
    start = thread_time()
    for seed in range(20):
        assert experiment.replace(seed=seed).dataset == many
    assert thread_time() - start < 0.5


@pytest.mark.parametrize("name", ["many.nnplay", "many.json"])
def test_as_many_as_are_allowed_fit_into_a_file(name: str, tmp_path: Path) -> None:
    rows = np.random.default_rng(0).uniform((-6, -6, 0), (6, 6, 3), (20_000, 3))
    experiment = Experiment(dataset=Painted(points=PaintedPoints.of_array(rows)))
    path = tmp_path / name
    if path.suffix == ".json":
        path.write_text(strict_json.dump(experiment.to_json()), encoding="utf-8")
    else:
        save_project(path, experiment, None)
    assert load_project(path) == (experiment, None)


def test_loads_what_was_painted() -> None:
    data = TWO.load(3)
    np.testing.assert_array_equal(data.inputs, np.float32([[-1, 0.5], [2, -0.25], [2.5, -0.5], [-1.5, 1]]))
    assert data.targets.tolist() == [0, 1, 1, 0]
    assert data.class_names == ("0", "1")


@pytest.mark.parametrize("points", [[], [(0, 0, 1)], [(0, 0, 1), (1, 1, 1), (2, 2, 1)]])
def test_too_little_is_a_valid_document_that_cannot_train(points: list[Any]) -> None:
    experiment = Experiment(dataset=Painted(points=PaintedPoints.of(points)), layers=(Dense(3),))
    assert Experiment.from_json(json.loads(json.dumps(experiment.to_json()))) == experiment
    (problem,) = find_problems(experiment)
    assert problem.sentence == "Paint points of at least two classes"
    (fix,) = problem.fixes
    assert fix.text == "Use moons"
    assert fix.experiment.dataset == Moons()
    assert find_problems(fix.experiment) == ()


def test_no_points_are_told_in_a_sentence() -> None:
    with pytest.raises(ValueError, match="at least one point, got none"):
        Painted(points=PaintedPoints()).load(0)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_two_points_of_two_classes_can_train(share: float) -> None:
    two = Painted(points=PaintedPoints.of([(-1, 0, 0), (1, 0, 1)]))
    experiment = Experiment(dataset=two, layers=(Dense(3, "tanh"),), train_share=share)
    assert find_problems(experiment) == ()
    trainer = make_trainer(experiment, prepare(experiment))
    for _ in range(5):
        assert np.isfinite(trainer.step())


def test_the_starter_set_is_learned() -> None:
    experiment = with_dataset(Experiment(layers=(Dense(6, "tanh"),)), Painted())
    trainer = make_trainer(experiment, prepare(experiment))
    for _ in range(60):
        trainer.run_epoch()
    assert trainer.figures.test.score == 1.0


def sides(spec: Painted, share: float = 0.7) -> dict[tuple[float, ...], bool]:
    data = spec.load(5)
    train, _ = train_test_split(data, share, 5)
    return {tuple(data.inputs[i].tolist()): i in set(train.tolist()) for i in range(data.samples)}


def test_adding_a_point_leaves_the_others_on_their_side() -> None:
    rng = np.random.default_rng(1)
    rows = np.column_stack([rng.normal(size=(120, 2)), np.arange(120) % 2])
    moved = 0
    before = sides(Painted(points=PaintedPoints.of_array(rows[:60])))
    for count in range(61, 121):
        after = sides(Painted(points=PaintedPoints.of_array(rows[:count])))
        moved = max(moved, sum(after[place] != side for place, side in before.items()))
        before = after
    # A class that gets one more sample on one side may displace a second one.
    assert moved <= 2


def test_other_data_become_painted_ones() -> None:
    blobs = Blobs(samples=50, centers=4).load(2)
    painted = Painted.of_data(blobs)
    assert (painted.classes, len(painted.points)) == (4, 50)
    np.testing.assert_allclose(painted.load(0).inputs, blobs.inputs, atol=0.00051)
    np.testing.assert_array_equal(painted.load(0).targets, blobs.targets)


def test_values_become_two_classes_by_their_sign() -> None:
    data = Plane(samples=40).load(0)
    painted = Painted.of_data(data)
    assert painted.classes == 2
    np.testing.assert_array_equal(painted.load(0).targets, data.targets[:, 0] > 0)
    experiment = with_dataset(
        Experiment(dataset=Plane(), training=TrainingConfig(loss=MeanSquaredError())), painted
    )
    assert find_problems(experiment) == ()


def test_more_classes_take_another_loss() -> None:
    experiment = Experiment(dataset=TWO)
    assert isinstance(with_dataset(experiment, TWO.replace(classes=3)).training.loss, CrossEntropy)


def test_only_points_of_the_plane_can_be_painted() -> None:
    wide = Data(np.zeros((3, 4), np.float32), np.array([0, 1, 0]), "classes")
    with pytest.raises(ValueError, match=r"two features, got samples of shape \(4,\)"):
        Painted.of_data(wide)


def test_points_are_packed_and_come_back() -> None:
    many = np.random.default_rng(0).normal(size=(MAX_PAINTED, 3))
    many[:, 2] = np.arange(MAX_PAINTED) % 3
    painted = Painted(classes=5, points=PaintedPoints.of_array(many))
    packed = painted.to_bytes()
    assert len(packed) < 400_000
    assert Painted.from_bytes(packed) == painted


@pytest.mark.parametrize("packed", [b"", b"xyz", zlib.compress(b"{}"), zlib.compress(b'{"kind": "moons"}')])
def test_what_holds_no_points_is_refused(packed: bytes) -> None:
    with pytest.raises(ValueError, match=r"Painted|dataset|must be JSON"):
        Painted.from_bytes(packed)
