"""What a network learns from or is tested on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

__all__ = ["Samples"]


@dataclass(frozen=True, eq=False)
class Samples:
    """`inputs` (samples, *shape) as the network gets them, `targets` (samples, outputs) in the code of the outputs, and
    `labels`: the class numbers (samples,) or the values (samples, outputs) that the targets stand for.
    """

    inputs: NDArray[Any]
    targets: NDArray[Any]
    labels: NDArray[Any]

    def __len__(self) -> int:
        return len(self.inputs)

    def head(self, count: int) -> Samples:
        """The first `count` samples."""
        return Samples(self.inputs[:count], self.targets[:count], self.labels[:count])
