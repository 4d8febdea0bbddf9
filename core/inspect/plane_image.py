"""Outputs over a plane at the pixels of a plot, with the decision line, of one network or of several that vote.

A grid of outputs is enlarged before squashing: probabilities saturate, so that between the points of a grid their
boundary would be a row of steps and beads, while the values behind them are smooth.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from ..spec.arrays import Array

PlaneKind = Literal["signed", "classes", "values"]
"""Outputs are one signed value for two classes, a probability per class, or values without a decision."""

_CERTAIN: Final = np.float32(1.0 - 1e-7)
_IMPOSSIBLE: Final = np.float32(1e-7)
_FAR: Final = 1e30
_BLOCK_PX: Final = 48
_LINE_PX: Final = (1.3, 2.0)
_LINE_PER_PX: Final = 1 / 500
"""Width of the decision line: between these limits, growing with the image."""


@dataclass(frozen=True, eq=False)
class PlaneImage:
    """One number per pixel of a square; row 0 is the lowest, and pixel centers lie at (index + 0.5) / side.

    - `values` (side, side): the signed output, the probability of the predicted class, or a value.
    - `labels` (side, side): the predicted classes, for several outputs.
    - `line`: indices into the flat image and the cover 0 … 1 of the decision line in these pixels.
    - `is_final`: whether no finer one follows at rest.
    """

    values: Array
    labels: NDArray[np.int16] | None = None
    line: tuple[NDArray[np.intp], Array] | None = None
    is_final: bool = False

    @property
    def side(self) -> int:
        return len(self.values)


_DASHES_ACROSS = 40


def pixel_centers(low: float, high: float, side: int) -> Array:
    """Coordinates (side,) of the pixels between two edges, float64."""
    return low + (np.arange(side) + 0.5) * ((high - low) / side)


def image_of(outputs: Array, kind: PlaneKind) -> PlaneImage:
    """The image of outputs (side, side, outputs) predicted at pixel centers."""
    field, is_log = _smooth_field(outputs, kind)
    return _image(field, kind, is_log=is_log, is_final=True)


def enlarged(outputs: Array, side: int, kind: PlaneKind, *, is_final: bool = False) -> PlaneImage:
    """The image of outputs (grid, grid, outputs) on a grid from edge to edge, interpolated to `side` pixels."""
    field, is_log = _smooth_field(outputs, kind)
    made = np.empty((len(field), side, side), np.float32)
    for plane, given in zip(made, field, strict=True):
        _enlarge(given, plane)
    return _image(made, kind, is_log=is_log, is_final=is_final)


def _smooth_field(outputs: Array, kind: PlaneKind) -> tuple[Array, bool]:
    """Outputs (rows, columns, outputs) before squashing, (outputs, rows, columns), and whether they are logarithms.

    Of values only the first.
    """
    if kind == "classes":
        planes = np.ascontiguousarray(_finite(outputs).transpose(2, 0, 1))
        if planes.min(initial=0.0) < 0.0:  # outputs without softmax
            return planes, False
        return np.log(np.maximum(planes, _IMPOSSIBLE)), True
    plane = _finite(outputs[:, :, 0])
    if kind == "signed":
        plane = np.arctanh(np.clip(plane, -_CERTAIN, _CERTAIN))
    return plane[None], False


def _finite(values: Array) -> Array:
    """Values as float32 that can be interpolated without overflow."""
    kept: Array = np.clip(np.nan_to_num(values), -_FAR, _FAR).astype(np.float32, copy=False)
    return kept


def _image(field: Array, kind: PlaneKind, *, is_log: bool, is_final: bool) -> PlaneImage:
    if kind == "values":
        return PlaneImage(field[0], is_final=is_final)
    if kind == "signed":
        signed = field[0]
        line = decision_line(signed, is_draft=not is_final)
        return PlaneImage(np.tanh(signed), line=line, is_final=is_final)
    best, second, labels = _best_two(field)
    values = np.minimum(np.exp(best), 1.0) if is_log else best
    line = decision_line(best - second, labels, is_draft=not is_final)
    return PlaneImage(values, labels, line, is_final)


def _best_two(field: Array) -> tuple[Array, Array, NDArray[np.int16]]:
    """The largest and the second largest of (classes, rows, columns), and the class of the largest."""
    best, labels = field[0].copy(), np.zeros(field.shape[1:], np.int16)
    second = np.full_like(best, -np.inf)
    for number in range(1, len(field)):  # faster than argmax or partition over a short axis
        given = field[number]
        larger = given > best
        np.maximum(second, np.minimum(best, given), out=second)
        labels[larger] = number
        np.maximum(best, given, out=best)
    return best, second, labels


def decision_line(
    margins: Array, labels: NDArray[np.int16] | None = None, *, is_draft: bool = False
) -> tuple[NDArray[np.intp], Array]:
    """Flat indices of the pixels on the line between labels (rows, columns), and its cover of each, 0 … 1.

    `margins` (rows, columns) are 0 on the line, by which it is placed between pixel centers; without labels their signs
    are the labels. A draft leaves out pixels that the line hardly touches, which halves the time.
    """
    near = _changes(margins > 0.0 if labels is None else labels)
    at: NDArray[np.intp] = np.flatnonzero(near if is_draft else _dilated(near))
    columns = margins.shape[1]
    down, across = np.divmod(at, columns)
    flat = margins.ravel()
    own = flat.take(at)
    # One at a time: each is an array of the size of the line.
    sideways = _steepest(flat, labels, own, at, at - (across > 0), at + (across < columns - 1))
    upwards = _steepest(
        flat, labels, own, at, at - columns * (down > 0), at + columns * (down < len(margins) - 1)
    )
    sizes = np.abs(own)
    # Ten pixels are as far as any distance.
    steepest = np.maximum(np.hypot(sideways, upwards), np.maximum(0.1 * sizes, np.finfo(np.float32).tiny))
    distances = sizes / steepest
    width = min(_LINE_PX[1], max(_LINE_PX[0], columns * _LINE_PER_PX))
    cover = np.clip(0.5 * width + 0.5 - distances, 0.0, 1.0).astype(np.float32)
    seen = cover > 0.0
    return at[seen], cover[seen]


def line_dashes(places: NDArray[np.intp], cover: Array, side: int) -> Array:
    """A decision line as dashes (n, 4), x and y of both ends from 0 to 1, y upwards: one per square that it crosses."""
    down, across = np.divmod(places[cover > 0.5], side)
    cell = side / _DASHES_ACROSS
    of = (down // cell).astype(np.intp) * _DASHES_ACROSS + (across // cell).astype(np.intp)
    squares, numbers, counts = np.unique(of, return_inverse=True, return_counts=True)

    def mean(values: Array) -> Array:
        means: Array = np.bincount(numbers, values, len(squares)) / counts
        return means

    x, y = mean(across), mean(down)
    xx, yy, xy = (mean((a - b[numbers]) * (c - d[numbers])) for a, b, c, d in (
        (across, x, across, x), (down, y, down, y), (across, x, down, y)
    ))  # fmt: skip
    # The direction in which the pixels of a square are spread most.
    angle = 0.5 * np.arctan2(2.0 * xy, xx - yy)
    half = 0.3 * cell
    dx, dy = half * np.cos(angle), half * np.sin(angle)
    long = counts > 0.5 * cell  # a corner that the line only touches has none
    found: Array = (np.stack([x - dx, y - dy, x + dx, y + dy], axis=1)[long] + 0.5) / side
    return found


def _steepest(
    flat: Array, labels: NDArray[np.int16] | None, own: Array, at: NDArray[np.intp], *others: NDArray[np.intp]
) -> Array:
    """The largest difference of margins from those of other pixels; beyond the line margins count as negative."""
    found = np.zeros_like(own)
    for other in others:
        values = flat.take(other)
        if labels is not None:
            names = labels.ravel()
            np.negative(values, out=values, where=names.take(other) != names.take(at))
        np.subtract(own, values, out=values)
        np.maximum(found, np.abs(values, out=values), out=found)
    return found


def _changes(labels: NDArray[np.bool_ | np.int16]) -> NDArray[np.bool_]:
    """Pixels beside one with another label."""
    flat, columns = labels.ravel(), labels.shape[1]
    found = np.zeros(flat.shape, bool)
    # Flat arrays: over rows and columns the same takes twice as long.
    for distance in (1, columns):
        different = flat[distance:] != flat[:-distance]
        if distance == 1:
            different[columns - 1 :: columns] = False  # the ends of two rows are no neighbors
        found[distance:] |= different
        found[:-distance] |= different
    return found.reshape(labels.shape)


def _dilated(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The mask and the pixels above, below, left and right of it."""
    found = mask.copy()
    found[1:] |= mask[:-1]
    found[:-1] |= mask[1:]
    found[:, 1:] |= mask[:, :-1]
    found[:, :-1] |= mask[:, 1:]
    return found


