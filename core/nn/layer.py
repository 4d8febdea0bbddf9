"""Base classes of layers: `Layer` is a spec without arrays, `Op` computes on the arrays of one `OpContext`.

A context is one place in one network for one batch size; all buffers are allocated when an op is bound.

Images are (batch, height, width, channels) with memory order (height, channels, width, batch): a row of the whole
batch is contiguous, which suits numpy's loops and the matrix product of a convolution without cutting into
cache-sized pieces. Ops must be correct for any strides, and fast for these.

Sequences are (batch, time, channels) in C order, so that a position is a row: `by_position` binds an op of rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ..io.model_graphs import KerasGraph, KerasValue, OnnxGraph, OnnxValue
from ..spec import Registry, SettingError, Spec
from ..spec.arrays import Array, Arrays
from ..spec.regularizer import REGULARIZERS, Regularizer
from .dropout_stream import DropoutStream, GeneratorStream
from .initializers import Initializer
from .layer_types import Box, Formula, LayerError, NumpyLines, Shape, TorchModule
from .sliding_window import SlidingWindow, window_box

FeatureOrder = NDArray[np.int64] | None
"""After Flatten, PyTorch's feature i (channels first) is our feature order[i]; None if the order is the same."""
TorchState = dict[str, NDArray[Any]]
"""Arrays of PyTorch modules, by name."""


@dataclass(frozen=True)
class Parameter:
    """An array of a layer. If not `trainable` it is state, such as running averages: saved but not optimized."""

    name: str
    shape: Shape
    initializer: Initializer
    fan_in: int
    fan_out: int
    regularized: bool
    trainable: bool = True

    @property
    def size(self) -> int:
        return math.prod(self.shape)


@dataclass(frozen=True)
class OpContext:
    """Context of an op: shapes, arrays by parameter name, and guarantees of the plan.

    `gradients` has the trainable parameters only; `in_place` allows the op to overwrite its input;
    `input_gradient` is false for the first layer, whose input gradient is not needed.
    """

    batch: int
    input_shape: Shape
    output_shape: Shape
    dtype: np.dtype[Any]
    training: bool
    parameters: Arrays
    gradients: Arrays
    rng: np.random.Generator
    dropout: DropoutStream | GeneratorStream
    in_place: bool
    input_gradient: bool
    mask: NDArray[np.bool_] | None = None
    """(batch, time), true where positions of the inputs count; None where all do. A pass fills it before the op."""

    def empty(self, shape: Shape | None = None, make: Callable[..., Array] = np.empty) -> Array:
        """A new array (batch, *shape), images in memory order; `shape` defaults to the output's."""
        shape = self.output_shape if shape is None else shape
        if len(shape) != 3:
            return make((self.batch, *shape), self.dtype)
        height, width, channels = shape
        return make((height, channels, width, self.batch), self.dtype).transpose(3, 0, 2, 1)


def in_memory(images: Array) -> Array:
    """Images (batch, height, width, channels) in memory order: a view (height, channels, width, batch)."""
    return images.transpose(1, 3, 2, 0)


class Op:
    """A layer bound to arrays. `forward` returns an array that it owns or, in place, its input."""

    uses_output: bool = False
    """Whether `backward` reads the output of `forward`, so that the next op must not overwrite it."""
    adds_loss: bool = False
    """Whether `forward` sets `added_loss`, whose gradient `backward` adds."""
    added_loss: float = 0.0
    mask: NDArray[np.bool_] | None = None
    """(batch, time), of a layer that begins a mask; filled by `forward`."""
    """The last batch's contribution to the loss."""

    @property
    def shown(self) -> Array | None:
        """Results within the last `forward` that a view may draw, such as the weights of attention."""
        return None

    def forward(self, x: Array) -> Array:
        """Outputs (batch, *output_shape) for inputs (batch, *input_shape)."""
        raise NotImplementedError

    def backward(self, gradient: Array) -> Array:
        """Fill the parameter gradients and return dx, (batch, *input_shape), for dy, (batch, *output_shape).

        `gradient` may be overwritten.
        """
        raise NotImplementedError


class Bindable(Protocol):
    """A layer, several as one, or a part of one."""

    def bind(self, context: OpContext) -> Op | None: ...


