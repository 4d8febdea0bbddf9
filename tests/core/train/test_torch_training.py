"""Training against PyTorch: more optimizers, schedules, clipping and label smoothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest

from core.data.batches import Samples
from core.data.datasets import Blobs
from core.data.target_encoding import TargetEncoding
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.nn import Dense, Tanh
from core.nn.losses import BinaryCrossentropy, CrossEntropy, MeanSquaredError
from core.nn.network import Network
from core.optim import LBFGS, SGD, Adadelta, Adam, Adamax, Nadam, Optimizer
from core.optim.clipping import ClipByNorm, ClipByValue
from core.optim.schedules import (
    CosineDecay,
    ExponentialDecay,
    OneCycle,
    ReduceOnPlateau,
    Schedule,
    Scheduler,
    StepDecay,
)
from core.train.class_weights import ByHand
from core.train.trainer import Trainer
from core.train.training_config import TrainingConfig
from tests.core.trainers import trainer_of
from tests.optional_packages import Late

torch, lr_scheduler = Late("torch"), Late("torch.optim.lr_scheduler")
pytestmark = pytest.mark.foreign

EPSILON = 1e-8
STEPS_PER_EPOCH = 7


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


def as_torch(network: Network) -> Any:
    """The same Dense, tanh, Dense with the same weights."""
    model = torch.nn.Sequential(
        torch.nn.Linear(3, 8), torch.nn.Tanh(), torch.nn.Linear(8, network.output_shape[0])
    ).to(torch.from_numpy(network.parameters).dtype)
    with torch.no_grad():
        for module, weights in zip((model[0], model[2]), network.weights, strict=True):
            module.weight.copy_(torch.tensor(np.ascontiguousarray(weights["kernel"].T)))
            module.bias.copy_(torch.tensor(weights["bias"].copy()))
    return model


def vector(model: Any) -> np.ndarray:
    """Kernels, then biases, as our flat vector has them."""
    kernels = [module.weight.detach().numpy().T.ravel() for module in (model[0], model[2])]
    return np.concatenate([*kernels, *(module.bias.detach().numpy() for module in (model[0], model[2]))])


def data(dtype: Any, count: int = 40) -> Samples:
    inputs = np.random.default_rng(5).normal(size=(count, 3)).astype(dtype)
    values = np.stack([inputs[:, 0] * inputs[:, 1], np.sin(inputs[:, 2])], axis=1)
    return Samples(inputs, values, values)


def pair(dtype: Any, optimizer: Optimizer, **given: Any) -> tuple[Trainer, Any]:
    network = Network([Dense(8, "tanh"), Dense(2)], (3,), dtype=dtype, seed=4)
    model = as_torch(network)
    settings = {"batch_size": 10, "shuffle": False, "evaluate": False} | given
    trainer = trainer_of(
        network,
        data(dtype),
        encoding=TargetEncoding(0, 2),
        loss=MeanSquaredError(),
        optimizer=optimizer,
        **settings,
    )
    return trainer, model


def their_batches(trainer: Trainer, size: int = 10) -> Iterator[tuple[Any, Any]]:
    """The trainer's batches, repeated forever."""
    while True:
        for start in range(0, len(trainer.train), size):
            part = slice(start, start + size)
            yield torch.tensor(trainer.train.inputs[part]), torch.tensor(trainer.train.targets[part])


def mse(model: Any, inputs: Any, targets: Any) -> Any:
    return torch.nn.functional.mse_loss(model(inputs), targets)


OPTIMIZERS: dict[str, tuple[Optimizer, Callable[[Any], Any]]] = {
    "adadelta": (
        Adadelta(epsilon=1e-6),
        lambda p: torch.optim.Adadelta(p, 1.0, rho=0.95, eps=1e-6),
    ),
    "adadelta with other settings": (
        Adadelta(0.5, rho=0.8, epsilon=1e-3),
        lambda p: torch.optim.Adadelta(p, 0.5, rho=0.8, eps=1e-3),
    ),
    "adamax": (Adamax(0.01, epsilon=EPSILON), lambda p: torch.optim.Adamax(p, 0.01, eps=EPSILON)),
    "adamax with other betas": (
        Adamax(0.01, beta_1=0.5, beta_2=0.8, epsilon=1e-3),
        lambda p: torch.optim.Adamax(p, 0.01, betas=(0.5, 0.8), eps=1e-3),
    ),
    "nadam": (Nadam(0.01, epsilon=EPSILON), lambda p: torch.optim.NAdam(p, 0.01, eps=EPSILON)),
    "nadam with other betas": (
        Nadam(0.01, beta_1=0.99, beta_2=0.9, epsilon=1e-3),
        lambda p: torch.optim.NAdam(p, 0.01, betas=(0.99, 0.9), eps=1e-3),
    ),
}
DTYPES = pytest.mark.parametrize(
    ("dtype", "close"), [(np.float64, 1e-9), (np.float32, 1e-4)], ids=["float64", "float32"]
)


