"""TensorFlow Playground's patterns with its formulas and noise; its clouds and hills are choices of `Blobs`.

Its labels -1 (orange) and +1 (blue) are classes 0 and 1. Source: `dataset.ts` of github.com/tensorflow/playground;
`v` below is the noise, 0 to 0.5.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...spec import setting
from ..dataset import DATASETS
from .point_dataset import SAMPLES_HELP, PointKind, spread_points

Labelled = tuple[NDArray[np.float64], NDArray[np.int64]]

RADIUS = 5.0


@DATASETS.register()
class Circle(PointKind):
    """A disc of radius 2.5 in a ring from 3.5 to 5; labels are those of points moved by U(-5, 5) v."""

    kind = "circle"
    title = "Disc"
    summary = "A full disc inside a ring, the Circle of TensorFlow Playground"

    def generate(self, rng: np.random.Generator) -> Labelled:
        """Half the points in the disc (class 1), half in the ring (class 0)."""
        inside = self.samples - self.samples // 2
        radius = np.concatenate(
            [rng.uniform(0.0, 0.5 * RADIUS, inside), rng.uniform(0.7 * RADIUS, RADIUS, self.samples - inside)]
        )
        angle = rng.uniform(0.0, 2 * np.pi, self.samples)
        points = np.column_stack([radius * np.sin(angle), radius * np.cos(angle)])
        labelled = points + self.noise * rng.uniform(-RADIUS, RADIUS, points.shape)
        # "<" as in the original; without noise every disc point is strictly inside.
        return points, (np.hypot(labelled[:, 0], labelled[:, 1]) < 0.5 * RADIUS).astype(np.int64)


@DATASETS.register()
class Xor(PointKind):
    """Class 1 where x₁ and x₂ have the same sign; labels are those of points moved by U(-5, 5) v."""

    kind = "xor"
    title = "XOR"
    summary = "Opposite quarters belong together"

    def generate(self, rng: np.random.Generator) -> Labelled:
        """Uniform points, moved 0.3 away from both axes."""
        padding = 0.3
        points = rng.uniform(-RADIUS, RADIUS, (self.samples, 2))
        points += np.where(points > 0, padding, -padding)
        labelled = points + self.noise * rng.uniform(-RADIUS, RADIUS, points.shape)
        return points, (labelled[:, 0] * labelled[:, 1] >= 0).astype(np.int64)


@DATASETS.register("spiral")
class Spirals(PointKind):
    """Two interleaved arms r = 5 i/n, angle = turns · 2π · i/n; every point is moved by U(-1, 1) v."""

    kind = "spirals"
    title = "Spirals"
    summary = "Two arms wound around each other"

    turns: float = setting(1.75, "Turns", "How often an arm goes around the origin", low=0.25, high=4.0)

    def generate(self, rng: np.random.Generator) -> Labelled:
        """Class 1 starts upwards (angle 0), class 0 half a turn later."""
        first = self.samples - self.samples // 2
        share = np.concatenate([np.arange(n) / n for n in (first, self.samples - first)])
        labels = (np.arange(self.samples) < first).astype(np.int64)
        radius = RADIUS * share
        angle = self.turns * 2 * np.pi * share + np.where(labels == 1, 0.0, np.pi)
        points = np.column_stack([radius * np.sin(angle), radius * np.cos(angle)])
        return points + self.noise * rng.uniform(-1.0, 1.0, points.shape), labels


@DATASETS.register()
class Plane(PointKind):
    """The tilted plane (x₁ + x₂) / 10 over uniform points, of which each is moved by U(-6, 6) v for its value."""

    kind = "plane"
    title = "Plane"
    summary = "A value that grows towards one corner"
    n_classes = 0

    samples: int = setting(1200, "Samples", SAMPLES_HELP, low=10, high=20_000)

    def generate(self, rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Points (samples, 2) and values (samples, 1); beyond -1 to 1 in the far corners, as in the original."""
        points, moved = spread_points(self.samples, self.noise, rng)
        return points, np.asarray(moved.sum(axis=1, keepdims=True) / 10)
