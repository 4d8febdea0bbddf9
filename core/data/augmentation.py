"""Augmentation of training images, by affine maps; evaluations, snapshots and predictions use the original images."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..spec import Registry, Spec, setting
from ..spec.arrays import Array

Floats = NDArray[np.float32]

# float32 represents all integers up to here; pixel positions in a batch must stay below.
_COUNTED = 2**24


def affine_matrices(angles: Array, zooms: Array, mirrored: NDArray[np.bool_]) -> Floats:
    """Maps (images, 2, 2) from target to source pixels, both (row, column) relative to the image centre.

    `angles` (images,) in radians rotate counter-clockwise, `zooms` (images,) above 1 enlarge; images where `mirrored`
    (images,) is true are first flipped horizontally.
    """
    cosine, sine = np.cos(angles) / zooms, np.sin(angles) / zooms
    side = np.where(mirrored, -1.0, 1.0)
    maps = np.empty((len(angles), 2, 2), np.float32)
    maps[:, 0, 0], maps[:, 0, 1] = cosine, sine
    maps[:, 1, 0], maps[:, 1, 1] = -sine * side, cosine * side
    return maps


class AffineWarp:
    """Buffers for float32 images of `shape` (height, width, channels); outside is `blank`, or for None the edge."""

    def __init__(self, shape: tuple[int, int, int], blank: float | None = 0.0) -> None:
        self._height, self._width, self._channels = shape
        self._blank = blank
        self._most = 0

    def warp(self, images: Array, maps: Floats, shifts: Array) -> Floats:
        """Warp `images` (n, height, width, channels) by `maps` (n, 2, 2), then shift by `shifts` (n, 2): down, right.

        Bilinear interpolation. The result is valid until the next call.
        """
        most = max(1, _COUNTED // ((self._height + 2) * (self._width + 2)))
        if len(images) > most:
            parts = [slice(start, start + most) for start in range(0, len(images), most)]
            return np.concatenate([self.warp(images[p], maps[p], shifts[p]).copy() for p in parts])
        if len(images) > self._most:
            self._allocate(len(images))
        count = len(images)
        self._framed[:count, 1:-1, 1:-1] = images
        self._find_sources(maps, shifts, count)
        self._find_corners(count)
        return self._interpolate(count)

    def _allocate(self, count: int) -> None:
        self._most, height, width = count, self._height, self._width
        # A border of one blank pixel, so that all four neighbours exist for positions at or beyond the edge; one more
        # image at the end for the neighbours of the last corner.
        blank = 0.0 if self._blank is None else self._blank
        size = (count + 1, height + 2, width + 2, self._channels)
        self._framed = np.full(size, blank, np.float32)
        places = (count, height, width)
        self._rows, self._columns, self._whole, self._scratch = (
            np.empty(places, np.float32) for _ in range(4)
        )
        self._corners = np.empty(places, np.intp)
        self._found = tuple(np.empty((*places, self._channels), np.float32) for _ in range(4))
        self._starts = np.arange(count, dtype=np.float32)[:, None, None] * ((height + 2) * (width + 2))
        self._down = np.arange(height, dtype=np.float32)[None, :, None]
        self._right = np.arange(width, dtype=np.float32)[None, None, :]

    def _find_sources(self, maps: Floats, shifts: Array, count: int) -> None:
        """Fill `_rows` and `_columns` with source positions, relative to the frame's corner."""
        middle = (np.array([self._height, self._width], np.float32) - 1) / 2
        # source = map @ (position - middle - shift) + middle, plus 1 for the frame
        offsets = middle + 1 - np.einsum("nij,nj->ni", maps, middle + shifts.astype(np.float32))
        offsets = offsets.astype(np.float32)[:, :, None, None]
        each, margin = maps[:, :, :, None, None], 0.0 if self._blank is None else 1.0
        for axis, places, length in ((0, self._rows, self._height), (1, self._columns, self._width)):
            down, right = each[:, axis, 0] * self._down, each[:, axis, 1] * self._right
            np.add(down + offsets[:, axis], right, out=places[:count])
            # Clamp to the frame, or without one to the edge.
            np.clip(places[:count], 1.0 - margin, length + margin, out=places[:count])

    def _find_corners(self, count: int) -> None:
        """Fill `_corners` with the upper left of four neighbours; rows and columns become the fractions."""
        rows, columns = self._rows[:count], self._columns[:count]
        corners, whole = self._scratch[:count], self._whole[:count]
        np.floor(rows, out=corners)
        rows -= corners
        np.floor(columns, out=whole)
        columns -= whole
        corners *= self._width + 2
        corners += whole
        corners += self._starts[:count]
        np.copyto(self._corners[:count], corners, casting="unsafe")

    def _interpolate(self, count: int) -> Floats:
        channels, corners = self._channels, self._corners[:count]
        pixels = self._framed.reshape(-1) if channels == 1 else self._framed.reshape(-1, channels)
        step = self._width + 2
        found = [part[:count] for part in self._found]
        for into, offset in zip(found, (0, 1, step, step + 1), strict=True):
            # An offset view avoids adding to every index.
            np.take(
                pixels[offset:], corners, axis=0, out=into[..., 0] if channels == 1 else into, mode="clip"
            )
        upper, upper_right, lower, lower_right = found
        rows, columns = self._rows[:count, ..., None], self._columns[:count, ..., None]
        for left, right in ((upper, upper_right), (lower, lower_right)):
            right -= left
            right *= columns
            left += right
        lower -= upper
        lower *= rows
        upper += lower
        return upper


