"""Window positions of convolutions and pools: Keras's arithmetic of strides and padding."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..io.model_graphs import KerasGraph, KerasValue, OnnxGraph, OnnxValue
from ..spec.arrays import Array, Arrays
from .layer_types import Box, LayerError, NumpyLines, Shape, TorchModule, sequence_shape

PADDINGS = ("valid", "same")

_WINDOWS = '''\
def windows(x, size, strides, dilation, padding, fill):
    """Views (samples, rows, columns, channels, height, width) of all windows on images."""
    x = np.pad(x, ((0, 0), *padding, (0, 0)), constant_values=fill)
    reach = [(pixels - 1) * step + 1 for pixels, step in zip(size, dilation)]
    views = np.lib.stride_tricks.sliding_window_view(x, reach, axis=(1, 2))
    return views[:, :: strides[0], :: strides[1], :, :: dilation[0], :: dilation[1]]
'''


TORCH_OVER_TIME = '''\
class OverTime(torch.nn.Sequential):
    """Modules of (channels, time), on samples of (time, channels)."""

    def forward(self, x):
        return super().forward(x.transpose(1, 2)).transpose(1, 2)
'''


def image_shape(title: str, shape: Shape) -> tuple[int, int, int]:
    """(height, width, channels); `LayerError` when samples are not images."""
    if len(shape) != 3:
        raise LayerError(f"{title} needs an image; it gets {math.prod(shape)} features")
    height, width, channels = shape
    return height, width, channels


@dataclass(frozen=True)
class SlidingWindow:
    """`count` windows along an axis of `length` pixels, with `before` and `after` pixels of padding."""

    length: int
    size: int
    stride: int
    dilation: int
    count: int
    before: int
    after: int

    @classmethod
    def along(cls, length: int, size: int, stride: int, dilation: int, padding: str) -> SlidingWindow:
        """ "valid" windows lie within the image; "same" gives length / stride windows, rounded up.

        So does "causal", whose windows end at each pixel.
        """
        reach = (size - 1) * dilation + 1
        if padding == "valid":
            return cls(length, size, stride, dilation, (length - reach) // stride + 1, 0, 0)
        count = -(-length // stride)
        if padding == "causal":
            return cls(length, size, stride, dilation, count, reach - 1, 0)
        total = max((count - 1) * stride + reach - length, 0)
        return cls(length, size, stride, dilation, count, total // 2, total - total // 2)

    @classmethod
    def whole(cls, length: int) -> SlidingWindow:
        """One window over the whole axis."""
        return cls(length, length, 1, 1, 1, 0, 0)

    @property
    def padded(self) -> int:
        return self.before + self.length + self.after

    @property
    def is_padded(self) -> bool:
        return self.before + self.after > 0

    @property
    def is_even(self) -> bool:
        """Whether the padding is symmetric, as in PyTorch."""
        return self.before == self.after

    @property
    def shares(self) -> list[float]:
        """Of each window, its pixels with padding over those within the image, (count,)."""
        inside = (self._inside(number * self.stride - self.before) for number in range(self.count))
        return [self.size / pixels for pixels in inside]

    def inside(self, padded: Array) -> Array:
        """View of the sequences within their padding, (batch, length, channels)."""
        return padded[:, self.before : self.before + self.length]

    def views(self, padded: Array) -> Array:
        """View (batch, count, size, channels) of all windows of padded sequences."""
        reach = (self.size - 1) * self.dilation + 1
        windows = np.lib.stride_tricks.sliding_window_view(padded, reach, axis=1, writeable=True)
        chosen: Array = windows[:, : self.count * self.stride : self.stride, :, :: self.dilation]
        return chosen.transpose(0, 1, 3, 2)

    def _inside(self, start: int) -> int:
        return sum(0 <= start + tap * self.dilation < self.length for tap in range(self.size))

    def touched(self, tap: int) -> tuple[slice, slice]:
        """Windows whose pixel `tap` lies within the image, and those pixels, as slices."""
        shift = tap * self.dilation - self.before
        first = max(0, -(shift // self.stride))
        last = min(self.count - 1, (self.length - 1 - shift) // self.stride)
        if last < first:
            return slice(0, 0), slice(0, 0)
        start, stop = first * self.stride + shift, last * self.stride + shift + 1
        return slice(first, last + 1), slice(start, stop, self.stride)


def both_axes(
    title: str,
    shape: Shape,
    size: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int],
    padding: str,
) -> tuple[SlidingWindow, SlidingWindow]:
    """The windows along height and width; `LayerError` when samples are not images or no window fits."""
    height, width, _ = image_shape(title, shape)
    rows = SlidingWindow.along(height, size[0], stride[0], dilation[0], padding)
    columns = SlidingWindow.along(width, size[1], stride[1], dilation[1], padding)
    if rows.count < 1 or columns.count < 1:
        raise LayerError(
            f"{title} needs an image of at least its own {size[0]} × {size[1]} pixels; it gets {height} × {width}"
        )
    return rows, columns


def time_windows(
    title: str, shape: Shape, size: int, stride: int, dilation: int, padding: str
) -> SlidingWindow:
    """The windows along time; `LayerError` when samples are not sequences or no window fits."""
    time, _ = sequence_shape(title, shape)
    along = SlidingWindow.along(time, size, stride, dilation, padding)
    if along.count < 1:
        raise LayerError(f"{title} needs a sequence of at least its own {size} positions; it gets {time}")
    return along


def over_time_lines(along: SlidingWindow, fill: str, *then: str) -> NumpyLines:
    """As `numpy_windows`, of sequences, which are images of one row."""
    lines = numpy_windows(SlidingWindow.whole(1), along, fill, *then)
    return NumpyLines(("x[:, None]", *lines.expressions, "x[:, 0]"), (), lines.functions)


def over_time(module: str, along: SlidingWindow | None = None, fill: str = "") -> TorchModule:
    """A module of (channels, time) on samples (time, channels), with the padding of the windows as `fill`."""
    pad = ""
    if along is not None and along.is_padded:
        pad = f"torch.nn.ConstantPad1d({(along.before, along.after)}, {fill}), "
    return TorchModule(f"OverTime({pad}{module})", (TORCH_OVER_TIME,))


def window_box(rows: SlidingWindow, columns: SlidingWindow, place: tuple[int, int]) -> Box:
    """Box of the window of the output at `place`; it may extend beyond the edge."""
    top, left = place[0] * rows.stride - rows.before, place[1] * columns.stride - columns.before
    height, width = ((axis.size - 1) * axis.dilation + 1 for axis in (rows, columns))
    return top, left, top + height, left + width


def numpy_windows(rows: SlidingWindow, columns: SlidingWindow, fill: str, *then: str) -> NumpyLines:
    """The windows of images as two more axes, 4 and 5, and the expressions `then` of them.

    Pixels beyond the edge are `fill`.
    """
    size, stride, dilation = (
        (getattr(rows, name), getattr(columns, name)) for name in ("size", "stride", "dilation")
    )
    padding = (rows.before, rows.after), (columns.before, columns.after)
    call = f"windows(x, {size}, {stride}, {dilation}, {padding}, {fill})"
    return NumpyLines((call, *then), (), (_WINDOWS,))


def onnx_windows(*windows: SlidingWindow) -> dict[str, list[int]]:
    """Attributes of ONNX's convolutions and pools, of windows along each axis; all padding in front comes first."""
    return {
        "kernel_shape": [each.size for each in windows],
        "strides": [each.stride for each in windows],
        "pads": [*(each.before for each in windows), *(each.after for each in windows)],
    }


