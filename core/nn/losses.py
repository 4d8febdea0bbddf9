"""Losses with gradients: means over a batch of outputs and targets, (batch, outputs), as in Keras."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import field
from typing import Any, ClassVar, Literal

import numpy as np

from ..spec import Registry, SettingError, Spec, setting
from ..spec.arrays import Array
from .activations import ActivationFunction, sigmoid
from .scalars import scalar, scalars, total


class Loss(Spec):
    """Base of all losses.

    With `fuses`, `fused_value` and `fused_gradient` take the logits *before* that activation: the two derivatives
    cancel to (prediction - target), which is exact and never overflows.
    """

    fuses: ClassVar[str] = ""
    """Kind of the activation that the loss can be fused with."""
    tasks: ClassVar[tuple[str, ...]] = ("classification", "regression")
    single_output: ClassVar[bool] = False
    """Whether two classes use one output instead of two."""
    low: ClassVar[float] = -math.inf
    """The least output that it is defined for."""

    @property
    def takes_logits(self) -> bool:
        """Whether the network's own outputs are the logits that `fused_value` takes, as `from_logits` says."""
        return False

    def value(self, outputs: Array, targets: Array) -> float:
        """The loss of `outputs` for `targets`, both (batch, outputs)."""
        return float(np.mean(self.row_values(outputs, targets)))

    def gradient(self, outputs: Array, targets: Array, out: Array) -> None:
        """Write the derivative with respect to the outputs into `out`; all arrays (batch, outputs)."""
        raise NotImplementedError

    def fused_value(self, logits: Array, targets: Array) -> float:
        """As `value`, from logits (batch, outputs)."""
        return float(np.mean(self.fused_row_values(logits, targets)))

    def fused_gradient(self, logits: Array, targets: Array, out: Array) -> None:
        """As `gradient`, with respect to logits (batch, outputs)."""
        raise NotImplementedError

    def value_and_gradient(self, outputs: Array, targets: Array, out: Array) -> float:
        """Both at once, sharing work if possible; all arrays (batch, outputs)."""
        value = self.value(outputs, targets)
        self.gradient(outputs, targets, out)
        return value

    def fused_value_and_gradient(self, logits: Array, targets: Array, out: Array) -> float:
        """Both at once from logits; all arrays (batch, outputs)."""
        value = self.fused_value(logits, targets)
        self.fused_gradient(logits, targets, out)
        return value

    def additive_value(self, outputs: Array, targets: Array) -> float:
        """A form of the loss, of (batch, outputs), whose batch means average to the mean over all samples."""
        return self.value(outputs, targets)

    def from_mean(self, mean: float) -> float:
        """The loss from the mean of `additive_value`."""
        return mean

    def mean_slope(self, mean: float) -> float:
        """The derivative of `from_mean`."""
        return 1.0

    def row_values(self, outputs: Array, targets: Array) -> Array:
        """`additive_value` of each row, (...), for outputs (..., outputs) and targets that broadcast to them.

        Override it where one call gives all, or else `value`.
        """
        return _row_by_row(self.additive_value, outputs, targets)

    def fused_row_values(self, logits: Array, targets: Array) -> Array:
        """As `row_values`, from logits (..., outputs)."""
        return _row_by_row(self.fused_value, logits, targets)

    def fuses_with(self, activation: ActivationFunction | None) -> bool:
        """Whether `fused_value` is to take the values before the final activation of a network."""
        return activation is not None and activation.kind == self.fuses and not self.takes_logits

    def bind(self, fused: bool) -> BoundLoss:
        """The loss in plain or fused form."""
        return BoundLoss(self, fused)


