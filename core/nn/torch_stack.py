"""A stack of layers as a `torch.nn.Sequential`: its modules and state dict.

Each activation is a separate module, a layer may be several modules, and images are channels-first.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from core.nn.code_writing import TorchModule
from core.nn.layer import FeatureOrder, Layer, TorchState
from core.nn.shapes import Shape
from core.spec.arrays import Arrays


def torch_modules(layers: Sequence[Layer], input_shape: Shape) -> Iterator[TorchModule]:
    """The modules in order; `SettingError` for a layer without a PyTorch equivalent."""
    for layer in layers:
        yield from torch_layer(layer, input_shape)
        input_shape = layer.output_shape(input_shape)


def torch_layer(layer: Layer, input_shape: Shape) -> Iterator[TorchModule]:
    """Modules of a layer, then of its activation."""
    yield from layer.torch_modules(input_shape)
    if (activation := getattr(layer, "activation", None)) is not None:
        yield from activation.torch_modules(layer.output_shape(input_shape))


def torch_lines(modules: Sequence[TorchModule]) -> Iterator[str]:
    """Arguments of a `torch.nn.Sequential`, one module each, with commas and remarks."""
    for module in modules:
        *lines, last = module.call.split("\n")
        remark = f"  # {module.remark}" if module.remark else ""
        yield from (*lines, f"{last},{remark}")


def torch_state(
    layers: Sequence[Layer],
    weights: Sequence[Arrays],
    input_shape: Shape,
    order: FeatureOrder = None,
) -> tuple[TorchState, FeatureOrder]:
    """TorchState dict of the stack, and PyTorch's order of the output features, (features,) or None.

    `SettingError` names the layer that has no modules or no array names there.
    """
    state: TorchState = {}
    position = 0
    for layer, arrays in zip(layers, weights, strict=True):
        modules = len(list(torch_layer(layer, input_shape)))
        own = layer.torch_weights(arrays, input_shape, order)
        state.update({f"{position}.{name}": array for name, array in own.items()})
        order = layer.torch_order(input_shape, order)
        input_shape = layer.output_shape(input_shape)
        position += modules
    return state, order