class Stage(NamedTuple):
    """An op to bind, with its arrays.

    `ends_layer` is False for all but the last stage of a layer, which has its activation and, if it is a block, layers
    in stages of their own. `overrides`, (units, values), replaces outputs of the layer after its last stage. `path` is
    the layer's number in the network as a text, or within a block "3/1", the second layer of the fourth.
    """

    path: str
    layer: Bindable
    input_shape: Shape
    output_shape: Shape
    parameters: Arrays
    gradients: Arrays
    ends_layer: bool
    overrides: tuple[NDArray[np.intp], list[float]] | None = None


class _ByPosition(Op):
    """An op of rows on samples (time, channels), of which each position is a row."""

    def __init__(self, op: Op, context: OpContext) -> None:
        self._op, self.uses_output = op, op.uses_output
        self._before, self._after = (
            (context.batch, *shape) for shape in (context.input_shape, context.output_shape)
        )
        self._rows_before, self._rows_after = (
            (-1, shape[1]) for shape in (context.input_shape, context.output_shape)
        )
        self._input_gradient = context.input_gradient

    def forward(self, x: Array) -> Array:
        """The outputs (batch, time, channels) of x, (batch, time, channels)."""
        return self._op.forward(x.reshape(self._rows_before)).reshape(self._after)

    def backward(self, gradient: Array) -> Array:
        """dx, (batch, time, channels), of dy, (batch, time, channels)."""
        back = self._op.backward(gradient.reshape(self._rows_after))
        return back.reshape(self._before) if self._input_gradient else gradient


def by_position(make: Callable[[OpContext], Op], context: OpContext) -> Op:
    """`make(context)`, for samples (time, channels) of batch · time rows of channels."""
    if len(context.input_shape) != 2:
        return make(context)
    time, channels = context.input_shape
    rows = replace(
        context, batch=context.batch * time, input_shape=(channels,), output_shape=context.output_shape[1:]
    )
    return _ByPosition(make(rows), context)


class Variable(np.ndarray[Any, np.dtype[Any]]):
    """An array as Keras's variables are used: `numpy()` is a copy, `assign(values)` writes."""

    name: str = ""

    @classmethod
    def of(cls, array: Array, name: str = "") -> Variable:
        """A view of an array."""
        made = array.view(cls)
        made.name = name
        return made

    def numpy(self) -> NDArray[Any]:
        """A plain copy."""
        return np.array(self)

    def assign(self, values: Any) -> Variable:
        """Write values of the same shape. Raises `ValueError` for another one."""
        if np.shape(values) != self.shape:
            wanted = f"{self.name or 'Variable'}: values must have the shape {self.shape}"
            raise ValueError(f"{wanted}, got {np.shape(values)}")
        self[...] = values
        return self


