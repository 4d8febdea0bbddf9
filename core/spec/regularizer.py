"""The base of weight penalties: layers name them for their kernels, and a training for all of them."""

from __future__ import annotations

from .arrays import Array
from .registry import Registry
from .spec import Spec


class Regularizer(Spec):
    """Base of all penalties, on flat vectors of kernels, (count,)."""

    def penalty(self, kernels: Array) -> float:
        """The penalty of `kernels`, (count,)."""
        return 0.0

    def add_gradient(self, kernels: Array, gradients: Array, scratch: Array) -> None:
        """Add the penalty's gradient to `gradients`; all three are (count,)."""
        return


REGULARIZERS: Registry[Regularizer] = Registry("regularization", "none")
