"""WeightNorms: how long the vector of each layer's weights is, as a part of snapshots."""

from __future__ import annotations

import numpy as np

from core.inspect.snapshot import OFTEN, PARTS, Shown, SnapshotPart


@PARTS.register
class WeightNormsPart(SnapshotPart[bool, tuple[float, ...]]):
    """A number for each layer."""

    kind = "weight_norms"
    cost = OFTEN

    def take(self, asked: bool, shown: Shown) -> tuple[float, ...]:
        weights = self.trainer.network.weights
        return tuple(float(sum(np.square(each).sum() for each in layer.values())) ** 0.5 for layer in weights)
