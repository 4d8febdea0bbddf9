"""Which samples of a fit are held out, and how much each counts."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from core.data.batches import Samples
from core.model.check_inputs import encoding_for
from core.nn.network import Network
from core.spec.arrays import Array
from core.train.class_weights import ClassWeight, class_weights


def split_off(count: int, share: float) -> int:
    """How many of `count` samples come before a validation split of `share`, as in Keras. Raises `ValueError`."""
    if isinstance(share, bool) or not isinstance(share, (int, float)) or not 0.0 <= share < 1.0:
        raise ValueError(f"Sequence: validation_split must be at least 0 and less than 1, got {share!r}")
    kept = int(count * (1.0 - share))
    if share and not 0 < kept < count:
        raise ValueError(
            f"Sequence: validation_split must leave samples on both sides, got {share!r} of {count} samples"
        )
    return kept


def sample_weights(given: ArrayLike, count: int) -> NDArray[np.float64]:
    """Weights (samples,). Raises `ValueError` unless they are `count` numbers of at least 0."""
    try:
        weights = np.asarray(given, np.float64)
    except (TypeError, ValueError):
        weights = np.full(1, np.nan)
    if weights.shape != (count,):
        raise ValueError(
            f"Sequence: sample_weight must hold a number for each of {count} samples, got shape {weights.shape}"
        )
    if not np.isfinite(weights).all() or (count and weights.min() < 0.0):
        raise ValueError("Sequence: sample_weight must hold numbers of at least 0, got others")
    return weights


def class_weighted(
    samples: Samples, given: ClassWeight | None, network: Network
) -> tuple[Samples, Array | None]:
    """The samples, and the weights of classes (classes,); where samples have weights, theirs include them."""
    if given is None:
        return samples, None
    encoding = encoding_for(network, samples.labels)
    if not encoding.classes:
        raise ValueError("Sequence: class_weight needs classes, but y holds values to predict")
    if samples.labels.ndim > 1:
        raise ValueError(
            "Sequence: class_weight needs one class for each sample, but y has one for each position"
        )
    weights = class_weights(given, samples.labels, encoding.classes)
    if samples.weights is None:
        return samples, weights
    return samples.weighted(samples.weights * weights[samples.labels]), None
