"""The step that an optimizer would make next, found out on copies: neither weights nor memory of the training move."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.optim import Updater

__all__ = ["foreseen_step"]

Array = NDArray[np.floating[Any]]


def foreseen_step(
    updater: Updater, parameters: Array, gradients: Array, index: NDArray[np.int64] | None = None
) -> Array | None:
    """What `updater` would add to `parameters` (all, or those at `index`) along `gradients`, of the same length.

    None for an optimizer that looks at all samples, or whose memory is not one number for each weight.
    """
    size = updater.parameters.size
    if updater.optimizer.full_batch or any(slot.shape != (size,) for slot in updater.slots.values()):
        return None
    moved = parameters.copy()
    double = updater.optimizer.bind(moved, gradients)
    for name, slot in updater.slots.items():
        double.slots[name][...] = slot if index is None else slot[index]
    double.step, double.rate = updater.step, updater.rate
    with np.errstate(all="ignore"):
        double.update()
    step: Array = moved - parameters
    return step
