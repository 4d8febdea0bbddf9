"""A stack of layers as a `torch.nn.Sequential`: its modules, and the entries of its state dict.

Each activation is a module of its own there, a layer may be several, and images have their channels first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from core.nn.code_writing import TorchModule
from core.nn.layer import Array, FeatureOrder, Layer, Shape

__all__ = ["torch_layer", "torch_lines", "torch_modules", "torch_state"]

State = dict[str, NDArray[Any]]


def torch_modules(layers: Sequence[Layer], input_shape: Shape) -> Iterator[TorchModule]:
    """The modules in their order; `SettingError` for a layer that PyTorch has none for."""
    for layer in layers:
        yield from torch_layer(layer, input_shape)
        input_shape = layer.output_shape(input_shape)


def torch_layer(layer: Layer, input_shape: Shape) -> Iterator[TorchModule]:
    """A layer's own modules, then its activation's."""
    yield from layer.torch_modules(input_shape)
    if (activation := getattr(layer, "activation", None)) is not None:
        yield from activation.torch_modules(layer.output_shape(input_shape))


def torch_lines(modules: Sequence[TorchModule]) -> Iterator[str]:
    """The arguments of a `torch.nn.Sequential`: a comma and maybe a remark behind each module."""
    for module in modules:
        *lines, last = module.call.split("\n")
        remark = f"  # {module.remark}" if module.remark else ""
        yield from (*lines, f"{last},{remark}")


def torch_state(
    layers: Sequence[Layer],
    weights: Sequence[Mapping[str, Array]],
    input_shape: Shape,
    order: FeatureOrder = None,
) -> tuple[State, FeatureOrder]:
    """The entries of the state dict for each layer's arrays by name, and the order of the output's features.

    `SettingError` says which layer has no modules or no names there.
    """
    state: State = {}
    position = 0
    for layer, arrays in zip(layers, weights, strict=True):
        modules = len(list(torch_layer(layer, input_shape)))
        own = layer.torch_weights(arrays, input_shape, order)
        state.update({f"{position}.{name}": array for name, array in own.items()})
        order = layer.torch_order(input_shape, order)
        input_shape = layer.output_shape(input_shape)
        position += modules
    return state, order
