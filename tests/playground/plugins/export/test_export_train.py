"""Training without a window."""

from __future__ import annotations

from pathlib import Path

import pytest

from core.experiment.experiment import Experiment
from core.experiment.stack_problems import with_task
from core.io.strict_json import dump
from core.train.tasks.flow_matching import FlowMatching
from playground.cli import main
from tests.playground.cli.test_train import (
    experiment,  # noqa: F401
    numbers_of,
)


def test_a_field_is_trained_judged_and_exported(
    experiment: Experiment, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Flow matching: the error is that of velocities, and every file has the field."""
    made = with_task(experiment, FlowMatching())
    (tmp_path / "flow.json").write_bytes(dump(made.to_json()).encode())
    project = str(tmp_path / "flow.nnplay")
    assert main(["train", str(tmp_path / "flow.json"), "--epochs", "5", "--export", project]) == 0
    assert numbers_of(capsys.readouterr().out).keys() == {"train", "test"}
    files = [str(tmp_path / f"flow{suffix}") for suffix in (".npz", ".safetensors", ".weights.csv")]
    assert main(["export", project, *files]) == 0
    assert main(["evaluate", project]) == 0
    assert "MAE" in capsys.readouterr().out
