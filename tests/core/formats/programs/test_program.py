"""Exported programs run as programs: alone, on the raw data, with a command line."""

from __future__ import annotations

import csv
import importlib
import runpy
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from sklearn.base import is_classifier, is_regressor
from sklearn.inspection import permutation_importance
from sklearn.metrics import r2_score
from sklearn.pipeline import make_pipeline

from core.data.datasets import Dataset, Digits, Iris, Moons, Standardize
from core.data.pipeline import CategoryColumn, ClassOutputs, NumberColumn, Pipeline, TableInputs
from core.experiment.experiment import Experiment
from core.experiment.stack_problems import with_task
from core.formats import ModelDescription, TrainedModel, loading_code
from core.formats.exporter import Exporter
from core.formats.programs.program import (
    KerasProgram,
    NumpyProgram,
    PytorchProgram,
    SklearnProgram,
    module_name,
)
from core.formats.proof import prove
from core.nn import (
    LAYERS,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    MaxPooling2D,
    Residual,
    Sampling,
)
from core.nn.generation import METHODS
from core.nn.network import Network
from core.predict.sample import sample
from core.train.tasks import FlowMatching, Reconstruction
from tests.core.experiment.on_data import with_dataset
from tests.core.formats.onnx.onnx_cases import THREE
from tests.core.formats.penguins import penguins, write_penguins
from tests.core.formats.test_proof import Learned, learned
from tests.core.keras_runner import keras_module, quiet_keras, rows_of
from tests.core.onnx_runner import assert_same_predictions, file_predictions

NUMPY = [NumpyProgram(), NumpyProgram(weights="beside")]
TORCH = [PytorchProgram(), PytorchProgram(weights="beside")]

FIELDS: dict[str, tuple[Experiment, dict[str, Any]]] = {
    "points": (Experiment(dataset=Moons(samples=80)), {"start": "uniform", "conditional": True}),
    "rows": (Experiment(dataset=Iris(), scaling=Standardize()), {"start": "ring"}),
    "images": (Experiment(dataset=Digits(), scaling=Standardize()), {"conditional": True}),
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Learned]:
    """What was learned from points, a table of classes and one of values, and images."""
    table = tmp_path_factory.mktemp("data") / "penguins.csv"
    write_penguins(table, 120)
    images = with_dataset(
        Experiment(
            layers=(Conv2D(4, 3, activation="relu", padding="same"), BatchNormalization(), MaxPooling2D(),
                    Residual((Conv2D(4, 3, padding="same"),)), Flatten(), Dense(16))
        ),
        Digits(),
    )  # fmt: skip
    return {
        "points": learned(Experiment(dataset=Moons(samples=200), layers=(Dense(4, "tanh"),))),
        "classes": learned(penguins(table)),
        "values": learned(penguins(table, "body_mass_g")),
        "images": learned(images.replace(scaling=Standardize()), 1),
    }


def run(program: Path, *arguments: str, warnings: str = "error") -> str:
    command = [sys.executable, "-W", warnings, "-I", str(program), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=program.parent)
    assert done.stderr == ""
    return done.stdout


