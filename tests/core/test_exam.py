"""The exam of every registered kind: new layers, losses and optimizers are tested here without further code.

Gradients are compared with central differences in float64; the relative error must stay below 1e-6.
"""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest

from core.data.pipeline import ClassOutputs, NumberColumn, Pipeline, TableInputs
from core.formats import EXPORTERS, Exporter, TrainedModel
from core.nn import (
    ACTIVATIONS,
    LAYERS,
    Activation,
    ActivationFunction,
    BatchNormalization,
    Conv2D,
    Dense,
    Flatten,
    Layer,
    Linear,
)
from core.nn.initializers import INITIALIZERS, Initializer
from core.nn.layer_types import LayerError, Shape
from core.nn.losses import LOSSES, Loss, MeanSquaredError
from core.nn.network import Network
from core.nn.scalars import scalars
from core.optim import OPTIMIZERS, Optimizer, OptimizerState
from core.optim.regularizers import L1, L2
from core.spec import SettingError
from core.spec.regularizer import REGULARIZERS, Regularizer
from tests.core.gradient_check import differences, gradient_error, relative_error
from tests.core.kinds import kind_id

pytestmark = pytest.mark.environment


def fits(layer: Layer, shape: Shape) -> bool:
    try:
        layer.output_shape(shape)
    except LayerError:
        return False
    return True


def to_rows(layer: Layer, shape: Shape) -> tuple[Layer, ...]:
    """Layers that turn the layer's output into a vector."""
    return (Flatten(),) if len(layer.output_shape(shape)) > 1 else ()


SHAPES: tuple[Shape, ...] = ((6,), (5, 4), (4, 5, 3))
PLACES = [(kind, shape) for kind in LAYERS for shape in SHAPES if fits(kind(), shape)]
PLACE_IDS = [f"{kind.kind}-{'x'.join(map(str, shape))}" for kind, shape in PLACES]
each_layer = pytest.mark.parametrize(("kind", "shape"), PLACES, ids=PLACE_IDS)


def around(layer: Layer, shape: Shape) -> list[Layer]:
    """A small network with the layer inside: after a Dense on vectors and sequences, before one on images."""
    before: tuple[Layer, ...] = (Dense(shape[-1]),) if len(shape) < 3 else ()
    return [*before, layer, *to_rows(layer, shape), Dense(3)]


@pytest.mark.parametrize("kind", list(LAYERS), ids=kind_id)
def test_a_layer_says_what_it_is(kind: type[Layer]) -> None:
    families = ("dense", "activation", "regularization", "shape", "convolution", "pooling", "sequence")
    assert kind.family in families
    assert any(place[0] is kind for place in PLACES)


@each_layer
def test_a_layer_returns_the_shape_that_it_promises(kind: type[Layer], shape: Shape) -> None:
    network = Network([kind()], shape, seed=1)
    inputs = np.random.default_rng(0).normal(size=(7, *shape)).astype(np.float32)
    outputs = network.predict(inputs)
    assert outputs.shape == (7, *kind().output_shape(shape)) == (7, *network.output_shape)
    assert outputs.dtype == np.float32
    assert np.isfinite(outputs).all()
    for training in (False, True):
        assert network.plan(7, training=training).forward(inputs).shape == outputs.shape


@each_layer
def test_a_layer_declares_its_parameters(kind: type[Layer], shape: Shape) -> None:
    network = Network([kind()], shape, seed=1)
    declared = kind().parameters(shape)
    assert {p.name: p.shape for p in declared} == {n: a.shape for n, a in network.weights[0].items()}
    assert network.parameter_count == sum(p.size for p in declared)
    assert network.gradients.size == network.parameters.size
    assert network.weight_gradients[0].keys() == {p.name for p in declared if p.trainable}
    assert all(np.shares_memory(a, network.gradients) for a in network.weight_gradients[0].values())
    for parameter in declared:
        vector = network.parameters if parameter.trainable else network.state
        assert np.shares_memory(network.weights[0][parameter.name], vector)


