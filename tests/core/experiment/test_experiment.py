"""The experiment as a value: validation, JSON and derived shapes."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.data.datasets import DATASETS, Digits, Iris, Moons, Plane
from core.data.features import FEATURES
from core.experiment.experiment import FORMAT_VERSION, Experiment, Output
from core.io import strict_json
from core.nn import LAYERS, Dense, Flatten, ReLU, Tanh
from core.nn.losses import BinaryCrossentropy, CrossEntropy, MeanSquaredError
from core.optim import SGD, Adam
from core.spec import SettingError
from core.train.training_config import TrainingConfig
from tests.core.kinds import specs, valid_values


@st.composite
def experiments(draw: st.DrawFn) -> Experiment:
    plain = {rule.name: draw(valid_values(rule)) for rule in Experiment.settings()}
    layers = draw(st.lists(st.sampled_from(list(LAYERS)).flatmap(specs), max_size=4))
    features = draw(st.lists(st.sampled_from(list(FEATURES)), min_size=1))
    return Experiment(**plain, layers=tuple(layers), features=tuple(features), output=draw(specs(Output)))


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(experiments())
def test_an_experiment_comes_back_from_json(experiment: Experiment) -> None:
    text = strict_json.dump(experiment.to_json())
    back = Experiment.from_json(strict_json.load(text))
    assert back == experiment
    assert hash(back) == hash(experiment)
    assert strict_json.dump(back.to_json()) == text


def data(**changes: Any) -> dict[str, Any]:
    return Experiment(layers=(Dense(3),)).to_json() | changes


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ([], 'This is not an experiment: it lacks "kind": "experiment"'),
        (None, "This is not an experiment"),
        ({}, "This is not an experiment"),
        (data(kind="model"), "This is not an experiment"),
        (data(version=FORMAT_VERSION + 1), "Experiment: version must be"),
        (data(version=0), "Experiment: version must be"),
        (data(version="1"), "Experiment: version must be"),
        (data(version=None), "Experiment: version must be"),
        (data(color="red"), "Experiment has no setting called 'color'"),
        (data(layers={}), "Experiment: layers must be a list, got {}"),
        (data(layers=[{"kind": "dens"}]), "There is no layer called 'dens'; did you mean 'dense'?"),
        (data(layers=[{"kind": "dense", "units": 0}]), "Dense: units must be at least 1, got 0"),
        (data(layers=[5]), "Expected the name of a layer, got 5"),
        (data(layers=[{"kind": "dropout"}] * 101), "Experiment: layers must be at most 100, got 101"),
        (data(features="x1"), "Experiment: features must be a list, got 'x1'"),
        (data(features=[]), "Experiment: features must name at least one input, got none"),
        (data(features=["x3"]), "There is no feature called 'x3'; choose from x1, x2"),
        (data(features=[["x1"]]), "There is no feature called ['x1']"),
        (data(features=[7]), "There is no feature called 7"),
        (data(output="tanh"), "Experiment: output must be an object, got 'tanh'"),
        (data(output={"units": 4}), "Output has no setting called 'units'"),
        (data(output={"activation": "gelu2"}), "Output: activation must be one of auto, relu"),
        (data(batch_size=0), "Training: batch size must be at least 1, got 0"),
        (data(batch_size=1.5), "Training: batch size must be a whole number, got 1.5"),
        (data(seed=-1), "Experiment: seed must be at least 0, got -1"),
        (data(name=5), "Experiment: name must be a text, got 5"),
        (data(dataset={"kind": "moon"}), "Experiment: dataset: There is no dataset called 'moon'"),
        (data(loss=[]), "Training: loss: Expected the name of a loss, got []"),
        (
            data(optimizer={"kind": "adam", "learning_rate": 10**400}),
            "Training: optimizer: Adam: learning rate must be a finite number",
        ),
    ],
)
def test_bad_json_is_told_in_a_sentence(given: Any, sentence: str) -> None:
    with pytest.raises(SettingError) as caught:
        Experiment.from_json(given)
    assert str(caught.value).startswith(sentence)


def test_what_is_missing_takes_its_default() -> None:
    assert Experiment.from_json({"kind": "experiment", "version": 1}) == Experiment()
    assert Experiment.from_json({"kind": "experiment", "version": 1, "output": {}}) == Experiment()


def test_features_have_one_order() -> None:
    assert Experiment(features=("x2", "sin_x1", "x1", "x2")).features == ("x1", "x2", "sin_x1")
    assert Experiment(features=("x2", "x1")) == Experiment()


def test_layers_and_kinds_go_by_name() -> None:
    experiment = Experiment(
        layers=("dense", Tanh, ReLU()), dataset="iris", training=TrainingConfig(loss="mse", optimizer="sgd")
    )  # type: ignore[arg-type]
    assert experiment.layers == (Dense(), Tanh(), ReLU())
    assert (experiment.training.loss, experiment.training.optimizer, experiment.dataset) == (
        MeanSquaredError(),
        SGD(),
        Iris(),
    )


def test_the_output_must_be_one() -> None:
    with pytest.raises(SettingError, match="output must be an Output, got 'tanh'"):
        Experiment(output="tanh")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("dataset", "loss", "units", "activation"),
    [
        (Moons(), BinaryCrossentropy(), 1, "sigmoid"),
        (Moons(), CrossEntropy(), 2, "softmax"),
        (Moons(), MeanSquaredError(), 1, "tanh"),
        (Iris(), CrossEntropy(), 3, "softmax"),
        (Iris(), MeanSquaredError(), 3, "softmax"),
        (Digits(size="28x28"), CrossEntropy(), 10, "softmax"),
        (Plane(), MeanSquaredError(), 1, "linear"),
    ],
)
def test_the_output_layer_follows_from_data_and_loss(
    dataset: Any, loss: Any, units: int, activation: str
) -> None:
    layer = Experiment(dataset=dataset, training=TrainingConfig(loss=loss)).output_layer()
    assert (layer.units, layer.activation.kind) == (units, activation)
    chosen = Experiment(
        dataset=dataset, output=Output("sine", "he_normal"), training=TrainingConfig(loss=loss)
    ).output_layer()
    assert (chosen.activation.kind, chosen.kernel_initializer.kind) == ("sine", "he_normal")


def test_the_stack_ends_with_the_output() -> None:
    experiment = Experiment(
        dataset=Digits(size="28x28"),
        layers=(Flatten(), Dense(5)),
        training=TrainingConfig(loss=CrossEntropy(), optimizer=Adam()),
    )
    assert experiment.stack()[:2] == experiment.layers
    assert experiment.stack()[2].units == 10
    assert experiment.input_shape == (28, 28, 1)
    assert Experiment(features=("x1", "x2", "x1_x2")).input_shape == (3,)
    flat = [kind() for kind in DATASETS if kind.family != "sequences"]
    assert all(len(dataset.info().shape) in (1, 3) for dataset in flat)


def test_the_engine_is_saved_only_if_it_is_chosen() -> None:
    plain = Experiment()
    assert "engine" not in plain.to_json()
    chosen = plain.with_training(engine="numpy")
    assert Experiment.from_json(chosen.to_json()) == chosen
    with pytest.raises(SettingError, match="engine must be one of auto, numpy, compiled, got 'cuda'"):
        Experiment.from_json(plain.to_json() | {"engine": "cuda"})