def _enlarge(given: Array, made: Array) -> None:
    """Interpolate values (count, count) from edge to edge to pixels (side, side)."""
    count, side = len(given), len(made)
    high = np.empty((side, count), np.float32)
    blocks = _cubic_blocks(count, side)
    for pixels, points, weights, _ in blocks:
        np.matmul(weights, given[points], out=high[pixels])
    for pixels, points, _, turned in blocks:
        np.matmul(high[:, points], turned, out=made[:, pixels])


@lru_cache(maxsize=8)
def _cubic_blocks(count: int, side: int) -> tuple[tuple[slice, slice, Array, Array], ...]:
    """Pixels, the points that they lie between, and their weights, as a product from the left and from the right.

    A pixel depends on four points only: in blocks the products take a third of the time.
    """
    weights, blocks = _cubic_weights(count, side), []
    for start in range(0, side, _BLOCK_PX):
        pixels = slice(start, min(side, start + _BLOCK_PX))
        used = np.flatnonzero(weights[pixels].any(axis=0))
        points = slice(int(used[0]), int(used[-1]) + 1)
        part = np.ascontiguousarray(weights[pixels, points])
        blocks.append((pixels, points, part, np.ascontiguousarray(part.T)))
    return tuple(blocks)


def _cubic_weights(count: int, side: int) -> Array:
    """(side, count): pixel centers as weighted means of `count` points from edge to edge, by Catmull and Rom."""
    if count < 2:
        return np.ones((side, count), np.float32)
    places = (np.arange(side) + 0.5) / side * (count - 1)
    left = np.minimum(places.astype(np.intp), count - 2)
    t = places - left
    parts = (
        ((2.0 - t) * t - 1.0) * t / 2.0,
        ((3.0 * t - 5.0) * t * t + 2.0) / 2.0,
        ((4.0 - 3.0 * t) * t + 1.0) * t / 2.0,
        (t - 1.0) * t * t / 2.0,
    )
    # With a point beyond each edge, which continues the straight line through the last two.
    padded = np.zeros((side, count + 2))
    for offset, part in enumerate(parts):
        padded[np.arange(side), left + offset] += part
    padded[:, [1, 2]] += padded[:, :1] * (2.0, -1.0)
    padded[:, [-2, -3]] += padded[:, -1:] * (2.0, -1.0)
    return np.ascontiguousarray(padded[:, 1:-1], np.float32)


