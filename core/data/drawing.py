"""Normalize hand drawings to the format of a dataset's images, as the training images were normalized.

Y. LeCun, C. Cortes and C. Burges, The MNIST database: "size normalized to fit in a 20x20 pixel box while preserving
their aspect ratio" with grey levels from anti-aliasing, then "centered in a 28x28 image by computing the center of
mass of the pixels, and translating the image so as to position this point at the center". The format is measured on
the images of each dataset.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ..spec.arrays import Array

_MEASURED = 500
# Ink fainter than this fraction of the darkest is ignored.
_FAINT = 0.2
# Remains of erasing are ignored: less mean ink than this, and less per line than this fraction.
_SPECK = 1e-4
_SPECK_ACROSS = 0.012
# A dataset counts as normalized if this fraction of its images follows one rule, and as drawn, not
# photographed, if this fraction of their pixels is paper.
_CONSISTENT_SHARE = 0.9
_BARE = 0.3
# Rounding to whole pixels, with a margin.
_OFF_CENTRE = 0.6


def background_of(images: Array) -> float:
    """Background value (0 or 1) of grey images (samples, height, width[, 1]), estimated from border pixels."""
    return float(np.median(_edges(_some(images))) > 0.5)


@dataclass(frozen=True, eq=False)
class Drawing:
    """A sample of one's own, compared by identity.

    `pixels` (height, width, channels) are unscaled values of the dataset; of a text they are the numbers of its tokens
    (time,), of which the first `length` are its own, and the others fill it up.
    """

    pixels: Array
    length: int = 0


@dataclass(frozen=True)
class DrawingNormalizer:
    """The format of a dataset's images.

    - `shape`: (height, width, channels) of one image.
    - `longer_side`: longer side of the inked box in pixels; None for whole images.
    - `by_mass`: whether the centre of mass is centred, or else the inked box.
    - `paper`: the value of paper, 0 or 1; ink is the other one.
    """

    shape: tuple[int, ...]
    longer_side: int | None = None
    by_mass: bool = False
    paper: float = 0.0

    @classmethod
    def of(cls, images: Array) -> DrawingNormalizer:
        """Measure images (samples, height, width, channels) with values from 0 to 1."""
        height, width, channels = shape = images.shape[1:]
        if channels != 1:
            return cls(shape, paper=1.0)
        some = _some(images)
        paper = background_of(some)
        inks = [ink for ink in np.abs(some - paper) if ink.max() > _FAINT]
        if not inks or np.mean([np.mean(ink <= _FAINT * ink.max()) for ink in inks]) < _BARE:
            return cls(shape, paper=paper)
        sides = np.array([max(bottom - top, right - left) for top, bottom, left, right in map(_box, inks)])
        longer = int(np.median(sides))
        if np.mean(np.abs(sides - longer) <= 1) < _CONSISTENT_SHARE:
            return cls(shape, paper=paper)
        off = np.abs(np.array([_mass_centre(ink) for ink in inks]) - (height // 2, width // 2)).max(axis=1)
        return cls(shape, longer, bool(np.mean(off <= _OFF_CENTRE) >= _CONSISTENT_SHARE), paper)

    def sample(self, sheet: Array) -> Array | None:
        """The sheet as an image of the dataset, float32 (height, width, channels); None if empty.

        `sheet` is ink from 0 (paper) to 1, (rows, columns), or colours (rows, columns, 3) on white paper.
        """
        ink = sheet if sheet.ndim == 2 else 1.0 - sheet.min(axis=2)
        if ink.max() <= _FAINT or ink.mean() < _SPECK:
            return None
        height, width, channels = self.shape
        if channels != 1:
            colours = sheet if sheet.ndim == 3 else np.repeat(1.0 - sheet[..., None], channels, axis=2)
            planes = [_resized(colours[..., channel], height, width) for channel in range(channels)]
            return np.stack(planes, axis=2).astype(np.float32)
        image = _resized(ink, height, width) if self.longer_side is None else self._framed(ink)
        values: Array = np.abs(image - self.paper).astype(np.float32)
        return values[..., None]

    def _framed(self, ink: Array) -> Array:
        assert self.longer_side is not None
        height, width, _ = self.shape
        top, bottom, left, right = _box(ink)
        # Sheet points per pixel.
        step = max(
            max(bottom - top, right - left) / self.longer_side,
            (bottom - top) / height,
            (right - left) / width,
        )
        rows, columns = (math.ceil((length - 1e-6) / step) for length in (bottom - top, right - left))
        small = (
            _averages(ink.shape[0], top, step, rows) @ ink @ _averages(ink.shape[1], left, step, columns).T
        )
        if self.by_mass:
            down, across = (math.floor(place + 0.5) for place in _mass_centre(small))
            first_row, first_column = height // 2 - down, width // 2 - across
        else:
            first_row, first_column = (height - rows) // 2, (width - columns) // 2
        first_row = min(max(0, first_row), height - rows)
        first_column = min(max(0, first_column), width - columns)
        image = np.zeros((height, width))
        image[first_row : first_row + rows, first_column : first_column + columns] = small
        return image


def extract_ink(picture: Array) -> Array:
    """The ink of a grey picture (rows, columns): 0 at the median of its border, 1 at the largest difference.

    Independent of whether it is dark on light or light on dark.
    """
    different = np.abs(picture - np.median(_edges(picture[None])))
    ink: Array = different / max(1e-6, float(different.max()))
    return ink


def _some(images: Array) -> Array:
    """At most 500 of the images, (some, height, width), in float64."""
    some: Array = np.asarray(images[:: max(1, len(images) // _MEASURED)][:_MEASURED], np.float64)
    return some[..., 0] if some.ndim == 4 else some


def _edges(images: Array) -> Array:
    """The border pixels of images (samples, rows, columns), flattened."""
    return np.concatenate(
        [images[:, 0].ravel(), images[:, -1].ravel(), images[:, :, 0].ravel(), images[:, :, -1].ravel()]
    )


def _box(ink: Array) -> tuple[int, int, int, int]:
    """(top, bottom, left, right) of the inked box; bottom and right are exclusive."""
    inked = ink > _FAINT * ink.max()
    rows, columns = (
        np.flatnonzero(inked.sum(axis=axis) > int(_SPECK_ACROSS * ink.shape[axis])) for axis in (1, 0)
    )
    if not len(rows) or not len(columns):  # only specks
        rows, columns = (np.flatnonzero(inked.any(axis=axis)) for axis in (1, 0))
    return int(rows[0]), int(rows[-1]) + 1, int(columns[0]), int(columns[-1]) + 1


def _mass_centre(ink: Array) -> tuple[float, float]:
    """(row, column) of the centre of mass; 0 is the centre of the first pixel."""
    mass = ink.sum()
    down = ink.sum(axis=1) @ np.arange(ink.shape[0])
    across = ink.sum(axis=0) @ np.arange(ink.shape[1])
    return float(down / mass), float(across / mass)


def _resized(plane: Array, height: int, width: int) -> Array:
    rows, columns = plane.shape
    resized: Array = (
        _averages(rows, 0.0, rows / height, height)
        @ plane
        @ _averages(columns, 0.0, columns / width, width).T
    )
    return resized


def _averages(size: int, start: float, step: float, count: int) -> Array:
    """A matrix (count, size): row k averages a line's points from start + k step to start + (k + 1) step.

    Partial points have partial weights, which anti-aliases. Points beyond the line are paper, 0.
    """
    ends = start + step * np.arange(count + 1)
    points = np.arange(size)
    low = np.maximum(ends[:-1, None], points)
    high = np.minimum(ends[1:, None], points + 1)
    averages: Array = np.maximum(0.0, high - low) / step
    return averages
