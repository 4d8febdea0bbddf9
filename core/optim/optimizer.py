"""Optimizers work on the flat vector of all parameters, in slices that fit the cache.

The spec holds the settings; `Optimizer.bind` makes an `OptimizerState`, which owns the slots (such as momentum).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from ..spec import Registry, Spec, setting
from ..spec.arrays import Array
from ..spec.setting import Given
from .schedules import Schedule

LEARNING_RATES = (0.00001, 0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)

# 16,384 float32 values are 64 KB: parameters, gradients and two slots of a slice fit the second-level cache.
_SLICE_LENGTH = 16_384


@dataclass(frozen=True)
class ParameterSlice:
    """One slice, (count,), of the flat vectors: parameters, gradients, slots and two scratch arrays."""

    parameters: Array
    gradients: Array
    slots: tuple[Array, ...]
    scratch: Array
    second_scratch: Array
    scalar: Array
    """A 0-d array: numpy multiplies small arrays by it twice as fast as by a Python float."""

    @classmethod
    def of(cls, parameters: Array, gradients: Array, slots: tuple[Array, ...]) -> ParameterSlice:
        """The whole vectors, (count,), as one slice with its own scratch arrays."""
        scratches = np.empty((2, parameters.size), parameters.dtype)
        return cls(parameters, gradients, slots, scratches[0], scratches[1], np.empty((), parameters.dtype))

    def times(self, array: Array, factor: float, out: Array) -> None:
        """out = factor * array, elementwise."""
        self.scalar[()] = factor
        np.multiply(array, self.scalar, out)

    def apply_scaled_step(self, direction: Array, rate: float, epsilon: float) -> None:
        """w -= rate * direction / (scratch + epsilon), elementwise; `scratch` holds the root mean square."""
        scratch = self.scratch
        self.scalar[()] = epsilon
        np.add(scratch, self.scalar, scratch)
        np.divide(direction, scratch, scratch)
        self.times(scratch, rate, scratch)
        np.subtract(self.parameters, scratch, self.parameters)


RateSetting = Given[float, float | Schedule]
"""A learning rate, which may be given as a schedule of it."""


def rate_setting(default: float) -> Any:
    """The learning rate setting of every optimizer, with its own default."""
    return setting(
        default,
        "Learning rate",
        "How far each step goes. Too small: nothing happens. Too large: it jumps about or explodes.",
        low=0.0,
        form_high=100.0,
        suggestions=LEARNING_RATES,
        live=True,
    )


def decay_setting(default: float, label: str, help: str) -> Any:
    """A setting for the decay of a moving average."""
    return setting(default, label, help, low=0.0, high=0.99999, live=True)


def epsilon_setting(default: float) -> Any:
    """A setting for the term that avoids division by zero."""
    return setting(
        default,
        "Epsilon",
        "A small number that keeps the division away from zero.",
        # With 0, a weight whose gradients are all 0 moves by 0 / 0.
        low=1e-12,
        form_high=1.0,
        live=True,
    )


class Optimizer(Spec):
    """`update` moves one slice; `step` counts from 1. `slots` names the arrays kept between steps."""

    slots: ClassVar[tuple[str, ...]] = ()
    full_batch: ClassVar[bool] = False
    """Whether one step uses all samples; the batch size is then ignored."""

    rate_changed: ClassVar[Any] = None
    """Called by the optimizer of a model with its new `learning_rate`; see `Sequence.optimizer`."""

    schedule: ClassVar[Schedule | None] = None
    """The schedule that was given as its rate, for the model that takes the optimizer; it scales the usual rate."""

    learning_rate: RateSetting = rate_setting(0.01)

    def __setattr__(self, name: str, value: Any) -> None:
        if name != "learning_rate" or self.rate_changed is None:
            super().__setattr__(name, value)
            return
        self.rate_changed(value)
        object.__setattr__(self, name, float(value))

    def __post_init__(self) -> None:
        given: Any = self.learning_rate
        if isinstance(given, Schedule):
            object.__setattr__(self, "schedule", given)
            object.__setattr__(self, "learning_rate", type(self).setting("learning_rate").default)
        super().__post_init__()

    def update(self, part: ParameterSlice, step: int, rate: float) -> None:
        """Move `part` along its gradients; `rate` replaces the learning rate under a schedule."""
        raise NotImplementedError

    def initial(self) -> float:
        """Initial value of the slots."""
        return 0.0

    def slot_shapes(self, count: int) -> dict[str, tuple[int, ...]]:
        """Shape of every slot for `count` parameters."""
        return dict.fromkeys(self.slots, (count,))

    def bind(self, parameters: Array, gradients: Array) -> OptimizerState:
        """The state for two flat vectors, (count,)."""
        return OptimizerState(self, parameters, gradients)


class OptimizerState:
    """An optimizer bound to flat vectors, (count,). A schedule may overwrite `rate`, that of the next step."""

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
        """Apply other settings of the same kind; False, with nothing changed, if the slots differ."""
        count = self.parameters.size
        if type(optimizer) is not type(self.optimizer) or (
            optimizer.slot_shapes(count) != self.optimizer.slot_shapes(count)
        ):
            return False
        self.optimizer = optimizer
        self.rate = optimizer.learning_rate
        return True

    def update(self) -> None:
        """One step of all parameters along the gradient vector."""
        self.step += 1
        update, step, rate = self.optimizer.update, self.step, self.rate
        for part in self._slices:
            update(part, step, rate)

    def minimize(self, evaluate: Callable[[], float]) -> None:
        """One full-batch step; `evaluate` returns the loss and fills the gradient vector."""
        if math.isfinite(evaluate()):
            self.update()

    def preview_update(
        self, parameters: Array, gradients: Array, indices: NDArray[np.int64] | None = None
    ) -> Array | None:
        """The next step's change of `parameters`, (count,), for `gradients`, (count,), without applying it.

        `parameters` are all parameters, or those at `indices`, (count,). Returns None for full-batch optimizers and for
        slots that do not have one value per parameter.
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
        """JSON-ready state other than `step` and `slots`."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """The inverse of `state_dict`; `ValueError` when invalid."""


OPTIMIZERS: Registry[Optimizer] = Registry("optimizer")
OptimizerName = Literal[
    "adadelta", "adagrad", "adam", "adamax", "adamw", "l-bfgs", "l_bfgs", "lbfgs", "lion", "momentum", "nadam",
    "nesterov", "rmsprop", "sgd", "Adadelta", "Adagrad", "Adam", "Adamax", "AdamW", "Lion", "Nadam", "RMSprop", "SGD",
]  # fmt: skip
