"""The base of layers with a kernel, which may have a penalty of its own."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import field
from typing import Any, ClassVar

from ..spec.regularizer import REGULARIZERS, Regularizer
from .layer import Layer, Parameter
from .layer_types import Shape


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
