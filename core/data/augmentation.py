"""Data augmentation of training images; evaluations, snapshots and predictions use the original images."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from core.data.affine_warp import AffineWarp, affine_matrices
from core.spec import Registry, Spec, setting
from core.spec.arrays import Array

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
        low=0,
        high=8,
        unit="px",
        live=True,
        help="Move each image by up to so many pixels, up or down and left or right: the network learns to care less "
        "about where things are",
    )
    rotate: float = setting(
        0.0,
        "Rotate",
        low=0.0,
        high=180.0,
        unit="°",
        live=True,
        help="Turn each image by up to so many degrees, either way. Too much, and a 6 becomes a 9",
    )
    zoom: float = setting(
        0.0,
        "Zoom",
        low=0.0,
        high=0.5,
        live=True,
        help="Enlarge or shrink each image by up to this share: the network learns to care less about size",
    )
    noise: float = setting(
        0.0,
        "Noise",
        low=0.0,
        high=0.5,
        live=True,
        help="The deviation of the noise on every pixel, as a share of the way from the darkest to the brightest",
    )
    flip: bool = setting(
        False,
        "Flip left and right",
        live=True,
        help="Mirror every second image, by chance. Good for photographs; digits and letters must not be mirrored.",
    )
    border: str = setting(
        "blank",
        "Border",
        choices=("blank", "edge"),
        live=True,
        help="What comes in from outside of an image: the lowest value, as around digits, or its own edge continued, "
        "as is better for photographs",
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
