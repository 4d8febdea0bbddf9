"""Encode labels as network targets, and decode outputs back to labels."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..spec.arrays import Array
from .dataset import Labels


@dataclass(frozen=True)
class TargetEncoding:
    """Encodings of targets.

    - Regression: values, or (values - shift) / scale if there is a `scale` (outputs,).
    - Classes over several outputs: one-hot rows.
    - Two classes on one output: `low` and `high`, with `threshold` between them; from the probability `cut` on, it is
      the second.
    - `tokens`: a class at each position, such as the token that follows: (samples, time), of which -1 is not counted.
    """

    classes: int
    outputs: int
    low: float = 0.0
    high: float = 1.0
    shift: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()
    tokens: bool = False
    cut: float = 0.5

    @property
    def labels(self) -> Labels:
        """The source of the targets."""
        if self.tokens:
            return "tokens"
        return "classes" if self.classes else "values"

    @property
    def threshold(self) -> float:
        return self.low + self.cut * (self.high - self.low)

    @property
    def logit_threshold(self) -> float:
        """The same of logits, whose 0 is a probability of 0.5."""
        return math.log(self.cut / (1.0 - self.cut))

    def encode(self, targets: NDArray[Any], dtype: Any = np.float32) -> Array:
        """Targets (samples, outputs) from class numbers (samples,) or values (samples, outputs)."""
        if self.tokens:
            return np.ascontiguousarray(targets, np.int32)
        if self.classes == 0:
            values = targets.reshape(len(targets), self.outputs)
            # In float64, as columns of inputs are.
            scaled = (values - np.array(self.shift)) / np.array(self.scale) if self.scale else values
            return np.ascontiguousarray(scaled, dtype)
        if self.outputs == 1:
            return np.where(targets == 1, self.high, self.low).astype(dtype)[..., None]
        coded = np.zeros((len(targets), self.outputs), dtype)
        coded[np.arange(len(targets)), targets] = 1.0
        return coded

    def decode(self, outputs: Array, *, logits: bool = False) -> NDArray[np.int64]:
        """Predicted class numbers (...) of outputs (..., outputs), or of `logits`."""
        if self.outputs == 1:
            return (outputs[..., 0] > (self.logit_threshold if logits else self.threshold)).astype(np.int64)
        numbers: NDArray[np.int64] = np.argmax(outputs, axis=-1)
        return numbers

    def to_values(self, outputs: Array) -> Array:
        """The values (..., outputs) that regression outputs stand for; outputs of classes are unchanged."""
        if not self.scale:
            return outputs
        values: Array = (outputs * np.array(self.scale) + np.array(self.shift)).astype(outputs.dtype)
        return values

    def to_signed(self, outputs: Array) -> Array:
        """Scale one output (any shape): -1 is class 0, +1 is class 1, and 0 the threshold; of regression its values."""
        if self.classes == 0:
            return self.to_values(outputs)
        if self.cut != 0.5:
            moved = outputs - self.threshold
            # Each side reaches from the threshold to its end.
            return np.where(
                moved > 0.0, moved / (self.high - self.threshold), moved / (self.threshold - self.low)
            )
        return (outputs - self.threshold) * (2.0 / (self.high - self.low))

    def share_of_signed(self, value: float) -> float:
        """The probability of class 1 that `to_signed` made a value of."""
        share = self.cut + value * (1.0 - self.cut if value > 0.0 else self.cut)
        return min(1.0, max(0.0, share))