@each_layer
def test_prediction_never_changes_the_state(kind: type[Layer], shape: Shape) -> None:
    network = Network(around(kind(), shape), shape, seed=1)
    inputs = np.random.default_rng(1).normal(size=(9, *shape)).astype(np.float32)
    network.plan(9, training=True).forward(inputs)
    before = [array.copy() for array in network.get_weights()]
    network.predict(inputs)
    network.layer_outputs(inputs)
    for array, old in zip(network.get_weights(), before, strict=True):
        np.testing.assert_array_equal(array, old)


@each_layer
def test_gradients_of_a_layer_between_others(kind: type[Layer], shape: Shape) -> None:
    # The first Dense trains on the gradient of this layer's inputs, which is thereby tested too.
    assert gradient_error(around(kind(), shape), shape) < 1e-6


@each_layer
def test_gradients_of_a_layer_in_front(kind: type[Layer], shape: Shape) -> None:
    assert gradient_error([kind(), *to_rows(kind(), shape), Dense(4, "tanh"), Dense(2)], shape) < 1e-6


@pytest.mark.parametrize(
    "kind", [k for k in LAYERS if any(fits(k(), shape) for shape in SHAPES[:2])], ids=kind_id
)
def test_gradients_between_layers_that_work_in_place(kind: type[Layer]) -> None:
    for shape in SHAPES[:2]:
        for other in ("tanh", "gelu", "softmax", "leaky_relu") if fits(kind(), shape) else ():
            stack = [Dense(shape[-1]), Activation(other), kind(), Activation(other), Dense(2)]
            assert gradient_error(stack, shape) < 1e-6, other


@each_layer
def test_prediction_leaves_a_training_step_alone(kind: type[Layer], shape: Shape) -> None:
    layers = around(kind(), shape)
    rng = np.random.default_rng(4)
    inputs = rng.normal(size=(6, *shape)).astype(np.float32)
    targets = rng.normal(size=(6, 3)).astype(np.float32)

    def gradients(look: bool) -> np.ndarray:
        network = Network(layers, shape, seed=5)
        plan = network.plan(6, training=True)
        outputs = plan.forward(inputs)
        if look:
            network.predict(inputs[::-1])
            network.layer_outputs(inputs[:2])
            network.plan(6, fused=network.final_activation is not None).forward(inputs[::-1])
        gradient = np.empty_like(targets)
        MeanSquaredError().gradient(outputs, targets, gradient)
        if look:
            network.predict(inputs[::-1])
        plan.backward(gradient)
        plan.forward(inputs)  # the noise of the next step is part of the state
        return np.concatenate([network.gradients, plan.forward(inputs).ravel()])

    np.testing.assert_array_equal(gradients(True), gradients(False))


@each_layer
def test_inputs_are_never_written_to(kind: type[Layer], shape: Shape) -> None:
    for layers in ([kind()], [kind(), *to_rows(kind(), shape), Activation("tanh"), Dense(2)]):
        network = Network(layers, shape, seed=1)
        inputs = np.random.default_rng(1).normal(size=(5, *shape)).astype(np.float32)
        before = inputs.copy()
        inputs.flags.writeable = False
        network.predict(inputs)
        network.layer_outputs(inputs)
        plan = network.plan(5, training=True)
        plan.backward(np.ones_like(plan.forward(inputs)))
        np.testing.assert_array_equal(inputs, before)


@each_layer
def test_looking_into_a_network_shows_what_it_predicts(kind: type[Layer], shape: Shape) -> None:
    layers = around(kind(), shape)
    network = Network(layers, shape, seed=1)
    inputs = np.random.default_rng(1).normal(size=(9, *shape)).astype(np.float32)
    seen = network.layer_outputs(inputs)
    assert [array.shape[1:] for array in seen] == list(network.shapes)
    np.testing.assert_array_equal(seen[-1], network.predict(inputs))
    for index in range(1, len(layers)):
        # Every layer's output is the prediction of the layers up to it.
        part = Network(layers[:index], shape, seed=1)
        np.testing.assert_allclose(seen[index - 1], part.predict(inputs), rtol=1e-6, atol=1e-6)


