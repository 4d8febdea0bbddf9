"""A network written as the `torch.nn.Sequential` whose state dict `core.export.pytorch_weights` writes.

The text is Python: first the classes that PyTorch has no module for, then the model. The modules stand at the very
positions that the names in the file say.
"""

from __future__ import annotations

from collections.abc import Sequence

from core.export.pytorch_weights import check_pytorch
from core.nn import Layer, Shape
from core.nn.torch_stack import torch_lines, torch_modules

__all__ = ["channels_first", "pytorch_model"]


def pytorch_model(layers: Sequence[Layer], input_shape: Shape) -> str:
    """Lines of Python, ending in a newline, that make `model`; `SettingError` for what PyTorch has no module for."""
    check_pytorch(layers, input_shape)
    modules = list(torch_modules(layers, input_shape))
    lines = "".join(f"    {line}\n" for line in torch_lines(modules))
    classes = dict.fromkeys(text for module in modules for text in module.classes)
    return "\n\n".join([*classes, f"model = torch.nn.Sequential(\n{lines})\n"])


def channels_first(shape: Shape) -> Shape:
    """The shape of one sample as PyTorch has it: (channels, height, width) of an image."""
    return (shape[2], *shape[:2]) if len(shape) == 3 else shape
