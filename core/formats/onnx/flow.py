"""A batch of samples on its way through a file's graph: the layers so far, and where each number would lie here.

ONNX puts channels before pixels, we put them behind. Instead of guessing which order is meant, every value carries the
place that each of its numbers has in our sample. Transposing and reshaping moves these places; layers read them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ...io.budget import spend
from ...nn import BatchNormalization, Conv1D, Conv2D, Dense, Flatten, Layer, LayerError, Reshape, Shape
from ...spec import SettingError
from ..residual_blocks import MisfitError, Step

MAX_NUMBERS: Final = 1 << 22
"""Of one sample. An image of 1024 x 1024 with three channels has 3 million."""

Numbers = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Affine:
    """x · scale + shift for each number of a sample in our order, (numbers,), float64; `sources` are its nodes."""

    scale: Numbers
    shift: Numbers
    sources: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Flow:
    """A value of the graph.

    - `steps`: the layers from the input to here.
    - `shape`: of our sample behind them.
    - `index`: the axes of the file's sample; each number's place in our sample, flattened.
    - `pending`: a factor and a shift that are not part of a layer yet.
    - `head`: those in front of the first layer, which are preprocessing.
    - `columns`: names of the inputs, if they are columns.
    - `moved_by`: the last node that changed the shape.
    - `log`: whether it is the logarithm of this; `both`: whether it is 1 - this beside this.
    """

    steps: tuple[Step, ...]
    shape: Shape
    index: NDArray[np.int64]
    input_shape: Shape
    pending: Affine | None = None
    head: Affine | None = None
    columns: tuple[str, ...] = ()
    moved_by: str = ""
    log: bool = False
    both: bool = False

    @property
    def is_straight(self) -> bool:
        """Whether the file has all numbers in our order."""
        flat = self.index.reshape(-1)
        return bool((flat[1:] > flat[:-1]).all())

    def add(
        self,
        layer: Layer,
        weights: Mapping[str, NDArray[Any]],
        source: str,
        remark: str = "",
        *,
        index: NDArray[np.int64] | None = None,
    ) -> Flow:
        """The flow behind one more layer, whose outputs lie at `index`, by default in our order."""
        try:
            shape = layer.output_shape(self.shape)
            wanted = {parameter.name: parameter.shape for parameter in layer.parameters(self.shape)}
        except (LayerError, SettingError) as error:
            raise MisfitError(str(error)) from None
        found = {name: array.shape for name, array in weights.items()}
        if found != wanted:
            raise MisfitError(f"its arrays must have the shapes {wanted}, got {found}")
        size = check_size(shape)
        spend(8 * len(self.steps) + (8 * size if index is None else 0))
        places = np.arange(size).reshape(shape) if index is None else index
        step = Step(layer, {n: np.asarray(a, np.float32) for n, a in weights.items()}, source, remark)
        return replace(self, steps=(*self.steps, step), shape=shape, index=places, moved_by="")

    def replace_last(self, layer: Layer, source: str = "", remark: str = "", **weights: NDArray[Any]) -> Flow:
        """The flow with another last layer of the same shapes; `source` and `remark` are added to its own."""
        last = self.steps[-1]
        step = Step(
            layer,
            {**last.weights, **{name: np.asarray(array, np.float32) for name, array in weights.items()}},
            ", ".join(filter(None, (last.source, source))),
            "; ".join(dict.fromkeys(filter(None, (last.remark, remark)))),
        )
        return replace(self, steps=(*self.steps[:-1], step))

    def in_our_order(self, values: NDArray[Any]) -> Numbers:
        """Numbers that broadcast with the file's sample, behind a batch axis of 1, as (numbers,) in our order."""
        wanted = (1, *self.index.shape)
        spend(16 * self.index.size)
        try:
            spread = np.broadcast_to(np.asarray(values, np.float64), wanted)
        except ValueError:
            raise MisfitError(
                f"its constant has the shape {values.shape}, samples have {wanted[1:]}"
            ) from None
        found = np.empty(self.index.size)
        found[self.index.reshape(-1)] = spread.reshape(-1)
        return found


def check_size(shape: Shape) -> int:
    """The numbers of one sample. `MisfitError` if they are too many."""
    size = math.prod(shape)
    if size > MAX_NUMBERS:
        raise MisfitError(f"a sample must have at most {MAX_NUMBERS:,} numbers, got {size:,}")
    return size


