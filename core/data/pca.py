"""Principal component analysis, fast for wide samples."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from ..spec.arrays import Array


def principal_components(centred: Array, count: int = 2) -> NDArray[np.float64]:
    """The first `count` principal axes (count, features) of centred samples (n, features).

    Orthonormal rows, strongest first; zero rows beyond the rank. The entry of largest magnitude in each is positive, so
    that results are reproducible. Uses eigenvectors of the smaller Gram matrix: several times faster than a singular
    value decomposition, with half of its digits.
    """
    samples = np.asarray(centred, np.float64)
    n, features = samples.shape
    by_features = features <= n
    product = samples.T @ samples if by_features else samples @ samples.T
    # On a busy machine, waiting threads turn a tenth of a second into several.
    with threadpool_limits(limits=1, user_api="blas"):
        values, vectors = np.linalg.eigh(product)
    strongest = vectors[:, ::-1][:, :count]
    found = strongest if by_features else samples.T @ strongest
    there = values[::-1][:count] > max(1e-12 * float(values[-1]), 1e-30)
    axes = np.zeros((count, features))
    axes[: len(there)][there] = (found / np.maximum(np.linalg.norm(found, axis=0), 1e-300)).T[there]
    peaks = axes[np.arange(count), np.abs(axes).argmax(axis=1)]
    axes *= np.where(peaks < 0.0, -1.0, 1.0)[:, None]
    return axes


@dataclass(frozen=True, eq=False)
class Projection:
    """The mean, and what axes (components, features) have of a sample beside it."""

    mean: Array
    axes: Array

    @classmethod
    def of(cls, samples: Array, count: int) -> Self:
        """Onto the first principal axes of samples (n, features), or the mean alone."""
        mean = samples.mean(axis=0, dtype=np.float64)
        return cls(mean, principal_components(samples - mean, min(count, samples.shape[1])))

    def predict(self, inputs: Array) -> Array:
        found: Array = self.mean + (inputs - self.mean) @ self.axes.T @ self.axes
        return found
