"""Layers that were found in a file: what is said of them, and two ways that are added, a residual block."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..nn import ActivationFunction, Conv2D, Dense, Layer, LayerError, LeakyReLU, ReLU, Residual, Shape
from ..nn.network import Network
from ..spec import SettingError
from .model_reader import LayerReport

DROPS_ALWAYS: Final = "it drops in predictions too, in the file; here in training alone"
FIXED_SLOPE: Final = "its slope is not learned here"


class MisfitError(Exception):
    """The reason why a part of a file is no layer here, without a full stop."""


def one_slope(slopes: NDArray[Any]) -> ActivationFunction:
    """The function of a PReLU. `MisfitError` unless it has one slope for all; `SettingError` for one out of range."""
    slope = float(slopes.reshape(-1)[0]) if slopes.size else 0.0
    if not (slopes == slopes.dtype.type(slope)).all():
        raise MisfitError("it has a slope of its own for each channel; Leaky ReLU here has one for all")
    # Written as float32.
    return LeakyReLU(float(f"{slope:.7g}")) if slope else ReLU()


@dataclass(frozen=True, eq=False)
class Step:
    """A layer with its arrays by name, and what is reported of it but its shape."""

    layer: Layer
    weights: Mapping[str, NDArray[Any]]
    source: str
    remark: str = ""

    @property
    def report(self) -> LayerReport:
        """The row of the report, without a shape."""
        return LayerReport(self.source, self.layer, None, "adapted" if self.remark else "fits", self.remark)


def rows_of(steps: Iterable[Step], shape: Shape) -> tuple[LayerReport, ...]:
    """The rows of the report, each with the shape behind its layer; `shape` is that of the inputs."""
    rows: list[LayerReport] = []
    for step in steps:
        shape = step.layer.output_shape(shape)
        rows.append(replace(step.report, shape=shape))
    return tuple(rows)


def network_of(steps: Sequence[Step], input_shape: Shape) -> Network:
    """The network of these layers and their arrays. `ValueError` for arrays that are not finite."""
    network = Network(tuple(step.layer for step in steps), input_shape, seed=None)
    for weights, step in zip(network.weights, steps, strict=True):
        for name, array in weights.items():
            if not np.isfinite(step.weights[name]).all():
                raise ValueError(f"{step.source} must have finite weights only")
            array[...] = step.weights[name]
    return network


@dataclass(frozen=True, eq=False)
class FoundBlock:
    """A block behind the first `shared` steps of both ways, whose samples have the shape `before`.

    `inner` names the layers in it, `remark` says what was adapted.
    """

    shared: int
    before: Shape
    block: Residual
    weights: dict[str, NDArray[np.float32]]
    inner: str
    remark: str


def residual_of(first: Sequence[Step], second: Sequence[Step], input_shape: Shape) -> FoundBlock:
    """The sum of what two ways of layers make. `MisfitError` if they are no branch beside a skip connection."""
    shared = _shared(first, second)
    branch, skip = first[shared:], second[shared:]
    if len(branch) < len(skip) or not branch:
        branch, skip = skip, branch
    if not branch:
        raise MisfitError("it adds a value to itself")
    before = input_shape
    for step in first[:shared]:
        before = step.layer.output_shape(before)
    weights = {
        f"{place}/{name}": array for place, step in enumerate(branch) for name, array in step.weights.items()
    }
    block = Residual(tuple(step.layer for step in branch))
    remark = ""
    if skip:
        projected, remark = _projection(block, skip, before)
        weights["skip/kernel"] = projected
        weights, block = _with_bias_of(skip[0], weights, block, branch)
    inner = "; ".join(step.source for step in (*branch, *skip))
    return FoundBlock(shared, before, block, weights, inner, remark)


def _projection(block: Residual, skip: Sequence[Step], before: Shape) -> tuple[NDArray[np.float32], str]:
    """The kernel of the skip connection, which must be the layer that a Residual block makes itself."""
    try:
        wanted = next((part for name, part, *_ in block.parts(before) if name == "skip"), None)
    except (LayerError, SettingError) as error:
        raise MisfitError(str(error)) from None
    step = skip[0]
    layer = step.layer
    plain = len(skip) == 1 and isinstance(layer, Dense | Conv2D)
    if not plain or wanted is None:
        raise MisfitError(
            "it adds two branches of layers; a Residual block has one, beside its inputs or a projection"
        )
    assert isinstance(layer, Dense | Conv2D)
    alike = ("units",) if isinstance(layer, Dense) else ("filters", "kernel_size", "strides", "dilation_rate")
    same = type(layer) is type(wanted) and all(getattr(layer, n) == getattr(wanted, n) for n in alike)
    if not same or layer.activation.kind != "linear":
        raise MisfitError("its skip connection must be a Dense or a 1 × 1 convolution without activation")
    remark = "the bias of its projection is in its last layer" if layer.use_bias else ""
    return step.weights["kernel"], remark


def _with_bias_of(
    skip: Step, weights: dict[str, NDArray[np.float32]], block: Residual, branch: Sequence[Step]
) -> tuple[dict[str, NDArray[np.float32]], Residual]:
    """With the bias of the projection added to that of the branch's last layer, whose sums go into the same sum."""
    if "bias" not in skip.weights:
        return weights, block
    last = block.layers[-1]
    if not isinstance(last, Dense | Conv2D) or last.activation.kind != "linear":
        raise MisfitError("its skip connection has a bias, for which a Residual block has no place")
    name = f"{len(branch) - 1}/bias"
    bias = skip.weights["bias"] + weights.get(name, np.float32(0))
    layers = (*block.layers[:-1], last.replace(use_bias=True))
    ordered: dict[str, NDArray[np.float32]] = {}
    for key, array in {**weights, name: bias}.items():
        ordered[key] = array
    return ordered, block.replace(layers=layers)


def _shared(first: Sequence[Step], second: Sequence[Step]) -> int:
    """Number of steps that both share from the start, the very same ones."""
    count = 0
    for one, other in zip(first, second, strict=False):
        if one is not other:
            break
        count += 1
    return count
