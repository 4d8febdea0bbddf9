"""The loss over a plane through the weights, and the path that training walked on it.

Li, Xu, Taylor, Studer and Goldstein, 2018: Visualizing the loss landscape of neural nets. Biases and the parameters of
normalizations stay as they are along random directions, as there.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from ..data.batches import Samples
from ..io.budget import OnProgress
from ..io.number_text import percent_text, rounded_text
from ..nn.network import Network, forward_flops
from ..spec.arrays import Array
from ..train.figures import Figure
from ..train.trainer import Trainer
from .subject import Subject, no_report

PlaneKind = Literal["random", "path"]
"""Two filter-normalized random directions, or the two principal components of the path."""

LANDSCAPE_POINTS: Final = 41
"""Points a side."""
_REACH = 1.0
_MARGIN = 0.35
_SAMPLES = 400
_FEWEST_SAMPLES = 64
_FLOPS = 40_000_000_000
_FEWEST_POINTS = 11
_STRIDES: Final = (8, 4, 2, 1)
_PATH_POINTS = 200
"""At most this many points of the path decide its plane: the products take seconds with more."""


@dataclass(frozen=True, eq=False)
class LossLandscape:
    """Losses (rows, columns) over the coordinates `x` (columns,) and `y` (rows,); the weights are at 0, 0.

    - `path` (moments, 2): where training went, its last point at 0, 0; (0, 2) without moments.
    - `shares`: the parts of the path's variance that the two axes explain; of random directions the part of its squared
      length that lies in the plane, and 0.
    - `here`: at the weights, and of how many training samples all losses are.
    - `share`: how much of it is done. Until then the losses between computed points are those of neighbours.
    """

    losses: Array
    x: Array
    y: Array
    path: Array
    shares: tuple[float, float]
    plane: PlaneKind
    here: Figure
    share: float = 1.0

    @property
    def sentence(self) -> str:
        """The finding, in a sentence."""
        lowest = float(np.nanmin(self.losses)) if np.isfinite(self.losses).any() else math.nan
        here, least = rounded_text(self.here.loss), rounded_text(lowest)
        found = f"The loss is {here} at the weights and at least {least} on this plane."
        if self.plane == "path" and len(self.path):
            found += f" Its axes show {percent_text(sum(self.shares))} of the way that training went."
        return found


def loss_landscape(
    subject: Subject,
    path: Sequence[Array] = (),
    plane: PlaneKind = "random",
    report: OnProgress = no_report,
    *,
    points: int = LANDSCAPE_POINTS,
    seed: int = 0,
) -> LossLandscape:
    """Evaluate the loss on a grid of a plane; `path` has earlier parameter vectors, each as `Network.parameters`.

    The picture gets finer from report to report. Large networks get fewer points and samples. Raises `ValueError` for
    the plane of a path with fewer than two different earlier moments, and for a network without weights.
    """
    trainer = subject.trainer()
    network = trainer.network
    centre = network.parameters.copy()
    if not centre.size:
        raise ValueError("The network has no weights, so there is no landscape around them.")
    walked = _walked(path, centre)
    axes, shares = _axes(network, walked, plane, seed)
    samples, points = _budget(subject, network, points)
    places = _places(walked, axes)
    # Random directions are as long as the weights, so their scale is known; a path has its own.
    x, y = _ranges(places, points) if plane == "path" else (np.linspace(-_REACH, _REACH, points),) * 2
    found = LossLandscape(
        np.full((points, points), np.nan), x, y, places, shares, plane, trainer.evaluate(samples), 0.0
    )
    return _evaluated(found, trainer, centre, axes, samples, report)


def _evaluated(
    found: LossLandscape, trainer: Trainer, centre: Array, axes: Array, samples: Samples, report: OnProgress
) -> LossLandscape:
    losses, points = found.losses, len(found.x)
    done = np.zeros(losses.shape, bool)
    for count, (row, column, stride) in enumerate(_order(points)):
        if not done[row, column]:
            moved = centre + found.x[column] * axes[0] + found.y[row] * axes[1]
            trainer.network.parameters[...] = moved
            trainer.network.prune_links()
            loss = trainer.evaluate(samples).loss
            value = loss if math.isfinite(loss) else math.inf
            # Neighbours that were not computed show the nearest one that was.
            block = losses[row : row + stride, column : column + stride]
            block[~done[row : row + stride, column : column + stride]] = value
            losses[row, column], done[row, column] = value, True
        if count % points == 0:
            report(replace(found, losses=losses.copy(), share=float(done.mean())))
    return replace(found, share=1.0)


def _order(points: int) -> Iterator[tuple[int, int, int]]:
    """Row, column and stride of every point, coarse ones first; some come several times."""
    for stride in _STRIDES:
        for row in range(0, points, stride):
            for column in range(0, points, stride):
                yield row, column, stride


def _walked(path: Sequence[Array], centre: Array) -> Array:
    """Steps from the weights to earlier ones, (moments, parameters), the weights themselves last."""
    fitting = [each for each in path if each.shape == centre.shape and np.isfinite(each).all()]
    if len(fitting) > _PATH_POINTS:
        fitting = [fitting[int(at)] for at in np.linspace(0, len(fitting) - 1, _PATH_POINTS)]
    if not fitting:
        return np.zeros((0, centre.size))
    return np.array([each - centre for each in (*fitting, centre)], np.float64)


def _axes(network: Network, walked: Array, plane: PlaneKind, seed: int) -> tuple[Array, tuple[float, float]]:
    """Two directions (2, parameters), and the shares of the path that they explain."""
    if plane == "random":
        rng = np.random.default_rng(seed)
        axes = np.array([_filter_normalized(network, rng) for _ in range(2)])
        return axes, (_share_in(walked, axes), 0.0)
    if len(np.unique(np.round(np.linalg.norm(walked, axis=1), 12))) < 3:
        raise ValueError(
            "The plane of the path needs at least two earlier moments of this run: train for some epochs first."
        )
    # The small product of moments with moments has the same singular vectors as that of all parameters.
    values, vectors = np.linalg.eigh(walked @ walked.T)
    largest = np.maximum(values[::-1][:2], 0.0)
    axes = vectors[:, ::-1][:, :2].T @ walked
    lengths = np.linalg.norm(axes, axis=1, keepdims=True)
    if lengths[1, 0] < 1e-9 * lengths[0, 0]:
        axes[1] = _across(network, axes[0], seed)
        lengths[1] = np.linalg.norm(axes[1])
    total = max(float(np.maximum(values, 0.0).sum()), np.finfo(float).tiny)
    first, second = (float(value) / total for value in largest)
    return axes / np.maximum(lengths, np.finfo(float).tiny), (first, second)


def _across(network: Network, axis: Array, seed: int) -> Array:
    """A random direction at a right angle to `axis`, for a path along a straight line."""
    other = _filter_normalized(network, np.random.default_rng(seed))
    across: Array = other - axis * (other @ axis) / (axis @ axis)
    return across


def _filter_normalized(network: Network, rng: np.random.Generator) -> Array:
    """A random direction whose filters are as long as those of the weights; (parameters,)."""
    direction = Network(network.layers, network.input_shape, seed=None)
    for mine, views in zip(direction.weights, network.weights, strict=True):
        for name, weights in views.items():
            if weights.ndim < 2 or not np.shares_memory(mine[name], direction.parameters):
                continue
            drawn = rng.normal(size=weights.shape)
            axes = tuple(range(weights.ndim - 1))
            sizes = np.sqrt(np.square(weights, dtype=np.float64).sum(axis=axes))
            drawn *= sizes / np.maximum(np.sqrt(np.square(drawn).sum(axis=axes)), 1e-12)
            mine[name][...] = drawn
    return direction.parameters.astype(np.float64)


def _share_in(walked: Array, axes: Array) -> float:
    """The share of the path's squared length that lies in the plane."""
    whole = float(np.square(walked).sum())
    inside = float(np.square(_places(walked, axes) @ axes).sum()) if len(walked) else 0.0
    return inside / whole if whole > 0.0 else 0.0


