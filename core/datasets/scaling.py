"""Bring inputs to a size that a network learns well from: a kind of scaling is fitted to the training inputs once,
and what it found is then applied to everything that enters the network.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.spec import Registry, Spec

__all__ = ["SCALINGS", "Fitted", "MinMax", "NoScaling", "Scaling", "Standardize"]

Floats = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Fitted:
    """A fitted scaling, (x - shift) / scale, in float32.

    `shift` and `scale` have one number per column for vectors (features,) and a single one () for images.
    """

    shift: Floats
    scale: Floats

    def apply(self, x: NDArray[Any]) -> Floats:
        """Raw values to the network's values, of the same shape; `ValueError` when the columns do not match."""
        return (self._checked(x) - self.shift) / self.scale

    def invert(self, x: NDArray[Any]) -> Floats:
        """The network's values back to raw values."""
        return self._checked(x) * self.scale + self.shift

    def _checked(self, x: NDArray[Any]) -> Floats:
        if self.shift.ndim and (x.ndim == 0 or x.shape[-1] != self.shift.size):
            raise ValueError(
                f"Scaling: inputs must have {self.shift.size} columns as when fitted, got an array of shape {x.shape}"
            )
        return np.asarray(x, np.float32)


class Scaling(Spec):
    """Base of every kind of scaling."""

    def fit(self, inputs: NDArray[Any]) -> Fitted:
        """Fit to (samples, features) per column, or to (samples, height, width, channels) as a whole.

        A constant column is only shifted, never divided by zero. Raises `ValueError` without samples.
        """
        if inputs.size == 0:
            raise ValueError(f"Scaling: inputs must hold at least one sample, got shape {inputs.shape}")
        # Flattened, an image is one column. Sums over many float32 pixels would lose digits: float64.
        columns = inputs.reshape(len(inputs), -1) if inputs.ndim == 2 else inputs.reshape(-1, 1)
        shift, scale = self._shift_and_scale(columns)
        # Computed deviations of equal numbers can be tiny instead of zero, so compare the numbers themselves;
        # a spread too small for float32 would round to a division by zero as well.
        constant = (columns.max(axis=0) == columns.min(axis=0)) | (scale < np.finfo(np.float32).tiny)
        scale = np.where(constant, 1.0, scale)
        shape = (-1,) if inputs.ndim == 2 else ()
        return Fitted(shift.astype(np.float32).reshape(shape), scale.astype(np.float32).reshape(shape))

    def _shift_and_scale(self, columns: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        raise NotImplementedError


SCALINGS: Registry[Scaling] = Registry("scaling")


@SCALINGS.register()
@dataclass(frozen=True)
class NoScaling(Scaling):
    """Inputs as they are."""

    kind = "none"
    title = "None"
    summary = "Inputs as they are"

    def _shift_and_scale(self, columns: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return np.zeros(columns.shape[1]), np.ones(columns.shape[1])


@SCALINGS.register()
@dataclass(frozen=True)
class Standardize(Scaling):
    """Mean 0 and (population) standard deviation 1."""

    kind = "standardize"
    title = "Standardize"
    summary = "Mean 0, deviation 1"

    def _shift_and_scale(self, columns: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        return columns.mean(axis=0, dtype=np.float64), columns.std(axis=0, dtype=np.float64)


@SCALINGS.register("min_max")
@dataclass(frozen=True)
class MinMax(Scaling):
    """The smallest training value becomes 0, the largest 1."""

    kind = "minmax"
    title = "Scale 0–1"
    summary = "Smallest value 0, largest 1"

    def _shift_and_scale(self, columns: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        low = columns.min(axis=0).astype(np.float64)
        return low, columns.max(axis=0).astype(np.float64) - low