def per_channel(numbers: Numbers, shape: Shape) -> Numbers:
    """One number for each channel or feature, (channels,), of those of a sample. `MisfitError` if pixels differ."""
    rows: Numbers = numbers.reshape(-1, shape[-1])
    if not (rows == rows[0]).all():
        raise MisfitError("it has numbers of its own for each pixel, which no layer here has")
    first: Numbers = rows[0]
    return first


def row_of(flow: Flow, source: str) -> Flow:
    """The flow as a row of numbers, behind a Flatten if it is an image here; the file has it as a row, too."""
    if flow.index.ndim != 1:
        raise MisfitError(f"it needs a row of numbers, and gets samples of {_size_text(flow.index.shape)}")
    if len(flow.shape) == 1:
        return flow
    index = flow.index
    return flow.add(Flatten(), {}, flow.moved_by or f"before {source}", index=index)


def image_of(flow: Flow, source: str) -> Flow:
    """The flow as an image with its channels first in the file and last here, behind a Reshape if it is a row here."""
    if flow.index.ndim != 3:
        raise MisfitError(f"it needs images, and gets samples of {_size_text(flow.index.shape)}")
    image = flow.index.transpose(1, 2, 0)
    flat = image.reshape(-1)
    if not (flat[1:] > flat[:-1]).all():
        raise MisfitError(
            "the numbers of a row become an image with its channels first; ours have them last, so that no layer "
            "here does it"
        )
    if image.shape == flow.shape:
        return flow
    added = flow.add(Reshape(image.shape), {}, flow.moved_by or f"before {source}")
    return replace(added, index=flow.index)


def sequence_of(flow: Flow) -> Flow:
    """The flow as a sequence with its channels first in the file and last here."""
    if (
        flow.index.ndim != 2
        or flow.index.T.shape != flow.shape
        or not replace(flow, index=flow.index.T).is_straight
    ):
        raise MisfitError(
            f"it needs sequences, channels first, and gets samples of {_size_text(flow.index.shape)}"
        )
    return flow


def settled(flow: Flow) -> Flow:
    """The flow without a pending factor and shift: as preprocessing, in the weights before, or as a BatchNorm."""
    pending = flow.pending
    if pending is None:
        return flow
    flow = replace(flow, pending=None)
    if not flow.steps:
        same = bool((pending.scale == pending.scale[0]).all() and (pending.shift == pending.shift[0]).all())
        # Preprocessing of columns one by one, and of images as a whole.
        if (pending.scale > 0).all() and (same or len(flow.input_shape) == 1):
            return replace(flow, head=pending)
        return _as_layer(flow, pending, "scaling of the inputs, as a BatchNorm that has no more to it")
    layer = flow.steps[-1].layer
    if isinstance(layer, Dense | Conv1D | Conv2D) and layer.activation.kind == "linear":
        return _folded(flow, pending)
    return _as_layer(flow, pending, "a factor and a shift, as a BatchNorm that has no more to it")


def _as_layer(flow: Flow, pending: Affine, remark: str) -> Flow:
    """The flow behind x · scale + shift for each channel or feature, as a batch normalization."""
    source = ", ".join(pending.sources)
    if flow.index.ndim == 1:
        flow = row_of(flow, source)
    scale, shift = per_channel(pending.scale, flow.shape), per_channel(pending.shift, flow.shape)
    layer = BatchNormalization()
    # So that the variance and epsilon are 1 together.
    variance = np.full(scale.shape, 1.0 - layer.epsilon)
    arrays = {
        "gamma": scale,
        "beta": shift,
        "moving_mean": np.zeros(scale.shape),
        "moving_variance": variance,
    }
    return flow.add(layer, arrays, source, remark, index=flow.index)


def _folded(flow: Flow, pending: Affine) -> Flow:
    """As part of the weights of the last layer, a Dense or a convolution without activation."""
    last = flow.steps[-1]
    layer = last.layer
    assert isinstance(layer, Dense | Conv1D | Conv2D)
    scale, shift = per_channel(pending.scale, flow.shape), per_channel(pending.shift, flow.shape)
    spend(20 * last.weights["kernel"].size)
    kernel = np.asarray(last.weights["kernel"], np.float64) * scale
    old = last.weights.get("bias", np.zeros(1))
    bias = np.asarray(old, np.float64) * scale + shift
    is_bias = not layer.use_bias and bool((scale == 1).all())
    remark = "" if is_bias else "a factor and a shift behind it are in its weights"
    changed = layer.replace(use_bias=True)
    return flow.replace_last(changed, ", ".join(pending.sources), remark, kernel=kernel, bias=bias)


def _size_text(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape)) or "one number"
