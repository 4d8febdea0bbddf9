"""Thirty networks that do not learn, or not well, each with what counts as learning after the doctor's advice."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from core.data.datasets import (
    BreastCancer,
    Circle,
    Dataset,
    GaussianQuantiles,
    Moons,
    NoScaling,
    Painted,
    PaintedPoints,
    Plane,
    Spirals,
    Wine,
    Xor,
)
from core.experiment.experiment import Experiment, Output
from core.nn import Dense, Dropout, Layer, ReLU
from core.nn.initializers import Constant, Zeros
from core.nn.losses import CrossEntropy, Loss, MeanSquaredError
from core.optim import SGD, Adam, Momentum, Optimizer
from core.optim.clipping import ClipByNorm
from core.optim.regularizers import L2
from core.optim.schedules import ExponentialDecay
from core.train.training_config import TrainingConfig


@dataclass(frozen=True)
class Sick:
    """`epochs` pass at most before the advice is asked for.

    Learning is a balanced test accuracy (R²) of at least `goal`; or, with `overfits`, a lower test loss than that of
    the sick network after as many epochs.
    """

    name: str
    experiment: Experiment
    goal: float = 0.9
    epochs: int = 40
    overfits: bool = False


def _sick(
    name: str,
    dataset: Dataset,
    layers: tuple[Layer, ...],
    optimizer: Optimizer,
    *,
    goal: float = 0.9,
    epochs: int = 40,
    overfits: bool = False,
    loss: Loss | None = None,
    output: Output | None = None,
    scaling: Any = None,
    train_share: float = 0.7,
    **training: Any,
) -> Sick:
    experiment = Experiment(dataset=dataset, layers=layers, train_share=train_share)
    if scaling is not None:
        experiment = experiment.replace(scaling=scaling)
    if output is not None:
        experiment = experiment.replace(output=output)
    if loss is not None:
        training["loss"] = loss
    experiment = experiment.replace(training=TrainingConfig(optimizer=optimizer, **training))
    return Sick(name, experiment, goal, epochs, overfits)


def _stack(count: int, units: int = 8, activation: Any = "tanh", **settings: Any) -> tuple[Layer, ...]:
    return tuple(Dense(units, activation, **settings) for _ in range(count))


def _unequal(few: int) -> Painted:
    rng = np.random.default_rng(3)
    many, other = rng.normal((-1.0, 0.0), 1.2, (300, 2)), rng.normal((2.0, 1.0), 0.9, (few, 2))
    points = [(float(x), float(y), 0) for x, y in many] + [(float(x), float(y), 1) for x, y in other]
    return Painted(points=PaintedPoints.of(points))


_RELU = ReLU()
_FEW = Moons(samples=60, noise=0.4)

SICK: tuple[Sick, ...] = (
    _sick("rate 10, SGD, tanh", Moons(), _stack(2), SGD(10.0)),
    _sick("rate 10, Adam, tanh", Moons(), _stack(2), Adam(10.0)),
    _sick("rate 3, Adam, tanh", Circle(), _stack(2), Adam(3.0)),
    _sick("rate 1, Adam, ReLU", Spirals(turns=0.75), _stack(2, 16, _RELU), Adam(1.0), goal=0.85),
    _sick("rate 100, ReLU, squares", Plane(), _stack(2, 8, _RELU), SGD(10.0), loss=MeanSquaredError()),
    _sick("momentum at rate 10", Moons(), _stack(2), Momentum(10.0)),
    _sick("rate 1e-6, Adam", Moons(), _stack(2), Adam(1e-6)),
    _sick("rate 1e-5, SGD", Circle(), _stack(2), SGD(1e-5)),
    _sick("one batch, rate 1e-4", Moons(), _stack(2), SGD(1e-4), batch_size=1024, goal=0.8),
    _sick("gradients clipped to nothing", Moons(), _stack(2), SGD(0.1), clipping=ClipByNorm(1e-4), goal=0.8),
    _sick(
        "rate that decays at once",
        Circle(),
        _stack(2),
        SGD(0.1),
        schedule=ExponentialDecay(0.5),
    ),
    _sick("weights too large, tanh", Circle(), _stack(2, kernel_initializer=Constant(5.0)), Adam(0.01)),
    _sick(
        "weights too large, sigmoid",
        Moons(),
        _stack(3, 8, "sigmoid", kernel_initializer=Constant(-9.0)),
        Adam(0.01),
    ),
    _sick("all weights zero", Circle(), _stack(2, kernel_initializer=Zeros()), Adam(0.03)),
    _sick("all weights equal", Xor(), _stack(2, kernel_initializer=Constant(0.5)), Adam(0.03)),
    _sick(
        "biases of -10, dead ReLU",
        Circle(),
        _stack(2, 8, _RELU, bias_initializer=Constant(-10.0)),
        Adam(0.01),
    ),
    _sick("dead ReLU by rate 10", Circle(), _stack(3, 8, _RELU), SGD(10.0)),
    _sick("unscaled Wine", Wine(), _stack(1, 16), SGD(0.1), scaling=NoScaling(), loss=CrossEntropy()),
    _sick("unscaled cancer", BreastCancer(), _stack(2, 16), Adam(0.03), scaling=NoScaling()),
    _sick("few of one class", _unequal(12), _stack(1, 4), SGD(0.1), goal=0.75, epochs=30),
    _sick("overfitting, few points", _FEW, _stack(2, 64), Adam(0.03), overfits=True, epochs=150),
    _sick(
        "overfitting, half to learn from",
        Moons(samples=100, noise=0.5),
        _stack(2, 64, _RELU),
        Adam(0.01),
        train_share=0.5,
        overfits=True,
        epochs=150,
    ),
    _sick("labels with noise", Xor(noise=0.35), _stack(3, 32), Adam(0.03), overfits=True, epochs=150),
    _sick("no hidden layer, disc", Circle(), (), Adam(0.03)),
    _sick("no hidden layer, XOR", Xor(), (), Adam(0.03)),
    _sick("one unit", Circle(), _stack(1, 1), Adam(0.03)),
    _sick("no nonlinearity", Circle(), _stack(3, 8, "linear"), Adam(0.03)),
    _sick("ten sigmoids deep", Moons(), _stack(10, 8, "sigmoid"), Adam(0.01), goal=0.85),
    _sick("penalty of 1", Moons(), _stack(2), Adam(0.03), regularizer=L2(1.0)),
    _sick(
        "nine of ten dropped",
        GaussianQuantiles(),
        (*_stack(1, 16), Dropout(0.9)),
        Adam(0.03),
        loss=CrossEntropy(),
        goal=0.8,
    ),
)
