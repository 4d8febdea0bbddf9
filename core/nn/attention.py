"""MultiHeadAttention: every position takes weighted means of others."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from ..io.model_graphs import KerasGraph, KerasValue, OnnxGraph, OnnxValue
from ..spec import SettingError, setting
from ..spec.arrays import Array, Arrays
from .initializers import GlorotUniform, InitializerSetting, Zeros, initializer_setting
from .layer import LAYERS, FeatureOrder, Layer, Op, OpContext, Parameter, TorchState
from .layer_types import LayerError, NumpyLines, Shape, TorchModule, sequence_shape

_PARTS = ("query", "key", "value")

_NUMPY_ATTENTION = '''\
def attention(x, query, key, value, causal):
    """Weighted means (samples, time, heads, size) of values; each of the three is (kernel, bias), or a kernel alone."""
    q, k, v = (np.einsum("btd,dhs->bths", x, kernel) + sum(bias) for kernel, *bias in (query, key, value))
    scores = np.einsum("bqhs,bkhs->bhqk", q, k) / np.sqrt(q.shape[-1])
    if causal:
        scores = scores + np.triu(np.full(scores.shape[-2:], -np.inf), 1).astype(x.dtype)
    scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.einsum("bhqk,bkhs->bqhs", scores / scores.sum(axis=-1, keepdims=True), v)
'''
_TORCH_ATTENTION = '''\
class SelfAttention(torch.nn.MultiheadAttention):
    """Attention of samples (time, channels) to themselves; `causal`: to no later positions."""

    def __init__(self, *sizes, causal, **settings):
        super().__init__(*sizes, batch_first=True, **settings)
        self.causal = causal

    def forward(self, x):
        later = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool, device=x.device).triu(1)
        return super().forward(x, x, x, attn_mask=later if self.causal else None, need_weights=False)[0]
'''


@LAYERS.register("attention")
class MultiHeadAttention(Layer):
    """y = concat_h(softmax(q_h k_hᵀ / sqrt(size) + mask) v_h) W_o + b_o of x (batch, time, channels).

    Queries q, keys k and values v are x W + b, of `key_dim` or channels / heads = size numbers in each head. Arrays are
    Keras's. There are no masks of padding. Vaswani et al., 2017: Attention is all you need.
    """

    kind = "multi_head_attention"
    refuses_masks = True
    title = "Attention"
    summary = "look at other positions"
    equations = (
        "q = x W_q + b_q, k = x W_k + b_k, v = x W_v + b_v",
        "a_ts = softmax_s(q_t · k_s / sqrt(size)), for s ≤ t only if causal",
        "y_t = concat_h(Σ_s a_ts v_s) W_o + b_o",
        "∂L/∂v_s = Σ_t a_ts δ_t, ∂L/∂a_ts = δ_t · v_s, δ = ∂L/∂y W_o^T",
    )
    family = "sequence"

    num_heads: int = setting(2, "Heads", "Each head looks at other positions in its own way.", low=1, high=64)
    causal: bool = setting(
        True, "Looks back only", "Look at this and earlier positions only, and at no later one (causal)."
    )
    use_bias: bool = setting(True, "Bias", "Let each sum be shifted by a learned constant.")
    dropout: float = setting(
        0.0, "Dropout", "The share of looks that is left out at each step, at random.", low=0.0, high=0.95
    )
    kernel_initializer: InitializerSetting = initializer_setting(GlorotUniform())
    key_dim: int = setting(
        0,
        "Size of heads",
        "How many numbers of queries, keys and values each head has. 0 shares the channels out among the heads.",
        low=0,
        form_high=4_096,
        zero="channels / heads",
    )

    def head_size(self, channels: int) -> int:
        """Numbers of a query in each head, for samples of so many channels."""
        return self.key_dim or channels // self.num_heads

    def output_shape(self, input_shape: Shape) -> Shape:
        _, channels = sequence_shape(self.title, input_shape)
        if not self.key_dim and channels % self.num_heads:
            raise LayerError(
                f"Attention needs channels for {self.num_heads} heads of equal size; it gets {channels}"
            )
        return input_shape

    def parameters(self, input_shape: Shape) -> tuple[Parameter, ...]:
        channels, heads = input_shape[1], self.num_heads
        size = self.head_size(channels)
        shapes = {
            **dict.fromkeys(_PARTS, ((channels, heads, size), (heads, size))),
            "attention_output": ((heads, size, channels), (channels,)),
        }
        found: list[Parameter] = []
        for part, (kernel, bias) in shapes.items():
            fans = channels, channels
            found.append(
                Parameter(f"{part}/kernel", kernel, self.kernel_initializer, *fans, regularized=True)
            )
            if self.use_bias:
                found.append(Parameter(f"{part}/bias", bias, Zeros(), *fans, regularized=False))
        return tuple(found)

    def bind(self, context: OpContext) -> Op:
        return _AttentionOp(self, context)

    def as_predicted(self) -> Layer:
        return self.replace(dropout=0.0)

    def flops(self, input_shape: Shape) -> int:
        inner = self.num_heads * self.head_size(input_shape[1])
        return super().flops(input_shape) + 2 * input_shape[0] ** 2 * inner

    def numpy_lines(self, input_shape: Shape) -> NumpyLines:
        def of(part: str) -> str:
            return f"({{{part}/kernel}}, {{{part}/bias}})" if self.use_bias else f"({{{part}/kernel}},)"

        mixed = f"attention(x, {', '.join(map(of, _PARTS))}, {self.causal})"
        bias = " + {attention_output/bias}" if self.use_bias else ""
        summed = 'np.einsum("bths,hsd->btd", x, {attention_output/kernel})' + bias
        return NumpyLines((mixed, summed), (), (_NUMPY_ATTENTION,))

    def onnx_nodes(self, graph: OnnxGraph, x: OnnxValue, weights: Arrays, input_shape: Shape) -> OnnxValue:
        (time, channels), heads = input_shape, self.num_heads
        x = graph.channels_last(x)
        size = self.head_size(channels)
        split = np.array([0, time, heads, size], np.int64)

        def summed(part: str, of: str) -> str:
            whole = (heads * size, channels) if part == "attention_output" else (channels, heads * size)
            kernel = weights[f"{part}/kernel"].reshape(whole)
            y = graph.call("MatMul", of, graph.constant(f"{part}/kernel", kernel))
            if not self.use_bias:
                return y
            return graph.call("Add", y, graph.constant(f"{part}/bias", weights[f"{part}/bias"].reshape(-1)))

        # Keys are transposed in the same call.
        q, k, v = (
            graph.call("Transpose", graph.call("Reshape", summed(part, x.name), split), perm=order)
            for part, order in zip(_PARTS, ([0, 2, 1, 3], [0, 2, 3, 1], [0, 2, 1, 3]), strict=True)
        )
        scale = np.array(1.0 / math.sqrt(size), np.float32)
        looks = graph.call("Mul", graph.call("MatMul", q, k), scale)
        if self.causal:
            later = np.triu(np.full((time, time), -np.inf, np.float32), 1)
            looks = graph.call("Add", looks, later)
        mixed = graph.call("MatMul", graph.call("Softmax", looks, axis=-1), v)
        mixed = graph.call("Transpose", mixed, perm=[0, 2, 1, 3])
        mixed = graph.call("Reshape", mixed, np.array([0, time, heads * size], np.int64))
        return OnnxValue(summed("attention_output", mixed), 2)

    def keras_layers(self, graph: KerasGraph, x: KerasValue, weights: Arrays) -> KerasValue:
        return graph.layer(
            "MultiHeadAttention",
            x,
            x,
            arrays=weights,
            call={"use_causal_mask": True} if self.causal else {},
            num_heads=self.num_heads,
            key_dim=self.head_size(x.shape[1]),
            dropout=self.dropout,
            use_bias=self.use_bias,
        )

    def torch_modules(self, input_shape: Shape) -> tuple[TorchModule, ...]:
        if self.num_heads * self.head_size(input_shape[1]) != input_shape[1]:
            raise SettingError(
                f"PyTorch's attention has heads of {input_shape[1]} / {self.num_heads} numbers, not of {self.key_dim}"
            )
        settings = f"{input_shape[1]}, {self.num_heads}, causal={self.causal}"
        if not self.use_bias:
            settings += ", bias=False"
        if self.dropout:
            settings += f", dropout={self.dropout}"
        return (TorchModule(f"SelfAttention({settings})", (_TORCH_ATTENTION,)),)

    def torch_weights(self, weights: Arrays, input_shape: Shape, order: FeatureOrder) -> TorchState:
        channels = input_shape[1]

        def transposed(part: str) -> NDArray[Any]:
            return np.ascontiguousarray(weights[f"{part}/kernel"].reshape(channels, channels).T)

        found = {
            "in_proj_weight": np.concatenate([transposed(part) for part in _PARTS]),
            "out_proj.weight": transposed("attention_output"),
        }
        if self.use_bias:
            found["in_proj_bias"] = np.concatenate([weights[f"{part}/bias"].reshape(-1) for part in _PARTS])
            found["out_proj.bias"] = weights["attention_output/bias"].copy()
        return found


def heads_in(layer: Layer) -> int:
    """The number of heads of a layer and of those inside it, in their order."""
    if isinstance(layer, MultiHeadAttention):
        return layer.num_heads
    return sum(map(heads_in, getattr(layer, "layers", ())))


def with_heads(layer: Layer, heads: int) -> Layer:
    """The layer with another number of heads, in it or in each layer inside that has some."""
    if isinstance(layer, MultiHeadAttention):
        return layer.replace(num_heads=heads)
    if not heads_in(layer):
        return layer
    return layer.replace(layers=tuple(with_heads(each, heads) for each in getattr(layer, "layers", ())))


def is_causal(layer: Layer) -> bool:
    """Whether no attention in a layer looks at later positions."""
    if isinstance(layer, MultiHeadAttention):
        return layer.causal
    return all(map(is_causal, getattr(layer, "layers", ())))


class MutedHeads(NamedTuple):
    """An attention whose `heads` add nothing."""

    layer: MultiHeadAttention
    heads: tuple[int, ...]

    def bind(self, context: OpContext) -> Op:
        return _AttentionOp(self.layer, context, self.heads)


class _AttentionOp(Op):
    """Scores are (time of keys, heads, batch · time of queries) in memory.

    So the maximum and the sum over keys are those of long rows: forward 52 µs where keys last take 115, for 16 samples
    of 16 positions and 16 channels with 4 heads. BLAS takes 7 µs for these scores where queries are (channels, rows) in
    memory, and 20 where they are rows, like keys. Nothing is allocated in a step but sums.
    """

    def __init__(self, layer: MultiHeadAttention, context: OpContext, muted: tuple[int, ...] = ()) -> None:
        (time, channels), batch, heads = context.input_shape, context.batch, layer.num_heads
        size, rows, dtype = layer.head_size(channels), context.batch * time, context.dtype
        inner = heads * size
        parameters, gradients = context.parameters, context.gradients
        self._before, self._rows = (batch, time, channels), (rows, channels)

        def matrix(part: str, of: Arrays) -> Array:
            whole = (inner, channels) if part == "attention_output" else (channels, inner)
            return of[f"{part}/kernel"].reshape(whole)

        def by_head(flat: Array) -> Array:
            """(..., batch, heads, time, size): strided views, of which matmul takes no copies."""
            return flat.reshape(*flat.shape[:-2], batch, time, heads, size).swapaxes(-3, -2)

        def by_sample(scores: Array) -> Array:
            """(batch, heads, time of keys, time of queries), a view."""
            return scores.reshape(time, heads, batch, time).transpose(2, 1, 0, 3)

        self._kernels = [matrix(part, parameters) for part in _PARTS]
        self._out = matrix("attention_output", parameters)
        self._biases = [parameters[f"{part}/bias"].reshape(-1) for part in _PARTS] if layer.use_bias else []
        self._out_bias = parameters.get("attention_output/bias")
        self._qkv = np.empty((3, rows, inner), dtype)
        self._q, self._k, self._v = by_head(self._qkv)
        self._turned = np.empty((inner, rows), dtype)
        self._turned_heads = self._turned.reshape(heads, size, batch, time).transpose(2, 0, 1, 3)
        self._mixed = np.empty((rows, inner), dtype)
        self._mixed_heads = by_head(self._mixed)
        self._looks = np.empty((time, heads, rows), dtype)
        self._by_sample = by_sample(self._looks)
        self._muted = list(muted)
        self._mask: Array | None = None
        if layer.causal:
            # Of all rows, so that it is added in long ones.
            later = np.tril(np.full((time, time), -np.inf, dtype), -1)
            self._mask = np.tile(later, batch)[:, np.newaxis]
        self._scale = dtype.type(1.0 / math.sqrt(size))
        self._y = context.empty()
        self._input_gradient = context.input_gradient
        self._x = self._mixed
        self._stream, self._rate = context.dropout, layer.dropout if context.training else 0.0
        self._used = self._looks
        if self._rate:
            self._kept, self._used = np.empty_like(self._looks), np.empty_like(self._looks)
        self._used_by_sample = by_sample(self._used)
        if not context.training:
            return
        self._kernel_gradients = [matrix(part, gradients) for part in (*_PARTS, "attention_output")]
        self._bias_gradients = [
            gradients[f"{part}/bias"].reshape(-1) for part in (*_PARTS, "attention_output") if layer.use_bias
        ]
        self._ones = np.ones(rows, dtype)
        self._dqkv = np.empty_like(self._qkv)
        self._dq, self._dk, self._dv = by_head(self._dqkv)
        self._dlooks = np.empty_like(self._looks)
        self._dlooks_by_sample = by_sample(self._dlooks)
        self._dmixed = np.empty_like(self._mixed)
        self._dmixed_heads = by_head(self._dmixed)
        self._dx, self._part = np.empty(self._rows, dtype), np.empty(self._rows, dtype)
        self._product = np.empty_like(self._mixed)
        # Which channels are a head's.
        self._heads = np.repeat(np.eye(heads, dtype=dtype), size, axis=0)

    @property
    def shown(self) -> Array:
        """Weights of attention of the last `forward`, (batch, heads, time, time of keys)."""
        return self._by_sample.swapaxes(-1, -2)

    def forward(self, x: Array) -> Array:
        """The means of all heads, mixed, (batch, time, channels); x is (batch, time, channels)."""
        self._x = rows = x.reshape(self._rows)
        for kernel, into in zip(self._kernels, self._qkv, strict=True):
            rows.dot(kernel, into)
        # The bias of keys adds the same to all scores of a query, which the softmax takes out again.
        for bias, into in zip(self._biases[::2], self._qkv[::2], strict=False):
            np.add(into, bias, into)
        np.multiply(self._qkv[0], self._scale, self._qkv[0])
        np.copyto(self._turned, self._qkv[0].T)
        np.matmul(self._k, self._turned_heads, out=self._by_sample)
        looks = self._looks
        if self._mask is not None:
            np.add(looks, self._mask, looks)
        np.subtract(looks, np.maximum.reduce(looks, axis=0), looks)
        np.exp(looks, looks)
        np.divide(looks, np.add.reduce(looks, axis=0), looks)
        if self._rate:
            drawn = self._stream.take(looks.size) >= self._stream.threshold(self._rate)
            np.multiply(
                drawn.reshape(looks.shape), looks.dtype.type(1.0 / (1.0 - self._rate)), out=self._kept
            )
            np.multiply(looks, self._kept, self._used)
        np.matmul(self._used_by_sample.swapaxes(-1, -2), self._v, out=self._mixed_heads)
        if self._muted:
            self._mixed_heads[:, self._muted] = 0.0
        into = self._y.reshape(self._rows)
        self._mixed.dot(self._out, into)
        if self._out_bias is not None:
            np.add(into, self._out_bias, into)
        return self._y

    def backward(self, gradient: Array) -> Array:
        """Fill the gradients of all kernels and biases; return dx, (batch, time, channels)."""
        rows = gradient.reshape(self._rows)
        *_, into = self._kernel_gradients
        self._mixed.T.dot(rows, into)
        if self._bias_gradients:
            self._ones.dot(rows, self._bias_gradients[-1])
        rows.dot(self._out.T, self._dmixed)
        if self._muted:
            self._dmixed_heads[:, self._muted] = 0.0
        np.copyto(self._turned, self._dmixed.T)
        np.matmul(self._used_by_sample, self._dmixed_heads, out=self._dv)
        np.matmul(self._v, self._turned_heads, out=self._dlooks_by_sample)
        dlooks = self._dlooks
        if self._rate:
            np.multiply(dlooks, self._kept, dlooks)
        # Σ_s a_ts ∂L/∂a_ts is y_t · ∂L/∂y_t of each head: fewer numbers.
        np.multiply(self._mixed, self._dmixed, self._product)
        np.subtract(dlooks, np.ascontiguousarray(self._product.dot(self._heads).T), dlooks)
        np.multiply(dlooks, self._looks, dlooks)
        np.matmul(self._dlooks_by_sample.swapaxes(-1, -2), self._k, out=self._dq)
        # Queries are scaled already, and so are the gradients of keys.
        np.matmul(self._dlooks_by_sample, self._q, out=self._dk)
        np.multiply(self._dqkv[0], self._scale, self._dqkv[0])
        turned = self._x.T
        for part, into in zip(self._dqkv, self._kernel_gradients, strict=False):
            turned.dot(part, into)
        for part, into in zip(self._dqkv[::2], self._bias_gradients[:3:2], strict=False):
            self._ones.dot(part, into)
        if self._bias_gradients:
            self._bias_gradients[1].fill(0.0)
        if not self._input_gradient:
            return gradient
        dx, scratch = self._dx, self._part
        self._dqkv[0].dot(self._kernels[0].T, dx)
        for part, kernel in zip(self._dqkv[1:], self._kernels[1:], strict=True):
            np.add(dx, part.dot(kernel.T, scratch), dx)
        return dx.reshape(self._before)
