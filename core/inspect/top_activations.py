"""The image patches that excite a filter most.

After M. Zeiler and R. Fergus, Visualizing and Understanding Convolutional Networks, 2013.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..nn.network import Network, forward_flops
from ..spec.arrays import Array
from .feature_map import Place
from .snapshot import PARTS, SELDOM, Shown, SnapshotPart, SnapshotRequest

_WORK = 200_000_000
_MIN_SAMPLES, _MAX_SAMPLES = 32, 256


@dataclass(frozen=True)
class TopPatch:
    """A sample's row, the position of its maximum on the unit's map, and the maximum."""

    row: int
    place: Place
    value: float


@dataclass(frozen=True)
class TopPatches:
    """Strongest first; empty if the unit is inactive on all `searched` samples."""

    layer: int
    unit: int
    searched: int
    patches: tuple[TopPatch, ...]


def top_patches(network: Network, inputs: Array, layer: int, unit: int, count: int = 6) -> TopPatches | None:
    """The `count` samples of `inputs` (samples, *input_shape) with the largest maxima on the unit's map.

    Searches as many as fit in a few hundredths of a second. None if the unit has no map.
    """
    if not 0 <= layer < len(network.layers) or len(network.shapes[layer]) != 3:
        return None
    if not 0 <= unit < network.shapes[layer][2]:
        return None
    searched = min(len(inputs), max(_MIN_SAMPLES, min(_MAX_SAMPLES, _WORK // max(1, forward_flops(network)))))
    maps = np.nan_to_num(network.layer_outputs(inputs[:searched])[layer][..., unit])
    flat = maps.reshape(searched, -1)
    places, tops = flat.argmax(axis=1), flat.max(axis=1)
    found = []
    for row in np.argsort(-tops, kind="stable")[:count].tolist():
        if tops[row] > 0.0:
            down, across = divmod(int(places[row]), maps.shape[2])
            found.append(TopPatch(row, (down, across), float(tops[row])))
    return TopPatches(layer, unit, searched, tuple(found))


@PARTS.register
class TopPatchesPart(SnapshotPart[tuple[int, int], TopPatches]):
    """Those of the inspected neuron, among the test samples."""

    kind = "top_patches"
    cost = SELDOM

    @classmethod
    def asked(cls, request: SnapshotRequest) -> tuple[int, int] | None:
        place = request.neuron
        return None if place is None or isinstance(place[0], str) else (place[0], place[1])

    def take(self, asked: tuple[int, int], shown: Shown) -> TopPatches | None:
        return top_patches(self.trainer.network, self.prepared.test.inputs, *asked)
