"""The journal: results as they were, a file that is none, damage, and room for weights."""

from __future__ import annotations

import json
import math
import re
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from core.experiment.project_file import unpack_project
from core.io import budget
from core.runs import packing, rows, schema
from core.runs.trial import Trial, TrialResult
from core.sweep.journal import Journal, JournalError, journal_path
from core.sweep.run_trial import Task, run_trial
from tests.core.sweep.small_sweeps import TINY, numbers, small_sweep
from tests.fuzz.bombs import packed_zeros

MADE = replace(
    run_trial(Task(Trial(3, 1, 5, 2, (("optimizer", {"kind": "sgd"}), ("layers.dense.units", 2))), TINY)),
    distance=0.25,
)
FIXTURES = Path(__file__).parents[2] / "fixtures" / "comparisons" / "0.1.0"
FAILED = TrialResult(Trial(4, 2, 5, 2), "failed", "No layers")


def test_results_come_back_as_they_were(tmp_path: Path) -> None:
    path = journal_path(tmp_path / "rates.json")
    assert path.name == "rates.trials"
    with Journal(path) as journal:
        assert journal.sweep() is None
        journal.begin(small_sweep())
        for result in (
            FAILED,
            MADE,
            replace(
                MADE, trial=replace(MADE.trial, rung=1), confusion=np.eye(2, dtype=int), lines=("anna", "o b")
            ),
        ):
            journal.add(result)
    with Journal(path) as journal:
        assert journal.sweep() == small_sweep()
        found = journal.results()
        assert list(found) == [(3, 0), (4, 0), (3, 1)]
        assert numbers(found[3, 0]) == numbers(MADE)
        assert numbers(found[4, 0]) == numbers(FAILED)
        assert found[3, 1].confusion.tolist() == [[1, 0], [0, 1]]  # type: ignore[union-attr]
        assert [each.lines for each in found.values()] == [(), (), ("anna", "o b")]
        assert math.isnan(found[4, 0].test_loss)
        assert found[3, 0].seconds == MADE.seconds
        assert journal.project((3, 0)) == MADE.project
        assert journal.project((4, 0)) == b""


def test_a_journal_that_an_earlier_program_wrote_opens(tmp_path: Path) -> None:
    expected = json.loads((FIXTURES / "expected.json").read_text())["trials"]
    with Journal(Path(shutil.copy(FIXTURES / "halving.trials", tmp_path))) as journal:
        sweep = journal.sweep()
        assert sweep is not None
        results, engine = journal.prepared_for(sweep)
        assert (len(results), engine) == (sweep.count(), "compiled")
        for each in expected:
            result = results[tuple(each["key"])]
            trial = result.trial
            assert [list(value) for value in trial.settings] == each["settings"]
            assert (trial.seed, trial.point, result.status, result.sentence, result.epochs, len(result.curve)) == (
                each["seed"], each["point"], each["status"], each["sentence"], each["epochs"], each["curve"]
            )  # fmt: skip
            assert (list(result.metrics.values()), result.parameters) == (each["metrics"], each["parameters"])
            state = unpack_project(journal.project(result.key))[1]
            assert state is not None
            sums = {name: float(np.abs(array).sum()) for name, array in state.weights.items()}
            assert sums == pytest.approx(each["weights"])


def test_to_begin_anew_removes_all_trials() -> None:
    with Journal() as journal:
        journal.begin(small_sweep())
        journal.add(MADE)
        journal.begin(small_sweep(seeds=2))
        assert journal.results() == {}
        assert journal.project(MADE.key) == b""
        assert journal.sweep() == small_sweep(seeds=2)


def test_trials_are_not_mixed_with_those_of_a_sweep_that_another_program_begins(tmp_path: Path) -> None:
    path, other_sweep = tmp_path / "a.trials", small_sweep(seeds=2)
    with Journal(path) as first, Journal(path) as second:
        first.prepared_for(small_sweep())
        first.add(MADE)
        second.begin(other_sweep)
        for _ in range(2):
            with pytest.raises(JournalError, match=r"^Another program has begun another sweep in a\.trials$"):
                first.add(MADE)
        second.add(FAILED)
        assert first.results() == {}, "those of its own sweep"
        assert list(second.results()) == [FAILED.key]
        first.prepared_for(other_sweep)
        first.add(MADE)
        assert len(second.results()) == 2


