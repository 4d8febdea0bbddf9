"""Runs that are kept, found again, changed, deleted and brought back; two writers at once, and damage."""

from __future__ import annotations

import json
import math
import os
import shutil
import sqlite3
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path

import numpy as np
import pytest

from core.data.datasets import TableFile
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.io.sentence import MAX_LETTERS
from core.runs import pruning, schema
from core.runs import store as run_store
from core.runs.run import FinishedRun
from core.runs.run_columns import RUNS
from core.runs.schema import DamagedDatabaseError, open_database, writing
from core.runs.store import Store, StoreError
from core.runs.trial import Trial, TrialResult, history_curve
from core.sweep.journal import Journal, begin_sweep
from core.sweep.run_trial import Task, run_trial
from core.sweep.sweep import Sweep
from tests.core.runs.made_runs import POINTS, fill, finished, summary
from tests.core.sweep.small_sweeps import TINY, numbers, small_sweep


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "data" / "runs.sqlite")
    yield made
    made.close()


def _faster(rate: float) -> Experiment:
    return POINTS.with_training(optimizer=POINTS.training.optimizer.replace(learning_rate=rate))


def test_a_database_that_an_earlier_program_wrote_opens(tmp_path: Path) -> None:
    folder = Path(__file__).parents[2] / "fixtures" / "comparisons" / "0.1.0"
    expected = json.loads((folder / "expected.json").read_text())["runs"]
    with closing(Store(Path(shutil.copy(folder / "runs.sqlite", tmp_path)))) as store:
        rows = {row.id: row for row in store.summaries()}
        assert list(rows) == [each["id"] for each in expected]
        for each in expected:
            row = rows[each["id"]]
            names = ("name", "note", "starred", "epochs", "parameters", "size")
            assert [getattr(row, name) for name in names] == [each[name] for name in names]
            assert (row.final_score, row.status == "diverged") == (each["score"], each["diverged"])
            assert len(store.curves(row.id)) == each["curve"]
            assert list(store.thumbnails([row.id])) == [row.id]
            state = store.load(row.id)[1]
            sums = state and {name: float(np.abs(array).sum()) for name, array in state.weights.items()}
            assert sums == (each["weights"] and pytest.approx(each["weights"]))


def test_a_run_comes_back_as_it_was(store: Store) -> None:
    run = finished(epochs=3)
    assert run.result.state is not None
    kept = store.record(run)
    assert kept is not None
    assert (kept.name, kept.epochs, kept.seconds, kept.data_text) == (
        "Squares",
        3,
        1.5,
        "40 points, noise 0.1",
    )
    assert kept.parameters == 4 * 3 + 5
    assert store.summaries() == [kept]
    experiment, state = store.load(kept.id)
    assert experiment == POINTS
    assert state is not None
    for name, array in run.result.state.weights.items():
        np.testing.assert_array_equal(state.weights[name], array)
    np.testing.assert_array_equal(store.curves(kept.id), run.result.curve)
    assert list(store.thumbnails([kept.id, 77])) == [kept.id]


def test_a_row_tells_the_scores_of_the_weights_that_are_kept(store: Store) -> None:
    """Paused within an epoch, they are later than the last row of the curves."""
    run = finished(epochs=3, steps=2)
    kept = store.record(run)
    assert kept is not None
    trainer = make_trainer(POINTS, prepare(POINTS))
    _, state = store.load(kept.id)
    assert state is not None
    state.restore(trainer)
    trainer.evaluate_now()
    assert kept.test_loss == pytest.approx(trainer.figures.test.loss)
    assert kept.test_loss != pytest.approx(float(run.result.curve[-1, 2]))
    assert kept.place == trainer.place.text == f"3 + 2/{trainer.steps_per_epoch}"
    assert RUNS["epochs"].shown(kept) == kept.place
    ended = store.record(finished(epochs=4))
    assert ended is not None
    np.testing.assert_allclose(
        [ended.train_loss, ended.test_loss, ended.train_score, ended.test_score],
        store.curves(ended.id)[-1, 1:],
        rtol=1e-6,
    )
    assert RUNS["epochs"].shown(ended) == "4"


