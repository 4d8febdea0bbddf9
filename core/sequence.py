"""Sequence: the model class that a programmer uses, NumpyNet's own API; a thin face over Network and Trainer."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.coding import Coding
from core.layers import LAYERS, Layer, LayerError, Shape
from core.losses import LOSSES, Loss
from core.metrics import class_numbers
from core.network import Network
from core.optimizers import OPTIMIZERS, Adam, Optimizer
from core.regularizers import REGULARIZERS, Regularizer
from core.training import Samples, Trainer

__all__ = ["Sequence"]

Array = NDArray[np.floating[Any]]
Callback = Callable[["Sequence", int], object]
"""Called as callback(model, epoch) after every epoch; a true answer ends the training."""


class Sequence:
    """A stack of layers that can be trained.

    >>> model = Sequence([Dense(8), ReLU(), Dense(2, activation="softmax")], loss="cross_entropy", epochs=50)
    >>> model.train(X, y)
    >>> model.predict(X)  # (samples, 2), rows sum to 1

    The first layer takes its width from the data. `loss`, `optimizer` and `regularizer` are names or objects;
    `learning_rate` changes the optimizer's own. The same `seed` gives the same numbers. `feedback_steps` is the
    number of epochs between two printed lines; 0 prints nothing. Each of `callbacks` is called as
    `callback(model, epoch)` after every epoch, and a true answer ends the training.
    """

    def __init__(
        self,
        layers: Iterable[Layer | str] = (),
        *,
        loss: str | Loss = "cross_entropy",
        optimizer: str | Optimizer = "adam",
        learning_rate: float | None = None,
        regularizer: str | Regularizer = "none",
        epochs: int = 100,
        batch_size: int = 16,
        feedback_steps: int = 10,
        shuffle: bool = True,
        seed: int = 0,
        callbacks: Iterable[Callback] = (),
    ) -> None:
        self._layers = tuple(LAYERS.make(layer) for layer in layers)
        self.loss = LOSSES.make(loss)
        self.optimizer = _optimizer(optimizer, learning_rate)
        self.regularizer = REGULARIZERS.make(regularizer)
        self.epochs = _count("epochs", epochs, 0)
        self.batch_size = _count("batch_size", batch_size, 1)
        self.feedback_steps = _count("feedback_steps", feedback_steps, 0)
        self.shuffle = shuffle
        self.seed = _count("seed", seed, 0)
        self.callbacks = tuple(callbacks)
        self.loss_history: list[float] = []
        self.validation_history: list[float] = []
        self._network: Network | None = None
        self._trainer: Trainer | None = None

    @property
    def layers(self) -> tuple[Layer, ...]:
        return self._layers

    @property
    def built(self) -> bool:
        """Whether the weights exist."""
        return self._network is not None

    @property
    def network(self) -> Network:
        """The arrays; `RuntimeError` before `build` or `train` have told the width of the data."""
        if self._network is None:
            raise RuntimeError(
                "Sequence: it has no weights yet; call build(input_shape) or train(X, y) first"
            )
        return self._network

    def add(self, layer: Layer | str) -> Self:
        """Append a layer; weights that were there start anew at the next build."""
        self._layers = (*self._layers, LAYERS.make(layer))
        self._network = self._trainer = None
        return self

    def build(self, input_shape: int | Shape) -> Self:
        """Make the weights for samples of `input_shape`, such as 2 or (28, 28, 1)."""
        shape = (input_shape,) if isinstance(input_shape, int) else tuple(input_shape)
        if not self._layers:
            raise LayerError("Sequence: it needs at least one layer, got none")
        self._network = Network(self._layers, shape, seed=self.seed)
        self._trainer = None
        return self

    def train(
        self,
        X: ArrayLike,
        y: ArrayLike,
        *,
        epochs: int | None = None,
        batch_size: int | None = None,
        validation_data: tuple[ArrayLike, ArrayLike] | None = None,
    ) -> Self:
        """Train on inputs X (samples, *shape) and y: class numbers (samples,), one-hot rows or values.

        Called again, it goes on from where it was. Raises `ValueError` when X and y do not fit each other or the
        network, and `DivergedError` when the loss is no longer a number.
        """
        inputs = np.asarray(X, np.float32)
        answers = np.asarray(y)
        if len(inputs) != len(answers) or not len(inputs):
            raise ValueError(
                f"Sequence: X and y must hold the same samples, got {len(inputs)} and {len(answers)}"
            )
        if batch_size is not None:
            self.batch_size = _count("batch_size", batch_size, 1)
        trainer = self._trainer_on(inputs, answers)
        validation = None if validation_data is None else self._samples(*validation_data)
        for _ in range(self.epochs if epochs is None else _count("epochs", epochs, 0)):
            self.loss_history.append(trainer.run_epoch())
            if validation is not None:
                self.validation_history.append(trainer.evaluate(validation).loss)
            if self.feedback_steps and trainer.epoch % self.feedback_steps == 0:
                self._print_feedback(trainer, validation)
            # All are asked, so that a callback that only watches never misses an epoch.
            answers_of_callbacks = [callback(self, trainer.epoch) for callback in self.callbacks]
            if any(answers_of_callbacks):
                break
        return self

    fit = train

    def predict(self, X: ArrayLike) -> Array:
        """Outputs (samples, outputs); with softmax each row sums to 1."""
        return self.network.predict(np.asarray(X))

    def evaluate(self, X: ArrayLike, y: ArrayLike) -> dict[str, float]:
        """{"loss": ..., "accuracy": ...} on samples; "r2" takes the place of the accuracy in a regression."""
        samples = self._samples(X, y)
        found = self._trainer_for(samples).evaluate(samples)
        return {
            "loss": found.loss,
            "r2" if self._coding(samples.answers).classes == 0 else "accuracy": found.accuracy,
        }

    def get_weights(self) -> list[Array]:
        """Copies of all weights in Keras's order and layout."""
        return self.network.get_weights()

    def set_weights(self, weights: list[Any]) -> None:
        """The inverse of `get_weights`."""
        self.network.set_weights(weights)

    def summary(self) -> str:
        """A table of the layers, their output shapes and numbers of parameters."""
        from core.summary import summary_text

        return summary_text(self._layers, self._network)

    def show(self) -> None:
        """Print `summary()`."""
        print(self.summary())

    def save(self, path: str | Path) -> None:
        """Write layers, settings and weights to one file, which `load` reads."""
        from core.model_file import save_model

        save_model(self, Path(path))

    @classmethod
    def load(cls, path: str | Path) -> Sequence:
        """Read what `save` wrote; `ValueError` says why a file cannot be read."""
        from core.model_file import load_model

        return load_model(Path(path))

    def export(self, path: str | Path) -> None:
        """Write the weights in the format that the suffix names: see `core.export.EXPORTERS`."""
        from core.export import exporter_for

        exporter_for(Path(path)).write(self.network, Path(path))

    def _trainer_on(self, inputs: Array, answers: NDArray[Any]) -> Trainer:
        if self._network is None:
            self.build(inputs.shape[1:])
        samples = self._samples(inputs, answers)
        if self._trainer is None:
            self._trainer = self._trainer_for(samples)
        else:
            # New data under a training that goes on: the optimizer keeps its memory.
            self._trainer.use_data(samples)
            self._trainer.use(
                loss=self.loss,
                optimizer=self.optimizer,
                regularizer=self.regularizer,
                batch_size=self.batch_size,
            )
        return self._trainer

    def _trainer_for(self, samples: Samples) -> Trainer:
        return Trainer(
            self.network,
            samples,
            coding=self._coding(samples.answers),
            loss=self.loss,
            optimizer=self.optimizer,
            regularizer=self.regularizer,
            batch_size=self.batch_size,
            seed=self.seed,
            shuffle=self.shuffle,
            evaluates=False,
        )

    def _samples(self, X: ArrayLike, y: ArrayLike) -> Samples:
        """Checked inputs, the targets that the loss compares with, and the answers that they stand for."""
        inputs = self.network.checked(X)
        given = np.asarray(y)
        if len(inputs) != len(given):
            raise ValueError(
                f"Sequence: X and y must hold the same samples, got {len(inputs)} and {len(given)}"
            )
        if not np.isfinite(inputs).all():
            raise ValueError("Sequence: X must hold finite numbers only, got NaN or infinity")
        outputs = self.network.output_shape[-1]
        if outputs == 1 and self.loss.fuses == "softmax":
            raise ValueError(
                f"Sequence: {self.loss.title} needs one output per class, got 1 output; "
                "use Dense(2, activation='softmax') or loss='binary_cross_entropy'"
            )
        if self._classifies(given):
            answers = self._class_numbers(given)
            if answers.max(initial=0) >= max(2, outputs):
                raise ValueError(
                    f"Sequence: y must be class numbers below {max(2, outputs)}, got class {answers.max()}"
                )
            return Samples(inputs, self._coding(answers).encode(answers), answers)
        values = given.astype(np.float32).reshape(len(given), -1)
        if not np.isfinite(values).all():
            raise ValueError("Sequence: y must hold finite numbers only, got NaN or infinity")
        if values.shape[1] != outputs:
            raise ValueError(f"Sequence: y must have the network's {outputs} columns, got {values.shape[1]}")
        return Samples(inputs, values, values)

    def _classifies(self, y: NDArray[Any]) -> bool:
        return self.loss.tasks == ("classification",) or (
            self.network.output_shape[-1] > 1 and (y.ndim == 1 or _is_one_hot(y))
        )

    def _class_numbers(self, y: NDArray[Any]) -> NDArray[np.int64]:
        if y.ndim == 2 and y.shape[1] == 1:
            y = y[:, 0]
        classes = max(2, self.network.output_shape[-1])
        if y.ndim == 2 and y.shape[1] != classes:
            raise ValueError(f"Sequence: y must have {classes} columns, one per class, got {y.shape[1]}")
        if y.ndim == 2 and not _is_one_hot(y):
            raise ValueError("Sequence: y must be class numbers or one-hot rows, got other rows")
        return class_numbers(y)

    def _coding(self, answers: NDArray[Any]) -> Coding:
        outputs = self.network.output_shape[-1]
        classifies = answers.ndim == 1
        return Coding(max(2, outputs) if classifies else 0, outputs)

    def _print_feedback(self, trainer: Trainer, validation: Samples | None) -> None:
        name = "R²" if trainer.coding.classes == 0 else "accuracy"
        line = f"epoch {trainer.epoch}: loss {trainer.epoch_loss:.5f}, {name} "
        line += f"{trainer.evaluate(trainer.train.head(1000)).accuracy:.4f}"
        if validation is not None:
            found = trainer.evaluate(validation)
            line += f"; validation loss {found.loss:.5f}, {name} {found.accuracy:.4f}"
        print(line)


def _is_one_hot(y: NDArray[Any]) -> bool:
    return y.ndim == 2 and bool(np.all((y == 0) | (y == 1)) and np.all(y.sum(axis=1) == 1))


def _optimizer(optimizer: str | Optimizer, learning_rate: float | None) -> Optimizer:
    made = OPTIMIZERS.make(optimizer)
    if learning_rate is not None:
        return made.replace(learning_rate=learning_rate)
    # The small networks that this library is for learn well at three times Keras's cautious rate.
    return Adam(learning_rate=0.003) if optimizer == "adam" else made


def _count(name: str, value: int, low: int) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < low:
        raise ValueError(f"Sequence: {name} must be a whole number of at least {low}, got {value!r}")
    return int(value)
