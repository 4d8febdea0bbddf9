"""A network written as the `torch.nn.Sequential` whose state dict `core.export.pytorch_weights` writes.

The text is Python: first the classes that PyTorch has no module for, then the model. The modules stand at the very
positions that the names in the file say.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from core.export.pytorch_weights import check_pytorch
from core.nn import (
    ActivationFunction,
    AvgPool2D,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GaussianNoise,
    GlobalAvgPool,
    Layer,
    LayerNorm,
    MaxPool2D,
    Reshape,
    Residual,
    Shape,
    SpatialDropout2D,
)
from core.nn.sliding_window import Windows

__all__ = ["channels_first", "pytorch_model"]

Call = str
"""The text of a call that makes a module."""

_FUNCTIONS: dict[str, str] = {
    "relu": "torch.nn.ReLU()",
    "leaky_relu": "torch.nn.LeakyReLU({0.negative_slope})",
    "elu": "torch.nn.ELU({0.alpha})",
    "gelu": "torch.nn.GELU()",
    "silu": "torch.nn.SiLU()",
    "tanh": "torch.nn.Tanh()",
    "sigmoid": "torch.nn.Sigmoid()",
    "softplus": "torch.nn.Softplus()",
    "softmax": "torch.nn.Softmax(dim=1)",
    "sine": "Sine()",
}

_CLASSES: dict[str, str] = {
    "Sine": """\
class Sine(torch.nn.Module):
    def forward(self, x):
        return torch.sin(x)
""",
    "Residual": """\
class Residual(torch.nn.Module):
    def __init__(self, layers, skip=None):
        super().__init__()
        self.layers, self.skip = layers, skip

    def forward(self, x):
        return self.layers(x) + (x if self.skip is None else self.skip(x))
