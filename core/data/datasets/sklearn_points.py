"""scikit-learn's point patterns, scaled to TensorFlow Playground's range.

Noise `v` moves every point by a normal deviation of 3 v per axis; for moons this is `make_moons(noise=v)`.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from ...spec import setting
from ..dataset import DATASETS
from .point_dataset import PointKind, noise_setting
from .sklearn_import import sklearn_datasets

Labelled = tuple[NDArray[np.float64], NDArray[np.int64]]

NOISE_SCALE = 3.0


class _SklearnPoints(PointKind):
    uses_sklearn: ClassVar[bool] = True


@DATASETS.register()
class Moons(_SklearnPoints):
    """Two interlocking half circles of radius 3."""

    kind = "moons"
    title = "Moons"
    summary = "Two half circles that interlock"

    noise: float = noise_setting(0.1)

    def generate(self, rng: np.random.Generator) -> Labelled:
        """scikit-learn's moons, centred and scaled by 3."""
        points, labels = sklearn_datasets().make_moons(self.samples, shuffle=False)
        return _moved(3.0 * (points - (0.5, 0.25)), self.noise, rng), labels


@DATASETS.register()
class Circles(_SklearnPoints):
    """Two thin rings of radius 4.5 (class 0) and 2.25 (class 1)."""

    kind = "circles"
    title = "Circles"
    summary = "A thin ring inside another, scikit-learn's circles"

    noise: float = noise_setting(0.1)

    def generate(self, rng: np.random.Generator) -> Labelled:
        """scikit-learn's circles, scaled by 4.5."""
        points, labels = sklearn_datasets().make_circles(self.samples, shuffle=False, factor=0.5)
        return _moved(4.5 * points, self.noise, rng), labels


@DATASETS.register()
class Blobs(_SklearnPoints):
    """Round clusters, one per class, evenly spaced on a circle; the seed rotates them."""

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
        """Clusters of deviation 0.4 before noise, on a circle of radius 4."""
        # Random centers, scikit-learn's default, often overlap.
        angles = 2 * np.pi * (rng.uniform() + np.arange(self.centers) / self.centers)
        centers = 4.0 * np.column_stack([np.cos(angles), np.sin(angles)])
        points, labels = sklearn_datasets().make_blobs(
            self.samples, centers=centers, cluster_std=0.4, shuffle=False, random_state=_seed(rng)
        )
        return _moved(points, self.noise, rng), labels


@DATASETS.register("quantiles")
class GaussianQuantiles(_SklearnPoints):
    """A normal cluster, divided into nested rings of equally many points."""

    kind = "gaussian_quantiles"
    title = "Quantiles"
    summary = "Nested rings of one cloud"

    classes: int = setting(3, "Classes", low=2, high=10, help="The number of rings")

    @property
    def n_classes(self) -> int:
        """One class per ring."""
        return self.classes

    def generate(self, rng: np.random.Generator) -> Labelled:
        """A cluster of deviation 1.8 around the origin; class 0 is the innermost."""
        points, labels = sklearn_datasets().make_gaussian_quantiles(
            cov=1.8**2, n_samples=self.samples, n_classes=self.classes, shuffle=False, random_state=_seed(rng)
        )
        return _moved(points, self.noise, rng), labels


def _moved(points: NDArray[np.float64], noise: float, rng: np.random.Generator) -> NDArray[np.float64]:
    return points + NOISE_SCALE * noise * rng.standard_normal(points.shape)


def _seed(rng: np.random.Generator) -> int:
    """A `random_state` for scikit-learn, below 2**32."""
    return int(rng.integers(2**32))