class BoundLoss:
    """A loss in plain or fused form, chosen once and not at every step."""

    def __init__(self, loss: Loss, fused: bool) -> None:
        fused = fused or loss.takes_logits
        self.takes_logits = fused
        """Whether the outputs are logits, so that those of two classes part at 0."""
        self.value = loss.fused_value if fused else loss.value
        self.gradient = loss.fused_gradient if fused else loss.gradient
        self.value_and_gradient = loss.fused_value_and_gradient if fused else loss.value_and_gradient
        self.additive = loss.fused_value if fused else loss.additive_value
        self.row_values = loss.fused_row_values if fused else loss.row_values
        self._loss, self._plain = loss, self.value_and_gradient
        self._curved = type(loss).mean_slope is not Loss.mean_slope

    def count(self, targets: Array) -> int:
        """Weight of samples in the mean loss."""
        return len(targets)

    def sample_values(self, outputs: Array, targets: Array) -> Array:
        """The loss of each sample, (batch,), the mean over its positions where it has some."""
        rows = self.row_values(outputs, targets)
        means: Array = rows if rows.ndim == 1 else rows.reshape(len(rows), -1).mean(axis=1)
        return means

    def weighted_sum(self, outputs: Array, targets: Array, weights: Array) -> float:
        """The sum over what `count` counts of weight * loss; `weights` (batch,) are of samples."""
        return float(self.sample_values(outputs, targets) @ weights)

    def weighted_value_and_gradient(
        self, outputs: Array, targets: Array, weights: Array, out: Array
    ) -> float:
        """As `value_and_gradient`, of the mean of weight * loss as in Keras; `weights` (batch,) are of samples."""
        self._plain(outputs, targets, out)
        weights = weights.astype(out.dtype, copy=False)
        np.multiply(out, weights.reshape(-1, *[1] * (out.ndim - 1)), out=out)
        rows = self.sample_values(outputs, targets)
        mean = float(np.dot(weights, rows)) / len(rows)
        if self._curved:
            # The slope at the weighted mean, not at the plain one.
            plain = self._loss.mean_slope(float(rows.mean()))
            np.multiply(out, self._loss.mean_slope(mean) / plain if plain > 0.0 else 0.0, out=out)
        return self._loss.from_mean(mean)


LOSSES: Registry[Loss] = Registry("loss")
LossName = Literal[
    "binary_cross_entropy", "binary_crossentropy", "binary_focal_crossentropy", "categorical_crossentropy",
    "categorical_focal_crossentropy", "cosine", "cosine_similarity", "cross_entropy", "crossentropy", "focal",
    "half_mse", "half_squared_error", "hinge", "huber", "kl_div", "kl_divergence", "kld", "mae", "mean_absolute_error",
    "mean_squared_error", "mse", "poisson", "rmse", "root_mean_squared_error", "sparse_categorical_crossentropy",
    "squared_hinge",
]  # fmt: skip

# Probabilities are clipped this far from 0 and 1 before logarithms (Keras's epsilon).
EPSILON = 1e-7


def _row_by_row(value: Callable[[Array, Array], float], outputs: Array, targets: Array) -> Array:
    both = np.broadcast_arrays(outputs, targets)
    pairs = zip(*(array.reshape(-1, 1, array.shape[-1]) for array in both), strict=True)
    return np.array([value(*pair) for pair in pairs], outputs.dtype).reshape(outputs.shape[:-1])


