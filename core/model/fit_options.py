"""The arguments of `Sequence.fit`, and the objects that names in its constructor stand for."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable
from typing import Any, TypedDict

from numpy.typing import ArrayLike

from core.nn.function_loss import FunctionLoss
from core.nn.losses import LOSSES, Loss
from core.optim import OPTIMIZERS, Optimizer
from core.optim.schedules import SCHEDULES, Schedule
from core.train.class_weights import ClassWeight


class FitOptions(TypedDict, total=False):
    """The arguments of `Sequence.fit` behind X and y."""

    batch_size: int | None
    epochs: int | None
    verbose: int | str | None
    callbacks: Iterable[Any]
    validation_split: float
    validation_data: Any
    shuffle: bool | None
    class_weight: ClassWeight | None
    sample_weight: ArrayLike | None
    initial_epoch: int
    steps_per_epoch: int | None
    validation_steps: int | None
    validation_freq: int | Iterable[int]


def choose_optimizer(optimizer: str | Optimizer, learning_rate: float | None) -> Optimizer:
    """The optimizer of a name or an object, with another learning rate if there is one."""
    made = OPTIMIZERS.make(optimizer)
    rate = made.learning_rate if learning_rate is None else learning_rate
    # A copy that knows no model; not by `replace`, which keeps to the limits of the window's forms.
    return dataclasses.replace(made, learning_rate=rate)


def choose_loss(loss: str | Loss | Callable[..., Any]) -> Loss:
    """The loss of a name, an object, or a function of (y_true, y_pred)."""
    if callable(loss) and not isinstance(loss, type):
        return FunctionLoss(function=loss)
    return LOSSES.make(loss)


def choose_schedule(schedule: str | Schedule, epochs: int) -> Schedule:
    """The schedule of a name or an object; one by name that ends lasts `epochs`."""
    made = SCHEDULES.make(schedule)
    if isinstance(schedule, str) and made.kind in ("cosine", "one_cycle"):
        return SCHEDULES.from_json({"kind": made.kind, "epochs": max(1, epochs)})
    return made
