"""Export to safetensors, a format that loads anywhere and cannot run code."""

from __future__ import annotations

import json
from pathlib import Path

from core.formats.exporter import EXPORTERS, Exporter, check_weights, layout_setting, named_weights
from core.formats.trained_model import ModelDescription, TrainedModel
from core.io.atomic_write import atomic_write


@EXPORTERS.register()
class Safetensors(Exporter):
    """A `.safetensors` with one float32 array per weight; see `named_weights` for names and layouts.

    In the default layout, `torch.nn.Sequential(...).load_state_dict(safetensors.torch.load_file(path))` loads it. The
    header's metadata holds the layout and, as JSON texts, layers, pipeline and origin.
    """

    kind = "safetensors"
    title = "Safetensors (.safetensors)"
    summary = "Loads in PyTorch, JAX and others; can run no code"
    suffix = ".safetensors"

    layout: str = layout_setting("pytorch")

    def write(self, model: TrainedModel, path: Path) -> None:
        from safetensors.numpy import save

        self.check(model.description)
        metadata = {"format": "pt" if self.layout == "pytorch" else "np", "layout": self.layout}
        for name, value in model.to_json().items():
            metadata[name] = value if isinstance(value, str) else json.dumps(value, allow_nan=False)
        data = save(named_weights(model.network, self.layout), metadata)
        with atomic_write(path) as file:
            file.write(data)

    def check(self, model: ModelDescription) -> None:
        check_weights(self.layout, model)

    def reading(self, file: str) -> tuple[str, str]:
        if self.layout == "keras":
            return "import numpy as np\nfrom safetensors.numpy import load_file\n", f"load_file({file})"
        return "import torch\nfrom safetensors.torch import load_file\n", f"load_file({file})"

    def reading_pipeline(self, file: str) -> tuple[str, str]:
        framework = "pt" if self.layout == "pytorch" else "np"
        expression = f'json.loads(safe_open({file}, "{framework}").metadata()["pipeline"])'
        return "import json\nfrom safetensors import safe_open\n", expression