# Random numbers per image: shift down and right, angle, zoom, flip. Always all of them, so that a larger setting
# changes the same images more.
_DRAWS = 5

AUGMENTATIONS: Registry[Augmentation] = Registry("augmentation")


@AUGMENTATIONS.register()
class Augmentation(Spec):
    """Random image changes for each use in training; none if all settings are zero."""

    kind = "augmentation"
    title = "Augment"
    summary = "Learn from images that are moved, turned, zoomed and noisy"

    shift: int = setting(
        0,
        "Shift",
        "Move each image by up to so many pixels, up or down and left or right: the network learns to care less "
        "about where things are",
        low=0,
        high=8,
        unit="px",
        live=True,
    )
    rotate: float = setting(
        0.0,
        "Rotate",
        "Turn each image by up to so many degrees, either way. Too much, and a 6 becomes a 9",
        low=0.0,
        high=180.0,
        unit="°",
        live=True,
    )
    zoom: float = setting(
        0.0,
        "Zoom",
        "Enlarge or shrink each image by up to this share: the network learns to care less about size",
        low=0.0,
        high=0.5,
        live=True,
    )
    noise: float = setting(
        0.0,
        "Noise",
        "The deviation of the noise on every pixel, as a share of the way from the darkest to the brightest",
        low=0.0,
        high=0.5,
        live=True,
    )
    flip: bool = setting(
        False,
        "Flip left and right",
        "Mirror every second image, by chance. Good for photographs; digits and letters must not be mirrored.",
        live=True,
    )
    border: str = setting(
        "blank",
        "Border",
        "What comes in from outside of an image: the lowest value, as around digits, or its own edge continued, "
        "as is better for photographs",
        choices=("blank", "edge"),
        live=True,
    )

    @property
    def active(self) -> bool:
        """Whether it changes images."""
        return self.warps or self.noise > 0.0

    @property
    def warps(self) -> bool:
        """Whether it moves pixels."""
        return self.shift > 0 or self.rotate > 0.0 or self.zoom > 0.0 or self.flip


class Augmenter:
    """Applies an augmentation to images of `shape` (height, width, channels) with values from `low` to `high`."""

    def __init__(
        self, augmentation: Augmentation, shape: tuple[int, int, int], low: float, high: float
    ) -> None:
        self.augmentation = augmentation
        self._deviation = augmentation.noise * (high - low)
        self._affine_warp = AffineWarp(shape, low if augmentation.border == "blank" else None)

    def apply(self, images: Array, rng: np.random.Generator) -> Array:
        """Changed copies of `images` (n, *shape), or `images` if nothing changes; valid until the next call."""
        chosen = self.augmentation
        if chosen.warps:
            maps, shifts = _drawn(chosen, rng.random((len(images), _DRAWS)))
            images = self._affine_warp.warp(images, maps, shifts)
        if self._deviation > 0.0:
            noise = rng.standard_normal(images.shape, dtype=np.float32)
            noise *= np.float32(self._deviation)
            noise += images
            images = noise
        return images

    def make(self, source: Array, targets: Array, noise: np.random.Generator) -> tuple[Array, Array]:
        """See `Maker`; the targets stay."""
        return self.apply(source, noise), targets


def _drawn(chosen: Augmentation, draws: NDArray[np.float64]) -> tuple[NDArray[np.float32], Array]:
    """Maps (n, 2, 2) and shifts (n, 2) for `draws` (n, 5) in [0, 1)."""
    # Whole pixels keep shifted images sharp.
    shifts = np.floor(draws[:, :2] * (2 * chosen.shift + 1)) - chosen.shift
    angles = np.deg2rad(chosen.rotate) * (2 * draws[:, 2] - 1)
    # Symmetric in the logarithm: doubling is as likely as halving.
    zooms = (1 + chosen.zoom) ** (2 * draws[:, 3] - 1)
    mirrored = (draws[:, 4] < 0.5) & chosen.flip
    return affine_matrices(angles, zooms, mirrored), shifts.astype(np.float32)
