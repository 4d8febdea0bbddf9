"""Layers of Keras as ours: one function for each class, which makes the next flow of a flow."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from ... import nn
from ...nn.recurrent import RECURRENT, Recurrent
from ...spec import SettingError
from ..residual_blocks import DROPS_ALWAYS, FIXED_SLOPE, MisfitError, one_slope
from .flow import Flow, FlowColumn
from .parts import KerasLayer, KerasParts

_FUNCTIONS: Final[Mapping[str, Callable[[], nn.ActivationFunction]]] = {
    "linear": nn.Linear, "relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid, "softmax": nn.Softmax,
    "softplus": nn.Softplus, "silu": nn.SiLU, "swish": nn.SiLU, "gelu": nn.GELU, "elu": nn.ELU,
    "leaky_relu": nn.LeakyReLU,
}  # fmt: skip
_OPERATIONS: Final[Mapping[str, Callable[[], nn.ActivationFunction]]] = {
    "Sin": nn.Sine, "Relu": nn.ReLU, "Tanh": nn.Tanh, "Sigmoid": nn.Sigmoid, "Softplus": nn.Softplus, "Silu": nn.SiLU,
}  # fmt: skip
_NOISES: Final = frozenset(
    {
        "ActivityRegularization", "AlphaDropout", "GaussianDropout", "RandomBrightness", "RandomContrast", "RandomFlip",
        "RandomRotation", "RandomTranslation", "RandomZoom", "SpatialDropout1D",
    }
)  # fmt: skip
"""They do nothing in predictions, and there are none here."""


@dataclass(frozen=True, eq=False)
class Call:
    """A layer of the file, and the flow that it takes."""

    node: KerasLayer
    flow: Flow
    parts: KerasParts

    def get(self, name: str, usual: Any = None) -> Any:
        """A setting; `usual` where it is missing."""
        return self.node.settings.get(name, usual)

    def number(self, name: str, usual: float) -> float:
        """A setting that is a number."""
        value = self.get(name, usual)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise MisfitError(f"{name} must be a number, got {value!r:.60}")
        return float(value)

    def pair(self, name: str, usual: Any) -> tuple[int, int]:
        """A setting of height and width, or of one number for both."""
        value = self.get(name, usual)
        value = [value, value] if type(value) is int else value
        if not isinstance(value, list) or len(value) != 2 or not all(type(each) is int for each in value):
            raise MisfitError(f"{name} must be two whole numbers, got {value!r:.60}")
        return value[0], value[1]

    def lengths(self, kind: type[nn.Layer], name: str, usual: Any) -> Any:
        """A setting along the axes that a layer goes over: one of time, or two of an image."""
        return self.single(name, usual) if kind.__name__.endswith("1D") else self.pair(name, usual)

    def single(self, name: str, usual: Any) -> int:
        """A setting along time: a whole number, or a list of one."""
        value = self.get(name, usual)
        return self.count(name, value[0] if isinstance(value, list) and len(value) == 1 else value)

    def count(self, name: str, value: Any = None) -> int:
        """A setting that is a whole number, or a value of it."""
        value = self.get(name) if value is None else value
        if type(value) is not int:
            raise MisfitError(f"{name} must be a whole number, got {value!r:.60}")
        return value

    def must_be(self, name: str, *allowed: Any) -> None:
        """Refuse other values; a missing one is allowed."""
        value = self.get(name, allowed[0])
        if value not in allowed:
            raise MisfitError(f"{name} must be {' or '.join(map(repr, allowed))}, got {value!r:.60}")

    def array(self, place: int, *shape: int) -> NDArray[np.float32]:
        """Its weights at a place."""
        return self.parts.array(f"{self.node.path}/{place}", shape)

    def array_in(self, group: str, place: int, *shape: int) -> NDArray[np.float32]:
        """The weights at a place of a part within it, such as "cell"."""
        within = f"{group}/vars" if group else "vars"
        return self.parts.array(f"{self.node.path.removesuffix('vars')}{within}/{place}", shape)

    def arrays_of(self, layer: nn.Layer, group: str = "") -> dict[str, NDArray[np.float32]]:
        """The weights of one of our layers, of which the file has the same in the same order, of a part within it."""
        return {
            each.name: self.array_in(group, place, *each.shape)
            for place, each in enumerate(layer.parameters(self.flow.shape))
        }

    def add(self, layer: nn.Layer, remark: str = "", /, **weights: NDArray[np.float32]) -> Flow:
        """The flow behind one of our layers."""
        return self.flow.add(layer, weights, self.node.source, remark)


def is_known(node: KerasLayer) -> bool:
    """Whether there is a layer here for its class, or none is needed."""
    return node.kind in (OPERATIONS if node.is_operation else KINDS)


def activation_of(value: Any) -> nn.ActivationFunction:
    """The function of a setting `activation`: a name, or a layer with its settings."""
    if value is None:
        return nn.Linear()
    if isinstance(value, str):
        if value not in _FUNCTIONS:
            raise MisfitError(f"there is no activation here for {value:.60}")
        return _FUNCTIONS[value]()
    kind, settings = (
        (value.get("class_name"), value.get("config")) if isinstance(value, dict) else (None, None)
    )
    if kind == "function" and isinstance(settings, str):
        return activation_of(settings)
    if isinstance(kind, str) and isinstance(settings, dict) and kind in _ACTIVATION_LAYERS:
        return _ACTIVATION_LAYERS[kind](settings)
    raise MisfitError(f"there is no activation here for {kind!r:.60}")


def _relu(settings: Mapping[str, Any]) -> nn.ActivationFunction:
    for name, allowed in (("max_value", (None,)), ("threshold", (0, None))):
        if settings.get(name) not in allowed:
            raise MisfitError(f"there is no ReLU here with {name} {settings[name]!r:.60}")
    slope = settings.get("negative_slope")
    return _checked(lambda: nn.LeakyReLU(slope)) if slope else nn.ReLU()


def _softmax(settings: Mapping[str, Any]) -> nn.ActivationFunction:
    if settings.get("axis", -1) not in (-1, [-1]):
        raise MisfitError(f"there is no Softmax here over axis {settings['axis']!r:.60}")
    return nn.Softmax()


_ACTIVATION_LAYERS: Final[Mapping[str, Callable[[Mapping[str, Any]], nn.ActivationFunction]]] = {
    "ReLU": _relu,
    "LeakyReLU": lambda settings: _checked(
        lambda: nn.LeakyReLU(settings.get("negative_slope", settings.get("alpha", 0.3)))
    ),
    "ELU": lambda settings: _checked(lambda: nn.ELU(settings.get("alpha", 1.0))),
    "Softmax": _softmax,
    "Activation": lambda settings: activation_of(settings.get("activation")),
}


_Made = TypeVar("_Made", bound=nn.Layer)


def _checked(make: Callable[[], _Made]) -> _Made:
    """The result of `make`; `MisfitError` for a setting out of range."""
    try:
        return make()
    except SettingError as error:
        raise MisfitError(str(error).rstrip(".")) from None


def _activated(call: Call) -> Flow:
    function = _ACTIVATION_LAYERS[call.node.kind](call.node.settings)
    if isinstance(function, nn.Linear):
        return call.flow.skip(call.node.source, "does nothing")
    return call.add(nn.Activation(function))


def _operated(call: Call) -> Flow:
    if len(call.node.given) > 1:
        raise MisfitError(f"there is no layer here for {call.node.kind} of several values")
    return call.add(nn.Activation(_OPERATIONS[call.node.kind]()))


def _limited(call: Call) -> Flow:
    given = [each for each in call.node.given if isinstance(each, int | float)]
    before, after = (None, math.inf) if call.node.kind == "Maximum" else (math.inf, *given)
    if call.flow.steps or call.flow.most != before or given != [0 if before is None else after]:
        raise MisfitError("it limits other numbers than tokens")
    return replace(call.flow, most=after)


def _dense(call: Call) -> Flow:
    units = call.count("units")
    bias = call.get("use_bias", True) is True
    layer = _checked(lambda: nn.Dense(units, activation_of(call.get("activation")), use_bias=bias))
    return call.add(layer, **call.arrays_of(layer))


def _conv(kind: type[nn.Conv1D] | type[nn.Conv2D]) -> Callable[[Call], Flow]:
    def read(call: Call) -> Flow:
        call.must_be("data_format", "channels_last")
        call.must_be("groups", 1)
        filters, bias = call.count("filters"), call.get("use_bias", True) is True
        size, strides, dilation = (
            call.lengths(kind, name, usual)
            for name, usual in (("kernel_size", None), ("strides", 1), ("dilation_rate", 1))
        )
        padding, activation = call.get("padding", "valid"), activation_of(call.get("activation"))
        layer: nn.Layer = _checked(lambda: kind(filters, size, strides, padding, dilation, activation, bias))
        return call.add(layer, **call.arrays_of(layer))

    return read


def _normalization(kind: type[nn.BatchNormalization] | type[nn.LayerNormalization]) -> Callable[[Call], Flow]:
    def read(call: Call) -> Flow:
        rank, width = len(call.flow.shape), call.flow.shape[-1]
        if kind is nn.BatchNormalization and call.node.always_trains:
            raise MisfitError("it normalizes each batch, as in training")
        call.must_be("axis", -1, rank, [-1], [rank])
        call.must_be("rms_scaling", False)
        call.must_be("renorm", False)
        center, scale = (call.get(name, True) is True for name in ("center", "scale"))
        settings: dict[str, Any] = {
            "epsilon": call.number("epsilon", 0.001),
            "center": center,
            "scale": scale,
        }
        names = [*(["gamma"] if scale else []), *(["beta"] if center else [])]
        if kind is nn.BatchNormalization:
            settings["momentum"] = call.number("momentum", 0.99)
            names += ["moving_mean", "moving_variance"]
        layer = _checked(lambda: kind(**settings))
        return call.add(layer, **{name: call.array(place, width) for place, name in enumerate(names)})

    return read


def _noise(kind: type[nn.Dropout] | type[nn.GaussianNoise], name: str) -> Callable[[Call], Flow]:
    def read(call: Call) -> Flow:
        value = call.number(name, 0.0)
        return call.add(_checked(lambda: kind(value)), DROPS_ALWAYS if call.node.always_trains else "")

    return read


def _prelu(call: Call) -> Flow:
    shared = call.get("shared_axes") or []
    shape = [1 if place in shared else length for place, length in enumerate(call.flow.shape, 1)]
    return call.add(_checked(lambda: nn.Activation(one_slope(call.array(0, *shape)))), FIXED_SLOPE)


_Pool = type[nn.MaxPooling1D | nn.AveragePooling1D | nn.MaxPooling2D | nn.AveragePooling2D]
_Global = type[nn.GlobalAveragePooling1D | nn.GlobalMaxPooling1D | nn.GlobalAveragePooling2D]


def _pool(kind: _Pool) -> Callable[[Call], Flow]:
    def read(call: Call) -> Flow:
        call.must_be("data_format", "channels_last")
        size = call.lengths(kind, "pool_size", 2)
        strides = size if call.get("strides") is None else call.lengths(kind, "strides", 2)
        return call.add(_checked(lambda: kind(size, strides, call.get("padding", "valid"))))

    return read


def _global_pool(kind: _Global) -> Callable[[Call], Flow]:
    def read(call: Call) -> Flow:
        call.must_be("data_format", "channels_last")
        call.must_be("keepdims", False)
        return call.add(kind())

    return read


def _global_maximum(call: Call) -> Flow:
    call.must_be("data_format", "channels_last")
    call.must_be("keepdims", False)
    if len(call.flow.shape) != 3:
        raise MisfitError("it needs an image")
    size = call.flow.shape[0], call.flow.shape[1]
    pooled = call.add(_checked(lambda: nn.MaxPooling2D(size)), "a pool over the whole image, and Flatten")
    return replace(call, flow=pooled).add(nn.Flatten(), "of the maximum")


def _flatten(call: Call) -> Flow:
    call.must_be("data_format", "channels_last")
    if len(call.flow.shape) == 1:
        return call.flow.skip(call.node.source, "rows are flat already")
    return call.add(nn.Flatten())


def _reshape(call: Call) -> Flow:
    shape = call.get("target_shape")
    if not isinstance(shape, list) or not all(type(length) is int for length in shape):
        raise MisfitError(f"target_shape must be whole numbers, got {shape!r:.60}")
    return call.add(_checked(lambda: nn.Reshape(tuple(shape))))


def _recurrent_layer(call: Call, backward: bool = False) -> Recurrent:
    """The layer of a recurrent cell's settings, of which predictions depend on those that are here alone."""
    kind = next((each for each in RECURRENT if each.__name__ == call.node.kind), None)
    if kind is None:
        raise MisfitError(f"there is no recurrent layer here for {call.node.kind:.60}")
    call.must_be("use_bias", True)
    call.must_be("go_backwards", backward)
    for name in ("stateful", "return_state"):
        call.must_be(name, False)
    if kind is nn.GRU:
        call.must_be("reset_after", True)
    given: dict[str, Any] = {"dropout": call.number("dropout", 0.0)}
    given["activation"] = activation_of(call.get("activation", "tanh"))
    if kind is not nn.SimpleRNN:
        given["recurrent_activation"] = activation_of(call.get("recurrent_activation", "sigmoid"))
    units, each = call.count("units"), call.get("return_sequences", False) is True
    return _checked(lambda: kind(units, return_sequences=each, **given))


