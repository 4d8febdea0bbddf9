"""`numpynet seeds`: what it prints and writes, and how it ends early."""

from __future__ import annotations

import csv
import re
import signal
from contextlib import closing
from pathlib import Path

import pytest

from core.runs.store import Store
from core.seeds import SeedTraining
from playground.cli import main
from tests.playground.command_line import failing

LINE = re.compile(
    r"^test loss +([\d.]+) +([\d.]+) to ([\d.]+) +([\d.]+) +seed (\d+) +([\d.]+) +seed (\d+)", re.M
)


def test_median_and_spread_are_those_of_the_single_trainings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "seeds.csv"
    call = ["moons", "--epochs", "4", "--engine", "numpy", "--seed", "3"]
    assert main(["seeds", *call, "-n", "5", "-o", str(table)]) == 0
    out, err = capsys.readouterr()
    assert "Moons: 5 seeds, 3 to 7, 4 epochs in" in out
    assert "on threads" in out or "one after the other" in out
    assert "20/20" in err, "the progress bar"
    rows = list(csv.DictReader(table.read_text().splitlines()))
    losses = sorted((float(row["test_loss"]), row["seed"]) for row in rows)
    found = LINE.search(out)
    assert found is not None
    assert [float(found[place]) for place in (2, 1, 3)] == pytest.approx(
        [losses[i][0] for i in (1, 2, 3)], abs=1e-4
    )
    assert (found[5], found[7]) == (losses[0][1], losses[-1][1])
    with closing(Store()) as store:
        (kept,) = (each for each in store.sets() if each.name == "5 seeds: Moons")
        members = store.members(kept.id)
        assert [(run.name, run.trial.seed, str(run.test_loss)) for run in members] == [
            (f"Seed {row['seed']}", int(row["seed"]), row["test_loss"]) for row in rows
        ]
        assert all(store.load(run.id)[1] is not None for run in members)
        assert main(["seeds", *call, "-n", "5", "--no-runs"]) == 0
        assert len(store.members(kept.id)) == len([run for run in store.summaries() if run.set_id]) == 5
    assert main(["train", *call]) == 0
    assert f"test   loss {float(rows[0]['test_loss']):.4f}" in capsys.readouterr().out


def test_ctrl_c_prints_and_writes_what_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = SeedTraining.run_for

    def interrupted(training: SeedTraining, seconds: float) -> None:
        whole(training, 0.0)
        signal.raise_signal(signal.SIGINT)

    monkeypatch.setattr(SeedTraining, "run_for", interrupted)
    table = tmp_path / "seeds.csv"
    assert main(["seeds", "moons", "-n", "2", "--engine", "numpy", "-o", str(table)]) == 130
    assert "2 seeds, 0 to 1, stopped after 0 epochs" in capsys.readouterr().out
    assert len(table.read_text().splitlines()) == 3


def test_seeds_that_diverge_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    call = ["hills", "-n", "2", "--epochs", "9", "--optimizer", "sgd", "--learning-rate", "100"]
    assert main(["seeds", *call, "--layers", "dense 30 relu; dense 30 relu"]) == 0
    out = capsys.readouterr().out
    assert out.count("Training stopped: ") == 2


def test_the_call_is_checked_before_it_trains(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "seeds.csv cannot be written" in failing(
        ["seeds", "xor", "-o", str(tmp_path / "no" / "seeds.csv")], capsys
    )
    with pytest.raises(SystemExit):
        main(["seeds", "xor", "-n", "65"])
    assert "seeds must be a whole number from 2 to 64, got 65" in capsys.readouterr().err
