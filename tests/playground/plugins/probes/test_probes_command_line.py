"""`numpynet probe`: what it finds, and how a check that fails ends it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.data.datasets import Moons
from core.experiment.experiment import Experiment
from core.io import strict_json
from core.nn import Dense
from core.probes import gradient_check
from playground.cli import main

SMALL = Experiment(name="Small", dataset=Moons(samples=60), layers=(Dense(6, "tanh"), Dense(3, "tanh")))


@pytest.fixture
def spec(tmp_path: Path) -> str:
    path = tmp_path / "small.json"
    path.write_text(strict_json.dump(SMALL.to_json()))
    return str(path)


def test_all_probes_say_what_they_find(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", spec, "--learning-rate", "0.01"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("rate: The loss falls fastest at ")
    assert lines[0].endswith("It is 0.01 now.")
    assert lines[1].startswith("gradients: Every gradient is right")
    assert [line.split()[0] for line in lines[2:5]] == ["1", "2", "3"]
    assert all("  right  " in line for line in lines[2:7])
    assert lines[7].startswith("overfit: The network learns a batch of ")


def test_whether_more_data_would_help_is_asked_by_name(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", spec, "--only", "data"]) == 0
    first, *rows = capsys.readouterr().out.splitlines()
    assert first.startswith(("data: Yes: ", "data: No: ", "data: Not clear: "))
    assert "with twice as many samples about " in first
    assert [row.split()[0] for row in rows] == ["5", "8", "12", "18", "28", "42"]
    assert all(" samples  train " in row and row.count("%") == 2 for row in rows)


def test_the_doctor_tries_its_prescriptions(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", spec, "--only", "doctor", "--learning-rate", "0.00001", "--epochs", "12"]) == 0
    first, *tried = capsys.readouterr().out.splitlines()
    assert first.startswith("doctor: Learning rate too small after 12 epochs. An epoch moves the weights")
    assert len(tried) == 3
    assert tried[0].startswith("  Learning rate 0.01: test loss ")
    assert tried[0].endswith(", better in 4 of 4")
    assert main(["probe", spec, "--only", "doctor", "--epochs", "3"]) == 0
    assert capsys.readouterr().out == "doctor: Nothing is found after 3 epochs.\n"


def test_a_wrong_gradient_and_a_network_that_cannot_learn_are_failures(
    spec: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    backward = gradient_check._BoundLayer.backward
    monkeypatch.setattr(
        gradient_check._BoundLayer,
        "backward",
        lambda self, gradient: np.array(backward(self, gradient)) * 1.01,
    )
    assert main(["probe", spec, "--only", "gradients"]) == 1
    out, err = capsys.readouterr()
    assert "1 · Dense" in out.splitlines()[1]
    assert "  WRONG  " in out
    assert err.startswith("numpynet: The gradient of 1 · Dense (inputs) is off by ")
    monkeypatch.undo()
    assert main(["probe", spec, "--only", "overfit", "--learning-rate", "1e-06"]) == 1
    assert "hardly moves" in capsys.readouterr().err


def test_what_does_not_fit_is_a_sentence(spec: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", spec, "--only", "rate", "--optimizer", "lbfgs"]) == 0
    assert "searches along lines" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["probe", spec, "--only", "luck"])