def _recurrent(call: Call) -> Flow:
    layer = _recurrent_layer(call)
    drops = call.number("recurrent_dropout", 0.0)
    return call.add(
        layer, "its recurrent_dropout is left out" if drops else "", **call.arrays_of(layer, "cell")
    )


def _bidirectional(call: Call) -> Flow:
    merge, inner = call.get("merge_mode", "concat"), []
    weights: dict[str, NDArray[np.float32]] = {}
    if merge not in ("concat", "sum", "ave"):
        raise MisfitError(f"merge_mode must be concat, sum or ave, got {merge!r:.60}")
    for way in ("forward", "backward"):
        entry = call.get("layer" if way == "forward" else "backward_layer") or call.get("layer")
        settings = entry.get("config") if isinstance(entry, dict) else None
        if not isinstance(settings, dict) or not isinstance(entry.get("class_name"), str):
            raise MisfitError("its layers must be objects with a class_name and a config")
        one = replace(call, node=replace(call.node, kind=entry["class_name"], settings=settings))
        layer = _recurrent_layer(one, way == "backward" and settings.get("go_backwards") is True)
        arrays = one.arrays_of(layer, f"{way}_layer/cell")
        inner.append(layer)
        weights |= {f"{way}/{name}": array for name, array in arrays.items()}
    if inner[0] != inner[1]:
        raise MisfitError("its layers of both directions must be alike")
    return call.add(nn.Bidirectional(inner[0], merge), **weights)


