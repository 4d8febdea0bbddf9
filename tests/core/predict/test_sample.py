"""Samples of a trained field: in the units of the data, the same from the same seed, and how like the data they are."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core import CrossEntropy, Sequence
from core.data.datasets import Digits, Iris, Moons, Standardize
from core.data.pipeline import Pipeline
from core.experiment.experiment import Experiment
from core.experiment.prepare import prepare
from core.experiment.stack_problems import with_task
from core.experiment.templates import TEMPLATES, with_template
from core.formats import exporter_for
from core.nn import Dense
from core.nn.autoencoder import half_of
from core.predict import sample as module
from core.predict.sample import Likeness, likeness, sample
from core.spec import SettingError
from core.train.tasks import FlowMatching
from tests.core.experiment.on_data import with_dataset
from tests.core.formats.test_proof import learned

SMALL = (Dense(8, "silu"),)


def flow(experiment: Experiment, **settings: Any) -> Experiment:
    return with_task(experiment.replace(layers=SMALL), FlowMatching(**settings))


MOONS = flow(Experiment(dataset=Moons(samples=80)), conditional=True, start="uniform")


def test_samples_are_the_ends_of_the_paths_that_the_task_makes(monkeypatch: pytest.MonkeyPatch) -> None:
    model, _ = learned(MOONS)
    task = MOONS.task
    assert isinstance(task, FlowMatching)
    start = task.noise((50, 2), np.random.default_rng(3))
    paths = task.sample(model.network.predict, (5,), start, 7, "heun", label=1, guidance=2.0)
    given: dict[str, Any] = {"steps": 7, "method": "heun", "seed": 3, "label": 1, "guidance": 2.0}
    np.testing.assert_array_equal(sample(model.network, model.pipeline, 50, **given, paths=True), paths)
    monkeypatch.setattr(module, "_PART_ROWS", 16)
    np.testing.assert_allclose(sample(model.network, model.pipeline, 50, **given), paths[-1], atol=1e-5)


@pytest.mark.parametrize(
    ("experiment", "shape"),
    [
        (Experiment(dataset=Iris(), scaling=Standardize()), (4,)),
        (Experiment(dataset=Digits(), scaling=Standardize()), (8, 8, 1)),
    ],
    ids=["rows", "images"],
)
def test_rows_and_images_are_in_their_own_units(experiment: Experiment, shape: tuple[int, ...]) -> None:
    made = flow(experiment)
    model, _ = learned(made, 1)
    assert model.pipeline is not None
    bare = sample(model.network, None, 6, 5)
    found = sample(model.network, model.pipeline, 6, 5)
    assert found.shape == (6, *shape)
    scaled = model.pipeline.outputs.samples.scaled(found).reshape(6, -1)  # type: ignore[attr-defined]
    np.testing.assert_allclose(scaled, bare, atol=1e-4)
    assert not np.allclose(found.reshape(6, -1), bare, atol=0.1)


def test_a_class_has_a_number_and_a_name() -> None:
    made = flow(Experiment(dataset=Iris()), conditional=True)
    model, _ = learned(made, 1)
    by_name = sample(model.network, model.pipeline, 4, 3, label="versicolor")
    np.testing.assert_array_equal(by_name, sample(model.network, model.pipeline, 4, 3, label=1))
    assert not np.array_equal(by_name, sample(model.network, model.pipeline, 4, 3))
    np.testing.assert_array_equal(
        sample(model.network, None, 4, 3, label="1"), sample(model.network, None, 4, 3, label=1)
    )


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"count": 0}, "sample: count must be a whole number of at least 1, got 0"),
        ({"seed": -1}, "sample: seed must be a whole number of at least 0, got -1"),
        ({"label": "2"}, "sample: the class must be one of 0, 1, got '2'"),
        ({"label": 2}, "sample: the class must be one of 0, 1, got 2"),
        ({"label": True}, "sample: the class must be one of 0, 1, got True"),
    ],
)
def test_what_cannot_be_made_is_named(given: dict[str, Any], sentence: str) -> None:
    model, _ = learned(MOONS, 1)
    with pytest.raises(ValueError, match=f"^{sentence}$"):
        sample(model.network, model.pipeline, **{"count": 3, **given})


def test_other_models_say_why_they_make_none() -> None:
    classes, _ = learned(Experiment(dataset=Moons(samples=60), layers=SMALL), 1)
    with pytest.raises(ValueError, match=r"learned to generate makes samples; this one tells classes apart$"):
        sample(classes.network, classes.pipeline, 3)
    with pytest.raises(ValueError, match=r"of shape \(3,\) and outputs of shape \(4,\)$"):
        Sequence([Dense(4)], loss="mse").build(3).sample(2)
    for bare in (Sequence([Dense(3, "softmax")]), Sequence([Dense(3, "tanh")], loss="mse")):
        with pytest.raises(ValueError, match="learned to generate makes samples; this one ends with "):
            bare.build(4).sample(2)
    scores = Sequence([Dense(3)], loss=CrossEntropy(from_logits=True), epochs=1, feedback_steps=0)
    with pytest.raises(ValueError, match="makes samples; this one has learned Cross-entropy"):
        scores.train(np.eye(4), [0, 1, 2, 0]).sample(2)
    free, _ = learned(flow(Experiment(dataset=Moons(samples=60))), 1)
    with pytest.raises(ValueError, match="has not learned by class"):
        sample(free.network, free.pipeline, 3, label=0)


@pytest.mark.parametrize("suffix", [".npz", ".safetensors", ".keras", ".onnx"])
def test_a_file_makes_the_same_samples(suffix: str, tmp_path: Path) -> None:
    if suffix == ".onnx":
        pytest.importorskip("onnx")
    model, _ = learned(MOONS)
    path = tmp_path / f"moons{suffix}"
    exporter_for(path).write(model, path)
    found = Sequence.load(path).sample(9, 5, seed=2, label="1")
    np.testing.assert_allclose(found, sample(model.network, model.pipeline, 9, 5, seed=2, label=1), atol=1e-6)
    assert Sequence.load(path).sample(9, 5, paths=True).shape == (6, 9, 2)


def test_a_pipeline_of_velocities_is_kept_and_checked() -> None:
    pipeline = prepare(flow(Experiment(dataset=Iris()), conditional=True)).pipeline
    data = json.loads(json.dumps(pipeline.to_json()))
    assert Pipeline.from_json(data) == pipeline
    data["outputs"]["samples"] = {"kind": "points", "features": ["x1", "x2"]}
    with pytest.raises(SettingError, match="columns must be one for each of 2 numbers, got 4"):
        Pipeline.from_json(data)
    data["outputs"] |= pipeline.to_json()["outputs"] | {"classes": [1]}
    with pytest.raises(SettingError, match="classes must be texts"):
        Pipeline.from_json(data)


def test_likeness_is_of_the_class_that_was_made() -> None:
    prepared = prepare(MOONS)
    source = prepared.train.batch[0][:, :2]
    same = likeness(source, prepared)
    assert (same.there, same.back) == pytest.approx((0.0, 0.0), abs=1e-6)
    assert 0.05 < same.test_there < 1.0
    ones = source[prepared.train.labels == 1]
    assert likeness(ones, prepared, 1).back == pytest.approx(0.0, abs=1e-6)
    assert likeness(ones, prepared, 0).there > 0.5
    assert likeness(ones, prepared).back > 0.2


def test_a_likeness_without_test_samples_says_nothing_of_them() -> None:
    assert Likeness(0.1234, 0.5, math.nan, math.nan).text == (
        "mean distance to the nearest training sample 0.123, and from those to the nearest of these 0.500"
    )
    assert Likeness(0.1234, 0.5, 0.1, 0.2).text.endswith(" 0.500 (test samples: 0.100 and 0.200)")


@pytest.mark.parametrize(
    ("dataset", "shape"), [(Iris(), (4,)), (Digits(), (8, 8, 1))], ids=["rows", "images"]
)
def test_a_vae_decodes_random_codes(dataset: Iris | Digits, shape: tuple[int, ...]) -> None:
    template = next(
        each for each in TEMPLATES if each.title == "VAE" and each.for_images == (len(shape) == 3)
    )
    model, _ = learned(with_template(with_dataset(Experiment(), dataset), template), 1)
    assert model.pipeline is not None
    found = sample(model.network, model.pipeline, 6, seed=4)
    assert found.shape == (6, *shape)
    codes = np.random.default_rng(4).standard_normal((6, 2), np.float32)
    outputs = half_of(model.network, "decoder").predict(codes)
    np.testing.assert_array_equal(sample(model.network, None, 6, seed=4), outputs)
    np.testing.assert_allclose(model.pipeline.inputs.scaled(found).reshape(6, -1), outputs, atol=1e-5)
    with pytest.raises(ValueError, match="sample: a decoder makes samples in one step"):
        sample(model.network, model.pipeline, 6, paths=True)
    with pytest.raises(ValueError, match="no class can be asked for"):
        sample(model.network, model.pipeline, 6, label=1)
    template = next(each for each in TEMPLATES if each.title == "Autoencoder" and not each.for_images)
    plain, _ = learned(with_template(with_dataset(Experiment(), Iris()), template), 1)
    with pytest.raises(ValueError, match="gives samples back, and needs a Sampling layer for new ones"):
        sample(plain.network, plain.pipeline, 6)