class Layer(Spec):
    """Base of all layers. A field `activation` is applied to the output of the op."""

    family: ClassVar[str] = ""
    """The group on the palette: "dense", "activation", "regularization", "convolution", "pooling", "sequence",
    "shape"."""
    on_palette: ClassVar[bool] = True
    """Whether the palette has a card for the layer."""
    has_keras_activation: ClassVar[bool] = False
    """Whether the Keras layer takes its activation as a setting."""
    keeps_order: ClassVar[bool] = False
    """Whether output i corresponds to input i, so that permuted inputs give permuted outputs."""

    refuses_masks: ClassVar[bool] = False
    """Whether it would mix in positions that are masked."""
    formula_text: ClassVar[str] = ""
    """The pattern of its `Formula`, and `formula_note` its note; override `formula` where they depend on more."""
    formula_note: ClassVar[str] = ""
    numpy_text: ClassVar[str] = ""
    """The prediction as one NumPy expression of `x`, in which `{name}` is a setting and `{{name}}` an array; override
    `numpy_lines` for more."""
    torch_text: ClassVar[str] = ""
    """Constructor call of the PyTorch module, in which `{name}` is a setting; override `torch_modules` for more."""
    keras_fields: ClassVar[tuple[str, ...] | None] = None
    """Settings of Keras's layer of the same name; override `keras_layers` where there is none such."""

    extras: ClassVar[tuple[str, ...]] = ("name", "trainable")
    arrays: ClassVar[Arrays | None] = None
    """The weights by name, views into those of a model; None but for the layers of a built `Sequence`."""
    trainable_changed: ClassVar[Any] = None
    """Called by a layer of a built `Sequence` with its new `trainable`."""

    name: str = field(default="", kw_only=True, repr=False, compare=False)
    """Name for `Sequence.get_layer`; a model names its other layers as Keras does."""
    trainable: bool = field(default=True, kw_only=True, repr=False)
    """Whether its weights learn."""

    def __post_init__(self) -> None:
        super().__post_init__()
        if not isinstance(self.name, str):
            raise SettingError(f"{self.title}: name must be a text, got {self.name!r}")

    def __setattr__(self, name: str, value: Any) -> None:
        if name != "trainable":
            super().__setattr__(name, value)
            return
        if not isinstance(value, bool):
            raise SettingError(f"{self.title}: trainable must be true or false, got {value!r}")
        # The one setting that Keras's programs change in a layer.
        object.__setattr__(self, name, value)
        if self.trainable_changed is not None:
            self.trainable_changed(value)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Variable:
            """A weight by its name, such as `kernel`, of a layer of a built model."""
            if self.arrays is not None and name in self.arrays:
                return Variable.of(self.arrays[name], name)
            raise AttributeError(f"{type(self).__name__} has no {name!r}")

    @property
    def output_activation(self) -> Any:
        """The function of what the op gives; None without one, as of recurrent layers, whose cells have theirs."""
        return getattr(self, "activation", None)

    @property
    def weights(self) -> list[Variable]:
        """The weights in Keras's order: what is written to them is the model's. Raises as `get_weights` does."""
        return [Variable.of(array, name) for name, array in self._own_arrays().items()]

    def to_json(self) -> dict[str, Any]:
        # Omitted by default, so that older programs can read the file.
        own: dict[str, Any] = {"name": self.name} if self.name else {}
        return super().to_json() | own | ({} if self.trainable else {"trainable": False})

    def __call__(self, *_: Any) -> Any:
        kind = type(self).__name__
        raise TypeError(
            f"{kind}: layers are not called but put in Sequence([...]); Residual((...)) is a skip"
        )

    def get_weights(self) -> list[Array]:
        """Copies of the weights, in Keras's order. Raises `RuntimeError` unless the layer is of a built `Sequence`."""
        return [array.copy() for array in self._own_arrays().values()]

    def set_weights(self, weights: Sequence[Any]) -> None:
        """The inverse of `get_weights`; `ValueError` for other shapes."""
        places = self._own_arrays()
        given = [np.asarray(array) for array in weights]
        if [array.shape for array in given] != [array.shape for array in places.values()]:
            wanted = ", ".join(f"{name} {array.shape}" for name, array in places.items()) or "none"
            got = ", ".join(str(array.shape) for array in given) or "none"
            raise ValueError(f"{self.title}: weights must be {wanted}, got {got}")
        for into, array in zip(places.values(), given, strict=True):
            into[...] = array

    def count_params(self) -> int:
        """The number of weights. Raises as `get_weights` does."""
        return sum(array.size for array in self._own_arrays().values())

    def _own_arrays(self) -> Arrays:
        if self.arrays is None:
            raise RuntimeError(
                f"{self.title}: a layer has weights once it is taken from a built model, as model.layers[0]"
            )
        return self.arrays

    def output_shape(self, input_shape: Shape) -> Shape:
        """Shape of one output sample; `LayerError` when `input_shape` is not supported."""
        return input_shape

    def masks(self, masked: bool) -> bool:
        """Whether its outputs have a mask, as in Keras, if its inputs are `masked`; `LayerError` if it takes none."""
        if masked and self.refuses_masks:
            raise LayerError(f"{self.title} takes no masks; recurrent layers and GlobalAvgPool1D do")
        return masked and self.keeps_order

    def parameters(self, input_shape: Shape) -> tuple[Parameter, ...]:
        """Arrays of the layer, in Keras's order."""
        return ()

    def parts(self, input_shape: Shape) -> Iterator[tuple[str, Layer, Shape, Shape]]:
        """Yield (name, layer, input shape, output shape) of the layers within a block; their arrays are "name/..."."""
        yield from ()

    def stages(self, path: str, input_shape: Shape, parameters: Arrays, gradients: Arrays) -> Iterator[Stage]:
        """Parts that a pass binds, in order: the layer, then its activation."""
        output, activation = self.output_shape(input_shape), self.output_activation
        yield Stage(path, self, input_shape, output, parameters, gradients, activation is None)
        if activation is not None:
            yield Stage(path, activation, output, output, {}, {}, True)

    def bind(self, context: OpContext) -> Op | None:
        """The op for a context; None for the identity."""
        return None

    def flops(self, input_shape: Shape) -> int:
        """Estimated multiplications of one sample: kernels are applied once per pixel or position of the output."""
        places = math.prod(self.output_shape(input_shape)[:-1])
        return places * sum(p.size for p in self.parameters(input_shape) if p.name.endswith("kernel"))

    def as_predicted(self) -> Layer:
        """A layer with the same arrays that behaves as in prediction, also during training.

        Override it where training adds noise or uses batch statistics.
        """
        return self

    def windows(self, input_shape: Shape) -> tuple[SlidingWindow, SlidingWindow] | None:
        """Windows along height and width that each output sees; None for layers without."""
        return None

    def input_box(self, box: Box, input_shape: Shape) -> Box | None:
        """Box of the input image that the outputs within `box` depend on; None if unknown."""
        if (windows := self.windows(input_shape)) is not None:
            top, left, _, _ = window_box(*windows, (box[0], box[1]))
            _, _, bottom, right = window_box(*windows, (box[2] - 1, box[3] - 1))
            return top, left, bottom, right
        return box if self.keeps_order else None

    def input_index(self, index: tuple[int, ...], input_shape: Shape) -> tuple[int, ...] | None:
        """Index of the input that corresponds to the output at `index`; None if there is none."""
        return index if self.output_shape(input_shape) == input_shape else None

    def formula(self, input_shape: Shape) -> Formula:
        """Formula of one output without its activation; `SettingError` if there is none."""
        if not self.formula_text:
            raise SettingError(f"{self.title} has no formula yet")
        return Formula(self.formula_text, self.formula_note)

    def numpy_lines(self, input_shape: Shape) -> NumpyLines:
        """The prediction in NumPy without its activation; `SettingError` if there is none."""
        if not self.numpy_text:
            raise SettingError(f"{self.title} cannot be written as NumPy code yet")
        return NumpyLines((self._filled(self.numpy_text),))

    def onnx_nodes(self, graph: OnnxGraph, x: OnnxValue, weights: Arrays, input_shape: Shape) -> OnnxValue:
        """Add the prediction for `x`, (samples, *input_shape), without its activation; `SettingError` if there is none.

        `weights` are the layer's arrays in float32.
        """
        raise SettingError(f"{self.title} cannot be written as ONNX yet")

    def keras_layers(self, graph: KerasGraph, x: KerasValue, weights: Arrays) -> KerasValue:
        """Add the prediction for `x` without its activation; `SettingError` if it has none.

        A layer that `has_keras_activation` adds one that has a `keras_name`.
        """
        if self.keras_fields is None:
            raise SettingError(f"{self.title} cannot be written as a Keras layer yet")
        settings = {name: getattr(self, name) for name in self.keras_fields}
        shape = self.output_shape(x.shape)
        return graph.layer(type(self).__name__, x, shape=shape, arrays=weights, **settings)

    def torch_modules(self, input_shape: Shape) -> tuple[TorchModule, ...]:
        """PyTorch modules without the activation; `SettingError` if there are none."""
        if not self.torch_text:
            raise SettingError(f"{self.title} cannot be written as PyTorch code yet")
        return (TorchModule(self._filled(self.torch_text)),)

    def torch_weights(self, weights: Arrays, input_shape: Shape, order: FeatureOrder) -> TorchState:
        """Copies of `weights` with the names and axes of the first module's state dict.

        `order`, (features,), is that of the input features; `SettingError` if PyTorch has no such arrays.
        """
        if weights:
            raise SettingError(f"Export: the pytorch layout has no names for {self.title} yet")
        return {}

    def torch_order(self, input_shape: Shape, order: FeatureOrder) -> FeatureOrder:
        """PyTorch's order of the output features, (features,), from the input's; `SettingError` if undefined."""
        if order is None or self.keeps_order:
            return order
        raise SettingError(
            f"Export: the pytorch layout has no {self.title} behind a Flatten of several channels; use keras"
        )

    def _filled(self, text: str) -> str:
        return text.format_map({item.name: getattr(self, item.name) for item in self.settings()})


