"""Layers that scale their inputs by fixed numbers: Rescaling, and Normalization, which takes them from data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ..io.model_graphs import KerasGraph, KerasValue, OnnxGraph, OnnxValue
from ..spec import Given, SettingError, setting
from ..spec.arrays import Array, Arrays
from .layer import LAYERS, FeatureOrder, Layer, Op, OpContext
from .layer_types import LayerError, NumpyLines, Shape, TorchModule

Numbers = Given[tuple[float, ...], float | Sequence[float] | NDArray[Any]]
"""One number for all, or one for each of the last axis."""
_Fixed = tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]

_TORCH_SCALING = '''\
class Scaling(torch.nn.Module):
    """(x - before) * factor + after: a number for all, or one for each feature or channel."""

    def __init__(self, before, factor, after, image):
        super().__init__()
        for name, given in (("before", before), ("factor", factor), ("after", after)):
            values = torch.tensor(given, dtype=torch.get_default_dtype())
            self.register_buffer(name, values[:, None, None] if image else values, persistent=False)

    def forward(self, x):
        return (x - self.before) * self.factor + self.after
'''


class _Scaling(Layer):
    """y = (x - before) factor + after."""

    family = "regularization"
    on_palette = False
    keeps_order = True
    formula_text = "({x} − before) · factor + after"
    formula_note = "The numbers are fixed: they do not learn."

    def fixed(self) -> _Fixed:
        """`before`, `factor` and `after`, each of one number or of one for each of the last axis."""
        raise NotImplementedError

    def given(self) -> list[tuple[float, ...]]:
        """The numbers of the settings."""
        return [getattr(self, item.name) for item in self.settings()]

    def output_shape(self, input_shape: Shape) -> Shape:
        for numbers in self.fixed():
            if len(numbers) not in (1, input_shape[-1]):
                raise LayerError(
                    f"{self.title} has {len(numbers)} numbers; it gets {input_shape[-1]} features or channels"
                )
        return input_shape

    def bind(self, context: OpContext) -> Op:
        return _ScalingOp(self, context)

    def numpy_lines(self, input_shape: Shape) -> NumpyLines:
        before, factor, after = (f"np.float32({list(numbers)})" for numbers in self.fixed())
        return NumpyLines((f"(x - {before}) * {factor} + {after}",))

    def onnx_nodes(self, graph: OnnxGraph, x: OnnxValue, weights: Arrays, input_shape: Shape) -> OnnxValue:
        x = graph.channels_last(x)
        for operator, numbers in zip(("Sub", "Mul", "Add"), self.fixed(), strict=True):
            x = graph.elementwise(
                operator, x, graph.constant(operator.lower(), np.array(numbers, np.float32))
            )
        return x

    def keras_layers(self, graph: KerasGraph, x: KerasValue, weights: Arrays) -> KerasValue:
        given: list[Any] = [numbers[0] if len(numbers) == 1 else list(numbers) for numbers in self.given()]
        names = (item.name for item in self.settings())
        settings: dict[str, Any] = dict(zip(names, given, strict=True))
        return graph.layer(type(self).__name__, x, **settings)

    def torch_modules(self, input_shape: Shape) -> tuple[TorchModule, ...]:
        numbers = ", ".join(str(list(each)) for each in self.fixed())
        return (TorchModule(f"Scaling({numbers}, {len(input_shape) == 3})", (_TORCH_SCALING,)),)

    def torch_order(self, input_shape: Shape, order: FeatureOrder) -> FeatureOrder:
        if order is not None and max(map(len, self.fixed())) > 1:
            raise SettingError(
                f"Export: the pytorch layout has no {self.title} of each feature behind a Flatten; use keras"
            )
        return order


class _ScalingOp(Op):
    def __init__(self, layer: _Scaling, context: OpContext) -> None:
        self._layer, self._dtype = layer, context.dtype
        self._given: list[tuple[float, ...]] = []
        self._fixed: list[Array] = []
        self._y = context.empty()

    def forward(self, x: Array) -> Array:
        """y = (x - before) factor + after, (batch, *shape)."""
        given = self._layer.given()
        if given != self._given:
            # `adapt` may have changed the numbers since the last pass.
            self._given, self._fixed = given, [np.array(each, self._dtype) for each in self._layer.fixed()]
        before, factor, after = self._fixed
        np.subtract(x, before, self._y)
        np.multiply(self._y, factor, self._y)
        return np.add(self._y, after, self._y)

    def backward(self, gradient: Array) -> Array:
        """dx = factor dy, (batch, *shape), in place."""
        return np.multiply(gradient, self._fixed[1], gradient)


@LAYERS.register()
class Rescaling(_Scaling):
    """y = x scale + offset, such as `Rescaling(1 / 255)` of bytes; each is a number, or one for each of the last axis.

    >>> Rescaling(1 / 127.5, offset=-1).output_shape((28, 28, 1))
    (28, 28, 1)
    """

    kind = "rescaling"
    title = "Rescaling"
    summary = "fixed scale"
    equations = ("y = x s + o", "∂L/∂x = s ∂L/∂y")

    scale: Numbers = setting((1.0,), "Scale", "What inputs are multiplied by.")
    offset: Numbers = setting((0.0,), "Offset", "What is added then.")

    def fixed(self) -> _Fixed:
        return (0.0,), self.scale, self.offset


@LAYERS.register()
class Normalization(_Scaling):
    """y = (x - mean) / sqrt(variance) for each of the last axis, by numbers that are given or that `adapt` finds.

    Deviations count as at least 1e-7, as in Keras. Unlike there the numbers are settings, and no weights.

    >>> layer = Normalization()
    >>> layer.adapt([[1.0], [3.0]])
    >>> layer
    Normalization(mean=(2.0,), variance=(1.0,))
    """

    kind = "normalization"
    title = "Normalization"
    summary = "standardize"
    equations = ("y = (x - μ) / σ", "∂L/∂x = 1 / σ · ∂L/∂y")

    mean: Numbers = setting((0.0,), "Mean", "What is subtracted from inputs.")
    variance: Numbers = setting((1.0,), "Variance", "The square of what they are divided by.", low=0.0)

    def adapt(self, data: ArrayLike) -> None:
        """Take mean and variance from samples (samples, ..., features), over all axes but the last.

        Raises `ValueError` for other than finite numbers, `RuntimeError` for a layer of a built model's `layers`.
        """
        if self.arrays is not None:
            raise RuntimeError(f"{self.title}: adapt the layer itself, before Sequence([...]) takes it")
        try:
            rows = np.asarray(data, np.float64)
        except (TypeError, ValueError):
            rows = np.empty(0)
        if rows.ndim < 2 or not rows.size or not np.isfinite(rows).all():
            raise ValueError(
                f"{self.title}: data must be finite numbers (samples, ..., features), got {type(data).__name__} "
                f"of shape {np.shape(rows)}"
            )
        axes = tuple(range(rows.ndim - 1))
        adapted = Normalization(rows.mean(axis=axes), rows.var(axis=axes))
        for name in ("mean", "variance"):
            object.__setattr__(self, name, getattr(adapted, name))

    def fixed(self) -> _Fixed:
        return self.mean, tuple(1.0 / max(each**0.5, 1e-7) for each in self.variance), (0.0,)
