"""Scalars as 0-d arrays: numpy combines them with small arrays twice as fast as Python floats."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import numpy as np

from core.spec.arrays import Array

__all__ = ["Scalars", "scalar", "scalars"]


@dataclass(frozen=True, eq=False)
class Scalars:
    """The 0-d arrays that activation formulas need, in one dtype."""

    zero: Array
    half: Array
    one: Array


@cache
def scalars(dtype: np.dtype[Any]) -> Scalars:
    """The scalars of a dtype."""
    return Scalars(*(np.array(value, dtype) for value in (0.0, 0.5, 1.0)))


# Bounded: a schedule can set a new learning rate at every step.
@lru_cache(maxsize=512)
def scalar(value: float, dtype: np.dtype[Any]) -> Array:
    """`value` as a read-only 0-d array, shape (), of a dtype."""
    made = np.array(value, dtype)
    made.flags.writeable = False
    return made
