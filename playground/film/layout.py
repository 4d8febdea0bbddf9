"""Rectangles of the parts of a frame."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels."""

    left: float
    top: float
    width: float
    height: float

    @property
    def corner(self) -> tuple[int, int]:
        """The upper left corner in whole pixels."""
        return round(self.left), round(self.top)

    @property
    def side(self) -> tuple[int, int]:
        """Width and height in whole pixels, at least 1."""
        return max(1, round(self.width)), max(1, round(self.height))


def lay_out(parts: list[str], size: tuple[int, int], top: float, bottom: float) -> dict[str, Box]:
    """The box of each of "boundary", "curves" and "network": the boundary first, the others beside or below it.

    `top` and `bottom` are kept free.
    """
    width, height = size
    unit = min(size) / 100
    gap = 4 * unit
    whole = Box(gap, top, width - 2 * gap, height - top - bottom)
    if len(parts) == 1:
        return {parts[0]: _square(whole) if parts[0] == "boundary" else whole}
    if height > 1.2 * width:
        return _stacked(parts, whole, gap)
    if width > 1.2 * height or len(parts) == 2:
        return _beside(parts, whole, gap)
    low = whole.height * 0.36
    side = whole.height - low - gap
    right = Box(whole.left + side + gap, top, whole.width - side - gap, side)
    below = Box(whole.left, top + side + gap, whole.width, low)
    return {"boundary": Box(whole.left, top, side, side), "curves": right, "network": below}


def _beside(parts: list[str], whole: Box, gap: float) -> dict[str, Box]:
    """The first part on the left, the others in a column on its right."""
    side = min(whole.height, whole.width * 0.58)
    first, *others = parts
    boxes = {first: Box(whole.left, whole.top, side, side if first == "boundary" else whole.height)}
    right = Box(whole.left + side + gap, whole.top, whole.width - side - gap, whole.height)
    return boxes | _stacked(others, right, gap)


def _stacked(parts: list[str], whole: Box, gap: float) -> dict[str, Box]:
    """The parts one below the other; the boundary is square, the others share the rest."""
    boxes: dict[str, Box] = {}
    top, left = whole.top, len(parts)
    for name in parts:
        height = (whole.top + whole.height - top - gap * (left - 1)) / left
        box = Box(whole.left, top, whole.width, height)
        if name == "boundary":
            side = min(whole.width, whole.height * 0.55)
            box = Box(whole.left + (whole.width - side) / 2, top, side, side)
        boxes[name] = box
        top, left = top + box.height + gap, left - 1
    return boxes


def _square(box: Box) -> Box:
    side = min(box.width, box.height)
    return Box(box.left + (box.width - side) / 2, box.top + (box.height - side) / 2, side, side)
