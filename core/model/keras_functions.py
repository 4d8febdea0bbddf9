"""Functions that Keras's programs begin with: class numbers as rows, one seed for all."""

from __future__ import annotations

import random

import numpy as np
from numpy.typing import ArrayLike, NDArray

from .check_inputs import count

_seeds: list[np.random.Generator] = []


def to_categorical(x: ArrayLike, num_classes: int | None = None) -> NDArray[np.float64]:
    """One-hot rows (..., classes) of class numbers (...). Raises `ValueError` for others, and for too few classes."""
    numbers = np.asarray(x)
    whole = numbers.dtype.kind in "iub" or (
        numbers.dtype.kind == "f" and np.array_equal(numbers, np.floor(numbers))
    )
    if not whole:
        raise ValueError("to_categorical: x must hold whole numbers")
    if numbers.ndim > 1 and numbers.shape[-1] == 1:
        numbers = numbers[..., 0]
    numbers = numbers.astype(np.int64)
    most = int(numbers.max(initial=-1)) + 1
    classes = most if num_classes is None else count("num_classes", num_classes, 1, "to_categorical")
    if numbers.min(initial=0) < 0 or most > classes:
        raise ValueError(
            f"to_categorical: class numbers must be from 0 to {classes - 1}, got {numbers.min()} to {most - 1}"
        )
    rows: NDArray[np.float64] = np.eye(classes)[numbers]
    return rows


def set_random_seed(seed: int) -> None:
    """Seed Python's and numpy's random numbers, and the models made from now on, each differently.

    Without it each model has the seed 0, so that models of equal layers begin with equal weights.
    """
    seed = count("seed", seed, 0, "set_random_seed")
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - what a program draws itself
    _seeds[:] = [np.random.default_rng(seed)]


def default_seed() -> int:
    """The seed of the next model that names none."""
    return int(_seeds[0].integers(2**31)) if _seeds else 0
