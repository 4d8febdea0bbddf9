"""Predict a plane at every pixel of a plot, in small steps, from coarse to fine."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from core.data.plane import Plane
from core.experiment.prepare import PreparedData
from core.inspect.plane_image import PlaneImage, PlaneKind, enlarged, image_of, pixel_centers
from core.nn.compute_cost import forward_flops
from core.nn.network import Network
from core.spec.arrays import Array

Place = tuple[int, int]

_QUICK_FLOPS: Final = 4_000_000_000
"""A scan of less than a few hundredths of a second needs no coarser one before it."""
_MOST_FLOPS: Final = 400_000_000_000
"""A few seconds; larger networks get a coarser image."""
_STEP_FLOPS: Final = 200_000_000
_STEP_POINTS: Final = 8192


class PlaneScan:
    """The outputs of `network`, or of one of its units, over a plane. `network` must not change meanwhile.

    Call `advance` until `finished`; `image` has become finer whenever it is another object.
    """

    def __init__(
        self, network: Network, prepared: PreparedData, plane: Plane, pixels: int, place: Place | None = None
    ) -> None:
        """`pixels` a side. `place` is a layer, -1 for the features, and a unit."""
        self._network, self._prepared, self._plane = network, prepared, plane
        self._pixels, self._place = pixels, place
        self._flops = max(1, forward_flops(network))
        self._kind: PlaneKind = kind_of(prepared) if place is None else "values"
        self._sides = self._levels()
        self._row = 0
        self._outputs: Array | None = None
        self.image: PlaneImage | None = None

    @property
    def finished(self) -> bool:
        return not self._sides

    def advance(self) -> None:
        """Predict the next rows of pixels."""
        side = self._sides[0]
        rows = max(1, min(_STEP_POINTS, _STEP_FLOPS // self._flops) // side)
        columns, all_rows = self._coordinates(side)
        part = slice(self._row, min(side, self._row + rows))
        points = self._plane.points(columns, all_rows[part])
        found = self._predict(self._prepared.plane_inputs(points)).reshape(part.stop - part.start, side, -1)
        if self._outputs is None:
            self._outputs = np.empty((side, side, found.shape[2]), np.float32)
        self._outputs[part] = found
        self._row = part.stop
        if self._row == side:
            self._end_level(self._outputs)

    def result(self) -> PlaneImage:
        """The finest image, after predicting what is left."""
        while not self.finished:
            self.advance()
        assert self.image is not None
        return self.image

    def _end_level(self, outputs: Array) -> None:
        side = self._sides.pop(0)
        if side == self._pixels:
            self.image = image_of(outputs, self._kind)
        else:
            self.image = enlarged(outputs, self._pixels, self._kind, is_final=self.finished)
        self._row, self._outputs = 0, None

    def _levels(self) -> list[int]:
        """The sides of the grids to predict, the finest last."""
        sides = [max(2, min(self._pixels, math.isqrt(_MOST_FLOPS // self._flops)))]
        while sides[0] ** 2 * self._flops > _QUICK_FLOPS:
            sides.insert(0, sides[0] // 2)
        return sides

    def _coordinates(self, side: int) -> tuple[Array, Array]:
        """Pixel centers at the finest level, else a grid from edge to edge, which can be enlarged."""
        limits = zip(self._plane.low, self._plane.high, strict=True)
        if side == self._pixels:
            across, up = (pixel_centers(low, high, side) for low, high in limits)
        else:
            across, up = (np.linspace(low, high, side) for low, high in limits)
        return across, up

    def _predict(self, inputs: Array) -> Array:
        encoding = self._prepared.encoding
        if self._place is None:
            outputs = self._network.predict(inputs)
            return encoding.to_signed(outputs) if outputs.shape[1] == 1 else outputs
        layer, unit = self._place
        if layer < 0:
            return inputs.reshape(len(inputs), -1)[:, unit]
        return unit_outputs(self._prepared, self._network.layer_outputs(inputs), layer, unit)


def unit_outputs(prepared: PreparedData, outputs: list[Array], layer: int, unit: int) -> Array:
    """The outputs (points,) of one unit of a layer without maps; a single output of the network is signed."""
    found = outputs[layer]
    if layer == len(outputs) - 1 and found.shape[1] == 1:
        found = prepared.encoding.to_signed(found)
    chosen: Array = found[:, unit]
    return chosen


def kind_of(prepared: PreparedData) -> PlaneKind:
    """How the outputs of these data are drawn."""
    if not prepared.task.classifies:
        return "values"
    return "signed" if prepared.encoding.outputs == 1 else "classes"