each_activation = pytest.mark.parametrize("kind", list(ACTIVATIONS), ids=kind_id)


@each_activation
def test_gradients_of_an_activation(kind: type[ActivationFunction]) -> None:
    for stack in ([Dense(6, kind()), Dense(2)], [Dense(6), kind(), Dense(2)], [Dense(6), Dense(4, kind())]):
        assert gradient_error(stack, (3,)) < 1e-6
    for rule in kind.settings():
        if rule.type == "float":
            for value in (0.01, 0.5, rule.high):
                assert gradient_error([Dense(6, kind(**{rule.name: value})), Dense(2)], (3,)) < 1e-6


@each_activation
def test_an_activation_keeps_its_range_and_never_overflows(kind: type[ActivationFunction]) -> None:
    for dtype in (np.float32, np.float64):
        x = np.array([-1e4, -1000, -30, -1, -1e-8, 0, 1e-8, 1, 30, 1000, 1e4], dtype)[None]
        network = Network([kind()], (x.size,), dtype=dtype)
        y = network.predict(x)
        assert np.isfinite(y).all()
        assert y.min() >= kind.low
        assert y.max() <= kind.high
        gradient = np.ones_like(x)
        kind().chain(x, y.copy(), gradient, np.empty_like(x), scalars(x.dtype))
        assert np.isfinite(gradient).all()


@each_activation
def test_an_activation_of_many_rows_is_that_of_each(kind: type[ActivationFunction]) -> None:
    x = np.random.default_rng(0).normal(size=(60, 60))
    x[0] = 0.0
    y, c = Network([kind()], (60,), dtype=x.dtype).predict(x), scalars(x.dtype)
    whole, scratch = np.ones_like(x), np.empty_like(x)
    kind().chain(x, y, whole, scratch, c)
    for row, outputs, expected in zip(x[:, None], y[:, None], whole[:, None], strict=True):
        found, gradient = np.empty_like(row), np.ones_like(row)
        kind().apply(row, found, c)
        kind().chain(row, found, gradient, scratch[:1], c)
        np.testing.assert_allclose(outputs, found, rtol=1e-12)
        np.testing.assert_allclose(expected, gradient, rtol=1e-12)


@pytest.mark.parametrize("kind", [k for k in ACTIVATIONS if not k.uses_input], ids=kind_id)
def test_an_activation_may_overwrite_its_input(kind: type[ActivationFunction]) -> None:
    x = np.random.default_rng(0).normal(size=(4, 5))
    y = np.empty_like(x)
    kind().apply(x, y, scalars(x.dtype))
    kind().apply(x, x, scalars(x.dtype))
    np.testing.assert_array_equal(x, y)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("relu", [0.0, 0.0, 2.0]),
        ("leaky_relu", [-0.2, 0.0, 2.0]),
        ("elu", [math.exp(-1) - 1, 0.0, 2.0]),
        ("gelu", [-0.15865525393145707, 0.0, 1.9544997361036416]),
        ("silu", [-1 / (1 + math.e), 0.0, 2 / (1 + math.exp(-2))]),
        ("tanh", [math.tanh(-1), 0.0, math.tanh(2)]),
        ("sigmoid", [1 / (1 + math.e), 0.5, 1 / (1 + math.exp(-2))]),
        ("softplus", [math.log1p(math.exp(-1)), math.log(2), math.log1p(math.exp(2))]),
        ("sine", [math.sin(-1), 0.0, math.sin(2)]),
        ("linear", [-1.0, 0.0, 2.0]),
        ("softmax", list(np.exp([-1, 0, 2]) / np.exp([-1, 0, 2]).sum())),
    ],
)
def test_activations_have_the_values_of_their_formulas(name: str, expected: list[float]) -> None:
    x = np.array([[-1.0, 0.0, 2.0]])
    found = Network([ACTIVATIONS.make(name)], (3,), dtype=np.float64).predict(x)
    np.testing.assert_allclose(found[0], expected, rtol=1e-14, atol=1e-15)


