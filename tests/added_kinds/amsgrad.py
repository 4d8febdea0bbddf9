"""AMSGrad: Adam whose step lengths never grow again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.optim.adam import Adam
from core.optim.optimizer import OPTIMIZERS, ParameterSlice

__all__ = ["AMSGrad"]


@OPTIMIZERS.register()
@dataclass(frozen=True)
class AMSGrad(Adam):
    """w -= rate * m / (sqrt(largest s so far) + epsilon). Reddi et al., 2018."""

    kind = "amsgrad"
    title = "AMSGrad"
    summary = "Adam whose step lengths never grow again"
    slots = ("mean", "square", "largest")

    def update(self, piece: ParameterSlice, step: int, rate: float) -> None:
        mean, square, largest = piece.slots
        gradients, spare = piece.gradients, piece.spare
        piece.times(mean, self.beta_1, mean)
        piece.times(gradients, 1.0 - self.beta_1, spare)
        np.add(mean, spare, mean)
        np.multiply(gradients, gradients, spare)
        piece.times(spare, 1.0 - self.beta_2, spare)
        piece.times(square, self.beta_2, square)
        np.add(square, spare, square)
        np.maximum(largest, square, out=largest)
        np.sqrt(largest, spare)
        piece.apply_scaled_step(mean, rate, self.epsilon)