@DTYPES
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_fifty_steps(name: str, dtype: Any, close: float) -> None:
    ours, make = OPTIMIZERS[name]
    trainer, model = pair(dtype, ours)
    start = trainer.network.parameters.copy()
    theirs = make(model.parameters())
    for _, (inputs, targets) in zip(range(50), their_batches(trainer), strict=False):
        trainer.step()
        theirs.zero_grad()
        mse(model, inputs, targets).backward()
        theirs.step()
    assert np.abs(trainer.network.parameters - start).max() > 0.05
    np.testing.assert_allclose(trainer.network.parameters, vector(model), rtol=0.0, atol=close)


@pytest.mark.parametrize("rate", [1.0, 0.1])
@pytest.mark.parametrize("search", ["strong_wolfe", "none"])
def test_twenty_steps_of_lbfgs(search: str, rate: float) -> None:
    trainer, model = pair(np.float64, LBFGS(rate, history_size=7, line_search=search))
    theirs = torch.optim.LBFGS(
        model.parameters(),
        lr=rate,
        max_iter=1,
        max_eval=1000,
        history_size=7,
        line_search_fn=None if search == "none" else search,
    )
    inputs, targets = torch.tensor(trainer.train.inputs), torch.tensor(trainer.train.targets)

    def closure() -> Any:
        theirs.zero_grad()
        loss = mse(model, inputs, targets)
        loss.backward()
        return loss

    for _ in range(20):
        loss = closure().item()
        theirs.step(closure)
        assert trainer.step() == pytest.approx(loss, rel=1e-9)
    np.testing.assert_allclose(trainer.network.parameters, vector(model), rtol=0.0, atol=1e-9)
    # From here on rounding differences double every few steps: both losses still decrease.
    for _ in range(30):
        theirs.step(closure)
        last = trainer.step()
    assert trainer.epoch == 50
    assert last == pytest.approx(closure().item(), rel=0.1)


@pytest.mark.parametrize("rate", [1.0, 0.1])
@pytest.mark.parametrize("search", ["strong_wolfe", "none"])
def test_fifty_steps_of_lbfgs_where_rounding_does_not_grow(search: str, rate: float) -> None:
    rng = np.random.default_rng(0)
    inputs, targets = torch.tensor(rng.normal(size=(40, 12))), torch.tensor(rng.normal(size=40))
    parameters, gradients = rng.normal(size=12), np.empty(12)
    weights = torch.tensor(parameters.copy(), requires_grad=True)
    theirs = torch.optim.LBFGS(
        [weights],
        lr=rate,
        max_iter=1,
        max_eval=1000,
        history_size=10,
        line_search_fn=None if search == "none" else search,
    )
    asked = [0, 0]

    def loss_of(found: Any) -> Any:
        return (torch.tanh(inputs @ found) - targets).pow(2).mean() + 0.01 * found.pow(4).sum()

    def closure() -> Any:
        asked[0] += 1
        theirs.zero_grad()
        loss = loss_of(weights)
        loss.backward()
        return loss

    def evaluate() -> float:
        asked[1] += 1
        found = torch.tensor(parameters, requires_grad=True)
        loss = loss_of(found)
        loss.backward()
        gradients[:] = found.grad.numpy()
        return float(loss.item())

    optimizer_state = LBFGS(rate, line_search=search).bind(parameters, gradients)
    for _ in range(50):
        theirs.step(closure)
        optimizer_state.minimize(evaluate)
    assert asked[0] == asked[1]
    np.testing.assert_allclose(parameters, weights.detach().numpy(), rtol=0.0, atol=1e-9)


