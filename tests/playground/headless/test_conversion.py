"""A trained project in other formats."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.experiment.project_file import load_project
from playground.cli import main
from tests.playground.command_line import failing
from tests.playground.headless.flowers import train_flowers


def test_a_project_is_written_in_every_format(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project = train_flowers(tmp_path)
    outputs = [tmp_path / f"out{suffix}" for suffix in (".npz", ".safetensors", ".nnplay")]
    capsys.readouterr()
    assert main(["export", str(project), *map(str, outputs)]) == 0
    assert capsys.readouterr().out == "".join(f"wrote {path}\n" for path in outputs)
    state, copied = load_project(project)[1], load_project(outputs[2])[1]
    assert state is not None
    assert copied is not None
    assert copied.pipeline == state.pipeline
    with np.load(outputs[0]) as arrays:
        np.testing.assert_array_equal(arrays["dense/kernel"], state.weights["layer_0/kernel"])
    assert "is what is read" in failing(["export", str(project), str(project)], capsys)
    assert "must end with one of" in failing(["export", str(project), str(tmp_path / "a.xyz")], capsys)
