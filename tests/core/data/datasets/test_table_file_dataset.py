"""The table file dataset: metadata, changed files, training."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from core.data.datasets import DATASETS, DatasetInfo, MinMax, Moons, Standardize, TableFile
from core.data.datasets.table_file_dataset import forget_tables
from core.data.tables.read_table import read_table
from core.data.tables.table import ColumnFormat, ColumnFormats, Table, TableError
from core.data.tables.table_schema import TableSchema, guess_schema
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.problems import find_problems
from core.nn import Conv2D, Dense, Flatten, ReLU, Tanh
from core.nn.losses import BinaryCrossentropy, CrossEntropy, MeanSquaredError
from core.optim import Adam
from core.spec import SettingError
from core.train.training_config import TrainingConfig
from tests.core.data.tables.typed_tables import table_of
from tests.core.data.tables.workbooks import book, saved
from tests.core.experiment.on_data import with_dataset

MIXED = "size,colour,weight,kind\n1,red,10,a\n2,blue,,b\n3,,30,a\n4,red,40,b\n5,red,50,\n"


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    forget_tables()
    yield
    forget_tables()


@pytest.fixture
def mixed(tmp_path: Path) -> Table:
    return table_of(tmp_path / "mixed.csv", MIXED)


# Caching


def test_json_round_trip_and_facts_without_the_file(mixed: Table) -> None:
    spec = TableFile.of(mixed, TableSchema(("size", "colour"), "kind", missing="fill"))
    Path(mixed.path).unlink()
    forget_tables()
    experiment = with_dataset(Experiment(), spec)
    again = Experiment.from_json(json.loads(json.dumps(experiment.to_json())))
    assert again == experiment
    assert again.dataset.info() == DatasetInfo((3,), "classes", 2)
    assert isinstance(again.dataset, TableFile)
    assert again.dataset.choice == TableSchema(("size", "colour"), "kind", missing="fill")
    assert (again.name, again.dataset.file_name) == ("mixed", "mixed.csv")


def test_other_columns_of_the_same_file_are_learned_from(mixed: Table) -> None:
    spec = TableFile.of(mixed, TableSchema(("size", "colour"), "kind"))
    fewer = spec.with_columns(["size"])
    assert (fewer.learned_columns, fewer.path, fewer.info().shape) == (("size",), spec.path, (1,))
    assert fewer.with_columns(spec.learned_columns) == spec


def test_the_sheet_that_was_chosen_is_read_again(tmp_path: Path) -> None:
    made = book([["a", "b"], [9, 9], [9, 8]])
    for row in (["size", "kind"], [1, "x"], [2, "y"], [3, "x"]):
        (made["more"] if "more" in made else made.create_sheet("more")).append(row)
    table = read_table(saved(tmp_path / "two.xlsx", made), sheet="more")
    spec = TableFile.of(table, TableSchema(("size",), "kind"))
    forget_tables()
    again = DATASETS.from_json(json.loads(json.dumps(spec.to_json())))
    assert (again, again.load(0).samples) == (spec, 3)
    assert not again.same_samples(spec.replace(sheet=""))


def test_a_run_goes_on_without_the_file_and_a_new_one_says_that_it_is_gone(mixed: Table) -> None:
    spec = TableFile.of(mixed, TableSchema(("size",), "kind"))
    Path(mixed.path).unlink()
    assert spec.load(0).samples == 4
    forget_tables()
    with pytest.raises(TableError, match=r"^The file .*mixed.csv is not there any more; choose it again$"):
        spec.load(0)


def test_a_file_that_changed_is_noticed(mixed: Table) -> None:
    spec = TableFile.of(mixed, TableSchema(("size",), "kind"))
    forget_tables()
    assert spec.load(0).samples == 4
    forget_tables()
    Path(mixed.path).write_text(MIXED + "6,red,60,a\n", encoding="utf-8")
    with pytest.raises(TableError, match=r"mixed.csv has changed since it was chosen; open it again"):
        spec.load(0)


@pytest.mark.parametrize(
    "changes",
    [
        {"path": ""},
        {"target": "nobody"},
        {"features": "size\nnobody"},
        {"outputs": 3},
        {"shape": (2,)},
        {"task": "regression"},
    ],
)
def test_an_experiment_that_does_not_fit_its_file_is_refused(
    mixed: Table, changes: dict[str, object]
) -> None:
    spec = TableFile.of(mixed, TableSchema(("size",), "kind"))
    with pytest.raises(TableError):
        spec.replace(**changes).load(0)


def test_wrong_shapes_and_outputs_are_refused() -> None:
    with pytest.raises(SettingError, match="shape must be"):
        TableFile(shape=(0,))
    with pytest.raises(SettingError, match="shape must be"):
        TableFile(shape=(2, 2))
    with pytest.raises(SettingError, match="outputs must be at least 2 classes, got 1"):
        TableFile(outputs=1)


def test_it_is_no_kind_to_pick_but_one_to_read() -> None:
    assert "table_file" not in [kind.kind for kind in DATASETS]
    assert "table_file" not in DATASETS.names()
    assert DATASETS.get("table_file") is TableFile
    assert DATASETS.make(TableFile()) == TableFile()


# Formats of columns


PRICES = "# a list\nprice;day;kind\n1,234;1/2/2024;a\n2,345;2/2/2024;b\n3,456;3/2/2024;a\n"


def test_the_same_numbers_are_read_again(tmp_path: Path) -> None:
    file = tmp_path / "p.csv"
    file.write_text(PRICES, encoding="utf-8")
    chosen = ColumnFormats({"price": ColumnFormat("point"), "day": ColumnFormat("days", "dmy")})
    table = read_table(file, formats=chosen)
    spec = TableFile.of(table, TableSchema(("price", "day"), "kind"))
    assert spec.columns == "price\tpoint\nday\tdays dmy 2024-02-01\nkind\tcategory"
    forget_tables()
    again = Experiment.from_json(json.loads(json.dumps(with_dataset(Experiment(), spec).to_json()))).dataset
    assert again.load(0).inputs.tolist() == [[1234, 0], [2345, 1], [3456, 2]]


def test_another_format_of_the_same_file_is_another_table(tmp_path: Path) -> None:
    file = tmp_path / "p.csv"
    file.write_text(PRICES, encoding="utf-8")
    found = []
    for format_ in ("point", "comma"):
        table = read_table(file, formats=ColumnFormats({"price": ColumnFormat.parse(format_)}))
        found.append(TableFile.of(table, TableSchema(("price",), "kind")))
    assert [spec.load(0).inputs[0, 0] for spec in found] == pytest.approx([1234, 1.234])
    assert not found[0].same_samples(found[1])


def test_an_old_experiment_reads_as_it_did(tmp_path: Path) -> None:
    file = tmp_path / "p.csv"
    file.write_text("share,grade,kind\n5 %,1,a\n6 %,2,b\n#7 %,3,a\n5 %,2,b\n", encoding="utf-8")
    old = {"kind": "table_file", "path": str(file), "target": "kind", "features": "share", "shape": [3]}
    data = DATASETS.make(old).load(0)
    assert data.feature_names == ("share=#7 %", "share=5 %", "share=6 %")
    assert data.samples == 4


def test_broken_formats_are_refused() -> None:
    with pytest.raises(SettingError, match="The format of a column must be"):
        TableFile(columns="a\tnumber")


# Losses by target


def test_the_experiment_is_fitted_to_every_new_table(tmp_path: Path) -> None:
    classes = table_of(tmp_path / "c.csv", "a,b,y\n1,2,p\n2,3,q\n3,4,r\n")
    values = table_of(tmp_path / "v.csv", "a,y\n1,2.5\n2,3.5\n3,4\n")
    experiment = with_dataset(Experiment(layers=(Dense(4),)), TableFile.of(classes, guess_schema(classes)))
    assert (experiment.training.loss, experiment.scaling, experiment.name) == (
        CrossEntropy(),
        Standardize(),
        "c",
    )
    experiment = with_dataset(experiment, TableFile.of(values, guess_schema(values)))
    assert (experiment.training.loss, experiment.name) == (MeanSquaredError(), "v")
    np.savez(tmp_path / "i.npz", X=np.ones((6, 4, 4)), y=np.arange(6) % 2)
    images = read_table(tmp_path / "i.npz")
    experiment = with_dataset(experiment, TableFile.of(images, guess_schema(images)))
    assert (experiment.training.loss, experiment.layers[0]) == (BinaryCrossentropy(), Flatten())
    assert not find_problems(with_dataset(experiment.replace(layers=(Conv2D(2), Flatten())), Moons()))


# Training


def test_wine_from_a_file_is_told_apart(tmp_path: Path) -> None:
    from sklearn.datasets import load_wine

    wine = load_wine()
    names = [f'"{name}"' for name in wine.feature_names]
    lines = [";".join([*names, "grower"])]
    for row, target in zip(wine.data, wine.target, strict=True):
        cells = [f"{value:g}".replace(".", ",") for value in row]
        lines.append(";".join([*cells, str(wine.target_names[target])]))
    table = table_of(tmp_path / "wine.csv", "\n".join(lines))
    spec = TableFile.of(table, guess_schema(table))
    assert spec.info() == DatasetInfo((13,), "classes", 3)
    experiment = with_dataset(
        Experiment(
            layers=(Dense(8, activation=Tanh()),), training=TrainingConfig(optimizer=Adam(learning_rate=0.01))
        ),
        spec,
    )
    accuracies = []
    for seed in range(3):
        divided = experiment.replace(data_seed=seed)
        trainer = make_trainer(divided, prepare(divided))
        for _ in range(30):
            trainer.run_epoch()
        accuracies.append(trainer.figures.test.score)
    assert np.mean(accuracies) >= 0.95


def test_a_value_is_learned_from_a_file(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x = rng.uniform(-1, 1, (300, 2))
    lines = [f"{a:.4f},{b:.4f},{'up' if b > 0 else 'down'},{a * b + (b > 0):.4f}" for a, b in x]
    table = table_of(tmp_path / "v.csv", "\n".join(["a,b,side,value", *lines]))
    spec = TableFile.of(table, guess_schema(table))
    assert spec.info() == DatasetInfo((4,), "values", 1)
    experiment = with_dataset(
        Experiment(
            layers=(Dense(8, activation=ReLU()),), training=TrainingConfig(optimizer=Adam(learning_rate=0.01))
        ),
        spec,
    ).replace(scaling=MinMax())
    trainer = make_trainer(experiment, prepare(experiment))
    for _ in range(60):
        trainer.run_epoch()
    assert trainer.figures.test.loss < 0.02


def test_what_is_unavailable_is_known_without_reading(mixed: Table) -> None:
    spec = TableFile.of(mixed, TableSchema(("size",), "kind"))
    forget_tables()
    assert spec.unavailable_reason() == ""
    Path(mixed.path).unlink()
    assert spec.unavailable_reason() == f"The file {mixed.path} is not there any more; choose it again"
    Path(mixed.path).write_text(MIXED, encoding="utf-8")
    spec.load(0)
    Path(mixed.path).unlink()
    assert spec.unavailable_reason() == ""
    assert TableFile().unavailable_reason() == "No file is chosen; open one"


def test_the_same_table_elsewhere_is_of_the_same_samples(mixed: Table) -> None:
    spec = TableFile.of(mixed, TableSchema(("size",), "kind"))
    assert spec.same_samples(spec.replace(path="/elsewhere/mixed.csv"))
    assert not spec.same_samples(spec.replace(features="size\ncolour"))
    assert not spec.same_samples(Moons())
