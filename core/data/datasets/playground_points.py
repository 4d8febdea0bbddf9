"""TensorFlow Playground's four classification patterns and two of regression, with its formulas and noise.

Its labels -1 (orange) and +1 (blue) are classes 0 and 1. Source: `dataset.ts` of github.com/tensorflow/playground;
`v` below is the noise, 0 to 0.5.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ...spec import setting
from ..dataset import DATASETS
from .point_dataset import SAMPLES_HELP, PointKind

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


@DATASETS.register("gaussian")
class Gauss(PointKind):
    """Two normal clusters; their variance grows linearly from 0.5 (v = 0) to 4 (v = 0.5)."""

    kind = "gauss"
    title = "Gauss"
    summary = "Two clouds, one straight border"

    def generate(self, rng: np.random.Generator) -> Labelled:
        """Class 1 around (2, 2), class 0 around (-2, -2)."""
        variance = 0.5 + self.noise / 0.5 * 3.5
        labels = (np.arange(self.samples) < self.samples - self.samples // 2).astype(np.int64)
        centers = np.where(labels == 1, 2.0, -2.0)[:, np.newaxis]
        return centers + rng.normal(0.0, np.sqrt(variance), (self.samples, 2)), labels


@DATASETS.register("spiral")
class Spirals(PointKind):
    """Two interleaved arms r = 5 i/n, angle = turns · 2π · i/n; every point is moved by U(-1, 1) v."""

    kind = "spirals"
    title = "Spirals"
    summary = "Two arms wound around each other"

    turns: float = setting(1.75, "Turns", low=0.25, high=4.0, help="How often an arm goes around the origin")

    def generate(self, rng: np.random.Generator) -> Labelled:
        """Class 1 starts upwards (angle 0), class 0 half a turn later."""
        first = self.samples - self.samples // 2
        share = np.concatenate([np.arange(n) / n for n in (first, self.samples - first)])
        labels = (np.arange(self.samples) < first).astype(np.int64)
        radius = RADIUS * share
        angle = self.turns * 2 * np.pi * share + np.where(labels == 1, 0.0, np.pi)
        points = np.column_stack([radius * np.sin(angle), radius * np.cos(angle)])
        return points + self.noise * rng.uniform(-1.0, 1.0, points.shape), labels


Points = NDArray[np.float64]

HALF_WIDTH = 6.0


class Surface(PointKind):
    """Uniform points with a surface height as target."""

    labels = "values"

    samples: int = setting(1200, "Samples", low=10, high=20_000, help=SAMPLES_HELP)

    def height(self, points: Points) -> Points:
        """Height (n,) of the surface at points (n, 2)."""
        raise NotImplementedError

    def generate(self, rng: np.random.Generator) -> tuple[Points, Points]:
        """Uniform points (samples, 2) and the heights (samples, 1) at the moved points."""
        points = rng.uniform(-HALF_WIDTH, HALF_WIDTH, (self.samples, 2))
        moved = points + self.noise * rng.uniform(-HALF_WIDTH, HALF_WIDTH, points.shape)
        return points, self.height(moved)[:, np.newaxis]


@DATASETS.register()
class Plane(Surface):
    """The tilted plane (x₁ + x₂) / 10."""

    kind = "plane"
    title = "Plane"
    summary = "A value that grows towards one corner"

    def height(self, points: Points) -> Points:
        """(x₁ + x₂) / 10, (n,); beyond -1 to 1 in the far corners, as in the original."""
        return np.asarray(points.sum(axis=1) / 10)


@DATASETS.register("multigauss")
class MultiGauss(Surface):
    """Six cones of radius 2 with alternating signs."""

    kind = "multi_gauss"
    title = "Multi-gauss"
    summary = "Six hills and hollows"

    def height(self, points: Points) -> Points:
        """The value of largest magnitude of sign · max(0, 1 - distance/2) over six centers, (n,)."""
        centers = np.array([(x, y) for y in (2.5, -2.5) for x in (-4.0, 0.0, 4.0)])
        signs = np.array([1.0, -1.0, 1.0, -1.0, 1.0, -1.0])
        distances = np.linalg.norm(points[:, np.newaxis] - centers, axis=2)
        values = signs * np.clip(1 - distances / 2, 0.0, 1.0)
        largest = np.abs(values).argmax(axis=1)
        return np.asarray(values[np.arange(len(points)), largest])