def onnx_convolution(graph: OnnxGraph, x: OnnxValue, weights: Arrays, *windows: SlidingWindow) -> OnnxValue:
    """A convolution of images or sequences with the kernel (*size, inputs, outputs), and the bias if there is one."""
    arrays = {**weights, "kernel": np.moveaxis(weights["kernel"], (-1, -2), (0, 1))}
    settings = onnx_windows(*windows) | {"dilations": [each.dilation for each in windows]}
    given = [graph.constant(name, array) for name, array in arrays.items()]
    return graph.elementwise("Conv", graph.channels_first(x), *given, **settings)


def keras_padded(graph: KerasGraph, x: KerasValue, *windows: SlidingWindow) -> KerasValue:
    """Images or sequences with the padding of the windows along each axis as zeros around them."""
    shape = (*(each.padded for each in windows), x.shape[-1])
    pads = [[each.before, each.after] for each in windows]
    padding = pads if len(pads) > 1 else pads[0]
    return graph.layer(f"ZeroPadding{len(pads)}D", x, name="padded", shape=shape, padding=padding)


def keras_convolution(
    layer: Any, graph: KerasGraph, x: KerasValue, weights: Arrays, *windows: SlidingWindow, padded: bool
) -> KerasValue:
    """A convolution of images or sequences; `padded`: whether its windows reach beyond their edges."""
    # Keras refuses strides together with dilation: windows at every place, of which some are taken.
    thinned = any(each.stride > 1 for each in windows) and any(each.dilation > 1 for each in windows)
    shape = (*(each.count for each in windows), layer.filters)
    strides = [each.stride for each in windows]
    if thinned and padded:
        x = keras_padded(graph, x, *windows)
    every = [
        SlidingWindow.along(length, each.size, 1, each.dilation, "valid").count
        for length, each in zip(x.shape, windows, strict=False)
    ]
    y = graph.layer(
        type(layer).__name__,
        x,
        shape=(*every, layer.filters) if thinned else shape,
        arrays=weights,
        filters=layer.filters,
        kernel_size=[each.size for each in windows],
        strides=[1] * len(windows) if thinned else strides,
        padding="valid" if thinned else layer.padding,
        dilation_rate=[each.dilation for each in windows],
        activation=layer.activation.keras_name or "linear",
        use_bias=layer.use_bias,
    )
    if not thinned:
        return y
    kind, size = f"MaxPooling{len(windows)}D", [1] * len(windows)
    return graph.layer(kind, y, name="thinned", shape=shape, pool_size=size, strides=strides)


