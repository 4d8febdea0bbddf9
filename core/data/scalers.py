"""Input scaling: fitted to the training inputs, then applied to all inputs of the network."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..spec import Registry, SettingError, Spec

Floats = NDArray[np.float32]

Numbers = NDArray[np.floating[Any]]
Fitted = NDArray[np.float64] | np.float64

_BLOCK_NUMBERS = 1 << 20


@dataclass(frozen=True, eq=False)
class FittedScaler:
    """(x - shift) / scale, with shift and scale (features,) for vectors, () for images.

    Columns of vectors are subtracted in float64, so that 1.7e9 ± 100 keeps its digits; the difference and the quotient
    are float32. For values and a shift that float32 holds, that is what float32 alone gives, bit by bit.
    """

    shift: Numbers
    scale: Floats

    def transform(self, x: NDArray[Any]) -> Floats:
        """Scale raw values to float32, shape preserved; `ValueError` when the columns do not match."""
        self._check(x)
        if not self.shift.any() and (self.scale == 1.0).all():
            return np.asarray(x, np.float32)  # avoids a copy of large datasets
        moved = np.empty(x.shape, np.float32)
        # numpy converts small blocks: no float64 copy of the data is made.
        np.subtract(x, self.shift, out=moved, dtype=self.shift.dtype, casting="same_kind")
        moved /= self.scale
        return moved

    def inverse_transform(self, x: NDArray[Any]) -> Numbers:
        """Scaled values back to raw values, shape preserved."""
        self._check(x)
        return np.asarray(x, np.float32) * self.scale + self.shift

    def _check(self, x: NDArray[Any]) -> None:
        if self.shift.ndim and (x.ndim == 0 or x.shape[-1] != self.shift.size):
            raise ValueError(
                f"Scaling: inputs must have {self.shift.size} columns as when fitted, got an array of shape {x.shape}"
            )


class Scaling(Spec):
    """Base of all scalings."""

    offered: ClassVar[bool] = True
    """Whether it is among the choices, whatever the data."""

    def fit(self, inputs: NDArray[Any]) -> FittedScaler:
        """Fit (samples, features) or (samples, time, channels) per column, or images as a whole.

        Constant columns are shifted but not divided. Raises `ValueError` without samples.
        """
        if inputs.size == 0:
            raise ValueError(f"Scaling: inputs must hold at least one sample, got shape {inputs.shape}")
        axis = None if inputs.ndim == 4 else 0
        rows = inputs.reshape((-1, inputs.shape[2]) if inputs.ndim == 3 else (len(inputs), -1))
        shift, scale = self._shift_and_scale(rows, axis)
        # Compare the numbers themselves: rounding can give equal numbers a tiny deviation.
        # A spread too small for float32 would round to a division by zero.
        constant = (rows.max(axis=axis) == rows.min(axis=axis)) | (scale < np.finfo(np.float32).tiny)
        scale = np.where(constant, 1.0, scale)
        rounded = np.asarray(shift, np.float32)
        if axis is None:
            return FittedScaler(rounded, np.asarray(scale, np.float32))
        # As in projects of earlier versions, for columns that float32 holds.
        exact = rows.dtype == np.float32 or (rows == rows.astype(np.float32)).all(axis=0)
        shift = np.where(exact, rounded.astype(np.float64), shift)
        return FittedScaler(shift, np.asarray(scale, np.float32))

    def _shift_and_scale(self, rows: NDArray[Any], axis: int | None) -> tuple[Fitted, Fitted]:
        """In float64: float32 sums over many pixels lose digits."""
        raise NotImplementedError


SCALINGS: Registry[Scaling] = Registry("scaling")


@SCALINGS.register()
class NoScaling(Scaling):
    """No scaling."""

    kind = "none"
    title = "None"
    summary = "Inputs as they are"

    def _shift_and_scale(self, rows: NDArray[Any], axis: int | None) -> tuple[Fitted, Fitted]:
        shape = rows.shape[1:] if axis == 0 else ()
        return np.zeros(shape), np.ones(shape)


@SCALINGS.register()
class Standardize(Scaling):
    """Mean 0 and (population) standard deviation 1."""

    kind = "standardize"
    title = "Standardize"
    summary = "Mean 0, deviation 1"

    def _shift_and_scale(self, rows: NDArray[Any], axis: int | None) -> tuple[Fitted, Fitted]:
        mean = rows.mean(axis=axis, dtype=np.float64)
        # In blocks: float64 squares of a whole dataset take several times its memory.
        block = max(1, _BLOCK_NUMBERS // rows.shape[1])
        pieces = (rows[start : start + block] for start in range(0, len(rows), block))
        total = sum(np.square(piece - mean).sum(axis=axis) for piece in pieces)
        return mean, np.sqrt(total / (len(rows) if axis == 0 else rows.size))


@SCALINGS.register("min_max")
class MinMax(Scaling):
    """Map the training minimum to 0 and the maximum to 1."""

    kind = "minmax"
    title = "Scale 0–1"
    summary = "Smallest value 0, largest 1"

    def _shift_and_scale(self, rows: NDArray[Any], axis: int | None) -> tuple[Fitted, Fitted]:
        low = rows.min(axis=axis).astype(np.float64)
        return low, rows.max(axis=axis).astype(np.float64) - low


@SCALINGS.register()
class GivenScaling(Scaling):
    """Numbers that were fitted elsewhere, as with the model of an opened file: one for all columns, or one for each."""

    kind = "given"
    title = "As in the file"
    summary = "The shift and scale that came with the opened model"
    offered = False

    extras: ClassVar[tuple[str, ...]] = ("shift", "scale")
    writes_extras = True

    shift: tuple[float, ...] = (0.0,)
    scale: tuple[float, ...] = (1.0,)

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in self.extras:
            numbers = getattr(self, name)
            plain = isinstance(numbers, list | tuple) and len(numbers) > 0
            low = 0.0 if name == "scale" else -math.inf
            if not plain or not all(_is_number(each) and low < each for each in numbers):
                rule = "finite numbers above 0" if name == "scale" else "finite numbers"
                raise SettingError(f"{self.title}: {name} must be {rule}, got {numbers!r:.60}")
            object.__setattr__(self, name, tuple(map(float, numbers)))

    def fit(self, inputs: NDArray[Any]) -> FittedScaler:
        """See `Scaling.fit`; nothing is measured. `ValueError` unless the columns are as many as the numbers."""
        shift, scale = np.array(self.shift, np.float64), np.array(self.scale, np.float32)
        if inputs.ndim == 4:
            return FittedScaler(np.asarray(shift[0], np.float32), np.asarray(scale[0]))
        shape = (inputs.shape[-1],)
        for numbers in (shift, scale):
            if numbers.size not in (1, *shape):
                raise ValueError(
                    f"Scaling: inputs must have {numbers.size} columns as in the file, got {shape[0]}"
                )
        return FittedScaler(np.broadcast_to(shift, shape).copy(), np.broadcast_to(scale, shape).copy())


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
