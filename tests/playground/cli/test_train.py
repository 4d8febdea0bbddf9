"""Training without a window."""

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

from core.data.datasets import Moons
from core.experiment.early_stopping import PATIENCE
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.project_file import load_project, measured
from core.io.number_text import loss_text
from core.io.strict_json import dump
from core.nn import Dense, Dropout
from core.nn.blas_threads import limit_blas_threads
from core.optim import SGD
from core.optim.regularizers import L2
from core.train.trainer import Trainer
from playground.cli import main
from tests.core.compiled.two_engines import compiled_engine
from tests.playground.command_line import failing

pytestmark = pytest.mark.environment

__all__ = ["compiled_engine"]

NUMBERS = re.compile(r"^(train|test)\s+loss ([\d.]+)\s+(?:accuracy|R²) (-?[\d.]+)( %)?$", re.MULTILINE)


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
    found = NUMBERS.findall(text)
    return {
        part: (float(loss), float(score) / (100 if percent else 1)) for part, loss, score, percent in found
    }


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


def test_an_engine_is_chosen_and_named(
    json_file: Path, tmp_path: Path, compiled_engine: None, capsys: pytest.CaptureFixture[str]
) -> None:
    project, texts = tmp_path / "out.nnplay", {}
    for engine in ("numpy", "compiled"):
        words = ["train", str(json_file), "--epochs", "5", "--engine", engine, "--export", str(project)]
        assert main(words) == 0
        texts[engine] = capsys.readouterr().out
        assert f"trained by {engine}\n" in texts[engine]
        experiment, state = load_project(project)
        assert experiment.training.engine == engine
        assert state is not None
        assert state.numbers["engines"] == [engine]
    assert numbers_of(texts["compiled"]) == numbers_of(texts["numpy"])
    # Another engine goes on where the training stood.
    assert main(["train", str(project), "--epochs", "5", "--engine", "numpy"]) == 0
    assert re.search(r"epoch 10, .* trained by compiled and numpy\n", capsys.readouterr().out)


