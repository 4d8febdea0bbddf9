"""The same training by our engine and by scikit-learn; what a contestant is."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from core import Sequence as Model
from core.compiled.readiness import is_installed
from core.data.batches import Samples
from core.data.target_encoding import TargetEncoding
from core.nn import (
    GRU,
    LSTM,
    Conv2D,
    Dense,
    Embedding,
    Flatten,
    Layer,
    LayerNormalization,
    MaxPooling2D,
    MultiHeadAttention,
    PositionalEncoding,
    Residual,
    Sampling,
)
from core.nn.losses import MeanSquaredError
from core.nn.network import Network
from core.optim import OPTIMIZERS
from core.train.tasks import FlowMatching, Reconstruction
from core.train.trainer import Trainer
from core.train.training_config import EngineName, TrainingConfig

Epochs = Callable[[], object]
"""Trains its number of epochs."""


class AbsentError(Exception):
    """Why a contestant cannot take part, in a few words."""


@dataclass(frozen=True)
class Case:
    """One training to time. `convolutions` are filters of 3 x 3, each followed by a 2 x 2 pool; then `units`."""

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
    is_field: bool = False
    """Whether it learns how noise becomes samples (flow matching), from batches that are drawn anew."""
    is_vae: bool = False
    """Whether it gives samples back through a Sampling layer, in place of the narrowest of `units`."""
    blocks: int = 0
    """Of a GPT of four heads, whose inputs are (time,) tokens of `classes`, and whose vectors have `units`."""
    cell: str = ""
    """"gru" or "lstm": one such layer of `units` on inputs (time, channels), and an answer at each position."""
    seeds: int = 1
    """Networks that differ in their seed only, trained on the same data."""

    @property
    def steps(self) -> int:
        """Steps per epoch of one network."""
        return math.ceil(self.samples / self.batch)

    def data(self) -> tuple[np.ndarray, np.ndarray]:
        """Random inputs (samples, *inputs) and class indices: the speed does not depend on them.

        These are (samples,), or of sequences (samples, time).
        """
        rng = np.random.default_rng(0)
        each = (self.samples, self.inputs[0])
        if self.blocks:
            return rng.integers(0, self.classes, each), rng.integers(0, self.classes, each)
        inputs = rng.normal(size=(self.samples, *self.inputs)).astype(np.float32)
        return inputs, rng.integers(0, max(2, self.classes), each if self.cell else self.samples)

    @property
    def on_sequences(self) -> bool:
        return bool(self.blocks or self.cell)


def ours(case: Case, epochs: int, engine: EngineName = "numpy") -> Epochs:
    """`epochs` epochs of the public `Sequence.train`, one network after the other."""
    if case.is_field or case.is_vae:
        return _our_task(case, epochs)
    return one_after_the_other([_our_network(case, epochs, seed, engine) for seed in range(case.seeds)])


def compiled(case: Case, epochs: int) -> Epochs:
    """As `ours`, in machine code. Raises `AbsentError` without numba."""
    if not is_installed():
        raise AbsentError("not installed")
    if case.is_field or case.is_vae or case.blocks:
        raise AbsentError("numpy's alone")
    return ours(case, epochs, "compiled")


def smallest(case: Case, epochs: int) -> Epochs:
    """As many steps of 2-8-8-8-1, beside which a VAE is judged: both are mostly calls of NumPy."""
    if not case.is_vae:
        raise AbsentError("for a VAE")
    small = Case("2-8-8-8-1 Adam", (2,), (8, 8, 8), 1, 10 * case.steps, 10, "adam", "tanh")
    return ours(small, epochs)


def _our_task(case: Case, epochs: int) -> Epochs:
    """A field, or a VAE, that is trained by the `Trainer`, as a window does: `Sequence` has neither task."""
    rows = case.data()[0]
    layers: list[Layer] = [Dense(units, activation=case.activation) for units in case.units]
    inputs = targets = rows
    if case.is_field:
        inputs, targets = FlowMatching().make(rows, rows, np.random.default_rng(0))
    else:
        # The narrowest gives a mean and a log variance for each number of the code.
        narrowest = case.units.index(min(case.units))
        layers[narrowest : narrowest + 1] = [Dense(min(case.units)), Sampling()]
    trainer = Trainer(
        Network([*layers, Dense(case.classes)], inputs.shape[1:]),
        Samples(inputs, targets, targets, source=rows if case.is_field else None),
        encoding=TargetEncoding(0, case.classes),
        config=TrainingConfig(
            loss=MeanSquaredError(), optimizer=OPTIMIZERS.make(case.optimizer), batch_size=case.batch
        ),
        task=FlowMatching() if case.is_field else Reconstruction(),
        evaluate=False,
    )

    def run() -> None:
        for _ in range(epochs):
            trainer.run_epoch()

    run()
    return run


def _our_network(case: Case, epochs: int, seed: int, engine: EngineName) -> Epochs:
    layers: list[Layer] = []
    for filters in case.convolutions:
        layers += [Conv2D(filters, 3, activation=case.activation), MaxPooling2D()]
    if case.on_sequences:
        layers += _of_sequences(case)
    elif len(case.inputs) > 1:
        layers.append(Flatten())
    if not case.on_sequences:
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
        engine=engine,
        seed=seed,
    )
    inputs, answers = case.data()
    model.train(inputs, answers, epochs=1)
    return lambda: model.train(inputs, answers, epochs=epochs)


def _of_sequences(case: Case) -> list[Layer]:
    (width,) = case.units
    if case.cell:
        return [{"gru": GRU, "lstm": LSTM}[case.cell](width, return_sequences=True)]
    layers: list[Layer] = [Embedding(case.classes, width), PositionalEncoding()]
    for _ in range(case.blocks):
        layers.append(Residual((LayerNormalization(), MultiHeadAttention(4, causal=True))))
        layers.append(Residual((LayerNormalization(), Dense(4 * width, "relu"), Dense(width))))
    return [*layers, LayerNormalization()]


def scikit_learn(case: Case, epochs: int) -> Epochs:
    """scikit-learn's MLPClassifier, if the case fits; without its L2 penalty."""
    if case.convolutions or case.is_field or case.is_vae or case.on_sequences:
        raise AbsentError("no convolutions" if case.convolutions else "no such task or layers")
    return one_after_the_other([_scikit_learn_network(case, epochs) for _ in range(case.seeds)])


def _scikit_learn_network(case: Case, epochs: int) -> Epochs:
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


def one_after_the_other(networks: Sequence[Epochs]) -> Epochs:
    """Several networks as one contestant."""

    def run() -> None:
        for train in networks:
            train()

    return networks[0] if len(networks) == 1 else run
