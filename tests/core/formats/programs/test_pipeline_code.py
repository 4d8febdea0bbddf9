"""The code that the export dialog shows takes raw samples, and predicts as the window does."""

from __future__ import annotations

import csv
import re
import runpy
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.data.datasets import Blobs, Digits, MinMax, Moons, Standardize
from core.data.pipeline import (
    CategoryColumn,
    ClassOutputs,
    ImageInputs,
    NumberColumn,
    Pipeline,
    Predictions,
    TableInputs,
)
from core.experiment.experiment import Experiment, Output
from core.experiment.prepare import PreparedData, make_trainer, prepare
from core.experiment.project_file import TrainerState
from core.formats import Exporter, Keras, Npz, Onnx, Safetensors, TrainedModel, loading_code
from core.formats.programs.pipeline_code import pipeline_code
from core.formats.trained_experiment import trained_model
from core.nn import Conv2D, Dense, Flatten
from core.nn.losses import CrossEntropy, MeanSquaredError
from core.nn.network import Network
from core.train.trainer import Trainer
from core.train.training_config import TrainingConfig
from tests.core.experiment.on_data import with_dataset
from tests.core.formats.penguins import penguins, write_penguins
from tests.core.keras_runner import keras_module

NUMPY = [Npz(), Safetensors(layout="keras")]
TORCH = [Npz(layout="pytorch"), Safetensors()]
# In a process of its own; it prints the share of right labels, and whether it ran without this package.
READING = """
import csv, sys
with open({table!r}, encoding="utf-8") as file:
    rows = list(csv.DictReader(file))
labels, probabilities = predict(rows)
print(sum(label == row["species"] for label, row in zip(labels, rows)) / len(rows), "core" in sys.modules)
"""


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, PreparedData, Trainer, TrainedModel]:
    """The table, and what was learned from it."""
    table = tmp_path_factory.mktemp("penguins") / "penguins.csv"
    write_penguins(table)
    return table, *learned(penguins(table), 60)


def learned(experiment: Experiment, epochs: int) -> tuple[PreparedData, Trainer, TrainedModel]:
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared, record_initial=False)
    for _ in range(epochs):
        trainer.run_epoch()
    return prepared, trainer, trained_model(experiment, TrainerState.of(trainer, prepared.pipeline))


def program_of(exporter: Exporter, model: TrainedModel, folder: Path) -> Path:
    """The file written and its code beside it."""
    path, program = folder / f"model{exporter.suffix}", folder / "program.py"
    exporter.write(model, path)
    program.write_text(loading_code(exporter, path, model.description), "utf-8")
    return program


def accuracy_of(program: Path, table: Path, warnings: str = "error") -> str:
    """What the program prints last for the raw columns of the table."""
    program.write_text(program.read_text("utf-8") + READING.format(table=str(table)), "utf-8")
    command = [sys.executable, "-W", warnings, "-I", str(program)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=program.parent)
    assert result.stderr == ""
    return result.stdout.splitlines()[-1]


def check_penguins(exporter: Exporter, trained: Any, folder: Path, warnings: str = "error") -> None:
    table, prepared, trainer, model = trained
    right = len(prepared.train) * trainer.evaluate(prepared.train).score
    right += len(prepared.test) * trainer.evaluate(prepared.test).score
    share = round(right) / (len(prepared.train) + len(prepared.test))
    assert share >= 0.99
    assert trainer.evaluate(prepared.test).score >= 0.97
    assert accuracy_of(program_of(exporter, model, folder), table, warnings) == f"{share} False"


@pytest.mark.parametrize("exporter", [*NUMPY, Onnx()], ids=lambda exporter: exporter.kind)
def test_the_penguins_in_a_fresh_process(exporter: Exporter, trained: Any, tmp_path: Path) -> None:
    check_penguins(exporter, trained, tmp_path)


@pytest.mark.foreign
def test_the_penguins_in_keras(trained: Any, tmp_path: Path) -> None:
    keras_module()
    # It warns of what NumPy 2 will no longer do.
    check_penguins(Keras(), trained, tmp_path, warnings="ignore")


@pytest.mark.foreign
@pytest.mark.parametrize("exporter", TORCH, ids=lambda exporter: exporter.kind)
def test_the_penguins_in_pytorch(exporter: Exporter, trained: Any, tmp_path: Path) -> None:
    check_penguins(exporter, trained, tmp_path)


SMALL = TrainingConfig(loss=CrossEntropy())
TWO = Experiment(
    dataset=Moons(samples=60),
    features=("x1", "x2", "x1_x2", "cos_x2", "x2_squared"),
    layers=(Dense(4, "tanh"),),
    training=TrainingConfig(loss=MeanSquaredError()),
    output=Output(activation="tanh"),
)
EXPERIMENTS = {
    "points": TWO,
    "three classes": with_dataset(TWO, Digits()).replace(
        scaling=MinMax(), layers=(Flatten(), Dense(8, "relu"))
    ),
    "a value": with_dataset(TWO, Blobs(form="hills", samples=60)),
    "convolved": Experiment(
        dataset=Digits(), scaling=Standardize(), layers=(Conv2D(2, 3), Flatten()), training=SMALL
    ),
}