def test_a_journal_of_an_earlier_version_goes_on(tmp_path: Path) -> None:
    path = Path(shutil.copy(FIXTURES / "halving.trials", tmp_path))
    with Journal(path) as journal, Journal(path) as other:
        sweep = journal.sweep()
        assert sweep is not None
        first = journal.results()[0, 0]
        journal.add(replace(first, sentence="again"))
        assert other.results()[0, 0].sentence == "again"
        other.begin(small_sweep())
        with pytest.raises(JournalError, match="Another program"):
            journal.add(MADE)


def test_a_damaged_trial_of_an_earlier_version_is_trained_again(tmp_path: Path) -> None:
    path = Path(shutil.copy(FIXTURES / "halving.trials", tmp_path))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE trials SET curve=x'00' WHERE number=0 AND rung=0")
        connection.commit()
    with Journal(path) as journal:
        assert (0, 0) not in journal.results()
        assert len(journal.results()) == 9


def test_a_lock_of_another_program_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.trials"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with monkeypatch.context() as patch:
        patch.setattr(schema, "WAIT_SECONDS", 0.0)
        with pytest.raises(JournalError, match=r"a\.trials cannot be used: database is locked"):
            Journal(path)
    monkeypatch.setattr("core.io.sqlite.sleep", lambda seconds: other.execute("ROLLBACK"))
    Journal(path).close()
    other.close()


def test_the_worst_trials_lose_their_weights_when_there_are_too_many() -> None:
    with Journal() as journal:
        journal.begin(small_sweep())
        journal.store.room = 2500
        for number, loss in enumerate((0.3, 0.9, math.nan, 0.1)):
            trial = replace(MADE.trial, number=number)
            journal.add(replace(MADE, trial=trial, test_loss=loss, project=bytes(1000)))
        assert [number for number in range(4) if journal.project((number, 0))] == [0, 3]
        assert len(journal.results()) == 4


def test_half_of_a_result_is_not_kept_and_the_next_one_is() -> None:
    with Journal() as journal:
        journal.begin(small_sweep())
        refuse = "CREATE TRIGGER refuse BEFORE INSERT ON checkpoints BEGIN SELECT RAISE(FAIL, 'no room'); END"
        execute(journal, refuse)
        with pytest.raises(JournalError, match="no room"):
            journal.add(MADE)
        assert journal.results() == {}
        journal.add(FAILED)
        execute(journal, "DROP TRIGGER refuse")
        journal.add(MADE)
        assert list(journal.results()) == [MADE.key, FAILED.key]


def test_another_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "runs.trials"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE runs (id)")
    other.close()
    with pytest.raises(JournalError, match=re.escape("runs.trials is no journal of a sweep")):
        Journal(path)


@pytest.mark.parametrize("content", [b"text" * 1000, b"SQLite format 3\0" + bytes(1000)])
def test_a_file_that_is_no_database_is_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.trials"
    path.write_bytes(content)
    with pytest.raises(JournalError, match=r"x\.trials cannot be used"):
        Journal(path)
    assert path.read_bytes() == content


def test_a_newer_journal_and_a_folder_are_sentences(tmp_path: Path) -> None:
    path = tmp_path / "x.trials"
    with Journal(path) as journal:
        execute(journal, "PRAGMA user_version=99")
    with pytest.raises(JournalError, match="a newer version of this program"):
        Journal(path)
    with pytest.raises(JournalError, match="cannot be used: unable to open"):
        Journal(tmp_path)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("curve", b"junk"), ("curve", None), ("curve", "text"), ("boundary", MADE.project[:50]), ("settings", "{"),
        ("settings", "[3]"), ("status", "well"), ("point", "one"), ("confusion", 3), ("train_loss", "x"),
        ("seed", 1e308), ("sentence", None),
    ],
)  # fmt: skip
def test_a_damaged_row_is_left_out(column: str, value: object) -> None:
    table, name = {"curve": ("curves", "rows"), "settings": ("runs", "varied")}.get(column, ("runs", column))
    if column in ("boundary", "confusion"):
        table = "planes"
    with Journal() as journal:
        journal.begin(small_sweep())
        journal.add(MADE)
        journal.add(FAILED)
        key = "id" if table == "runs" else "run"
        statement = f"UPDATE {table} SET {name}=? WHERE {key}=(SELECT id FROM runs WHERE number=3)"
        try:
            execute(journal, statement, value)
        except sqlite3.IntegrityError:
            return
        assert list(journal.results()) == [FAILED.key]


