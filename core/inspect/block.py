"""Activations of the layers inside a block for the chosen sample."""

from __future__ import annotations

from ..spec.arrays import Arrays
from .snapshot import PARTS, Cost, Shown, SnapshotPart


@PARTS.register
class BlockPart(SnapshotPart[int, Arrays]):
    """The outputs of the layers directly inside a block of the stack, by path: "3/1" is the second one of layer 3."""

    kind = "block"
    cost = Cost(0.0, 0.1)
    follows_sample = of_sample = True

    def take(self, asked: int, shown: Shown) -> Arrays | None:
        network = self.trainer.network
        paths = [path for path in network.places if path.rpartition("/")[0] == str(asked)]
        if shown.sample is None or not paths:
            return None
        return {path: found[0] for path, found in network.outputs_at(paths, shown.sample[None]).items()}
