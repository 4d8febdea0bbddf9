"""Decision boundary and neuron outputs over a plane."""

from __future__ import annotations

import math

import numpy as np

from core.data.plane import PlaneChoice
from core.experiment.prepare import PreparedData
from core.nn.compute_cost import forward_flops
from core.nn.network import Network
from core.spec.arrays import Array

__all__ = ["BoundaryProbe"]


# Maps are drawn small; half of a 100-point grid is already finer than their pixels.
_MAP_POINTS = 50
# Wide inputs and convolutions are slow: at 100 x 100 points, MNIST would take 0.1 s.
_PLANE_FLOPS = 320_000_000


class BoundaryProbe:
    """Evaluates one network on a cached grid.

    `plane` is where the grid lies; `feature_maps` (features, rows, columns) are its inputs, -1 … 1, only for points.
    """

    def __init__(self, network: Network, prepared: PreparedData) -> None:
        self._network, self._prepared = network, prepared
        self._grid = 0
        self._choice: PlaneChoice | None = None
        self._inputs: Array = np.empty((0, *network.input_shape), np.float32)
        self.plane = prepared.plane
        self.feature_maps: Array | None = None

    def set_plane(self, grid: int, choice: PlaneChoice | None) -> None:
        """Use `grid` x `grid` points of the chosen plane, or fewer for large networks."""
        grid = max(16, min(grid, math.isqrt(_PLANE_FLOPS // forward_flops(self._network))))
        if grid == self._grid and choice == self._choice:
            return
        if choice != self._choice:
            self.plane, self._choice = self._prepared.plane_of(choice), choice
        self._grid = grid
        self._inputs = self._prepared.grid_inputs(grid, self.plane)
        if self._prepared.features:
            self.feature_maps = self._as_map(self._inputs, self._inputs.shape[1], scale=True)

    def take(self, most_maps: int) -> tuple[Array, list[Array | None]]:
        """The boundary (rows, columns, outputs), and for every layer maps (units, rows, columns) or None."""
        network = self._network
        maps: list[Array | None] = [None] * len(network.layers)
        if most_maps > 0 and self._prepared.features:
            outputs = network.layer_outputs(self._inputs)
            for index, output in enumerate(outputs[:-1]):
                if output.ndim == 2:
                    maps[index] = self._as_map(output, most_maps)
            final = outputs[-1]
            maps[-1] = self._as_map(self._to_signed(final), most_maps)
        else:
            final = network.predict(self._inputs)
        boundary = self._to_signed(final).reshape(self._grid, self._grid, -1)
        return boundary, maps

    def _to_signed(self, outputs: Array) -> Array:
        return self._prepared.encoding.to_signed(outputs) if outputs.shape[1] == 1 else outputs

    def _as_map(self, outputs: Array, most: int, scale: bool = False) -> Array:
        """(points, units) as (at most `most` units, rows, columns), downsampled and clipped to -1 … 1."""
        stride = max(1, self._grid // _MAP_POINTS)
        square = outputs.reshape(self._grid, self._grid, -1)[::stride, ::stride, :most]
        # Always a copy, because it is scaled and clipped in place.
        maps = np.array(square.transpose(2, 0, 1), order="C", copy=True)
        if scale:
            maps /= np.maximum(1e-12, np.abs(maps).max(axis=(1, 2), keepdims=True))
        return np.clip(maps, -1.0, 1.0, out=maps)