@pytest.mark.parametrize("search", ["strong_wolfe", "none"])
@pytest.mark.parametrize(("dtype", "close"), [(np.float64, 1e-9), (np.float32, 1e-4)])
def test_fifty_steps_of_lbfgs_on_one_layer(dtype: Any, close: float, search: str) -> None:
    """In the trainer, on a convex loss: both take the same path to the same weights."""
    network = Network([Dense(2)], (3,), dtype=dtype, seed=4)
    start = network.parameters.copy()
    trainer = trainer_of(
        network,
        data(dtype),
        encoding=TargetEncoding(0, 2),
        loss=MeanSquaredError(),
        optimizer=LBFGS(0.1, history_size=10, line_search=search),
        evaluate=False,
    )
    model = torch.nn.Linear(3, 2).to(torch.from_numpy(start).dtype)
    with torch.no_grad():
        model.weight.copy_(torch.tensor(np.ascontiguousarray(network.weights[0]["kernel"].T)))
        model.bias.copy_(torch.tensor(network.weights[0]["bias"].copy()))
    theirs = torch.optim.LBFGS(
        model.parameters(),
        lr=0.1,
        max_iter=1,
        max_eval=1000,
        history_size=10,
        line_search_fn=None if search == "none" else search,
    )
    inputs, targets = torch.tensor(trainer.train.inputs), torch.tensor(trainer.train.targets)

    def closure() -> Any:
        theirs.zero_grad()
        loss = mse(model, inputs, targets)
        loss.backward()
        return loss

    for _ in range(50):
        trainer.step()
        theirs.step(closure)
    found = np.concatenate([model.weight.detach().numpy().T.ravel(), model.bias.detach().numpy()])
    assert np.abs(network.parameters - start).max() > 0.05
    np.testing.assert_allclose(network.parameters, found, rtol=0.0, atol=close)


def test_lbfgs_in_single_precision_goes_down_as_far() -> None:
    trainer, model = pair(np.float32, LBFGS())
    theirs = torch.optim.LBFGS(
        model.parameters(), lr=1.0, max_iter=1, max_eval=1000, history_size=10, line_search_fn="strong_wolfe"
    )
    inputs, targets = torch.tensor(trainer.train.inputs), torch.tensor(trainer.train.targets)

    def closure() -> Any:
        theirs.zero_grad()
        loss = mse(model, inputs, targets)
        loss.backward()
        return loss

    first = trainer.step()
    theirs.step(closure)
    np.testing.assert_allclose(trainer.network.parameters, vector(model), rtol=0.0, atol=1e-5)
    for _ in range(49):
        last = trainer.step()
        theirs.step(closure)
    assert last < 0.02 * first
    assert last < 3.0 * closure().item() + 1e-3


@pytest.mark.parametrize("limit", [0.05, 100.0])
def test_clipping_by_norm(limit: float) -> None:
    trainer, model = pair(np.float64, SGD(0.1), clipping=ClipByNorm(limit))
    theirs = torch.optim.SGD(model.parameters(), 0.1)
    for _, (inputs, targets) in zip(range(50), their_batches(trainer), strict=False):
        trainer.step()
        theirs.zero_grad()
        mse(model, inputs, targets).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), limit)
        theirs.step()
    # PyTorch adds 1e-6 to the norm before it divides.
    np.testing.assert_allclose(trainer.network.parameters, vector(model), rtol=0.0, atol=1e-5)


def test_clipping_by_value() -> None:
    trainer, model = pair(np.float64, Adam(0.01, epsilon=EPSILON), clipping=ClipByValue(0.02))
    theirs = torch.optim.Adam(model.parameters(), 0.01, eps=EPSILON)
    for _, (inputs, targets) in zip(range(50), their_batches(trainer), strict=False):
        trainer.step()
        theirs.zero_grad()
        mse(model, inputs, targets).backward()
        torch.nn.utils.clip_grad_value_(model.parameters(), 0.02)
        theirs.step()
    np.testing.assert_allclose(trainer.network.parameters, vector(model), rtol=0.0, atol=1e-9)


