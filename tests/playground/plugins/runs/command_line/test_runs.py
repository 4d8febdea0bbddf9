"""Kept runs on the command line: the list, a table of it, and one run as files."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from core.experiment.project_file import load_project
from core.runs import store as run_store
from core.runs.store import Store
from playground.cli import main
from tests.core.runs.made_runs import POINTS, finished
from tests.playground.command_line import failing


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the runs that the command finds."""
    path = tmp_path / "data" / "runs.sqlite"
    monkeypatch.setattr(run_store, "runs_path", lambda: path)
    return path


def _keep(path: Path) -> None:
    store = Store(path)
    store.record(finished(epochs=2))
    store.record(finished(POINTS.with_training(batch_size=32), epochs=3))
    store.close()


def test_no_runs_are_a_sentence_and_make_no_file(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["runs"]) == 0
    assert capsys.readouterr().out == "no runs are kept yet; those of the window appear here\n"
    assert not kept.exists()


def test_runs_are_listed_and_searched(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _keep(kept)
    assert main(["runs"]) == 0
    head, newest, oldest = capsys.readouterr().out.splitlines()
    assert head.split()[:4] == ["Run", "Star", "Data", "Name"]
    assert "batch 32" in newest
    assert "Squares" in oldest
    assert main(["runs", "--search", "batch zebra"]) == 0
    assert capsys.readouterr().out == "no run matches\n"


def test_the_list_becomes_a_table(kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _keep(kept)
    assert main(["runs", "--csv", str(tmp_path / "runs.csv"), "--sort", "oldest"]) == 0
    assert capsys.readouterr().out == f"wrote {tmp_path / 'runs.csv'}, 2 runs\n"
    with (tmp_path / "runs.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["Batch size"] for row in rows] == ["10", "32"]
    assert [row["epochs"] for row in rows] == ["2", "3"]
    assert 0 <= float(rows[0]["test_score"]) <= 1


def test_a_run_is_written_as_project_and_model(
    kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _keep(kept)
    project, model = tmp_path / "run.nnplay", tmp_path / "run.npz"
    assert main(["runs", "2", "--export", str(project), "--export", str(model)]) == 0
    assert capsys.readouterr().out.startswith(f"wrote {project}\nwrote {model}, proven by numpy ")
    experiment, state = load_project(project)
    assert experiment.training.batch_size == 32
    assert state is not None
    assert state.epoch == 3
    assert model.exists()


def test_wrong_numbers_and_damage_are_sentences(
    kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _keep(kept)
    assert "There is no run 9" in failing(["runs", "9", "--export", str(tmp_path / "x.nnplay")], capsys)
    with pytest.raises(SystemExit):
        main(["runs", "2"])
    assert "go together" in capsys.readouterr().err
