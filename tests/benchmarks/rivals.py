"""The same training in other libraries, written as their users would: what our speed is compared with."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core import Sequence as Model
from core.nn import Conv2D, Dense, Flatten, Layer, MaxPooling2D

__all__ = ["Case", "ours", "scikit_learn", "torch_trainer"]

Epoch = Callable[[], object]


@dataclass(frozen=True)
class Case:
    """One training to be timed. `convolutions` are filters of 3 x 3, each followed by a 2 x 2 pool; then `units`."""

    name: str
    inputs: tuple[int, ...]
    units: tuple[int, ...]
    classes: int
    samples: int
    batch: int
    optimizer: str
    activation: str = "relu"
    convolutions: tuple[int, ...] = ()
    learning_rate: float = 0.001

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """Random inputs (samples, *inputs) and class numbers (samples,): speed does not ask what is learned."""
        rng = np.random.default_rng(0)
        inputs = rng.normal(size=(self.samples, *self.inputs)).astype(np.float32)
        return inputs, rng.integers(0, max(2, self.classes), self.samples)


def ours(case: Case, epochs: int) -> Epoch:
    """`epochs` epochs through the public `Sequence.train`."""
    layers: list[Layer] = []
    for filters in case.convolutions:
        layers += [Conv2D(filters, 3, activation=case.activation), MaxPooling2D()]
    if len(case.inputs) > 1:
        layers.append(Flatten())
    layers += [Dense(units, activation=case.activation) for units in case.units]
    single = case.classes == 1
    layers.append(Dense(case.classes, activation="sigmoid" if single else "softmax"))
    model = Model(
        layers,
        loss="binary_cross_entropy" if single else "cross_entropy",
        optimizer=case.optimizer,
        learning_rate=case.learning_rate,
        batch_size=case.batch,
        feedback_steps=0,
    )
    inputs, answers = case.data()
    model.train(inputs, answers, epochs=1)
    return lambda: model.train(inputs, answers, epochs=epochs)


def torch_trainer(case: Case, epochs: int, **options: Any) -> Epoch:
    """PyTorch, eager: `options` go to the optimizer (foreach, fused)."""
    import torch
    from torch import nn

    modules: list[nn.Module] = []
    functions = {"relu": nn.ReLU, "tanh": nn.Tanh}
    width = case.inputs[-1] if case.convolutions else math.prod(case.inputs)
    side = case.inputs[0]
    for filters in case.convolutions:
        modules += [nn.Conv2d(width, filters, 3), functions[case.activation](), nn.MaxPool2d(2)]
        width, side = filters, (side - 2) // 2
    if len(case.inputs) > 1:
        modules.append(nn.Flatten())
        width = width * side * side if case.convolutions else width
    for units in case.units:
        modules += [nn.Linear(width, units), functions[case.activation]()]
        width = units
    model = nn.Sequential(*modules, nn.Linear(width, case.classes))
    kinds = {"sgd": torch.optim.SGD, "adam": torch.optim.Adam}
    optimizer = kinds[case.optimizer](model.parameters(), lr=case.learning_rate, **options)
    raw, answers = case.data()
    if case.convolutions:
        raw = np.ascontiguousarray(raw.transpose(0, 3, 1, 2))
    inputs = torch.from_numpy(raw)
    if case.classes == 1:
        loss: nn.Module = nn.BCEWithLogitsLoss()
        targets = torch.from_numpy(answers.astype(np.float32)[:, None])
    else:
        loss, targets = nn.CrossEntropyLoss(), torch.from_numpy(answers)

    def run() -> None:
        for _ in range(epochs):
            order = torch.randperm(case.samples)
            for start in range(0, case.samples, case.batch):
                rows = order[start : start + case.batch]
                optimizer.zero_grad()
                loss(model(inputs[rows]), targets[rows]).backward()
                optimizer.step()

    run()
    return run


def scikit_learn(case: Case, epochs: int) -> Epoch | None:
    """scikit-learn's MLPClassifier, where the case is one; its own L2 penalty is switched off."""
    if case.convolutions:
        return None
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.neural_network import MLPClassifier

    inputs, answers = case.data()
    model = MLPClassifier(
        case.units,
        activation=case.activation,
        solver=case.optimizer,
        alpha=0.0,
        batch_size=case.batch,
        learning_rate_init=case.learning_rate,
        momentum=0.0,
        max_iter=epochs,
        tol=0.0,
        n_iter_no_change=10**6,
        warm_start=True,
    )

    def run() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model.fit(inputs.reshape(len(inputs), -1), answers)

    run()
    return run


def available(rivals: Sequence[str]) -> list[str]:
    """Those of `rivals` that can be imported here."""
    found = []
    for name in rivals:
        try:
            __import__(name)
        except ImportError:
            continue
        found.append(name)
    return found
