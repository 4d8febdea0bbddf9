"""Magnitude pruning: the smallest weights of all kernels become 0, tried on a copy while the training goes on.

S. Han et al., Learning both Weights and Connections for Efficient Neural Networks, 2015.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from ..nn.network import Network, forward_flops
from ..train.evaluation import MAX_EVALUATED
from ..train.figures import Figure
from .snapshot import OFTEN, PARTS, Shown, SnapshotPart

_FEWEST: Final = 100
_FLOPS: Final = 20_000_000_000


def prune(network: Network, share: float) -> float:
    """Set this share of the weights in all kernels to 0, the smallest first; returns the size of the largest of them.

    -1 for none of them.
    """
    sizes = np.abs(network.kernels)
    smallest = np.argsort(sizes, kind="stable")[: round(share * len(sizes))]
    network.kernels[smallest] = 0.0
    network.prune_links()
    return float(sizes[smallest[-1]]) if len(smallest) else -1.0


@dataclass(frozen=True)
class Pruning:
    """What `count` of `links` at 0 change: the figures; those links are at most `largest` in size."""

    count: int
    links: int
    largest: float
    before: Figure
    after: Figure
    on_test: bool


@PARTS.register
class PruningPart(SnapshotPart[float, Pruning]):
    """Effect of pruning a share of the links."""

    kind = "pruning"
    cost = OFTEN

    def take(self, asked: float, shown: Shown) -> Pruning | None:
        network, on_test = self.trainer.network.frozen_copy(), len(self.prepared.test) > 0
        most = max(_FEWEST, _FLOPS // max(1, 2 * forward_flops(network)))
        evaluated = self.prepared.test.limited() if on_test else self.prepared.train.head(MAX_EVALUATED)
        samples, links = evaluated.head(most), len(network.kernels)
        before, largest = self.trainer.evaluate(samples), prune(network, asked)
        after = self.trainer.evaluate(samples, network)
        return Pruning(round(asked * links), links, largest, before, after, on_test)
