"""Shapes of samples, boxes on images, and the error of a layer that does not support a shape."""

from __future__ import annotations

Shape = tuple[int, ...]
"""Shape of one sample, without the batch axis."""
Box = tuple[int, int, int, int]
"""(top, left, bottom, right) in pixels, the last two exclusive; windows may extend beyond the edge."""


class LayerError(ValueError):
    """A layer does not support its input; the message states what it needs and what it got."""


def sequence_shape(title: str, shape: Shape) -> tuple[int, int]:
    """(time, channels); `LayerError` when samples are not sequences."""
    if len(shape) != 2:
        got = (
            f"{shape[0]} features or tokens"
            if len(shape) == 1
            else f"an image of {' × '.join(map(str, shape))}"
        )
        raise LayerError(f"{title} needs a sequence of time × channels; it gets {got}")
    time, channels = shape
    return time, channels


def cut_box(box: Box, shape: Shape) -> Box:
    """The part of a box within an image of `shape`."""
    return max(0, box[0]), max(0, box[1]), min(shape[0], box[2]), min(shape[1], box[3])