_TIE_SLOPE: Final = 20.0
"""Speed at which a tie turns to the side of the mean."""


class AgreementImage:
    """Add the images of all networks, of the same side, and take theirs.

    A signed output becomes 2 s - 1, where s is the share of networks that say class 1; several outputs become the
    shares that say each class; values become their medians.
    """

    def __init__(self, kind: PlaneKind, classes: int) -> None:
        self._kind, self._classes = kind, classes
        self._count = 0
        self._votes: Array = np.empty((0, 0, 0), np.float32)
        self._sum: Array = np.empty((0, 0), np.float32)
        self._values: list[Array] = []

    def add(self, image: PlaneImage) -> None:
        """Add what one network says."""
        if self._kind == "values":
            self._values.append(image.values)
            return
        if not self._count:
            layers = self._classes if image.labels is not None else 1
            self._votes = np.zeros((layers, image.side, image.side), np.float32)
            self._sum = np.zeros((image.side, image.side), np.float32)
        self._count += 1
        if image.labels is None:
            self._votes[0] += np.where(image.values > 0.0, np.float32(1.0), np.float32(-1.0))
            self._sum += image.values
        else:
            for number, votes in enumerate(self._votes):
                votes += image.labels == number

    def image(self) -> PlaneImage:
        """The image of all, of at least one."""
        if self._kind == "values":
            return image_of(np.median(self._values, axis=0)[:, :, None], "values")
        shares = self._votes / np.float32(self._count)
        if self._kind == "signed":
            # Where as many say one as the other, their mean decides: else whole areas would be a line.
            leaning = np.tanh(_TIE_SLOPE / self._count * self._sum) / self._count
            shares[0] = np.where(self._votes[0] == 0.0, leaning, shares[0])
        return image_of(np.stack([_smoothed(each) for each in shares], axis=2), self._kind)


def _smoothed(plane: Array) -> Array:
    """Means of neighbors by 1, 2, 1, so that the steps between two shares have no stairs of pixels."""
    padded = np.pad(plane, 1, mode="edge")
    across = padded[:, :-2] + 2.0 * padded[:, 1:-1] + padded[:, 2:]
    found: Array = (across[:-2] + 2.0 * across[1:-1] + across[2:]) / np.float32(16.0)
    return found


def difference_image(first: PlaneImage, second: PlaneImage) -> tuple[Array, float]:
    """Disagreement of two networks over the plane, (side, side), and its share: 0 where they agree.

    Of two classes it is above 0 where only the first says the second class; of more, where the first is surer. Of
    values it is their difference, and the share is NaN.
    """
    one, two = first.values, second.values
    if first.labels is not None and second.labels is not None:
        differ = first.labels != second.labels
        found = np.where(one >= two, one, -two)
    elif first.line is None:
        return one - two, float("nan")
    else:
        differ = (one > 0.0) != (two > 0.0)
        found = (one - two) / 2
    return np.where(differ, found, 0.0), float(differ.mean())


_ALMOST_ONE = 1.5


@dataclass(frozen=True)
class ValueRange:
    """Limits of the signed color map."""

    low: float = -1.0
    high: float = 1.0

    @classmethod
    def of(cls, values: Array) -> ValueRange:
        """-1 … 1 if that contains all values but some noise, else their range.

        Values of both signs get a symmetric range, so that the neutral color is zero.
        """
        finite = values[np.isfinite(values)]
        if not finite.size:
            return cls()
        low, high = float(finite.min()), float(finite.max())
        if low >= -_ALMOST_ONE and high <= _ALMOST_ONE:
            return cls()
        if low < 0.0 < high:
            reach = max(-low, high)
            return cls(-reach, reach)
        return cls(low, high) if high > low else cls(low - 1.0, high + 1.0)

    def signed(self, values: Array) -> Array:
        """Values scaled from `low` … `high` to -1 … 1."""
        if (self.low, self.high) == (-1.0, 1.0):
            return values
        scaled: Array = (values - 0.5 * (self.low + self.high)) * (2.0 / (self.high - self.low))
        return scaled
