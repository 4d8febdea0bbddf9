"""What flows through a Keras model that is read: columns or an image, their scaling, and our layers so far."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.model.model_report import Fit, LayerReport
from core.nn import Conv2D, Dense, Layer, LayerError, Residual, Shape
from core.spec import SettingError

__all__ = ["Column", "Flow", "MisfitError", "Step", "columns_of", "image_of", "joined", "summed"]

Floats = NDArray[np.float64]
Weights = Mapping[str, NDArray[np.float32]]

_MAX_WIDTH = 1_000_000


class MisfitError(ValueError):
    """A layer of the file has no equal here; its message says why, without a full stop."""


@dataclass(frozen=True)
class Column:
    """A raw column: a number, or one of so many `categories`. `fill` stands in for missing numbers."""

    name: str
    categories: int = 0
    fill: float | None = None


@dataclass(frozen=True, eq=False)
class Step:
    """One of our layers with its weights, and its row of the report."""

    layer: Layer
    weights: Weights
    row: LayerReport


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
    columns: tuple[Column, ...]
    scale: Floats
    offset: Floats
    steps: tuple[Step, ...] = ()
    tail: tuple[Floats, Floats] | None = None
    is_shares: bool = False
    before: tuple[LayerReport, ...] = ()
    """Rows of the preprocessing."""

    def add(self, layer: Layer, weights: Weights, source: str, fit: Fit = "fits", remark: str = "") -> Flow:
        """Behind one more layer. `MisfitError` if it does not fit there."""
        if self.tail is not None or self.is_shares:
            raise MisfitError("it goes on behind the scaling of the answers")
        try:
            shape = layer.output_shape(self.shape)
            wanted = {each.name: each.shape for each in layer.parameters(self.shape)}
        except (LayerError, SettingError) as error:
            raise MisfitError(str(error).rstrip(".")) from None
        if wanted != {name: array.shape for name, array in weights.items()}:
            raise MisfitError("its weights have other shapes than the layer here")
        row = LayerReport(source, layer, shape, fit, remark)
        return replace(self, shape=shape, steps=(*self.steps, Step(layer, dict(weights), row)))

    def skip(self, source: str, remark: str) -> Flow:
        """Behind a layer that needs none here."""
        row = LayerReport(source, None, self.shape, "adapted", remark)
        if not self.steps:
            return replace(self, before=(*self.before, row))
        last = self.steps[-1]
        merged = "; ".join(filter(None, (last.row.remark, f"{source}: {remark}")))
        return replace(
            self,
            steps=(*self.steps[:-1], replace(last, row=replace(last.row, fit="adapted", remark=merged))),
        )

    def scaled(self, scale: Any, offset: Any, source: str) -> Flow:
        """x * scale + offset: of the raw samples, or of the answers."""
        scale, offset = (_spread(each, self.shape) for each in (scale, offset))
        if self.steps:
            before = (np.ones(1), np.zeros(1)) if self.tail is None else self.tail
            return replace(self, tail=(before[0] * scale, before[1] * scale + offset))
        if self.columns:
            scaled = replace(self, scale=self.scale * scale, offset=self.offset * scale + offset)
        elif scale.size == offset.size == 1:
            scaled = replace(self, scale=self.scale * scale[0], offset=self.offset * scale[0] + offset[0])
        else:
            raise MisfitError("it scales each channel of images by numbers of its own")
        return scaled.skip(source, "part of the preprocessing")

    @property
    def rows(self) -> tuple[LayerReport, ...]:
        """The rows of the report."""
        return (*self.before, *(step.row for step in self.steps))


def columns_of(name: str, width: int) -> Flow:
    """An input of `width` numbers."""
    if not 0 < width <= _MAX_WIDTH:
        raise MisfitError(f"inputs must be 1 to {_MAX_WIDTH:,} numbers, got {width:,}")
    names = (name,) if width == 1 else tuple(f"{name}{number + 1}" for number in range(width))
    columns = tuple(Column(each) for each in names)
    return Flow((width,), (width,), columns, np.ones(width), np.zeros(width))


def image_of(shape: Shape) -> Flow:
    """An input of images."""
    return Flow(shape, shape, (), np.ones(1), np.zeros(1))


def joined(flows: Sequence[Flow]) -> Flow:
    """Columns side by side. `MisfitError` for outputs of layers."""
    if any(flow.steps or not flow.columns for flow in flows):
        raise MisfitError("it joins outputs of layers; only columns of the inputs are joined here")
    width = sum(flow.shape[0] for flow in flows)
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
    shared = 0
    for one, other in zip(first.steps, second.steps, strict=False):
        if one is not other:
            break
        shared += 1
    branch, skip = first.steps[shared:], second.steps[shared:]
    if len(branch) < len(skip):
        branch, skip = skip, branch
    if not branch or first.columns != second.columns:
        raise MisfitError("it adds values that do not come from one layer")
    before = replace(
        first, steps=first.steps[:shared], shape=_shape_behind(first.input_shape, first.steps[:shared])
    )
    block = Residual(tuple(step.layer for step in branch))
    weights = {f"{place}/{name}": a for place, step in enumerate(branch) for name, a in step.weights.items()}
    sources = ", ".join(step.row.source for step in (*branch, *skip))
    if skip:
        block, weights = _projected(block, weights, skip, before.shape)
    return before.add(block, weights, f"{source} ({sources:.100})")


def _projected(
    block: Residual, weights: dict[str, NDArray[np.float32]], skip: Sequence[Step], before: Shape
) -> tuple[Residual, dict[str, NDArray[np.float32]]]:
    """With the projection, which must be the one that a block makes itself; its bias goes into the branch."""
    try:
        wanted = next((part for name, part, *_ in block.parts(before) if name == "skip"), None)
    except (LayerError, SettingError) as error:
        raise MisfitError(str(error)) from None
    layer = skip[0].layer
    if len(skip) > 1 or wanted is None or not isinstance(layer, Dense | Conv2D):
        raise MisfitError(
            "it adds two branches; a Residual block here has one, beside its input or a projection"
        )
    bare = layer.replace(use_bias=False, kernel_initializer=wanted.kernel_initializer)  # type: ignore[attr-defined]
    if bare != wanted:
        raise MisfitError("its skip connection must be a Dense or a 1 × 1 convolution without activation")
    weights = {**weights, "skip/kernel": skip[0].weights["kernel"]}
    if not layer.use_bias:
        return block, weights
    last, name = block.layers[-1], f"{len(block.layers) - 1}/bias"
    if not isinstance(last, Dense | Conv2D) or last.activation.kind != "linear":
        raise MisfitError("its skip connection has a bias, for which a Residual block here has no place")
    block = block.replace(layers=(*block.layers[:-1], last.replace(use_bias=True)))
    return block, {**weights, name: skip[0].weights["bias"] + weights.get(name, np.float32(0))}


def _shape_behind(shape: Shape, steps: Sequence[Step]) -> Shape:
    for step in steps:
        shape = step.layer.output_shape(shape)
    return shape


def _spread(value: Any, shape: Shape) -> Floats:
    """A number, or one for each of the last axis."""
    array = np.atleast_1d(np.asarray(value, np.float64))
    array = array.reshape(-1) if array.size in (1, shape[-1]) else array
    if array.shape not in ((1,), shape[-1:]):
        raise MisfitError("it scales by other numbers than one for each channel or feature")
    return array if array.size > 1 and (array != array[0]).any() else array[:1]
