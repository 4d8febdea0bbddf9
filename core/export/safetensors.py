"""Export to safetensors, a format that loads anywhere and cannot run code."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.export.exporter import EXPORTERS, Exporter, check_layout, layout_setting, named_weights
from core.io.atomic_write import atomic_write
from core.nn import Layer, Shape
from core.nn.network import Network

__all__ = ["Safetensors"]


@EXPORTERS.register()
@dataclass(frozen=True)
class Safetensors(Exporter):
    """A `.safetensors` with one float32 array per weight; see `named_weights` for names and layouts.

    In the default layout, `torch.nn.Sequential(...).load_state_dict(safetensors.torch.load_file(path))` loads it. The
    header's metadata holds the layout and, as JSON, the layers.
    """

    kind = "safetensors"
    title = "Safetensors (.safetensors)"
    summary = "Loads in PyTorch, JAX and others; can run no code"
    suffix = ".safetensors"

    layout: str = layout_setting("pytorch")

    def write(self, network: Network, path: Path, notes: dict[str, str] | None = None) -> None:
        """Write the weights; the header holds notes, layout and layers."""
        from safetensors.numpy import save

        metadata = {
            "format": "pt" if self.layout == "pytorch" else "np",
            "layout": self.layout,
            "layers": json.dumps([layer.to_json() for layer in network.layers]),
            "input_shape": json.dumps(network.input_shape),
            **(notes or {}),
        }
        data = save(named_weights(network, self.layout), metadata)
        with atomic_write(path) as file:
            file.write(data)

    def check(self, layers: Sequence[Layer], input_shape: Shape) -> None:
        check_layout(self.layout, layers, input_shape)

    def reading(self, file: str) -> tuple[str, str]:
        if self.layout == "keras":
            return "import numpy as np\nfrom safetensors.numpy import load_file\n", f"load_file({file})"
        return "import torch\nfrom safetensors.torch import load_file\n", f"load_file({file})"
