"""Gradient descent with one step size for all weights, with or without momentum."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from ..spec import setting
from .optimizer import OPTIMIZERS, Optimizer, ParameterSlice, RateSetting, decay_setting, rate_setting


@OPTIMIZERS.register()
class SGD(Optimizer):
    """w -= rate * g. With momentum: v = momentum * v + g, w -= rate * v; Nesterov: w -= rate * (g + momentum * v).

    Sutskever et al., 2013: On the importance of initialization and momentum; PyTorch's placing of the rate.
    """

    kind = "sgd"
    title = "SGD"
    summary = "Plain gradient descent"
    equations: ClassVar[tuple[str, ...]] = (
        "v = momentum · v + g",
        "w = w - rate · v",
        "w = w - rate · (g + momentum · v) with nesterov",
    )
    slots = ("velocity",)

    momentum: float = decay_setting(0.0, "Momentum", "How much of the last step carries on into this one.")
    nesterov: bool = setting(False, "Nesterov", "Look one step ahead before turning.", live=True)

    def update(self, part: ParameterSlice, step: int, rate: float) -> None:
        if self.momentum == 0.0:
            part.times(part.gradients, rate, part.scratch)
        else:
            (velocity,) = part.slots
            part.times(velocity, self.momentum, velocity)
            np.add(velocity, part.gradients, velocity)
            if self.nesterov:
                part.times(velocity, self.momentum, part.scratch)
                np.add(part.scratch, part.gradients, part.scratch)
                part.times(part.scratch, rate, part.scratch)
            else:
                part.times(velocity, rate, part.scratch)
        np.subtract(part.parameters, part.scratch, part.parameters)


@OPTIMIZERS.register()
class Momentum(SGD):
    """SGD with a momentum of 0.9. Polyak, 1964."""

    kind = "momentum"
    title = "Momentum"
    summary = "A heavy ball: rolls on through small bumps"
    equations = ("v = momentum · v + g", "w = w - rate · v")

    momentum: float = decay_setting(0.9, "Momentum", "How much of the last step carries on into this one.")


@OPTIMIZERS.register()
class Nesterov(Momentum):
    """SGD with Nesterov momentum. Nesterov, 1983."""

    kind = "nesterov"
    title = "Nesterov"
    summary = "Momentum that looks one step ahead"
    equations = ("v = momentum · v + g", "w = w - rate · (g + momentum · v)")

    nesterov: bool = setting(True, "Nesterov", "Look one step ahead before turning.", live=True)


@OPTIMIZERS.register()
class Lion(Optimizer):
    """w -= rate * sign(beta_1 m + (1 - beta_1) g), then m = beta_2 m + (1 - beta_2) g.

    Chen et al., 2023: Symbolic discovery of optimization algorithms; Keras's defaults.
    """

    kind = "lion"
    title = "Lion"
    summary = "Every weight goes the same distance: only signs count"
    equations = ("w = w - rate · sign(β_1 m + (1 - β_1) g)", "m = β_2 m + (1 - β_2) g")
    slots = ("mean",)

    learning_rate: RateSetting = rate_setting(0.001)
    beta_1: float = decay_setting(
        0.9, "Beta 1", "How much the average weighs against the newest gradient in a step."
    )
    beta_2: float = decay_setting(0.99, "Beta 2", "How slowly the average of gradients forgets.")

    def update(self, part: ParameterSlice, step: int, rate: float) -> None:
        (mean,) = part.slots
        np.multiply(part.gradients, 1.0 - self.beta_1, out=part.scratch)
        np.multiply(mean, self.beta_1, out=part.second_scratch)
        np.add(part.scratch, part.second_scratch, out=part.scratch)
        np.sign(part.scratch, out=part.scratch)
        np.multiply(part.scratch, rate, out=part.scratch)
        np.subtract(part.parameters, part.scratch, out=part.parameters)
        np.multiply(mean, self.beta_2, out=mean)
        np.multiply(part.gradients, 1.0 - self.beta_2, out=part.scratch)
        np.add(mean, part.scratch, out=mean)
