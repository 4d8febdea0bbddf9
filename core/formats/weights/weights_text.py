"""Export of the weights as text: JSON for programs, CSV for spreadsheets."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from ...io.atomic_write import atomic_write
from ...spec import SettingError
from ...spec.arrays import Arrays
from ..exporter import EXPORTERS, WeightsExporter, named_weights
from ..programs.pipeline_code import nested
from ..trained_model import TrainedModel

_MAX_AXES = 4


@EXPORTERS.register()
class WeightsJson(WeightsExporter):
    """A `.weights.json` with nested lists under "weights", beside layers, pipeline and origin.

    Every float32 has the shortest text that gives it again.
    """

    kind = "weights_json"
    title = "JSON"
    summary = "Nested lists and all settings, for any language"
    suffix = ".weights.json"
    hint = ".json"

    def write(self, model: TrainedModel, path: Path) -> None:
        self.check(model.description)
        weights = {name: nested(array) for name, array in named_weights(model.network, self.layout).items()}
        content = {"layout": self.layout, **model.to_json(), "weights": weights}
        data = json.dumps(content, ensure_ascii=False, allow_nan=False).encode()
        with atomic_write(path) as file:
            file.write(data)

    def reading(self, file: str) -> tuple[str, str]:
        maker = "torch.tensor(array)" if self.layout == "pytorch" else "np.array(array, np.float32)"
        torch = "import torch\n" if self.layout == "pytorch" else ""
        imports = f"import json\nfrom pathlib import Path\n\nimport numpy as np\n{torch}"
        return imports, f"{{name: {maker} for name, array in {_parsed(file)}['weights'].items()}}"

    def reading_pipeline(self, file: str) -> tuple[str, str]:
        return "import json\nfrom pathlib import Path\n", f'{_parsed(file)}["pipeline"]'


@EXPORTERS.register()
class WeightsCsv(WeightsExporter):
    """A `.weights.csv` with a row for each number: the array's name, its indices, and the value."""

    kind = "weights_csv"
    title = "CSV"
    summary = "A row for each number, for spreadsheets; without preprocessing"
    suffix = ".weights.csv"
    hint = ".csv"
    left_out = "No place for the preprocessing"

    def write(self, model: TrainedModel, path: Path) -> None:
        data = self.table(model).encode()
        with atomic_write(path) as file:
            file.write(data)

    def table(self, model: TrainedModel, rows: int | None = None) -> str:
        """The text of the file, or its first `rows`. Raises the `SettingError` of `check`."""
        self.check(model.description)
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(["array", *(f"axis {axis + 1}" for axis in range(_MAX_AXES)), "value"])
        writer.writerows(islice(_cells(named_weights(model.network, self.layout)), rows))
        return text.getvalue()

    def reading(self, file: str) -> tuple[str, str]:
        raise SettingError("CSV is for spreadsheets; JSON has the same numbers for programs")


def _cells(weights: Arrays) -> Iterator[list[Any]]:
    """A row for each number: the array's name, its indices, and the value."""
    for name, array in weights.items():
        for place, value in np.ndenumerate(array):
            yield [name, *place, *[""] * (_MAX_AXES - len(place)), value]


def _parsed(file: str) -> str:
    return f"json.loads(Path({file}).read_text('utf-8'))"
