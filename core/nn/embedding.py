"""Layers that turn tokens into vectors: an embedding of each token, and the encoding of its position."""

from __future__ import annotations

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from ..io.model_graphs import KerasGraph, KerasValue, OnnxGraph, OnnxValue
from ..spec import setting
from ..spec.arrays import Array, Arrays
from .initializers import InitializerSetting, RandomUniform, initializer_setting
from .layer import LAYERS, FeatureOrder, Layer, Op, OpContext, Parameter, TorchState
from .layer_types import Formula, LayerError, NumpyLines, Shape, TorchModule, sequence_shape

MAX_TOKENS: Final = 65_536
"""Of a vocabulary: whole numbers are exact in float32 far beyond."""
_MAX_CELLS: Final = 100_000
"""Up to so many tokens times positions a product with one-hot rows adds the gradients of equal tokens: 5 µs against 30
of `np.add.at` for 27 tokens; for 1,000 it would take 83 against 32."""

_TORCH_TOKENS = '''\
class TokenEmbedding(torch.nn.Embedding):
    """Whole numbers, also as floats; those outside the vocabulary count as its nearest."""

    def forward(self, x):
        return super().forward(x.long().clamp(0, self.num_embeddings - 1))
'''
_TORCH_POSITIONS = '''\
class AddPositions(torch.nn.Module):
    """x + positions, which are learned, or the sines of Vaswani et al., 2017."""

    def __init__(self, time, channels, learned):
        super().__init__()
        if learned:
            self.positions = torch.nn.Parameter(torch.zeros(time, channels))
            return
        pairs = torch.arange(channels)
        rates = 10000.0 ** (-(pairs // 2 * 2).double() / channels)
        angles = torch.arange(time)[:, None] * rates
        waves = torch.where(pairs % 2 == 0, angles.sin(), angles.cos())
        self.register_buffer("positions", waves.to(torch.get_default_dtype()), persistent=False)

    def forward(self, x):
        return x + self.positions
'''


@LAYERS.register()
class Embedding(Layer):
    """y[t] = embeddings[x[t]]; x (batch, time) are whole numbers, which may be stored as floats.

    A number outside the vocabulary counts as its nearest, and a fraction is cut off.
    """

    kind = "embedding"
    title = "Embedding"
    summary = "a vector per token"
    equations = ("y_t = E_(x_t)", "∂L/∂E_v = Σ_(t: x_t = v) ∂L/∂y_t")
    family = "sequence"
    formula_text = "the number of the token's vector at this place"
    formula_note = "The vectors are learned."
    numpy_text = 'np.take({{embeddings}}, x.astype(int), axis=0, mode="clip")'
    keras_fields = ("input_dim", "output_dim", "mask_zero")

    input_dim: int = setting(32, "Vocabulary", "How many different tokens there are.", low=1, high=MAX_TOKENS)
    output_dim: int = setting(16, "Size", "How many numbers stand for a token.", low=1, form_high=4_096)
    embeddings_initializer: InitializerSetting = initializer_setting(RandomUniform(), of="vectors")
    mask_zero: bool = setting(
        False, "Mask token 0", "Token 0 fills up short sequences: recurrent layers and means leave it out."
    )

    def masks(self, masked: bool) -> bool:
        return self.mask_zero

    def output_shape(self, input_shape: Shape) -> Shape:
        if len(input_shape) != 1:
            raise LayerError(
                f"Embedding needs a row of tokens; it gets {' × '.join(map(str, input_shape))} numbers"
            )
        return (*input_shape, self.output_dim)

    def parameters(self, input_shape: Shape) -> tuple[Parameter, ...]:
        shape = (self.input_dim, self.output_dim)
        return (Parameter("embeddings", shape, self.embeddings_initializer, *shape, regularized=False),)

    def bind(self, context: OpContext) -> Op:
        return _EmbeddingOp(context, self.mask_zero)

    def onnx_nodes(self, graph: OnnxGraph, x: OnnxValue, weights: Arrays, input_shape: Shape) -> OnnxValue:
        # Without the limits, Gather counts negative numbers from the end, and refuses large ones.
        numbers = graph.call("Cast", x.name, to=np.int64)
        last = np.array(self.input_dim - 1, np.int64)
        known = graph.call("Clip", numbers, np.array(0, np.int64), last)
        return OnnxValue(graph.call("Gather", graph.constant("embeddings", weights["embeddings"]), known), 2)

    def keras_layers(self, graph: KerasGraph, x: KerasValue, weights: Arrays) -> KerasValue:
        # Keras leaves numbers outside the vocabulary to what is below it, which fails or reads from the end.
        known = graph.operation("Minimum", graph.operation("Maximum", x, 0.0), self.input_dim - 1.0)
        return super().keras_layers(graph, known, weights)

    def torch_modules(self, input_shape: Shape) -> tuple[TorchModule, ...]:
        return (TorchModule(f"TokenEmbedding({self.input_dim}, {self.output_dim})", (_TORCH_TOKENS,)),)

    def torch_weights(self, weights: Arrays, input_shape: Shape, order: FeatureOrder) -> TorchState:
        return {"weight": weights["embeddings"].copy()}