def _embedding(call: Call) -> Flow:
    count, size = call.count("input_dim"), call.count("output_dim")
    layer = _checked(lambda: nn.Embedding(count, size, mask_zero=call.get("mask_zero", False) is True))
    return call.add(layer, **call.arrays_of(layer))


def _attention(call: Call) -> Flow:
    heads, size, channels = call.count("num_heads"), call.count("key_dim"), call.flow.shape[-1]
    if len(call.node.parents) < 2:
        raise MisfitError("it must be called with queries and values, as layer(x, x)")
    if set(call.node.named) - {"use_causal_mask", "training", "return_attention_scores"}:
        raise MisfitError("it has a mask of its own")
    call.must_be("value_dim", size, None)
    call.must_be("output_shape", None)
    bias, causal = call.get("use_bias", True) is True, call.node.named.get("use_causal_mask") is True
    dropout = call.number("dropout", 0.0)
    own = 0 if heads * size == channels else size
    layer = _checked(lambda: nn.MultiHeadAttention(heads, causal, bias, dropout, key_dim=own))
    weights = {}
    for each in layer.parameters(call.flow.shape):
        part, _, name = each.name.rpartition("/")
        group = f"{part.removeprefix('attention_')}_dense"
        weights[each.name] = call.array_in(group, int(name == "bias"), *each.shape)
    return call.add(layer, **weights)


