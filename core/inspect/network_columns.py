"""The columns of a small drawing of a network: the inputs, and the layers with weights or feature maps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..spec.arrays import Array
from .snapshot import LayerSnapshot, Snapshot


@dataclass(frozen=True, eq=False)
class NetworkColumn:
    """Units from the top, each a map (rows, columns), an activation -1 … 1, or None.

    `kernel` (inputs, units) leads to them from the column before; `size` counts the units with those not drawn.
    """

    units: list[Array | float | None]
    size: int
    kernel: Array | None = None

    def follows(self, before: NetworkColumn) -> bool:
        """Whether the kernel has a weight for each pair of units."""
        return self.kernel is not None and len(self.kernel) == before.size


def network_columns(snapshot: Snapshot, most: int) -> list[NetworkColumn]:
    """At most `most` units of the inputs, then of each layer. Row 0 of a map is its top."""
    found = [_inputs(snapshot, most)]
    for layer in snapshot.layers:
        if units := _units(layer, most):
            size = 0 if layer.kernel is None else layer.kernel.shape[1]
            found.append(NetworkColumn(units, size, layer.kernel))
    return found


def _inputs(snapshot: Snapshot, most: int) -> NetworkColumn:
    if snapshot.feature_maps is not None:
        maps = snapshot.feature_maps
        return NetworkColumn([values[::-1] for values in maps[:most]], len(maps))
    if snapshot.sample is not None and snapshot.sample.ndim == 3:
        # A weight of one pixel says nothing of the image.
        return NetworkColumn([_normalized(snapshot.sample.mean(axis=2))], 0)
    first = next((layer.kernel for layer in snapshot.layers if layer.kernel is not None), None)
    count = 1 if first is None else len(first)
    return NetworkColumn([None] * min(most, count), count)


def _units(layer: LayerSnapshot, most: int) -> list[Array | float | None]:
    """Empty for a layer without weights whose units have no maps of their own."""
    values = layer.activations
    if values is not None and values.ndim == 3:
        scaled = _normalized(values[:, :, :most])
        return [scaled[:, :, index] for index in range(scaled.shape[2])]
    if layer.kernel is None:
        return []
    count = min(most, layer.kernel.shape[1])
    if layer.maps is not None:
        maps = layer.maps[:count, ::-1]
        return [*maps, *[None] * (count - len(maps))]
    if values is None:
        return [None] * count
    return [float(value) for value in _normalized(values.reshape(-1)[:count])]


def _normalized(values: Array) -> Array:
    values = np.nan_to_num(values)
    return np.asarray(values / max(1e-9, float(np.abs(values).max(initial=0.0))), np.float32)
