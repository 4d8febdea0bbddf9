"""Predict a plane at every pixel of a plot, in small steps, from coarse to fine, and keep it until weights change."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

import numpy as np

from ..data.plane import Plane
from ..experiment.prepare import PreparedData
from ..nn.network import Network, forward_flops
from ..spec.arrays import Array
from .plane_image import PlaneImage, PlaneKind, enlarged, image_of, pixel_centers

Place = tuple[int, int]

_QUICK_FLOPS: Final = 4_000_000_000
"""A scan of less than a few hundredths of a second needs no coarser one before it."""
_MAX_FLOPS: Final = 400_000_000_000
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
        sides = [max(2, min(self._pixels, math.isqrt(_MAX_FLOPS // self._flops)))]
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
    """Kind of picture for the outputs of these data."""
    if not prepared.task.classifies:
        return "values"
    return "signed" if prepared.encoding.outputs == 1 else "classes"


_Key = tuple[Plane, int, Place | None]

_KEPT_PIXELS: Final = 4_000_000
"""About 20 MB: at usual sizes the images of some thirty neurons."""


class ExactImages:
    """Predicted images of one network, by plane, side in pixels and unit (None: the boundary)."""

    def __init__(self, network: Network, prepared: PreparedData) -> None:
        self._network, self._prepared = network, prepared
        self._frozen: Network | None = None
        self._images: OrderedDict[_Key, PlaneImage] = OrderedDict()

    def clear(self) -> None:
        """Drop all images."""
        self._frozen = None
        self._images.clear()

    def drop_outdated(self) -> None:
        """Drop all images if the network has changed."""
        frozen, network = self._frozen, self._network
        if frozen is not None and not (
            np.array_equal(frozen.parameters, network.parameters)
            and np.array_equal(frozen.state, network.state)
            and frozen.output_overrides is network.output_overrides
        ):
            self.clear()

    def find(self, plane: Plane, pixels: int, place: Place | None) -> PlaneImage | None:
        """The image, perhaps not exact yet; None if there is none."""
        return self._images.get((plane, pixels, place))

    def keep(self, plane: Plane, pixels: int, place: Place | None, image: PlaneImage) -> None:
        """Keep an image, and drop the oldest ones beyond the limit of memory."""
        self._images[plane, pixels, place] = image
        self._images.move_to_end((plane, pixels, place))
        while len(self._images) > 2 and sum(i.values.size for i in self._images.values()) > _KEPT_PIXELS:
            self._images.popitem(last=False)

    def refinement(self, plane: Plane, pixels: int, places: Sequence[Place | None]) -> PlaneRefinement | None:
        """Predicts the images of `places` that are not known, in this order; None if all are."""
        missing = [place for place in places if not self._is_final(plane, pixels, place)]
        if not missing:
            return None
        if self._frozen is None:
            self._frozen = self._network.frozen_copy()
        scans = [(place, PlaneScan(self._frozen, self._prepared, plane, pixels, place)) for place in missing]
        return PlaneRefinement(self, plane, pixels, scans)

    def _is_final(self, plane: Plane, pixels: int, place: Place | None) -> bool:
        image = self.find(plane, pixels, place)
        return image is not None and image.is_final


class PlaneRefinement:
    """Scans one image after the other; `count` grows whenever one has become finer."""

    def __init__(
        self, images: ExactImages, plane: Plane, pixels: int, scans: Sequence[tuple[Place | None, PlaneScan]]
    ) -> None:
        self._images, self._plane, self._pixels = images, plane, pixels
        self._scans = list(scans)
        self.count = 0

    @property
    def finished(self) -> bool:
        return not self._scans

    def advance(self) -> None:
        """Predict a part of an image."""
        place, scan = self._scans[0]
        before = scan.image
        scan.advance()
        if scan.image is not None and scan.image is not before:
            self._images.keep(self._plane, self._pixels, place, scan.image)
            self.count += 1
        if scan.finished:
            self._scans.pop(0)

    def result(self) -> int:
        """Number of images that have become finer."""
        return self.count