def _normalized(call: Call) -> Flow:
    rank, width = len(call.flow.shape), call.flow.shape[-1]
    call.must_be("axis", -1, rank, [-1], [rank], None, [])
    call.must_be("invert", False)
    given = call.get("mean"), call.get("variance")
    if given == (None, None):
        shape = () if call.get("axis", -1) in (None, []) else (width,)
        mean, variance = (call.array(place, *shape).astype(np.float64) for place in (0, 1))
    else:
        mean, variance = map(_numbers, given)
    if not (variance >= 0).all():
        raise MisfitError("its variance must be at least 0")
    deviation = np.maximum(np.sqrt(variance), 1e-7)
    if len(call.flow.shape) > 1:
        # Preprocessing of images has one number for all channels, and sequences have none.
        return call.add(_checked(lambda: nn.Normalization(mean.ravel(), variance.ravel())))
    return call.flow.scaled(1.0 / deviation, -mean / deviation, call.node.source)


def _categories(call: Call) -> Flow:
    flow = call.flow
    call.must_be("output_mode", "one_hot")
    if flow.steps or len(flow.columns) != 1 or flow.columns[0].categories or (flow.scale != 1).any():
        raise MisfitError("it numbers something else than one column of the inputs")
    width = call.count("num_tokens")
    if not 0 < width <= 10_000:
        raise MisfitError(f"num_tokens must be 1 to 10,000, got {width}")
    column = FlowColumn(flow.columns[0].name, width)
    coded = replace(
        flow,
        shape=(width,),
        input_shape=(width,),
        columns=(column,),
        scale=np.ones(width),
        offset=np.zeros(width),
    )
    return coded.skip(call.node.source, "part of the preprocessing")


