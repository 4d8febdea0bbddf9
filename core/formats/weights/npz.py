"""Export to NumPy's `.npz`, read by `numpy.load(path)`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import numpy as np

from core.formats.exporter import EXPORTERS, Exporter, check_weights, layout_setting, named_weights
from core.formats.trained_model import ModelDescription, TrainedModel
from core.io.atomic_write import atomic_write

_METADATA: Final = "metadata"


@EXPORTERS.register()
class Npz(Exporter):
    """A `.npz` with one float32 array per weight; see `named_weights` for names and layouts.

    The array `metadata` is a JSON text with layers, pipeline and origin: `json.loads(str(file["metadata"]))` reads it.
    """

    kind = "npz"
    title = "NumPy (.npz)"
    summary = "One array per weight, read by numpy.load"
    suffix = ".npz"

    layout: str = layout_setting("keras")

    def write(self, model: TrainedModel, path: Path) -> None:
        self.check(model.description)
        metadata = {"layout": self.layout, **model.to_json()}
        # Not as an object, which numpy would pickle.
        text = np.array(json.dumps(metadata, allow_nan=False))
        arrays = {**named_weights(model.network, self.layout), _METADATA: text}
        with atomic_write(path) as file:
            # As keywords, because positional names would collide with numpy's own argument `file`.
            np.savez(file, **arrays)  # type: ignore[arg-type]

    def check(self, model: ModelDescription) -> None:
        check_weights(self.layout, model)

    def reading(self, file: str) -> tuple[str, str]:
        if self.layout == "keras":
            return "import numpy as np\n", f"dict(np.load({file}))"
        tensors = (
            f"{{name: torch.from_numpy(array) for name, array in np.load({file}).items() "
            f'if name != "{_METADATA}"}}'
        )
        return "import numpy as np\nimport torch\n", tensors

    def reading_pipeline(self, file: str) -> tuple[str, str]:
        expression = f'json.loads(str(np.load({file})["{_METADATA}"]))["pipeline"]'
        return "import json\nimport numpy as np\n", expression
