"""The pipeline is fitted to training samples, and the training inputs are what it makes of raw samples."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.data.datasets import (
    Blobs,
    Dataset,
    Digits,
    Iris,
    MinMax,
    Moons,
    NoScaling,
    Scaling,
    Standardize,
    TableFile,
)
from core.data.datasets.mnist import _mnist_file
from core.data.pipeline import (
    CategoryColumn,
    ClassOutputs,
    ImageInputs,
    NumberColumn,
    Pipeline,
    TableInputs,
    ValueOutputs,
)
from core.data.tables.read_table import read_table
from core.data.tables.table import ColumnFormat, ColumnFormats
from core.data.tables.table_schema import TableSchema
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData, prepare
from core.nn.losses import CrossEntropy, MeanSquaredError
from core.spec import SettingError
from core.train.training_config import TrainingConfig


def table(tmp_path: Path, task: str = "classification", missing: str = "fill") -> TableFile:
    """A table of numbers, categories and gaps; `time` is 1.7e9 ± 100."""
    rng = np.random.default_rng(0)
    path = tmp_path / "mixed.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["time", "length (mm)", "sex", "count", "price", "kind"])
        for row in range(60):
            length = "" if row % 7 == 0 else f"{rng.normal(40, 5):.1f}"
            sex = "NA" if row % 11 == 0 else rng.choice(["female", "male"])
            time = 1_700_000_000 + rng.integers(-100, 100)
            writer.writerow([time, length, sex, row % 5, f"{rng.normal(4200, 800):.2f}", "abc"[row % 3]])
    target = "kind" if task == "classification" else "price"
    features = ("time", "length (mm)", "sex", "count")
    return TableFile.of(read_table(path), TableSchema(features, target, task, missing))  # type: ignore[arg-type]


def rows_of(dataset: TableFile) -> dict[str, list[str]]:
    """The texts of every column of the file."""
    with Path(dataset.path).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return {name: [row[name] for row in rows] for name in rows[0]}


def prepared_of(dataset: Dataset, scaling: Scaling = Standardize(), **more: Any) -> PreparedData:  # noqa: B008
    loss = MeanSquaredError() if dataset.info().labels == "values" else CrossEntropy()
    return prepare(Experiment(dataset=dataset, scaling=scaling, training=TrainingConfig(loss=loss), **more))


def assert_same_inputs(prepared: PreparedData, inputs: np.ndarray) -> None:
    """The network inputs of all samples, bit by bit."""
    np.testing.assert_array_equal(inputs[prepared.train_index], prepared.train.inputs)
    np.testing.assert_array_equal(inputs[prepared.test_index], prepared.test_inputs)


@pytest.mark.parametrize("scaling", [NoScaling(), Standardize(), MinMax()], ids=lambda scaling: scaling.kind)
def test_the_training_inputs_of_a_table_are_those_of_its_file(scaling: Scaling, tmp_path: Path) -> None:
    dataset = table(tmp_path)
    prepared = prepared_of(dataset, scaling)
    assert_same_inputs(prepared, prepared.pipeline.transform(rows_of(dataset)))
    again = Pipeline.from_json(json.loads(json.dumps(prepared.pipeline.to_json())))
    assert again == prepared.pipeline
    assert_same_inputs(prepared, again.transform(rows_of(dataset)))


def test_the_pipeline_of_a_table_has_its_columns_and_classes(tmp_path: Path) -> None:
    pipeline = prepared_of(table(tmp_path)).pipeline
    assert isinstance(pipeline.inputs, TableInputs)
    time, length, sex, _ = pipeline.inputs.columns
    assert isinstance(time, NumberColumn)
    assert 0 < abs(time.shift - 1_700_000_000) < 100
    assert isinstance(length, NumberColumn)
    assert (length.name, length.unit) == ("length (mm)", "mm")
    assert length.fill is not None
    assert isinstance(sex, CategoryColumn)
    assert sex.categories == ("female", "male")
    assert sex.fill in sex.categories
    assert pipeline.outputs == ClassOutputs(("a", "b", "c"), 3, target="kind")
    assert pipeline.n_features_in_ == 4
    assert pipeline.feature_names_in_.tolist() == ["time", "length (mm)", "sex", "count"]
    assert pipeline.get_feature_names_out().tolist() == [
        "time", "length (mm)", "sex=female", "sex=male", "count",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="input features must be time, length"):
        pipeline.get_feature_names_out(["x"])


def test_a_column_far_from_zero_reaches_the_network(tmp_path: Path) -> None:
    prepared = prepared_of(table(tmp_path))
    time = prepared.train.inputs[:, 0]
    # In float32, 1.7e9 ± 100 has two values.
    assert len(np.unique(time)) > 30
    assert abs(float(time.mean())) < 1e-5
    assert float(time.std()) == pytest.approx(1, rel=1e-5)


def test_columns_that_float32_holds_are_scaled_as_in_earlier_versions(tmp_path: Path) -> None:
    prepared = prepared_of(table(tmp_path))
    counts = np.array(rows_of_numbers(table(tmp_path), "count"), np.float32)
    train = counts[prepared.train_index]
    mean = np.float32(train.mean(dtype=np.float64))
    scale = np.float32(np.sqrt(np.square(train - train.mean(dtype=np.float64)).mean(dtype=np.float64)))
    np.testing.assert_array_equal(prepared.train.inputs[:, -1], (train - mean) / scale)


def rows_of_numbers(dataset: TableFile, name: str) -> list[float]:
    return [float(text) for text in rows_of(dataset)[name]]


def test_written_numbers_and_dates_reach_the_network_as_the_table_had_them(tmp_path: Path) -> None:
    path = tmp_path / "written.csv"
    lines = (f"{i + 1}.500,5;{i} %;{i % 28 + 1:02}.03.2024;{'ab'[i % 2]}" for i in range(30))
    path.write_text("\n".join(["price;share;day;kind", *lines]), "utf-8")
    formats = ColumnFormats({"day": ColumnFormat("days", "dmy")})
    read = read_table(path, formats=formats)
    dataset = TableFile.of(read, TableSchema(("price", "share", "day"), "kind"))
    prepared = prepared_of(dataset)
    with path.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert_same_inputs(prepared, prepared.pipeline.transform(rows))
    assert isinstance(prepared.pipeline.inputs, TableInputs)
    units = [column.unit for column in prepared.pipeline.inputs.columns if isinstance(column, NumberColumn)]
    assert units == ["", "%", "days since 2024-03-01"]


def test_missing_values_are_refused_where_such_rows_were_left_out(tmp_path: Path) -> None:
    dataset = table(tmp_path, missing="drop")
    pipeline = prepared_of(dataset).pipeline
    with pytest.raises(ValueError, match=r"^length \(mm\): row 0 must have a number, got ''$"):
        pipeline.transform(rows_of(dataset))


def test_values_have_the_name_and_unit_of_the_target(tmp_path: Path) -> None:
    outputs = prepared_of(table(tmp_path, "regression")).pipeline.outputs
    assert outputs == ValueOutputs((NumberColumn("price"),))
    assert prepared_of(Blobs(form="hills", samples=50)).pipeline.outputs == ValueOutputs(
        (NumberColumn("value"),)
    )


@pytest.mark.parametrize("scaling", [NoScaling(), Standardize(), MinMax()], ids=lambda scaling: scaling.kind)
def test_a_bundled_table_is_its_columns(scaling: Scaling) -> None:
    prepared = prepared_of(Iris(), scaling)
    assert_same_inputs(prepared, prepared.pipeline.transform(prepared.data.inputs))
    assert isinstance(prepared.pipeline.inputs, TableInputs)
    assert [
        column.unit for column in prepared.pipeline.inputs.columns if isinstance(column, NumberColumn)
    ] == ["cm"] * 4
    assert isinstance(prepared.pipeline.outputs, ClassOutputs)
    assert prepared.pipeline.outputs.names == ("setosa", "versicolor", "virginica")


@pytest.mark.parametrize(
    "dataset", [Moons(samples=40), Blobs(form="hills", samples=40)], ids=lambda dataset: dataset.kind
)
def test_points_are_raw_and_their_features_unscaled(dataset: Dataset) -> None:
    prepared = prepared_of(dataset, features=("x1", "x2_squared", "cos_x1"))
    assert_same_inputs(prepared, prepared.pipeline.transform(prepared.data.inputs))
    assert prepared.pipeline.get_feature_names_out().tolist() == ["x1", "x2_squared", "cos_x1"]


def test_the_images_of_mnist_are_bytes() -> None:
    prepared = prepared_of(Digits(size="28x28"))
    assert_same_inputs(prepared, prepared.pipeline.transform(_mnist_file()[0]))
    assert isinstance(prepared.pipeline.inputs, ImageInputs)
    assert (prepared.pipeline.inputs.shape, prepared.pipeline.inputs.high) == ((28, 28, 1), 255.0)
    with pytest.raises(AttributeError, match="Images have no feature_names_in_"):
        _ = prepared.pipeline.feature_names_in_


@pytest.mark.parametrize("scaling", [NoScaling(), Standardize(), MinMax()], ids=lambda scaling: scaling.kind)
def test_the_small_digits_go_to_16(scaling: Scaling) -> None:
    from sklearn.datasets import load_digits

    prepared = prepared_of(Digits(), scaling)
    assert_same_inputs(prepared, prepared.pipeline.transform(load_digits().images))


@pytest.mark.parametrize("shape", [(30, 4), (30, 3, 5), (30, 3, 4, 3)], ids=str)
def test_arrays_of_a_file_are_taken_as_they_are(shape: tuple[int, ...], tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    X = rng.normal(5, 2, shape)
    np.savez(tmp_path / "a.npz", X=X, y=np.arange(30) % 3)
    read = read_table(tmp_path / "a.npz")
    features = tuple(column.name for column in read.columns if column.name != "y")
    dataset = TableFile.of(read, TableSchema(features, "y"))
    prepared = prepared_of(dataset)
    assert_same_inputs(prepared, prepared.pipeline.transform(X))


def test_outputs_are_decoded_as_the_training_does() -> None:
    for loss in (CrossEntropy(), MeanSquaredError()):
        prepared = prepare(Experiment(dataset=Moons(samples=60), training=TrainingConfig(loss=loss)))
        assert prepared.pipeline.outputs.encoding == prepared.encoding
        predictions = prepared.pipeline.decode(prepared.train.targets)
        assert predictions.numbers is not None
        np.testing.assert_array_equal(predictions.numbers, prepared.train.labels)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ([], 'it lacks "kind": "pipeline"'),
        ({"kind": "pipeline", "version": 2}, "version must be at most 1, got 2; a newer program made it"),
        ({"kind": "pipeline", "version": True}, "version must be at most 1, got True"),
        ({"kind": "pipeline", "version": 1, "inputs": {}}, "nothing else, got 'outputs'"),
        ({"kind": "pipeline", "version": 1, "inputs": {}, "outputs": {}, "x": 1}, "nothing else, got 'x'"),
        ({"kind": "pipeline", "version": 1, "inputs": [], "outputs": {}}, "must be described by an object"),
        ({"kind": "pipeline", "version": 1, "inputs": {"kind": "sound"}, "outputs": {}}, "called 'sound'"),
    ],
)
def test_what_is_no_pipeline_is_refused(data: Any, sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        Pipeline.from_json(data)


@pytest.mark.parametrize("missing", ["fill", "category"])
def test_gaps_are_filled_from_training_samples_alone(missing: str, tmp_path: Path) -> None:
    dataset = table(tmp_path, missing=missing)
    prepared = prepared_of(dataset)
    rows, inputs = rows_of(dataset), prepared.pipeline.inputs
    assert isinstance(inputs, TableInputs)
    train, lengths = set(prepared.train_index.tolist()), rows["length (mm)"]
    known = [float(lengths[row]) for row in sorted(train) if lengths[row]]
    assert inputs.columns[1].fill == pytest.approx(np.mean(known), rel=1e-6)
    assert inputs.columns[1].fill != pytest.approx(
        np.mean([float(each) for each in lengths if each]), rel=1e-6
    )
    gaps = np.array([not each for each in lengths])
    assert set(prepared.data.inputs[gaps, 1]) == {inputs.columns[1].fill}
    sexes = [rows["sex"][row] for row in sorted(train) if rows["sex"][row] != "NA"]
    usual = max(sorted(set(sexes)), key=sexes.count)
    assert inputs.columns[2].fill == (usual if missing == "fill" else "missing")
    # Other training samples, other fills; each sample is what the pipeline makes of its row.
    assert_same_inputs(prepared, prepared.pipeline.transform(rows))
    others = prepared_of(dataset, data_seed=3).pipeline.inputs
    assert isinstance(others, TableInputs)
    assert others.columns[1].fill != inputs.columns[1].fill