def write_raw(folder: Path, raw: Any) -> Path:
    """The samples as the program's command line takes them."""
    if isinstance(raw, dict):
        columns = raw
    elif raw.ndim == 2:
        columns = {"x1": raw[:, 0], "x2": raw[:, 1]}
    else:
        np.save(folder / "images.npy", raw)
        return folder / "images.npy"
    with (folder / "data.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(columns)
        writer.writerows(zip(*columns.values(), strict=True))
    return folder / "data.csv"


@pytest.mark.parametrize("name", ["points", "classes", "values", "images"])
@pytest.mark.parametrize("exporter", NUMPY, ids=lambda each: each.weights)
def test_a_program_predicts_the_same_of_a_file(
    exporter: Exporter, name: str, data: dict[str, Learned], tmp_path: Path
) -> None:
    check(exporter, *data[name], tmp_path)


@pytest.mark.foreign
@pytest.mark.parametrize("name", ["points", "classes", "values", "images"])
@pytest.mark.parametrize("exporter", TORCH, ids=lambda each: each.weights)
def test_a_pytorch_program_predicts_the_same(
    exporter: Exporter, name: str, data: dict[str, Learned], tmp_path: Path
) -> None:
    check(exporter, *data[name], tmp_path)


@pytest.mark.foreign
@pytest.mark.parametrize("name", ["points", "classes", "values", "images"])
def test_a_keras_program_predicts_the_same(name: str, data: dict[str, Learned], tmp_path: Path) -> None:
    keras_module()
    model, raw = data[name]
    for exporter in (KerasProgram(), KerasProgram(weights="beside")):
        exporter.write(model, tmp_path / "its_keras.py")
        with quiet_keras():
            predict = runpy.run_path(str(tmp_path / "its_keras.py"))["predict"]
            found = predict(rows_of(raw) if isinstance(raw, dict) else raw)
        predictions = file_predictions(*found) if isinstance(found, tuple) else file_predictions(found)
        assert model.pipeline is not None
        assert_same_predictions(model.network, model.pipeline, raw, predictions)


@pytest.mark.foreign
def test_a_keras_program_has_a_command_line(data: dict[str, Learned], tmp_path: Path) -> None:
    keras_module()
    check(KerasProgram(), *data["classes"], tmp_path, warnings="ignore")


@pytest.mark.parametrize("exporter", [NumpyProgram(), SklearnProgram()], ids=lambda each: each.kind)
@pytest.mark.parametrize("name", FIELDS)
def test_a_program_makes_the_same_samples(exporter: Exporter, name: str, tmp_path: Path) -> None:
    check_samples(exporter, name, tmp_path)


@pytest.mark.foreign
@pytest.mark.parametrize("name", FIELDS)
def test_foreign_programs_make_the_same_samples(name: str, tmp_path: Path) -> None:
    keras_module()
    check_samples(PytorchProgram(), name, tmp_path)
    with quiet_keras():
        check_samples(KerasProgram(), name, tmp_path)


@pytest.mark.parametrize("exporter", [NumpyProgram(), SklearnProgram()], ids=lambda each: each.kind)
@pytest.mark.parametrize("dataset", [Iris(), Digits()], ids=lambda each: each.kind)
def test_a_program_decodes_the_same_random_codes(
    exporter: Exporter, dataset: Dataset, tmp_path: Path
) -> None:
    # The whole network predicts as before.
    check(exporter, *check_decoded(exporter, dataset, tmp_path), tmp_path)


@pytest.mark.foreign
@pytest.mark.parametrize("dataset", [Iris(), Digits()], ids=lambda each: each.kind)
def test_foreign_programs_decode_the_same_random_codes(dataset: Dataset, tmp_path: Path) -> None:
    keras_module()
    check_decoded(PytorchProgram(), dataset, tmp_path)
    with quiet_keras():
        check_decoded(KerasProgram(), dataset, tmp_path)


def check_decoded(exporter: Exporter, dataset: Dataset, folder: Path) -> Learned:
    """From the same noise as the library, in the data's own numbers."""
    made = with_task(with_dataset(Experiment(scaling=Standardize()), dataset), Reconstruction())
    first = (Flatten(),) if len(dataset.info().shape) == 3 else ()
    made = made.replace(layers=(*first, Dense(6, "tanh"), Sampling(), Dense(8, "silu"), Dropout(0.1)))
    model, raw = learned(made, 2)
    path = folder / f"vae{exporter.suffix}"
    exporter.write(model, path)
    program = runpy.run_path(str(path))
    own = sample(model.network, model.pipeline, 30, seed=4)
    found = program["sample"](30, seed=4)
    assert found.shape == own.shape == (30, *dataset.info().shape)
    np.testing.assert_allclose(found, own, atol=1e-5 * np.abs(own).max())
    assert not np.allclose(found, program["sample"](30))
    return model, raw


def check_samples(exporter: Exporter, name: str, folder: Path) -> None:
    """From the same noise, by both methods, with and without a class."""
    experiment, settings = FIELDS[name]
    made = with_task(experiment.replace(layers=(Dense(8, "silu"),)), FlowMatching(**settings))
    model, _ = learned(made, 2)
    path = folder / f"field{exporter.suffix}"
    exporter.write(model, path)
    program = runpy.run_path(str(path))["sample"]
    for given in ({}, {"label": 1}, {"label": "0", "guidance": 2.0}):
        if given and "conditional" not in settings:
            continue
        for method in METHODS:
            found = program(30, 6, method, 4, **given)
            own = sample(model.network, model.pipeline, 30, 6, method, 4, **given)
            np.testing.assert_allclose(found, own, atol=1e-5 * np.abs(own).max())
    paths = program(30, 6, paths=True)
    np.testing.assert_allclose(paths[-1], program(30, 6))
    assert len(paths) == 7


def check(exporter: Exporter, model: TrainedModel, raw: Any, folder: Path, warnings: str = "error") -> None:
    program = folder / f"its name{exporter.suffix}"
    exporter.write(model, program)
    printed = run(program, str(write_raw(folder, raw)), warnings=warnings)
    header, *lines = csv.reader(printed.splitlines())
    own = model.predictions(raw)
    if own.values is not None:
        columns = model.pipeline.outputs.columns  # type: ignore[union-attr]
        assert header == [column.name for column in columns]
        np.testing.assert_allclose(np.array(lines, float), own.values, rtol=1e-5, atol=1e-6)
        return
    assert own.labels is not None
    assert header == ["label", *model.pipeline.outputs.names]  # type: ignore[union-attr]
    assert [line[0] for line in lines] == list(own.labels)
    np.testing.assert_allclose(np.array([line[1:] for line in lines], float), own.probabilities, atol=1e-5)
    run(program, str(write_raw(folder, raw)), "-d", ";", "-o", "predictions.csv", warnings=warnings)
    assert (folder / "predictions.csv").read_text("utf-8") == printed


def test_rows_with_gaps_get_empty_lines_and_other_tables_a_sentence(tmp_path: Path) -> None:
    inputs = TableInputs((NumberColumn("größe", "g", None, 4.0, 2.0), CategoryColumn("sex", ("f", "m"))))
    pipeline = Pipeline(inputs, THREE)
    program = tmp_path / "its.py"
    NumpyProgram().write(TrainedModel(Network([Dense(3, "softmax")], (3,), seed=1), pipeline), program)
    data = tmp_path / "data.csv"
    command = [sys.executable, str(program), str(data)]

    def prediction() -> tuple[list[str], str]:
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
        return done.stdout.splitlines(), done.stderr

    data.write_text("größe,sex\n3,f\n,m\n5,m\nheavy,f\n", "utf-8")
    lines, told = prediction()
    assert [line.count(",") for line in lines] == [3] * 5
    assert lines[2] == lines[4] == ",,,"
    assert lines[1] != lines[3]
    assert told.splitlines()[0] == "line 3: größe must have a value, got ''"
    assert told.splitlines()[1].startswith("line 5: ")
    data.write_text("größe,sex\n,\n", "utf-16")
    assert prediction() == (
        [],
        f"line 2: größe must have a value, got ''\n{data} has no row with all values\n",
    )
    data.write_bytes("sex;größe\nf;3\n".encode("cp1252"))
    assert prediction() == (lines[:2], "")
    data.write_text("weight;gender\n3;f\n")
    assert prediction() == ([], f"{data} has no rows with the columns größe, sex\n")


def test_a_program_is_proven_by_running_itself(data: dict[str, Learned]) -> None:
    proof = prove(NumpyProgram(), *data["points"])
    assert proof.holds, proof.fault
    assert proof.reader == f"numpy {np.__version__}"


def test_few_numbers_are_written_as_such_and_many_packed(data: dict[str, Learned], tmp_path: Path) -> None:
    texts = {}
    for name in ("points", "images"):
        NumpyProgram().write(data[name][0], tmp_path / f"{name}.py")
        texts[name] = (tmp_path / f"{name}.py").read_text("utf-8")
        assert max(map(len, texts[name].splitlines())) <= 130
    kernel = data["points"][0].network.weights[0]["kernel"]
    assert str(kernel[0, 0]) in texts["points"]
    assert "base64" not in texts["points"]
    assert "base64.b64decode" in texts["images"]
    assert "5 epochs, seed 0" in texts["points"]


def test_the_text_shown_has_no_numbers_and_says_so(data: dict[str, Learned]) -> None:
    model = data["points"][0]
    shown = loading_code(NumpyProgram(), Path("moons.py"), model.description)
    assert "weights = {...}" in shown
    assert "Shown without its numbers, which the saved file has, and the copied code.\n" in shown
    assert "    python moons.py data.csv\n" in shown
    beside = NumpyProgram(weights="beside")
    assert "Shown without" not in loading_code(beside, Path("moons.py"), model.description)
    assert "Shown without" not in NumpyProgram().source(model, Path("moons.py"))


@pytest.mark.parametrize("exporter", [NumpyProgram(), PytorchProgram(), KerasProgram(weights="beside")])
def test_a_program_imports_the_standard_library_in_one_block(exporter: Exporter) -> None:
    columns = (NumberColumn("day", format="days dmy 2024-01-31"), NumberColumn("a", "$"))
    description = ModelDescription(
        (Dense(2, "softmax"),), (2,), Pipeline(TableInputs(columns), ClassOutputs())
    )
    code = loading_code(exporter, Path("x.py"), description)
    head = code.split('"""\n\n', 1)[1].split("\n\n")[0].splitlines()
    assert {"import argparse", "import re", "from datetime import date"} <= set(head)
    assert head == sorted(head, key=lambda line: (line.startswith("from "), line))


def test_quotes_and_backslashes_in_names_do_not_end_the_docstring(
    data: dict[str, Learned], tmp_path: Path
) -> None:
    model, raw = data["points"]
    assert model.pipeline is not None
    outputs = ClassOutputs(("\\N{x} \\x", '"""\0'), 1)
    odd = TrainedModel(model.network, replace(model.pipeline, outputs=outputs), '"""\\ odd "name"', 1, 2)
    NumpyProgram().write(odd, tmp_path / "odd.py")
    assert run(tmp_path / "odd.py", str(write_raw(tmp_path, raw)), "-d", ";").startswith("label,")


@pytest.mark.parametrize("exporter", NUMPY, ids=lambda each: each.weights)
def test_a_network_without_preprocessing_takes_its_inputs(exporter: Exporter, tmp_path: Path) -> None:
    network = Network([Dense(2, "tanh")], (3,), seed=1)
    program = tmp_path / "bare.py"
    exporter.write(TrainedModel(network), program)
    assert run(program).startswith("[[")
    inputs = np.random.default_rng(1).normal(size=(5, 3)).astype(np.float32)
    predict = runpy.run_path(str(program))["predict"]
    np.testing.assert_allclose(predict(inputs), network.predict(inputs), atol=1e-6)


@pytest.mark.foreign
def test_a_keras_program_gives_every_layer_its_weights(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Of an Embedding, operations on tokens come first; the arrays of attention stand in groups.
    keras_module()
    stack = "embedding 9 6, positional_encoding, multi_head_attention 2, residual, conv1d 6 3, gru 5, dense 3 softmax"
    network = Network(LAYERS.parse(stack), (6,), seed=1)
    network.parameters += np.random.default_rng(0).normal(0.0, 0.3, network.parameters.size)
    KerasProgram().write(TrainedModel(network), tmp_path / "its_keras.py")
    tokens = np.random.default_rng(1).integers(0, 9, (5, 6))
    with quiet_keras():
        found = runpy.run_path(str(tmp_path / "its_keras.py"))["predict"](tokens)
    np.testing.assert_allclose(found, network.predict(tokens), atol=1e-5)
    # Imported, a program says nothing.
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", ["points", "classes", "values", "images"])
def test_scikit_learns_tools_take_the_model_of_its_program(
    name: str, data: dict[str, Learned], tmp_path: Path
) -> None:
    model, raw = data[name]
    SklearnProgram().write(model, tmp_path / "its_sklearn.py")
    own = model.predictions(raw)
    found = runpy.run_path(str(tmp_path / "its_sklearn.py"))["model"]
    table = isinstance(raw, dict)
    # In the columns' own order.
    given = (
        np.array([list(map(row.get, found.feature_names_in_)) for row in rows_of(raw)], object)
        if table
        else raw
    )
    pipe = make_pipeline("passthrough", found)
    predictions = pipe.predict(given)
    if own.labels is None:
        assert own.values is not None
        assert is_regressor(found)
        np.testing.assert_allclose(predictions, own.values[:, 0], rtol=1e-5)
        truth = own.values[:, 0] + np.linspace(-900, 900, len(predictions))
        assert found.score(given, truth) == pytest.approx(r2_score(truth, predictions))
    else:
        assert own.probabilities is not None
        assert is_classifier(found)
        assert predictions.tolist() == list(own.labels)
        np.testing.assert_allclose(pipe.predict_proba(given), own.probabilities, atol=1e-5)
        assert tuple(found.classes_) == model.pipeline.outputs.names  # type: ignore[union-attr]
        assert pipe.score(given, own.labels) == 1.0
    if table:
        assert found.predict(rows_of(raw)).tolist() == predictions.tolist()
        frame = SimpleNamespace(to_dict=lambda orient: {"records": rows_of(raw)}[orient])
        assert found.predict(frame).tolist() == predictions.tolist()
        with pytest.raises(ValueError, match="X must have the 7 columns"):
            found.predict([[1, 2]])
        importances = permutation_importance(found, given, predictions, n_repeats=2, random_state=0)
        assert importances.importances_mean.max() > 0


@pytest.mark.parametrize("exporter", [NumpyProgram(), SklearnProgram()], ids=lambda each: each.kind)
def test_programs_run_where_numpy_is_all_there_is(
    exporter: Exporter, data: dict[str, Learned], tmp_path: Path
) -> None:
    """Without site-packages, in which this package and scikit-learn are."""
    packages = tmp_path / "packages"
    packages.mkdir()
    source = Path(np.__file__).parent
    for folder in (source, source.with_name("numpy.libs")):
        if folder.is_dir():
            (packages / folder.name).symlink_to(folder, target_is_directory=True)
    model, raw = data["classes"]
    program = tmp_path / "its.py"
    exporter.write(model, program)
    code = f"import sys; sys.path.append({str(packages)!r}); import runpy; sys.argv = sys.argv[1:]; "
    code += "runpy.run_path(sys.argv[0], run_name='__main__'); print(sorted({'core', 'sklearn'} & set(sys.modules)))"
    command = [sys.executable, "-I", "-S", "-c", code, str(program), str(write_raw(tmp_path, raw)), "-d", ";"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, cwd=tmp_path)
    assert done.stderr == ""
    _, *lines, loaded = csv.reader(done.stdout.splitlines())
    assert loaded == ["[]"]
    own = model.predictions(raw)
    assert own.labels is not None
    assert [line[0] for line in lines] == list(own.labels)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("MNIST 70k_torch", "MNIST_70k_torch"),
        ("70k (best)", "model_70k_best"),
        ("class", "class_model"),
        ("numpy", "numpy_model"),
        ("csv", "csv_model"),
        ("Größe", "Größe"),
        ("ﬁt", "fit"),
        ("<img src=x>", "img_src_x"),
        ("…", "model"),
        ("already_good", "already_good"),
    ],
)
def test_a_program_has_a_name_that_can_be_imported(
    text: str, name: str, data: dict[str, Learned], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert module_name(text) == module_name(name) == name
    path = tmp_path / f"{name}.py"
    NumpyProgram().write(data["points"][0], path)
    assert f"    from {name} import predict" in path.read_text("utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module(name)
    del sys.modules[module.__name__]
    assert Path(module.__file__ or "") == path
    assert len(module.predict([[1.0, 2.0]])) == 2


def test_what_cannot_be_imported_says_how_it_is_run(data: dict[str, Learned], tmp_path: Path) -> None:
    text = NumpyProgram().source(data["points"][0], tmp_path / "MNIST 70k.py")
    assert "    python 'MNIST 70k.py' data.csv\n" in text
    assert " import predict" not in text
