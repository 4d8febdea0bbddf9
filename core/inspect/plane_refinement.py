"""Images of a network at rest, predicted pixel by pixel, and kept until its weights change."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Final

import numpy as np

from core.data.plane import Plane
from core.experiment.prepare import PreparedData
from core.inspect.plane_image import PlaneImage
from core.inspect.plane_scan import PlaneScan
from core.nn.network import Network

Place = tuple[int, int]
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
        """How many images have become finer."""
        return self.count
