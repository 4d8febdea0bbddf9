"""How gradients become steps. An optimizer works on the flat vector of all parameters, in pieces that fit the cache.

The spec holds the settings; `Optimizer.bind` makes an `Updater`, which owns the memory (momentum and the like).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from core.spec import Registry, Spec, setting

__all__ = ["OPTIMIZERS", "Optimizer", "Updater"]

Array = NDArray[np.floating[Any]]
LEARNING_RATES = (0.00001, 0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)

# 16,384 float32 values are 64 KB: parameters, gradients and two slots of a piece fit the second-level cache.
_PIECE = 16_384


@dataclass(frozen=True)
class Piece:
    """One stretch of the flat vectors: parameters, gradients, the optimizer's slots and a scratch array."""

    parameters: Array
    gradients: Array
    slots: tuple[Array, ...]
    spare: Array


def _learning_rate(default: float) -> Any:
    return setting(
        default,
        "Learning rate",
        low=0.0,
        high=100.0,
        suggestions=LEARNING_RATES,
        live=True,
        help="How far each step goes. Too small: nothing happens. Too large: it jumps about or explodes.",
    )


@dataclass(frozen=True)
class Optimizer(Spec):
    """`update` moves one piece; `step` counts from 1. `slots` names the vectors it remembers between steps."""

    slots: ClassVar[tuple[str, ...]] = ()

    learning_rate: float = _learning_rate(0.01)

    def update(self, piece: Piece, step: int) -> None:
        raise NotImplementedError

    def initial(self) -> float:
        """The value that slots start with."""
        return 0.0

    def bind(self, parameters: Array, gradients: Array) -> Updater:
        return Updater(self, parameters, gradients)


class Updater:
    """An optimizer bound to vectors. `optimizer` may be replaced at any time by another of the same kind."""

    def __init__(self, optimizer: Optimizer, parameters: Array, gradients: Array) -> None:
        self.optimizer = optimizer
        self.step = 0
        self.slots = {name: np.full_like(parameters, optimizer.initial()) for name in optimizer.slots}
        spare = np.empty(min(_PIECE, parameters.size), parameters.dtype)
        self._pieces = tuple(self._cut(parameters, gradients, spare))

    def _cut(self, parameters: Array, gradients: Array, spare: Array) -> Iterator[Piece]:
        for start in range(0, parameters.size, _PIECE):
            part = slice(start, min(start + _PIECE, parameters.size))
            length = part.stop - start
            slots = tuple(slot[part] for slot in self.slots.values())
            yield Piece(parameters[part], gradients[part], slots, spare[:length])

    def update(self) -> None:
        """Move the parameters by one step along the gradients that stand in the gradient vector."""
        self.step += 1
        update, step = self.optimizer.update, self.step
        for piece in self._pieces:
            update(piece, step)


OPTIMIZERS: Registry[Optimizer] = Registry("optimizer")


def _decay(default: float, label: str, help: str) -> Any:
    return setting(default, label, low=0.0, high=0.99999, live=True, help=help)


def _epsilon(default: float) -> Any:
    return setting(
        default,
        "Epsilon",
        # With 0, a weight whose gradients were all 0 would move by 0 / 0.
        low=1e-12,
        high=1.0,
        live=True,
        help="A small number that keeps the division away from zero.",
    )


@OPTIMIZERS.register()
@dataclass(frozen=True)
class SGD(Optimizer):
    """w -= rate * g. With momentum: v = momentum * v + g, w -= rate * v; Nesterov's form looks one step ahead.

    Sutskever et al., 2013: On the importance of initialization and momentum; PyTorch's placing of the rate.
    """

    kind = "sgd"
    title = "SGD"
    summary = "Plain gradient descent"
    slots = ("velocity",)

    momentum: float = _decay(0.0, "Momentum", "How much of the last step carries on into this one.")
    nesterov: bool = setting(False, "Nesterov", live=True, help="Look one step ahead before turning.")

    def update(self, piece: Piece, step: int) -> None:
        if self.momentum == 0.0:
            np.multiply(piece.gradients, self.learning_rate, out=piece.spare)
        else:
            (velocity,) = piece.slots
            np.multiply(velocity, self.momentum, out=velocity)
            np.add(velocity, piece.gradients, out=velocity)
            if self.nesterov:
                np.multiply(velocity, self.momentum, out=piece.spare)
                np.add(piece.spare, piece.gradients, out=piece.spare)
                np.multiply(piece.spare, self.learning_rate, out=piece.spare)
            else:
                np.multiply(velocity, self.learning_rate, out=piece.spare)
        np.subtract(piece.parameters, piece.spare, out=piece.parameters)


@OPTIMIZERS.register()
@dataclass(frozen=True)
class Momentum(SGD):
    """SGD with a momentum of 0.9: a heavy ball rolls through small bumps. Polyak, 1964."""

    kind = "momentum"
    title = "Momentum"
    summary = "A heavy ball: rolls on through small bumps"

    momentum: float = _decay(0.9, "Momentum", "How much of the last step carries on into this one.")


