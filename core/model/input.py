"""Input: the shape of samples, in front of a model's layers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from core.nn import Shape
from core.spec.instead import unknown_name


@dataclass(frozen=True)
class Input:
    """The shape of one sample, such as `Input(784)` or `Input((28, 28, 1))`, as the first of a model's layers.

    It has no weights; a model with one is built at once. Raises `ValueError` for other shapes.
    """

    shape: int | Sequence[int]

    if not TYPE_CHECKING:

        def __new__(cls, *_: Any, **given: Any) -> Input:
            for name in given:
                if name != "shape":
                    raise TypeError(unknown_name("Input", name, ("shape",)))
            return super().__new__(cls)

    def __post_init__(self) -> None:
        given = self.shape
        parts = (given,) if isinstance(given, int | np.integer) else given
        is_shape = isinstance(parts, Iterable) and not isinstance(parts, str)
        lengths = tuple(parts) if is_shape else ()
        if not 1 <= len(lengths) <= 3 or not all(
            isinstance(length, int | np.integer) and not isinstance(length, bool) and length > 0
            for length in lengths
        ):
            raise ValueError(f"Input: shape must be one to three lengths of at least 1, got {given!r}")
        object.__setattr__(self, "shape", tuple(int(length) for length in lengths))

    @property
    def lengths(self) -> Shape:
        """The shape as a tuple."""
        assert isinstance(self.shape, tuple)
        return self.shape
