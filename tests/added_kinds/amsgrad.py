"""AMSGrad: Adam with step lengths that never increase."""

from __future__ import annotations

import numpy as np

from core.optim.adam import Adam
from core.optim.optimizer import OPTIMIZERS, ParameterSlice


@OPTIMIZERS.register()
class AMSGrad(Adam):
    """w -= rate * m / (sqrt(largest s so far) + epsilon). Reddi et al., 2018."""

    kind = "amsgrad"
    title = "AMSGrad"
    summary = "Adam whose step lengths never grow again"
    slots = ("mean", "square", "largest")

    def update(self, part: ParameterSlice, step: int, rate: float) -> None:
        mean, square, largest = part.slots
        gradients, scratch = part.gradients, part.scratch
        part.times(mean, self.beta_1, mean)
        part.times(gradients, 1.0 - self.beta_1, scratch)
        np.add(mean, scratch, mean)
        np.multiply(gradients, gradients, scratch)
        part.times(scratch, 1.0 - self.beta_2, scratch)
        part.times(square, self.beta_2, square)
        np.add(square, scratch, square)
        np.maximum(largest, square, out=largest)
        np.sqrt(largest, scratch)
        part.apply_scaled_step(mean, rate, self.epsilon)