def test_a_run_without_an_epoch_is_not_kept(store: Store) -> None:
    assert store.record(finished(epochs=0)) is None
    assert store.summaries() == []


def test_the_same_run_keeps_one_row_and_the_longer_one(store: Store) -> None:
    first = store.record(finished(epochs=3))
    assert first is not None
    assert store.record(finished(epochs=2)) is None
    longer = store.record(finished(epochs=5, seconds=9.0))
    assert longer is not None
    assert (longer.id, longer.epochs, longer.seconds) == (first.id, 5, 9.0)
    other = store.record(finished(_faster(0.5)))
    assert other is not None
    assert other.id != first.id
    assert len(store.summaries()) == 2


def test_other_data_with_the_same_values_are_another_run(store: Store) -> None:
    made = [
        store.record(replace(finished(epochs=3), experiment=POINTS.replace(dataset=dataset)))
        for name in ("alpha", "beta", "alpha")
        for dataset in [TableFile(path=f"/{name}.csv", target="label", features="x\ny", shape=(2,))]
    ]
    assert [run and run.data_label for run in made] == ["alpha", "beta", None]
    assert len(store.summaries()) == 2


def test_a_trial_with_the_settings_of_a_run_is_a_row_of_its_own(store: Store) -> None:
    shorter, longer = (finished(epochs=epochs, name="Trial 3: 0.1, seed 0") for epochs in (2, 9))
    run = store.record(finished(epochs=5))
    assert run is not None
    kept = store.record(shorter)
    assert kept is not None
    assert (kept.name, kept.epochs) == ("Trial 3: 0.1, seed 0", 2)
    # A later rung of the same trial.
    assert store.record(longer) is not None
    assert {row.id: row.epochs for row in store.summaries()} == {run.id: 5, kept.id: 9}


def test_seconds_of_a_restored_run_are_added_to_those_before(store: Store) -> None:
    store.record(finished(epochs=4, seconds=8.0))
    longer = store.record(finished(epochs=6, seconds=1.0, since_epoch=2))
    assert longer is not None
    assert longer.seconds == 5.0


def test_a_long_run_is_found_again_whatever_rows_were_thinned_out(store: Store) -> None:
    losses = np.random.default_rng(0).random((5, 2_101))
    losses[0] = np.arange(2_101)
    for last in (1_499, 2_100):
        run = finished(epochs=2)
        curve = history_curve(list(losses[:, : last + 1]))
        store.record(replace(run, result=replace(run.result, epochs=last, curve=curve)))
    assert [row.epochs for row in store.summaries()] == [2_100]