class _EmbeddingOp(Op):
    def __init__(self, context: OpContext, masks: bool) -> None:
        self.mask = np.empty((context.batch, *context.input_shape), np.bool_) if masks else None
        self._table, self._gradient = context.parameters["embeddings"], context.gradients.get("embeddings")
        count, size = self._table.shape
        rows = context.batch * context.input_shape[0]
        self._numbers = np.empty((context.batch, *context.input_shape), np.intp)
        self._flat = self._numbers.reshape(-1)
        self._y = context.empty()
        self._vectors = self._y.reshape(rows, size)
        # Tokens have no gradient; layers in front of this one get none.
        self._dx = np.zeros((context.batch, *context.input_shape), context.dtype)
        self._cells: Array | None = None
        if context.training and rows * count <= _MAX_CELLS:
            self._hot = np.zeros((rows, count), context.dtype)
            self._cells, self._starts = self._hot.reshape(-1), np.arange(rows) * count

    def forward(self, x: Array) -> Array:
        """The vectors (batch, time, size) of the tokens x, (batch, time)."""
        np.copyto(self._numbers, x, casting="unsafe")
        # A third of the time of `np.clip`.
        np.maximum(self._flat, 0, out=self._flat)
        np.minimum(self._flat, len(self._table) - 1, out=self._flat)
        if self.mask is not None:
            np.not_equal(self._numbers, 0, out=self.mask)
        np.take(self._table, self._flat, axis=0, out=self._vectors, mode="clip")
        return self._y

    def backward(self, gradient: Array) -> Array:
        """Add dy to the gradients of its tokens; dx, (batch, time), is 0."""
        rows = gradient.reshape(self._vectors.shape)
        if self._gradient is None:
            return self._dx
        if self._cells is None:
            self._gradient.fill(0.0)
            np.add.at(self._gradient, self._flat, rows)
            return self._dx
        places = self._flat + self._starts
        self._cells[places] = 1.0
        self._hot.T.dot(rows, self._gradient)
        self._cells[places] = 0.0
        self._dx.fill(0.0)
        return self._dx


@LAYERS.register()
class Masking(Layer):
    """Positions of which all channels are `mask_value` are left out by recurrent layers and means, as in Keras."""

    kind = "masking"
    title = "Masking"
    summary = "leave out what fills up"
    equations = ("y_t = m_t x_t, m_t = 0 if all x_tc are the mask value, else 1", "∂L/∂x_t = m_t ∂L/∂y_t")
    family = "sequence"
    on_palette = False
    keeps_order = True
    keras_fields = ("mask_value",)

    mask_value: float = setting(0.0, "Value", "What fills up sequences that are shorter than others.")

    def output_shape(self, input_shape: Shape) -> Shape:
        sequence_shape(self.title, input_shape)
        return input_shape

    def masks(self, masked: bool) -> bool:
        return True

    def bind(self, context: OpContext) -> Op:
        return _MaskingOp(self.mask_value, context)


class _MaskingOp(Op):
    def __init__(self, value: float, context: OpContext) -> None:
        self._value = context.dtype.type(value)
        self.mask = np.empty((context.batch, context.input_shape[0]), np.bool_)

    def forward(self, x: Array) -> Array:
        """x with zeros at the positions that are masked, (batch, time, channels)."""
        assert self.mask is not None
        np.any(x != self._value, axis=-1, out=self.mask)
        return x * self.mask[..., np.newaxis]

    def backward(self, gradient: Array) -> Array:
        """dx = dy where positions count, (batch, time, channels)."""
        assert self.mask is not None
        return gradient * self.mask[..., np.newaxis]