def next_mask(layer: Bindable, op: Op | None, mask: NDArray[np.bool_] | None) -> NDArray[np.bool_] | None:
    """The mask behind a bound layer, of that of its inputs."""
    if isinstance(layer, Layer) and not layer.masks(mask is not None):
        return None
    return mask if op is None or op.mask is None else op.mask


class PassingLayer(Layer):
    """Base of layers that pass on their inputs in predictions, but for an activation."""

    def numpy_lines(self, input_shape: Shape) -> NumpyLines:
        return NumpyLines()

    def onnx_nodes(self, graph: OnnxGraph, x: OnnxValue, weights: Arrays, input_shape: Shape) -> OnnxValue:
        return x

    def keras_layers(self, graph: KerasGraph, x: KerasValue, weights: Arrays) -> KerasValue:
        return x if self.keras_fields is None else super().keras_layers(graph, x, weights)

    def torch_modules(self, input_shape: Shape) -> tuple[TorchModule, ...]:
        return super().torch_modules(input_shape) if self.torch_text else ()


LAYERS: Registry[Layer] = Registry("layer")


class KernelLayer(Layer):
    """A layer with a kernel. `kernel_regularizer` is a penalty on it alone, by name or object, as in Keras.

    It comes on top of the regularization of the training.
    """

    extras: ClassVar[tuple[str, ...]] = (*Layer.extras, "kernel_regularizer")

    kernel_regularizer: Regularizer | str | None = field(default=None, kw_only=True, repr=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.kernel_regularizer is not None:
            object.__setattr__(self, "kernel_regularizer", REGULARIZERS.make(self.kernel_regularizer))

    def to_json(self) -> dict[str, Any]:
        # Omitted by default, so that older programs can read the file.
        penalty = self.kernel_regularizer
        own = {"kernel_regularizer": penalty.to_json()} if isinstance(penalty, Regularizer) else {}
        return super().to_json() | own

    def torch_weights(self, weights: Arrays, input_shape: Shape, order: FeatureOrder) -> TorchState:
        """The kernel (*size, inputs, outputs) as (outputs, inputs, *size)."""
        kernel = weights["kernel"] if order is None else weights["kernel"][order]
        # safetensors writes a transposed view incorrectly: make it contiguous.
        found: TorchState = {"weight": np.ascontiguousarray(np.moveaxis(kernel, (-1, -2), (0, 1)))}
        return found | ({"bias": weights["bias"].copy()} if "bias" in weights else {})


def kernel_and_bias(layer: Any, shape: Shape) -> tuple[Parameter, ...]:
    """The kernel of `shape`, (*size, inputs, outputs), and with `use_bias` the bias (outputs,) of Dense and Conv."""
    *size, inputs, outputs = shape
    fans = math.prod(size) * inputs, math.prod(size) * outputs
    kernel = Parameter("kernel", shape, layer.kernel_initializer, *fans, regularized=True)
    bias = Parameter("bias", (outputs,), layer.bias_initializer, *fans, regularized=False)
    return (kernel, bias) if layer.use_bias else (kernel,)


def kernel_penalties(layer: Layer, prefix: str = "") -> Iterator[tuple[Regularizer, str]]:
    """The penalties of a layer and of those within it, each with the name of the kernel's array."""
    penalty = getattr(layer, "kernel_regularizer", None)
    if isinstance(penalty, Regularizer) and penalty.kind != "none":
        yield penalty, f"{prefix}kernel"
    for index, inner in enumerate(getattr(layer, "layers", ())):
        yield from kernel_penalties(inner, f"{prefix}{index}/")
