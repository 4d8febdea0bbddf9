"""Export to NumPy's `.npz`, read by `numpy.load(path)`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.export.exporter import EXPORTERS, Exporter, check_layout, layout_setting, named_weights
from core.io.atomic_write import atomic_write
from core.nn import Layer, Shape
from core.nn.network import Network

__all__ = ["Npz"]


@EXPORTERS.register()
@dataclass(frozen=True)
class Npz(Exporter):
    """A `.npz` with one float32 array per weight; see `named_weights` for names and layouts."""

    kind = "npz"
    title = "NumPy (.npz)"
    summary = "One array per weight, read by numpy.load"
    suffix = ".npz"

    layout: str = layout_setting("keras")

    def write(self, network: Network, path: Path, notes: dict[str, str] | None = None) -> None:
        """Write the weights; the format has no metadata for notes."""
        arrays = named_weights(network, self.layout)
        with atomic_write(path) as file:
            # As keywords, because positional names would collide with numpy's own argument `file`.
            np.savez(file, **arrays)  # type: ignore[arg-type]

    def check(self, layers: Sequence[Layer], input_shape: Shape) -> None:
        check_layout(self.layout, layers, input_shape)

    def reading(self, file: str) -> tuple[str, str]:
        if self.layout == "keras":
            return "import numpy as np\n", f"dict(np.load({file}))"
        tensors = f"{{name: torch.from_numpy(array) for name, array in np.load({file}).items()}}"
        return "import numpy as np\nimport torch\n", tensors