each_loss = pytest.mark.parametrize("kind", list(LOSSES), ids=kind_id)


def loss_case(kind: type[Loss], outputs: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Outputs and targets valid for the loss, (5, outputs)."""
    rng = np.random.default_rng(6)
    if kind.low == 0.0:
        return rng.uniform(0.2, 3.0, (5, outputs)), rng.integers(0, 5, (5, outputs)).astype(float)
    if "regression" in kind.tasks:
        return rng.normal(size=(5, outputs)), 2.0 * rng.normal(size=(5, outputs))
    if kind.fuses == "softmax":
        scores = np.exp(rng.normal(size=(5, outputs)))
        return scores / scores.sum(axis=1, keepdims=True), np.eye(outputs)[rng.integers(outputs, size=5)]
    return rng.uniform(0.05, 0.95, (5, outputs)), rng.integers(0, 2, (5, outputs)).astype(float)


@each_loss
def test_the_gradient_of_a_loss(kind: type[Loss]) -> None:
    outputs, targets = loss_case(kind)
    gradient = np.empty_like(outputs)
    kind().gradient(outputs, targets, gradient)
    assert relative_error(gradient, differences(lambda: kind().value(outputs, targets), outputs)) < 1e-6


@each_loss
def test_a_loss_through_a_network(kind: type[Loss]) -> None:
    _, targets = loss_case(kind)
    ends = ("linear", "sigmoid", "softmax") if "regression" in kind.tasks else ("sigmoid", "softmax")
    for name in ends[kind.low == 0.0 :]:
        assert gradient_error([Dense(5, "tanh"), Dense(4, name)], (3,), kind(), targets) < 1e-6, name
    final = kind.fuses or ("softplus" if kind.low == 0.0 else "tanh")
    assert gradient_error([Dense(5), Dense(4), Activation(final)], (3,), kind(), targets) < 1e-6


@pytest.mark.parametrize("kind", [k for k in LOSSES if k.fuses], ids=kind_id)
def test_a_fused_loss_is_the_plain_one(kind: type[Loss]) -> None:
    _, targets = loss_case(kind)
    logits = 2.0 * np.random.default_rng(8).normal(size=targets.shape)
    function = ACTIVATIONS.get(kind.fuses)()
    outputs = np.empty_like(logits)
    function.apply(logits, outputs, scalars(logits.dtype))
    assert kind().fused_value(logits, targets) == pytest.approx(kind().value(outputs, targets), rel=1e-12)
    plain, fused = np.empty_like(logits), np.empty_like(logits)
    kind().gradient(outputs, targets, plain)
    function.chain(logits, outputs, plain, np.empty_like(logits), scalars(logits.dtype))
    kind().fused_gradient(logits, targets, fused)
    assert relative_error(fused, plain) < 1e-12
    assert relative_error(fused, differences(lambda: kind().fused_value(logits, targets), logits)) < 1e-6


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_fused_losses_are_right_at_extreme_logits(dtype: Any) -> None:
    logits = np.array([[1000.0, -1000.0], [1000.0, -1000.0]], dtype)
    targets = np.array([[1.0, 0.0], [0.0, 1.0]], dtype)
    gradient = np.empty_like(logits)
    cross = LOSSES.make("cross_entropy")
    assert cross.fused_value(logits, targets) == pytest.approx(1000.0)  # (0 + 2000) / 2
    cross.fused_gradient(logits, targets, gradient)
    np.testing.assert_array_equal(gradient, [[0.0, 0.0], [0.5, -0.5]])
    binary = LOSSES.make("binary_cross_entropy")
    assert binary.fused_value(logits, targets) == pytest.approx(500.0)  # (0 + 0 + 1000 + 1000) / 4
    binary.fused_gradient(logits, targets, gradient)
    np.testing.assert_array_equal(gradient, [[0.0, 0.0], [0.25, -0.25]])
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        assert cross.fused_value(-logits, targets) == pytest.approx(1000.0)


@pytest.mark.parametrize("kind", [k for k in LOSSES if k.fuses], ids=kind_id)
@pytest.mark.parametrize("size", [1e2, 1e6, 1e20])
def test_fused_losses_of_huge_logits_are_those_of_float64(kind: type[Loss], size: float) -> None:
    """A right and sure network has a loss of about 0, which is never negative."""
    rng = np.random.default_rng(12)
    for _ in range(50):
        classes = rng.integers(2, size=7)
        targets = np.eye(2)[classes] if not kind.single_output else classes[:, None].astype(float)
        right = (size * rng.uniform(0.1, 1.0, targets.shape) * np.where(targets > 0, 1, -1)).astype(
            np.float32
        )
        for logits in (right, np.roll(right, 1)):
            exact = kind().fused_value(logits.astype(float), targets)
            value = kind().fused_value(logits, targets.astype(np.float32))
            assert value >= 0.0
            assert value == pytest.approx(exact, rel=1e-5, abs=1e-6)


@each_loss
def test_plain_losses_stay_finite_at_the_ends(kind: type[Loss]) -> None:
    outputs = np.array([[0.0, 1.0], [1.0, 0.0]], np.float32)
    targets = np.array([[1.0, 0.0], [1.0, 0.0]], np.float32)
    gradient = np.empty_like(outputs)
    kind().gradient(outputs, targets, gradient)
    assert math.isfinite(kind().value(outputs, targets))
    assert np.isfinite(gradient).all()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("mse", 2.5),
        ("half_mse", 1.25),
        ("rmse", math.sqrt(2.5)),
        ("mae", 1.5),
        ("huber", (0.5 + 1.5) / 2),
        ("hinge", 0.0),
        ("poisson", (1.0 + 3.0 - math.log(3.0)) / 2),
        ("cosine", -1.0),
    ],
)
def test_losses_have_the_values_of_their_formulas(name: str, expected: float) -> None:
    outputs, targets = np.array([[1.0], [3.0]]), np.array([[2.0], [1.0]])
    assert LOSSES.make(name).value(outputs, targets) == pytest.approx(expected)


@each_loss
def test_batches_of_a_loss_add_up(kind: type[Loss]) -> None:
    outputs, targets = loss_case(kind)
    loss = kind()
    parts = (slice(0, 2), slice(2, 5))
    total = sum(loss.additive_value(outputs[p], targets[p]) * len(outputs[p]) for p in parts)
    assert loss.from_mean(total / len(outputs)) == pytest.approx(loss.value(outputs, targets))


@each_loss
def test_a_loss_has_the_same_values_sample_by_sample(kind: type[Loss]) -> None:
    outputs, targets = loss_case(kind)
    for loss in (kind(), *([kind(label_smoothing=0.3)] if hasattr(kind(), "label_smoothing") else [])):
        forms = [(loss.row_values, Loss.row_values)]
        if kind.fuses:
            forms.append((loss.fused_row_values, Loss.fused_row_values))
        for own, plain in forms:
            # Two seeds with the same targets.
            both = np.stack([outputs, outputs[::-1]])
            np.testing.assert_allclose(own(both, targets), plain(loss, both, targets), rtol=1e-9)


@pytest.mark.parametrize("kind", [kind for kind in OPTIMIZERS if not kind.full_batch], ids=kind_id)
def test_an_optimizer_goes_downhill(kind: type[Optimizer]) -> None:
    # Longer than two slices, to include their boundaries.
    parameters = np.random.default_rng(0).normal(size=40_000)
    start, gradients = parameters.copy(), np.empty_like(parameters)
    rate = max(0.01, kind().learning_rate)
    optimizer_state = kind(learning_rate=rate).bind(parameters, gradients)
    assert set(optimizer_state.slots) == set(kind.slots)
    for _ in range(60):
        gradients[:] = 2.0 * parameters
        optimizer_state.update()
    assert optimizer_state.step == 60
    assert np.linalg.norm(parameters) < 0.98 * np.linalg.norm(start)
    # The update of each weight is independent of others and of its position.
    one, slope = start[33_333:33_334].copy(), np.empty(1)
    alone = OptimizerState(kind(learning_rate=rate), one, slope)
    for _ in range(60):
        slope[:] = 2.0 * one
        alone.update()
    assert one[0] == parameters[33_333]


@pytest.mark.parametrize("kind", list(OPTIMIZERS), ids=kind_id)
def test_an_optimizer_rests_where_the_gradient_is_zero(kind: type[Optimizer]) -> None:
    parameters, gradients = np.full(3, 0.5, np.float32), np.zeros(3, np.float32)
    named = {"weight_decay": 0.0} if "weight_decay" in {s.name for s in kind.settings()} else {}
    for epsilon in (None, 1e-12):
        if epsilon is not None and "epsilon" in {s.name for s in kind.settings()}:
            named["epsilon"] = epsilon
        optimizer_state = kind(**named).bind(parameters, gradients)
        optimizer_state.update()
        np.testing.assert_array_equal(parameters, 0.5)


@pytest.mark.parametrize("kind", list(REGULARIZERS), ids=kind_id)
def test_a_regularizer_adds_the_derivative_of_its_penalty(kind: type[Regularizer]) -> None:
    kernels = np.random.default_rng(0).normal(size=20)
    made = kind(rate=0.3) if kind.settings() else kind()
    gradients = np.full(20, 7.0)
    made.add_gradient(kernels, gradients, np.empty(20))
    assert relative_error(gradients - 7.0, differences(lambda: made.penalty(kernels), kernels)) < 1e-6


def test_penalties_have_the_values_of_their_formulas() -> None:
    kernels = np.array([1.0, -2.0, 0.0])
    assert L1(0.1).penalty(kernels) == pytest.approx(0.3)
    assert L2(0.1).penalty(kernels) == pytest.approx(0.5)
    gradients = np.zeros(3)
    L1(0.1).add_gradient(kernels, gradients, np.empty(3))
    np.testing.assert_allclose(gradients, [0.1, -0.1, 0.0])


STATISTICS: dict[str, tuple[float, float]] = {
    "glorot_uniform": (0.0, 2 / 700),
    "glorot_normal": (0.0, 2 / 700),
    "he_uniform": (0.0, 2 / 300),
    "he_normal": (0.0, 2 / 300),
    "lecun_uniform": (0.0, 1 / 300),
    "lecun_normal": (0.0, 1 / 300),
    "zeros": (0.0, 0.0),
    "ones": (1.0, 0.0),
    "constant": (0.1, 0.0),
    "random_normal": (0.0, 0.05**2),
    "random_uniform": (0.0, 0.1**2 / 12),
    "orthogonal": (0.0, 1 / 400),
    "playground_uniform": (0.0, 1 / 12),
}


@pytest.mark.parametrize("kind", list(INITIALIZERS), ids=kind_id)
def test_an_initializer_has_the_mean_and_variance_of_its_paper(kind: type[Initializer]) -> None:
    out = np.full((300, 400), np.nan, np.float32)
    kind().fill(out, 300, 400, np.random.default_rng(1))
    mean, variance = STATISTICS[kind.kind]
    assert float(out.mean()) == pytest.approx(mean, abs=5 * math.sqrt(variance / out.size) + 1e-7)
    assert float(out.var()) == pytest.approx(variance, rel=0.02, abs=1e-9)
    if kind.kind.endswith("uniform"):
        assert np.abs(out).max() <= math.sqrt(3 * variance) * (1 + 1e-6)
    again = np.empty_like(out)
    kind().fill(again, 300, 400, np.random.default_rng(1))
    np.testing.assert_array_equal(out, again)


NEEDS_PIPELINE: Final = "must take raw samples, got one without preprocessing"


def refusal(exporter: Exporter, network: Network) -> str:
    """Why the exporter rejects the network; "" if it does not."""
    try:
        exporter.check(TrainedModel(network).description)
    except SettingError as error:
        return str(error)
    return ""


@pytest.mark.parametrize("kind", list(EXPORTERS), ids=kind_id)
@pytest.mark.parametrize("layer", list(LAYERS), ids=kind_id)
def test_an_exporter_writes_every_layer_or_refuses_with_a_sentence(
    kind: type[Exporter], layer: type[Layer], tmp_path: Path
) -> None:
    for shape in SHAPES:
        if fits(layer(), shape):
            network = Network([*around(layer(), shape), Activation("softmax")], shape, seed=1)
            check_export(kind, layer, network, tmp_path)


def check_export(kind: type[Exporter], layer: type[Layer], network: Network, tmp_path: Path) -> None:
    path = tmp_path / f"net{kind.suffix}"
    if sentence := refusal(kind(), network):
        assert layer.title in sentence or NEEDS_PIPELINE in sentence
        with pytest.raises(SettingError, match=re.escape(sentence)):
            kind().write(TrainedModel(network), path)
        assert list(tmp_path.iterdir()) == []
        return
    kind().write(TrainedModel(network), path)
    size = path.stat().st_size
    assert size > network.parameters.nbytes
    kind().write(TrainedModel(network), path)
    assert path.stat().st_size == size
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    path.unlink()


@pytest.mark.parametrize("kind", list(EXPORTERS), ids=kind_id)
def test_an_exporter_carries_the_pipeline_or_says_what_it_leaves_out(
    kind: type[Exporter], tmp_path: Path
) -> None:
    network = Network([Dense(2, "softmax")], (2,), seed=1)
    if NEEDS_PIPELINE in refusal(kind(), network):
        return
    columns = TableInputs((NumberColumn("length (cm)", "cm"), NumberColumn("width (cm)", "cm")))
    sizes = []
    for pipeline in (None, Pipeline(columns, ClassOutputs(("setosa", "virginica")))):
        path = tmp_path / f"net{kind.suffix}"
        kind().write(TrainedModel(network, pipeline), path)
        sizes.append(path.stat().st_size)
    assert (sizes[0] < sizes[1]) == (kind.left_out == "")


def test_linear_costs_nothing() -> None:
    assert len(Network([Dense(3), Linear(), Dense(2, "linear")], (2,)).plan(4)._forwards) == 2


@pytest.mark.parametrize("kind", [kind for kind in LAYERS if kind.on_palette], ids=kind_id)
def test_a_layer_leaves_no_trace_of_the_step_before(kind: type[Layer]) -> None:
    """The previous layer may overwrite its gradient; the next step must not be affected."""
    layer = kind()
    found = []
    for shape, first in (((5, 7, 3), Conv2D(3, 1)), ((6, 4), Dense(4)), ((6,), Dense(6))):
        try:
            network = Network(
                (first, BatchNormalization(), layer, Flatten(), Dense(2)), shape, dtype=np.float64
            )
        except LayerError:
            continue
        x = np.random.default_rng(0).normal(size=(4, *shape))
        start = network.noise_state
        plan = network.plan(4, training=True)
        gradients = []
        for _ in range(3):
            network.noise_state = start
            plan.forward(x)
            plan.backward(np.ones((4, 2)))
            gradients.append(network.gradients.copy())
        np.testing.assert_array_equal(gradients[1], gradients[0])
        np.testing.assert_array_equal(gradients[2], gradients[0])
        found.append(shape)
    assert found
