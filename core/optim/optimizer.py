"""How gradients become steps. An optimizer works on the flat vector of all parameters, in slices that fit the cache.

The spec holds the settings; `Optimizer.bind` makes an `OptimizerState`, which owns its slots (momentum and the like).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from core.spec import Registry, Spec, setting
from core.spec.arrays import Array

__all__ = [
    "OPTIMIZERS",
    "Array",
    "Optimizer",
    "OptimizerState",
    "ParameterSlice",
    "decay_setting",
    "epsilon_setting",
    "rate_setting",
]

LEARNING_RATES = (0.00001, 0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)

# 16,384 float32 values are 64 KB: parameters, gradients and two slots of a slice fit the second-level cache.
_SLICE_LENGTH = 16_384


@dataclass(frozen=True)
class ParameterSlice:
    """One stretch of the flat vectors: parameters, gradients, the optimizer's slots and two scratch arrays."""

    parameters: Array
    gradients: Array
    slots: tuple[Array, ...]
    scratch: Array
    second_scratch: Array
    scalar: Array
    """An array without axes: numpy multiplies small arrays by it twice as fast as by a float of Python."""

    @classmethod
    def of(cls, parameters: Array, gradients: Array, slots: tuple[Array, ...]) -> ParameterSlice:
        """The whole vectors as one slice, with scratch arrays of its own."""
        scratches = np.empty((2, parameters.size), parameters.dtype)
        return cls(parameters, gradients, slots, scratches[0], scratches[1], np.empty((), parameters.dtype))

    def times(self, array: Array, factor: float, out: Array) -> None:
        """out = factor * array."""
        self.scalar[()] = factor
        np.multiply(array, self.scalar, out)

    def apply_scaled_step(self, direction: Array, rate: float, epsilon: float) -> None:
        """w -= rate * direction / (scratch + epsilon), where `scratch` holds the root of the squares."""
        scratch = self.scratch
        self.scalar[()] = epsilon
        np.add(scratch, self.scalar, scratch)
        np.divide(direction, scratch, scratch)
        self.times(scratch, rate, scratch)
        np.subtract(self.parameters, scratch, self.parameters)


def rate_setting(default: float) -> Any:
    """The setting that every optimizer has, with its own default."""
    return setting(
        default,
        "Learning rate",
        low=0.0,
        high=100.0,
        suggestions=LEARNING_RATES,
        live=True,
        help="How far each step goes. Too small: nothing happens. Too large: it jumps about or explodes.",
    )


def decay_setting(default: float, label: str, help: str) -> Any:
    """A setting that says how slowly an average forgets."""
    return setting(default, label, low=0.0, high=0.99999, live=True, help=help)


def epsilon_setting(default: float) -> Any:
    """The setting that keeps a division away from zero."""
    return setting(
        default,
        "Epsilon",
        # With 0, a weight whose gradients were all 0 would move by 0 / 0.
        low=1e-12,
        high=1.0,
        live=True,
        help="A small number that keeps the division away from zero.",
    )


@dataclass(frozen=True)
class Optimizer(Spec):
    """`update` moves one slice; `step` counts from 1. `slots` names the arrays it remembers between steps."""

    slots: ClassVar[tuple[str, ...]] = ()
    full_batch: ClassVar[bool] = False
    """Whether one step looks at all samples; the batch size then says nothing."""

    learning_rate: float = rate_setting(0.01)

    def update(self, part: ParameterSlice, step: int, rate: float) -> None:
        """Move `part` along its gradients; `rate` takes the learning rate's place where a schedule changes it."""
        raise NotImplementedError

    def initial(self) -> float:
        """The value that slots start with."""
        return 0.0

    def slot_shapes(self, count: int) -> dict[str, tuple[int, ...]]:
        """The shape of every slot for `count` parameters."""
        return dict.fromkeys(self.slots, (count,))

    def bind(self, parameters: Array, gradients: Array) -> OptimizerState:
        """The optimizer's work on two flat vectors of the same length."""
        return OptimizerState(self, parameters, gradients)


class OptimizerState:
    """An optimizer bound to vectors.

    `rate` is the learning rate of the next step: the optimizer's own until a schedule writes another.
    """

    def __init__(self, optimizer: Optimizer, parameters: Array, gradients: Array) -> None:
        self.optimizer = optimizer
        self.rate = optimizer.learning_rate
        self.step = 0
        self.parameters, self.gradients = parameters, gradients
        self.slots = {
            name: np.full(shape, optimizer.initial(), parameters.dtype)
            for name, shape in optimizer.slot_shapes(parameters.size).items()
        }
        self._slices = tuple(self._cut(parameters, gradients))

    def _cut(self, parameters: Array, gradients: Array) -> Iterator[ParameterSlice]:
        scratches = np.empty((2, min(_SLICE_LENGTH, parameters.size)), parameters.dtype)
        scalar = np.empty((), parameters.dtype)
        for start in range(0, parameters.size, _SLICE_LENGTH):
            part = slice(start, min(start + _SLICE_LENGTH, parameters.size))
            length = part.stop - start
            slots = tuple(slot[part] for slot in self.slots.values())
            yield ParameterSlice(
                parameters[part], gradients[part], slots, scratches[0, :length], scratches[1, :length], scalar
            )

    def configure(self, optimizer: Optimizer) -> bool:
        """Continue with other settings of the same kind; False when they need other slots, and nothing changed."""
        count = self.parameters.size
        if type(optimizer) is not type(self.optimizer) or (
            optimizer.slot_shapes(count) != self.optimizer.slot_shapes(count)
        ):
            return False
        self.optimizer = optimizer
        self.rate = optimizer.learning_rate
        return True

    def update(self) -> None:
        """Move the parameters by one step along the gradients that stand in the gradient vector."""
        self.step += 1
        update, step, rate = self.optimizer.update, self.step, self.rate
        for part in self._slices:
            update(part, step, rate)

    def minimize(self, evaluate: Callable[[], float]) -> None:
        """One step of an optimizer that looks at all samples.

        `evaluate` returns what is to be made small, at the parameters as they are, and fills the gradient vector.
        """
        if math.isfinite(evaluate()):
            self.update()

    def preview_update(
        self, parameters: Array, gradients: Array, indices: NDArray[np.int64] | None = None
    ) -> Array | None:
        """What the next step would add to `parameters`, (count,), along `gradients`, (count,); nothing moves.

        `parameters` are all parameters, or those at `indices`, (count,). None for an optimizer that looks at all
        samples, or whose slots do not hold one number for each parameter.
        """
        size = self.parameters.size
        if self.optimizer.full_batch or any(slot.shape != (size,) for slot in self.slots.values()):
            return None
        moved = parameters.copy()
        copy = self.optimizer.bind(moved, gradients)
        for name, slot in self.slots.items():
            copy.slots[name][...] = slot if indices is None else slot[indices]
        copy.step, copy.rate = self.step, self.rate
        with np.errstate(all="ignore"):
            copy.update()
        step: Array = moved - parameters
        return step

    def state_dict(self) -> dict[str, Any]:
        """Its state beside `step` and `slots`, ready for JSON."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """The inverse of `state_dict`; `ValueError` when it is not its own."""


OPTIMIZERS: Registry[Optimizer] = Registry("optimizer")