def _numbers(value: Any) -> NDArray[np.float64]:
    """Numbers of a setting, flat if all but its last axis have the length 1."""
    if isinstance(value, dict) and value.get("class_name") == "__numpy__":
        value = value.get("config", {}).get("value")
    try:
        array = np.asarray(value, np.float64)
    except (TypeError, ValueError):
        raise MisfitError(f"its numbers must be numbers, got {value!r:.60}") from None
    if not np.isfinite(array).all() or math.prod(array.shape[:-1]) != 1:
        raise MisfitError("its numbers must be finite, one for all or one for each channel or feature")
    return array


def _nothing(call: Call) -> Flow:
    return call.flow.skip(call.node.source, "does nothing in predictions, and there is none here")


def _code(call: Call) -> Flow:
    raise MisfitError("it holds Python code, which is not run")


ATTENTION: Final = "MultiHeadAttention"
KINDS: Final[Mapping[str, Callable[[Call], Flow]]] = {
    **dict.fromkeys(_ACTIVATION_LAYERS, _activated),
    **dict.fromkeys(_NOISES, _nothing),
    "Identity": _nothing,
    "Lambda": _code,
    "PReLU": _prelu,
    "Dense": _dense,
    **{kind.__name__: _conv(kind) for kind in (nn.Conv1D, nn.Conv2D)},
    "BatchNormalization": _normalization(nn.BatchNormalization),
    "LayerNormalization": _normalization(nn.LayerNormalization),
    "Dropout": _noise(nn.Dropout, "rate"),
    "SpatialDropout2D": _noise(nn.SpatialDropout2D, "rate"),
    "GaussianNoise": _noise(nn.GaussianNoise, "stddev"),
    **{
        kind.__name__: _pool(kind)
        for kind in (nn.MaxPooling1D, nn.AveragePooling1D, nn.MaxPooling2D, nn.AveragePooling2D)
    },
    **{
        kind.__name__: _global_pool(kind)
        for kind in (nn.GlobalAveragePooling1D, nn.GlobalMaxPooling1D, nn.GlobalAveragePooling2D)
    },
    "GlobalMaxPooling2D": _global_maximum,
    **dict.fromkeys((kind.__name__ for kind in RECURRENT), _recurrent),
    "Bidirectional": _bidirectional,
    "Embedding": _embedding,
    "Masking": lambda call: call.add(_checked(lambda: nn.Masking(call.number("mask_value", 0.0)))),
    ATTENTION: _attention,
    "Flatten": _flatten,
    "Reshape": _reshape,
    "Rescaling": lambda call: call.flow.scaled(
        _numbers(call.get("scale")), _numbers(call.get("offset", 0.0)), call.node.source
    ),
    "Normalization": _normalized,
    "CategoryEncoding": _categories,
}
OPERATIONS: Final = dict.fromkeys(_OPERATIONS, _operated) | dict.fromkeys(("Maximum", "Minimum"), _limited)
