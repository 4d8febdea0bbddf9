"""Our numbers against PyTorch's: forward and backward passes, optimizer steps, exported files."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.formats import Npz, Safetensors, TrainedModel
from core.nn import ACTIVATIONS, Activation, ActivationFunction, Dense, Dropout, Flatten, Layer, Linear
from core.nn.losses import LOSSES, CrossEntropy, MeanSquaredError
from core.nn.network import Network
from core.nn.scalars import scalars
from core.optim import SGD, Adagrad, Adam, AdamW, Momentum, Nesterov, Optimizer, RMSprop
from tests.optional_packages import Late

torch, functional = Late("torch"), Late("torch.nn.functional")
pytestmark = pytest.mark.foreign

EPSILON = 1e-8


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def module_of(function: ActivationFunction) -> Any:
    """The activation's PyTorch module; Identity if it has none."""
    names: dict[str, Any] = {"torch": torch}
    modules = function.torch_modules((10,))
    for text in (text for module in modules for text in module.classes):
        exec(text, names)
    return torch.nn.Sequential(*(eval(module.call, names) for module in modules))


def tensor(array: np.ndarray, *, grad: bool = False) -> Any:
    return torch.tensor(array.copy(), requires_grad=grad)


@pytest.mark.parametrize("name", ACTIVATIONS.names())
def test_an_activation_and_its_derivative(name: str) -> None:
    x = np.concatenate([np.linspace(-9, 9, 37), [1e-3, -1e-3, 15.0]]).reshape(4, 10)
    direction = np.random.default_rng(0).normal(size=x.shape)
    theirs = tensor(x, grad=True)
    out = module_of(ACTIVATIONS.make(name))(theirs)
    out.backward(tensor(direction))
    function, ours = ACTIVATIONS.make(name), np.empty_like(x)
    function.apply(x, ours, scalars(x.dtype))
    gradient = direction.copy()
    function.chain(x, ours, gradient, np.empty_like(x), scalars(x.dtype))
    np.testing.assert_allclose(ours, out.detach().numpy(), rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(gradient, theirs.grad.numpy(), rtol=1e-9, atol=1e-13)


THEIR_LOSSES: dict[str, Callable[[Any, Any], Any]] = {
    "cross_entropy": lambda *given: functional.cross_entropy(*given),
    "binary_cross_entropy": lambda *given: functional.binary_cross_entropy_with_logits(*given),
    "mean_squared_error": lambda *given: functional.mse_loss(*given),
    "half_squared_error": lambda logits, targets: 0.5 * functional.mse_loss(logits, targets),
    "root_mean_squared_error": lambda logits, targets: torch.sqrt(functional.mse_loss(logits, targets)),
    "mean_absolute_error": lambda *given: functional.l1_loss(*given),
    "huber": lambda *given: functional.huber_loss(*given),
    "kl_divergence": lambda logits, targets: functional.kl_div(
        functional.log_softmax(logits, dim=1), targets, reduction="batchmean"
    ),
    "hinge": lambda logits, targets: torch.clamp(1 - (2 * targets - 1) * logits, min=0).mean(),
    "squared_hinge": lambda logits, targets: (torch.clamp(1 - (2 * targets - 1) * logits, min=0) ** 2).mean(),
    "cosine_similarity": lambda *given: -functional.cosine_similarity(*given).mean(),
    "categorical_focal_crossentropy": lambda logits, targets: (
        -0.25
        * (targets * (1 - functional.softmax(logits, 1)) ** 2 * functional.log_softmax(logits, 1))
        .sum(1)
        .mean()
    ),
    "binary_focal_crossentropy": lambda logits, targets: (
        functional.binary_cross_entropy_with_logits(logits, targets, reduction="none")
        * (targets * torch.sigmoid(-logits) + (1 - targets) * torch.sigmoid(logits)) ** 2
    ).mean(),
}


@pytest.mark.parametrize("name", THEIR_LOSSES)
def test_a_loss_and_its_gradient(name: str) -> None:
    rng = np.random.default_rng(1)
    logits = 3.0 * rng.normal(size=(7, 4))
    targets = np.eye(4)[rng.integers(4, size=7)]
    theirs = tensor(logits, grad=True)
    value = THEIR_LOSSES[name](theirs, tensor(targets))
    value.backward()
    loss, gradient = LOSSES.make(name), np.empty_like(logits)
    bound = loss.bind(bool(loss.fuses))
    bound.gradient(logits, targets, gradient)
    assert bound.value(logits, targets) == pytest.approx(value.item(), rel=1e-12)
    np.testing.assert_allclose(gradient, theirs.grad.numpy(), rtol=1e-10, atol=1e-14)


def as_torch(network: Network, dtype: Any = None) -> Any:
    """The equivalent Sequential with new weights; activations are separate modules."""
    modules: list[Any] = []
    shape = network.input_shape
    for layer, output in zip(network.layers, network.shapes, strict=True):
        if isinstance(layer, Dense):
            modules.append(torch.nn.Linear(shape[0], layer.units, bias=layer.use_bias, dtype=dtype))
        elif isinstance(layer, Dropout):
            modules.append(torch.nn.Dropout(layer.rate))
        elif isinstance(layer, Flatten):
            modules.append(torch.nn.Flatten())
        function = getattr(layer, "activation", layer)
        if isinstance(function, ActivationFunction) and function.kind != "linear":
            modules.append(module_of(function))
        shape = output
    return torch.nn.Sequential(*modules)


def with_our_weights(network: Network, dtype: Any) -> Any:
    model = as_torch(network, dtype)
    linears = [module for module in model if isinstance(module, torch.nn.Linear)]
    views = [weights for weights in network.weights if weights]
    with torch.no_grad():
        for module, weights in zip(linears, views, strict=True):
            module.weight.copy_(tensor(np.ascontiguousarray(weights["kernel"].T)))
            if "bias" in weights:
                module.bias.copy_(tensor(weights["bias"]))
    return model


def our_vector(model: Any, of: str = "data") -> np.ndarray:
    """Kernels, then biases, in the order of our flat vectors."""
    linears = [module for module in model if isinstance(module, torch.nn.Linear)]
    read = (lambda p: p.grad) if of == "grad" else (lambda p: p.detach())
    kernels = [read(module.weight).numpy().T.ravel() for module in linears]
    biases = [read(module.bias).numpy().ravel() for module in linears if module.bias is not None]
    return np.concatenate([*kernels, *biases])


def test_a_stack_forward_and_backward() -> None:
    layers = [
        Dense(7, "gelu"),
        Dense(6, use_bias=False),
        Activation("elu"),
        Dense(5, "sine"),
        Dense(3, "softmax"),
    ]
    network = Network(layers, (4,), dtype=np.float64, seed=2)
    model = with_our_weights(network, torch.float64)
    rng = np.random.default_rng(3)
    inputs, targets = rng.normal(size=(9, 4)), np.eye(3)[rng.integers(3, size=9)]
    np.testing.assert_allclose(network.predict(inputs), model(tensor(inputs)).detach().numpy(), rtol=1e-12)
    torch.nn.functional.cross_entropy(model[:-1](tensor(inputs)), tensor(targets)).backward()
    plan = network.plan(9, training=True, fused=True)
    gradient = np.empty_like(targets)
    CrossEntropy().fused_gradient(plan.forward(inputs), targets, gradient)
    plan.backward(gradient)
    np.testing.assert_allclose(network.gradients, our_vector(model, "grad"), rtol=1e-9, atol=1e-14)


OPTIMIZERS: list[tuple[str, Optimizer, Any]] = [
    ("sgd", SGD(0.1), lambda p: torch.optim.SGD(p, 0.1)),
    ("sgd with momentum", SGD(0.05, momentum=0.7), lambda p: torch.optim.SGD(p, 0.05, momentum=0.7)),
    ("momentum", Momentum(0.05), lambda p: torch.optim.SGD(p, 0.05, momentum=0.9)),
    ("nesterov", Nesterov(0.05), lambda p: torch.optim.SGD(p, 0.05, momentum=0.9, nesterov=True)),
    (
        "rmsprop",
        RMSprop(0.01, rho=0.8, epsilon=EPSILON),
        lambda p: torch.optim.RMSprop(p, 0.01, alpha=0.8, eps=EPSILON),
    ),
    (
        "adagrad",
        Adagrad(0.1, epsilon=EPSILON),
        lambda p: torch.optim.Adagrad(p, 0.1, initial_accumulator_value=0.1, eps=EPSILON),
    ),
    ("adam", Adam(0.01, epsilon=EPSILON), lambda p: torch.optim.Adam(p, 0.01, eps=EPSILON)),
    (
        "adam with other betas",
        Adam(0.01, beta_1=0.5, beta_2=0.9, epsilon=1e-3),
        lambda p: torch.optim.Adam(p, 0.01, betas=(0.5, 0.9), eps=1e-3),
    ),
    (
        "adamw",
        AdamW(0.01, epsilon=EPSILON, weight_decay=0.1),
        lambda p: torch.optim.AdamW(p, 0.01, eps=EPSILON, weight_decay=0.1),
    ),
]


@pytest.mark.parametrize(
    ("dtype", "close"), [(np.float64, 1e-9), (np.float32, 1e-4)], ids=["float64", "float32"]
)
@pytest.mark.parametrize(("name", "ours", "theirs"), OPTIMIZERS, ids=[case[0] for case in OPTIMIZERS])
def test_fifty_steps(name: str, ours: Optimizer, theirs: Any, dtype: Any, close: float) -> None:
    network = Network([Dense(8, "tanh"), Dense(6, "sigmoid"), Dense(2)], (3,), dtype=dtype, seed=4)
    model = with_our_weights(network, torch.from_numpy(np.empty(0, dtype)).dtype)
    start = network.parameters.copy()
    optimizer_state, stepper = ours.bind(network.parameters, network.gradients), theirs(model.parameters())
    rng, loss = np.random.default_rng(5), MeanSquaredError()
    for _ in range(50):
        inputs = rng.normal(size=(10, 3)).astype(dtype)
        targets = np.stack([inputs[:, 0] * inputs[:, 1], np.sin(inputs[:, 2])], axis=1)
        plan = network.plan(10, training=True)
        gradient = np.empty_like(targets)
        loss.gradient(plan.forward(inputs), targets, gradient)
        plan.backward(gradient)
        optimizer_state.update()
        stepper.zero_grad()
        torch.nn.functional.mse_loss(model(tensor(inputs)), tensor(targets)).backward()
        stepper.step()
    assert np.abs(network.parameters - start).max() > 0.1
    np.testing.assert_allclose(network.parameters, our_vector(model), rtol=0.0, atol=close)


STACKS: dict[str, tuple[list[Layer], tuple[int, ...]]] = {
    "activations within": ([Dense(8, "relu"), Dense(6, "tanh"), Dense(3, "softmax")], (4,)),
    "activations apart": ([Dense(8), Activation("gelu"), Dense(6), ACTIVATIONS.make("elu"), Dense(2)], (4,)),
    "mixed with dropout": (
        [
            Dropout(0.3),
            Dense(8, "silu"),
            Dropout(0.5),
            Dense(5),
            Linear(),
            Activation("linear"),
            Dense(1, "sigmoid"),
        ],
        (3,),
    ),
    "image": ([Flatten(), Dense(9, "leaky_relu", use_bias=False), Dense(4, "softmax")], (5, 4, 1)),
    "flatten of rows": ([Dense(4, "softplus"), Flatten(), Dense(2, "sine")], (3,)),
}


@pytest.mark.parametrize("stack", STACKS)
@pytest.mark.parametrize("suffix", [".npz", ".safetensors"])
def test_an_exported_file_loads_and_predicts_the_same(stack: str, suffix: str, tmp_path: Path) -> None:
    layers, shape = STACKS[stack]
    network = Network(layers, shape, seed=6)
    network.parameters[:] = np.random.default_rng(7).normal(0.0, 0.5, network.parameter_count)
    path = tmp_path / f"net{suffix}"
    if suffix == ".npz":
        Npz(layout="pytorch").write(TrainedModel(network), path)
        with np.load(path) as file:
            state = {name: torch.from_numpy(file[name]) for name in file.files if name != "metadata"}
    else:
        from safetensors.torch import load_file

        Safetensors().write(TrainedModel(network), path)
        state = load_file(path)
    model = as_torch(network)
    model.load_state_dict(state, strict=True)
    model.eval()
    inputs = np.random.default_rng(8).normal(size=(20, *shape)).astype(np.float32)
    # PyTorch is channels first; with one channel the order of pixels is the same.
    theirs = tensor(np.ascontiguousarray(np.moveaxis(inputs, -1, 1)) if len(shape) == 3 else inputs)
    with torch.no_grad():
        np.testing.assert_allclose(network.predict(inputs), model(theirs).numpy(), rtol=0.0, atol=1e-6)
