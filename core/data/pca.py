"""The directions in which samples differ most: principal component analysis for pictures, quick on wide samples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from core.spec.arrays import Array

__all__ = ["principal_components"]


def principal_components(centred: Array, count: int = 2) -> NDArray[np.float64]:
    """The first `count` principal axes (count, features) of samples (n, features) whose mean is 0.

    Orthonormal rows, the strongest first; rows of zeros where the samples have fewer directions. Of each axis the
    entry of largest size is positive, so that pictures repeat. Found by the eigenvectors of the smaller of both
    products of the samples with themselves: several times quicker than their singular value decomposition, and good
    to half of its digits.
    """
    samples = np.asarray(centred, np.float64)
    n, features = samples.shape
    by_features = features <= n
    product = samples.T @ samples if by_features else samples @ samples.T
    # On a busy machine, threads that wait for each other would make a tenth of a second several.
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
