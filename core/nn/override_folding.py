"""Fold muted and clamped units into weights, where that gives the same outputs, for formats that hold weights alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, TypeGuard

import numpy as np
from numpy.typing import NDArray

from ..spec import SettingError
from ..spec.arrays import Array, Arrays
from .activations import ActivationFunction, Linear
from .attention import MultiHeadAttention
from .layer import Layer
from .layer_types import Shape
from .network import Network
from .stage import below, layer_text

_KEEPS_UNITS: Final = {
    "activation", "average_pooling2d", "batch_normalization", "dropout", "flatten", "gaussian_noise",
    "global_average_pooling2d", "max_pooling2d", "reshape", "spatial_dropout2d",
}  # fmt: skip
"""Layers whose outputs for a unit depend on that unit alone, when they predict; elementwise activations too."""
_POOLS: Final = ("average_pooling2d", "global_average_pooling2d", "max_pooling2d")
_NORMALIZES: Final = ("batch_normalization", "layer_normalization")
_EXACT: Final = 1e-6
"""Relative to the value: what float32 makes of a function's inverse."""
_REACH: Final = 50.0
_HALVINGS: Final = 80


def fold_overrides(network: Network) -> Network:
    """The network itself without overrides, else a copy whose weights give the same outputs without them.

    A unit's own weights become zero where its bias gives the value. Elsewhere its constant goes through the layers that
    keep units apart into the bias of the next Dense or Conv2D, whose weights for it become zero. `SettingError` names
    the unit of which neither is possible.
    """
    if not network.output_overrides:
        return network
    folded = _copy(network)
    # Backwards, so that a unit that is overridden again further on has no weights any more.
    for path in reversed(network.places):
        for unit in _units(network, path):
            _fold(folded, unit)
    return folded


def fold_inside(network: Network) -> tuple[Network, dict[int, tuple[NDArray[np.intp], list[float]]]]:
    """For formats that replace outputs of whole layers: the network, and those overrides by number.

    Overrides within blocks are folded into the weights of a copy. `SettingError` names the unit of which none hold it.
    """
    inside = [path for path in network.output_overrides if "/" in path]
    folded = _copy(network) if inside else network
    for path in inside:
        for unit in _units(network, path):
            _fold(folded, unit)
    return folded, {int(path): held for path, held in network.output_overrides.items() if path not in inside}


def _copy(network: Network) -> Network:
    folded = Network(network.layers, network.input_shape, dtype=network.dtype, seed=None)
    folded.load_state_dict(network.state_dict())
    return folded


@dataclass(frozen=True)
class _Unit:
    path: str
    unit: int
    value: float


def _units(network: Network, path: str) -> list[_Unit]:
    """What is overridden of a layer, where the layer is there."""
    units, values = network.output_overrides.get(path, (np.empty(0, np.intp), []))
    count = network.places[path].output_shape[-1] if path in network.places else 0
    known = zip(units.tolist(), values, strict=True)
    return [_Unit(path, unit, value) for unit, value in known if unit < count]


def _fold(network: Network, unit: _Unit) -> None:
    place = network.places[unit.path]
    layer, arrays = place.layer, below(place.weights, "attention_output") or place.weights
    if _set_normalized(layer, arrays, unit) or _set_bias(layer, arrays, unit, (unit.value, 0.0)):
        return
    stopped_by = "the end of its block" if "/" in unit.path else _move_on(network, unit)
    if stopped_by and not _set_bias(layer, arrays, unit, _arguments(layer, unit.value)):
        held = f"clamped to {unit.value:g}" if unit.value else "muted"
        where = "release it" if "/" in unit.path else "release it, or export to ONNX"
        raise SettingError(
            f"Neuron {unit.unit + 1} of {layer_text(unit.path)} ({layer.title}) is {held}, which no weights hold "
            f"before {stopped_by}; {where}"
        )


def _set_normalized(layer: Layer, arrays: Arrays, unit: _Unit) -> bool:
    """Scale by 0 and shift by the value, in a normalization that does both."""
    if layer.kind not in _NORMALIZES or not {"gamma", "beta"} <= arrays.keys():
        return False
    arrays["gamma"][unit.unit], arrays["beta"][unit.unit] = 0.0, unit.value
    return True


