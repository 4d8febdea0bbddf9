"""`numpynet generate`: points, rows and images from a trained field, and what it says of others."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core import Sequence
from core.data.datasets import Digits, Moons
from core.data.datasets.text_datasets import Names, TextFile
from core.data.texts import read_text
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.project_file import TrainerState, load_project, save_project
from core.experiment.stack_problems import with_task
from core.nn import Dense, Reshape
from core.train.tasks import FlowMatching
from playground.cli import main
from tests.playground.command_line import failing
from tests.playground.headless.flowers import train_flowers

pytestmark = pytest.mark.environment

Capture = pytest.CaptureFixture[str]


def trained(folder: Path, experiment: Experiment, task: FlowMatching | None) -> Path:
    made = experiment if task is None else with_task(experiment, task)
    prepared = prepare(made)
    trainer = make_trainer(made, prepared, record_initial=False)
    trainer.run_epoch()
    path = folder / f"{made.name}.nnplay"
    save_project(path, made, TrainerState.of(trainer, prepared.pipeline))
    return path


@pytest.fixture
def moons(tmp_path: Path) -> Path:
    points = Experiment(name="moons", dataset=Moons(samples=80), layers=(Dense(8, "silu"),))
    return trained(tmp_path, points, FlowMatching())


@pytest.fixture
def digits(tmp_path: Path) -> Path:
    images = Experiment(name="digits", dataset=Digits(), layers=(Dense(8, "silu"),))
    return trained(tmp_path, images, FlowMatching(conditional=True))


def test_points_are_those_of_the_library(moons: Path, tmp_path: Path, capsys: Capture) -> None:
    call = ["generate", str(moons), "-n", "7", "--steps", "5", "--method", "heun", "--seed", "3"]
    assert main(call) == 0
    out, err = capsys.readouterr()
    names, *rows = csv.reader(out.splitlines())
    assert names == ["x1", "x2"]
    wanted = Sequence.load(moons).sample(7, 5, "heun", 3)
    np.testing.assert_allclose(np.array(rows, float), wanted, rtol=1e-6)
    assert err.startswith("numpynet: mean distance to the nearest training sample ")
    file = tmp_path / "out.csv"
    assert main([*call, "-o", str(file)]) == 0
    assert capsys.readouterr().out == f"wrote {file}: 7 samples\n"
    assert file.read_text() == out


def test_rows_have_the_columns_and_categories_of_the_table(tmp_path: Path, capsys: Capture) -> None:
    experiment, _ = load_project(train_flowers(tmp_path))
    made = trained(tmp_path, experiment.replace(name="flow"), FlowMatching())
    capsys.readouterr()
    assert main(["generate", str(made), "-n", "20"]) == 0
    names, *rows = csv.reader(capsys.readouterr().out.splitlines())
    pipeline = prepare(experiment).pipeline
    assert names == list(pipeline.inputs.names_in)
    assert len(rows) == 20
    assert {row[names.index("colour")] for row in rows} <= {"white", "red", "yellow", ""}


def test_images_are_a_new_folder_or_a_table(digits: Path, tmp_path: Path, capsys: Capture) -> None:
    folder = tmp_path / "threes"
    call = ["generate", str(digits), "-n", "10", "--class", "3", "--guidance", "2"]
    assert main([*call, "-o", str(folder)]) == 0
    assert capsys.readouterr().out == f"wrote {folder}: 10 images\n"
    assert [path.name for path in sorted(folder.iterdir())] == [f"{place:02}.png" for place in range(1, 11)]
    made = Sequence.load(digits).sample(10, label=3, guidance=2.0)
    with Image.open(folder / "01.png") as image:
        assert image.mode == "L"
        # Whole numbers up to 16, as those of the data.
        np.testing.assert_allclose(np.asarray(image) / 255, made[0, :, :, 0].clip(0, 1), atol=0.035)
    assert "is there already" in failing([*call, "-o", str(folder)], capsys)
    assert main([*call, "-o", str(tmp_path / "pixels.csv")]) == 0
    assert (tmp_path / "pixels.csv").read_text().startswith("pixel_0_0,pixel_0_1,")


def test_what_cannot_be_made_is_a_sentence(
    moons: Path, digits: Path, tmp_path: Path, capsys: Capture
) -> None:
    said = failing(["generate", str(moons), "--class", "1"], capsys)
    assert said == "numpynet: sample: this model has not learned by class, so that no class can be asked for"
    assert "must be one of 0, 1, 2" in failing(["generate", str(digits), "--class", "zebra"], capsys)
    assert (
        failing(["generate", str(moons), "--guidance", "2"], capsys) == "numpynet: --guidance needs a --class"
    )
    points = trained(tmp_path, Experiment(name="plain", dataset=Moons(samples=60)), None)
    assert failing(["generate", str(points)], capsys).endswith("this one tells classes apart")
    assert "There is no file" in failing(["generate", str(tmp_path / "no.nnplay")], capsys)
    with pytest.raises(SystemExit):
        main(["generate", str(moons), "-n", "0"])
    assert "must be a whole number from 1 to 1000000, got 0" in capsys.readouterr().err


@pytest.fixture
def names(tmp_path: Path) -> Path:
    letters = Experiment(
        name="names", dataset=Names(samples=300), layers=(Reshape((16, 1)), Dense(8, "tanh"))
    )
    return trained(tmp_path, letters.with_training(loss="cross_entropy"), None)


def test_texts_are_those_of_the_library(names: Path, tmp_path: Path, capsys: Capture) -> None:
    call = ["generate", str(names), "ann", "-n", "3", "--length", "4", "--temperature", "1", "--top-k", "9"]
    assert main(call) == 0
    wanted = Sequence.load(names).generate("ann", 3, 4, 1.0, 9)
    assert capsys.readouterr().out.splitlines() == wanted
    file = tmp_path / "out.txt"
    assert main([*call, "-o", str(file)]) == 0
    assert capsys.readouterr().out == f"wrote {file}: 3 texts\n"
    assert file.read_text("utf-8").splitlines() == wanted
    assert main([call[0], call[1], "Ann", *call[3:]]) == 0
    assert capsys.readouterr() == ("\n".join(wanted) + "\n", "numpynet: Ann is read as ann\n")
    assert main(["generate", str(names)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 5


def test_choices_of_the_other_kind_of_model_are_refused(names: Path, moons: Path, capsys: Capture) -> None:
    for call, sentence in (
        ([str(names), "--steps", "5"], f"--steps is not for {names}, which makes texts"),
        ([str(names), "--class", "a"], f"--class is not for {names}, which makes texts"),
        ([str(moons), "--top-k", "5"], f"--top-k is not for {moons}, which makes samples"),
        ([str(moons), "ann"], f"A PROMPT is not for {moons}, which makes samples"),
        (
            [str(names), "Zo7"],
            "generate: the prompt cannot be read: '7' is none of the 27",
        ),
    ):
        assert sentence in failing(["generate", *call], capsys)


def test_a_terminal_does_not_obey_a_text(tmp_path: Path, capsys: Capture) -> None:
    path = tmp_path / "bad.txt"
    path.write_text("ab\x1b\u202e\n" * 50, "utf-8")
    dataset = TextFile.of(read_text(path, 1_000), samples_are="text", context=4, most=1_000)
    made = Experiment(name="bad", dataset=dataset, layers=(Reshape((4, 1)), Dense(8, "tanh")))
    model = trained(tmp_path, made.with_training(loss="cross_entropy"), None)
    assert main(["generate", str(model), "ab", "--length", "40", "--temperature", "3"]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert "\u202e" not in out
    assert "U+001B" in out
    assert "U+202E" in out
