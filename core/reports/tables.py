"""Curves, predictions and metrics as CSV."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from ..io.csv_rows import csv_text
from ..spec import setting
from ..train.metrics import (
    confusion_matrix,
    f1,
    mean_absolute_error,
    mean_squared_error,
    precision,
    r2_score,
    recall,
)
from .report import REPORTS, Report, Split, TrainingRecord

Metric = tuple[str, str, float]
"""A class or value ("" for all), the name of a metric, and its value."""


@REPORTS.register()
class CurvesTable(Report):
    """A row for each recorded moment, whose place is what the window says; those within an epoch are of a part."""

    kind = "curves_table"
    title = "Curves (.csv)"
    noun, mark = "curves", "epoch,train_loss,"
    summary = "Loss, accuracy, learning rate and gradient norm, a row for each epoch"
    suffix = ".csv"

    def text(self, record: TrainingRecord) -> str:
        history = record.history
        score, held = record.experiment.task.score.key, record.experiment.held_name
        columns: dict[str, Any] = {
            "epoch": history.epoch,
            "train_loss": history.train_loss,
            f"{held}_loss": history.test_loss,
            f"train_{score}": history.train_accuracy,
            f"{held}_{score}": history.test_accuracy,
            "learning_rate": history.learning_rate,
            "gradient_norm": history.gradient_norm,
            "mean_loss": history.mean_loss,
            "train_samples": history.train_samples,
            f"{held}_samples": history.test_samples,
            "place": [record.model.place_text_at(epoch) for epoch in history.epoch.tolist()],
        }
        return _csv(columns, zip(*columns.values(), strict=True))


@REPORTS.register()
class PredictionsTable(Report):
    """A row for each sample: its raw columns, the truth and the prediction."""

    kind = "predictions_table"
    title = "Predictions (.csv)"
    noun, mark = "predictions", "split,row,"
    summary = "What the network predicts for every sample, beside the truth"
    suffix = ".csv"

    samples: str = setting(
        "test", "Samples", "The split whose samples are listed.", choices=("test", "train", "both")
    )

    def text(self, record: TrainingRecord) -> str:
        names = ("train", "test") if self.samples == "both" else (self.samples,)
        splits = [record.split(name) for name in names]
        raw_names = self._raw_names(record)
        predictions = (
            record.class_names
            if not record.is_regression
            else [f"predicted {name}" for name in _value_names(record)]
        )
        truth = ["true", "predicted"] if not record.is_regression else _value_names(record)
        place = ["position"] if splits[0].positions is not None else []
        header = ["split", "row", *place, *raw_names, *truth, *predictions]
        return _csv(header, (row for split in splits for row in self._rows(record, split)))

    def _raw_names(self, record: TrainingRecord) -> tuple[str, ...]:
        assert record.model.pipeline is not None
        return () if record.experiment.encoding.tokens else record.model.pipeline.inputs.names_in

    def _rows(self, record: TrainingRecord, split: Split) -> Iterator[list[Any]]:
        raw = list(self._raw_columns(record, split))
        for place, row in enumerate(split.rows):
            position = [] if split.positions is None else [int(split.positions[place])]
            name = record.experiment.held_name if split.name == "test" else split.name
            cells = [name, int(row), *position, *(column[place] for column in raw)]
            if record.is_regression:
                yield [*cells, *split.targets[place], *split.predicted[place]]
            else:
                assert split.probabilities is not None
                labels = (split.targets[place], split.predicted[place])
                yield [*cells, *(record.class_names[label] for label in labels), *split.probabilities[place]]

    def _raw_columns(self, record: TrainingRecord, split: Split) -> Iterator[Sequence[Any]]:
        if self._raw_names(record):  # none of the pixels of images
            yield from split.raw.values() if isinstance(split.raw, dict) else split.raw.T


@REPORTS.register()
class MetricsTable(Report):
    """A row for each metric of each split and class."""

    kind = "metrics_table"
    title = "Metrics (.csv)"
    noun, mark = "metrics", "split,of,metric,value"
    summary = "Accuracy, precision, recall and F1 of every class, or R² and errors of every value"
    suffix = ".csv"

    def text(self, record: TrainingRecord) -> str:
        names = {"train": "train", "test": record.experiment.held_name}
        found = ((said, *metric) for name, said in names.items() for metric in metrics(record, name))
        return _csv(["split", "of", "metric", "value"], found)


def metrics(record: TrainingRecord, name: str) -> list[Metric]:
    """The metrics of a split; empty for a split without samples."""
    split = record.split(name)
    if not len(split.rows):
        return []
    figure = record.figures.train if name == "train" else record.figures.test
    found = [("", "loss", figure.loss), ("", record.experiment.task.score.key, figure.score)]
    if record.is_regression:
        return [*found, *_value_metrics(split, _value_names(record))]
    return [*found, *_class_metrics(split, record.class_names)]


def _class_metrics(split: Split, names: Sequence[str]) -> Iterator[Metric]:
    truth, predicted = split.targets, split.predicted
    yield "", "precision", precision(truth, predicted)
    yield "", "recall", recall(truth, predicted)
    yield "", "f1", f1(truth, predicted)
    support = confusion_matrix(truth, predicted, len(names)).sum(axis=1)
    scores = {"precision": precision, "recall": recall, "f1": f1}
    for metric, score in scores.items():
        # Of the classes up to the highest that occurs; the others have no samples.
        values = score(truth, predicted, average=None)
        for number, value in enumerate(values):
            yield names[number], metric, float(value)
    for number, count in enumerate(support):
        yield names[number], "samples", float(count)


def _value_metrics(split: Split, names: Sequence[str]) -> Iterator[Metric]:
    for column, name in enumerate(names):
        truth, predicted = split.targets[:, column], split.predicted[:, column]
        if len(truth) > 1:
            yield name, "r2", r2_score(truth, predicted)
        yield name, "mean_absolute_error", mean_absolute_error(truth, predicted)
        yield name, "root_mean_squared_error", math.sqrt(mean_squared_error(truth, predicted))


def _value_names(record: TrainingRecord) -> list[str]:
    pipeline = record.model.pipeline
    return list(getattr(pipeline.outputs, "names", ())) if pipeline is not None else []


def _csv(header: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    return csv_text([header, *(map(_cell, row) for row in rows)])


def _cell(value: Any) -> Any:
    """The shortest text that gives the number again; "" for NaN, whole numbers without a point."""
    if not isinstance(value, float | np.floating):
        return "" if value is None else value
    number = float(value)
    if not math.isfinite(number):
        return ""
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else str(value)
