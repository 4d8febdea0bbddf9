"""scikit-learn's patterns of points, enlarged to TensorFlow Playground's window so that all patterns share one scale.

Noise `v` moves every point by a normal deviation of 3 v per axis; for moons this is `make_moons(noise=v)`. The points
are scikit-learn's to the last bit, made without it: its import takes longer than the start of the program may.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.data.dataset import DATASETS
from core.data.datasets.point_dataset import PointKind, noise_setting
from core.spec import setting

__all__ = ["Blobs", "Circles", "GaussianQuantiles", "Moons"]

Labelled = tuple[NDArray[np.float64], NDArray[np.int64]]

NOISE_SCALE = 3.0


@DATASETS.register()
@dataclass(frozen=True)
class Moons(PointKind):
    """Two half circles of radius 3 that reach into each other."""

    kind = "moons"
    title = "Moons"
    summary = "Two half circles that interlock"

    noise: float = noise_setting(0.1)

    def generate(self, rng: np.random.Generator) -> Labelled:
        """scikit-learn's moons around the origin, three times as large."""
        labels = _halves(self.samples)
        outer, inner = (np.linspace(0, np.pi, count) for count in np.bincount(labels))
        x = np.append(np.cos(outer), 1 - np.cos(inner))
        y = np.append(np.sin(outer), 1 - np.sin(inner) - 0.5)
        points = np.column_stack([x, y])
        return _moved(3.0 * (points - (0.5, 0.25)), self.noise, rng), labels


@DATASETS.register()
@dataclass(frozen=True)
class Circles(PointKind):
    """Two thin rings of radius 4.5 (class 0) and 2.25 (class 1)."""

    kind = "circles"
    title = "Circles"
    summary = "A thin ring inside another"

    noise: float = noise_setting(0.1)

    def generate(self, rng: np.random.Generator) -> Labelled:
        """scikit-learn's circles, four and a half times as large."""
        labels = _halves(self.samples)
        angles = np.concatenate(
            [np.linspace(0, 2 * np.pi, count, endpoint=False) for count in np.bincount(labels)]
        )
        points = np.column_stack([np.cos(angles), np.sin(angles)]) * np.where(labels == 0, 1.0, 0.5)[:, None]
        return _moved(4.5 * points, self.noise, rng), labels


@DATASETS.register()
@dataclass(frozen=True)
class Blobs(PointKind):
    """Round clouds, one per class, evenly spaced around the origin; the seed turns the wheel."""

    kind = "blobs"
    title = "Blobs"
    summary = "One cloud per class"

    noise: float = noise_setting(0.1)
    centers: int = setting(2, "Centers", low=2, high=10, help="The number of clouds, and so of classes")

    @property
    def n_classes(self) -> int:
        """One class per center."""
        return self.centers

    def generate(self, rng: np.random.Generator) -> Labelled:
        """Clouds of deviation 0.4 before noise, on a circle of radius 4."""
        # Random centers, scikit-learn's default, often fall on each other: a lesson lost to chance.
        angles = 2 * np.pi * (rng.uniform() + np.arange(self.centers) / self.centers)
        centers = 4.0 * np.column_stack([np.cos(angles), np.sin(angles)])
        each, rest = divmod(self.samples, self.centers)
        counts = [each + (number < rest) for number in range(self.centers)]
        legacy = _legacy(rng)
        clouds = [
            legacy.normal(center, 0.4, (count, 2)) for center, count in zip(centers, counts, strict=True)
        ]
        points, labels = np.concatenate(clouds), np.repeat(np.arange(self.centers), counts)
        return _moved(points, self.noise, rng), labels


@DATASETS.register("quantiles")
@dataclass(frozen=True)
class GaussianQuantiles(PointKind):
    """One normal cloud, cut into nested rings that hold equally many points each."""

    kind = "gaussian_quantiles"
    title = "Quantiles"
    summary = "Nested rings of one cloud"

    classes: int = setting(3, "Classes", low=2, high=10, help="The number of rings")

    @property
    def n_classes(self) -> int:
        """One class per ring."""
        return self.classes

    def generate(self, rng: np.random.Generator) -> Labelled:
        """A cloud of deviation 1.8 around the origin; class 0 is the innermost."""
        points = _legacy(rng).multivariate_normal(np.zeros(2), 1.8**2 * np.identity(2), (self.samples,))
        points = points[np.argsort(np.sum(points**2, axis=1))]
        # What is left over belongs to the outermost ring.
        labels = np.minimum(np.arange(self.samples) // (self.samples // self.classes), self.classes - 1)
        return _moved(points, self.noise, rng), labels


def _moved(points: NDArray[np.float64], noise: float, rng: np.random.Generator) -> NDArray[np.float64]:
    return points + NOISE_SCALE * noise * rng.standard_normal(points.shape)


def _halves(samples: int) -> NDArray[np.int64]:
    """Two classes, one behind the other; the second has the odd one."""
    return np.repeat(np.arange(2), [samples // 2, samples - samples // 2])


def _legacy(rng: np.random.Generator) -> np.random.RandomState:
    """The generator that scikit-learn makes of a seed, which is a number below 2**32."""
    return np.random.RandomState(int(rng.integers(2**32)))
