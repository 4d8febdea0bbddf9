"""The arguments of `Sequence.fit`, and the objects that names in its constructor stand for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypedDict

from numpy.typing import ArrayLike

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
    validation_data: tuple[ArrayLike, ...] | None
    shuffle: bool | None
    class_weight: ClassWeight | None
    sample_weight: ArrayLike | None
    initial_epoch: int


def choose_optimizer(optimizer: str | Optimizer, learning_rate: float | None) -> Optimizer:
    """The optimizer of a name or an object, with another learning rate if there is one."""
    made = OPTIMIZERS.make(optimizer)
    return made if learning_rate is None else made.replace(learning_rate=learning_rate)


def choose_schedule(schedule: str | Schedule, epochs: int) -> Schedule:
    """The schedule of a name or an object; one by name that ends lasts `epochs`."""
    made = SCHEDULES.make(schedule)
    if isinstance(schedule, str) and made.kind in ("cosine", "one_cycle"):
        return SCHEDULES.from_json({"kind": made.kind, "epochs": max(1, epochs)})
    return made