def _places(walked: Array, axes: Array) -> Array:
    """The nearest points of the plane, (moments, 2); its axes need not be at right angles."""
    if not len(walked):
        return np.zeros((0, 2))
    found: Array = np.linalg.lstsq(axes @ axes.T, axes @ walked.T, rcond=None)[0].T
    return found


def _ranges(places: Array, points: int) -> tuple[Array, Array]:
    """Coordinates of a square around all places, each axis with its own scale."""
    low, high = places.min(axis=0), places.max(axis=0)
    span = np.maximum(high - low, 0.1 * max(1e-6, float((high - low).max())))
    middle = 0.5 * (low + high)
    reach = (0.5 + _MARGIN) * span
    return (
        np.linspace(middle[0] - reach[0], middle[0] + reach[0], points),
        np.linspace(middle[1] - reach[1], middle[1] + reach[1], points),
    )


def _budget(subject: Subject, network: Network, points: int) -> tuple[Samples, int]:
    """Training samples, evenly over all, and points a side: fewer of both for large networks."""
    flops = forward_flops(network)
    affordable = _FLOPS // (flops * points * points)
    count = max(_FEWEST_SAMPLES, min(_SAMPLES, affordable))
    least = min(points, _FEWEST_POINTS)
    points = max(least, min(points, math.isqrt(max(1, _FLOPS // (flops * count)))))
    # Odd, so that the weights themselves are a point.
    points -= 1 - points % 2
    return subject.prepared.train.evenly(count), points