def row_count(outputs: Array) -> int:
    """The number of rows of (..., outputs)."""
    return int(outputs.size // outputs.shape[-1])


def row_sums(values: Array) -> Array:
    sums: Array = np.add.reduce(values, axis=-1)
    return sums


def row_means(values: Array) -> Array:
    """Means (...) of (..., outputs); of one output they are a copy-free view, which a reduction is not."""
    if values.shape[-1] == 1:
        return values[..., 0]
    means: Array = row_sums(values)
    means *= 1.0 / values.shape[-1]
    return means


class Entropy(Loss):
    """Base of the cross-entropies. With `from_logits` the network's outputs are taken for logits, as in Keras."""

    tasks = ("classification",)
    extras = ("from_logits",)

    from_logits: bool = field(default=False, kw_only=True)
    label_smoothing: float = setting(
        0.0,
        "Label smoothing",
        "The share of certainty that is taken from the true class and spread over all. It calms the network.",
        low=0.0,
        high=1.0,
        live=True,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.from_logits, bool):
            raise SettingError(f"{self.title}: from_logits must be true or false, got {self.from_logits!r}")

    @property
    def takes_logits(self) -> bool:
        return self.from_logits

    def to_json(self) -> dict[str, Any]:
        # Omitted by default, so that older programs can read the file.
        return super().to_json() | ({"from_logits": True} if self.from_logits else {})

    def _smoothed(self, targets: Array) -> Array:
        if not self.label_smoothing:
            return targets
        classes = 2 if self.single_output else targets.shape[-1]
        smoothed: Array = targets * (1.0 - self.label_smoothing) + self.label_smoothing / classes
        return smoothed


@LOSSES.register("categorical_crossentropy", "crossentropy", "sparse_categorical_crossentropy")
class CrossEntropy(Entropy):
    """-sum_k t_k log p_k for rows p that sum to 1. Fused with softmax: log p_k = z_k - logsumexp(z).

    With label smoothing s, t becomes (1 - s) t + s / classes. Szegedy et al., 2015; Keras's formula.
    """

    kind = "cross_entropy"
    title = "Cross-entropy"
    summary = "Surprise at the true class; the usual choice for classes"
    equations = (
        "L = -1 / n · Σ_nk t_nk ln(p_nk)",
        "∂L/∂p = -1 / n · t / p",
        "∂L/∂z = 1 / n · (p - t), p = softmax(z)",
    )
    fuses = "softmax"

    def row_values(self, outputs: Array, targets: Array) -> Array:
        targets = self._smoothed(targets)
        return -row_sums(targets * np.log(np.clip(outputs, EPSILON, 1.0)))

    def fused_row_values(self, logits: Array, targets: Array) -> Array:
        targets = self._smoothed(targets)
        shifted = logits - np.maximum.reduce(logits, axis=-1, keepdims=True)
        found: Array = np.log(row_sums(np.exp(shifted)))
        found -= row_sums(shifted * targets)
        return found

    def gradient(self, outputs: Array, targets: Array, out: Array) -> None:
        targets = self._smoothed(targets)
        np.divide(targets, np.clip(outputs, EPSILON, 1.0), out=out)
        out *= -1.0 / row_count(outputs)

    def fused_value(self, logits: Array, targets: Array) -> float:
        targets = self._smoothed(targets)
        peak = np.maximum.reduce(logits, axis=-1, keepdims=True)
        shifted = logits - peak
        log_sum = np.log(np.add.reduce(np.exp(shifted), axis=-1))
        return (float(np.add.reduce(log_sum)) - float(np.vdot(shifted, targets))) / row_count(logits)

    def fused_gradient(self, logits: Array, targets: Array, out: Array) -> None:
        self.fused_value_and_gradient(logits, targets, out)

    def fused_value_and_gradient(self, logits: Array, targets: Array, out: Array) -> float:
        if self.label_smoothing:
            targets = self._smoothed(targets)
        count = row_count(logits)
        np.subtract(logits, np.maximum.reduce(logits, axis=-1, keepdims=True), out)
        shifted = np.vdot(out, targets)
        np.exp(out, out)
        sums = np.add.reduce(out, axis=-1, keepdims=True)
        np.divide(out, sums, out)
        np.subtract(out, targets, out)
        np.multiply(out, scalar(1.0 / count, out.dtype), out)
        return (float(np.add.reduce(np.log(sums), axis=None)) - float(shifted)) / count


@LOSSES.register("binary_crossentropy")
class BinaryCrossentropy(Entropy):
    """-t log p - (1 - t) log(1 - p), per output. Fused with sigmoid: softplus(z) - t z.

    With label smoothing s, t becomes (1 - s) t + s / 2, as in Keras.
    """

    kind = "binary_cross_entropy"
    title = "Binary cross-entropy"
    summary = "Cross-entropy for two classes on one sigmoid output"
    equations = (
        "L = -mean(t ln(p) + (1 - t) ln(1 - p))",
        "∂L/∂p = 1 / n · (p - t) / (p (1 - p))",
        "∂L/∂z = 1 / n · (p - t), p = σ(z)",
    )
    fuses = "sigmoid"
    single_output = True

    def row_values(self, outputs: Array, targets: Array) -> Array:
        targets = self._smoothed(targets)
        p = np.clip(outputs, EPSILON, 1.0 - EPSILON)
        return -row_means(targets * np.log(p) + (1.0 - targets) * np.log1p(-p))

    def fused_row_values(self, logits: Array, targets: Array) -> Array:
        targets = self._smoothed(targets)
        # softplus(z) = max(z, 0) + log(1 + exp(-|z|)): of many logits six times as fast as logaddexp.
        soft = np.abs(logits)
        np.negative(soft, soft)
        np.exp(soft, soft)
        np.log1p(soft, soft)
        rest = np.maximum(logits, scalars(logits.dtype).zero)
        np.subtract(rest, np.multiply(logits, targets), rest)
        return row_means(np.add(soft, rest, soft))

    def gradient(self, outputs: Array, targets: Array, out: Array) -> None:
        targets = self._smoothed(targets)
        p = np.clip(outputs, EPSILON, 1.0 - EPSILON)
        np.subtract(p, targets, out=out)
        out /= p * (1.0 - p)
        out *= 1.0 / outputs.size

    def fused_value(self, logits: Array, targets: Array) -> float:
        targets = self._smoothed(targets)
        soft = np.logaddexp(logits, scalars(logits.dtype).zero)
        # Per element, where rounding keeps softplus(z) >= t z: a difference of two sums would be negative at 1e6.
        np.subtract(soft, np.multiply(logits, targets), soft)
        return float(np.add.reduce(soft, axis=None)) / logits.size

    def fused_gradient(self, logits: Array, targets: Array, out: Array) -> None:
        targets = self._smoothed(targets)
        sigmoid(logits, out, scalars(logits.dtype))
        np.subtract(out, targets, out)
        np.multiply(out, scalar(1.0 / logits.size, out.dtype), out)

    def fused_value_and_gradient(self, logits: Array, targets: Array, out: Array) -> float:
        if self.label_smoothing:
            targets = self._smoothed(targets)
        # sigmoid(z) = 1 - exp(-softplus(z)), from the softplus that the value needs: one call less than by tanh, and
        # as accurate; nothing is looked up twice. Together a tenth of a small network's step.
        size, constants = logits.size, scalars(logits.dtype)
        soft = np.logaddexp(logits, constants.zero)
        np.multiply(logits, targets, out)
        np.subtract(soft, out, out)
        value = total(out) / size
        np.negative(soft, out)
        np.exp(out, out)
        np.add(out, targets, out)
        np.subtract(out, constants.one, out)
        np.multiply(out, scalar(-1.0 / size, out.dtype), out)
        return value


BinaryCrossEntropy = BinaryCrossentropy
"""Its name in earlier pickles."""


@LOSSES.register("mse")
class MeanSquaredError(Loss):
    """mean((y - t)^2)."""

    kind = "mean_squared_error"
    title = "Mean squared error"
    summary = "Squares the distance: large misses weigh most"
    equations = ("L = mean((y - t)^2)", "∂L/∂y = 2 / n · (y - t)")
    single_output = True
    scale: ClassVar[float] = 1.0
    """Factor on the mean of the squares."""

    def value(self, outputs: Array, targets: Array) -> float:
        difference = outputs - targets
        return self.scale * float(np.vdot(difference, difference)) / outputs.size

    def gradient(self, outputs: Array, targets: Array, out: Array) -> None:
        self._learn(outputs, targets, out)

    def value_and_gradient(self, outputs: Array, targets: Array, out: Array) -> float:
        return self._learn(outputs, targets, out)

    def row_values(self, outputs: Array, targets: Array) -> Array:
        difference = outputs - targets
        np.multiply(difference, difference, difference)
        found = row_means(difference)
        found *= self.scale
        return found

    def _learn(self, outputs: Array, targets: Array, out: Array) -> float:
        np.subtract(outputs, targets, out)
        squares = float(np.vdot(out, out))
        np.multiply(out, scalar(2.0 * self.scale / outputs.size, out.dtype), out)
        return self.scale * squares / outputs.size


@LOSSES.register("half_mse")
class HalfSquaredError(MeanSquaredError):
    """mean((y - t)^2) / 2, as in TensorFlow Playground."""

    kind = "half_squared_error"
    title = "Half squared error"
    summary = "TensorFlow Playground's loss"
    equations = ("L = 1 / 2 · mean((y - t)^2)", "∂L/∂y = 1 / n · (y - t)")
    scale = 0.5


@LOSSES.register("rmse")
class RootMeanSquaredError(MeanSquaredError):
    """sqrt(mean((y - t)^2)), with the root over the whole batch."""

    kind = "root_mean_squared_error"
    title = "Root mean squared error"
    summary = "The squared error in the units of the target"
    equations = ("L = sqrt(mean((y - t)^2))", "∂L/∂y = (y - t) / (n L)")

    def value(self, outputs: Array, targets: Array) -> float:
        return float(np.sqrt(super().value(outputs, targets)))

    def additive_value(self, outputs: Array, targets: Array) -> float:
        return super().value(outputs, targets)

    def from_mean(self, mean: float) -> float:
        return float(np.sqrt(mean))

    def mean_slope(self, mean: float) -> float:
        return 0.5 / float(np.sqrt(mean)) if mean > 0.0 else 0.0

    def gradient(self, outputs: Array, targets: Array, out: Array) -> None:
        np.subtract(outputs, targets, out=out)
        root = float(np.sqrt(np.vdot(out, out) / out.size))
        # The root has no derivative at 0; use the subgradient 0.
        np.multiply(out, 1.0 / (out.size * root) if root > 0.0 else 0.0, out=out)

    value_and_gradient = Loss.value_and_gradient


class ByElement(Loss):
    """Base of losses that are the mean over all elements of a function of output and target."""

    def elements(self, outputs: Array, targets: Array) -> Array:
        """The loss of each element, (..., outputs)."""
        raise NotImplementedError

    def slopes(self, outputs: Array, targets: Array, out: Array) -> None:
        """Write the derivatives of `elements` with respect to the outputs, (..., outputs), into `out`."""
        raise NotImplementedError

    def value(self, outputs: Array, targets: Array) -> float:
        return float(np.mean(self.elements(outputs, targets)))

    def row_values(self, outputs: Array, targets: Array) -> Array:
        return row_means(self.elements(outputs, targets))

    def gradient(self, outputs: Array, targets: Array, out: Array) -> None:
        self.slopes(outputs, targets, out)
        np.multiply(out, 1.0 / outputs.size, out=out)


@LOSSES.register("mae")
class MeanAbsoluteError(ByElement):
    """mean(|y - t|)."""

    kind = "mean_absolute_error"
    title = "Mean absolute error"
    summary = "The plain distance: calm about outliers"
    equations = ("L = mean(|y - t|)", "∂L/∂y = 1 / n · sign(y - t)")
    single_output = True

    def elements(self, outputs: Array, targets: Array) -> Array:
        distance: Array = np.abs(outputs - targets)
        return distance

    def slopes(self, outputs: Array, targets: Array, out: Array) -> None:
        np.subtract(outputs, targets, out=out)
        np.sign(out, out=out)


@LOSSES.register()
class Huber(ByElement):
    """mean of d^2 / 2 up to |d| = delta, delta (|d| - delta / 2) beyond. Huber, 1964."""

    kind = "huber"
    title = "Huber"
    summary = "Squared near the target, plain distance far away"
    equations = (
        "L = mean(h(y - t)), h(d) = d^2 / 2 if |d| ≤ delta, else delta (|d| - delta / 2)",
        "∂L/∂y = 1 / n · min(max(y - t, -delta), delta)",
    )
    single_output = True

    delta: float = setting(
        1.0, "Delta", "Where the square turns into a line.", low=0.0, high=1000.0, above=True, live=True
    )

    def elements(self, outputs: Array, targets: Array) -> Array:
        distance = np.abs(outputs - targets)
        near = np.minimum(distance, self.delta)
        found: Array = near * (distance - 0.5 * near)
        return found

    def slopes(self, outputs: Array, targets: Array, out: Array) -> None:
        np.subtract(outputs, targets, out=out)
        np.clip(out, -self.delta, self.delta, out=out)