def test_the_weights_of_a_trial_are_kept_once_in_its_journal(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "a.trials"
    result = run_trial(Task(Trial(3, 1, 5, 2, (("layers.dense.units", 2),)), TINY))
    with Journal(path) as journal:
        journal.begin(small_sweep())
        number = journal.begin_copy(store, "Rates", home=str(path))
        store.add(number, TINY, result, address=journal.address(result.key))
        journal.add(result)
        (row,) = store.summaries()
        assert row.size == len(result.project)
        assert store.load(row.id)[1] is not None
        assert store.project(number, result.key) == result.project
        with closing(sqlite3.connect(store.path)) as connection:
            assert connection.execute("SELECT typeof(project) FROM checkpoints").fetchall() == [("text",)]
        # What another sweep has under this number is another training.
        journal.begin(small_sweep(seeds=2))
        journal.add(result)
        assert store.load(row.id) == (result.trial.experiment(TINY), None)
    path.unlink()
    assert store.load(row.id)[1] is None
    assert not path.exists()


def test_a_sweep_whose_file_is_deleted_while_it_runs_writes_all_of_it_again(store: Store) -> None:
    results = [TrialResult(Trial(number, number, 5, 2), "done") for number in range(3)]
    journal = Journal(store=store, set_id=_sweep_set(store))
    known, _ = journal.prepared_for(small_sweep())
    key = journal.key
    for result in results[:2]:
        journal.add(result)
        known[result.key] = result
    for file in store.path.parent.glob("runs.sqlite*"):
        file.unlink()
    journal.add(results[2])
    assert [(each.name, each.key) for each in store.sets()] == [("Rates", key)]
    assert list(journal.results()) == [result.key for result in results]


@pytest.mark.parametrize(
    "address", ["", "{}", "[1]", '{"journal": 3}', '{"journal": ".", "sweep": 1, "trial": 2}']
)
def test_a_damaged_address_costs_the_weights_alone(store: Store, address: str) -> None:
    kept = store.record(finished())
    assert kept is not None
    with closing(sqlite3.connect(store.path, isolation_level=None)) as connection:
        connection.execute("UPDATE checkpoints SET project=?", (address,))
    assert store.load(kept.id) == (POINTS, None)


def test_a_known_row_is_replaced_whatever_was_edited(store: Store) -> None:
    first = store.record(finished(epochs=2))
    assert first is not None
    store.edit([first.id], name="Mine", note="slow")
    store.edit([first.id], starred=True)
    again = store.record(finished(_faster(0.3), epochs=3), first.id)
    assert again is not None
    assert (again.id, again.name, again.note, again.starred) == (first.id, "Mine", "slow", True)


def test_a_run_is_named_by_what_differs_from_the_one_before(store: Store) -> None:
    store.record(finished())
    faster = store.record(finished(_faster(0.1)))
    elsewhere = store.record(finished(POINTS.replace(data_seed=1, name="Others")))
    assert faster is not None
    assert elsewhere is not None
    assert (faster.name, elsewhere.name) == ("rate 0.1", "Others")
    names = []
    for rate, seed in ((0.2, 0), (0.2, 1), (0.1, 1), (0.2, 2)):
        kept = store.record(finished(_faster(rate).replace(seed=seed)))
        names.append("" if kept is None else kept.name)
    assert names == ["rate 0.2", "seed 1", "rate 0.1 (2)", "rate 0.2, seed 2"]


def test_deleted_runs_come_back(store: Store) -> None:
    kept = store.record(finished())
    assert kept is not None
    store.edit([kept.id], deleted=True)
    assert store.summaries() == []
    store.prune()
    store.edit([kept.id], deleted=False)
    assert store.summaries() == [kept]


def test_the_oldest_without_a_star_make_room(store: Store) -> None:
    runs = [store.record(finished(_faster(rate))) for rate in (0.1, 0.2, 0.3, 0.4)]
    one, two, _, four = (run.id for run in runs if run is not None)
    store.edit([one], starred=True)
    store.prune(most_bytes=sum(run.size for run in runs if run is not None) - 1)
    assert store.load(one)[1] is not None
    assert store.load(two)[1] is None
    store.prune(most_runs=1)
    assert [run.id for run in store.summaries()] == [one, four]
    store.clear()
    assert store.summaries() == []


def test_a_checkpoint_that_is_no_number_any_more_is_left_out(store: Store) -> None:
    run = finished()
    assert run.result.state is not None
    next(iter(run.result.state.weights.values()))[...] = np.nan
    kept = store.record(run)
    assert kept is not None
    assert kept.size == 0
    assert store.load(kept.id)[1] is None


@pytest.mark.parametrize("size", ["9e999", "1e300", "9000000000000000000", "'large'", "x'ff'"])
def test_a_damaged_size_costs_no_run_its_checkpoint(store: Store, size: str) -> None:
    runs = [store.record(finished(_faster(rate))) for rate in (0.1, 0.2)]
    one, two = (run.id for run in runs if run is not None)
    connection = open_database(store.path)
    connection.execute(f"UPDATE runs SET size={size} WHERE id=?", (two,))
    connection.close()
    store.prune()
    assert store.load(one)[1] is not None
    assert store.load(two)[1] is not None


@pytest.mark.parametrize("content", [b"no database at all" * 100, b"SQLite format 3\0" + bytes(5000)])
def test_a_damaged_database_is_set_aside(store: Store, content: bytes) -> None:
    store.path.parent.mkdir()
    store.path.write_bytes(content)
    assert store.record(finished()) is not None
    assert "is damaged; a new one is begun" in store.damage
    [aside] = store.path.parent.glob("runs-damaged-*.sqlite")
    assert aside.read_bytes() == content
    assert aside.name in store.damage
    assert len(store.summaries()) == 1


def test_a_database_without_a_column_is_set_aside_and_what_is_written_is_kept(store: Store) -> None:
    assert store.record(finished()) is not None
    number = _sweep_set(store)
    with closing(sqlite3.connect(store.path)) as connection:
        connection.execute("ALTER TABLE runs DROP COLUMN place")
    store.add(number, TINY, TrialResult(Trial(0, 0, 5, 2), "done"))
    assert [run.set_id for run in store.summaries()] == [None, number]
    assert "with 1 of 1 runs" in store.damage


def test_damage_in_the_middle_is_found_later(store: Store) -> None:
    connection = open_database(store.path)
    fill(connection, [summary(number) for number in range(200)])
    connection.close()
    with store.path.open("r+b") as file:
        file.seek(2 * 4096)
        file.write(b"\xff" * (store.path.stat().st_size - 4096 * 2))
    store.summaries()
    assert store.damage
    assert store.record(finished()) is not None


def test_a_file_between_two_releases_is_set_aside_and_its_runs_are_saved(store: Store) -> None:
    made = store.record(finished())
    assert made is not None
    store.close()
    with closing(sqlite3.connect(store.path)) as connection:
        connection.execute("PRAGMA user_version=4")
    assert store.summaries() == [made]
    assert "1 of 1 runs" in store.damage


def test_a_run_of_before_samples_were_counted_says_that_they_are_unknown(store: Store) -> None:
    store.path.parent.mkdir()
    with closing(sqlite3.connect(store.path)) as connection:
        connection.executescript(schema._MIGRATIONS[0] + "PRAGMA user_version=1;")
        connection.execute(
            "INSERT INTO runs VALUES (1, 5.0, 'Old', '', 1, 'k', 'Moons', '', 7.0, 1.0, 9, 0.5, 0.4, 0.9, 0.8, 1, 1, 3,"
            " 0, '{}', 'o', NULL)"
        )
        connection.commit()
    kept = store.record(finished())
    assert kept is not None
    assert (kept.train_samples, kept.test_samples) == (28, 12)
    assert kept.mean_loss > kept.train_loss > 0.0
    old, new = store.summaries()
    assert (old.name, old.starred, old.epochs, old.trial.seed, old.status) == (
        "Old",
        True,
        7.0,
        3,
        "diverged",
    )
    assert math.isnan(old.train_samples)
    assert (new.train_samples, new.test_samples) == (28, 12)


def test_a_newer_database_is_left_alone(store: Store) -> None:
    connection = open_database(store.path)
    connection.execute("PRAGMA user_version=99")
    connection.close()
    with pytest.raises(StoreError, match="newer version"):
        store.summaries()
    assert not list(store.path.parent.glob("*damaged*"))


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="Runs cannot be kept: "):
        Store(tmp_path / "file" / "runs.sqlite").summaries()


