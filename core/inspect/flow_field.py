"""The field of velocities of flow matching over a plane of points, and noise that moves along it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from core.data.plane import Plane
from core.experiment.prepare import PreparedData
from core.inspect.snapshot import OFTEN, PARTS, Shown, SnapshotPart
from core.spec.arrays import Array
from core.train.metrics import distances_apart
from core.train.tasks.flow_matching import FlowMatching
from core.train.trainer import Trainer

ARROWS: Final = 20
"""Along each side of the plane."""
POINTS: Final = 300
STEPS: Final = 20
_COMPARED: Final = 1_000
"""The most points of the data that the distance is measured to: 300 x 1,000 take 1 ms."""


@dataclass(frozen=True, eq=False)
class FlowArrows:
    """`places` and `velocities` (ARROWS², 2), at a time from 0 to 1."""

    time: float
    places: Array
    velocities: Array


@dataclass(frozen=True, eq=False)
class FlowPaths:
    """The same noise at every moment: where it is at equal steps from time 0 to 1.

    - `paths` (STEPS + 1, POINTS, 2).
    - `to_data`, `to_samples`: mean distance of the samples to the nearest point of the data, and back.
    """

    paths: Array
    to_data: float
    to_samples: float

    def at(self, time: float) -> Array:
        """The points (POINTS, 2) at a time from 0 to 1, between two steps on the line that joins them."""
        place = min(max(time, 0.0), 1.0) * (len(self.paths) - 1)
        step = min(int(place), len(self.paths) - 2)
        share = np.float32(place - step)
        points: Array = (1 - share) * self.paths[step] + share * self.paths[step + 1]
        return points

    def density(self, plane: Plane, side: int) -> Array:
        """How many samples are in each cell of the plane (side, side, 1), row 0 the lowest; 0 to -1 for most."""
        right, up = (
            np.linspace(low, high, side + 1) for low, high in zip(plane.low, plane.high, strict=True)
        )
        samples = self.paths[-1][np.isfinite(self.paths[-1]).all(axis=1)]
        counts = np.histogram2d(samples[:, 1], samples[:, 0], (up, right))[0]
        density: Array = (-np.minimum(1.0, counts / 2.0)[:, :, None]).astype(np.float32)
        return density


def has_flow(prepared: PreparedData) -> bool:
    """Whether the field of these data can be drawn."""
    return prepared.task.has_time and prepared.data.shape == (2,)


@PARTS.register
class FlowPart(SnapshotPart[float, FlowArrows]):
    """The field at a time, at which the neurons are drawn, too."""

    kind = "flow"

    def take(self, asked: float, shown: Shown) -> FlowArrows | None:
        if not has_flow(self.prepared):
            return None
        places = self.prepared.plane.grid(ARROWS)
        inputs = self.prepared.plane_inputs(places, asked)
        return FlowArrows(asked, places, self.trainer.network.predict(inputs).copy())


@PARTS.register
class FlowPathsPart(SnapshotPart[bool, FlowPaths]):
    """Samples made of noise."""

    kind = "flow_paths"
    cost = OFTEN

    def __init__(self, trainer: Trainer, prepared: PreparedData) -> None:
        super().__init__(trainer, prepared)
        points = np.concatenate([prepared.train_points, prepared.test_points])
        chosen = np.random.default_rng(0).permutation(len(points))[:_COMPARED]
        self._data = points[chosen]

    def take(self, asked: bool, shown: Shown) -> FlowPaths | None:
        task, network = self.prepared.task, self.trainer.network
        if not has_flow(self.prepared) or not isinstance(task, FlowMatching):
            return None
        start = task.noise((POINTS, 2), np.random.default_rng(shown.experiment.seed))
        with np.errstate(all="ignore"):  # a network that diverged
            paths = task.sample(network.predict, network.input_shape, start, STEPS, "heun")
            return FlowPaths(paths, *distances_apart(paths[-1], self._data))
