"""Write a network as the `torch.nn.Sequential` for the state dict of `core.formats.weights.pytorch_layout`.

The Python code has classes for layers that PyTorch lacks, then the model with the module positions of the file.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.formats.weights.pytorch_layout import check_pytorch
from core.nn import Layer, Shape
from core.nn.torch_stack import torch_lines, torch_modules


def pytorch_model(layers: Sequence[Layer], input_shape: Shape) -> str:
    """Python code that defines `model`, ending in a newline. `SettingError` for layers without a PyTorch module."""
    check_pytorch(layers, input_shape)
    modules = list(torch_modules(layers, input_shape))
    lines = "".join(f"    {line}\n" for line in torch_lines(modules))
    classes = dict.fromkeys(text for module in modules for text in module.classes)
    return "\n\n".join([*classes, f"model = torch.nn.Sequential(\n{lines})\n"])


def channels_first(shape: Shape) -> Shape:
    """Shape of a sample in PyTorch: (channels, height, width) for an image."""
    return (shape[2], *shape[:2]) if len(shape) == 3 else shape
