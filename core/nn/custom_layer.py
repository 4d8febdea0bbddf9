"""CustomLayer: the base of layers that a program defines for itself, by numpy functions forward and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from ..io.model_graphs import snake_case
from ..spec import SettingError
from ..spec.arrays import Array, Arrays
from .initializers import INITIALIZERS
from .layer import LAYERS, Layer, Op, OpContext, Parameter
from .layer_types import LayerError, Shape

_SAMPLES = 4
_JITTER = 1e-2
"""Off the kinks, as that of a ReLU at 0."""
_STEP = 1e-5
_BOUND = 1e-4


class CustomLayer(Layer):
    """A layer of your own: `call` and `backward` in numpy, `build` where it has weights.

    A class of its own is a kind at once: `Sequence` takes it, and files of the library hold its `setting`s and weights,
    which are read where the class is defined. Before the first step `backward` is compared with differences of `call`.
    Other formats and the compiled engine have no such layers.

    >>> class Square(CustomLayer):
    ...     def call(self, x):
    ...         return x * x
    ...
    ...     def backward(self, gradient, x):
    ...         return 2 * x * gradient
    >>> Square().output_shape((3,))
    (3,)
    """

    on_palette = False
    initializers: ClassVar[Mapping[str, Any]] = {}
    """How weights start, by name, where it is not "glorot_uniform", or "zeros" of rows."""

    def __init_subclass__(cls, **named: Any) -> None:
        super().__init_subclass__(**named)
        for name, usual in (("kind", snake_case(cls.__name__)), ("title", cls.__name__)):
            if name not in vars(cls):
                setattr(cls, name, usual)
        known = {item.name for item in cls.settings()} | set(cls.extras)
        for name in cls.field_names:
            if name not in known:
                raise SettingError(f"{cls.title}: {name} must be a setting(...), which files hold")
        LAYERS.define(cls)

    def build(self, input_shape: Shape) -> Mapping[str, Shape]:
        """The shapes of the weights by name, for samples of `input_shape`."""
        return {}

    def call(self, x: Array, **weights: Array) -> Array:
        """The outputs (samples, ...) of x, (samples, *input_shape), with the weights by name."""
        raise NotImplementedError

    def backward(self, gradient: Array, x: Array, **weights: Array) -> Any:
        """The gradient of x, and behind it one of each weight in order, as a tuple, from that of the outputs."""
        raise LayerError(f"{self.title}: training needs backward(gradient, x, ...), the gradients of call")

    def output_shape(self, input_shape: Shape) -> Shape:
        weights = {name: np.zeros(shape) for name, shape in self.build(input_shape).items()}
        try:
            found = np.shape(self.call(np.zeros((2, *input_shape)), **weights))
        except (ValueError, TypeError, IndexError, NotImplementedError) as error:
            shape = " × ".join(map(str, input_shape))
            raise LayerError(
                f"{self.title}: call fails for samples of {shape}: {str(error) or 'it is missing'}"
            ) from None
        if found[:1] != (2,) or not 2 <= len(found) <= 4:
            raise LayerError(f"{self.title}: call must give (samples, ...), got shape {found} of 2 samples")
        return found[1:]

    def parameters(self, input_shape: Shape) -> tuple[Parameter, ...]:
        return tuple(
            Parameter(
                name,
                tuple(shape),
                INITIALIZERS.make(
                    self.initializers.get(name, "zeros" if len(shape) < 2 else "glorot_uniform")
                ),
                shape[0],
                shape[-1],
                regularized="kernel" in name,
            )
            for name, shape in self.build(input_shape).items()
        )

    def bind(self, context: OpContext) -> Op:
        return _CustomOp(self, context)

    def gradients(self, gradient: Array, x: Array, weights: Arrays) -> Iterator[tuple[str, Array]]:
        """Each gradient of `backward` with the name of what it is of, "x" first. Raises `LayerError` for others."""
        found = self.backward(gradient, x, **weights)
        found = found if isinstance(found, tuple) else (found,)
        wanted = {"x": x, **weights}
        got = [np.shape(each) for each in found]
        if got != [array.shape for array in wanted.values()]:
            shapes = ", ".join(f"{name} {array.shape}" for name, array in wanted.items())
            raise LayerError(f"{self.title}: backward must give the gradients of {shapes}, got {got}")
        yield from zip(wanted, found, strict=True)

    def check_gradients(self, x: Array, weights: Arrays) -> None:
        """Raise `LayerError` unless `backward` is what differences of `call` give along random directions."""
        rng = np.random.default_rng(0)
        arrays: dict[str, NDArray[Any]] = {"x": x[:_SAMPLES], **weights}
        arrays = {name: each + _JITTER * rng.normal(size=each.shape) for name, each in arrays.items()}
        gradient = rng.normal(size=np.shape(self.call(**arrays)))
        own = {name: array for name, array in arrays.items() if name != "x"}
        for name, slopes in self.gradients(gradient.copy(), arrays["x"].copy(), own):
            way = rng.normal(size=slopes.shape)
            ends = [self.call(**arrays | {name: arrays[name] + step * way}) for step in (_STEP, -_STEP)]
            wanted = float(np.vdot(gradient, ends[0] - ends[1])) / (2 * _STEP)
            found = float(np.vdot(slopes, way))
            if not abs(found - wanted) <= _BOUND * (1e-6 + float(np.linalg.norm(slopes)) + abs(wanted)):
                raise LayerError(
                    f"{self.title}: backward is wrong for {name}: along a random direction it gives {found:.5g}, "
                    f"where differences of call give {wanted:.5g}"
                )


class _CustomOp(Op):
    # Its output may be its input, which `backward` needs.
    uses_output = True

    def __init__(self, layer: CustomLayer, context: OpContext) -> None:
        self._layer, self._weights, self._gradients = layer, context.parameters, context.gradients
        self._x = self._y = context.empty()
        self._checked = False

    def forward(self, x: Array) -> Array:
        """The outputs of `call`, (batch, *shape)."""
        self._x = x
        self._y[...] = self._layer.call(x, **self._weights)
        return self._y

    def backward(self, gradient: Array) -> Array:
        """Fill the gradients of the weights; return dx, (batch, *shape)."""
        if not self._checked:
            self._layer.check_gradients(self._x, self._weights)
            self._checked = True
        (_, back), *rest = self._layer.gradients(gradient, self._x, self._weights)
        for name, slopes in rest:
            self._gradients[name][...] = slopes
        return np.asarray(back, gradient.dtype)