""",
    "UnevenConv2d": '''\
class UnevenConv2d(torch.nn.Conv2d):
    """Padding of its own on each side: left, right, top, bottom."""

    def __init__(self, *sizes, edges, **settings):
        super().__init__(*sizes, **settings)
        self.edges = edges

    def forward(self, x):
        return super().forward(torch.nn.functional.pad(x, self.edges))
''',
    "UnevenAvgPool2d": '''\
class UnevenAvgPool2d(torch.nn.AvgPool2d):
    """Padding of its own on each side, which is not counted: left, right, top, bottom."""

    def __init__(self, *sizes, edges):
        super().__init__(*sizes)
        self.edges = edges

    def forward(self, x):
        share = super().forward(torch.nn.functional.pad(torch.ones_like(x), self.edges))
        return super().forward(torch.nn.functional.pad(x, self.edges)) / share
''',
}


def pytorch_model(layers: Sequence[Layer], input_shape: Shape) -> str:
    """Lines of Python, ending in a newline, that make `model`; `SettingError` for what PyTorch has no module for."""
    check_pytorch(layers, input_shape)
    lines = [f"    {line}\n" for line in _stack(layers, input_shape)]
    model = f"model = torch.nn.Sequential(\n{''.join(lines)})\n"
    classes = [text for name, text in _CLASSES.items() if f"{name}(" in model]
    return "\n\n".join([*classes, model])


def channels_first(shape: Shape) -> Shape:
    """The shape of one sample as PyTorch has it: (channels, height, width) of an image."""
    return (shape[2], *shape[:2]) if len(shape) == 3 else shape


def _stack(layers: Sequence[Layer], shape: Shape) -> Iterator[str]:
    """A line for every module of a Sequential, a comma and maybe a remark behind each."""
    for layer in layers:
        output = layer.output_shape(shape)
        remark = _REMARKS.get(type(layer), "")
        for call in _modules(layer, shape, output):
            first, *rest = call.split("\n")
            if rest:
                yield from (first, *rest[:-1], f"{rest[-1]},{remark}")
            else:
                yield f"{first},{remark}"
        shape = output


def _modules(layer: Layer, shape: Shape, output: Shape) -> Iterator[Call]:
    if isinstance(layer, ActivationFunction):
        yield from _function(layer)
        return
    if layer.kind != "activation":
        yield from _WRITERS[type(layer)](layer, shape, output)
    if (activation := getattr(layer, "activation", None)) is not None:
        yield from _function(activation)


def _function(function: ActivationFunction) -> Iterator[Call]:
    if function.kind != "linear":
        yield _FUNCTIONS[function.kind].format(function)


def _dense(layer: Dense, shape: Shape, output: Shape) -> Iterator[Call]:
    yield f"torch.nn.Linear({shape[0]}, {layer.units}{_without_bias(layer)})"


def _convolution(layer: Conv2D, shape: Shape, output: Shape) -> Iterator[Call]:
    rows, columns = layer.windows(shape)
    settings = f"{shape[2]}, {layer.filters}, {layer.kernel_size}"
    if layer.strides != (1, 1):
        settings += f", stride={layer.strides}"
    if layer.dilation_rate != (1, 1):
        settings += f", dilation={layer.dilation_rate}"
    settings += _without_bias(layer)
    if not _even(rows, columns):
        yield f"UnevenConv2d({settings}, edges={_edges(rows, columns)})"
    elif rows.before or columns.before:
        yield f"torch.nn.Conv2d({settings}, padding={(rows.before, columns.before)})"
    else:
        yield f"torch.nn.Conv2d({settings})"


def _max_pool(layer: MaxPool2D, shape: Shape, output: Shape) -> Iterator[Call]:
    rows, columns = layer.windows(shape)
    pool = f"torch.nn.MaxPool2d({_pool_settings(layer, rows, columns)}"
    if _even(rows, columns):
        yield f"{pool}{_padding(rows, columns)})"
    else:  # two modules in one place
        pad = f'torch.nn.ConstantPad2d({_edges(rows, columns)}, float("-inf"))'
        yield f"torch.nn.Sequential({pad}, {pool}))"


def _average_pool(layer: AvgPool2D, shape: Shape, output: Shape) -> Iterator[Call]:
    rows, columns = layer.windows(shape)
    settings = _pool_settings(layer, rows, columns)
    if not _even(rows, columns):
        yield f"UnevenAvgPool2d({settings}, edges={_edges(rows, columns)})"
    elif padding := _padding(rows, columns):
        yield f"torch.nn.AvgPool2d({settings}{padding}, count_include_pad=False)"
    else:
        yield f"torch.nn.AvgPool2d({settings})"


def _global_pool(layer: GlobalAvgPool, shape: Shape, output: Shape) -> Iterator[Call]:
    yield "torch.nn.AdaptiveAvgPool2d(1)"
    yield "torch.nn.Flatten()"


def _batch_norm(layer: BatchNorm, shape: Shape, output: Shape) -> Iterator[Call]:
    kind = "BatchNorm2d" if len(shape) == 3 else "BatchNorm1d"
    affine = "" if layer.scale or layer.center else ", affine=False"
    momentum = f"{1.0 - layer.momentum:.6g}"
    yield f"torch.nn.{kind}({shape[-1]}, eps={layer.epsilon}, momentum={momentum}{affine})"


def _layer_norm(layer: LayerNorm, shape: Shape, output: Shape) -> Iterator[Call]:
    affine = "" if layer.scale or layer.center else ", elementwise_affine=False"
    yield f"torch.nn.LayerNorm({shape[-1]}, eps={layer.epsilon}{affine})"


def _dropout(layer: Dropout, shape: Shape, output: Shape) -> Iterator[Call]:
    yield f"torch.nn.Dropout({layer.rate})"


def _spatial_dropout(layer: SpatialDropout2D, shape: Shape, output: Shape) -> Iterator[Call]:
    yield f"torch.nn.Dropout2d({layer.rate})"


def _noise(layer: GaussianNoise, shape: Shape, output: Shape) -> Iterator[Call]:
    yield "torch.nn.Identity()"


def _flatten(layer: Flatten, shape: Shape, output: Shape) -> Iterator[Call]:
    yield "torch.nn.Flatten()"


def _reshape(layer: Reshape, shape: Shape, output: Shape) -> Iterator[Call]:
    unflatten = f"torch.nn.Unflatten(1, {channels_first(output)})"
    if len(output) == 1:
        yield "torch.nn.Flatten()"
    elif len(shape) == 1:
        yield unflatten
    else:
        yield f"torch.nn.Sequential(torch.nn.Flatten(), {unflatten})"


def _residual(layer: Residual, shape: Shape, output: Shape) -> Iterator[Call]:
    parts = list(layer.parts(shape))
    inner = "".join(f"        {line}\n" for line in _stack(layer.layers, shape))
    stack = f"torch.nn.Sequential(\n{inner}    )" if inner else "torch.nn.Sequential()"
    text = f"Residual(\n    {stack},\n"
    for name, part, before, after in parts:
        if name == "skip":
            text += f"    skip={next(_modules(part, before, after))},\n"
    yield f"{text})"


_WRITERS: dict[type[Layer], Callable[[Any, Shape, Shape], Iterator[Call]]] = {
    AvgPool2D: _average_pool,
    BatchNorm: _batch_norm,
    Conv2D: _convolution,
    Dense: _dense,
    Dropout: _dropout,
    Flatten: _flatten,
    GaussianNoise: _noise,
    GlobalAvgPool: _global_pool,
    LayerNorm: _layer_norm,
    MaxPool2D: _max_pool,
    Reshape: _reshape,
    Residual: _residual,
    SpatialDropout2D: _spatial_dropout,
}
_REMARKS: dict[type[Layer], str] = {
    GaussianNoise: "  # GaussianNoise: PyTorch has none, and only training has noise",
}


def _without_bias(layer: Dense | Conv2D) -> str:
    return "" if layer.use_bias else ", bias=False"


def _pool_settings(layer: AvgPool2D | MaxPool2D, rows: Windows, columns: Windows) -> str:
    strides = (rows.stride, columns.stride)
    return f"{layer.pool_size}" if strides == layer.pool_size else f"{layer.pool_size}, {strides}"


def _padding(rows: Windows, columns: Windows) -> str:
    return f", padding={(rows.before, columns.before)}" if rows.before or columns.before else ""


def _even(rows: Windows, columns: Windows) -> bool:
    """Whether the padding is the same on both sides, as PyTorch's own is."""
    return rows.before == rows.after and columns.before == columns.after


def _edges(rows: Windows, columns: Windows) -> tuple[int, int, int, int]:
    return columns.before, columns.after, rows.before, rows.after