def their_rates(make: Callable[[Any], Any], steps: int, every: int = 1, base: float = 0.1) -> list[float]:
    """Rates of PyTorch's scheduler, stepped after every `every` steps."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], base)
    scheduler = make(optimizer)
    rates = []
    for step in range(1, steps + 1):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        if step % every == 0:
            scheduler.step()
    return rates


def our_rates(schedule: Schedule, steps: int, base: float = 0.1) -> list[float]:
    return [schedule.rate(base, step, STEPS_PER_EPOCH) for step in range(steps)]


def test_steps_are_steplr() -> None:
    theirs = their_rates(lambda o: lr_scheduler.StepLR(o, 3, gamma=0.4), 100, every=STEPS_PER_EPOCH)
    assert our_rates(StepDecay(0.4, epochs=3), 100) == pytest.approx(theirs, rel=1e-12)


def test_exponential_is_exponentiallr_from_epoch_to_epoch() -> None:
    theirs = their_rates(lambda o: lr_scheduler.ExponentialLR(o, 0.8), 100, every=STEPS_PER_EPOCH)
    ours = our_rates(ExponentialDecay(0.8), 100)
    assert ours[::STEPS_PER_EPOCH] == pytest.approx(theirs[::STEPS_PER_EPOCH], rel=1e-12)
    smooth = their_rates(lambda o: lr_scheduler.ExponentialLR(o, 0.8 ** (1 / STEPS_PER_EPOCH)), 100)
    assert ours == pytest.approx(smooth, rel=1e-12)


@pytest.mark.parametrize(("warmup", "alpha"), [(0, 0.0), (0, 0.2), (3, 0.1)])
def test_cosine_is_cosineannealinglr_after_a_linear_warm_up(warmup: int, alpha: float) -> None:
    warm, total = warmup * STEPS_PER_EPOCH, 10 * STEPS_PER_EPOCH

    def make(optimizer: Any) -> Any:
        cosine = lr_scheduler.CosineAnnealingLR(optimizer, total - warm, eta_min=0.1 * alpha)
        if not warm:
            return cosine
        linear = lr_scheduler.LinearLR(optimizer, start_factor=0.01, total_iters=warm)
        return lr_scheduler.SequentialLR(optimizer, [linear, cosine], [warm])

    ours = our_rates(CosineDecay(10, warmup_epochs=warmup, alpha=alpha), total + 20)
    assert ours[: total + 1] == pytest.approx(their_rates(make, total + 1), rel=1e-9, abs=1e-15)
    # PyTorch's rate rises again; ours stays.
    assert ours[total:] == pytest.approx([0.1 * alpha] * 20, abs=1e-15)


@pytest.mark.parametrize("settings", [{}, {"pct_start": 0.5, "div_factor": 10.0, "final_div_factor": 100.0}])
def test_one_cycle_is_onecyclelr(settings: dict[str, float]) -> None:
    total = 10 * STEPS_PER_EPOCH
    theirs = their_rates(
        lambda o: lr_scheduler.OneCycleLR(o, 0.1, total_steps=total, cycle_momentum=False, **settings), total
    )
    ours = our_rates(OneCycle(10, **settings), total + 5)
    assert ours[:total] == pytest.approx(theirs, rel=1e-9)
    assert ours[total:] == [ours[total - 1]] * 5


@pytest.mark.parametrize(
    "settings",
    [
        {"factor": 0.5, "patience": 2, "min_delta": 0.01},
        {"factor": 0.3, "patience": 0, "min_delta": 0.0, "cooldown": 3, "min_lr": 0.004},
        {"factor": 0.1, "patience": 4, "min_delta": 0.05, "cooldown": 1},
    ],
)
def test_on_plateau_is_reducelronplateau(settings: dict[str, Any]) -> None:
    losses = 1.0 / (1.0 + np.arange(80)) + 0.02 * np.random.default_rng(0).normal(size=80)
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], 0.1)
    theirs = lr_scheduler.ReduceLROnPlateau(
        optimizer,
        factor=settings["factor"],
        patience=settings["patience"],
        threshold=settings["min_delta"],
        threshold_mode="abs",
        cooldown=settings.get("cooldown", 0),
        min_lr=settings.get("min_lr", 0.0),
        eps=0.0,
    )
    ours = Scheduler(ReduceOnPlateau(**settings))
    rates = []
    for epoch, loss in enumerate(losses):
        rates.append(ours.rate(0.1, epoch, 0, STEPS_PER_EPOCH))
        assert rates[-1] == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-12)
        ours.end_epoch(float(loss))
        theirs.step(float(loss))
    assert len(set(rates)) > 2


def test_fifty_steps_with_a_schedule() -> None:
    trainer, model = pair(np.float64, Adam(0.02, epsilon=EPSILON), schedule=OneCycle(10))
    optimizer = torch.optim.Adam(model.parameters(), 0.02, eps=EPSILON)
    # 40 samples in batches of 10: 4 steps an epoch.
    scheduler = lr_scheduler.OneCycleLR(optimizer, 0.02, total_steps=40, cycle_momentum=False)
    for step, (inputs, targets) in zip(range(40), their_batches(trainer), strict=False):
        trainer.step()
        assert trainer.learning_rate == pytest.approx(optimizer.param_groups[0]["lr"], rel=1e-9)
        optimizer.zero_grad()
        mse(model, inputs, targets).backward()
        optimizer.step()
        if step < 39:
            scheduler.step()
    np.testing.assert_allclose(trainer.network.parameters, vector(model), rtol=0.0, atol=1e-9)


@pytest.mark.parametrize("smoothing", [0.1, 0.5])
def test_label_smoothing(smoothing: float) -> None:
    rng = np.random.default_rng(1)
    logits, targets = 3.0 * rng.normal(size=(7, 4)), np.eye(4)[rng.integers(4, size=7)]
    theirs = torch.tensor(logits, requires_grad=True)
    value = torch.nn.CrossEntropyLoss(label_smoothing=smoothing)(theirs, torch.tensor(targets))
    value.backward()
    loss, gradient = CrossEntropy(label_smoothing=smoothing), np.empty_like(logits)
    loss.fused_gradient(logits, targets, gradient)
    assert loss.fused_value(logits, targets) == pytest.approx(value.item(), rel=1e-12)
    np.testing.assert_allclose(gradient, theirs.grad.numpy(), rtol=1e-9, atol=1e-14)
    outputs = torch.softmax(torch.tensor(logits), 1).numpy()
    assert loss.value(outputs, targets) == pytest.approx(value.item(), rel=1e-6)


def test_label_smoothing_of_two_classes() -> None:
    logits, targets = np.array([[2.0], [-1.0], [0.5]]), np.array([[1.0], [0.0], [0.0]])
    theirs = torch.tensor(logits, requires_grad=True)
    smoothed = torch.tensor(targets * 0.8 + 0.1)
    value = torch.nn.functional.binary_cross_entropy_with_logits(theirs, smoothed)
    value.backward()
    loss, gradient = BinaryCrossentropy(label_smoothing=0.2), np.empty_like(logits)
    loss.fused_gradient(logits, targets, gradient)
    assert loss.fused_value(logits, targets) == pytest.approx(value.item(), rel=1e-12)
    np.testing.assert_allclose(gradient, theirs.grad.numpy(), rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("size", [10.0, 1e6])
def test_binary_cross_entropy_of_float32_at_large_logits(size: float) -> None:
    rng = np.random.default_rng(3)
    targets = rng.integers(2, size=(40, 1)).astype(np.float32)
    logits = (size * rng.uniform(0.5, 1.0, targets.shape) * (2.0 * targets - 1.0)).astype(np.float32)
    theirs = torch.nn.functional.binary_cross_entropy_with_logits(torch.tensor(logits), torch.tensor(targets))
    assert BinaryCrossentropy().fused_value(logits, targets) == pytest.approx(theirs.item(), abs=1e-7)


def test_weighted_classes_are_torchs_weights_divided_by_the_samples() -> None:
    rng = np.random.default_rng(2)
    logits, numbers = rng.normal(size=(9, 3)), rng.integers(3, size=9)
    weights = np.array([0.5, 1.0, 4.0])
    theirs = torch.tensor(logits, requires_grad=True)
    rows = torch.nn.functional.cross_entropy(
        theirs, torch.tensor(numbers), weight=torch.tensor(weights), reduction="none"
    )
    rows.mean().backward()
    from core.train.class_weights import WeightedLoss

    encoding, gradient = TargetEncoding(3, 3), np.empty_like(logits)
    loss = WeightedLoss(CrossEntropy(), True, encoding, weights)
    targets = encoding.encode(numbers, np.float64)
    loss.gradient(logits, targets, gradient)
    assert loss.value(logits, targets) == pytest.approx(rows.mean().item(), rel=1e-12)
    np.testing.assert_allclose(gradient, theirs.grad.numpy(), rtol=1e-9, atol=1e-14)


@pytest.mark.parametrize("numbers", [(0.5, 1.0, 4.0), (0.0, 2.0, 1.0)])
def test_an_experiment_with_class_weights_learns_as_torch_does(numbers: tuple[float, ...]) -> None:
    experiment = Experiment(
        dataset=Blobs(samples=120, centers=3),
        features=("x1", "x2", "x1_x2"),
        layers=(Dense(8, Tanh()),),
        training=TrainingConfig(
            loss=CrossEntropy(), optimizer=SGD(0.05), batch_size=256, class_weights=ByHand(numbers)
        ),
    )
    trainer = make_trainer(experiment, prepare(experiment))
    model = as_torch(trainer.network)
    theirs = torch.optim.SGD(model.parameters(), 0.05)
    weights = torch.tensor(numbers, dtype=torch.float32)
    for _, (inputs, targets) in zip(range(40), their_batches(trainer, 256), strict=False):
        value = trainer.step()
        theirs.zero_grad()
        classes = targets.argmax(dim=1)
        rows = torch.nn.functional.cross_entropy(model(inputs), classes, weight=weights, reduction="none")
        rows.mean().backward()
        theirs.step()
        assert value == pytest.approx(rows.mean().item(), rel=1e-4, abs=1e-6)
    np.testing.assert_allclose(trainer.network.parameters, vector(model), rtol=0.0, atol=2e-5)
