"""The table of predictions: written part by part, with and without the columns."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from core.data.dataset import DataError
from core.data.pipeline import CategoryColumn, ClassOutputs, NumberColumn, Pipeline, TableInputs, ValueOutputs
from core.formats import TrainedModel
from core.nn import Dense
from core.nn.network import Network
from core.predict import PredictionTable, RawSamples, predict_samples, prediction_table

INPUTS = TableInputs((NumberColumn("size"), CategoryColumn("colour", ("red", "white"), "red")))
CLASSES = Pipeline(INPUTS, ClassOutputs(("a", "b")))


def model_of(pipeline: Pipeline, outputs: int = 2) -> TrainedModel:
    activation = "softmax" if outputs == 2 else "linear"
    return TrainedModel(Network([Dense(outputs, activation=activation)], (3,), seed=1), pipeline)


def rows(count: int) -> RawSamples:
    sizes = np.arange(count, dtype=np.float64)
    sizes[1::3] = np.nan
    colours = np.array(["red", None, "teal"] * count, object)[:count]
    return RawSamples({"size": sizes, "colour": colours}, ~np.isnan(sizes))


def text_of(table: PredictionTable) -> list[str]:
    file = io.StringIO()
    table.write(file)
    return file.getvalue().splitlines()


def test_lines_stay_beside_their_rows_whatever_the_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    model, samples = model_of(CLASSES), rows(8)
    whole = text_of(PredictionTable(model, samples, with_inputs=True))
    monkeypatch.setattr(prediction_table, "_PART_NUMBERS", 6)
    assert text_of(PredictionTable(model, samples, with_inputs=True)) == whole
    assert whole[0] == "size,colour,prediction,P(a),P(b)"
    assert [line.split(",")[:2] for line in whole[1:4]] == [["0", "red"], ["", ""], ["2", "teal"]]
    assert [line.endswith(",,,") for line in whole[1:]] == [False, True, False] * 2 + [False, True]
    labels = [line.split(",")[2] for line in whole[1:]]
    found = predict_samples(model, samples)
    assert found.labels is not None
    assert [label for label in labels if label] == found.labels.tolist()
    assert text_of(PredictionTable(model, samples))[0] == "prediction,P(a),P(b)"


def test_no_class_name_or_cell_is_a_formula() -> None:
    inputs = TableInputs((CategoryColumn("=colour", ("red", "=1+1"), "red"), NumberColumn("size")))
    model = model_of(Pipeline(inputs, ClassOutputs(("@a", "=b"))))
    values = {"=colour": np.array(["=1+1"], object), "size": np.array([-1.0])}
    header, line = text_of(PredictionTable(model, RawSamples(values, np.array([True])), with_inputs=True))
    assert header == "'=colour,size,prediction,P(@a),P(=b)"
    assert line.split(",")[:3] in (["'=1+1", "-1", "'@a"], ["'=1+1", "-1", "'=b"])


def test_values_have_a_column_each() -> None:
    one = Pipeline(INPUTS, ValueOutputs((NumberColumn("price", shift=100.0),)))
    assert PredictionTable(model_of(one, 1), rows(3)).header == ["prediction"]
    two = Pipeline(INPUTS, ValueOutputs((NumberColumn("price"), NumberColumn("age"), NumberColumn("c"))))
    assert PredictionTable(model_of(two, 3), rows(3)).header == [
        "prediction of price", "prediction of age", "prediction of c",
    ]  # fmt: skip


def test_a_cancelled_write_leaves_the_file_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "out.csv"
    path.write_text("before")
    monkeypatch.setattr(prediction_table, "_PART_NUMBERS", 3)

    def stop_in_the_middle(share: float) -> None:
        if share > 0.5:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        PredictionTable(model_of(CLASSES), rows(9)).write_file(path, stop_in_the_middle)
    assert [each.name for each in tmp_path.iterdir()] == ["out.csv"]
    assert path.read_text() == "before"
    PredictionTable(model_of(CLASSES), rows(9)).write_file(path)
    assert len(path.read_text().splitlines()) == 10


def test_rows_without_a_complete_one_are_a_sentence() -> None:
    samples = RawSamples({"size": np.array([np.nan]), "colour": np.array(["red"], object)}, np.array([False]))
    with pytest.raises(DataError, match="Every row lacks a value"):
        predict_samples(model_of(CLASSES), samples)
