"""The windows of ONNX's convolutions and pools as strides and padding of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from ...nn import Shape
from ...nn.sliding_window import PADDINGS, SlidingWindow
from ..residual_blocks import MisfitError

Pair = tuple[int, int]


class _Axis(NamedTuple):
    """Windows along one axis as the file has them."""

    length: int
    size: int
    stride: int
    dilation: int
    before: int
    windows: int


@dataclass(frozen=True)
class FoundWindows:
    """Settings of our layer. With `offset`, the file's kernel lies there in a larger one of zeros."""

    size: Pair
    strides: Pair
    dilation: Pair
    padding: str
    offset: Pair = (0, 0)


def find_windows(
    attributes: Mapping[str, Any], shape: Shape, size: Pair, *, may_grow: bool = False
) -> FoundWindows:
    """Our settings for windows of `size` on images of `shape`. `MisfitError` if neither padding gives the same windows.

    `may_grow`: a kernel may get zeros around it, which makes other paddings possible.
    """
    rows, columns = _axes(attributes, shape, size)
    strides, dilation = (rows.stride, columns.stride), (rows.dilation, columns.dilation)
    grown = [(0, 0)]
    if may_grow and dilation == (1, 1):
        grown += [(more, before) for more in (1, 2) for before in range(more + 1)]
    for padding in PADDINGS:
        found = [_fitting(axis, padding, grown) for axis in (rows, columns)]
        first, second = found
        if first is not None and second is not None:
            larger = (size[0] + first[0], size[1] + second[0])
            return FoundWindows(larger, strides, dilation, padding, (first[1], second[1]))
    pads = [(axis.before, _after(axis)) for axis in (rows, columns)]
    raise MisfitError(
        f"its padding of {pads[0][0]} and {pads[0][1]} rows and {pads[1][0]} and {pads[1][1]} columns is neither "
        "valid nor same"
    )


def _fitting(axis: _Axis, padding: str, grown: list[Pair]) -> Pair | None:
    """The increase of the kernel, and its place in that, for the same windows; None if there is no way."""
    for more, offset in grown:
        size = axis.size + more
        ours = SlidingWindow.along(axis.length, size, axis.stride, axis.dilation, padding)
        if ours.count == axis.windows and ours.before == axis.before + offset:
            return more, offset
    return None


def _axes(attributes: Mapping[str, Any], shape: Shape, size: Pair) -> tuple[_Axis, _Axis]:
    strides, dilations = (_pair(attributes, name) for name in ("strides", "dilations"))
    automatic = attributes.get("auto_pad") or "NOTSET"
    pads = attributes.get("pads") or [0, 0, 0, 0]
    if len(pads) != 4 or not all(isinstance(pad, int) and 0 <= pad < 2**20 for pad in pads):
        raise MisfitError(f"its padding must be four numbers of at least 0, got {pads!r:.60}")
    upwards = bool(attributes.get("ceil_mode", 0))
    found = [
        _axis(shape[i], size[i], strides[i], dilations[i], automatic, (pads[i], pads[i + 2]), upwards)
        for i in (0, 1)
    ]
    return found[0], found[1]


def _axis(
    length: int, size: int, stride: int, dilation: int, automatic: str, pads: Pair, upwards: bool
) -> _Axis:
    reach = (size - 1) * dilation + 1
    if automatic in ("SAME_UPPER", "SAME_LOWER"):
        count = -(-length // stride)
        total = max((count - 1) * stride + reach - length, 0)
        before = total // 2 if automatic == "SAME_UPPER" else total - total // 2
        return _Axis(length, size, stride, dilation, before, count)
    if automatic not in ("NOTSET", "VALID"):
        raise MisfitError(f"auto_pad must be one of ONNX's, got {automatic!r:.60}")
    before, after = (0, 0) if automatic == "VALID" else pads
    room = length + before + after - reach
    count = (-(-room // stride) if upwards else room // stride) + 1
    # A window that would start in the padding behind the image is none.
    if upwards and (count - 1) * stride >= length + before:
        count -= 1
    if room < 0 or count < 1:
        raise MisfitError(f"its windows of {reach} pixels need images of at least that, and get {length}")
    return _Axis(length, size, stride, dilation, before, count)


def _after(axis: _Axis) -> int:
    reach = (axis.size - 1) * axis.dilation + 1
    return max(0, (axis.windows - 1) * axis.stride + reach - axis.length - axis.before)


def _pair(attributes: Mapping[str, Any], name: str) -> Pair:
    given = attributes.get(name) or [1, 1]
    if len(given) != 2 or not all(isinstance(each, int) and 0 < each < 2**20 for each in given):
        raise MisfitError(f"{name} must be two numbers of at least 1, got {given!r:.60}")
    return given[0], given[1]
