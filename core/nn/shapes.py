"""The shape of a sample, boxes on an image, and the error of a layer that cannot take them."""

from __future__ import annotations

__all__ = ["Box", "LayerError", "Shape", "cut_box"]

Shape = tuple[int, ...]
"""The shape of one sample, without the batch axis."""
Box = tuple[int, int, int, int]
"""(top, left, bottom, right) in pixels of an image, the last two not included; windows may reach beyond the edge."""


class LayerError(ValueError):
    """A layer cannot work where it stands; the text says what it needs and what it got."""


def cut_box(box: Box, shape: Shape) -> Box:
    """The part of a box that lies on an image of `shape`."""
    return max(0, box[0]), max(0, box[1]), min(shape[0], box[2]), min(shape[1], box[3])