@OPTIMIZERS.register()
@dataclass(frozen=True)
class Nesterov(Momentum):
    """SGD with Nesterov's momentum. Nesterov, 1983."""

    kind = "nesterov"
    title = "Nesterov"
    summary = "Momentum that looks one step ahead"

    nesterov: bool = setting(True, "Nesterov", live=True, help="Look one step ahead before turning.")


@OPTIMIZERS.register()
@dataclass(frozen=True)
class RMSprop(Optimizer):
    """s = rho s + (1 - rho) g^2, w -= rate * g / (sqrt(s) + epsilon). Hinton, 2012, Coursera lecture 6e."""

    kind = "rmsprop"
    title = "RMSprop"
    summary = "Its own step length for every weight"
    slots = ("square",)

    learning_rate: float = _learning_rate(0.001)
    rho: float = _decay(0.9, "Rho", "How slowly the average of squared gradients forgets.")
    epsilon: float = _epsilon(1e-7)

    def update(self, piece: Piece, step: int) -> None:
        (square,) = piece.slots
        np.multiply(piece.gradients, piece.gradients, out=piece.spare)
        np.multiply(piece.spare, 1.0 - self.rho, out=piece.spare)
        np.multiply(square, self.rho, out=square)
        np.add(square, piece.spare, out=square)
        np.sqrt(square, out=piece.spare)
        _move_by_quotient(piece, piece.gradients, self.learning_rate, self.epsilon)


@OPTIMIZERS.register()
@dataclass(frozen=True)
class Adagrad(Optimizer):
    """s += g^2, w -= rate * g / (sqrt(s) + epsilon). Duchi et al., 2011."""

    kind = "adagrad"
    title = "Adagrad"
    summary = "Steps shrink with all that was learned"
    slots = ("square",)

    initial_accumulator: float = setting(
        0.1, "Initial accumulator", low=0.0, high=10.0, help="What the sum of squares starts with."
    )
    epsilon: float = _epsilon(1e-7)

    def initial(self) -> float:
        return self.initial_accumulator

    def update(self, piece: Piece, step: int) -> None:
        (square,) = piece.slots
        np.multiply(piece.gradients, piece.gradients, out=piece.spare)
        np.add(square, piece.spare, out=square)
        np.sqrt(square, out=piece.spare)
        _move_by_quotient(piece, piece.gradients, self.learning_rate, self.epsilon)


@OPTIMIZERS.register()
@dataclass(frozen=True)
class Adam(Optimizer):
    """Averages m of g and s of g^2, both corrected for their start at 0; w -= rate * m / (sqrt(s) + epsilon).

    Kingma and Ba, 2014: Adam, algorithm 1.
    """

    kind = "adam"
    title = "Adam"
    summary = "Momentum and own step lengths: works nearly everywhere"
    slots = ("mean", "square")

    learning_rate: float = _learning_rate(0.001)
    beta_1: float = _decay(0.9, "Beta 1", "How slowly the average of gradients forgets.")
    beta_2: float = _decay(0.999, "Beta 2", "How slowly the average of squared gradients forgets.")
    epsilon: float = _epsilon(1e-7)

    def update(self, piece: Piece, step: int) -> None:
        mean, square = piece.slots
        np.multiply(mean, self.beta_1, out=mean)
        np.multiply(piece.gradients, 1.0 - self.beta_1, out=piece.spare)
        np.add(mean, piece.spare, out=mean)
        np.multiply(piece.gradients, piece.gradients, out=piece.spare)
        np.multiply(piece.spare, 1.0 - self.beta_2, out=piece.spare)
        np.multiply(square, self.beta_2, out=square)
        np.add(square, piece.spare, out=square)
        np.sqrt(square, out=piece.spare)
        # sqrt(s / c) = sqrt(s) / sqrt(c): both corrections become one factor and one epsilon.
        root = math.sqrt(1.0 - self.beta_2**step)
        rate = self.learning_rate * root / (1.0 - self.beta_1**step)
        _move_by_quotient(piece, mean, rate, self.epsilon * root)


@OPTIMIZERS.register()
@dataclass(frozen=True)
class AdamW(Adam):
    """Adam, with weights also shrunk by rate * decay at each step. Loshchilov and Hutter, 2017."""

    kind = "adamw"
    title = "AdamW"
    summary = "Adam that also shrinks the weights a little"

    weight_decay: float = setting(
        0.004, "Weight decay", low=0.0, high=10.0, live=True, help="How much each step shrinks every weight."
    )

    def update(self, piece: Piece, step: int) -> None:
        np.multiply(piece.parameters, 1.0 - self.learning_rate * self.weight_decay, out=piece.parameters)
        super().update(piece, step)


def _move_by_quotient(piece: Piece, direction: Array, rate: float, epsilon: float) -> None:
    """w -= rate * direction / (spare + epsilon), where `spare` holds the root of the squares."""
    np.add(piece.spare, epsilon, out=piece.spare)
    np.divide(direction, piece.spare, out=piece.spare)
    np.multiply(piece.spare, rate, out=piece.spare)
    np.subtract(piece.parameters, piece.spare, out=piece.parameters)
