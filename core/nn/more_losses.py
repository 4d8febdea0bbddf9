"""Losses beyond the usual ones, with Keras's formulas: divergence, focal, Poisson, hinge and cosine."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np

from ..spec import setting
from ..spec.arrays import Array
from .losses import (
    EPSILON,
    LOSSES,
    BinaryCrossentropy,
    ByElement,
    Entropy,
    Loss,
    row_count,
    row_means,
    row_sums,
)


def _log_softmax(logits: Array) -> Array:
    logs = logits - np.maximum.reduce(logits, axis=-1, keepdims=True)
    logs -= np.log(np.add.reduce(np.exp(logs), axis=-1, keepdims=True))
    return logs


def _power(base: Array, exponent: float) -> Array:
    """base ** exponent of shares, finite where both are 0 and the exponent is negative."""
    raised: Array = np.maximum(base, EPSILON if exponent < 0 else 0.0) ** exponent
    return raised


class _OverClasses(Entropy):
    """Base of losses of rows p that sum to 1, from log p: fused with softmax they take log p = z - logsumexp(z)."""

    fuses = "softmax"

    def _of_logs(self, logs: Array, targets: Array) -> Array:
        """The loss of each row, (...), of log p, (..., outputs)."""
        raise NotImplementedError

    def _slopes(self, logs: Array, targets: Array) -> Array:
        """Its derivatives with respect to log p, (..., outputs)."""
        raise NotImplementedError

    def row_values(self, outputs: Array, targets: Array) -> Array:
        return self._of_logs(np.log(np.clip(outputs, EPSILON, 1.0)), self._smoothed(targets))

    def fused_row_values(self, logits: Array, targets: Array) -> Array:
        return self._of_logs(_log_softmax(logits), self._smoothed(targets))

    def gradient(self, outputs: Array, targets: Array, out: Array) -> None:
        p = np.clip(outputs, EPSILON, 1.0)
        np.divide(self._slopes(np.log(p), self._smoothed(targets)), p * row_count(outputs), out=out)

    def fused_gradient(self, logits: Array, targets: Array, out: Array) -> None:
        logs = _log_softmax(logits)
        slopes = self._slopes(logs, self._smoothed(targets))
        np.subtract(slopes, np.exp(logs) * row_sums(slopes)[..., np.newaxis], out=out)
        out *= 1.0 / row_count(logits)


@LOSSES.register("kld", "kl_div")
class KLDivergence(_OverClasses):
    """Σ_k t_k ln(t_k / p_k): how far the shares p are from the targets t. Kullback and Leibler, 1951.

    >>> KLDivergence().value(np.array([[0.5, 0.5]]), np.array([[1.0, 0.0]]))
    0.6931471805599453
    """

    kind = "kl_divergence"
    title = "KL divergence"
    summary = "Distance of two distributions; cross-entropy less what the targets leave open"
    equations = ("L = 1 / n · Σ_nk t_nk ln(t_nk / p_nk)", "∂L/∂p = -1 / n · t / p", "∂L/∂z = 1 / n · (p - t)")

    def _of_logs(self, logs: Array, targets: Array) -> Array:
        own = np.log(np.maximum(targets, EPSILON))
        return row_sums(targets * (own - logs))

    def _slopes(self, logs: Array, targets: Array) -> Array:
        return -np.broadcast_to(targets, logs.shape)


def _gamma_setting() -> Any:
    rest = "How much less a sample weighs that is nearly right; 0 is cross-entropy."
    return setting(2.0, "Gamma", rest, low=0.0, high=20.0, live=True)


@LOSSES.register("focal", "categorical_focal_crossentropy")
class CategoricalFocalCrossentropy(_OverClasses):
    """-α Σ_k t_k (1 - p_k)^γ ln p_k: cross-entropy in which samples that are right already weigh little.

    Lin et al., 2017: Focal loss for dense object detection. Keras's formula and defaults.
    """

    kind = "categorical_focal_crossentropy"
    title = "Focal loss"
    summary = "Cross-entropy that looks at the hard samples, for rare classes"
    equations = (
        "L = -α / n · Σ_nk t_nk (1 - p_nk)^γ ln(p_nk)",
        "∂L/∂ln(p_nk) = -α / n · t_nk ((1 - p_nk)^γ - γ p_nk (1 - p_nk)^(γ-1) ln(p_nk))",
    )

    alpha: float = setting(
        0.25, "Alpha", "A factor on the whole loss.", low=0.0, high=1000.0, above=True, live=True
    )
    gamma: float = _gamma_setting()

    def _of_logs(self, logs: Array, targets: Array) -> Array:
        return -self.alpha * row_sums(targets * _power(1.0 - np.exp(logs), self.gamma) * logs)

    def _slopes(self, logs: Array, targets: Array) -> Array:
        p = np.exp(logs)
        rest = 1.0 - p
        bent = _power(rest, self.gamma) - self.gamma * _power(rest, self.gamma - 1.0) * p * logs
        slopes: Array = -self.alpha * targets * bent
        return slopes


@LOSSES.register("binary_focal_crossentropy")
class BinaryFocalCrossentropy(BinaryCrossentropy):
    """(1 - p_t)^γ times the binary cross-entropy, where p_t = t p + (1 - t)(1 - p) is the share of what is right.

    With `apply_class_balancing` class 1 weighs `alpha` and class 0 the rest. Lin et al., 2017; Keras's formula.
    """

    kind = "binary_focal_crossentropy"
    title = "Binary focal loss"
    summary = "The focal loss for two classes on one sigmoid output"
    equations = (
        "L = mean(w (1 - p_t)^γ c), p_t = t p + (1 - t)(1 - p), c = -ln(p_t)",
        "∂L/∂z = w / n · ((1 - p_t)^γ (p - t) + γ (1 - p_t)^(γ-1) (1 - 2 t) p (1 - p) c), p = σ(z)",
        "w = 1, or α of class 1 and 1 - α of class 0",
    )

    apply_class_balancing: bool = setting(
        False, "Balance classes", "Weigh class 1 by alpha and class 0 by the rest.", live=True
    )
    alpha: float = setting(
        0.25, "Alpha", "The weight of class 1, if classes are balanced.", low=0.0, high=1.0, live=True
    )
    gamma: float = _gamma_setting()

    def _elements(self, p: Array, log_p: Array, log_q: Array, targets: Array) -> tuple[Array, Array]:
        """The loss of each element and its derivative with respect to the logit, of p, ln p and ln(1 - p)."""
        q, gamma = 1.0 - p, self.gamma
        cross = -(targets * log_p + (1.0 - targets) * log_q)
        wrong = targets * q + (1.0 - targets) * p
        if self.apply_class_balancing:
            cross *= targets * self.alpha + (1.0 - targets) * (1.0 - self.alpha)
            slope = (p - targets) * (targets * self.alpha + (1.0 - targets) * (1.0 - self.alpha))
        else:
            slope = p - targets
        # d(wrong)/dz = (1 - 2 t) p q.
        turned = gamma * _power(wrong, gamma - 1.0) * (1.0 - 2.0 * targets) * p * q * cross
        factor = _power(wrong, gamma)
        return factor * cross, turned + factor * slope

    def _of_outputs(self, outputs: Array, targets: Array) -> tuple[Array, Array]:
        p = np.clip(outputs, EPSILON, 1.0 - EPSILON)
        values, slopes = self._elements(p, np.log(p), np.log1p(-p), self._smoothed(targets))
        return values, slopes / (p * (1.0 - p))

    def _of_logits(self, logits: Array, targets: Array) -> tuple[Array, Array]:
        log_p, log_q = -np.logaddexp(0.0, -logits), -np.logaddexp(0.0, logits)
        return self._elements(np.exp(log_p), log_p, log_q, self._smoothed(targets))

    fused_value = Loss.fused_value

    def row_values(self, outputs: Array, targets: Array) -> Array:
        return row_means(self._of_outputs(outputs, targets)[0])

    def fused_row_values(self, logits: Array, targets: Array) -> Array:
        return row_means(self._of_logits(logits, targets)[0])

    def gradient(self, outputs: Array, targets: Array, out: Array) -> None:
        np.multiply(self._of_outputs(outputs, targets)[1], 1.0 / outputs.size, out=out)

    def fused_gradient(self, logits: Array, targets: Array, out: Array) -> None:
        self.fused_value_and_gradient(logits, targets, out)

    def fused_value_and_gradient(self, logits: Array, targets: Array, out: Array) -> float:
        values, slopes = self._of_logits(logits, targets)
        np.multiply(slopes, 1.0 / logits.size, out=out)
        return float(np.mean(values))


@LOSSES.register()
class Poisson(ByElement):
    """mean(y - t ln y): counts t that follow a Poisson distribution of mean y, which is above 0."""

    kind = "poisson"
    title = "Poisson"
    summary = "For counts, such as calls an hour"
    equations = ("L = mean(y - t ln(y))", "∂L/∂y = 1 / n · (1 - t / y)")
    single_output = True
    tasks = ("regression",)
    low = 0.0

    def elements(self, outputs: Array, targets: Array) -> Array:
        y = np.maximum(outputs, 0.0)
        return y - targets * np.log(y + EPSILON)

    def slopes(self, outputs: Array, targets: Array, out: Array) -> None:
        out[...] = np.where(outputs > 0.0, 1.0 - targets / (np.maximum(outputs, 0.0) + EPSILON), 0.0)


@LOSSES.register()
class Hinge(ByElement):
    """mean(max(1 - t y, 0)) with targets t of -1 and 1; 0 counts as -1, as in Keras. The loss of support vectors."""

    kind = "hinge"
    title = "Hinge"
    summary = "Right by a margin is enough, as for support vectors"
    equations = ("L = mean(max(1 - t y, 0)), t = ±1", "∂L/∂y = -1 / n · t if t y < 1, else 0")
    single_output = True
    tasks = ("classification",)
    power: ClassVar[int] = 1

    def elements(self, outputs: Array, targets: Array) -> Array:
        elements: Array = np.maximum(1.0 - np.where(targets > 0, 1, -1) * outputs, 0.0) ** self.power
        return elements

    def slopes(self, outputs: Array, targets: Array, out: Array) -> None:
        signs = np.where(targets > 0, 1, -1).astype(outputs.dtype)
        short = np.maximum(1.0 - signs * outputs, 0.0)
        np.multiply(-signs, short > 0 if self.power == 1 else 2.0 * short, out=out)


@LOSSES.register()
class SquaredHinge(Hinge):
    """mean(max(1 - t y, 0)^2) with targets t of -1 and 1; 0 counts as -1, as in Keras."""

    kind = "squared_hinge"
    title = "Squared hinge"
    summary = "The hinge without its corner"
    equations = ("L = mean(max(1 - t y, 0)^2), t = ±1", "∂L/∂y = -2 / n · t max(1 - t y, 0)")
    power = 2


@LOSSES.register("cosine")
class CosineSimilarity(Loss):
    """Minus the cosine of the angle between outputs and targets, (batch, outputs): -1 is the same direction.

    It says nothing of lengths, and of a single output nothing but the sign. Keras's formula.
    """

    kind = "cosine_similarity"
    title = "Cosine similarity"
    summary = "The direction of several outputs, whatever their length"
    equations = (
        "L = -mean(c_n), c_n = (t_n · y_n) / (|t_n| |y_n|)",
        "∂L/∂y_n = 1 / n · (c_n y_n / |y_n| - t_n / |t_n|) / |y_n|",
    )
    tasks = ("regression",)

    def row_values(self, outputs: Array, targets: Array) -> Array:
        return -row_sums(_unit(targets)[0] * _unit(outputs)[0])

    def gradient(self, outputs: Array, targets: Array, out: Array) -> None:
        y, length = _unit(outputs)
        t, _ = _unit(targets)
        cosine = row_sums(t * y)[..., np.newaxis]
        np.divide(cosine * y - t, length * row_count(outputs), out=out)


def _unit(rows: Array) -> tuple[Array, Array]:
    """Rows of length 1, and their lengths (..., 1), which are at least 1e-6 as in Keras."""
    length = np.sqrt(np.maximum(row_sums(rows * rows), 1e-12))[..., np.newaxis]
    return rows / length, length