def keras_pool(
    layer: Any, graph: KerasGraph, x: KerasValue, *windows: SlidingWindow, means: bool
) -> KerasValue:
    """A pool of images or sequences, of the means or else the maxima of its windows."""
    shape = (*(each.count for each in windows), x.shape[-1])
    # With PyTorch below it, Keras counts copies of the edge where the padding is uneven: zeros are added here, and
    # their share is taken out.
    uneven = means and not all(each.is_even for each in windows)
    y = graph.layer(
        type(layer).__name__,
        keras_padded(graph, x, *windows) if uneven else x,
        shape=shape,
        pool_size=[each.size for each in windows],
        strides=[each.stride for each in windows],
        padding="valid" if uneven else layer.padding,
    )
    if not uneven:
        return y
    shares = functools.reduce(np.multiply.outer, (np.array(each.shares) for each in windows))
    rounded = np.array([float(f"{share:.9g}") for share in shares.flat]).reshape(*shape[:-1], 1)
    return graph.layer("Rescaling", y, name="share", scale=rounded.tolist(), offset=0.0)


def torch_convolution(layer: Any, inputs: int, plain: Any) -> str:
    """The arguments of PyTorch's convolution but its padding; `plain` is a stride or dilation of 1."""
    settings = f"{inputs}, {layer.filters}, {layer.kernel_size}"
    if layer.strides != plain:
        settings += f", stride={layer.strides}"
    if layer.dilation_rate != plain:
        settings += f", dilation={layer.dilation_rate}"
    return settings if layer.use_bias else f"{settings}, bias=False"


def torch_edges(rows: SlidingWindow, columns: SlidingWindow) -> tuple[int, int, int, int]:
    """Padding in the order of `torch.nn.functional.pad`: left, right, top, bottom."""
    return columns.before, columns.after, rows.before, rows.after


def torch_padding(rows: SlidingWindow, columns: SlidingWindow) -> str:
    """The padding argument of a PyTorch module, with a leading comma; "" without padding."""
    return f", padding={(rows.before, columns.before)}" if rows.before or columns.before else ""
