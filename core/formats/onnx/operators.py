"""Operators of ONNX and their part here: a layer, a part of one, or a change of order that needs none."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ... import nn
from ...io.budget import spend
from ...spec import SettingError
from ..residual_blocks import DROPS_ALWAYS, FIXED_SLOPE, MisfitError, one_slope
from .constants import BATCH, axes_of, whole_numbers
from .flow import Affine, Flow, image_of, per_channel, row_of, sequence_of, settled
from .fusions import FUSED_DOMAIN, RECURRENT
from .parser import ParsedNode
from .windows import FoundWindows, find_windows

Array = NDArray[Any]


@dataclass(frozen=True, eq=False)
class Call:
    """A node with its inputs: `flow` is the first that depends on samples, at `place`; `constants` are by place.

    `shared`: whether its input is used elsewhere, too, so that what was before must not change. `batch` is the number
    of samples that the file is fixed to, if it is.
    """

    node: ParsedNode
    flow: Flow
    place: int
    constants: Mapping[int, Array]
    source: str
    shared: bool
    opset: int
    batch: int | None

    @property
    def attributes(self) -> Mapping[str, Any]:
        return self.node.attributes

    def constant(self, place: int) -> Array:
        """The constant at a place of the inputs. `MisfitError` if there is none."""
        if place not in self.constants:
            raise MisfitError(f"its input {place + 1} must be constant")
        return self.constants[place]

    def inputs(self) -> list[Array | None]:
        return [self.constants.get(place) for place in range(len(self.node.inputs))]


def is_known(node: ParsedNode) -> bool:
    """Whether there may be a layer for the operator."""
    return (node.domain, node.operator) in _OPERATORS


def run(call: Call) -> Flow:
    """The flow behind a node. `MisfitError` if no layer here does the same."""
    operator = _OPERATORS.get((call.node.domain, call.node.operator))
    if operator is None:
        raise MisfitError(f"there is no layer here for {call.node.operator}")
    try:
        return operator(call)
    except (SettingError, IndexError, TypeError, KeyError, OverflowError) as error:
        raise MisfitError(str(error) or type(error).__name__) from None


# -- layers ---------------------------------------------------------------------------------------------------------


def _gemm(call: Call) -> Flow:
    if call.place != 0 or call.attributes.get("transA"):
        raise MisfitError("the samples must be its first input, as they are")
    alpha, beta = (np.float32(call.attributes.get(name, 1.0)) for name in ("alpha", "beta"))
    kernel = _matrix(call.constant(1))
    kernel = kernel.T if call.attributes.get("transB") else kernel
    remark = "" if alpha == beta == 1 else f"alpha {alpha:g} and beta {beta:g} are in its weights"
    spend(0 if alpha == 1 else kernel.nbytes)
    arrays = {"kernel": kernel if alpha == 1 else kernel * alpha}
    if 2 in call.constants:
        bias = call.constants[2]
        if bias.ndim > 1 and len(bias) != 1:
            raise MisfitError("its bias has numbers of its own for each sample")
        arrays["bias"] = np.broadcast_to(bias, (1, kernel.shape[1]))[0] * beta
    return _dense(call, arrays, remark)


def _matrix_product(call: Call) -> Flow:
    if call.place != 0:
        raise MisfitError("the samples must be its first input")
    return _dense(call, {"kernel": _matrix(call.constant(1))}, "")


def _dense(call: Call, arrays: dict[str, Array], remark: str) -> Flow:
    flow, kernel = settled(call.flow), arrays["kernel"]
    if flow.index.ndim == 2 and flow.index.shape == flow.shape and flow.is_straight:
        # Of a sequence, at each position.
        layer = nn.Dense(kernel.shape[1], use_bias="bias" in arrays)
        return flow.add(layer, arrays, call.source, remark)
    flow = row_of(flow, call.source)
    if len(kernel) != flow.index.size:
        raise MisfitError(f"it takes {len(kernel):,} numbers, and gets {flow.index.size:,}")
    spend(4 * kernel.size)
    ours = np.empty(kernel.shape, np.float32)
    ours[flow.index] = kernel
    layer = nn.Dense(kernel.shape[1], use_bias="bias" in arrays)
    return flow.add(layer, {**arrays, "kernel": ours}, call.source, remark)


def _convolution(call: Call) -> Flow:
    weight = call.constant(1)
    axes = weight.ndim - 2
    if axes not in (1, 2):
        raise MisfitError(
            f"only convolutions of images and sequences are layers here, got weights of {weight.ndim} axes"
        )
    flow = _windowed(call, axes)
    if call.attributes.get("group", 1) != 1 or weight.shape[1] != flow.shape[-1]:
        raise MisfitError(
            f"it must see all channels at once: {flow.shape[-1]}, got weights for {weight.shape[1]} "
            f"in {call.attributes.get('group', 1)} groups"
        )
    size = weight.shape[2:]
    found = _windows(call, flow, size, may_grow=True)
    larger = found.size[:axes]
    spend(4 * math.prod(larger) * weight.shape[0] * weight.shape[1])
    kernel = np.zeros((*larger, weight.shape[1], weight.shape[0]), np.float32)
    places = tuple(slice(start, start + length) for start, length in zip(found.offset, size, strict=False))
    kernel[places] = np.moveaxis(weight, (0, 1), (-1, -2))
    remark = ""
    if larger != size:
        told = " × ".join(map(str, size))
        remark = f"its kernel of {told} has zeros around it, which replace its padding"
    arrays = {"kernel": kernel}
    if 2 in call.constants:
        arrays["bias"] = call.constants[2]
    settings: dict[str, Any] = {"padding": found.padding, "use_bias": "bias" in arrays}
    layer: nn.Layer
    if axes == 1:
        strides, dilation = found.strides[0], found.dilation[0]
        layer = nn.Conv1D(weight.shape[0], larger[0], strides=strides, dilation_rate=dilation, **settings)
    else:
        strides_2d, dilations = found.strides, found.dilation
        layer = nn.Conv2D(
            weight.shape[0], found.size, strides=strides_2d, dilation_rate=dilations, **settings
        )
    return _channels_first(flow.add(layer, arrays, call.source, remark))


def _windowed(call: Call, axes: int) -> Flow:
    """The flow as images, or, with one axis, as sequences."""
    flow = settled(call.flow)
    return sequence_of(flow) if axes == 1 else image_of(flow, call.source)


def _windows(call: Call, flow: Flow, size: tuple[int, ...], *, may_grow: bool = False) -> FoundWindows:
    """Our windows; those along a sequence as of an image one pixel wide."""
    given = call.attributes
    if len(size) == 2:
        return find_windows(given, flow.shape, (size[0], size[1]), may_grow=may_grow)
    pads = given.get("pads") or [0, 0]
    wide = {name: [*(given.get(name) or [1]), 1] for name in ("strides", "dilations")}
    wide["pads"] = [pads[0], 0, pads[1], 0] if len(pads) == 2 else list(pads)
    return find_windows({**given, **wide}, (flow.shape[0], 1, flow.shape[1]), (size[0], 1), may_grow=may_grow)


def _recurrent(call: Call) -> Flow:
    given = call.attributes
    kind: type[nn.LSTM | nn.GRU | nn.SimpleRNN] = {"LSTM": nn.LSTM, "GRU": nn.GRU, "RNN": nn.SimpleRNN}[
        call.node.operator
    ]
    flow = settled(call.flow)
    if flow.index.ndim != 2 or not flow.is_straight or flow.index.shape != flow.shape:
        raise MisfitError("it needs a sequence, with its channels last")
    direction = given.get("direction", "forward")
    direction = direction.decode() if isinstance(direction, bytes) else direction
    kernel, recurrent = call.constant(1), call.constant(2)
    ways = 2 if direction == "bidirectional" else 1
    units, usual = recurrent.shape[-1], ("Tanh",) if kind.gates == 1 else ("Sigmoid", "Tanh")
    bends = [each.decode() if isinstance(each, bytes) else each for each in given.get("activations") or ()]
    if direction == "reverse" or any(given.get(name) for name in ("clip", "layout", "input_forget")):
        raise MisfitError(
            "only recurrent layers from the first position on, or from both ends, are layers here"
        )
    if kind is nn.GRU and not given.get("linear_before_reset"):
        raise MisfitError("its reset gate must act behind the recurrent weights (linear_before_reset)")
    if not {*bends} <= {*usual} or bends[:1] == ["Tanh"] * (kind.gates > 1):
        raise MisfitError(f"its activations must be {' and '.join(usual)}")
    size = kind.gates * units
    bias = call.constants.get(3, np.zeros((ways, 2 * size), np.float32))
    if (
        kernel.shape[:2] != (ways, size)
        or recurrent.shape != (ways, size, units)
        or bias.shape != (ways, 2 * size)
    ):
        raise MisfitError("its arrays do not fit each other")
    spend(8 * (kernel.size + recurrent.size + bias.size))

    def ordered(array: Array) -> Array:
        """(gates · units, ...) in our order of gates, as (..., gates · units)."""
        blocks = dict(zip(kind.onnx_order_of_gates, np.split(array, kind.gates), strict=True))
        return np.concatenate([blocks[gate] for gate in range(kind.gates)]).T

    layer = kind(units, return_sequences=not given.get("last"))
    arrays: dict[str, Array] = {}
    for way, name in enumerate(("forward/", "backward/")[:ways]):
        pair = np.stack([ordered(half) for half in np.split(bias[way], 2)])
        arrays |= {
            f"{name * (ways - 1)}kernel": ordered(kernel[way]),
            f"{name * (ways - 1)}recurrent_kernel": ordered(recurrent[way]),
            f"{name * (ways - 1)}bias": pair if kind.biases == 2 else pair.sum(axis=0),
        }
    return flow.add(layer if ways == 1 else nn.Bidirectional(layer), arrays, call.source)


def _gather(call: Call) -> Flow:
    """Vectors of tokens are an Embedding."""
    flow, table = call.flow, call.constants.get(0)
    if table is None or table.ndim != 2 or call.attributes.get("axis", 0) != 0:
        raise MisfitError(
            "only the vectors of tokens, and the last position of a recurrent layer, are taken here"
        )
    if flow.steps or flow.pending or flow.index.ndim != 1 or not flow.is_straight:
        raise MisfitError("it must take tokens, one row of them for each sample, as the inputs are")
    layer = nn.Embedding(len(table), table.shape[1])
    return flow.add(layer, {"embeddings": table}, call.source)


def _average_pool(call: Call) -> Flow:
    if call.attributes.get("count_include_pad") and any(call.attributes.get("pads") or ()):
        raise MisfitError("it counts the padding among the pixels, which pools here do not")
    return _pool(call, nn.AveragePooling2D)


def _pool(call: Call, kind: type[nn.MaxPooling2D] | type[nn.AveragePooling2D]) -> Flow:
    size = call.attributes.get("kernel_shape")
    if not isinstance(size, list) or len(size) not in (1, 2):
        raise MisfitError(f"its windows must have one or two axes, got {size!r:.60}")
    flow = _windowed(call, len(size))
    found = _windows(call, flow, tuple(size))
    if found.dilation != (1, 1):
        raise MisfitError("its windows have gaps, which those of pools here do not")
    layer: nn.Layer = kind(found.size, strides=found.strides, padding=found.padding)
    if len(size) == 1:
        of_sequences = nn.MaxPooling1D if kind is nn.MaxPooling2D else nn.AveragePooling1D
        layer = of_sequences(found.size[0], strides=found.strides[0], padding=found.padding)
    return _channels_first(flow.add(layer, {}, call.source))


def _global_average_pool(call: Call) -> Flow:
    if call.flow.index.ndim == 2:
        return _pooled_sequence(call, nn.GlobalAveragePooling1D(), [2])
    flow = image_of(settled(call.flow), call.source)
    pooled = flow.add(nn.GlobalAveragePooling2D(), {}, call.source)
    return replace(pooled, index=pooled.index.reshape(-1, 1, 1))


def _mean(call: Call) -> Flow:
    """The mean over all pixels is a global average pooling."""
    axes = axes_of(call.node, call.inputs())
    rank = call.flow.index.ndim + 1
    pixels = sorted(axis % rank for axis in axes or ())
    if rank == 3:
        return _pooled_sequence(call, nn.GlobalAveragePooling1D(), pixels)
    if rank != 4 or pixels not in ([2, 3], [1, 2]):
        raise MisfitError("only the mean over all pixels of an image is a layer here")
    flow = settled(call.flow)
    if pixels == [1, 2]:
        flow = replace(flow, index=flow.index.transpose(2, 0, 1))
    pooled = image_of(flow, call.source).add(nn.GlobalAveragePooling2D(), {}, call.source)
    if not call.attributes.get("keepdims", 1):
        return pooled
    return replace(pooled, index=pooled.index.reshape((-1, 1, 1) if pixels == [2, 3] else (1, 1, -1)))


def _pooled_sequence(call: Call, layer: nn.Layer, axes: list[int]) -> Flow:
    """The mean or maximum over all positions of a sequence."""
    flow = settled(call.flow)
    if axes not in ([1], [2]):
        raise MisfitError("it must go over all positions of a sequence")
    turned = flow if axes == [2] else replace(flow, index=flow.index.T)
    pooled = sequence_of(turned).add(layer, {}, call.source)
    if call.attributes.get("keepdims", 1):
        pooled = replace(pooled, index=np.expand_dims(pooled.index, axes[0] - 1))
    return pooled


def _maximum(call: Call) -> Flow:
    """The maximum over all positions is a global pooling."""
    axes = axes_of(call.node, call.inputs()) or []
    if call.flow.index.ndim != 2:
        raise MisfitError("only the maximum over all positions of a sequence is a layer here")
    return _pooled_sequence(call, nn.GlobalMaxPooling1D(), [axis % 3 for axis in axes])


def _batch_normalization(call: Call) -> Flow:
    flow = settled(call.flow)
    if call.attributes.get("training_mode"):
        raise MisfitError("it normalizes each batch, as in training; export the model for prediction")
    if flow.index.ndim == 1:
        flow = row_of(flow, call.source)
    names = ("gamma", "beta", "moving_mean", "moving_variance")
    arrays = {}
    for place, name in enumerate(names, 1):
        values = call.constant(place).reshape(-1, *[1] * (flow.index.ndim - 1))
        arrays[name] = per_channel(flow.in_our_order(values), flow.shape)
    layer = nn.BatchNormalization(
        epsilon=_epsilon(call), momentum=round(float(call.attributes.get("momentum", 0.9)), 6)
    )
    return flow.add(layer, arrays, call.source, index=flow.index)


def _layer_normalization(call: Call) -> Flow:
    flow = settled(call.flow)
    rank = flow.index.ndim
    if call.attributes.get("axis", -1) not in (-1, rank):
        raise MisfitError("it must normalize over the last axis alone")
    if rank == 1:
        flow = row_of(flow, call.source)
    elif not flow.is_straight or flow.index.shape != flow.shape:
        raise MisfitError("it must normalize over the channels of each pixel")
    arrays = {"gamma": per_channel(flow.in_our_order(call.constant(1)), flow.shape)}
    if 2 in call.constants:
        arrays["beta"] = per_channel(flow.in_our_order(call.constants[2]), flow.shape)
    layer = nn.LayerNormalization(epsilon=_epsilon(call), center="beta" in arrays)
    return flow.add(layer, arrays, call.source, index=flow.index)


def _dropout(call: Call) -> Flow:
    ratio = call.attributes.get("ratio", 0.5)
    if 1 in call.constants:
        ratio = float(call.constants[1])
    flow = settled(call.flow)
    if not 0 < ratio < 1:
        return flow
    # Written as float32.
    layer = nn.Dropout(round(float(ratio), 6))
    remark = DROPS_ALWAYS if 2 in call.constants and call.constants[2].any() else ""
    return flow.add(layer, {}, call.source, remark, index=flow.index)


# -- activations ----------------------------------------------------------------------------------------------------


def _function(make: Callable[[Mapping[str, Any]], nn.ActivationFunction]) -> Callable[[Call], Flow]:
    def apply(call: Call) -> Flow:
        return _activated(call, settled(call.flow), make(call.attributes))

    return apply


def _activated(call: Call, flow: Flow, function: nn.ActivationFunction, remark: str = "") -> Flow:
    """As part of the layer before, where that has none yet and its sums are not used elsewhere."""
    last: nn.Layer | None = flow.steps[-1].layer if flow.steps else None
    if (
        isinstance(last, nn.Dense | nn.Conv1D | nn.Conv2D)
        and last.activation.kind == "linear"
        and not call.shared
    ):
        return flow.replace_last(last.replace(activation=function), call.source, remark)
    return flow.add(nn.Activation(function), {}, call.source, remark, index=flow.index)


def _gelu(call: Call) -> Flow:
    if call.attributes.get("approximate", "none") != "none":
        raise MisfitError("GELU is computed exactly here; it is approximated by tanh")
    return _activated(call, settled(call.flow), nn.GELU())


def _softmax(call: Call) -> Flow:
    flow = settled(call.flow)
    rank = flow.index.ndim
    axis = call.attributes.get("axis", -1 if call.opset >= 13 else 1) % (rank + 1)
    if call.opset < 13 and rank > 1:
        raise MisfitError("before opset 13, Softmax of images takes all numbers together")
    if rank == 1:
        flow = row_of(flow, call.source)
    elif axis == 0 or not _is_channel_axis(flow, axis - 1):
        raise MisfitError("it must share out over the channels or features")
    return _activated(call, flow, nn.Softmax())


def _log(call: Call) -> Flow:
    flow = settled(call.flow)
    if not flow.steps or not isinstance(flow.steps[-1].layer.output_activation, nn.Softmax):
        raise MisfitError("only the logarithm of Softmax, at the end, is understood here")
    return replace(flow, log=True)


# -- factors and shifts ---------------------------------------------------------------------------------------------


def _scaler(call: Call) -> Flow:
    """Of ai.onnx.ml: (x - offset) · scale."""
    offset, scale = (np.array(call.attributes.get(name) or [0.0], np.float64) for name in ("offset", "scale"))
    if "scale" not in call.attributes:
        scale = np.ones(1)
    return _affine(call, scale, -offset * scale)


def _subtract(call: Call) -> Flow:
    other = call.constant(1 - call.place)
    if call.place == 0:
        return _affine(call, np.ones(1), -np.asarray(other, np.float64))
    return _affine(call, -np.ones(1), other)


def _divide(call: Call) -> Flow:
    if call.place != 0:
        raise MisfitError("it divides by the samples")
    with np.errstate(all="ignore"):
        return _affine(call, 1.0 / np.asarray(call.constant(1), np.float64), np.zeros(1))


def _affine(call: Call, scale: Array, shift: Array) -> Flow:
    flow = call.flow
    # The samples are of the same type.
    if any(
        each.dtype.kind in "iu" and (each.itemsize == 1 or call.node.operator == "Div")
        for each in call.constants.values()
    ):
        raise MisfitError("it computes with whole numbers, which drop the rest or wrap around")
    factor, more = flow.in_our_order(scale), flow.in_our_order(shift)
    if not (np.isfinite(factor).all() and np.isfinite(more).all()):
        raise MisfitError("its constant has numbers that are not finite")
    before = flow.pending
    if before is not None:
        more = before.shift * factor + more
        factor = before.scale * factor
    sources = (*(before.sources if before is not None else ()), call.source)
    return replace(flow, pending=Affine(factor, more, sources))


# -- order and shape ------------------------------------------------------------------------------------------------


def _transpose(call: Call) -> Flow:
    rank = call.flow.index.ndim + 1
    order = call.attributes.get("perm") or list(range(rank))[::-1]
    if order[0] != 0 or sorted(order) != list(range(rank)):
        raise MisfitError(f"it moves the axis of samples: {order!r:.60}")
    return _moved(call, call.flow.index.transpose([axis - 1 for axis in order[1:]]))


def _reshape(call: Call) -> Flow:
    wanted = whole_numbers(call.constant(1))
    index = call.flow.index
    if not call.attributes.get("allowzero"):
        before = (BATCH, *index.shape)
        wanted = [before[place] if length == 0 else length for place, length in enumerate(wanted)]
    if not wanted or wanted[0] not in (BATCH, -1, call.batch):
        raise MisfitError(f"it mixes samples: the shape {_listed(wanted)}")
    rest = wanted[1:]
    if -1 in rest and wanted[0] == -1:
        raise MisfitError(f"it mixes samples: the shape {_listed(wanted)}")
    if BATCH in rest or rest.count(-1) > 1 or min(rest, default=1) < -1:
        raise MisfitError(f"its shape cannot be computed: {_listed(wanted)}")
    known = math.prod(length for length in rest if length != -1)
    if (index.size % known if -1 in rest and known else known != index.size) or known == 0:
        raise MisfitError(f"{index.size:,} numbers cannot have the shape {_listed(wanted)}")
    return _reordered(call, rest)


def _flatten(call: Call) -> Flow:
    if call.attributes.get("axis", 1) not in (1, -call.flow.index.ndim):
        raise MisfitError("it mixes samples")
    return _reordered(call, [-1])


def _squeeze(call: Call) -> Flow:
    index = call.flow.index
    axes = axes_of(call.node, call.inputs())
    rank = index.ndim + 1
    ones = [axis for axis, length in enumerate(index.shape) if length == 1]
    chosen = ones if axes is None else [axis % rank - 1 for axis in axes]
    if -1 in chosen or any(index.shape[axis] != 1 for axis in chosen):
        raise MisfitError(f"it removes axes that are not 1: {axes}")
    return _moved(call, index.squeeze(tuple(chosen)))


def _unsqueeze(call: Call) -> Flow:
    index = call.flow.index
    axes = axes_of(call.node, call.inputs()) or []
    rank = index.ndim + 1 + len(axes)
    chosen = [axis % rank - 1 for axis in axes]
    if -1 in chosen:
        raise MisfitError("it moves the axis of samples")
    return _moved(call, np.expand_dims(index, tuple(chosen)))


def _cast(call: Call) -> Flow:
    if call.attributes.get("to") not in (1, 10, 11):
        raise MisfitError("it makes other numbers of the samples than floats")
    return call.flow


def _reordered(call: Call, shape: Sequence[int]) -> Flow:
    # A view where the order is as in memory.
    spend(0 if call.flow.index.flags.c_contiguous else call.flow.index.nbytes)
    return _moved(call, call.flow.index.reshape(shape))


def _moved(call: Call, index: NDArray[np.int64]) -> Flow:
    return replace(call.flow, index=index, moved_by=call.source)


def _channels_first(flow: Flow) -> Flow:
    """Our image or sequence as the file has it, with its channels first."""
    return replace(flow, index=np.moveaxis(flow.index, -1, 0))


def _is_channel_axis(flow: Flow, axis: int) -> bool:
    """Whether an axis of the file's sample is the last one of ours."""
    channels = flow.shape[-1]
    rows = np.moveaxis(flow.index, axis, -1)
    if rows.shape[-1] != channels:
        return False
    rows = rows.reshape(-1, channels)
    return bool((rows == rows[:, :1] + np.arange(channels)).all() and (rows[:, 0] % channels == 0).all())


