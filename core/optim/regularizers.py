"""Weight penalties. They apply to kernels, never to biases, and are not part of the displayed loss."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..spec import setting
from ..spec.arrays import Array
from ..spec.regularizer import REGULARIZERS, Regularizer

# Of a table: ridge regression's best penalty grows with columns / rows. Measured on eleven tables by
# `python -m tests.benchmarks tables`: 0.1 to 0.3 do; rates above 0.02 stop networks of thousands of columns.
_OF_TABLES, _MOST, _LEAST = 0.2, 0.03, 1e-4

RATES = (0.0, 0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)


def _rate(default: float) -> Any:
    return setting(
        default,
        "Rate",
        "How strongly weights are pulled towards zero. Too much, and the network cannot bend.",
        low=0.0,
        form_high=10.0,
        suggestions=RATES,
        live=True,
    )


@REGULARIZERS.register()
class NoRegularizer(Regularizer):
    kind = "none"
    title = "None"
    summary = "Weights may grow as they like"


@REGULARIZERS.register()
class L1(Regularizer):
    """rate * sum(|w|)."""

    kind = "l1"
    title = "L1"
    summary = "Pulls weights to exactly zero: few links remain"
    equations = ("L = L + rate · Σ_w |w|", "∂L/∂w = ∂L/∂w + rate · sign(w)")

    rate: float = _rate(0.001)

    def penalty(self, kernels: Array) -> float:
        return self.rate * float(np.sum(np.abs(kernels)))

    def add_gradient(self, kernels: Array, gradients: Array, scratch: Array) -> None:
        np.sign(kernels, out=scratch)
        np.multiply(scratch, self.rate, out=scratch)
        np.add(gradients, scratch, out=gradients)


@REGULARIZERS.register()
class L2(Regularizer):
    """rate * sum(w^2), as in Keras. TensorFlow Playground halves the square: its rate is twice this one."""

    kind = "l2"
    title = "L2"
    summary = "Keeps all weights small and the boundary smooth"
    equations = ("L = L + rate · Σ_w w^2", "∂L/∂w = ∂L/∂w + 2 rate · w")

    rate: float = _rate(0.001)

    def penalty(self, kernels: Array) -> float:
        return self.rate * float(np.vdot(kernels, kernels))

    def add_gradient(self, kernels: Array, gradients: Array, scratch: Array) -> None:
        np.multiply(kernels, 2.0 * self.rate, out=scratch)
        np.add(gradients, scratch, out=gradients)


def usual_regularizer(columns: int, rows: int) -> Regularizer:
    """The penalty for a table of so many inputs and training rows: the more, the fewer rows a column has."""
    rate = float(f"{min(_MOST, _OF_TABLES * columns / max(1, rows)):.1g}")
    return L2(rate) if rate >= _LEAST else NoRegularizer()
