"""`Sequence.load`, `save` and `export` by the suffix: projects of the window, and models, also of other programs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core import SGD, ClipByNorm, ExponentialDecay, Huber, Sequence
from core.data.datasets import Iris, Standardize
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.project_file import TrainerState, load_project, save_project
from core.formats.trained_experiment import trained_model
from core.nn import LAYERS

X = np.random.default_rng(0).normal(size=(60, 4)).astype(np.float32)
Y = (X[:, 0] > 0).astype(int) + (X[:, 1] > 0)


@pytest.fixture(scope="module")
def model() -> Sequence:
    return Sequence(["dense", "tanh", *LAYERS.parse("dense 3 softmax")], feedback_steps=0).train(
        X, Y, epochs=3
    )


@pytest.mark.parametrize("suffix", [".npz", ".safetensors", ".onnx", ".nnplay"])
@pytest.mark.parametrize("save", [Sequence.save, Sequence.export], ids=["save", "export"])
def test_a_model_comes_back_by_its_suffix_and_learns_on(
    suffix: str, save: object, model: Sequence, tmp_path: Path
) -> None:
    if suffix == ".onnx":
        pytest.importorskip("onnx")
    path = tmp_path / f"model{suffix}"
    save(model, path)  # type: ignore[operator]
    again = Sequence.load(path)
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    again.feedback_steps = 0
    again.train(X, Y, epochs=1)
    assert not np.array_equal(again.predict(X), model.predict(X))


@pytest.mark.parametrize("suffix", [".npz", ".safetensors", ".onnx", ".keras", ".nnmodel"])
def test_settings_of_the_training_come_back_and_equal_files_are_equal(suffix: str, tmp_path: Path) -> None:
    if suffix == ".onnx":
        pytest.importorskip("onnx")
    made = Sequence(
        ["dense", *LAYERS.parse("dense 3")],
        loss=Huber(delta=2.0),
        optimizer=SGD(learning_rate=0.5, momentum=0.3),
        schedule=ExponentialDecay(),
        clipping=ClipByNorm(2.0),
        regularizer="l2",
        batch_size=9,
    ).build(4)
    made.save(tmp_path / f"a{suffix}")
    made.save(tmp_path / f"b{suffix}")
    assert (tmp_path / f"a{suffix}").read_bytes() == (tmp_path / f"b{suffix}").read_bytes()
    assert Sequence.load(tmp_path / f"a{suffix}").training_config == made.training_config
    if suffix == ".nnmodel":
        return
    made.compile(loss=lambda true, predicted: ((true - predicted) ** 4).mean())
    made.save(tmp_path / f"a{suffix}")
    with pytest.warns(
        UserWarning, match="its loss is a function, which no file holds; here it is Mean squared"
    ):
        again = Sequence.load(tmp_path / f"a{suffix}")
    assert again.optimizer == made.optimizer


def test_a_project_of_the_window_brings_its_settings_and_preprocessing(tmp_path: Path) -> None:
    experiment = Experiment(
        dataset=Iris(), scaling=Standardize(), layers=LAYERS.parse("dense 5 relu"), seed=4
    ).with_training(loss="cross_entropy", optimizer="sgd", batch_size=9)
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    trainer.run_epoch()
    state = TrainerState.of(trainer, prepared.pipeline)
    save_project(tmp_path / "iris.nnplay", experiment, state)
    model = Sequence.load(tmp_path / "iris.nnplay")
    assert (model.optimizer.kind, model.batch_size, model.seed) == ("sgd", 9, 4)
    assert model.pipeline == prepared.pipeline
    raw = prepared.raw_test_samples(20)
    wanted = trained_model(experiment, state).predictions(raw)
    assert wanted.probabilities is not None
    np.testing.assert_array_equal(model.predict(prepared.pipeline.transform(raw)), wanted.probabilities)
    model.save(tmp_path / "again.nnplay")
    again, kept = load_project(tmp_path / "again.nnplay")
    assert again.dataset == Iris()
    assert kept is not None
    assert kept.epoch == 1


def test_a_project_needs_data_that_the_model_fits(tmp_path: Path) -> None:
    model = Sequence(["dense"], loss="mean_squared_error").build(17)
    with pytest.raises(
        ValueError, match=r"A project \(\.nnplay\) shows its network on data, .*It takes 17 numbers"
    ):
        model.export(tmp_path / "a.nnplay")


def test_the_own_format_is_known_by_its_content(model: Sequence, tmp_path: Path) -> None:
    model.save(tmp_path / "a.nnmodel")
    for name in ("b.npz", "b.nnplay"):
        (tmp_path / name).write_bytes((tmp_path / "a.nnmodel").read_bytes())
        again = Sequence.load(tmp_path / name)
        assert again.loss_history == model.loss_history
