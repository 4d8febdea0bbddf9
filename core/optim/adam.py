"""Adam and its variants: an average of the gradients, divided by their root mean square."""

from __future__ import annotations

import math
from typing import ClassVar

import numpy as np

from ..spec import setting
from ..spec.arrays import Array
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
class Adam(Optimizer):
    """Averages m of g and s of g^2, both corrected for their start at 0; w -= rate * m / (sqrt(s) + epsilon).

    Kingma and Ba, 2014: Adam, algorithm 1.
    """

    kind = "adam"
    title = "Adam"
    summary = "Momentum and own step lengths: works nearly everywhere"
    equations: ClassVar[tuple[str, ...]] = (
        "m = β_1 m + (1 - β_1) g",
        "s = β_2 s + (1 - β_2) g^2",
        "a = m / (1 - β_1^t), b = s / (1 - β_2^t)",
        "w = w - rate · a / (sqrt(b) + epsilon)",
    )
    slots = ("mean", "square")

    learning_rate: RateSetting = rate_setting(0.001)
    beta_1: float = decay_setting(0.9, "Beta 1", "How slowly the average of gradients forgets.")
    beta_2: float = decay_setting(0.999, "Beta 2", "How slowly the average of squared gradients forgets.")
    epsilon: float = epsilon_setting(1e-7)

    def update(self, part: ParameterSlice, step: int, rate: float) -> None:
        mean = self._averages(part)
        # sqrt(s / c) = sqrt(s) / sqrt(c): both corrections become one factor and one epsilon.
        root = math.sqrt(1.0 - self.beta_2**step)
        part.apply_scaled_step(mean, rate * root / (1.0 - self.beta_1**step), self.epsilon * root)

    def _averages(self, part: ParameterSlice) -> Array:
        """Update both averages; return m, (count,), and leave sqrt(s) in the scratch array."""
        mean, square = part.slots
        gradients, scratch = part.gradients, part.scratch
        # m = beta_1 m + (1 - beta_1) g
        part.times(mean, self.beta_1, mean)
        part.times(gradients, 1.0 - self.beta_1, scratch)
        np.add(mean, scratch, mean)
        # s = beta_2 s + (1 - beta_2) g^2
        np.multiply(gradients, gradients, scratch)
        part.times(scratch, 1.0 - self.beta_2, scratch)
        part.times(square, self.beta_2, square)
        np.add(square, scratch, square)
        np.sqrt(square, scratch)
        return mean


@OPTIMIZERS.register()
class AdamW(Adam):
    """Adam with decoupled weight decay, w *= 1 - rate * decay. Loshchilov and Hutter, 2017."""

    kind = "adamw"
    title = "AdamW"
    summary = "Adam that also shrinks the weights a little"
    equations = (
        "w = w · (1 - rate · weight_decay)",
        "m = β_1 m + (1 - β_1) g",
        "s = β_2 s + (1 - β_2) g^2",
        "a = m / (1 - β_1^t), b = s / (1 - β_2^t)",
        "w = w - rate · a / (sqrt(b) + epsilon)",
    )

    weight_decay: float = setting(
        0.004, "Weight decay", "How much each step shrinks every weight.", low=0.0, high=10.0, live=True
    )

    def update(self, part: ParameterSlice, step: int, rate: float) -> None:
        np.multiply(part.parameters, 1.0 - rate * self.weight_decay, out=part.parameters)
        super().update(part, step, rate)


@OPTIMIZERS.register()
class Adamax(Optimizer):
    """m averages g; u = max(beta_2 u, |g| + epsilon); w -= rate * m / u, with m corrected for its start at 0.

    Kingma and Ba, 2014: Adam, algorithm 2.
    """

    kind = "adamax"
    title = "Adamax"
    summary = "Adam that remembers the largest gradient"
    equations = (
        "m = β_1 m + (1 - β_1) g",
        "u = max(β_2 u, |g| + epsilon)",
        "w = w - rate / (1 - β_1^t) · m / u",
    )
    slots = ("mean", "largest")

    learning_rate: RateSetting = rate_setting(0.001)
    beta_1: float = decay_setting(0.9, "Beta 1", "How slowly the average of gradients forgets.")
    beta_2: float = decay_setting(0.999, "Beta 2", "How slowly the largest gradient is forgotten.")
    epsilon: float = epsilon_setting(1e-7)

    def update(self, part: ParameterSlice, step: int, rate: float) -> None:
        mean, largest = part.slots
        # m = beta_1 m + (1 - beta_1) g
        np.multiply(mean, self.beta_1, out=mean)
        np.multiply(part.gradients, 1.0 - self.beta_1, out=part.scratch)
        np.add(mean, part.scratch, out=mean)
        # u = max(beta_2 u, |g| + epsilon)
        np.absolute(part.gradients, out=part.scratch)
        np.add(part.scratch, self.epsilon, out=part.scratch)
        np.multiply(largest, self.beta_2, out=largest)
        np.maximum(largest, part.scratch, out=largest)
        # w -= rate / (1 - beta_1^step) m / u
        np.divide(mean, largest, out=part.scratch)
        np.multiply(part.scratch, rate / (1.0 - self.beta_1**step), out=part.scratch)
        np.subtract(part.parameters, part.scratch, out=part.parameters)


@OPTIMIZERS.register()
class Nadam(Adam):
    """Adam with Nesterov momentum.

    mu_t = beta_1 (1 - 0.96^(0.004 t) / 2); w -= rate (a g + b m) / (sqrt(s) + epsilon), where
    a = (1 - mu_t) / (1 - mu_1...mu_t) and b = mu_t+1 / (1 - mu_1...mu_t+1). Dozat, 2016; PyTorch's constants.
    """

    kind = "nadam"
    title = "Nadam"
    summary = "Adam that looks one step ahead"
    equations = (
        "μ_t = β_1 (1 - 0.96^(0.004 t) / 2)",
        "m = β_1 m + (1 - β_1) g, s = β_2 s + (1 - β_2) g^2",
        "a = (1 - μ_t) / (1 - Π_t μ), b = μ_(t+1) / (1 - Π_(t+1) μ)",
        "w = w - rate · (a g + b m) / (sqrt(s / (1 - β_2^t)) + epsilon)",
    )

    def update(self, part: ParameterSlice, step: int, rate: float) -> None:
        mean = self._averages(part)
        root = math.sqrt(1.0 - self.beta_2**step)
        # Each factor is at most 0.51: after 64 of them 1 - product rounds to 1.
        product = math.prod(map(self._momentum, range(1, step + 1))) if step <= 64 else 0.0
        now, following = self._momentum(step), self._momentum(step + 1)
        np.multiply(part.gradients, (1.0 - now) / (1.0 - product), out=part.second_scratch)
        np.add(part.scratch, self.epsilon * root, out=part.scratch)
        np.divide(part.second_scratch, part.scratch, out=part.second_scratch)
        np.multiply(part.second_scratch, rate * root, out=part.second_scratch)
        np.subtract(part.parameters, part.second_scratch, out=part.parameters)
        np.divide(mean, part.scratch, out=part.scratch)
        np.multiply(part.scratch, rate * root * following / (1.0 - product * following), out=part.scratch)
        np.subtract(part.parameters, part.scratch, out=part.parameters)

    def _momentum(self, step: int) -> float:
        return self.beta_1 * (1.0 - 0.5 * float(0.96 ** (0.004 * step)))