def test_rows_with_values_that_no_row_of_ours_has_are_left_out(store: Store) -> None:
    connection = open_database(store.path)
    fill(connection, [summary(number) for number in range(1, 8)])
    for number, change in enumerate(
        (
            "name=x'00'",
            "epochs='many'",
            "seconds=-1.0",
            "parameters=-2",
            "test_loss='low'",
            "note=zeroblob(9)",
        ),
        1,
    ):
        connection.execute(f"UPDATE runs SET {change} WHERE id=?", (number,))
    connection.close()
    assert [run.id for run in store.summaries()] == [7]


def test_text_that_is_no_utf_8_hides_no_run(store: Store) -> None:
    connection = open_database(store.path)
    fill(connection, [summary(1), summary(2)])
    connection.execute("UPDATE runs SET name=CAST(x'61ff' AS TEXT) WHERE id=1")
    connection.close()
    assert [run.name for run in store.summaries()] == ["a\N{REPLACEMENT CHARACTER}", "Run 2"]
    assert not store.damage


def test_a_run_on_a_path_that_is_no_utf_8_is_kept(store: Store) -> None:
    folder = "donn\udce9es"  # what Python makes of b"donn\xe9es"
    dataset = TableFile(path=f"/{folder}/{folder}.csv", target="label", features="x\ny", shape=(2,))
    run = replace(finished(), experiment=POINTS.replace(dataset=dataset))
    kept = store.record(run)
    assert kept is not None
    told = "donn\N{REPLACEMENT CHARACTER}es"
    assert kept.data_label == told
    again = store.record(replace(run, data_text=folder), kept.id)
    assert again is not None
    assert (again.id, again.data_text) == (kept.id, told)
    store.edit([kept.id], name=folder, note=folder)
    [row] = store.summaries()
    assert (row.name, row.note) == (told, told)
    experiment, _ = store.load(kept.id)
    assert isinstance(experiment.dataset, TableFile)
    assert experiment.dataset.path == f"/{folder}/{folder}.csv"


