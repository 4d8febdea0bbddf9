"""Settings by path: found, listed and changed, in training, layers, data and network."""

from __future__ import annotations

import re
from typing import Any

import pytest

from core.data.datasets import Moons, Spirals
from core.experiment.experiment import Experiment
from core.experiment.presets import preset_files
from core.experiment.project_file import load_experiment
from core.nn import LAYERS, Dense, Dropout
from core.nn.interventions import Intervention
from core.optim.regularizers import L2
from core.runs.setting_paths import setting_at, sweepable_settings, value_at, with_value
from core.spec import SettingError

LAYERED = Experiment(
    dataset=Spirals(),
    layers=LAYERS.parse("dense 8 relu, dropout 0.2, dense 4 tanh, dropout 0.1"),
)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("optimizer.learning_rate", 0.5),
        ("batch_size", 32),
        ("loss.label_smoothing", 0.1),
        ("layers.dense.units", 5),
        ("layers.2.units", 5),
        ("layers.dropout.rate", 0.4),
        ("dataset.noise", 0.3),
        ("train_share", 0.5),
        ("data_seed", 9),
        ("output.activation", "tanh"),
        ("features", "x1 x2 sin_x1"),
        ("depth", 4),
    ],
)
def test_a_value_is_set_and_read_at_its_path(path: str, value: Any) -> None:
    changed = with_value(LAYERED, path, value)
    assert value_at(changed, path) == value
    assert changed != LAYERED


def test_a_kind_of_layer_means_all_of_them_and_a_number_one() -> None:
    assert [layer.units for layer in with_value(LAYERED, "layers.dense.units", 6).layers[::2]] == [6, 6]
    assert [layer.units for layer in with_value(LAYERED, "layers.2.units", 6).layers[::2]] == [8, 6]


def test_kinds_are_chosen_by_name_by_json_and_by_a_path_through_them() -> None:
    assert value_at(with_value(LAYERED, "optimizer", "sgd"), "optimizer").kind == "sgd"
    chosen = with_value(LAYERED, "regularizer", {"kind": "l2", "rate": 0.1})
    assert chosen.training.regularizer == L2(rate=0.1)
    assert with_value(LAYERED, "regularizer.l2.rate", 0.1).training.regularizer == L2(rate=0.1)
    kept = with_value(with_value(LAYERED, "optimizer.beta_1", 0.5), "optimizer.adam.learning_rate", 0.1)
    assert value_at(kept, "optimizer.beta_1") == 0.5


def test_the_depth_repeats_the_last_dense_layer_with_what_follows_it() -> None:
    def kinds(depth: int) -> list[str]:
        return [layer.kind for layer in with_value(LAYERED, "depth", depth).layers]

    assert kinds(0) == []
    assert kinds(1) == ["dense", "dropout"]
    assert kinds(3) == ["dense", "dropout"] * 3
    assert with_value(LAYERED, "depth", 3).layers[4:] == LAYERED.layers[2:]
    images = load_experiment(
        next(path for path in preset_files() if "lenet" in path.stem or "cnn" in path.stem)
    )
    front = [layer.kind for layer in images.layers if layer.kind != "dense"]
    assert [layer.kind for layer in with_value(images, "depth", 0).layers] == front[: len(front)]
    assert [layer.kind for layer in with_value(Experiment(), "depth", 2).layers] == ["dense", "dense"]


def test_layers_are_written_in_the_notation() -> None:
    changed = with_value(LAYERED, "layers", "dense 2 relu, dropout 0.5")
    assert changed.layers == (Dense(2, activation="relu"), Dropout(0.5))


def test_what_is_held_of_neurons_that_are_gone_is_dropped() -> None:
    held = LAYERED.replace(interventions=(Intervention("mute", 0, 7), Intervention("mute", 2, 0)))
    assert with_value(held, "batch_size", 3).interventions == held.interventions
    assert with_value(held, "layers.0.units", 4).interventions == (Intervention("mute", 2, 0),)
    assert with_value(held, "depth", 1).interventions == (Intervention("mute", 0, 7),)


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("optimizer.speed", 1, "Adam has no setting called 'speed'; it has learning_rate"),
        ("nonsense", 1, "Experiment has no setting called 'nonsense'"),
        ("", 1, "Experiment has no setting called ''"),
        ("batch_size.low", 1, "Batch size has no settings of its own"),
        ("layers.9.units", 1, "layers must be from 0 to 3, got 9"),
        (
            "layers.conv2d.filters",
            1,
            "layers must be named by a number or a kind (dense, dropout), got 'conv2d'",
        ),
        ("layers.0", 1, "Dense has no setting called ''"),
        ("seed", 1, "seed cannot be swept"),
        ("name", "x", "name cannot be swept"),
        ("optimizer.learning_rate", -1, "Adam: learning rate must be at least 0, got -1"),
        ("optimizer.learning_rate", "fast", "must be a finite number, got 'fast'"),
        ("optimizer", "fastest", "There is no optimizer called 'fastest'"),
        ("features", 3, "features must be names with spaces, got 3"),
        ("features", "x9", "There is no feature called 'x9'"),
        ("depth", 0.5, "depth must be a whole number, got 0.5"),
    ],
)
def test_what_is_wrong_is_a_sentence(path: str, value: Any, sentence: str) -> None:
    with pytest.raises(SettingError, match=re.escape(sentence)):
        with_value(LAYERED, path, value)


@pytest.mark.parametrize("file", preset_files(), ids=lambda path: path.stem)
def test_every_listed_setting_of_a_preset_takes_its_own_value(file: Any) -> None:
    experiment = load_experiment(file)
    listed = sweepable_settings(experiment)
    paths = [item.path for item in listed]
    assert len(set(paths)) == len(paths)
    assert {"optimizer.learning_rate", "batch_size", "depth", "layers", "train_share"} <= set(paths)
    for item in listed:
        assert setting_at(experiment, item.path) == item.setting
        # A path to all layers of a kind makes them equal.
        if not item.path.startswith("layers."):
            assert with_value(experiment, item.path, item.value) == experiment
        with_value(experiment, item.path, item.value)
        assert item.title


def test_the_list_says_what_a_dialog_shows() -> None:
    listed = {item.path: item for item in sweepable_settings(Experiment(layers=(Dense(4),)))}
    rate = listed["optimizer.learning_rate"]
    assert (rate.title, rate.value, rate.is_number, rate.setting.low) == (
        "Adam: Learning rate",
        0.03,
        True,
        0.0,
    )
    assert (
        listed["layers.dense.activation"].value.kind == "relu"
        or not listed["layers.dense.activation"].is_number
    )
    assert listed["dataset.noise"].group == Moons.title
    assert "features" in listed
