"""LogCosh: squared error near 0, absolute error far away."""

from __future__ import annotations

import numpy as np

from core.nn.losses import LOSSES, Array, Loss


@LOSSES.register()
class LogCosh(Loss):
    """mean log(cosh(y - t)) = mean of |d| + log(1 + exp(-2 |d|)) - log 2, which never overflows; Keras's LogCosh."""

    kind = "log_cosh"
    title = "Log-cosh"
    summary = "Squared near 0, absolute far away"
    single_output = True

    def value(self, outputs: Array, targets: Array) -> float:
        distance = np.abs(outputs - targets)
        return float(np.mean(distance + np.log1p(np.exp(-2.0 * distance)) - np.log(2.0)))

    def gradient(self, outputs: Array, targets: Array, out: Array) -> None:
        np.subtract(outputs, targets, out=out)
        np.tanh(out, out=out)
        np.divide(out, out.dtype.type(out.size), out=out)