def check_predictions(exporter: Exporter, experiment: Experiment, folder: Path) -> None:
    prepared, trainer, model = learned(experiment, 1)
    raw = prepared.data.inputs[prepared.test_index][:40]
    if isinstance(prepared.pipeline.inputs, ImageInputs):
        raw = raw * np.float32(prepared.pipeline.inputs.high)
    ours = prepared.pipeline.decode(trainer.network.predict(prepared.pipeline.transform(raw)))
    theirs = runpy.run_path(str(program_of(exporter, model, folder)))["predict"](raw)
    assert_same(ours, theirs)


def assert_same(ours: Predictions, theirs: Any) -> None:
    if ours.values is not None:
        np.testing.assert_allclose(theirs, ours.values, atol=1e-5)
        return
    labels, probabilities = theirs
    assert ours.labels is not None
    assert ours.probabilities is not None
    assert labels == ours.labels.tolist()
    np.testing.assert_allclose(np.clip(probabilities, 0, 1), ours.probabilities, atol=1e-5)


@pytest.mark.parametrize("name", ["points", "three classes", "a value"])
def test_numpy_predictions_as_the_network_does(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    check_predictions(Npz(), EXPERIMENTS[name], tmp_path)
    assert capsys.readouterr().out


@pytest.mark.foreign
@pytest.mark.parametrize("name", list(EXPERIMENTS))
def test_pytorch_predictions_as_the_network_does(name: str, tmp_path: Path) -> None:
    check_predictions(Safetensors(), EXPERIMENTS[name], tmp_path)


CLASSES = ClassOutputs(("a", "b"), 2)


def prepare_of(pipeline: Pipeline) -> Any:
    found: dict[str, Any] = {"np": np, "re": re, "date": date, "pipeline": pipeline.to_json()}
    exec(pipeline_code(pipeline).prepare, found)
    return found["prepare"]


@pytest.mark.parametrize(
    "columns",
    [
        (NumberColumn("a b", "", 2.5, 1.7e9, 100.0),),
        (CategoryColumn('"c"', ("x", "y"), "y", (0.5, 0.5), (0.5, 0.25)),),
        (NumberColumn("a b", "", 2.5, 3.0, 2.0), CategoryColumn('"c"', ("x", "y"), "y")),
    ],
)
def test_gaps_and_unknown_categories_are_treated_as_the_pipeline_does(columns: tuple[Any, ...]) -> None:
    pipeline = Pipeline(TableInputs(columns), CLASSES)
    rows = [
        {"a b": 1_700_000_050, '"c"': "x"},
        {"a b": "", '"c"': " NA"},
        {"a b": None, '"c"': "?"},
        {"a b": "17", '"c"': "never seen"},
        {"a b": float("nan"), '"c"': " y "},
    ]
    np.testing.assert_array_equal(prepare_of(pipeline)(rows), pipeline.transform(rows))


@pytest.mark.parametrize(
    ("format_", "cells"),
    [
        (
            "comma",
            ["1.100,50", "12", "-3,5", "€ 2.000", "3EUR", "1,5e3", "kr. 7", "1 200,5", 4.5, "NA", "(2,5 €)"],
        ),
        (
            "point",
            ["1,100.50", "12 %", "−3.5", "-$2,000", "EUR 3", "1.5e3", "Fr. 7", ".5", 4.5, "", "($2.00)"],
        ),
    ],
)
@pytest.mark.parametrize("unit", ["%", ""])  # numbers with groups have no unit
def test_numbers_as_people_write_them(format_: str, cells: list[Any], unit: str) -> None:
    pipeline = Pipeline(TableInputs((NumberColumn("a", unit, 1.0, format=format_),)), CLASSES)
    rows = [{"a": cell} for cell in cells]
    np.testing.assert_array_equal(prepare_of(pipeline)(rows), pipeline.transform(rows))


SPELLINGS = (
    "7|-7|+7|−7|.5|,5|5.|5,|21,5|21.5|1,234|1.234|12,34,567.5|1,23|1.100,50|1,100.50|1 200,5|1 200.5|1'200.5|"
    "1’200,5|1\u202f200|0,234|0.234|1,2,3|1.2.3|1.234.567,8|1,234,567.8|1,5e3|1.5e-3|1e|12 %|$1,200.50|-$5|$-5|"
    "US$ 3|€ 3,50|3 EUR|5 kr.|Fr. 7|($2.00)|$(2,00)|( 1,200.50 )|(3) EUR|(-5)|$5 %|--5|+ -5|5 kg|x|abc|1_000|$|-|"
    "3EURO|0x10|2024-01-01"
)


@pytest.mark.parametrize("format_", ["point", "comma"])
def test_what_is_no_number_of_the_format_is_refused_as_in_the_pipeline(format_: str) -> None:
    pipeline = Pipeline(TableInputs((NumberColumn("a b", fill=9.0, format=format_),)), CLASSES)
    prepare, refused = prepare_of(pipeline), 0
    for cell in SPELLINGS.split("|"):
        rows = [{"a b": cell}]
        try:
            ours = pipeline.transform(rows)
        except ValueError:
            refused += 1
            with pytest.raises(ValueError, match=f"a b must be a number with a decimal {format_}, got "):
                prepare(rows)
        else:
            np.testing.assert_array_equal(prepare(rows), ours, cell)
    assert 20 < refused < len(SPELLINGS.split("|")) - 20


@pytest.mark.parametrize(
    ("order", "cells"),
    [
        ("ymd", ["2024-02-01", "2024/1/31 12:00", "2024-01-30T06:30:15.5", 7.0, "NA"]),
        ("dmy", ["01.02.2024", "31/1/24", "1-3-69 00:00", 7.0, ""]),
        ("mdy", ["02/01/2024", "1/31/24 18:30", None]),
    ],
)
def test_dates_are_days_as_in_the_pipeline(order: str, cells: list[Any]) -> None:
    columns = (
        NumberColumn("day", fill=3.0, format=f"days {order} 2024-01-31"),
        NumberColumn("a", format="comma"),
    )
    pipeline = Pipeline(TableInputs(columns), CLASSES)
    rows = [{"day": cell, "a": "1.000,5"} for cell in cells]
    np.testing.assert_array_equal(prepare_of(pipeline)(rows), pipeline.transform(rows))


def test_a_program_of_dates_runs_by_itself(tmp_path: Path) -> None:
    columns = (NumberColumn("day", format="days dmy 2024-01-31"), NumberColumn("a", format="comma"))
    model = TrainedModel(
        Network([Dense(2, "softmax")], (2,), seed=1), Pipeline(TableInputs(columns), CLASSES)
    )
    predict = runpy.run_path(str(program_of(Npz(), model, tmp_path)))["predict"]
    rows = [{"day": "01.02.2024", "a": "1,5"}, {"day": "03.02.2024", "a": "-2"}]
    assert model.pipeline is not None
    ours = model.pipeline.decode(model.network.predict(model.pipeline.transform(rows)))
    assert_same(ours, predict(rows))


@pytest.mark.parametrize("cell", ["31.13.2024", "31.01.2024 10:00+02:00", "1 pm", "then"])
def test_what_the_code_cannot_read_as_a_date_is_an_error(cell: str) -> None:
    pipeline = Pipeline(TableInputs((NumberColumn("day", format="days dmy 2024-01-31"),)), CLASSES)
    with pytest.raises(ValueError, match=r"day|month|int|float|zip"):
        prepare_of(pipeline)([{"day": cell}])


def test_a_gap_without_a_fill_is_an_error() -> None:
    pipeline = Pipeline(TableInputs((NumberColumn("a"),)), CLASSES)
    with pytest.raises(ValueError, match=r"^a must have a value, got 'NA'$"):
        prepare_of(pipeline)([{"a": "NA"}])


def test_ink_and_range_of_images() -> None:
    raw = np.random.default_rng(0).integers(0, 255, (3, 4, 5, 1)).astype(np.uint8)
    for inputs in (ImageInputs((4, 5, 1), 255.0, True, "", 0.2, 0.5), ImageInputs((4, 5, 1))):
        pipeline = Pipeline(inputs, CLASSES)
        np.testing.assert_allclose(prepare_of(pipeline)(raw[..., 0]), pipeline.transform(raw), atol=1e-6)


def test_the_example_is_a_row_with_units_and_choices() -> None:
    columns = (
        NumberColumn("bill (mm)", "mm", None, 43.92, 5.0),
        CategoryColumn("sex", ("female", "male"), "male"),
    )
    code = pipeline_code(Pipeline(TableInputs(columns), CLASSES))
    assert code.example == (
        "row = {  # put yours here\n"
        '    "bill (mm)": 43.92,  # mm\n'
        '    "sex": "male",  # female, male\n'
        "}\n"
        "rows = [row]\n"
    )
    many = TableInputs(tuple(NumberColumn(f"x{i}") for i in range(50)))
    assert pipeline_code(Pipeline(many, CLASSES)).example.count("\n") == 1


def test_the_program_of_a_table_reads_as_one_would_write_it(tmp_path: Path) -> None:
    write_penguins(tmp_path / "p.csv", 30)
    _, _, model = learned(penguins(tmp_path / "p.csv"), 0)
    code = loading_code(Npz(), Path("Penguins.npz"), model.description)
    assert code.startswith(
        "import json\n"
        "import re\n"
        "\n"
        "import numpy as np\n"
        "\n"
        'weights = dict(np.load("Penguins.npz"))\n'
        'pipeline = json.loads(str(np.load("Penguins.npz")["metadata"]))["pipeline"]\n'
    )
    with (tmp_path / "p.csv").open(encoding="utf-8") as file:
        names = next(csv.reader(file))[:-1]
    assert all(f'    "{name}": ' in code for name in names)
    assert max(map(len, code.splitlines())) <= 120
