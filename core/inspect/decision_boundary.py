"""Decision boundary and neuron outputs over a plane."""

from __future__ import annotations

import math

import numpy as np

from ..data.plane import PlaneChoice
from ..experiment.prepare import PreparedData
from ..nn.network import Network, forward_flops
from ..spec.arrays import Array
from .plane_image import PlaneImage, enlarged
from .plane_scan import kind_of, unit_outputs

# Maps are drawn small: half of a 100-point grid is already finer than their pixels.
MAP_POINTS = 50
# Wide inputs and convolutions are slow: at 100 x 100 points, MNIST would take 0.1 s.
_PLANE_FLOPS = 320_000_000
# Each class is enlarged on its own: 500 pixels a side for one output, 158 for ten, take about 0.6 ms.
_ENLARGED_NUMBERS = 250_000


def plane_grid(network: Network, most: int) -> int:
    """Points along each side of a plane, at most `most`, or fewer for large networks."""
    return max(16, min(most, math.isqrt(_PLANE_FLOPS // max(1, forward_flops(network)))))


class BoundaryProbe:
    """Evaluates one network on a cached grid.

    `plane` is where the grid lies; `feature_maps` (features, rows, columns) are its inputs, -1 … 1, only for points.
    """

    def __init__(self, network: Network, prepared: PreparedData) -> None:
        self._network, self._prepared = network, prepared
        self._grid = 0
        self._choice: PlaneChoice | None = None
        self._time = 1.0
        self._inputs: Array = np.empty((0, *network.input_shape), np.float32)
        self._map_inputs, self._map_grid = self._inputs, 0
        self._map_outputs: list[Array] = []
        self.plane = prepared.plane
        self.feature_maps: Array | None = None

    def set_plane(self, grid: int, choice: PlaneChoice | None, time: float = 1.0) -> None:
        """Use `grid` x `grid` points of the chosen plane, or fewer for large networks.

        `time` is that of a task that has one.
        """
        grid = plane_grid(self._network, grid)
        if (grid, choice, time) == (self._grid, self._choice, self._time):
            return
        if choice != self._choice:
            self.plane, self._choice = self._prepared.plane_of(choice), choice
        self._grid, self._time = grid, time
        self._inputs = self._prepared.grid_inputs(grid, self.plane, time)
        self._map_grid = MAP_POINTS if grid >= 2 * MAP_POINTS else grid
        self._map_inputs = (
            self._inputs
            if self._map_grid == grid
            else self._prepared.grid_inputs(self._map_grid, self.plane, time)
        )
        if self._prepared.features:
            self.feature_maps = self._as_map(self._map_inputs, self._map_inputs.shape[1], scale=True)

    def take(self, most_maps: int) -> tuple[Array, list[Array | None]]:
        """The boundary (rows, columns, outputs), and for every layer maps (units, rows, columns) or None."""
        network = self._network
        maps: list[Array | None] = [None] * len(network.layers)
        self._map_outputs = []
        # The neurons of points and table rows are drawn over the plane.
        if most_maps > 0 and len(network.input_shape) == 1:
            outputs = self._map_outputs = network.layer_outputs(self._map_inputs)
            for index, output in enumerate(outputs[:-1]):
                if output.ndim == 2:
                    maps[index] = self._as_map(output, most_maps)
            maps[-1] = self._as_map(self._to_signed(outputs[-1]), most_maps)
        same = self._map_outputs and self._map_grid == self._grid
        final = self._map_outputs[-1] if same else network.predict(self._inputs)
        boundary = self._to_signed(final).reshape(self._grid, self._grid, -1)
        return boundary, maps

    def enlarge(self, boundary: Array, pixels: int) -> PlaneImage:
        """The boundary at `pixels` a side, or fewer where there are several classes."""
        most = math.isqrt(_ENLARGED_NUMBERS // boundary.shape[2])
        return enlarged(boundary, min(pixels, most), kind_of(self._prepared))

    def enlarge_unit(self, place: tuple[int, int], pixels: int) -> PlaneImage | None:
        """The outputs of a unit (layer, unit), -1 for the features, of the last `take`; None without maps of it."""
        layer, unit = place
        outputs = self._map_inputs if layer < 0 else None
        if 0 <= layer < len(self._map_outputs):
            outputs = self._map_outputs[layer]
        if not self._map_outputs or outputs is None or outputs.ndim != 2 or not 0 <= unit < outputs.shape[1]:
            return None
        if layer >= 0:
            values = unit_outputs(self._prepared, self._map_outputs, layer, unit)
        else:
            values = outputs[:, unit]
        square = values.reshape(self._map_grid, self._map_grid, 1)
        return enlarged(square, min(pixels, math.isqrt(_ENLARGED_NUMBERS)), "values")

    def _to_signed(self, outputs: Array) -> Array:
        return self._prepared.encoding.to_signed(outputs) if outputs.shape[1] == 1 else outputs

    def _as_map(self, outputs: Array, most: int, scale: bool = False) -> Array:
        """(points, units) as (at most `most` units, rows, columns), clipped to -1 … 1."""
        square = outputs.reshape(self._map_grid, self._map_grid, -1)[:, :, :most]
        # Always a copy, because it is scaled and clipped in place.
        maps = np.array(square.transpose(2, 0, 1), order="C", copy=True)
        if scale:
            largest = np.abs(maps).max(axis=(1, 2), keepdims=True)
            # The time is everywhere alike, and shown as it is.
            largest[np.ptp(maps, axis=(1, 2)) == 0.0] = 1.0
            maps /= np.maximum(1e-12, largest)
        return np.clip(maps, -1.0, 1.0, out=maps)