def _matrix(array: Array) -> Array:
    if array.ndim != 2 or array.dtype.kind != "f":
        raise MisfitError(f"its weights must be a matrix of floats, got {array.dtype} of {array.ndim} axes")
    return array


def _epsilon(call: Call) -> float:
    """Written as float32: 0.001 is 0.0010000000474974513 there."""
    return float(f"{call.attributes.get('epsilon', 1e-5):.7g}")


def _listed(shape: Sequence[int]) -> str:
    return " × ".join("samples" if length == BATCH else str(length) for length in shape[:8])


_OPERATORS: Final[Mapping[tuple[str, str], Callable[[Call], Flow]]] = {
    **{
        ("", name): operator
        for name, operator in {
            "Gemm": _gemm,
            "MatMul": _matrix_product,
            "Conv": _convolution,
            "MaxPool": lambda call: _pool(call, nn.MaxPooling2D),
            "AveragePool": _average_pool,
            "GlobalAveragePool": _global_average_pool,
            "ReduceMean": _mean,
            "ReduceMax": _maximum,
            "Gather": _gather,
            "BatchNormalization": _batch_normalization,
            "LayerNormalization": _layer_normalization,
            "Dropout": _dropout,
            "Relu": _function(lambda given: nn.ReLU()),
            "LeakyRelu": _function(lambda given: nn.LeakyReLU(_setting(given, 0.01))),
            "PRelu": lambda call: _activated(
                call, settled(call.flow), one_slope(call.constant(1)), FIXED_SLOPE
            ),
            "Elu": _function(lambda given: nn.ELU(_setting(given, 1.0))),
            "Sigmoid": _function(lambda given: nn.Sigmoid()),
            "Tanh": _function(lambda given: nn.Tanh()),
            "Softplus": _function(lambda given: nn.Softplus()),
            "Sin": _function(lambda given: nn.Sine()),
            "Swish": _function(lambda given: nn.SiLU()),
            "Gelu": _gelu,
            "Softmax": _softmax,
            "LogSoftmax": lambda call: replace(_softmax(call), log=True),
            "Log": _log,
            "Add": lambda call: _affine(call, np.ones(1), call.constant(1 - call.place)),
            "Sub": _subtract,
            "Mul": lambda call: _affine(call, call.constant(1 - call.place), np.zeros(1)),
            "Div": _divide,
            "Neg": lambda call: _affine(call, -np.ones(1), np.zeros(1)),
            "Transpose": _transpose,
            "Reshape": _reshape,
            "Flatten": _flatten,
            "Squeeze": _squeeze,
            "Unsqueeze": _unsqueeze,
            "Identity": lambda call: call.flow,
            "Cast": _cast,
        }.items()
    },
    (FUSED_DOMAIN, "Silu"): _function(lambda given: nn.SiLU()),
    (FUSED_DOMAIN, "Gelu"): _gelu,
    **{(FUSED_DOMAIN, name): _recurrent for name in RECURRENT},
    ("ai.onnx.ml", "Scaler"): _scaler,
}


def _setting(given: Mapping[str, Any], default: float) -> float:
    """`alpha`, as it was before it became float32."""
    return float(f"{given.get('alpha', default):.7g}")
