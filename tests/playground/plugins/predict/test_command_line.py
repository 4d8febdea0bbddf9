"""Predictions of new rows and images, and evaluation."""

from __future__ import annotations

import csv
import io
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.data.datasets.table_file_dataset import forget_tables
from core.data.datasets.text_datasets import Names
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.project_file import TrainerState, load_project, save_project
from core.formats import load_model
from core.nn import LAYERS, Dense, Reshape
from core.nn.network import Network
from playground.cli import main
from tests.core.data.tables.workbooks import book, saved
from tests.playground.command_line import failing
from tests.playground.headless.flowers import KINDS, train_flowers

Capture = pytest.CaptureFixture[str]
NEW = "weight;colour;height (cm);note\n1,200;white;9,5;x\n2,611;;51;y\n1,100;red;31,25;z\n1,1;blue;?;z\n"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return train_flowers(tmp_path_factory.mktemp("flowers"))


@pytest.fixture
def new(tmp_path: Path) -> Path:
    path = tmp_path / "new.csv"
    path.write_text(NEW, encoding="utf-8")
    return path


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text)))


def test_rows_are_predicted_in_their_order(project: Path, new: Path, capsys: Capture) -> None:
    assert main(["predict", str(project), str(new)]) == 0
    out, err = capsys.readouterr()
    names, *rows = rows_of(out)
    assert names == ["prediction", *(f"P({kind})" for kind in KINDS)]
    assert [row[0] for row in rows] == ["daisy", "", "rose", ""]
    assert float(rows[0][1]) > 0.9
    assert sum(map(float, rows[0][1:])) == pytest.approx(1, abs=1e-4)
    assert rows[1] == [""] * 4
    assert err.splitlines() == [
        "numpynet: 2 of 4 rows lack a value and have no prediction",
        "numpynet: colour has a text that the model never saw: blue",
    ]


def test_decimals_of_the_file_are_kept_and_a_cell_that_is_no_number_fails(
    project: Path, tmp_path: Path, capsys: Capture
) -> None:
    points, out = tmp_path / "points.csv", tmp_path / "out.csv"
    points.write_text("weight,colour,height (cm)\n1.1,white,9.5\n1.2,red,tall\n1.3,red,31.25\n")
    assert main(["predict", str(project), str(points), "--with-columns", "-o", str(out)]) != 0
    rows = rows_of(out.read_text("utf-8"))[1:]
    assert [row[rows_of(out.read_text("utf-8"))[0].index("height (cm)")] for row in rows] == [
        "9.5", "tall", "31.25",
    ]  # fmt: skip
    assert [bool(row[-1]) for row in rows] == [True, False, True]
    lines = capsys.readouterr().err.splitlines()
    assert "numpynet: height (cm): 1 cell must be a number, got 'tall' in row 2" in lines
    assert any("is read with a decimal point, unlike the data, in" in line for line in lines)
    assert lines[-1].endswith("1 of 3 rows cannot be read and have no prediction; the others have")
    assert main(["evaluate", str(project), str(points)]) != 0


def test_a_dash_is_standard_output(
    project: Path, new: Path, tmp_path: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["predict", str(project), str(new)]) == 0
    plain = capsys.readouterr()
    assert main(["predict", str(project), str(new), "-o", "-"]) == 0
    assert capsys.readouterr() == plain
    assert list(tmp_path.iterdir()) == [new]


def test_predictions_are_those_of_the_model(
    project: Path, new: Path, tmp_path: Path, capsys: Capture
) -> None:
    out = tmp_path / "out.csv"
    assert main(["predict", str(project), str(new), "-o", str(out)]) == 0
    assert capsys.readouterr().out == f"wrote {out}: 4 predictions\n"
    model = load_model(project)
    assert model.pipeline is not None
    raw = {"height (cm)": [9.5, 31.25], "weight": [1.2, 1.1], "colour": ["white", "red"]}
    shares = model.pipeline.decode(model.network.predict(model.pipeline.transform(raw))).probabilities
    rows = rows_of(out.read_text(encoding="utf-8"))
    found = np.array([row[1:] for row in (rows[1], rows[3])], float)
    np.testing.assert_allclose(found, shares, atol=1e-5)


