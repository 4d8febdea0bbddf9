"""Predict new samples part by part, and write the table of the predictions."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

import numpy as np
from numpy.typing import NDArray

from ..data.dataset import DataError
from ..data.pipeline import ClassOutputs, Pipeline, Predictions, ReconstructionOutputs, ValueOutputs
from ..formats import TrainedModel
from ..io.atomic_write import atomic_write
from ..io.budget import OnProgress
from ..io.csv_rows import write_rows
from .raw_samples import RawSamples
from .row_columns import in_formats, row_columns

_PART_NUMBERS = 400_000
"""Network inputs of a part: a fraction of a second even for convolutions."""

ERROR = "reconstruction error"
"""The column of a model that gives samples back: large for unusual ones."""


def predict_samples(model: TrainedModel, samples: RawSamples) -> Predictions:
    """The predictions of all complete samples. Raises `DataError` if there are none."""
    parts = [predictions for _, predictions in _parts(model, samples, lambda _: None)]

    def joined(name: str) -> NDArray[np.generic] | None:
        found = [getattr(part, name) for part in parts]
        return None if found[0] is None else np.concatenate(found)

    return Predictions(*map(joined, ("numbers", "labels", "probabilities", "values", "errors")))  # type: ignore[arg-type]


@dataclass(frozen=True, eq=False)
class PredictionTable:
    """A line for every sample: its file's name, its columns with `with_inputs`, the prediction, and what it is made of.

    A row that lacks a value has an empty prediction, so that the lines stay beside the rows.
    """

    model: TrainedModel
    samples: RawSamples
    with_inputs: bool = False

    def write(self, file: TextIO, report: OnProgress | None = None) -> None:
        """Write it as CSV. `report` receives the fraction done; an exception from it cancels. Raises `DataError`."""
        write_rows(file, self._rows(report or (lambda _: None)))

    def write_file(self, path: Path, report: OnProgress | None = None) -> None:
        """Write it to a file atomically, as UTF-8. Raises `OSError` and `DataError`."""
        with atomic_write(path) as file:
            text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
            try:
                self.write(text, report)
            finally:
                # Else the wrapper closes the file when it is deleted.
                text.detach()

    def _rows(self, report: OnProgress) -> Iterator[list[str]]:
        yield self.header
        given = self._given()
        empty = [""] * len(self._prediction_names)
        place = 0
        for rows, predictions in _parts(self.model, self.samples, report):
            for row, cells in zip(rows.tolist(), _prediction_cells(predictions), strict=True):
                yield from ([*next(given), *empty] for _ in range(place, row))
                yield [*next(given), *cells]
                place = row + 1
        yield from ([*cells, *empty] for cells in given)

    @property
    def header(self) -> list[str]:
        """The names of the columns."""
        files = ["file"] if self.samples.names else []
        columns = list(self.samples.values) if self._has_inputs else []
        return [*files, *columns, *self._prediction_names]

    @property
    def _prediction_names(self) -> list[str]:
        outputs = _pipeline(self.model).outputs
        if isinstance(outputs, ClassOutputs):
            return ["prediction", *(f"P({name})" for name in outputs.names)]
        names = outputs.names if isinstance(outputs, ValueOutputs) else ()
        values = ["prediction"] if len(names) == 1 else [f"prediction of {name}" for name in names]
        return [*values, ERROR] if isinstance(outputs, ReconstructionOutputs) else values

    @property
    def _has_inputs(self) -> bool:
        return self.with_inputs and isinstance(self.samples.values, dict)

    def _given(self) -> Iterator[list[str]]:
        """The cells before the prediction, for every row."""
        names = ([name] for name in self.samples.names) if self.samples.names else None
        if not self._has_inputs:
            yield from names or ([] for _ in range(len(self.samples)))
            return
        columns = in_formats(row_columns(_pipeline(self.model)), self.samples.formats)
        values = [self.samples.values[column.name] for column in columns]
        texts = [self.samples.texts.get(column.name, {}) for column in columns]
        for row in range(len(self.samples)):
            yield [
                kept[row] if row in kept else column.written(each[row])
                for column, each, kept in zip(columns, values, texts, strict=True)
            ]


def _parts(
    model: TrainedModel, samples: RawSamples, report: OnProgress
) -> Iterator[tuple[NDArray[np.intp], Predictions]]:
    """The complete rows, part by part, with their predictions."""
    pipeline = _pipeline(model)
    complete = np.flatnonzero(samples.complete)
    if not len(complete):
        raise DataError("Every row lacks a value that the model needs")
    count = max(1, _PART_NUMBERS // int(np.prod(pipeline.input_shape)))
    for start in range(0, len(complete), count):
        report(start / len(complete))
        rows = complete[start : start + count]
        try:
            inputs = pipeline.transform(samples.take(rows))
        except ValueError as error:
            raise DataError(str(error)) from None
        outputs = model.network.predict(inputs)
        predictions = pipeline.decode(outputs)
        if isinstance(pipeline.outputs, ReconstructionOutputs):
            predictions = pipeline.outputs.with_errors(predictions, inputs, outputs)
        yield rows, predictions
    report(1.0)


def _prediction_cells(predictions: Predictions) -> Iterator[list[str]]:
    if predictions.labels is not None and predictions.probabilities is not None:
        for label, shares in zip(predictions.labels, predictions.probabilities.tolist(), strict=True):
            yield [str(label), *(f"{share:.6g}" for share in shares)]
    else:
        assert predictions.values is not None
        for row, values in enumerate(predictions.values.tolist()):
            errors = [] if predictions.errors is None else [f"{predictions.errors[row]:.6g}"]
            yield [*(f"{value:.9g}" for value in values), *errors]


def _pipeline(model: TrainedModel) -> Pipeline:
    if model.pipeline is None:
        raise DataError("The model does not say how rows become inputs; export it anew")
    return model.pipeline
