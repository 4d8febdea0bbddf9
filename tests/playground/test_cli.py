"""The command line without a window: output, files and errors."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file
from threadpoolctl import threadpool_info, threadpool_limits

from core import __version__
from core.data.datasets import DATASETS, Moons
from core.experiment.experiment import Experiment
from core.experiment.presets import preset_files
from core.experiment.project_file import load_project, save_project
from core.io.strict_json import dump
from core.nn import Dense
from core.train.trainer import Trainer
from core.train.training_config import TrainingConfig
from playground.cli import main

NUMBERS = re.compile(r"^(train|test)\s+loss ([\d.]+)\s+(?:accuracy|R²) (-?[\d.]+)$", re.MULTILINE)


@pytest.fixture
def experiment() -> Experiment:
    return Experiment(name="Small", dataset=Moons(samples=100), layers=(Dense(8, "tanh"),))


@pytest.fixture
def json_file(experiment: Experiment, tmp_path: Path) -> Path:
    path = tmp_path / "small.json"
    path.write_bytes(dump(experiment.to_json()).encode())
    return path


def numbers_of(text: str) -> dict[str, tuple[float, float]]:
    """{"train": (loss, accuracy), "test": ...} as printed."""
    return {part: (float(loss), float(score)) for part, loss, score in NUMBERS.findall(text)}


def test_a_preset_trains_and_reports(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "moons", "--epochs", "30"]) == 0
    out, err = capsys.readouterr()
    found = numbers_of(out)
    assert found.keys() == {"train", "test"}
    assert found["test"][1] > 0.9
    assert "epoch 30" in out
    assert "precision" in out.lower(), "the classification matrix"
    assert "30/30" in err, "the progress bar"


def test_a_regression_reports_what_fits_it(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", "hills", "--epochs", "5"]) == 0
    out, _ = capsys.readouterr()
    assert "R²" in out
    assert "MAE" in out
    assert "precision" not in out.lower()


def test_the_same_seed_gives_the_same_numbers(json_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts = []
    for seed in ("3", "3", "4"):
        assert main(["train", str(json_file), "--epochs", "5", "--seed", seed]) == 0
        texts.append(capsys.readouterr().out)
    assert texts[0] == texts[1]
    assert numbers_of(texts[0]) != numbers_of(texts[2])


def test_every_export_holds_the_same_network(json_file: Path, tmp_path: Path, experiment: Experiment) -> None:
    files = [tmp_path / f"out{suffix}" for suffix in (".npz", ".safetensors", ".nnplay")]
    exports = [word for file in files for word in ("--export", str(file))]
    assert main(["train", str(json_file), "--epochs", "3", *exports]) == 0
    npz, tensors, project = files
    opened, progress = load_project(project)
    assert opened == experiment
    assert progress is not None
    assert progress.numbers["epoch"] == 3
    kernels = [progress.arrays[f"weights/layer_{index}/kernel"] for index in range(2)]
    with np.load(npz) as arrays:
        stored = sorted((arrays[name] for name in arrays.files if arrays[name].ndim == 2), key=np.size)
    for kernel, found in zip(sorted(kernels, key=np.size), stored, strict=True):
        assert np.array_equal(kernel, found) or np.array_equal(kernel, found.T)
    weights = load_file(tensors)
    np.testing.assert_array_equal(weights["0.weight"], kernels[0].T)


def test_a_project_goes_on_where_it_stood(
    json_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    half, whole, again = (tmp_path / f"{name}.nnplay" for name in ("half", "whole", "again"))
    assert main(["train", str(json_file), "--epochs", "2", "--export", str(half)]) == 0
    assert main(["train", str(half), "--epochs", "2", "--export", str(again)]) == 0
    assert "epoch 4" in capsys.readouterr().out
    assert main(["train", str(json_file), "--epochs", "4", "--export", str(whole)]) == 0
    first, second = load_project(whole)[1], load_project(again)[1]
    assert first is not None
    assert second is not None
    for name, array in first.arrays.items():
        np.testing.assert_array_equal(array, second.arrays[name], err_msg=name)
    # Another seed trains from the start.
    assert main(["train", str(half), "--epochs", "1", "--seed", "9"]) == 0
    assert "epoch 1," in capsys.readouterr().out


def test_a_small_network_is_trained_by_one_thread_as_in_the_window(
    json_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: set[int] = set()
    run_epoch = Trainer.run_epoch

    def watched(trainer: Trainer) -> float:
        threads.update(pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas")
        return run_epoch(trainer)

    monkeypatch.setattr(Trainer, "run_epoch", watched)
    with threadpool_limits(2, user_api="blas"):
        assert main(["train", str(json_file), "--epochs", "1"]) == 0
    assert threads == {1}


def test_no_epoch_only_judges(json_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", str(json_file), "--epochs", "0"]) == 0
    assert numbers_of(capsys.readouterr().out)["train"][0] > 0.3


# --- failures -----------------------------------------------------------------------------------------------------


def failing(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """The sentence on standard error of a call that must exit with 1."""
    assert main(arguments) == 1
    out, err = capsys.readouterr()
    assert out == ""
    lines = [line for line in err.splitlines() if line and "epoch" not in line]
    assert len(lines) == 1, err
    assert lines[0].startswith("numpynet: ")
    assert "Traceback" not in err
    return lines[0]


def test_an_unknown_preset_lists_the_known(capsys: pytest.CaptureFixture[str]) -> None:
    sentence = failing(["train", "nothing"], capsys)
    assert "'nothing'" in sentence
    assert "spirals" in sentence


def test_a_missing_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "gone.json" in failing(["train", str(tmp_path / "gone.json")], capsys)


@pytest.mark.parametrize("name", ["broken.json", "broken.nnplay"])
def test_a_broken_file_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    (tmp_path / name).write_bytes(b"{ this is nothing")
    assert name in failing(["train", str(tmp_path / name)], capsys)


def test_an_unknown_suffix_is_refused_before_training(
    json_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sentence = failing(["train", str(json_file), "--export", str(tmp_path / "a.txt")], capsys)
    assert ".txt" in sentence


def test_a_stack_that_cannot_run_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    experiment = Experiment(
        name="Wrong", dataset="mnist", layers=(Dense(4),), training=TrainingConfig(loss="cross_entropy")
    )
    save_project(tmp_path / "wrong.nnplay", experiment, None)
    assert "Wrong cannot run" in failing(["train", str(tmp_path / "wrong.nnplay")], capsys)


def test_a_folder_that_is_not_there_is_told(
    json_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "nowhere" / "a.npz"
    assert main(["train", str(json_file), "--epochs", "1", "--export", str(out)]) == 1
    assert "a.npz cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["train"],
        ["train", "moons", "--epochs", "-1"],
        ["train", "moons", "--epochs", "many"],
        ["train", "moons", "--seed", str(2**31)],
        ["train", "moons", "--unknown"],
        ["--unknown"],
        ["datasets", "too", "many"],
    ],
    ids=" ".join,
)
def test_a_wrong_call_ends_with_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)
    assert end.value.code == 2
    assert "usage: numpynet" in capsys.readouterr().err


# --- lists --------------------------------------------------------------------------------------------------------


def test_datasets_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["datasets"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == [kind.kind for kind in DATASETS]
    assert any(line.split()[:2] == ["mnist", "images"] or "28 × 28 × 1" in line for line in lines)


def test_presets_are_listed_and_each_name_opens(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["presets"]) == 0
    names = [line.split()[0] for line in capsys.readouterr().out.splitlines()]
    assert len(names) == len(preset_files())
    for name in names:
        if not name.startswith("mnist"):
            assert main(["train", name, "--epochs", "0"]) == 0, name


def test_help_and_version(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, part in (
        (["--help"], "numpynet train"),
        (["train", "--help"], "--export"),
        (["--version"], __version__),
    ):
        with pytest.raises(SystemExit) as end:
            main(arguments)
        assert end.value.code == 0
        assert part in capsys.readouterr().out


def test_training_needs_no_screen_and_no_window_library(json_file: Path) -> None:
    code = (
        "import sys; from playground.cli import main; code = main(sys.argv[1:]); "
        "print([name for name in sys.modules if name.startswith('PySide6')]); sys.exit(code)"
    )
    environment = {
        key: value
        for key, value in os.environ.items()
        if key not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    done = subprocess.run(
        [sys.executable, "-c", code, "train", str(json_file), "--epochs", "1"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"