def test_the_table_that_was_learned_from_is_not_needed(
    project: Path, new: Path, tmp_path: Path, capsys: Capture
) -> None:
    moved = shutil.copy(project, tmp_path / "moved.nnplay")
    forget_tables()
    assert main(["predict", str(moved), str(new)]) == 0
    assert "rose" in capsys.readouterr().out


def test_rows_without_names_are_in_the_models_order(project: Path, tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "bare.csv"
    path.write_text("9,5;1,200;white\n51,5;2,611;red\n", encoding="utf-8")
    assert main(["predict", str(project), str(path)]) == 0
    assert [row[0] for row in rows_of(capsys.readouterr().out)[1:]] == ["daisy", "tulip"]


def test_rows_of_a_sheet_and_errors_name_the_options_of_the_table(
    project: Path, tmp_path: Path, capsys: Capture
) -> None:
    made = book([["weight", "colour"], [1, "red"]])
    for row in (["weight", "colour", "height (cm)"], [1, "white", 9]):
        (made["new"] if "new" in made else made.create_sheet("new")).append(row)
    path = saved(tmp_path / "new.xlsx", made)
    assert "--sheet chooses another sheet: new" in failing(["predict", str(project), str(path)], capsys)
    assert main(["predict", str(project), str(path), "--sheet", "new"]) == 0
    out, err = capsys.readouterr()
    assert (rows_of(out)[1][0], err) == ("daisy", "")
    made.active = 1
    assert main(["predict", str(project), str(saved(path, made))]) == 0
    assert "the sheet new was read; --sheet chooses another: Sheet" in capsys.readouterr().err
    bare = tmp_path / "bare.csv"
    bare.write_text("weight,1\n1,2\n", encoding="utf-8")
    for command in ("predict", "evaluate"):
        assert "--header reads it as names" in failing([command, str(project), str(bare)], capsys)


def test_columns_come_before_the_predictions_when_asked(
    project: Path, new: Path, tmp_path: Path, capsys: Capture
) -> None:
    out, again = tmp_path / "out.csv", tmp_path / "again.csv"
    assert main(["predict", str(project), str(new), "--with-columns", "-o", str(out)]) == 0
    names, *rows = rows_of(out.read_text(encoding="utf-8"))
    assert names[:4] == ["height (cm)", "weight", "colour", "prediction"]
    assert [row[:4] for row in rows] == [
        ["9,5", "1,2", "white", "daisy"],
        ["51", "2,611", "", ""],
        ["31,25", "1,1", "red", "rose"],
        ["", "1,1", "blue", ""],
    ]
    # What was written is read again.
    assert main(["predict", str(project), str(out), "-o", str(again)]) == 0
    assert [row[0] for row in rows_of(again.read_text(encoding="utf-8"))[1:]] == ["daisy", "", "rose", ""]


def test_any_number_of_unknown_texts_is_predicted(project: Path, tmp_path: Path, capsys: Capture) -> None:
    many = tmp_path / "many.csv"
    rows = "".join(f"1,c{i},2\n" for i in range(60))
    many.write_text(f"weight,colour,height (cm)\n{rows}1,red,2\n", encoding="utf-8")
    assert main(["predict", str(project), str(many)]) == 0
    out, err = capsys.readouterr()
    assert len({tuple(row) for row in rows_of(out)[1:61]}) == 1
    assert rows_of(out)[61] != rows_of(out)[60]
    assert (
        err == "numpynet: colour has 60 texts that the model never saw: c0, c1, c10, c11, c12 and 55 more\n"
    )


def test_an_evaluation_counts_the_rows_that_can_be_compared(project: Path, capsys: Capture) -> None:
    assert main(["evaluate", str(project), str(project.parent / "flowers.csv")]) == 0
    out = capsys.readouterr().out
    assert out.startswith("flowers.csv: 147 of 150 rows\n")
    assert float(out.split("Accuracy: ")[1].removesuffix(" %\n")) > 95
    assert main(["evaluate", str(project)]) == 0
    assert capsys.readouterr().out.startswith("flowers: 44 test samples, loss 0.")


def test_values_have_errors_in_their_own_units(tmp_path: Path, new: Path, capsys: Capture) -> None:
    rng = np.random.default_rng(0)
    x = rng.uniform(-2, 2, 200)
    table = tmp_path / "prices.csv"
    table.write_text("area,price\n" + "".join(f"{a:.3f},{3 * a + 5:.3f}\n" for a in x), encoding="utf-8")
    out = tmp_path / "prices.nnplay"
    options = [
        "--target",
        "price",
        "--regression",
        "--layers",
        "",
        "--learning-rate",
        "0.1",
        "--epochs",
        "40",
    ]
    assert main(["train", str(table), *options, "--export", str(out)]) == 0
    capsys.readouterr()
    assert main(["evaluate", str(out), str(table)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert float(lines[1].split()[1]) < 0.01, lines
    table.write_text("area,price\n1,8\n", encoding="utf-8")
    assert main(["evaluate", str(out), str(table)]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [
        "prices.csv:",
        "MAE",
        "RMSE",
    ]
    table.write_text(f"area,price\n{x[0]:.3f},\n", encoding="utf-8")
    assert main(["predict", str(out), str(table)]) == 0
    names, *rows = rows_of(capsys.readouterr().out)
    assert names == ["prediction"]
    assert float(rows[0][0]) == pytest.approx(3 * x[0] + 5, abs=0.02)


def test_points_and_images(tmp_path: Path, capsys: Capture) -> None:
    moons, digits = tmp_path / "moons.nnplay", tmp_path / "digits.nnplay"
    assert main(["train", "moons", "--epochs", "30", "--export", str(moons)]) == 0
    points = tmp_path / "points.csv"
    points.write_text("x2,x1\n0.5,-1\n-0.5,1\n", encoding="utf-8")
    capsys.readouterr()
    assert main(["predict", str(moons), str(points)]) == 0
    assert len({row[0] for row in rows_of(capsys.readouterr().out)[1:]}) == 2
    assert main(["train", "digits", "--epochs", "3", "--export", str(digits)]) == 0
    folder = tmp_path / "scans"
    folder.mkdir()
    for name in ("b.png", "a.png"):
        Image.new("L", (20, 30), 255).save(folder / name)
    capsys.readouterr()
    assert main(["predict", str(digits), str(folder)]) == 0
    names, *rows = rows_of(capsys.readouterr().out)
    assert (names[:2], [Path(row[0]).name for row in rows]) == (["file", "prediction"], ["a.png", "b.png"])
    assert main(["predict", str(digits), str(folder), "--invert"]) == 0
    assert rows_of(capsys.readouterr().out)[1:] != rows
    # Damaged ones are named, and lose no other prediction.
    (folder / "aa.png").write_bytes(b"text")
    Image.new("L", (20, 30), 255).save(folder / "c.tif")
    out = tmp_path / "out.csv"
    for options in ([], ["-o", str(out)]):
        assert main(["predict", str(digits), str(folder), *options]) == 1
        text, err = capsys.readouterr()
        lines = rows_of(out.read_text(encoding="utf-8") if options else text)[1:]
        assert [Path(line[0]).name for line in lines] == ["a.png", "aa.png", "b.png", "c.tif"]
        assert (lines[0], lines[1][1:], lines[2]) == (rows[0], [""] * 11, rows[1])
        assert lines[3][1] == rows[0][1]
        assert err.splitlines() == [
            f"numpynet: {folder / 'aa.png'}: it is no image of a known format (PNG, JPEG, TIFF, BMP, GIF, WebP)",
            "numpynet: 1 of 4 images cannot be read and have no prediction; the others have",
        ]
    for name in ("a.png", "b.png", "c.tif"):
        (folder / name).unlink()
    assert "aa.png: it is no image" in failing(["predict", str(digits), str(folder)], capsys)
    (folder / "b.png").write_bytes(b"")
    assert failing(["predict", str(digits), str(folder)], capsys).endswith(", and 1 more cannot be read")
    assert "--invert is for images" in failing(["predict", str(moons), str(points), "--invert"], capsys)


def test_what_cannot_be_predicted_is_a_sentence(
    project: Path, new: Path, tmp_path: Path, capsys: Capture
) -> None:
    bare = tmp_path / "bare.nnplay"
    save_project(bare, load_project(project)[0], None)
    lacking, empty = tmp_path / "lacking.csv", tmp_path / "empty.csv"
    lacking.write_text("weight;colour\n1,2;red\n", encoding="utf-8")
    empty.write_text("weight;colour;height (cm)\n;red;\n;red;3\n", encoding="utf-8")
    unknown, other = tmp_path / "unknown.csv", tmp_path / "other.csv"
    unknown.write_text("weight;colour;height (cm);kind\n1;red;2;\n;red;2;rose\n", encoding="utf-8")
    other.write_text("weight;colour;height (cm);kind\n1;red;2;oak\n2;red;2;rose\n", encoding="utf-8")
    gaps = tmp_path / "gaps.csv"
    gaps.write_text("weight;colour;height (cm)\n1;red;\n;red;3\n", encoding="utf-8")
    words = tmp_path / "words.csv"
    words.write_text("weight;colour;height (cm)\nheavy;red;2\nlight;red;3\n", encoding="utf-8")
    (tmp_path / "a.txt").write_text("x")
    for arguments, sentence in (
        (
            ["predict", str(tmp_path / "no.nnplay"), str(new)],
            f"There is no file {tmp_path / 'no.nnplay'}",
        ),
        (["predict", str(project), str(tmp_path / "no.csv")], f"There is no file {tmp_path / 'no.csv'}"),
        (["predict", str(bare), str(new)], "bare.nnplay has no weights; train it first"),
        (["predict", str(tmp_path / "a.txt"), str(new)], "must end with one of "),
        (
            ["predict", str(project), str(lacking)],
            "lacking.csv lacks the column 'height (cm)', which the model needs",
        ),
        (["predict", str(project), str(empty)], "None of its cells is a number in the chosen format"),
        (["predict", str(project), str(gaps)], "Every row lacks a value that the model needs"),
        (
            ["predict", str(project), str(words)],
            "weight cannot be read as the model needs it. None of",
        ),
        (["predict", str(project), str(new), str(new)], "One table is read at a time, got 2"),
        (["predict", str(project), str(new), "-o", str(new)], "new.csv is what is read"),
        (
            ["predict", str(project), str(new), "-o", str(tmp_path / "no" / "a.csv")],
            "a.csv cannot be written",
        ),
        (
            ["evaluate", str(project), str(unknown)],
            "unknown.csv has no row with a value of kind and all that",
        ),
        (
            ["evaluate", str(project), str(other)],
            "other.csv: kind must be one of daisy, rose, tulip, got 'oak'",
        ),
        (
            ["evaluate", str(project), str(new)],
            "new.csv lacks the column 'kind', whose values the model predicts",
        ),
    ):
        assert sentence in failing(arguments, capsys)


def bare_onnx(folder: Path, network: Network) -> Path:
    """As PyTorch writes it: without preprocessing and names."""
    from core.formats.onnx.writer import onnx_bytes, onnx_graph

    path = folder / "net.onnx"
    path.write_bytes(onnx_bytes(onnx_graph(network, None), {}))
    return path


def test_a_model_without_preprocessing_predicts_rows_as_they_are(tmp_path: Path, capsys: Capture) -> None:
    pytest.importorskip("onnx")
    network = Network(LAYERS.parse("dense 5 tanh, dense 3 softmax"), (2,), seed=0)
    model, rows = bare_onnx(tmp_path, network), tmp_path / "rows.csv"
    rows.write_text("width,length\n1.5,2\n-3,400\n")
    assert "predict with --inputs as-is" in failing(["predict", str(model), str(rows)], capsys)
    assert main(["predict", str(model), str(rows), "--inputs", "as-is"]) == 0
    out, err = capsys.readouterr()
    names, *found = rows_of(out)
    assert names == ["prediction", "P(0)", "P(1)", "P(2)"]
    wanted = network.predict(np.array([[1.5, 2], [-3, 400]], np.float32))
    assert [row[0] for row in found] == [str(each) for each in wanted.argmax(axis=1)]
    np.testing.assert_allclose([list(map(float, row[1:])) for row in found], wanted, atol=1e-5)
    assert err == (
        "numpynet: rows.csv has no columns x1, x2; its first are taken in their order: width, length\n"
    )


def test_a_model_without_preprocessing_takes_bytes_of_images(tmp_path: Path, capsys: Capture) -> None:
    pytest.importorskip("onnx")
    network = Network(LAYERS.parse("flatten, dense 1"), (6, 6, 1), seed=0)
    Image.fromarray(np.arange(36, dtype=np.uint8).reshape(6, 6) * 7).save(tmp_path / "a.png")
    assert (
        main(["predict", str(bare_onnx(tmp_path, network)), str(tmp_path / "a.png"), "--inputs", "as-is"])
        == 0
    )
    names, row = rows_of(capsys.readouterr().out)
    assert names == ["file", "prediction"]
    wanted = network.predict(np.arange(36, dtype=np.float32).reshape(1, 6, 6, 1) * 7)[0, 0]
    assert float(row[1]) == pytest.approx(wanted, rel=1e-4)


def test_a_model_with_preprocessing_does_not_take_rows_as_they_are(
    project: Path, new: Path, capsys: Capture
) -> None:
    sentence = failing(["predict", str(project), str(new), "--inputs", "as-is"], capsys)
    assert "has preprocessing of its own; leave out --inputs as-is" in sentence


def test_a_model_of_texts_reads_no_tables(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    experiment = Experiment(dataset=Names(samples=300), layers=(Reshape((16, 1)), Dense(8, "tanh")))
    experiment = experiment.with_training(loss="cross_entropy")
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared, record_initial=False)
    path = tmp_path / "names.nnplay"
    save_project(path, experiment, TrainerState.of(trainer, prepared.pipeline))
    (tmp_path / "new.csv").write_text("a,b\n1,2\n")
    sentence = failing(["predict", str(path), str(tmp_path / "new.csv")], capsys)
    assert sentence.endswith(
        "This model takes texts, which are not read from files here; predict them in a program"
    )
    assert main(["evaluate", str(path)]) == 0
    assert "loss of others: uniform 3.2958, unigram" in capsys.readouterr().out


def test_a_sealed_test_is_opened_once_by_the_command_line(tmp_path: Path, capsys: Capture) -> None:
    project = train_flowers(tmp_path, "--sealed", "0.2")
    out = capsys.readouterr().out
    assert "\nvalidation  loss" in out
    assert "\ntest: 30 samples, sealed; " in out
    assert main(["evaluate", str(project)]) == 0
    out = capsys.readouterr().out
    assert re.match(r"flowers: \d+ validation samples, loss 0\.", out)
    assert "test: 30 samples, sealed" in out
    _, before = load_project(project)
    for _ in range(2):
        assert main(["evaluate", str(project), "--open-test"]) == 0
        assert re.search(r"\ntest: [\d.]+ %, ±[\d.]+ by luck, opened at epoch 30\n", capsys.readouterr().out)
    _, state = load_project(project)
    assert before is not None
    assert before.opened is None
    assert state is not None
    assert state.opened is not None
    assert (state.opened.look, len(state.openings)) == (1, 1)


def test_only_what_is_sealed_can_be_opened(project: Path, capsys: Capture) -> None:
    said = failing(["evaluate", str(project), "--open-test"], capsys)
    assert "flowers.nnplay has no sealed test; train it with --sealed" in said
    said = failing(["train", "classic_xor", "--sealed", "0.2"], capsys)
    assert "has no samples that could be sealed" in said
