"""Weights as a CSV table, one row per number."""

from __future__ import annotations

from pathlib import Path

from core.formats.exporter import EXPORTERS, Exporter, named_weights
from core.formats.trained_model import TrainedModel
from core.io.atomic_write import atomic_write


@EXPORTERS.register()
class CsvWeights(Exporter):
    """Columns name, index and value; names are Keras's. There is no loading code."""

    kind = "csv"
    title = "Table of weights (.csv)"
    summary = "One row for each number"
    suffix = ".csv"
    left_out = "A table of numbers has no place for columns, scaling and classes"

    def write(self, model: TrainedModel, path: Path) -> None:
        rows = ["name,index,value"]
        for name, array in named_weights(model.network, "keras").items():
            rows += [f"{name},{index},{value!r}" for index, value in enumerate(array.ravel().tolist())]
        with atomic_write(path) as file:
            file.write("\n".join(rows).encode())
