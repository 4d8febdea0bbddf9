"""What reading an exported file back has shown: its predictions beside the network's, sample by sample."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from core.spec.arrays import Array

__all__ = ["LIMIT", "Proof"]

LIMIT = 1e-5
"""The largest difference allowed, relative to the scale of the outputs: 1 for probabilities."""


@dataclass(frozen=True, eq=False)
class Proof:
    """Predictions of a written file for raw samples, compared with the network's.

    `reader` is the program that read the file ("onnxruntime 1.22.0"). `differences` (samples,) are relative to the
    outputs' scale; `same` counts equal labels, a tie within `limit` counting as equal, and is None for values. `size`
    is the file's, in bytes. `sentence` says why no comparison was possible.
    """

    reader: str = ""
    differences: Array = field(default_factory=lambda: np.empty(0))
    same: int | None = None
    seconds: float = 0.0
    size: int = 0
    limit: float = LIMIT
    sentence: str = ""

    @property
    def samples(self) -> int:
        """The number of samples compared."""
        return len(self.differences)

    @property
    def largest(self) -> float:
        """The largest difference; 0 without samples, NaN if a prediction is not finite."""
        return float(self.differences.max(initial=0.0))

    @property
    def holds(self) -> bool:
        """Whether the file predicts the same."""
        alike = self.same is None or self.same == self.samples
        return not self.sentence and self.samples > 0 and alike and self.largest <= self.limit