def test_an_engine_that_cannot_train_the_network_is_refused(
    compiled_engine: None, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["train", "moons", "--epochs", "1", "--layers", "gaussian_noise 0.1", "--engine", "compiled"]
    assert failing(words, capsys) == ("numpynet: The compiled engine has no GaussianNoise layer.")


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
    # Another learning rate goes on, and another seed trains from the start.
    assert main(["train", str(half), "--epochs", "1", "--learning-rate", "0.001"]) == 0
    assert "epoch 3," in capsys.readouterr().out
    assert main(["train", str(half), "--epochs", "1", "--optimizer", "sgd"]) == 0
    assert "epoch 3," in capsys.readouterr().out
    assert main(["train", str(half), "--epochs", "1", "--seed", "9"]) == 0
    assert "epoch 1," in capsys.readouterr().out


def test_a_small_network_is_trained_by_one_thread_as_in_the_window(
    json_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: set[int] = set()
    run_for = Trainer.run_for

    def watched(trainer: Trainer, seconds: float, steps: int | None = None) -> None:
        threads.update(pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas")
        run_for(trainer, seconds, steps)

    monkeypatch.setattr(Trainer, "run_for", watched)
    with threadpool_limits(2, user_api="blas"):
        assert main(["train", str(json_file), "--epochs", "1"]) == 0
    assert threads == {1}


def test_the_losses_are_those_of_the_window(json_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    experiment = load_project(json_file)[0]
    trainer = make_trainer(experiment, prepare(experiment))
    with limit_blas_threads():
        for _ in range(3):
            trainer.run_epoch()
    assert main(["train", str(json_file), "--epochs", "3"]) == 0
    found, score = numbers_of(capsys.readouterr().out), experiment.task.score
    for name in ("train", "test"):
        figure = trainer.figures.of(name)
        assert found[name] == (
            float(loss_text(figure.loss)),
            float(score.text(figure.score).strip(" %")) / 100,
        )
    # In use: the mean over the batches of the epoch, before each was learned from, is larger.
    assert trainer.evaluate(trainer.train) == trainer.figures.train
    assert trainer.figures.train.loss < trainer.figures.mean_loss - 1e-3


def test_settings_are_changed_by_options(json_file: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.nnplay"
    options = [
        "--layers",
        "dense 5 relu; dropout 0.1; dense 3",
        "--optimizer",
        "sgd",
        "--learning-rate",
        "0.2",
    ]
    more = ["--batch-size", "7", "--train-share", "0.6", "--seed", "5", "--data-seed", "6"]
    assert main(["train", str(json_file), "--epochs", "1", *options, *more, "--export", str(out)]) == 0
    experiment = load_project(out)[0]
    assert experiment.layers == (Dense(5, "relu"), Dropout(0.1), Dense(3))
    assert experiment.training.optimizer == SGD(learning_rate=0.2)
    assert (experiment.training.batch_size, experiment.train_share) == (7, 0.6)
    assert (experiment.seed, experiment.data_seed) == (5, 6)


def test_no_epoch_only_judges(json_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["train", str(json_file), "--epochs", "0"]) == 0
    assert numbers_of(capsys.readouterr().out)["train"][0] > 0.3


def test_an_unknown_suffix_is_refused_before_training(
    json_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sentence = failing(["train", str(json_file), "--export", str(tmp_path / "a.txt")], capsys)
    assert "a.txt" in sentence


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
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize("rows", [200, 400])
def test_a_small_table_sets_rows_apart_and_keeps_the_best_weights(
    rows: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path, rng = tmp_path / "noise.csv", np.random.default_rng(0)
    values = rng.normal(size=(rows, 9)).round(4)
    path.write_text("\n".join(["a,b,c,d,e,f,g,h,y", *(",".join(map(str, row)) for row in values)]), "utf-8")
    words = ["train", str(path), "--target", "y", "--export", str(tmp_path / "n.nnplay")]
    assert main(words) == 0
    printed = capsys.readouterr()
    experiment, state = load_project(tmp_path / "n.nnplay")
    assert state is not None
    assert experiment.training.regularizer == L2(0.01 if rows == 200 else 0.006)
    if rows == 200:
        assert (experiment.held_out, state.epoch) == (0.0, 50), "too few to set some apart"
        return
    found = re.search(
        r"the 42 training samples set apart were predicted best after epoch (\d+) of (\d+)", printed.err
    )
    assert found is not None
    best, last = map(int, found.groups())
    assert last == best + PATIENCE
    assert state.epoch == best
    assert f"epoch {best}," in printed.out
    data = prepare(experiment)
    trainer = measured(experiment, state, data)
    assert data.held is not None
    lowest = trainer.evaluate(data.held).loss
    trainer.run_epoch()
    assert trainer.evaluate(data.held).loss >= lowest
    assert main([*words, "--epochs", "2"]) == 0
    assert "set apart" not in capsys.readouterr().err


def test_what_flatters_or_hides_is_said_of_a_table(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # The target once more, free texts, rows that stand twice, and a class that nothing tells of.
    path, rng = tmp_path / "table.csv", np.random.default_rng(0)
    kinds = ["rare" if row % 20 == 0 else "ab"[row % 2] for row in range(200)]
    rows = [f"{row % 10},{kind},note {rng.integers(10**9)},{kind}" for row, kind in enumerate(kinds)]
    path.write_text("\n".join(["size,copy,remark,kind", *rows]), "utf-8")
    words = ["train", str(path), "--target", "kind", "--epochs", "1", "--layers", ""]
    assert main(words) == 0
    said = capsys.readouterr().err
    assert re.search(r"table\.csv: copy .*; --ignore copy leaves it out\n", said)
    assert "table.csv: not learned from, since they hold texts or number the rows: remark\n" in said
    assert re.search(r"numpynet: \d+ of \d+ test samples equal one that was learned from", said)
    assert main([*words, "--ignore", "copy,remark"]) == 0
    said = capsys.readouterr().err
    assert "--ignore" not in said
    assert "not learned from" not in said
    assert re.search(r"None of the \d+ test samples of \w+ is recognized", said)