def test_text_that_is_no_utf_8_hides_no_other_trial() -> None:
    with Journal() as journal:
        journal.begin(small_sweep())
        journal.add(MADE)
        journal.add(FAILED)
        execute(journal, "UPDATE runs SET sentence=CAST(x'61ff' AS TEXT) WHERE number=?", FAILED.trial.number)
        assert journal.results()[FAILED.key].sentence == "a\N{REPLACEMENT CHARACTER}"
        assert MADE.key in journal.results()


def test_a_table_whose_name_is_no_utf_8_is_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "x.trials"
    Journal(path).close()
    content = path.read_bytes().replace(b"tablerunsruns", b"tableru\xffsruns")
    path.write_bytes(content.replace(b"CREATE TABLE runs", b"CREATE TABLX runs"))
    with pytest.raises(JournalError, match=r"x\.trials cannot be used"):
        Journal(path)


def execute(journal: Journal, statement: str, *values: object) -> None:
    connection = journal.store._connection
    assert connection is not None
    connection.execute(statement, values)


def bomb(path: Path, table: str, view: str) -> Path:
    """A journal of which a table is a view of another; `view` may replace its columns and rows."""
    with Journal(path) as journal:
        journal.begin(small_sweep())
        journal.add(FAILED)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"ALTER TABLE {table} RENAME TO kept")
        connection.execute(f"CREATE VIEW {table} AS {view}")
        connection.commit()
    return path


COUNTED = ", ".join("i AS number" if name == "number" else name for name in rows._COLUMNS)
ENDLESS = "WITH RECURSIVE counted(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM counted)"


@pytest.mark.parametrize(
    ("table", "view", "sentence"),
    [
        ("curves", "SELECT run, zeroblob(900000000) AS rows FROM kept", "string or blob too big"),
        ("runs", f"{ENDLESS} SELECT {COUNTED} FROM counted, kept", "it unpacks to more than|interrupted"),
        ("runs", f"{ENDLESS} SELECT {COUNTED} FROM counted, kept WHERE i < 0", "interrupted"),
    ],
)
def test_views_in_a_journal_end_with_a_sentence(
    table: str, view: str, sentence: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Each look at the clock is a second later.
    monkeypatch.setattr(budget, "thread_time", count().__next__)
    with Journal(bomb(tmp_path / "a.trials", table, view)) as journal:
        assert journal.sweep() is not None
        with pytest.raises(JournalError, match=rf"^a\.trials cannot be (used|opened): ({sentence})"):
            journal.results()


def test_arrays_that_unpack_to_more_than_the_budget_are_not_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.trials"
    zeros = packed_zeros((1, 1000, 1000), "<f4")
    with Journal(path) as journal:
        journal.begin(small_sweep())
        for number in range(150):
            journal.add(replace(FAILED, trial=replace(FAILED.trial, number=number)))
        execute(journal, "INSERT INTO planes SELECT id, ?, x'', '' FROM runs", zeros)
    made: list[int] = []

    def read(file: object, size: int, name: str) -> np.ndarray:
        made.append(size)
        return np.zeros((1, 1, 1))

    monkeypatch.setattr(packing, "read_npy", read)
    with Journal(path) as journal:
        with pytest.raises(
            JournalError, match=r"^a\.trials cannot be opened: it unpacks to more than 512 MB$"
        ):
            journal.results()
        assert sum(made) < 512_000_000
        # What is read of it later has a budget of its own.
        assert journal.sweep() == small_sweep()


def test_reading_a_journal_can_be_cancelled() -> None:
    def cancel(_: object) -> None:
        raise InterruptedError

    with Journal() as journal:
        journal.begin(small_sweep())
        for number in range(200):
            journal.add(replace(FAILED, trial=replace(FAILED.trial, number=number)))
        with pytest.raises(InterruptedError):
            journal.results(cancel)
        assert len(journal.results()) == 200
