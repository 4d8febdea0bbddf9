"""A new kind is one new file: some are added to a copy of the program in which nothing else changes.

The tests of all kinds run in the copy, and `tests/added_kinds/checks.py` uses them in the window.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from core.experiment.experiment import Experiment

ROOT = Path(__file__).resolve().parent.parent
ADDED = ROOT / "tests" / "added_kinds"
ROOMS = {
    "upsampling": "core/nn",
    "hard_sigmoid": "core/nn",
    "log_cosh": "core/nn",
    "amsgrad": "core/optim",
    "polynomial_decay": "core/optim",
    "checkerboard": "core/data/datasets",
    "denoising": "core/train/tasks",
    "csv_weights": "core/formats/weights",
    "weight_norms": "core/inspect",
    "steps_tab": "playground/views/results",
    "counting_page": "playground/window/pages",
    "clock_dock": "playground/window/panels",
    "epochs_view": "playground/plugins/runs/views/kinds",
}
KINDS = (
    "up_sampling2d", "hard_sigmoid", "log_cosh", "amsgrad", "polynomial_decay", "checkerboard", "denoising", "csv",
    "UpSampling2D", "HardSigmoid", "LogCosh", "AMSGrad", "PolynomialDecay", "Checkerboard", "Denoising",
    "CsvWeights",
)  # fmt: skip
TESTS_OF_ALL_KINDS = (
    "tests/core/test_exam.py",
    "tests/core/nn/test_onnx_stack.py",
    "tests/core/spec/test_spec.py",
    "tests/core/spec/test_registry.py",
    "tests/core/spec/test_setting.py",
    "tests/core/optim/test_optimizer.py",
    "tests/core/data/test_dataset.py",
    "tests/core/train/test_tasks.py",
    "tests/core/inspect/test_feature_map.py",
)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with the new modules."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("core", "playground", "tests"):
        # With the compiled modules: six programs compile nine hundred otherwise.
        shutil.copytree(ROOT / name, folder / name)
    (folder / "resources").mkdir()
    for path in (ROOT / "resources").iterdir():
        if path.name != "presets":
            (folder / "resources" / path.name).symlink_to(path, target_is_directory=path.is_dir())
    shutil.copytree(ROOT / "resources" / "presets", folder / "resources" / "presets")
    shutil.copy(ADDED / "90_small_parity.json", folder / "resources" / "presets")
    shutil.copy(ROOT / "pyproject.toml", folder)
    for name, room in ROOMS.items():
        shutil.copy(ADDED / f"{name}.py", folder / room)
    shutil.copy(ADDED / "checks.py", folder / "tests/playground/test_new_kinds.py")
    return folder


def run(folder: Path, *arguments: str) -> str:
    """Output of Python with only the copy importable; fails on a nonzero exit code."""
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder, env=environment, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, f"{done.stdout[-6000:]}\n{done.stderr[-3000:]}"
    return done.stdout


def pytest_in(folder: Path, *arguments: str) -> int:
    """The number of tests that passed."""
    out = run(folder, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *arguments)
    return int(out.split(" passed")[0].split()[-1])


def test_the_files_that_were_put_there_are_all_that_is_new(copy: Path) -> None:
    new = {
        path.relative_to(copy).as_posix()
        for folder in ("core", "playground")
        for path in (copy / folder).rglob("*.py")
        if not (ROOT / path.relative_to(copy)).exists()
    }
    assert new == {f"{room}/{name}.py" for name, room in ROOMS.items()}


def test_new_kinds_come_last_and_the_first_stay_the_first(copy: Path) -> None:
    code = (
        "from tests.core.kinds import REGISTRIES\n"
        "for registry in REGISTRIES: print(registry.noun, *registry.names(), sep=',')"
    )
    there = [line.split(",") for line in run(copy, "-c", code).splitlines()]
    here = [line.split(",") for line in run(ROOT, "-c", code).splitlines()]
    added = [(new[0], new[len(old) :]) for new, old in zip(there, here, strict=True) if new != old]
    assert all(new[: len(old)] == old for new, old in zip(there, here, strict=True))
    assert added == [
        ("layer", ["hard_sigmoid", "up_sampling2d"]),
        ("activation", ["hard_sigmoid"]),
        ("loss", ["log_cosh"]),
        ("optimizer", ["amsgrad"]),
        ("schedule", ["polynomial_decay"]),
        ("dataset", ["checkerboard"]),
        ("task", ["denoising"]),
        ("export format", ["csv"]),
    ]


def test_the_tests_of_all_kinds_pass_for_the_new_ones(copy: Path) -> None:
    """Shapes, gradients, in-place safety, resumed training, exporters: all tests of kinds."""
    assert pytest_in(copy, *TESTS_OF_ALL_KINDS, "-k", " or ".join(KINDS)) >= 80


@pytest.mark.slow(reason="8 s")
def test_the_window_takes_the_new_kinds(copy: Path) -> None:
    assert pytest_in(copy, "tests/playground/test_new_kinds.py") >= 20


def test_the_command_line_knows_the_new_kinds(copy: Path, tmp_path: Path) -> None:
    assert "checkerboard" in run(copy, "-m", "playground", "datasets")
    listed = run(copy, "-m", "playground", "presets", "--group", "Classics")
    assert "small_parity: Parity, 3-3-1" in listed
    assert "The paper: all eight rows. Counted here: 2 of 16 seeds reach it." in listed
    experiment, table = tmp_path / "new.json", tmp_path / "new.csv"
    chosen = {
        "dataset": "checkerboard",
        "loss": "log_cosh",
        "optimizer": "amsgrad",
        "schedule": "polynomial_decay",
        "task": "denoising",
    }
    described = Experiment().to_json() | {name: {"kind": kind} for name, kind in chosen.items()}
    described["layers"] = [{"kind": "dense", "activation": "hard_sigmoid"}]
    experiment.write_text(json.dumps(described))
    out = run(copy, "-m", "playground", "train", str(experiment), "--epochs", "2", "--export", str(table))
    assert "epoch 2" in out
    assert table.read_text().startswith("name,index,value\ndense/kernel,0,")
