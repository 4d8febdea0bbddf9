"""A model of a file in an experiment predicts what it did; where it cannot be shown, the reason is said."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.data.datasets import (
    Circle,
    Digits,
    GivenScaling,
    Iris,
    Moons,
    NoScaling,
    Plane,
    Standardize,
)
from core.data.pipeline import ClassOutputs, NumberColumn, Pipeline, PointInputs, TableInputs
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.project_file import TrainerState
from core.experiment.stack_problems import with_task
from core.formats import TrainedModel, exporter_for, load_model
from core.formats.model_import import ModelImport, find_imports, import_onto, write_project
from core.formats.trained_experiment import trained_model
from core.nn import LAYERS, Flatten
from core.nn.interventions import Intervention
from core.nn.network import Network
from core.optim import SGD, Adam
from core.optim.regularizers import L2, NoRegularizer
from core.train.tasks import Classification, FlowMatching
from tests.core.formats.onnx.onnx_cases import shaken


def trained(experiment: Experiment) -> TrainedModel:
    """The experiment's model after two epochs."""
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    trainer.run_epoch()
    trainer.run_epoch()
    return trained_model(experiment, TrainerState.of(trainer, prepared.pipeline))


def bare(text: str, shape: tuple[int, ...], **settings: object) -> TrainedModel:
    """A model without a pipeline, as of other programs."""
    return TrainedModel(shaken(Network(LAYERS.parse(text), shape, seed=1)), **settings)  # type: ignore[arg-type]


def network_of(placed: ModelImport) -> Network:
    """The network that a trainer of the placement goes on with."""
    assert placed.experiment is not None, placed.fault
    assert placed.state is not None
    trainer = make_trainer(placed.experiment, prepare(placed.experiment))
    placed.state.restore(trainer)
    assert trainer.has_trained
    return trainer.network


IRIS = Experiment(
    dataset=Iris(), scaling=Standardize(), layers=LAYERS.parse("dense 6 tanh"), data_seed=3
).with_training(loss="cross_entropy")
HOUSES = Experiment(
    dataset=Plane(), target_scaling=Standardize(), layers=LAYERS.parse("dense 6 tanh")
).with_training(loss="mean_squared_error")
DIGITS = Experiment(
    dataset=Digits(), scaling=Standardize(), layers=LAYERS.parse("conv2d 3, flatten, dense 5 relu")
).with_training(loss="cross_entropy")
POINTS = Experiment(
    dataset=Circle(), features=("x1", "x2", "sin_x1"), layers=LAYERS.parse("dense 4 relu")
).with_training(loss="binary_cross_entropy")


@pytest.mark.parametrize(
    "experiment", [IRIS, HOUSES, DIGITS, POINTS], ids=["table", "values", "images", "points"]
)
def test_a_model_comes_back_to_its_data_and_predicts_the_same(experiment: Experiment) -> None:
    model = trained(experiment)
    # Another split, whose own scaling would be another one.
    current = experiment.replace(layers=(), data_seed=9, features=("x1", "x2"), scaling=NoScaling())
    placed = import_onto(model, current, experiment.dataset)
    assert placed.experiment is not None, placed.fault
    assert placed.notes == ()
    network = network_of(placed)
    prepared = prepare(placed.experiment)
    raw = prepared.raw_test_samples(40)
    ours = prepared.pipeline.decode(network.predict(prepared.pipeline.transform(raw)))
    wanted = model.predictions(raw)
    for name in ("probabilities", "values"):
        found = getattr(ours, name)
        assert (found is None) == (getattr(wanted, name) is None)
        if found is not None:
            np.testing.assert_allclose(found, getattr(wanted, name), rtol=1e-6, atol=1e-6)
    assert placed.experiment.layers == experiment.layers
    assert placed.state is not None
    assert placed.state.epoch == 2
    make_trainer(placed.experiment, prepared).run_epoch()


@pytest.mark.parametrize("suffix", [".onnx", ".keras", ".npz", ".safetensors", ".nnplay"])
def test_a_moved_threshold_comes_back_with_its_file(suffix: str, tmp_path: Path) -> None:
    model = trained(POINTS.replace(threshold=0.3))
    assert model.pipeline is not None
    path = tmp_path / f"model{suffix}"
    if suffix == ".nnplay":
        write_project(model, POINTS.training, POINTS, path)
    else:
        exporter_for(path).write(model, path)
    placed = import_onto(load_model(path), POINTS.replace(threshold=0.9), POINTS.dataset)
    assert placed.experiment is not None, placed.fault
    assert placed.experiment.threshold == 0.3
    assert prepare(placed.experiment).pipeline.outputs == model.pipeline.outputs
    plain = import_onto(bare("dense 1 sigmoid", (2,)), POINTS.replace(threshold=0.9), POINTS.dataset)
    assert plain.experiment is not None, plain.fault
    assert plain.experiment.threshold == 0.5


