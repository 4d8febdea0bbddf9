"""`numpynet sweep`: a spec to begin with, results as a table, going on, Ctrl+C, and what is wrong."""

from __future__ import annotations

import csv
import json
import os
import re
import signal
import sys
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from core.experiment.presets import preset_named
from core.io.command_lines import install_line
from core.runs import store as run_store
from core.runs import store as store_module
from core.runs.holder import me
from core.runs.store import Store
from core.runs.trial import TrialResult
from core.sweep.compute_target import ComputeTarget
from core.sweep.journal import Journal, journal_path
from core.sweep.processes import InTurn
from core.sweep.run_trial import Task
from core.sweep.sweep import Sweep
from playground.cli import main
from playground.plugins.runs.command_line.sweep import _SetKeeper
from tests.core.sweep.small_sweeps import small_sweep
from tests.playground.command_line import failing


@pytest.fixture(autouse=True)
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The file of the window's runs."""
    path = tmp_path / "data" / "runs.sqlite"
    monkeypatch.setattr(run_store, "runs_path", lambda: path)
    return path


def spec(folder: Path, sweep: Sweep | None = None, name: str = "rates.json") -> str:
    path = folder / name
    path.write_text(json.dumps((sweep or small_sweep()).to_json()), encoding="utf-8")
    return str(path)


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_sweep_ends_with_the_best_a_table_and_runs(
    tmp_path: Path, kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = tmp_path / "results.csv"
    assert main(["sweep", spec(tmp_path, small_sweep(seeds=2)), "--jobs", "1", "-o", str(table)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "done: 12 of 12 trials"
    assert lines[1].split() == ["optimizer.learning_rate", "layers.dense.units", "seeds", "test", "accuracy"]
    assert lines[-1] == f"wrote {table}"
    rows = rows_of(table)
    assert [row["trial"] for row in rows] == [str(number) for number in range(1, 13)]
    assert {row["status"] for row in rows} == {"done"}
    means = [
        sum(float(row["test_score"]) for row in rows if row["trial"] in (str(place), str(place + 6))) / 2
        for place in range(1, 7)
    ]
    assert f" {100 * max(means):.1f} % (" in lines[2]
    store = Store(kept)
    found = store.summaries()
    assert sorted(run.test_loss for run in found) == pytest.approx(
        sorted(float(row["test_loss"]) for row in rows)
    )
    assert len(store.thumbnails([run.id for run in found])) == 12
    first = rows[0]
    rate, units = first["optimizer.learning_rate"], first["layers.dense.units"]
    assert {run.name for run in found} >= {f"Trial 1: {float(rate):.4g}, {units}, seed {first['seed']}"}
    assert len({run.name for run in found}) == 12
    # The project that the trial packed is the one that is kept.
    experiment, state = store.load(found[0].id)
    assert state is not None
    assert state.fits(experiment)
    store.close()


def test_a_reader_that_ends_early_does_not_keep_the_table_from_being_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in `numpynet sweep SPEC -o results.csv | head -1`."""
    ended, pipe = os.pipe()
    os.close(ended)
    table = tmp_path / "results.csv"
    with os.fdopen(pipe, "w", buffering=1) as closed, monkeypatch.context() as patched:
        patched.setattr(sys, "stdout", closed)
        assert main(["sweep", spec(tmp_path), "--jobs", "1", "--no-runs", "-o", str(table)]) == 0
    assert len(rows_of(table)) == 6


def test_an_example_is_a_spec_that_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", "--example", "spirals"]) == 0
    sweep = Sweep.from_json(json.loads(capsys.readouterr().out))
    assert sweep.experiment == preset_named("spirals")
    sweep.check()
    tiny = sweep.replace(epochs=1, seeds=1, axes=sweep.axes[1:], experiment=small_sweep().experiment)
    assert main(["sweep", spec(tmp_path, tiny), "--jobs", "1", "--no-runs"]) == 0


def test_a_stopped_sweep_keeps_what_is_finished_and_goes_on(
    tmp_path: Path, kept: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    finished: list[int] = []
    keep = _SetKeeper.__call__

    def stopping(keeper: _SetKeeper, result: TrialResult) -> None:
        keep(keeper, result)
        finished.append(result.trial.number)
        if len(finished) == 3:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(_SetKeeper, "__call__", stopping)
    path, table = spec(tmp_path), tmp_path / "results.csv"
    assert main(["sweep", path, "--jobs", "1", "-o", str(table)]) == 130
    out, err = capsys.readouterr()
    assert out.startswith("stopped: 3 of 6 trials")
    assert err.endswith("numpynet: stopped\n")
    assert len(rows_of(table)) == 3
    with closing(Store(kept)) as store:
        assert [(each.state, each.is_held) for each in store.sets()] == [("paused", False)]
    assert "rates.trials has 3 finished trials of this sweep; go on by --resume" in failing(
        ["sweep", path], capsys
    )
    assert main(["sweep", path, "--jobs", "1", "--resume", "-o", str(table)]) == 0
    assert sorted(finished) == list(range(6))
    assert len(rows_of(table)) == 6
    assert main(["runs", "--set", "rates", "--sort", "oldest"]) == 0
    assert capsys.readouterr().out.count("Trial ") == 6
    assert failing(["runs", "--set", "grates"], capsys).endswith("There is no set grates; there are: rates")
    with closing(Store(kept)) as store:
        assert len(store.summaries()) == 6
        # One set, of which every training of the spec is a member once.
        (found,) = store.sets()
        assert (found.name, found.state, found.total, found.is_held) == ("rates", "done", 6, False)
        assert found.home == str(tmp_path / "rates.trials")
        assert all(store.load(run.id)[1] is not None for run in store.members(found.id))


def test_a_sweep_runs_in_one_program_at_a_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = spec(tmp_path)
    refused: list[str] = []
    run_trials = InTurn.run

    def beside(executor: InTurn, tasks: Iterable[Task]) -> Iterator[TrialResult]:
        with monkeypatch.context() as another:
            another.setattr(store_module, "me", lambda: f"{me()} of another program")
            assert main(["sweep", path, "--no-runs", "--resume", "--jobs", "1"]) == 1
        refused.append(capsys.readouterr().err.split("numpynet: ")[1])
        return run_trials(executor, tasks)

    monkeypatch.setattr(InTurn, "run", beside)
    assert main(["sweep", path, "--no-runs", "--jobs", "1"]) == 0
    assert refused == ["Another window or program trains this sweep now\n"]
    assert capsys.readouterr().out.startswith("done: 6 of 6 trials")
    with closing(Store(tmp_path / "rates.trials")) as store:
        assert [(each.state, each.is_held) for each in store.sets()] == [("done", False)]


@pytest.mark.parametrize("is_stopped", [False, True])
def test_a_detached_sweep_says_how_to_follow_it_unless_it_was_stopped(
    is_stopped: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Detached(InTurn):
        def run(self, tasks: Iterable[Task]) -> Iterator[TrialResult]:
            if is_stopped:
                os.kill(os.getpid(), signal.SIGINT)
            return iter(())

    monkeypatch.setattr(ComputeTarget, "executor", lambda *_, **__: Detached())
    words = ["sweep", spec(tmp_path), "--cluster", "tcp://x", "--detach", "--no-runs"]
    assert main(words) == (130 if is_stopped else 0)
    out = capsys.readouterr().out
    assert out == "" if is_stopped else out.startswith("the cluster has 6 trials; follow them by:")


def test_a_journal_of_another_sweep_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sweep", spec(tmp_path), "--jobs", "1", "--no-runs"]) == 0
    capsys.readouterr()
    path = spec(tmp_path, small_sweep(epochs=3))
    assert "has trials of another sweep" in failing(["sweep", path, "--resume"], capsys)
    with Journal(journal_path(Path(path))) as journal:
        assert len(journal.results()) == 6


def test_runs_that_cannot_be_kept_are_said_once(
    tmp_path: Path, kept: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    kept.parent.write_text("in the way", encoding="utf-8")
    assert main(["sweep", spec(tmp_path), "--jobs", "1"]) == 0
    assert capsys.readouterr().out.count("Runs cannot be kept") == 1


def test_a_sweep_whose_trials_all_fail_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    axes = ({"kind": "choice", "path": "layers", "values": ["conv2d 4"]},)
    path = spec(tmp_path, small_sweep(axes=axes))
    assert main(["sweep", path, "--jobs", "1", "--no-runs"]) == 1
    out, err = capsys.readouterr()
    assert "1 of 1 trials, 1 failed" in out
    assert re.search(r"numpynet: Every trial has failed: Conv2D", err)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"seeds": 0}, "seeds must be at least 1, got 0"),
        ({"axes": []}, "axes must name at least one setting"),
        ({"method": {"kind": "gird"}}, "There is no method called 'gird'; did you mean 'grid'?"),
    ],
)
def test_a_bad_spec_is_a_sentence(
    change: dict[str, Any], sentence: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.json"
    path.write_text(json.dumps({**small_sweep().to_json(), **change}), encoding="utf-8")
    assert sentence in failing(["sweep", str(path)], capsys)


def test_files_that_are_missing_or_in_the_way_are_sentences(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "There is no file" in failing(["sweep", str(tmp_path / "no.json")], capsys)
    path = spec(tmp_path)
    assert "is what is read" in failing(["sweep", path, "-o", path], capsys)
    journal_path(Path(path)).write_text("text" * 1000, encoding="utf-8")
    assert "rates.trials cannot be used" in failing(["sweep", path], capsys)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ([], "name a SPEC, or print one by --example"),
        (["a.json", "--example", "spirals"], "name a SPEC"),
        (["a.json", "--jobs", "0"], "jobs must be a whole number from 1 to 1024, got 0"),
        (["a.json", "--detach"], "are for a cluster"),
        (["a.json", "--cluster", "tcp://x", "--tls-ca", "f"], "go together"),
        (["a.json", "--cluster", "tcp://x", "--jobs", "2"], "--jobs is for this computer"),
    ],
)
def test_options_that_do_not_fit_are_refused(
    options: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["sweep", *options])
    assert ended.value.code == 2
    assert sentence in capsys.readouterr().err


def test_a_cluster_without_the_package_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    monkeypatch.setattr("core.sweep.cluster.find_spec", lambda name: None)
    sentence = failing(["sweep", spec(tmp_path), "--cluster", "tcp://127.0.0.1:1"], capsys)
    assert install_line("numpynet-playground[cluster]") in sentence