@LAYERS.register("positions")
class PositionalEncoding(Layer):
    """y[t] = x[t] + positions[t], which are learned, or sines and cosines: Vaswani et al., 2017."""

    kind = "positional_encoding"
    refuses_masks = True
    title = "Positions"
    summary = "tell positions apart"
    equations = (
        "y_t = x_t + p_t",
        "p_(t,2i) = sin(t / 10000^(2i/d)), p_(t,2i+1) = cos(t / 10000^(2i/d)) where they are not learned",
        "∂L/∂p_t = Σ_n ∂L/∂y_nt",
    )
    family = "sequence"

    learned: bool = setting(True, "Learned", "Learn the vector of each position; else they are sines.")

    def output_shape(self, input_shape: Shape) -> Shape:
        sequence_shape(self.title, input_shape)
        return input_shape

    def parameters(self, input_shape: Shape) -> tuple[Parameter, ...]:
        if not self.learned:
            return ()
        return (
            Parameter(
                "positions", input_shape, RandomUniform(), input_shape[0], input_shape[1], regularized=False
            ),
        )

    def bind(self, context: OpContext) -> Op:
        return _PositionsOp(context)

    def formula(self, input_shape: Shape) -> Formula:
        kind = "are learned" if self.learned else "are sines and cosines"
        return Formula("{x} + the number of this position", f"The numbers of positions {kind}.")

    def numpy_lines(self, input_shape: Shape) -> NumpyLines:
        if self.learned:
            return NumpyLines(("x + {positions}",))
        return NumpyLines((f"x + positions{input_shape}",), (), (_NUMPY_POSITIONS,))

    def onnx_nodes(self, graph: OnnxGraph, x: OnnxValue, weights: Arrays, input_shape: Shape) -> OnnxValue:
        added = graph.constant("positions", self._added(weights, input_shape, np.dtype(np.float32)))
        return graph.elementwise("Add", graph.channels_last(x), added)

    def keras_layers(self, graph: KerasGraph, x: KerasValue, weights: Arrays) -> KerasValue:
        # Of Keras's layers the one that adds an array of (time, channels): a product with the identity and its bias.
        channels = x.shape[1]
        arrays = {
            "identity": np.eye(channels, dtype=np.float32),
            "positions": self._added(weights, x.shape, np.dtype(np.float32)),
        }
        shape = list(x.shape)
        return graph.layer(
            "EinsumDense", x, arrays=arrays, equation="abc,cd->abd", output_shape=shape, bias_axes="bd"
        )

    def torch_modules(self, input_shape: Shape) -> tuple[TorchModule, ...]:
        time, channels = input_shape
        call = f"AddPositions({time}, {channels}, learned={self.learned})"
        return (TorchModule(call, (_TORCH_POSITIONS,)),)

    def torch_weights(self, weights: Arrays, input_shape: Shape, order: FeatureOrder) -> TorchState:
        return {name: array.copy() for name, array in weights.items()}

    def _added(self, weights: Arrays, shape: Shape, dtype: np.dtype[Any]) -> Array:
        return weights["positions"] if self.learned else sines(*shape).astype(dtype)


_NUMPY_POSITIONS = '''\
def positions(time, channels):
    """Sines and cosines (time, channels): Vaswani et al., 2017."""
    pairs = np.arange(channels)
    angles = np.arange(time)[:, None] * 10000.0 ** (-(pairs // 2 * 2) / channels)
    return np.where(pairs % 2 == 0, np.sin(angles), np.cos(angles)).astype(np.float32)
'''


def sines(time: int, channels: int) -> NDArray[np.float64]:
    """Sines at even channels and cosines at odd ones, (time, channels), of waves that grow longer."""
    pairs = np.arange(channels)
    angles = np.arange(time)[:, None] * 10000.0 ** (-(pairs // 2 * 2) / channels)
    return np.where(pairs % 2 == 0, np.sin(angles), np.cos(angles))


class _PositionsOp(Op):
    def __init__(self, context: OpContext) -> None:
        own = context.parameters.get("positions")
        self._added: Array = sines(*context.input_shape).astype(context.dtype) if own is None else own
        self._gradient = context.gradients.get("positions")
        self._y = context.empty()

    def forward(self, x: Array) -> Array:
        """x + positions, (batch, time, channels)."""
        return np.add(x, self._added, out=self._y)

    def backward(self, gradient: Array) -> Array:
        """Sum dy over the batch; dx = dy, (batch, time, channels)."""
        if self._gradient is not None:
            np.add.reduce(gradient, axis=0, out=self._gradient)
        return gradient
