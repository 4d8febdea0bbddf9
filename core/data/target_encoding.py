"""Encode labels as network targets, and decode outputs back to labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import Labels
from core.spec.arrays import Array


@dataclass(frozen=True)
class TargetEncoding:
    """How targets are encoded.

    - Regression: values, or (values - shift) / scale if there is a `scale` (outputs,).
    - Classes over several outputs: one-hot rows.
    - Two classes on one output: `low` and `high`, with `threshold` between them.
    - `tokens`: a class at each position, such as the token that follows: (samples, time), of which -1 is not counted.
    """

    classes: int
    outputs: int
    low: float = 0.0
    high: float = 1.0
    shift: tuple[float, ...] = ()
    scale: tuple[float, ...] = ()
    tokens: bool = False

    @property
    def labels(self) -> Labels:
        """What the targets are made of."""
        if self.tokens:
            return "tokens"
        return "classes" if self.classes else "values"

    @property
    def threshold(self) -> float:
        return 0.5 * (self.low + self.high)

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
        """Predicted class numbers (...) of outputs (..., outputs), or of `logits`, whose 0 is a probability of 0.5."""
        if self.outputs == 1:
            return (outputs[..., 0] > (0.0 if logits else self.threshold)).astype(np.int64)
        numbers: NDArray[np.int64] = np.argmax(outputs, axis=-1)
        return numbers

    def to_values(self, outputs: Array) -> Array:
        """The values (..., outputs) that regression outputs stand for; outputs of classes are unchanged."""
        if not self.scale:
            return outputs
        values: Array = (outputs * np.array(self.scale) + np.array(self.shift)).astype(outputs.dtype)
        return values

    def to_signed(self, outputs: Array) -> Array:
        """Scale one output (any shape): -1 is class 0, +1 is class 1; regression gives values in their own units."""
        if self.classes == 0:
            return self.to_values(outputs)
        return (outputs - self.threshold) * (2.0 / (self.high - self.low))
