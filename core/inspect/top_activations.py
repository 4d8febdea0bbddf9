"""Which patches of the test samples excite a filter most: what it looks for, seen from the data.

After M. Zeiler and R. Fergus, Visualizing and Understanding Convolutional Networks, 2013.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from core.inspect.feature_map import Place
from core.nn.compute_cost import forward_flops
from core.nn.network import Network
from core.spec.arrays import Array

__all__ = ["TopPatch", "TopPatches", "top_patches"]


_WORK = 200_000_000
_MIN_SAMPLES, _MAX_SAMPLES = 32, 256


@dataclass(frozen=True)
class TopPatch:
    """A sample's row, the place on the unit's map where it is strongest, and how strong."""

    row: int
    place: Place
    value: float


@dataclass(frozen=True)
class TopPatches:
    """The strongest first; none where the unit is silent on all of the `searched` samples."""

    layer: int
    unit: int
    searched: int
    patches: tuple[TopPatch, ...]


def top_patches(network: Network, inputs: Array, layer: int, unit: int, count: int = 6) -> TopPatches | None:
    """The `count` samples among the first of `inputs` whose largest number on the unit's map is largest.

    So many are searched as can be in some hundredths of a second. None where the unit makes no map.
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