def _set_bias(layer: Layer, arrays: Arrays, unit: _Unit, biases: Sequence[float]) -> bool:
    """Zero a unit's kernel and give it the first of `biases` with which it outputs the value."""
    activation = Linear() if isinstance(layer, MultiHeadAttention) else layer.output_activation
    if "kernel" not in arrays or not _is_elementwise(activation):
        return False
    known = "bias" in arrays
    for bias in biases if known else (0.0,):
        if abs(_output(activation, bias) - unit.value) <= _EXACT * abs(unit.value):
            arrays["kernel"][..., unit.unit] = 0.0
            if known:
                arrays["bias"][unit.unit] = bias
            return True
    return False


def _move_on(network: Network, unit: _Unit) -> str:
    """Take the constant into the next layer with a kernel; returns the title of the layer that prevents it, or ""."""
    start = int(unit.path)
    shape = network.shapes[start]
    mask, constant = np.zeros(shape, bool), np.zeros(shape, network.dtype)
    mask[..., unit.unit], constant[..., unit.unit] = True, unit.value
    for index in range(start + 1, len(network.layers)):
        layer, arrays = network.layers[index], network.weights[index]
        if "kernel" in arrays and layer.kind in ("dense", "conv2d"):
            return "" if _absorb(layer, arrays, mask, constant) else layer.title
        function = layer.output_activation or layer
        apart = layer.kind in _KEEPS_UNITS or isinstance(layer, ActivationFunction)
        if not apart or (isinstance(function, ActivationFunction) and not _is_elementwise(function)):
            return layer.title
        if layer.kind in _POOLS and not _is_whole(mask):
            return layer.title
        constant = _alone(layer, arrays, constant)
        mask = _masked(mask, network.shapes[index])
        constant[~mask] = 0.0
    return "the outputs"


def _absorb(layer: Layer, arrays: Arrays, mask: NDArray[np.bool_], constant: Array) -> bool:
    """Add what a layer makes of the constant to its bias, and zero its kernel there; False if that is not the same."""
    response = _alone(layer.replace(activation="linear"), {"kernel": arrays["kernel"]}, constant)
    rows = mask.reshape(-1, mask.shape[-1])[0]
    even = response.reshape(-1, response.shape[-1])
    # At the edges of an image, padding has zeros instead of the constant.
    same = np.allclose(even, even[0], rtol=0.0, atol=_EXACT * float(np.abs(even).max()))
    if not same or not _is_whole(mask):
        return False
    if "bias" not in arrays and even[0].any():
        return False
    if "bias" in arrays:
        arrays["bias"][...] += even[0]
    arrays["kernel"][..., rows, :] = 0.0
    return True


def _is_whole(mask: NDArray[np.bool_]) -> bool:
    """Whether the mask is of whole units: the same at every position of an image."""
    rows = mask.reshape(-1, mask.shape[-1])
    return bool((rows == rows[0]).all())


def _masked(mask: NDArray[np.bool_], shape: Shape) -> NDArray[np.bool_]:
    """The mask after a layer that keeps units apart: reshaped, or of whole maps."""
    if mask.size == int(np.prod(shape)):
        return mask.reshape(shape)
    return np.broadcast_to(mask.any(axis=tuple(range(mask.ndim - 1))), shape).copy()


def _alone(layer: Layer, arrays: Arrays, inputs: Array) -> Array:
    """Outputs (*shape) of one layer for one input; arrays that are not given are zero."""
    network = Network([layer], inputs.shape, dtype=np.float64, seed=None)
    for name, array in arrays.items():
        network.weights[0][name][...] = array
    outputs: Array = network.predict(inputs[np.newaxis])[0]
    return outputs


def _arguments(layer: Layer, value: float) -> tuple[float, ...]:
    """The bias with which a layer's activation gives the value, by halving, or the ends of the range searched."""
    activation = layer.output_activation
    if not _is_elementwise(activation):
        return ()
    low, high = -_REACH, _REACH
    sides = [_output(activation, end) > value for end in (low, high)]
    if sides[0] == sides[1]:
        return (low, high)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if (_output(activation, middle) > value) == sides[0] else (low, middle)
    return (high,)


def _output(activation: ActivationFunction, argument: float) -> float:
    """f of one number, in float64."""
    return float(_alone(activation, {}, np.array([argument]))[0])


def _is_elementwise(activation: object) -> TypeGuard[ActivationFunction]:
    return isinstance(activation, ActivationFunction) and activation.kind != "softmax"
