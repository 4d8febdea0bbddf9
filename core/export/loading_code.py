"""The Python code that loads an exported network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from core.export.exporter import Exporter
from core.export.numpy_code import numpy_model
from core.export.pytorch_code import channels_first, pytorch_model
from core.nn import Layer, Residual, Shape

__all__ = ["loading_code"]


def loading_code(exporter: Exporter, path: Path, layers: Sequence[Layer], input_shape: Shape) -> str:
    """A Python program that reads the file at `path` and predicts for samples of `input_shape`.

    It builds a `torch.nn.Sequential` in the layout "pytorch", else a NumPy function. Raises `SettingError` if the
    layout does not support a layer.
    """
    if getattr(exporter, "layout", "keras") == "pytorch":
        return _torch_program(exporter, path, layers, input_shape)
    return _numpy_program(exporter, path, layers, input_shape)


def _torch_program(exporter: Exporter, path: Path, layers: Sequence[Layer], input_shape: Shape) -> str:
    imports, weights = exporter.reading(_literal(path))
    model = pytorch_model(layers, input_shape)
    missing_download = _lacks_half_an_affine(layers)
    strict = ", strict=False" if missing_download else ""
    remark = "  # what a normalization here does without keeps its 1 or 0" if missing_download else ""
    gap = "\n\n" if model.startswith("class") else "\n"
    order = "channels, height, width" if len(input_shape) == 3 else "features"
    return (
        f"{imports}{gap}{model}"
        f"model.load_state_dict({weights}{strict}){remark}\n"
        "model.eval()\n\n"
        f"inputs = torch.zeros{(1, *channels_first(input_shape))}  # put yours here: samples, {order}\n"
        "with torch.no_grad():\n"
        "    print(model(inputs))\n"
    )


def _numpy_program(exporter: Exporter, path: Path, layers: Sequence[Layer], input_shape: Shape) -> str:
    imports, weights = exporter.reading(_literal(path))
    more, model = numpy_model(layers, input_shape)
    if not model.startswith("def"):
        return f"{_only(imports, weights)}\nweights = {weights}\n\n{model}"
    order = "height, width, channels" if len(input_shape) == 3 else "features"
    return (
        f"{imports}{more}\nweights = {weights}\n\n\n{model}\n\n"
        f"inputs = np.zeros({(1, *input_shape)}, np.float32)  # put yours here: samples, {order}\n"
        "print(predict(inputs))\n"
    )


def _only(imports: str, expression: str) -> str:
    """The import lines that the expression needs."""
    return "".join(f"{line}\n" for line in imports.splitlines() if line.split()[-1] in expression)


def _lacks_half_an_affine(layers: Iterable[Layer]) -> bool:
    """Whether a normalization only scales or only shifts; PyTorch's BatchNorm does both."""
    return any(
        _lacks_half_an_affine(layer.layers)
        if isinstance(layer, Residual)
        else getattr(layer, "scale", True) != getattr(layer, "center", True)
        for layer in layers
    )


def _literal(path: Path) -> str:
    text = repr(str(path))
    return f'"{text[1:-1]}"' if text.startswith("'") and '"' not in text else text
