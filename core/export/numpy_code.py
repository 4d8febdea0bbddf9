"""A network written as a few lines of NumPy that predict from its weights in Keras's names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from core.export.exporter import keras_prefixes
from core.nn import (
    ActivationFunction,
    BatchNorm,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    GlobalAvgPool,
    Layer,
    LayerNorm,
    Reshape,
    Shape,
)
from core.nn.network import describe

__all__ = ["numpy_model"]

_FUNCTIONS: dict[str, tuple[str, ...]] = {
    "relu": ("np.maximum(x, 0)",),
    "leaky_relu": ("np.maximum(x, {0.negative_slope} * x)",),
    "elu": ("np.where(x > 0, x, {0.alpha} * np.expm1(np.minimum(x, 0)))",),
    "gelu": ("x * 0.5 * (1 + erf(x * 0.5**0.5))",),
    "silu": ("x * (0.5 + 0.5 * np.tanh(0.5 * x))",),
    "tanh": ("np.tanh(x)",),
    "sigmoid": ("0.5 + 0.5 * np.tanh(0.5 * x)",),
    "softplus": ("np.logaddexp(x, 0)",),
    "sine": ("np.sin(x)",),
    "linear": (),
    "softmax": ("np.exp(x - x.max(axis=-1, keepdims=True))", "x / x.sum(axis=-1, keepdims=True)"),
}


def numpy_model(layers: Sequence[Layer], input_shape: Shape) -> tuple[str, str]:
    """Lines of import, and `predict(x)` for `weights`, the arrays by Keras's names.

    Convolutions, pools and blocks would be a program of their own: a network with one gets its arrays listed instead.
    """
    unwritten = {type(layer): layer.title for layer in layers if not _is_written(layer)}
    if unwritten:
        titles = ", ".join(unwritten.values())
        listed = "".join(f"{line}\n" for line in _listed(layers, input_shape))
        return "", f"# NumPy has no single line for {titles}; these are the arrays:\n{listed}"
    lines = "".join(f"    x = {expression}\n" for expression in _expressions(layers))
    model = f"def predict(x):\n{lines}    return x\n"
    return ("from scipy.special import erf\n" if "erf(" in model else ""), model


def _listed(layers: Sequence[Layer], input_shape: Shape) -> Iterator[str]:
    _, described = describe(layers, input_shape)
    for prefix, parameters in zip(keras_prefixes(layers), described, strict=True):
        for parameter in parameters:
            yield f'weights["{prefix}/{parameter.name}"]  # {parameter.shape}'


def _is_written(layer: Layer) -> bool:
    return isinstance(layer, (ActivationFunction, *_WRITERS)) or layer.kind == "activation"


def _expressions(layers: Sequence[Layer]) -> Iterator[str]:
    for prefix, layer in zip(keras_prefixes(layers), layers, strict=True):
        for kind, write in _WRITERS.items():
            if isinstance(layer, kind):
                yield from write(layer, prefix)
        function = layer if isinstance(layer, ActivationFunction) else getattr(layer, "activation", None)
        if function is not None:
            yield from (text.format(function) for text in _FUNCTIONS[function.kind])


def _dense(layer: Dense, prefix: str) -> Iterator[str]:
    bias = f' + weights["{prefix}/bias"]' if layer.use_bias else ""
    yield f'x @ weights["{prefix}/kernel"]{bias}'


def _batch_norm(layer: BatchNorm, prefix: str) -> Iterator[str]:
    variance = f'np.sqrt(weights["{prefix}/moving_variance"] + {layer.epsilon})'
    yield f'(x - weights["{prefix}/moving_mean"]) / {variance}'
    yield from _scaled_and_shifted(layer, prefix)


def _layer_norm(layer: LayerNorm, prefix: str) -> Iterator[str]:
    yield "x - x.mean(axis=-1, keepdims=True)"
    yield f"x / np.sqrt((x * x).mean(axis=-1, keepdims=True) + {layer.epsilon})"
    yield from _scaled_and_shifted(layer, prefix)


def _scaled_and_shifted(layer: BatchNorm | LayerNorm, prefix: str) -> Iterator[str]:
    if layer.scale:
        yield f'x * weights["{prefix}/gamma"]'
    if layer.center:
        yield f'x + weights["{prefix}/beta"]'


def _flatten(layer: Flatten, prefix: str) -> Iterator[str]:
    yield "x.reshape(len(x), -1)"


def _reshape(layer: Reshape, prefix: str) -> Iterator[str]:
    yield f"x.reshape(len(x), {', '.join(map(str, layer.target_shape))})"


def _global_pool(layer: GlobalAvgPool, prefix: str) -> Iterator[str]:
    yield "x.mean(axis=(1, 2))"


def _nothing(layer: Layer, prefix: str) -> Iterator[str]:
    """What works in training alone."""
    return iter(())


_WRITERS: dict[type[Layer], Callable[[Any, str], Iterator[str]]] = {
    BatchNorm: _batch_norm,
    Dense: _dense,
    Dropout: _nothing,
    Flatten: _flatten,
    GaussianNoise: _nothing,
    GlobalAvgPool: _global_pool,
    LayerNorm: _layer_norm,
    Reshape: _reshape,
}
