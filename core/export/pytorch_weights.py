"""The names and axis orders that PyTorch gives the weights of the same network.

The matching `torch.nn.Sequential` has each activation as a module of its own, and images with the channels first:

- Dense is `Linear`, Conv2D `Conv2d` with its kernel as (filters, channels, height, width).
- BatchNorm is `BatchNorm1d` or `BatchNorm2d` with momentum 1 - momentum, LayerNorm `LayerNorm`.
- GlobalAvgPool is two modules: `AdaptiveAvgPool2d(1)` and `Flatten()`.
- Residual is a module with `layers`, a Sequential, and, where it projects, `skip`.
- Behind a Flatten the features come in PyTorch's order: first all pixels of the first channel, and so on.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.nn import (
    ActivationFunction,
    BatchNorm,
    Conv2D,
    Dense,
    Flatten,
    GlobalAvgPool,
    Layer,
    LayerNorm,
    Reshape,
    Residual,
    Shape,
)
from core.nn.network import Network, describe
from core.spec import SettingError

__all__ = ["check_pytorch", "pytorch_names"]

Array = NDArray[np.floating[Any]]
Named = Iterator[tuple[str, NDArray[Any]]]


def pytorch_names(network: Network) -> Named:
    """Every entry of the state dict; `SettingError` for what PyTorch has no module for."""
    return _entries(network.layers, network.weights, (network.input_shape, *network.shapes))


def check_pytorch(layers: Sequence[Layer], input_shape: Shape) -> None:
    """Raise the `SettingError` that `pytorch_names` would, without a network."""
    shapes, described = describe(layers, input_shape)
    weights = [{p.name: np.broadcast_to(np.float32(0.0), p.shape) for p in each} for each in described]
    for _ in _entries(layers, weights, (input_shape, *shapes)):
        pass


def _entries(
    layers: Sequence[Layer], weights: Sequence[Mapping[str, Array]], shapes: Sequence[Shape]
) -> Named:
    writer, position = _Writer(), 0
    for layer, arrays, shape in zip(layers, weights, shapes, strict=False):
        yield from writer.layer(f"{position}", layer, arrays, shape)
        position += _modules(layer)
    if not writer.keeps_order:
        raise SettingError(
            "Export: the pytorch layout has no Flatten of several channels at the end; use keras"
        )


class _Writer:
    """Walks along the layers and remembers how a Flatten has ordered the features."""

    def __init__(self) -> None:
        self._order: NDArray[np.int64] | None = None

    @property
    def keeps_order(self) -> bool:
        """Whether the features come in our order now."""
        return self._order is None

    def layer(self, name: str, layer: Layer, weights: Mapping[str, Array], shape: Shape) -> Named:
        """The entries of one layer on samples of `shape`, under a module's name."""
        if isinstance(layer, Flatten):
            self._flatten(shape)
        elif isinstance(layer, Reshape) and _mixes(shape) + _mixes(layer.output_shape(shape)):
            raise SettingError(
                "Export: the pytorch layout has no Reshape of images with several channels; use keras"
            )
        elif isinstance(layer, Reshape) and not self.keeps_order:
            raise SettingError(
                "Export: the pytorch layout has no Reshape behind a Flatten of several channels; use keras"
            )
        elif isinstance(layer, Residual):
            yield from self._residual(name, layer, weights, shape)
        elif write := _WRITERS.get(type(layer)):
            yield from write(self, name, layer, weights, shape)
        elif weights:
            raise SettingError(f"Export: the pytorch layout has no names for {layer.title} yet")

    def _flatten(self, shape: Shape) -> None:
        if _mixes(shape):
            height, width, channels = shape
            pixels = np.arange(math.prod(shape)).reshape(height, width, channels)
            self._order = pixels.transpose(2, 0, 1).reshape(-1)

    def _dense(self, name: str, layer: Layer, weights: Mapping[str, Array], shape: Shape) -> Named:
        # A transposed view written as it is comes out wrong in safetensors: make it contiguous.
        yield f"{name}.weight", np.ascontiguousarray(self._in_order(weights["kernel"]).T)
        self._order = None
        if "bias" in weights:
            yield f"{name}.bias", weights["bias"].copy()

    def _convolution(self, name: str, layer: Layer, weights: Mapping[str, Array], shape: Shape) -> Named:
        yield f"{name}.weight", np.ascontiguousarray(weights["kernel"].transpose(3, 2, 0, 1))
        if "bias" in weights:
            yield f"{name}.bias", weights["bias"].copy()

    def _normalization(self, name: str, layer: Layer, weights: Mapping[str, Array], shape: Shape) -> Named:
        if isinstance(layer, LayerNorm) and len(shape) > 1:
            raise SettingError("Export: PyTorch has no LayerNorm over the channels of images; use keras")
        for ours, theirs in _NORMALIZATION_NAMES.items():
            if ours in weights:
                yield f"{name}.{theirs}", self._in_order(weights[ours]).copy()
        if isinstance(layer, BatchNorm):
            yield f"{name}.num_batches_tracked", np.array(0, np.int64)

    def _residual(self, name: str, layer: Residual, weights: Mapping[str, Array], shape: Shape) -> Named:
        position = 0
        before_block = skipped = self._order
        for key, part, before, _ in layer.parts(shape):
            inner = {n[len(key) + 1 :]: array for n, array in weights.items() if n.startswith(f"{key}/")}
            if key == "skip":
                branch, self._order = self._order, before_block
                yield from self.layer(f"{name}.skip", part, inner, before)
                skipped, self._order = self._order, branch
            else:
                yield from self.layer(f"{name}.layers.{position}", part, inner, before)
                position += _modules(part)
        if (skipped is None) != (self._order is None):
            raise SettingError(
                "Export: the pytorch layout has no Residual right behind a Flatten of several channels; use keras"
            )

    def _in_order(self, array: Array) -> Array:
        return array if self._order is None else array[self._order]


_NORMALIZATION_NAMES = {
    "gamma": "weight",
    "beta": "bias",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
}
_WRITERS: dict[type[Layer], Callable[[_Writer, str, Layer, Mapping[str, Array], Shape], Named]] = {
    Dense: _Writer._dense,
    Conv2D: _Writer._convolution,
    BatchNorm: _Writer._normalization,
    LayerNorm: _Writer._normalization,
}


def _mixes(shape: Shape) -> bool:
    """Whether channels last and channels first are different orders."""
    return len(shape) == 3 and shape[2] > 1 and math.prod(shape[:2]) > 1


def _modules(layer: Layer) -> int:
    """How many modules of `torch.nn.Sequential` a layer becomes."""
    if isinstance(layer, ActivationFunction):
        return int(layer.kind != "linear")
    if isinstance(layer, GlobalAvgPool):
        return 2
    activation = getattr(layer, "activation", None)
    if activation is None:
        return 1
    own = 0 if layer.kind == "activation" else 1
    return own + int(activation.kind != "linear")