def test_a_given_scaling_is_the_one_of_the_file() -> None:
    model = trained(IRIS)
    placed = import_onto(model, IRIS.replace(data_seed=9), Iris())
    assert placed.experiment is not None
    assert isinstance(placed.experiment.scaling, GivenScaling)
    assert model.pipeline is not None
    assert prepare(placed.experiment).pipeline.inputs == model.pipeline.inputs
    assert Experiment.from_json(placed.experiment.to_json()) == placed.experiment


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("dense 6 tanh, dense 3", "Its outputs are scores: Softmax is added"),
        ("dense 6 tanh, dense 3 softmax use_bias=false", "gets a bias of 0"),
        (
            "dense 6 tanh, dense 3, batch_normalization",
            "An output layer is added that passes on what BatchNorm",
        ),
        ("dense 6 tanh, dense 3, softmax", "Epochs are counted from 1"),
    ],
)
def test_outputs_are_adapted_to_classes(text: str, note: str) -> None:
    model = bare(text, (4,))
    placed = import_onto(model, IRIS, Iris())
    assert any(note in each for each in placed.notes), placed.notes
    network = network_of(placed)
    x = np.random.default_rng(0).normal(size=(20, 4)).astype(np.float32)
    wanted = model.network.predict(x)
    if not text.endswith(("softmax", "use_bias=false")):
        wanted = np.exp(wanted) / np.exp(wanted).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(network.predict(x), wanted, atol=1e-6)
    assert placed.experiment is not None
    assert placed.experiment.scaling == NoScaling()


def test_one_score_for_two_classes_becomes_a_sigmoid() -> None:
    model = bare("dense 4 relu, dense 1", (2,))
    placed = import_onto(model, POINTS, Moons())
    wanted = 1 / (1 + np.exp(-model.network.predict(np.eye(2))))
    np.testing.assert_allclose(network_of(placed).predict(np.eye(2)), wanted, atol=1e-6)
    assert placed.experiment is not None
    assert placed.experiment.features == ("x1", "x2")


def test_rows_of_pixels_take_images(tmp_path: Path) -> None:
    for text, first in (
        ("dense 5 relu, dense 10", Flatten()),
        ("reshape 8x8x1, flatten, dense 10", Flatten()),
    ):
        model = bare(text, (64,))
        placed = import_onto(model, DIGITS, Digits())
        network = network_of(placed)
        assert placed.experiment is not None
        assert placed.experiment.layers[0] == first
        x = np.random.default_rng(0).random((6, 8, 8, 1), np.float32)
        scores = model.network.predict(x.reshape(6, 64))
        wanted = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
        np.testing.assert_allclose(network.predict(x), wanted, atol=1e-6)


def test_muted_units_stay_muted_behind_a_new_flatten() -> None:
    model = bare("dense 5 relu, dense 10 softmax", (64,))
    model.network.intervene([Intervention("mute", 0, 3), Intervention("clamp", 0, 1, value=2.0)])
    placed = import_onto(model, DIGITS, Digits())
    assert placed.experiment is not None
    assert placed.experiment.interventions == (
        Intervention("clamp", 1, 1, value=2.0),
        Intervention("mute", 1, 3),
    )


def test_classes_in_another_order_are_put_in_that_of_the_data() -> None:
    model = trained(IRIS)
    assert model.pipeline is not None
    names = prepare(IRIS).data.class_names
    turned = ClassOutputs(names[::-1], 3)
    network = Network(model.network.layers, (4,), seed=None)
    state = model.network.state_dict()
    last = [name for name in state if name.startswith("1/")] or list(state)[-2:]
    network.load_state_dict({n: a[..., ::-1] if n in last else a for n, a in state.items()})
    other = TrainedModel(network, Pipeline(model.pipeline.inputs, turned), epoch=2)
    x = np.random.default_rng(0).normal(size=(9, 4)).astype(np.float32)
    np.testing.assert_array_equal(
        network_of(import_onto(other, IRIS, Iris())).predict(x), model.network.predict(x)
    )


def table(*names: str) -> Pipeline:
    return Pipeline(TableInputs(tuple(map(NumberColumn, names))), ClassOutputs(("a", "b", "c"), 3))


@pytest.mark.parametrize(
    ("model", "on", "fault"),
    [
        (bare("dense 3 softmax", (5,)), IRIS, r"It takes 5 numbers; .* has 4 numbers"),
        (bare("dense 2 softmax", (4,)), IRIS, r"It has 2 outputs; .* has 3 classes"),
        (bare("dense 1 softplus", (4,)), IRIS, r"It has 1 output; .* has 3 classes"),
        (bare("dense 2 sigmoid", (2,)), POINTS, "must be Softmax"),
        (bare("dense 1", (3,)), POINTS, "It takes 3 numbers; points have 2 numbers"),
        (bare("dense 3 softmax", (2,)), HOUSES, "tells classes apart; .* has values"),
        (bare("conv2d 2, flatten, dense 10 softmax", (9, 9, 1)), DIGITS, "images of 9 × 9 × 1; .* 8 × 8 × 1"),
        (TrainedModel(Network(LAYERS.parse("dense 1"), (1,), seed=0),
                      Pipeline(PointInputs(("sin_x1",)), ClassOutputs(outputs=1))), IRIS, "takes points"),
        (TrainedModel(Network(LAYERS.parse("dense 3 softmax"), (4,), seed=0),
                      table("petal width (cm)", "petal length (cm)", "sepal width (cm)", "sepal length (cm)")),
         IRIS, "columns are in another order"),
    ],
)  # fmt: skip
def test_where_a_model_cannot_be_shown_the_reason_is_said(
    model: TrainedModel, on: Experiment, fault: str
) -> None:
    placed = import_onto(model, on, on.dataset)
    assert placed.experiment is None
    with pytest.raises(AssertionError, match=fault):
        network_of(placed)


