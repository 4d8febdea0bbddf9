"""How far several networks agree on the answers over a plane, as an image: the share that says each class."""

from __future__ import annotations

from typing import Final

import numpy as np

from core.inspect.plane_image import PlaneImage, PlaneKind, image_of
from core.spec.arrays import Array

_TIE_SLOPE: Final = 20.0
"""How fast a tie turns to the side of the mean."""


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
    """Where two networks say something else, (side, side), and the share of the plane: 0 where they agree.

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
