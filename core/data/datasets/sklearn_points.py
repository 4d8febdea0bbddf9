"""scikit-learn's point patterns, scaled to TensorFlow Playground's range.

The first that a window shows are made here: importing scikit-learn takes a second. They are equal to its own.

Noise `v` moves every point by a normal deviation of 3 v per axis; for moons this is `make_moons(noise=v)`.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ...spec import Former, setting
from ..dataset import DATASETS
from .point_dataset import PointKind, noise_setting, spread_points
from .sklearn_tables import sklearn_datasets

Labelled = tuple[NDArray[np.float64], NDArray[np.int64]]

NOISE_SCALE = 3.0


@DATASETS.register()
class Moons(PointKind):
    """Two interlocking half circles of radius 3."""

    kind = "moons"
    title = "Moons"
    summary = "Two half circles that interlock"

    noise: float = noise_setting(0.1)

    def generate(self, rng: np.random.Generator) -> Labelled:
        """scikit-learn's moons, centred and scaled by 3."""
        first, second = _halves(self.samples)
        outer, inner = (np.linspace(0, np.pi, count) for count in (first, second))
        x = np.append(np.cos(outer), 1 - np.cos(inner))
        y = np.append(np.sin(outer), 1 - np.sin(inner) - 0.5)
        return _moved(3.0 * (np.column_stack([x, y]) - (0.5, 0.25)), self.noise, rng), _labels(first, second)


@DATASETS.register()
class Circles(PointKind):
    """Two thin rings of radius 4.5 (class 0) and 2.25 (class 1)."""

    kind = "circles"
    title = "Circles"
    summary = "A thin ring inside another, scikit-learn's circles"

    noise: float = noise_setting(0.1)

    def generate(self, rng: np.random.Generator) -> Labelled:
        """scikit-learn's circles, scaled by 4.5."""
        first, second = _halves(self.samples)
        outer, inner = (np.linspace(0, 2 * np.pi, count, endpoint=False) for count in (first, second))
        x = np.append(np.cos(outer), 0.5 * np.cos(inner))
        y = np.append(np.sin(outer), 0.5 * np.sin(inner))
        return _moved(4.5 * np.column_stack([x, y]), self.noise, rng), _labels(first, second)


_PAIR = Former({"form": "pair", "noise": 0.0})
_HILLS = Former({"form": "hills", "noise": 0.0, "samples": 1200})


@DATASETS.register(was={"gauss": _PAIR, "gaussian": _PAIR, "multi_gauss": _HILLS, "multigauss": _HILLS})
class Blobs(PointKind):
    """Round clusters, one per class, evenly spaced on a circle that the seed rotates; or two of TensorFlow Playground.

    These are a "pair" of normal clusters, whose variance grows linearly from 0.5 (v = 0) to 4 (v = 0.5), and "hills":
    six cones of radius 2 with alternating signs, whose height is the value. Source: `dataset.ts` as in
    `playground_points`.
    """

    kind = "blobs"
    title = "Blobs"
    summary = "Clouds, one per class, or hills and hollows"

    noise: float = noise_setting(0.1)
    centers: int = setting(2, "Centers", "The number of clouds on a ring, and so of classes", low=2, high=10)
    form: str = setting(
        "ring",
        "Form",
        "Clouds on a ring, two clouds with one straight border, or six hills and hollows, whose height is asked.",
        choices=("ring", "pair", "hills"),
    )

    @property
    def n_classes(self) -> int:
        """One class per cloud."""
        return {"ring": self.centers, "pair": 2, "hills": 0}[self.form]

    @property
    def idle(self) -> frozenset[str]:
        return frozenset() if self.form == "ring" else frozenset({"centers"})

    def generate(self, rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[Any]]:
        """On a ring of radius 4, clusters of deviation 0.4 before noise; of a pair, class 1 is around (2, 2)."""
        if self.form == "hills":
            points, moved = spread_points(self.samples, self.noise, rng)
            return points, self.height(moved)[:, np.newaxis]
        if self.form == "pair":
            labels = np.repeat([1, 0], _halves(self.samples)[::-1])
            centers = np.where(labels == 1, 2.0, -2.0)[:, np.newaxis]
            deviation = np.sqrt(0.5 + self.noise / 0.5 * 3.5)
            return centers + rng.normal(0.0, deviation, (self.samples, 2)), labels
        # Random centers, scikit-learn's default, often overlap.
        angles = 2 * np.pi * (rng.uniform() + np.arange(self.centers) / self.centers)
        corners = 4.0 * np.column_stack([np.cos(angles), np.sin(angles)])
        labels = np.sort(np.arange(self.samples) % self.centers)
        points = np.random.RandomState(_seed(rng)).normal(corners[labels], 0.4)
        return _moved(points, self.noise, rng), labels

    @staticmethod
    def height(points: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of hills, the value of largest magnitude of sign · max(0, 1 - distance/2) over six centers, (n,)."""
        centers = np.array([(x, y) for y in (2.5, -2.5) for x in (-4.0, 0.0, 4.0)])
        distances = np.linalg.norm(points[:, np.newaxis] - centers, axis=2)
        values = np.array([1.0, -1.0] * 3) * np.clip(1 - distances / 2, 0.0, 1.0)
        return np.asarray(values[np.arange(len(points)), np.abs(values).argmax(axis=1)])


@DATASETS.register("quantiles")
class GaussianQuantiles(PointKind):
    """A normal cluster, divided into nested rings of equally many points."""

    kind = "gaussian_quantiles"
    title = "Quantiles"
    summary = "Nested rings of one cloud"
    uses_sklearn: ClassVar[bool] = True

    classes: int = setting(3, "Classes", "The number of rings", low=2, high=10)

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


def _halves(samples: int) -> tuple[int, int]:
    return samples // 2, samples - samples // 2


def _labels(first: int, second: int) -> NDArray[np.int64]:
    return np.repeat(np.arange(2), (first, second))


def _moved(points: NDArray[np.float64], noise: float, rng: np.random.Generator) -> NDArray[np.float64]:
    return points + NOISE_SCALE * noise * rng.standard_normal(points.shape)


def _seed(rng: np.random.Generator) -> int:
    """A `random_state` for scikit-learn, below 2**32."""
    return int(rng.integers(2**32))
