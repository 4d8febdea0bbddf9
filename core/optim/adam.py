"""Adam and its relatives: an average of the gradients, divided by the size that gradients usually have."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from core.optim.optimizer import (
    OPTIMIZERS,
    Array,
    Optimizer,
    Piece,
    decay_setting,
    epsilon_setting,
    rate_setting,
)
from core.spec import setting

__all__ = ["Adam", "AdamW", "Adamax", "Nadam"]


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

    learning_rate: float = rate_setting(0.001)
    beta_1: float = decay_setting(0.9, "Beta 1", "How slowly the average of gradients forgets.")
    beta_2: float = decay_setting(0.999, "Beta 2", "How slowly the average of squared gradients forgets.")
    epsilon: float = epsilon_setting(1e-7)

    def update(self, piece: Piece, step: int, rate: float) -> None:
        mean = self._averages(piece)
        # sqrt(s / c) = sqrt(s) / sqrt(c): both corrections become one factor and one epsilon.
        root = math.sqrt(1.0 - self.beta_2**step)
        piece.move_by_quotient(mean, rate * root / (1.0 - self.beta_1**step), self.epsilon * root)

    def _averages(self, piece: Piece) -> Array:
        """Let the new gradients into both averages; returns m, and leaves sqrt(s) in the scratch array."""
        mean, square = piece.slots
        gradients, spare = piece.gradients, piece.spare
        piece.times(mean, self.beta_1, mean)
        piece.times(gradients, 1.0 - self.beta_1, spare)
        np.add(mean, spare, mean)
        np.multiply(gradients, gradients, spare)
        piece.times(spare, 1.0 - self.beta_2, spare)
        piece.times(square, self.beta_2, square)
        np.add(square, spare, square)
        np.sqrt(square, spare)
        return mean


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

    def update(self, piece: Piece, step: int, rate: float) -> None:
        np.multiply(piece.parameters, 1.0 - rate * self.weight_decay, out=piece.parameters)
        super().update(piece, step, rate)


@OPTIMIZERS.register()
@dataclass(frozen=True)
class Adamax(Optimizer):
    """m averages g; u = max(beta_2 u, |g| + epsilon); w -= rate * m / u, with m corrected for its start at 0.

    Kingma and Ba, 2014: Adam, algorithm 2.
    """

    kind = "adamax"
    title = "Adamax"
    summary = "Adam that remembers the largest gradient"
    slots = ("mean", "largest")

    learning_rate: float = rate_setting(0.001)
    beta_1: float = decay_setting(0.9, "Beta 1", "How slowly the average of gradients forgets.")
    beta_2: float = decay_setting(0.999, "Beta 2", "How slowly the largest gradient is forgotten.")
    epsilon: float = epsilon_setting(1e-7)

    def update(self, piece: Piece, step: int, rate: float) -> None:
        mean, largest = piece.slots
        np.multiply(mean, self.beta_1, out=mean)
        np.multiply(piece.gradients, 1.0 - self.beta_1, out=piece.spare)
        np.add(mean, piece.spare, out=mean)
        np.absolute(piece.gradients, out=piece.spare)
        np.add(piece.spare, self.epsilon, out=piece.spare)
        np.multiply(largest, self.beta_2, out=largest)
        np.maximum(largest, piece.spare, out=largest)
        np.divide(mean, largest, out=piece.spare)
        np.multiply(piece.spare, rate / (1.0 - self.beta_1**step), out=piece.spare)
        np.subtract(piece.parameters, piece.spare, out=piece.parameters)


@OPTIMIZERS.register()
@dataclass(frozen=True)
class Nadam(Adam):
    """Adam with Nesterov's look ahead: the step takes the momentum of the next one into account.

    mu_t = beta_1 (1 - 0.96^(0.004 t) / 2); w -= rate (a g + b m) / (sqrt(s) + epsilon), where
    a = (1 - mu_t) / (1 - mu_1...mu_t) and b = mu_t+1 / (1 - mu_1...mu_t+1). Dozat, 2016; PyTorch's constants.
    """

    kind = "nadam"
    title = "Nadam"
    summary = "Adam that looks one step ahead"

    def update(self, piece: Piece, step: int, rate: float) -> None:
        mean = self._averages(piece)
        root = math.sqrt(1.0 - self.beta_2**step)
        product = self._momentum_product(step)
        now, following = self._momentum(step), self._momentum(step + 1)
        np.multiply(piece.gradients, (1.0 - now) / (1.0 - product), out=piece.second_spare)
        np.add(piece.spare, self.epsilon * root, out=piece.spare)
        np.divide(piece.second_spare, piece.spare, out=piece.second_spare)
        np.multiply(piece.second_spare, rate * root, out=piece.second_spare)
        np.subtract(piece.parameters, piece.second_spare, out=piece.parameters)
        np.divide(mean, piece.spare, out=piece.spare)
        np.multiply(piece.spare, rate * root * following / (1.0 - product * following), out=piece.spare)
        np.subtract(piece.parameters, piece.spare, out=piece.parameters)

    def _momentum(self, step: int) -> float:
        return self.beta_1 * (1.0 - 0.5 * float(0.96 ** (0.004 * step)))

    def _momentum_product(self, step: int) -> float:
        # Each factor is at most 0.51, so after 64 of them 1 - product is 1 to the last digit.
        return math.prod(map(self._momentum, range(1, step + 1))) if step <= 64 else 0.0
