"""Flow through a Keras model that is read: columns or an image, their scaling, and our layers so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ...io.budget import spend
from ...nn import Embedding, Layer, LayerError, Masking, Rescaling, Shape
from ...spec import SettingError
from ..model_reader import LayerReport
from ..residual_blocks import MisfitError, Step, residual_of, rows_of

Floats = NDArray[np.float64]
Weights = Mapping[str, NDArray[np.float32]]

_MAX_WIDTH = 1_000_000


@dataclass(frozen=True)
class FlowColumn:
    """A raw column: a number, or one of so many `categories`. `fill` stands in for missing numbers."""

    name: str
    categories: int = 0
    fill: float | None = None


@dataclass(frozen=True, eq=False)
class Flow:
    """Samples of `shape` behind `steps`.

    - `columns`: the raw columns of rows; none for images.
    - `scale`, `offset`: of the inputs, x * scale + offset, for each number or, of images, for all.
    - `tail`: of the outputs, behind the last step; None where they are as they are.
    - `is_shares`: whether both classes were made of one output.
    """

    shape: Shape
    input_shape: Shape
    columns: tuple[FlowColumn, ...]
    scale: Floats
    offset: Floats
    steps: tuple[Step, ...] = ()
    tail: tuple[Floats, Floats] | None = None
    is_shares: bool = False
    before: tuple[LayerReport, ...] = ()
    """Rows of the preprocessing."""
    most: float | None = None
    """The largest token, where the file limits the samples to those from 0 on."""
    mask: float | None = None
    """Of a mask: the value of what is left out. It is that of the steps, which follows from the layers here."""

    def add(self, layer: Layer, weights: Weights, source: str, remark: str = "") -> Flow:
        """Behind one more layer. `MisfitError` if it does not fit there."""
        if self.most is not None:
            # As this program writes an Embedding, which takes other numbers for the nearest token.
            if not isinstance(layer, Embedding) or layer.input_dim - 1 != self.most:
                raise MisfitError(
                    "it takes numbers within limits, which are not those of an Embedding's tokens"
                )
            return replace(self, most=None).add(layer, weights, source, remark)
        if self.is_shares:
            raise MisfitError("it goes on behind the shares of the predictions")
        if self.tail is not None:
            scaled = replace(self, tail=None).add(Rescaling(*self.tail), {}, "Rescaling")
            return scaled.add(layer, weights, source, remark)
        try:
            shape = layer.output_shape(self.shape)
            wanted = {each.name: each.shape for each in layer.parameters(self.shape)}
        except (LayerError, SettingError) as error:
            raise MisfitError(str(error).rstrip(".")) from None
        if wanted != {name: array.shape for name, array in weights.items()}:
            raise MisfitError("its weights have other shapes than the layer here")
        spend(8 * len(self.steps))
        return replace(self, shape=shape, steps=(*self.steps, Step(layer, dict(weights), source, remark)))

    def skip(self, source: str, remark: str) -> Flow:
        """Behind a layer that needs none here."""
        if not self.steps:
            row = LayerReport(source, None, self.shape, "adapted", remark)
            return replace(self, before=(*self.before, row))
        *steps, last = self.steps
        merged = "; ".join(filter(None, (last.remark, f"{source}: {remark}")))
        return replace(self, steps=(*steps, replace(last, remark=merged)))

    def scaled(self, scale: Any, offset: Any, source: str) -> Flow:
        """x * scale + offset: of the raw samples, or of the predictions."""
        spend(32 * self.shape[-1])
        scale, offset = (_spread(each, self.shape) for each in (scale, offset))
        if self.steps:
            before = (np.ones(1), np.zeros(1)) if self.tail is None else self.tail
            return replace(self, tail=(before[0] * scale, before[1] * scale + offset))
        if self.columns:
            scaled = replace(self, scale=self.scale * scale, offset=self.offset * scale + offset)
        elif scale.size == offset.size == 1 and len(self.shape) == 3:
            scaled = replace(self, scale=self.scale * scale[0], offset=self.offset * scale[0] + offset[0])
        else:
            return self.add(Rescaling(scale, offset), {}, source)
        return scaled.skip(source, "part of the preprocessing")

    @property
    def masked(self) -> float | None:
        """The value of what the steps leave out; None if they have no mask."""
        found: float | None = None
        for layer in (step.layer for step in self.steps):
            own = (
                layer.mask_value
                if isinstance(layer, Masking)
                else 0.0
                if isinstance(layer, Embedding)
                else found
            )
            found = own if layer.masks(found is not None) else None
        return found

    @property
    def rows(self) -> tuple[LayerReport, ...]:
        """The rows of the report."""
        return (*self.before, *rows_of(self.steps, self.input_shape))


def columns_of(name: str, width: int) -> Flow:
    """An input of `width` numbers."""
    if not 0 < width <= _MAX_WIDTH:
        raise MisfitError(f"inputs must be 1 to {_MAX_WIDTH:,} numbers, got {width:,}")
    spend(500 * width, entries=width)
    names = (name,) if width == 1 else tuple(f"{name}{number + 1}" for number in range(width))
    columns = tuple(FlowColumn(each) for each in names)
    return Flow((width,), (width,), columns, np.ones(width), np.zeros(width))


def image_of(shape: Shape) -> Flow:
    """An input of images."""
    return Flow(shape, shape, (), np.ones(1), np.zeros(1))


def joined(flows: Sequence[Flow]) -> Flow:
    """Columns side by side. `MisfitError` for outputs of layers."""
    if any(flow.steps or not flow.columns or flow.most is not None for flow in flows):
        raise MisfitError("it joins outputs of layers; only columns of the inputs are joined here")
    width = sum(flow.shape[0] for flow in flows)
    spend(40 * width)
    if len({column.name for flow in flows for column in flow.columns}) < sum(
        len(flow.columns) for flow in flows
    ):
        raise MisfitError("it uses a column twice")
    return Flow(
        (width,),
        (width,),
        tuple(column for flow in flows for column in flow.columns),
        np.concatenate([flow.scale for flow in flows]),
        np.concatenate([flow.offset for flow in flows]),
        before=tuple(row for flow in flows for row in flow.before),
    )


def summed(first: Flow, second: Flow, source: str) -> Flow:
    """The sum of two flows as a Residual block. `MisfitError` if they are no branch beside a skip connection."""
    if first.tail is not None or second.tail is not None:
        raise MisfitError("it adds scaled values")
    if first.columns != second.columns:
        raise MisfitError("it adds values of different inputs")
    found = residual_of(first.steps, second.steps, first.input_shape)
    trunk = replace(first, steps=first.steps[: found.shared], shape=found.before)
    return trunk.add(found.block, found.weights, f"{source} ({found.inner:.100})", found.remark)


def _spread(value: Any, shape: Shape) -> Floats:
    """A number, or one for each of the last axis."""
    array = np.atleast_1d(np.asarray(value, np.float64))
    array = array.reshape(-1) if array.size in (1, shape[-1]) else array
    if array.shape not in ((1,), shape[-1:]):
        raise MisfitError("it scales by other numbers than one for each channel or feature")
    return array if array.size > 1 and (array != array[0]).any() else array[:1]