def test_other_names_are_taken_in_order_with_a_note() -> None:
    model = TrainedModel(Network(LAYERS.parse("dense 3 softmax"), (4,), seed=0), table("p", "q", "r", "s"))
    placed = import_onto(model, IRIS, Iris())
    assert placed.experiment is not None
    assert "Its columns are called p, q, r, s; those of the data are taken in their order" in placed.notes
    assert any(each.startswith("Its classes are called a, b, c; here they are") for each in placed.notes)


def test_data_of_the_same_name_come_first() -> None:
    model = bare("dense 3 relu, dense 3 softmax", (4,), name=Iris().label)
    found = find_imports(model, POINTS)
    assert found[0].fault.startswith("It takes 4 numbers")
    assert [each.dataset for each in found[1:]][:1] == [Iris()]
    assert all(not each.fault for each in found[1:])


def test_the_current_experiment_keeps_what_the_file_does_not_say() -> None:
    current = IRIS.replace(train_share=0.5, seed=8).with_training(engine="numpy")
    placed = import_onto(bare("dense 3", (4,)), current, Iris())
    assert placed.experiment is not None
    assert (placed.experiment.train_share, placed.experiment.seed) == (0.5, 8)
    assert placed.experiment.training.engine == "numpy"


def test_training_is_that_of_the_data_and_not_of_the_network_before() -> None:
    slow = SGD(learning_rate=1e-5)
    few = DIGITS.with_training(batch_size=8, optimizer=slow, regularizer=L2(rate=0.1))
    model = bare("dense 10 softmax", (784,))
    placed = import_onto(model, few, Digits(size="28x28", samples=10_000))
    assert placed.experiment is not None
    training = placed.experiment.training
    assert (training.batch_size, training.optimizer) == (128, Adam(learning_rate=0.001))
    assert training.regularizer == NoRegularizer()
    # Few samples are learned from in several steps, many in not too many.
    for samples, size in ((300, 16), (10_000, 128)):
        again = few.replace(dataset=Digits(size="28x28", samples=samples))
        placed = import_onto(model, again, again.dataset)
        assert placed.experiment is not None
        assert placed.experiment.training.batch_size == size
    kept = import_onto(model, few, Digits(size="28x28", samples=10_000), keeps_training=True)
    assert kept.experiment is not None
    assert kept.experiment.training.optimizer == slow


@pytest.mark.parametrize(
    "experiment",
    [
        Experiment(dataset=Moons(samples=60), layers=LAYERS.parse("dense 6 silu")),
        IRIS,
        DIGITS.replace(layers=()),
    ],
    ids=["points", "rows", "images"],
)
def test_a_field_goes_on_as_a_field(experiment: Experiment) -> None:
    task = FlowMatching(conditional=True, start="uniform")
    made = with_task(experiment, task)
    model = trained(made)
    placed = import_onto(model, experiment, experiment.dataset)
    assert placed.experiment is not None, placed.fault
    assert placed.experiment.task == task
    assert model.pipeline is not None
    # Preprocessed as they were.
    inputs = prepare(made).test.inputs
    np.testing.assert_allclose(prepare(placed.experiment).test.inputs, inputs, atol=1e-5)
    np.testing.assert_allclose(network_of(placed).predict(inputs), model.network.predict(inputs), atol=1e-6)
    values = import_onto(model, experiment, Plane())
    assert values.fault == "Flow matching by class needs classes, and these data have values"


def test_another_model_ends_a_field() -> None:
    points = Experiment(dataset=Moons(samples=60), layers=LAYERS.parse("dense 6 silu"))
    field = with_task(points, FlowMatching())
    model = trained(points)
    placed = import_onto(model, field, field.dataset)
    assert placed.experiment is not None, placed.fault
    assert placed.experiment.task == Classification()
    inputs = prepare(points).test.inputs
    np.testing.assert_allclose(network_of(placed).predict(inputs), model.network.predict(inputs), atol=1e-6)
    # Without a pipeline nothing says what it has learned, but that it fits.
    kept = import_onto(bare("dense 3, dense 2", (3,)), field, field.dataset).experiment
    assert kept is not None
    assert kept.task == FlowMatching()
