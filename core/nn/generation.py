"""Samples from a trained network: noise that follows a field of velocities."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

import numpy as np

from core.spec.arrays import Array

Field = Callable[[Array, float], Array]
"""Velocities (n, numbers) of points (n, numbers) at a time from 0 to 1."""
Method = Literal["euler", "heun"]
METHODS: Final[tuple[Method, ...]] = ("euler", "heun")


def integrate(field: Field, start: Array, steps: int, method: Method = "euler") -> Array:
    """Where points `start` (n, numbers) are at each of `steps` equal steps from time 0 to 1, (steps + 1, n, numbers).

    Euler's error falls by 2 with half the step, Heun's, which asks the field twice a step, by 4. Raises `ValueError`.
    """
    if method not in METHODS:
        raise ValueError(f"sample: method must be one of {', '.join(METHODS)}, got {method!r}")
    if isinstance(steps, bool) or not isinstance(steps, int | np.integer) or steps < 1:
        raise ValueError(f"sample: steps must be a whole number of at least 1, got {steps!r}")
    paths = np.empty((steps + 1, *start.shape), start.dtype)
    paths[0] = start
    step = 1.0 / steps
    for number in range(steps):
        points, time = paths[number], number * step
        velocity = field(points, time)
        if method == "heun":
            ahead = field(points + start.dtype.type(step) * velocity, min(1.0, time + step))
            velocity = start.dtype.type(0.5) * (velocity + ahead)
        np.add(points, start.dtype.type(step) * velocity, out=paths[number + 1])
    return paths
