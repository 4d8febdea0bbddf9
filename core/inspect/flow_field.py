"""The field of velocities of flow matching over a plane, and samples that it makes of noise."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..data.pipeline import FittedInputs, VelocityOutputs
from ..data.plane import Plane
from ..experiment.prepare import PreparedData
from ..io.number_text import number_text
from ..nn.generation import Method, field_of
from ..spec.arrays import Array
from ..train.metrics import coverage, distances_apart, nearest_accuracy
from ..train.tasks.flow_matching import FlowMatching
from ..train.trainer import Trainer
from .snapshot import OFTEN, PARTS, Shown, SnapshotPart, SnapshotRequest

ARROWS: Final = 20
"""Along each side of the plane."""
POINTS: Final = 300
IMAGES: Final = 100
STEPS: Final = 20
_COMPARED: Final = 1_000
"""The most samples of the data that the distance is measured to: 300 x 1,000 points take 1 ms."""
_MAX_CELLS: Final = 64
"""Of small pictures of points, along each side: a sample in finer ones is too small to be seen."""
PICTURED: Final = 5
"""Images along each side of a picture."""
_SMALL: Final = 64


@dataclass(frozen=True)
class FlowWish:
    """The samples that are made, and by which steps.

    - `classes`: of these by turns, None: of all that the field knows.
    - `guidance`, `steps`, `method`: see `FlowMatching.sample`.
    """

    classes: tuple[int, ...] | None = None
    guidance: float = 1.0
    steps: int = STEPS
    method: Method = "heun"


@dataclass(frozen=True, eq=False)
class FlowArrows:
    """`places` and `velocities` (ARROWS², 2) on the plane, at a time from 0 to 1."""

    time: float
    places: Array
    velocities: Array


@dataclass(frozen=True, eq=False)
class FlowPaths:
    """The same noise at every moment: where it is at equal steps from time 0 to 1.

    - `paths` (steps + 1, samples, numbers) of the network, which `inputs` takes back to those of the data.
    - `labels` (samples,): the classes that they are made of; None for any.
    - `to_data`, `to_samples`: mean distance of the samples to the nearest of the data, and back; `covered`: the share
      of the data that have a sample nearby.
    - `alike`: the share of the samples to which the nearest of all data is of the class that they are made of.
    """

    paths: Array
    labels: NDArray[np.int64] | None
    inputs: FittedInputs
    wish: FlowWish
    to_data: float
    to_samples: float
    covered: float = math.nan
    alike: float = math.nan

    @property
    def is_of_images(self) -> bool:
        return len(self.inputs.input_shape) == 3

    @property
    def distance(self) -> float:
        """The mean of both."""
        return (self.to_data + self.to_samples) / 2

    @property
    def text(self) -> str:
        """Distance of the samples and the data: "0.12 to the data, 0.13 back"."""
        if not math.isfinite(self.to_data):
            return "The samples are no longer finite numbers"
        return f"{number_text(self.to_data, 2)} to the data, {number_text(self.to_samples, 2)} back"

    def at(self, time: float) -> Array:
        """The samples (samples, numbers) at a time from 0 to 1, between two steps on the line that joins them."""
        place = min(max(time, 0.0), 1.0) * (len(self.paths) - 1)
        step = min(int(place), len(self.paths) - 2)
        share = np.float32(place - step)
        made: Array = (1 - share) * self.paths[step] + share * self.paths[step + 1]
        return made

    def images(self, time: float) -> NDArray[np.uint8]:
        """Images (samples, height, width, channels) at a time."""
        scaled = self.at(time).reshape(-1, *self.inputs.input_shape)
        pixels = self.inputs.inverse_transform(scaled) * (255.0 / getattr(self.inputs, "high", 1.0))
        made: NDArray[np.uint8] = np.nan_to_num(pixels).clip(0.0, 255.0).astype(np.uint8)
        return made

    def picture(self, plane: Plane, side: int) -> Array:
        """The samples as one picture (side, side, 1), row 0 the lowest: of images from 0 to 1, of points 0 to -1."""
        if not self.is_of_images:
            ends = plane.place(self.paths[-1])
            counts = density(ends, plane.low, plane.high, min(side, _MAX_CELLS), blur=0.0)[:, :, None]
            places: Array = -np.sqrt(np.minimum(1.0, counts / np.float32(2.0)))
            return places
        # Small ones stand in a strip that is wider than high.
        count, across = (PICTURED * PICTURED, PICTURED) if side > _SMALL else (6, 3)
        return images_picture(self.images(1.0)[:count].astype(np.float32) / np.float32(255.0), across)


def images_picture(images: Array, across: int) -> Array:
    """Images (n, height, width, channels) from 0 to 1 with gaps, amid one (side, side, 1), row 0 the lowest."""
    gray = images.mean(axis=3, keepdims=True, dtype=np.float32)
    shown = mosaic(np.pad(gray, ((0, 0), (1, 1), (1, 1), (0, 0))), across)[::-1]
    rows, columns = shown.shape[:2]
    side = max(rows, columns)
    down, left = (side - rows) // 2, (side - columns) // 2
    picture = np.zeros((side, side, 1), np.float32)
    picture[down : down + rows, left : left + columns] = np.nan_to_num(shown).clip(0.0, 1.0)
    return picture


def density(
    places: Array,
    low: tuple[float, float] | Array,
    high: tuple[float, float] | Array,
    side: int,
    blur: float = 1.5,
) -> Array:
    """Number of places (n, 2) in each cell between two corners (side, side), row 0 the lowest.

    `blur` is the deviation of a normal distribution by which each is spread, in cells.
    """
    right, up = (np.linspace(*ends, side + 1) for ends in zip(low, high, strict=True))
    there = places[np.isfinite(places).all(axis=1)]
    counts: Array = np.histogram2d(there[:, 1], there[:, 0], (up, right))[0].astype(np.float32)
    if not blur:
        return counts
    apart = np.subtract.outer(np.arange(side), np.arange(side)) / np.float32(blur)
    spread = np.exp(-np.square(apart) / 2)
    return spread @ counts @ spread


def mosaic(images: NDArray[Any], across: int) -> NDArray[Any]:
    """Images (n, height, width, channels) as one (rows, columns, channels), `across` beside each other."""
    _, height, width, channels = images.shape
    rows = images.reshape(-1, across, height, width, channels).transpose(0, 2, 1, 3, 4)
    return rows.reshape(-1, across * width, channels)


@PARTS.register
class FlowPart(SnapshotPart[float, FlowArrows]):
    """The field at a time, at which the neurons are drawn, too; of images there is none."""

    kind = "flow"
    # As often as the samples: a plot whose arrows changed with every snapshot was painted anew, in 3.5 ms.
    cost = OFTEN

    def key(self, asked: float, shown: Shown) -> object:
        return asked, shown.request.plane, FlowPathsPart.asked(shown.request)

    def take(self, asked: float, shown: Shown) -> FlowArrows | None:
        prepared, network = self.prepared, self.trainer.network
        if not prepared.task.has_time or len(prepared.data.shape) != 1:
            return None
        wish = FlowPathsPart.asked(shown.request)
        label = wish.classes[0] if wish.classes and len(wish.classes) == 1 else None
        field = field_of(network.predict, network.input_shape[0], label=label, guidance=wish.guidance)
        plane = prepared.plane_of(shown.request.plane)
        points = plane.grid(ARROWS)
        velocities = field(points, asked)
        return FlowArrows(
            asked, plane.place(points), plane.place((plane.centre + velocities).astype(np.float32))
        )


@PARTS.register
class FlowPathsPart(SnapshotPart[FlowWish, FlowPaths]):
    """Samples made of noise, in every snapshot of a task that makes some; the same until the weights change."""

    kind = "flow_paths"
    cost = OFTEN
    _last: tuple[object, FlowPaths] | None = None

    @classmethod
    def asked(cls, request: SnapshotRequest) -> FlowWish:
        found: FlowWish = request.parts.get(cls.kind, FlowWish())
        return found

    @cached_property
    def _data(self) -> tuple[Array, NDArray[np.int64]]:
        """Samples as the network has them, and their labels."""
        parts = self.prepared.train, self.prepared.test
        numbers = math.prod(self.prepared.data.shape)
        samples, labels = (
            np.concatenate([part.batch[0][:, :numbers] for part in parts]),
            np.concatenate([part.labels for part in parts]),
        )
        chosen = np.random.default_rng(0).permutation(len(samples))[:_COMPARED]
        return samples[chosen], labels[chosen]

    def take(self, asked: FlowWish, shown: Shown) -> FlowPaths | None:
        network = self.trainer.network
        if not self.prepared.task.has_time:
            return None
        key = asked, zlib.crc32(network.parameters.tobytes())
        if self._last is not None and self._last[0] == key:
            return self._last[1]
        labels = _labels(asked, self.prepared)
        paths = make_paths(self.trainer, self.prepared, asked)
        data, own = self._data
        alike = math.nan if labels is None else nearest_accuracy(paths[-1], labels, data, own)
        if labels is not None and asked.guidance:
            data = data[np.isin(own, labels)]
        outputs = self.prepared.pipeline.outputs
        assert isinstance(outputs, VelocityOutputs)
        apart = *distances_apart(paths[-1], data), coverage(paths[-1], data)
        made = FlowPaths(paths, labels, outputs.samples, asked, *apart, alike)
        self._last = key, made
        return made


def make_paths(trainer: Trainer, prepared: PreparedData, wish: FlowWish) -> Array:
    """The paths of `FlowPaths`, from the same noise for every network."""
    task, network = prepared.task, trainer.network
    assert isinstance(task, FlowMatching)
    start = task.noise((_count(prepared), math.prod(prepared.data.shape)), np.random.default_rng(0))
    label, shape = _labels(wish, prepared), network.input_shape
    with np.errstate(all="ignore"):  # a network that diverged
        return task.sample(
            network.predict, shape, start, wish.steps, wish.method, label=label, guidance=wish.guidance
        )


def _labels(wish: FlowWish, prepared: PreparedData) -> NDArray[np.int64] | None:
    """The class of each sample; None where the field knows none."""
    if not getattr(prepared.task, "conditional", False):
        return None
    known = prepared.data.n_classes
    classes = [each for each in wish.classes or () if each < known] or list(range(known))
    return np.resize(np.array(classes, np.int64), _count(prepared))


def _count(prepared: PreparedData) -> int:
    return IMAGES if len(prepared.data.shape) == 3 else POINTS