def test_a_table_whose_name_is_no_utf_8_is_set_aside(store: Store) -> None:
    open_database(store.path).close()
    content = store.path.read_bytes().replace(b"tablerunsruns", b"tabler\xffnsruns")
    store.path.write_bytes(content.replace(b"CREATE TABLE runs", b"CREATE TABLX runs"))
    assert store.record(finished()) is not None
    assert "is damaged; a new one is begun" in store.damage


def test_what_a_database_says_is_a_short_sentence(store: Store) -> None:
    connection = open_database(store.path)
    connection.execute("DROP TABLE curves")
    connection.execute(f"CREATE VIEW curves AS SELECT 1 AS run, {1000 * 'x'}() AS rows")
    connection.close()
    with pytest.raises(StoreError, match="no such function") as caught:
        store.curves(1)
    assert len(str(caught.value)) <= MAX_LETTERS


def test_settings_and_experiments_that_are_damaged_leave_the_rest_usable(store: Store) -> None:
    kept = store.record(finished())
    assert kept is not None
    connection = sqlite3.connect(store.path)
    connection.execute("UPDATE runs SET settings='{'")
    connection.execute("UPDATE checkpoints SET project=x'0102'")
    connection.execute("UPDATE curves SET rows='text'")
    connection.commit()
    connection.close()
    assert store.summaries()[0].settings.layers == ()
    with pytest.raises(StoreError, match="cannot be opened"):
        store.load(kept.id)
    with pytest.raises(StoreError, match="cannot be read"):
        store.curves(kept.id)


def test_two_writers_lose_nothing(store: Store) -> None:
    runs = [finished(POINTS.replace(seed=seed), epochs=1) for seed in range(16)]

    def write(own: list[FinishedRun]) -> None:
        writer = Store(store.path)
        for run in own:
            kept = writer.record(run)
            assert kept is not None
            writer.edit([kept.id], note=str(kept.trial.seed))
        writer.close()

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(write, (runs[:8], runs[8:])))
    assert sorted((run.trial.seed, run.note) for run in store.summaries()) == [
        (seed, str(seed)) for seed in range(16)
    ]
    assert store.damage == ""


