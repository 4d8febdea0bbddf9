"""Column roles are guessed, and invalid schemas are explained."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.data.datasets import SCALINGS, DatasetInfo, TableFile
from core.data.datasets.table_file_dataset import forget_tables
from core.data.tables import table_schema
from core.data.tables.read_table import read_table
from core.data.tables.table import Table, TableError
from core.data.tables.table_schema import TableSchema, guess_missing, guess_schema, guess_task, tasks_of
from core.experiment.experiment import Experiment
from core.experiment.prepare import prepare
from core.experiment.problems import find_problems
from core.nn import Dense
from core.nn.losses import MeanSquaredError
from core.train.tasks import Classification, Reconstruction
from tests.core.data.tables.typed_tables import table_of
from tests.core.experiment.on_data import with_dataset
from tests.core.trainers import experiment_of

MIXED = "size,colour,weight,kind\n1,red,10,a\n2,blue,,b\n3,,30,a\n4,red,40,b\n5,red,50,\n"


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    forget_tables()
    yield
    forget_tables()


@pytest.fixture
def mixed(tmp_path: Path) -> Table:
    return table_of(tmp_path / "mixed.csv", MIXED)


def guessed(file: Path, text: str) -> tuple[str, tuple[str, ...], str]:
    choice = guess_schema(table_of(file, text))
    return choice.target, choice.features, choice.task


def test_the_target_is_known_by_its_name_or_is_the_last(tmp_path: Path) -> None:
    file = tmp_path / "g.csv"
    assert guessed(file, "Class,a,b\nx,1,2\ny,2,3\n") == ("Class", ("a", "b"), "classification")
    assert guessed(file, "a,b,price\n1,2,3.5\n2,3,4.5\n")[0] == "price"
    # Dates and free text are ignored.
    assert guessed(file, "a,b,day\n1,2,2024-01-01\n2,3,2024-01-02\n") == ("b", ("a",), "regression")


def test_a_column_that_only_counts_the_rows_is_no_feature(tmp_path: Path) -> None:
    assert guessed(tmp_path / "g.csv", ",a,y\n0,5,x\n1,7,y\n2,6,x\n")[1] == ("a",)
    assert guessed(tmp_path / "g.csv", "Id,a,y\n0,5,x\n3,7,y\n2,6,x\n")[1] == ("Id", "a")


@pytest.mark.parametrize(
    ("values", "task", "tasks"),
    [
        ("0 1 0 1 1 0", "classification", 2),
        ("3 4 5 3 4 5", "classification", 2),
        ("1 2 3 4 5 6", "regression", 2),
        ("0.5 1 0.5 1 1 1", "regression", 2),
        ("a b a b a b", "classification", 1),
        (" ".join(map(str, range(60))), "regression", 1),
    ],
)
def test_the_task_is_guessed_by_the_target(tmp_path: Path, values: str, task: str, tasks: int) -> None:
    column = table_of(tmp_path / "t.csv", "\n".join(["y", *values.split()]) + "\n").column("y")
    assert guess_task(column) == task
    assert len(tasks_of(column)) == tasks


def test_many_gaps_are_filled_by_guess(tmp_path: Path) -> None:
    assert guess_schema(table_of(tmp_path / "f.csv", "a,y\n,p\n,q\n,p\n4,q\n")).missing == "fill"
    assert guess_schema(table_of(tmp_path / "f.csv", "a,y\n1,p\n2,q\n,p\n4,q\n")).missing == "fill"
    rows = "".join(f"{row},p\n" for row in range(10))
    assert guess_schema(table_of(tmp_path / "f.csv", f"a,y\n{rows},q\n")).missing == "drop"


def test_rows_with_gaps_are_dropped(mixed: Table) -> None:
    data = TableFile.of(mixed, TableSchema(("size", "colour", "weight"), "kind")).load(0)
    assert data.feature_names == ("size", "colour=blue", "colour=red", "weight")
    np.testing.assert_array_equal(data.inputs, [[1, 0, 1, 10], [4, 0, 1, 40]])
    np.testing.assert_array_equal(data.targets, [0, 1])
    assert data.class_names == ("a", "b")


def test_a_table_without_a_whole_row_is_filled(tmp_path: Path) -> None:
    table = table_of(tmp_path / "f.csv", "a,b,c,y\n,2,,p\n3,,,q\n,,x,p\n,,,q\n1,1,x,\n")
    assert guess_schema(table).missing == "fill"
    assert guess_missing(table, ("a",), "y") == "fill"
    assert guess_missing(table, ("a",), "zzz") == "drop"
    assert TableSchema(("a", "b", "c"), "y", missing="fill").gaps(table) == 9
    for gaps, wanted in ((2, "drop"), (3, "fill")):
        rows = [f"{'' if row < gaps else row},{'pq'[row % 2]}" for row in range(20)]
        few = table_of(tmp_path / f"{gaps}.csv", "\n".join(["a,y", *rows]))
        assert guess_missing(few, ("a",), "y") == wanted, "more than a tenth of the rows are kept"
    assert TableSchema(("a", "b", "c"), "y").gaps(table) == 0


def test_gaps_can_be_a_category_of_their_own(tmp_path: Path) -> None:
    text = "size,colour,kind\n1,red,a\n2,,b\n,missing,a\n4,red,b\n"
    choice = TableSchema(("size", "colour"), "kind", missing="category")
    table = table_of(tmp_path / "f.csv", text)
    assert choice.info(table).shape == (4,)
    data = choice.data(table)
    assert data.feature_names == ("size", "colour=missing", "colour=red", "colour=missing (2)")
    mean = (1 + 2 + 4) / 3
    np.testing.assert_allclose(data.inputs, [[1, 0, 1, 0], [2, 0, 0, 1], [mean, 1, 0, 0], [4, 0, 1, 0]])
    # New rows with a gap get that category.
    assert isinstance(data.raw, tuple)
    assert [column.fill for column in data.raw] == [pytest.approx(mean), "missing (2)"]
    assert data.raw[1].categories == ("missing", "red", "missing (2)")
    whole = table_of(tmp_path / "g.csv", "colour,kind\nred,a\nred,b\nblue,a\n")
    data = TableSchema(("colour",), "kind", missing="category").data(whole)
    assert (data.inputs.shape, data.raw[0].fill) == ((3, 2), "red")  # type: ignore[index]


def test_gaps_are_filled_with_the_mean_and_the_most_frequent(mixed: Table) -> None:
    spec = TableFile.of(mixed, TableSchema(("size", "colour", "weight"), "kind", missing="fill"))
    data = spec.load(0)
    np.testing.assert_array_equal(data.inputs, [[1, 0, 1, 10], [2, 1, 0, 32.5], [3, 0, 1, 30], [4, 0, 1, 40]])
    np.testing.assert_array_equal(data.targets, [0, 1, 0, 1])
    assert spec.info() == DatasetInfo((4,), "classes", 2)


def test_nothing_is_predicted(mixed: Table) -> None:
    schema = TableSchema(("size", "colour", "kind"), "", "none")
    assert not schema.fault(mixed)
    data = schema.data(mixed)
    assert data.labels == schema.labels == "none"
    assert (data.n_classes, data.outputs) == (0, 1)
    assert not data.targets.any()
    dataset = TableFile.of(mixed, schema)
    assert dataset.info() == DatasetInfo((5,), "none", 1)
    experiment = with_dataset(Experiment(), dataset)
    assert isinstance(experiment.task, Reconstruction)
    assert not find_problems(experiment)
    assert Experiment.from_json(experiment.to_json()) == experiment
    # A class cannot be told, and the sentence says why.
    assert Classification().why_not(dataset.info()) == (
        "Classes need labels that are classes, and these data have none"
    )


def test_a_value_is_predicted(mixed: Table) -> None:
    spec = TableFile.of(mixed, TableSchema(("size",), "weight", "regression"))
    data = spec.load(0)
    np.testing.assert_array_equal(data.targets, [[10], [30], [40], [50]])
    assert (data.labels, data.class_names, spec.info()) == (
        "values",
        (),
        DatasetInfo((1,), "values", 1),
    )


def test_numbers_as_classes_are_named_in_ascending_order(tmp_path: Path) -> None:
    table = table_of(tmp_path / "q.csv", "a,quality\n1,10\n2,9\n3,10\n4,9.5\n")
    data = TableFile.of(table, TableSchema(("a",), "quality")).load(0)
    assert data.class_names == ("9", "9.5", "10")
    np.testing.assert_array_equal(data.targets, [2, 0, 2, 1])


def test_a_class_of_which_no_row_is_left_does_not_count(tmp_path: Path) -> None:
    table = table_of(tmp_path / "q.csv", "a,y\n1,p\n2,q\n,r\n4,q\n")
    spec = TableFile.of(table, TableSchema(("a",), "y"))
    assert spec.outputs == 2
    assert spec.load(0).class_names == ("p", "q")


@pytest.mark.parametrize(
    ("choice", "sentence"),
    [
        (TableSchema(("size",), ""), "Choose a target: the column to predict"),
        (TableSchema((), "kind"), "Choose at least one feature: a column to learn from"),
        (TableSchema(("size", "kind"), "kind"), "kind cannot be both a feature and the target"),
        (TableSchema(("length",), "kind"), "There is no column called 'length'"),
        (
            TableSchema(("size",), "kind", "regression"),
            "kind holds names; only a class can be predicted, no value",
        ),
    ],
)
def test_a_choice_that_makes_no_data_says_why(mixed: Table, choice: TableSchema, sentence: str) -> None:
    assert choice.fault(mixed) == sentence
    with pytest.raises(TableError) as error:
        TableFile.of(mixed, choice)
    assert str(error.value) == sentence


def test_rows_that_do_not_suffice(tmp_path: Path) -> None:
    few = table_of(tmp_path / "f.csv", "a,b,y\n1,,p\n,2,q\n3,4,p\n")
    assert TableSchema(("a", "b"), "y").fault(few) == (
        "Only 1 of 3 rows have all values; fill in missing values instead"
    )
    assert TableSchema(("a", "b"), "y", missing="fill").fault(few) == ""
    same = table_of(tmp_path / "s.csv", "a,y\n1,p\n2,p\n")
    assert TableSchema(("a",), "y").fault(same) == "y is p in every row; there is nothing to tell apart"


def test_one_row_and_one_column_are_told(tmp_path: Path) -> None:
    row = table_of(tmp_path / "r.csv", "a,y\n1,p\n")
    assert guess_schema(row).fault(row) == (
        "The table has one row; a network needs at least two to learn from and be tested on"
    )
    column = table_of(tmp_path / "c.csv", "a\n1\n2\n")
    assert guess_schema(column).fault(column) == (
        "The table has one column; a network needs at least two, a feature and a target"
    )


def test_images_keep_their_shape(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 255, (20, 6, 6), dtype=np.uint8)
    np.savez(tmp_path / "i.npz", X=images, y=np.arange(20) % 4)
    table = read_table(tmp_path / "i.npz")
    spec = TableFile.of(table, guess_schema(table))
    assert spec.info() == DatasetInfo((6, 6, 1), "classes", 4)
    np.testing.assert_array_equal(spec.load(0).inputs[..., 0], images.astype(np.float32))
    assert not find_problems(with_dataset(Experiment(layers=(Dense(4),)), spec))
    part = TableFile.of(table, TableSchema(("pixel 1", "pixel 2"), "y"))
    assert part.info().shape == (2,)


def extreme_table(path: Path, value: float, suffix: str) -> Table:
    numbers = np.array([[1.0, 2.0], [value, 3.0], [4.0, 5.0], [6.0, value], [1.0, 1.0], [2.0, 7.0]])
    file = path / f"extreme{suffix}"
    if suffix == ".npz":
        np.savez(file, X=numbers[:, :1], y=numbers[:, 1])
    else:
        file.write_text("\n".join(["X 1,y", *(f"{a!r},{b!r}" for a, b in numbers.tolist())]))
    return read_table(file)


@pytest.mark.parametrize("suffix", [".csv", ".npz"])
@pytest.mark.parametrize("value", [1e300, -1e300, 3e38, 1e39, 8.1e37, -9e37])
def test_a_number_beyond_float32_names_its_column(tmp_path: Path, suffix: str, value: float) -> None:
    table = extreme_table(tmp_path, value, suffix)
    column = table.column("X 1")
    assert not column.usable
    assert column.hint.startswith(f"It holds {value:g}; numbers beyond ±8e+37 are too large for float32")
    assert guess_schema(table).features == ()
    for choice in (TableSchema(("X 1",), "y", "regression"), TableSchema(("y",), "X 1", "regression")):
        with pytest.raises(TableError, match=r"(X 1|y) cannot be used\. It holds "):
            TableFile.of(table, choice)


@pytest.mark.parametrize("suffix", [".csv", ".npz"])
@pytest.mark.parametrize("value", [7.9e37, -7.9e37, 1e-320, 5e-45, -0.0, 1e20])
@pytest.mark.parametrize("scaling", ["none", "standardize", "minmax"])
def test_a_large_or_tiny_number_is_prepared_without_a_warning(
    tmp_path: Path, suffix: str, value: float, scaling: str
) -> None:
    dataset = TableFile.of(extreme_table(tmp_path, value, suffix), TableSchema(("X 1",), "y", "regression"))
    experiment = experiment_of(dataset=dataset, loss=MeanSquaredError(), scaling=SCALINGS.make(scaling))
    prepared = prepare(experiment)
    assert np.isfinite(prepared.train.inputs).all()
    assert np.isfinite(prepared.test_inputs).all()
    assert np.isfinite(prepared.deviations).all()


def test_a_target_with_too_many_values_for_classes_says_so(tmp_path: Path) -> None:
    table = table_of(tmp_path / "m.csv", "a,y\n" + "".join(f"{i % 5},{i}\n" for i in range(60)))
    assert TableSchema(("a",), "y").fault(table) == (
        "y has more than 50 different values; predict a value instead of a class"
    )
    day = table_of(tmp_path / "d.csv", "a,y\n1,2024-01-01\n2,2024-01-02\n").column("y")
    assert tasks_of(day) == ()


def test_columns_that_would_make_too_many_inputs_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = table_of(tmp_path / "w.csv", "a,b,y\nr,1,0\ns,2,1\nt,3,0\n")
    monkeypatch.setattr(table_schema, "_MAX_INPUTS", 3)
    assert TableSchema(("a",), "y").fault(table) == ""
    assert TableSchema(("a", "b"), "y").fault(table) == (
        "The features make more than 3 inputs; ignore some columns"
    )
