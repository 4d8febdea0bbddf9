"""Base of all generators of points in the plane."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ...spec import setting
from ..dataset import Data, Dataset, DatasetInfo

SAMPLES_HELP = "How many samples there are. More show the pattern better, and an epoch takes longer"


def noise_setting(default: float) -> Any:
    """The noise of a generator, from 0 to 0.5 (hardly any structure left)."""
    return setting(
        default, "Noise", "How far points or labels stray from the ideal pattern", low=0.0, high=0.5
    )


class PointKind(Dataset):
    """A pattern of labelled points within about -6 to 6 on both axes."""

    family: ClassVar[str] = "points"

    samples: int = setting(500, "Samples", SAMPLES_HELP, low=10, high=20_000)
    noise: float = noise_setting(0.0)

    @property
    def n_classes(self) -> int:
        """Number of generated classes; 0 for values."""
        return 2

    def info(self) -> DatasetInfo:
        """Two coordinates, and the generator's classes or one value."""
        return DatasetInfo((2,), "classes" if self.n_classes else "values", self.n_classes or 1)

    def generate(self, rng: np.random.Generator) -> tuple[NDArray[np.float64], NDArray[Any]]:
        """Points (samples, 2), and class numbers (samples,) or values (samples, 1), in any order."""
        raise NotImplementedError

    def load(self, seed: int) -> Data:
        """Generate the points with a seeded generator and shuffle them."""
        rng = np.random.default_rng(seed)
        points, targets = self.generate(rng)
        order = rng.permutation(len(points))
        info, names = self.info(), tuple(map(str, range(self.n_classes)))
        if not names:
            targets = targets.astype(np.float32)
        return Data(points[order].astype(np.float32), targets[order], info.labels, names, ("x₁", "x₂"))


def spread_points(
    samples: int, noise: float, rng: np.random.Generator
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Uniform points (samples, 2) within -6 to 6, and moved by U(-6, 6) noise, where their value is measured."""
    points = rng.uniform(-6.0, 6.0, (samples, 2))
    return points, points + noise * rng.uniform(-6.0, 6.0, points.shape)