def test_a_window_that_begins_the_same_file_is_waited_for(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.path.parent.mkdir()
    with closing(sqlite3.connect(store.path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        monkeypatch.setattr("core.io.sqlite.sleep", lambda _: other.execute("COMMIT"))
        assert store.record(finished()) is not None
        assert not other.in_transaction


@pytest.mark.skipif(sys.platform == "win32", reason="a file that is open cannot be deleted")
def test_a_deleted_set_takes_its_runs_along_but_those_with_a_star_and_comes_back(store: Store) -> None:
    number = store.begin("seeds", "3 seeds", {}, 3)
    for seed in range(3):
        store.add(number, POINTS, replace(finished().result, trial=Trial(seed, seed, seed, 3)))
    store.release(number, "done")
    one, two, three = (run.id for run in store.members(number))
    store.edit([one], starred=True)
    store.edit([two], deleted=True)
    store.change_set(number, name="Mine")
    assert [each.name for each in store.sets()] == ["Mine"]
    store.change_set(number, deleted=True)
    assert (store.sets(), [run.id for run in store.summaries()]) == ([], [one])
    store.change_set(number, deleted=False)
    # What was deleted by itself stays deleted.
    assert [each.id for each in store.sets()] == [number]
    assert [run.id for run in store.summaries()] == [one, three]
    store.change_set(number, deleted=True)
    with closing(sqlite3.connect(store.path)) as file, file:
        for table in ("runs", "sets"):
            file.execute(f"UPDATE {table} SET deleted=1 WHERE deleted IS NOT NULL")
    store.prune()
    with closing(sqlite3.connect(store.path)) as file:
        assert file.execute("SELECT id FROM runs").fetchall() == [(one,)]
        assert file.execute("SELECT count(*) FROM sets").fetchone() == (0,)


def test_a_database_that_is_deleted_meanwhile_is_begun_again(store: Store) -> None:
    store.record(finished())
    shutil.rmtree(store.path.parent)
    kept = store.record(finished(_faster(0.1)))
    assert kept is not None
    store.edit([kept.id], starred=True)
    store.close()
    assert [(run.id, run.starred) for run in store.summaries()] == [(kept.id, True)]


@pytest.mark.skipif(sys.platform == "win32", reason="a file that is open cannot be deleted")
def test_a_database_that_is_replaced_meanwhile_is_opened_and_keeps_its_runs(
    store: Store, tmp_path: Path
) -> None:
    other = Store(tmp_path / "other" / "runs.sqlite")
    theirs = other.record(finished(POINTS.replace(seed=7)))
    other.close()
    first = store.record(finished(epochs=2))
    before = store.stamp()
    assert first is not None
    assert theirs is not None
    assert first.id == theirs.id
    shutil.rmtree(store.path.parent)
    other.path.parent.rename(store.path.parent)
    assert store.stamp() != before
    again = store.record(finished(epochs=3), first.id)
    assert again is not None
    assert store.summaries() == [theirs, again]


def test_where_files_have_no_numbers_the_database_stays_open(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, devices = Path.stat, count()

    def without_number(path: Path, **options: bool) -> os.stat_result:
        found = list(real(path, **options))
        found[1:3] = 0, next(devices)
        return os.stat_result(found)

    monkeypatch.setattr(Path, "stat", without_number)
    before = store.stamp()
    assert store.stamp() == before


def test_many_deleted_runs_are_removed_a_few_at_a_time(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = open_database(store.path)
    fill(connection, [summary(number, starred=number == 7) for number in range(1, 102)])
    sizes: list[int] = []

    @contextmanager
    def counted(own: sqlite3.Connection) -> Iterator[int]:
        before = own.total_changes
        with writing(own) as revision:
            yield revision
        sizes.append(own.total_changes - before)

    monkeypatch.setattr(pruning, "writing", counted)
    store.prune(most_runs=1)
    assert [run.id for run in store.summaries()] == [7, 101]
    assert sum(sizes) == 99 + len(sizes), "with the revision of each"
    assert max(sizes) <= 21
    connection.close()


def _sweep_set(store: Store, name: str = "Rates") -> int:
    return begin_sweep(store, name, small_sweep())


def test_a_set_keeps_its_members_apart_from_the_runs_of_the_window(store: Store) -> None:
    result = run_trial(Task(Trial(3, 1, 5, 2, (("layers.dense.units", 2),)), TINY))
    kept, number = store.record(finished()), _sweep_set(store)
    for rung in (0, 1):
        store.add(number, TINY, replace(result, trial=replace(result.trial, rung=rung)), text="4 points")
    (found,) = store.sets()
    assert (found.kind, found.name, found.state, found.gone) == ("sweep", "Rates", "paused", 0)
    assert found.total == small_sweep().count()
    assert Sweep.from_json(found.plan["sweep"]) == small_sweep()
    # Of halving, the last rung alone is listed.
    first, member = store.summaries()
    assert first == kept
    assert (member.name, member.set_id, member.trial) == (
        "Trial 4: 2, seed 5",
        number,
        replace(result.trial, rung=1),
    )
    assert (member.test_loss, member.data_text) == (result.test_loss, "4 points")
    assert member.settings.by_name["units"] == "2"
    assert store.load(member.id)[1] is not None
    assert [numbers(each) for each in store.results(number).values()] == [
        numbers(replace(result, trial=replace(result.trial, rung=rung))) for rung in (0, 1)
    ]
    assert store.project(number, (3, 1)) == result.project


def test_one_process_trains_a_set(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    number = _sweep_set(store)
    assert store.hold(number)
    with closing(Store(store.path)) as other:
        monkeypatch.setattr(run_store, "me", lambda: f"elsewhere 1 {number}")
        assert not other.hold(number)
        with pytest.raises(StoreError, match="another program trains them now"):
            other.add(number, TINY, TrialResult(Trial(0, 0, 5, 2), "failed", "No layers"))
        other.release(number, "failed")
        assert store.sets()[0].is_held
        # Whoever slept for too long has lost it, and writes nothing.
        with monkeypatch.context() as later:
            moment = time.time()
            later.setattr(run_store.time, "time", lambda: moment + 2 * run_store.LEASE_SECONDS)
            assert other.hold(number)
        monkeypatch.undo()
        with pytest.raises(StoreError, match="another program"):
            store.add(number, TINY, TrialResult(Trial(0, 0, 5, 2), "failed", "No layers"))
    assert not store.hold(_sweep_set(store) + 1)


def test_pruning_breaks_no_set_that_goes_on_and_says_how_many_made_room(store: Store) -> None:
    results = [TrialResult(Trial(number, number, 5, 2), "done", epochs=2.0) for number in range(4)]
    ended, paused = (_sweep_set(store, name) for name in ("ended", "paused"))
    for number in (ended, paused):
        for result in results:
            store.add(number, TINY, result)
    store.release(ended, "done")
    store.edit([1], starred=True)
    store.prune(most_runs=0)
    assert [each.gone for each in store.sets()] == [3, 0]
    assert [run.set_id for run in store.summaries()] == [ended, *[paused] * 4]


def test_what_can_be_read_of_a_damaged_file_is_saved(store: Store) -> None:
    number = _sweep_set(store)
    for trial in range(60):
        store.add(number, TINY, TrialResult(Trial(trial, trial, 5, 2), "done", project=bytes(5000)))
    kept = store.record(finished())
    store.close()
    content = bytearray(store.path.read_bytes())
    # The pages in the middle; the tables of names and sets lie before them.
    content[len(content) // 2 : len(content) // 2 + 8192] = b"\xff" * 8192
    store.path.write_bytes(content)
    store._begin_anew(DamagedDatabaseError("found"))
    assert "of 61 runs" in store.damage
    assert [each.name for each in store.sets()] == ["Rates"]
    rows = store.summaries()
    assert len(rows) > 40
    assert kept in rows
