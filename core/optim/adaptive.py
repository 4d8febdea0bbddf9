"""Optimizers with one step size per weight, from its squared gradients."""

from __future__ import annotations

import numpy as np

from ..spec import setting
from .optimizer import (
    OPTIMIZERS,
    Optimizer,
    ParameterSlice,
    RateSetting,
    decay_setting,
    epsilon_setting,
    rate_setting,
)


@OPTIMIZERS.register()
class RMSprop(Optimizer):
    """s = rho s + (1 - rho) g^2, w -= rate * g / (sqrt(s) + epsilon). Hinton, 2012, Coursera lecture 6e."""

    kind = "rmsprop"
    title = "RMSprop"
    summary = "Its own step length for every weight"
    equations = ("s = rho · s + (1 - rho) g^2", "w = w - rate · g / (sqrt(s) + epsilon)")
    slots = ("square",)

    learning_rate: RateSetting = rate_setting(0.001)
    rho: float = decay_setting(0.9, "Rho", "How slowly the average of squared gradients forgets.")
    epsilon: float = epsilon_setting(1e-7)

    def update(self, part: ParameterSlice, step: int, rate: float) -> None:
        (square,) = part.slots
        np.multiply(part.gradients, part.gradients, out=part.scratch)
        np.multiply(part.scratch, 1.0 - self.rho, out=part.scratch)
        np.multiply(square, self.rho, out=square)
        np.add(square, part.scratch, out=square)
        np.sqrt(square, out=part.scratch)
        part.apply_scaled_step(part.gradients, rate, self.epsilon)


@OPTIMIZERS.register()
class Adagrad(Optimizer):
    """s += g^2, w -= rate * g / (sqrt(s) + epsilon). Duchi et al., 2011."""

    kind = "adagrad"
    title = "Adagrad"
    summary = "Steps shrink with all that was learned"
    equations = ("s = s + g^2", "w = w - rate · g / (sqrt(s) + epsilon)")
    slots = ("square",)

    initial_accumulator: float = setting(
        0.1, "Initial accumulator", "What the sum of squares starts with.", low=0.0, high=10.0
    )
    epsilon: float = epsilon_setting(1e-7)

    def initial(self) -> float:
        return self.initial_accumulator

    def update(self, part: ParameterSlice, step: int, rate: float) -> None:
        (square,) = part.slots
        np.multiply(part.gradients, part.gradients, out=part.scratch)
        np.add(square, part.scratch, out=square)
        np.sqrt(square, out=part.scratch)
        part.apply_scaled_step(part.gradients, rate, self.epsilon)


@OPTIMIZERS.register()
class Adadelta(Optimizer):
    """s averages g^2 and u averages d^2, where d = g * sqrt((u + epsilon) / (s + epsilon)); w -= rate * d.

    Zeiler, 2012: ADADELTA. The rate is 1 as in the paper and PyTorch: Keras's 0.001 hardly moves.
    """

    kind = "adadelta"
    title = "Adadelta"
    summary = "Finds its own step lengths; starts slowly"
    equations = (
        "s = rho · s + (1 - rho) g^2",
        "d = g · sqrt((u + epsilon) / (s + epsilon))",
        "u = rho · u + (1 - rho) d^2",
        "w = w - rate · d",
    )
    slots = ("square", "moved")

    learning_rate: RateSetting = rate_setting(1.0)
    rho: float = decay_setting(0.95, "Rho", "How slowly the averages of squares forget.")
    epsilon: float = epsilon_setting(1e-7)

    def update(self, part: ParameterSlice, step: int, rate: float) -> None:
        square, moved = part.slots
        scratch, delta = part.scratch, part.second_scratch
        # s = rho s + (1 - rho) g^2
        np.multiply(part.gradients, part.gradients, out=scratch)
        np.multiply(scratch, 1.0 - self.rho, out=scratch)
        np.multiply(square, self.rho, out=square)
        np.add(square, scratch, out=square)
        # d = g sqrt((u + epsilon) / (s + epsilon))
        np.add(square, self.epsilon, out=scratch)
        np.add(moved, self.epsilon, out=delta)
        np.divide(delta, scratch, out=delta)
        np.sqrt(delta, out=delta)
        np.multiply(delta, part.gradients, out=delta)
        # u = rho u + (1 - rho) d^2
        np.multiply(delta, delta, out=scratch)
        np.multiply(scratch, 1.0 - self.rho, out=scratch)
        np.multiply(moved, self.rho, out=moved)
        np.add(moved, scratch, out=moved)
        np.multiply(delta, rate, out=delta)
        np.subtract(part.parameters, delta, out=part.parameters)
