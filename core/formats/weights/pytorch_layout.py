"""PyTorch's names and axis order for the weights of a network.

The matching `torch.nn.Sequential` has activations as separate modules, and images with the channels first:

- Dense is `Linear`, Conv2D `Conv2d` with its kernel as (filters, channels, height, width).
- BatchNorm is `BatchNorm1d` or `BatchNorm2d` with momentum 1 - momentum, LayerNorm `LayerNormalization`.
- GlobalAvgPool is two modules: `AdaptiveAvgPool2d(1)` and `Flatten()`.
- Residual is a module with `layers`, a Sequential, and `skip` if it projects.
- After Flatten, features are in PyTorch's order: all pixels of the first channel first.

Layers define their modules, names and order in `torch_modules`, `torch_weights` and `torch_order`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...nn import Layer, Shape
from ...nn.layer import TorchState
from ...nn.layer_stacks import torch_state
from ...nn.network import Network, describe
from ...spec import SettingError
from ...spec.arrays import Arrays


def pytorch_names(network: Network) -> TorchState:
    """The state dict. Raises `SettingError` for layers without a PyTorch module."""
    return _state(network.layers, network.weights, network.input_shape)


def check_pytorch(layers: Sequence[Layer], input_shape: Shape) -> None:
    """Raise the `SettingError` that `pytorch_names` would raise, without a network."""
    _, described = describe(layers, input_shape)
    weights = [{p.name: np.broadcast_to(np.float32(0.0), p.shape) for p in each} for each in described]
    _state(layers, weights, input_shape)


def _state(layers: Sequence[Layer], weights: Sequence[Arrays], input_shape: Shape) -> TorchState:
    state, order = torch_state(layers, weights, input_shape)
    if order is not None:
        raise SettingError(
            "Export: the pytorch layout has no Flatten of several channels at the end; use keras"
        )
    return state
