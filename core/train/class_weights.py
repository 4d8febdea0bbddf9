"""Class weights: scale the loss of each class, for example to balance rare ones."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from ..data.target_encoding import TargetEncoding
from ..nn.losses import BoundLoss, Loss
from ..spec import Registry, SettingError, Spec, setting
from ..spec.arrays import Array

ClassWeight = Mapping[int, float] | str
"""{class: weight}, 1 for a missing class; or "balanced"."""


def class_weights(given: ClassWeight, labels: NDArray[np.int64], classes: int) -> Array:
    """Weights of all classes, shape (classes,).

    "balanced" gives samples / (classes that occur * samples of the class), as in scikit-learn. Raises
    `ValueError` for unknown classes and for weights that are negative or not finite.
    """
    if isinstance(given, str):
        if given != "balanced":
            raise ValueError(f'class_weight must be "balanced" or a dict of weights, got {given!r}')
        counts = np.bincount(labels, minlength=classes)
        return np.where(counts > 0, len(labels) / (np.count_nonzero(counts) * np.maximum(counts, 1)), 1.0)
    if not isinstance(given, Mapping):
        raise ValueError(
            f'class_weight must be "balanced" or a dict, such as {{0: 1.0, 1: 2.0}}, got {given!r:.60}'
        )
    weights = np.ones(classes)
    for number, weight in given.items():
        if isinstance(number, bool) or number not in range(classes):
            raise ValueError(f"class_weight must name classes from 0 to {classes - 1}, got {number!r}")
        if not isinstance(weight, int | float | np.number) or not np.isfinite(weight) or weight < 0.0:
            raise ValueError(f"class_weight of class {number} must be at least 0, got {weight!r}")
        weights[number] = weight
    return weights


class ClassWeighting(Spec):
    """Per-class loss weights. Ignored for regression."""

    def weights(self, labels: NDArray[np.int64], classes: int) -> Array | None:
        """Class weights, shape (classes,), for integer labels, shape (samples,); None means equal weights."""
        raise NotImplementedError


CLASS_WEIGHTINGS: Registry[ClassWeighting] = Registry("class weighting")


@CLASS_WEIGHTINGS.register("equal")
class EqualWeights(ClassWeighting):
    kind = "none"
    title = "None"
    summary = "Every sample counts the same"

    def weights(self, labels: NDArray[np.int64], classes: int) -> Array | None:
        return None


@CLASS_WEIGHTINGS.register()
class Balanced(ClassWeighting):
    """samples / (classes that occur * samples of the class), as in scikit-learn."""

    kind = "balanced"
    title = "Balanced"
    summary = "Every class counts the same in all, however few its samples are"

    def weights(self, labels: NDArray[np.int64], classes: int) -> Array | None:
        return class_weights(self.kind, labels, classes) if classes else None


@CLASS_WEIGHTINGS.register("own")
class ByHand(ClassWeighting):
    """One weight per class, in order; missing weights are 1 and surplus ones are ignored."""

    kind = "by_hand"
    title = "By hand"
    summary = "A number for each class"

    values: tuple[float, ...] = setting(
        (1.0,),
        "Weights",
        low=0.0,
        high=1e6,
        live=True,
        help="A number for each class, in their order: with 2, a mistake on that class counts twice. "
        "A class without a number counts 1.",
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if not any(self.values):
            raise SettingError(
                f"{self.title}: weights must not all be 0, got {', '.join(map(str, self.values))}"
            )

    def weights(self, labels: NDArray[np.int64], classes: int) -> Array | None:
        return class_weights(dict(enumerate(self.values[:classes])), labels, classes) if classes else None


class WeightedLoss(BoundLoss):
    """Mean of weight * loss over the samples, as in Keras; `additive`, for evaluations, is unweighted."""

    def __init__(self, loss: Loss, fused: bool, encoding: TargetEncoding, weights: Array) -> None:
        super().__init__(loss, fused)
        self._encoding, self._weights = encoding, weights
        plain_gradient = self.gradient

        def gradient(outputs: Array, targets: Array, out: Array) -> None:
            plain_gradient(outputs, targets, out)
            np.multiply(out, weights[encoding.decode(targets), None], out=out)
            if self._curved:
                # The slope at the weighted mean, not at the plain one.
                plain = loss.mean_slope(self.additive(outputs, targets))
                slope = loss.mean_slope(self._mean(outputs, targets))
                np.multiply(out, slope / plain if plain > 0.0 else 0.0, out=out)

        def value_and_gradient(outputs: Array, targets: Array, out: Array) -> float:
            gradient(outputs, targets, out)
            return self._value(outputs, targets)

        self.gradient, self.value, self.value_and_gradient = gradient, self._value, value_and_gradient

    def _value(self, outputs: Array, targets: Array) -> float:
        return float(self._loss.from_mean(self._mean(outputs, targets)))

    def _mean(self, outputs: Array, targets: Array) -> float:
        numbers = self._encoding.decode(targets)
        total = 0.0
        # Class by class, because a loss only computes means over rows.
        for number in np.unique(numbers):
            rows = numbers == number
            share = float(np.mean(rows))
            total += float(self._weights[number]) * share * self.additive(outputs[rows], targets[rows])
        return total
