"""A sweep as it runs: resumed after kill -9, paused, cancelled, halved, and how far it is."""

from __future__ import annotations

import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from itertools import count, islice
from pathlib import Path

import pytest

from core.runs.trial import Key, TrialResult
from core.spec import SettingError
from core.sweep import sweep_run as module
from core.sweep.journal import Journal, JournalError
from core.sweep.methods import Halving
from core.sweep.processes import ExecutorError, InTurn
from core.sweep.run_trial import Task, run_trial
from core.sweep.sweep import Sweep
from core.sweep.sweep_run import SweepRun
from tests.core.sweep.small_sweeps import numbers, small_sweep


class Counting(InTurn):
    """Remembers which trials it has run."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: list[Key] = []

    def run(self, tasks: Iterable[Task]) -> Iterator[TrialResult]:
        for result in super().run(tasks):
            self.keys.append(result.key)
            yield result


def finished(sweep: Sweep, journal: Journal, executor: InTurn | None = None) -> SweepRun:
    run = SweepRun(sweep, executor or InTurn(), journal)
    for _ in run.run():
        pass
    return run


def test_every_trial_is_run_kept_and_counted() -> None:
    kept: list[Key] = []
    sweep = small_sweep(rates=2, seeds=2)
    with Journal() as journal:
        run = SweepRun(sweep, InTurn(), journal, lambda result: kept.append(result.key))
        assert (run.progress().state, run.progress().seconds_left) == ("waiting", None)
        states = []
        for result in run.run():
            states.append(run.progress())
            assert result.project
        assert [state.done for state in states] == list(range(1, 9))
        assert states[0].seconds_left is not None
        assert states[0].seconds_left > states[-1].seconds_left == 0.0  # type: ignore[operator]
        assert run.progress().state == "done"
        assert kept == list(run.results) == list(journal.results())
        assert run.project((0, 0)) == journal.project((0, 0)) != b""


class Ahead(InTurn):
    """Takes one task more than runs, as processes do."""

    def run(self, tasks: Iterable[Task]) -> Iterator[TrialResult]:
        waiting = iter(tasks)
        held = list(islice(waiting, 2))
        while held:
            held += islice(waiting, 1)
            yield run_trial(held.pop(0))


def test_a_trial_that_waits_in_front_of_the_processes_does_not_run_yet() -> None:
    with Journal() as journal:
        run = SweepRun(small_sweep(), Ahead(), journal)
        for _ in run.run():
            progress = run.progress()
            assert len(progress.running) == len(progress.points) == min(1, progress.total - progress.done)


def test_halving_trains_on_and_gives_what_one_training_gives() -> None:
    sweep = small_sweep(method=Halving(trials=4, factor=2, first_epochs=2), epochs=8)
    with Journal() as journal:
        run = finished(sweep, journal)
        assert len(run.results) == sweep.count() == 7
        last = run.results[next(key for key in run.results if key[1] == 2)]
        assert last.epochs == 8.0
        assert numbers(last) == numbers(run_trial(Task(last.trial, sweep.experiment)))


def test_each_rung_goes_on_from_the_weights_of_the_one_before() -> None:
    """The numbers would be the same from any earlier weights, only later."""

    class Given(InTurn):
        def run(self, tasks: Iterable[Task]) -> Iterator[TrialResult]:
            return super().run(map(noted, tasks))

    def noted(task: Task) -> Task:
        number, rung = task.trial.key
        assert task.project == (journal.project((number, rung - 1)) if rung else b"")
        assert bool(task.project) is bool(rung)
        rungs.add(rung)
        return task

    rungs: set[int] = set()
    with Journal() as journal:
        finished(small_sweep(method=Halving(trials=4, factor=2, first_epochs=2), epochs=8), journal, Given())
    assert rungs == {0, 1, 2}


def test_a_result_is_kept_before_the_journal_has_it() -> None:
    """What is in the journal does not come again, so that a run lost here would be lost for good."""
    with Journal() as journal:

        def keep(result: TrialResult) -> None:
            assert result.key not in journal.results()
            raise OSError("No space left on device")

        run = SweepRun(small_sweep(), InTurn(), journal, keep)
        with pytest.raises(OSError, match="No space left"):
            next(run.run())
        assert journal.results() == run.results == {}


def test_the_clock_stands_still_in_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(module, "perf_counter", lambda: now)
    with Journal() as journal:
        run = SweepRun(small_sweep(), InTurn(), journal)
        results = run.run()

        def waited(condition: Callable[[], bool]) -> bool:
            nonlocal now
            now += 100.0
            assert run.progress().seconds == 3.0
            run.resume()
            return condition()

        run._change.wait_for = waited  # type: ignore[method-assign, assignment]
        next(results)
        now += 3.0
        assert (run.progress().seconds, run.progress().seconds_left) == (3.0, 15.0)
        run.pause()
        next(results)
        now += 1.0
        assert (run.progress().seconds, run.progress().seconds_left) == (4.0, 8.0)


def test_a_pause_begins_no_trial_until_it_is_over() -> None:
    with Journal() as journal:
        run = SweepRun(small_sweep(), InTurn(), journal)
        results = run.run()
        next(results)
        run.pause()
        assert run.progress().state == "pausing"
        paused = threading.Event()
        waiting = run._change.wait_for

        def noticed(condition: object) -> bool:
            paused.set()
            return waiting(condition)  # type: ignore[arg-type]

        run._change.wait_for = noticed  # type: ignore[method-assign, assignment]
        # An in-memory journal belongs to this thread, so another one resumes.
        other = threading.Thread(target=lambda: (paused.wait(60), _resume(run)))
        other.start()
        assert len(list(results)) == 5
        other.join()
        assert run.progress().state == "done"


def test_a_pause_right_after_another_one_begins_no_trial_either() -> None:
    with Journal() as journal:
        run = SweepRun(small_sweep(), InTurn(), journal)
        results = run.run()
        next(results)
        run.pause()
        states: list[str] = []

        def waited(condition: Callable[[], bool]) -> bool:
            """As if another thread had done this before the one that waits could run."""
            states.append(run.progress().state)
            run.resume()
            if len(states) == 1:
                run.pause()
            return condition()

        run._change.wait_for = waited  # type: ignore[method-assign, assignment]
        assert len(list(results)) == 5
        assert states == ["paused", "paused"]
        assert run.progress().state == "done"


def test_a_pause_that_ends_before_the_executor_does_is_no_error() -> None:
    class Held(InTurn):
        def run(self, tasks: Iterable[Task]) -> Iterator[TrialResult]:
            if next(passes) == 0:
                run.pause()
                assert list(tasks) == []
                run.resume()
            yield from super().run(tasks)

    with Journal() as journal:
        run, passes = SweepRun(small_sweep(), Held(), journal), count()
        assert len(list(run.run())) == 6


def _resume(run: SweepRun) -> None:
    assert run.progress().state == "paused"
    run.resume()


@pytest.mark.parametrize("is_paused", [False, True])
def test_a_cancelled_sweep_keeps_what_is_finished_and_goes_on_later(is_paused: bool) -> None:
    sweep = small_sweep()
    with Journal() as journal:
        run = SweepRun(sweep, InTurn(), journal)
        results = run.run()
        next(results)
        next(results)
        if is_paused:
            run.pause()
        run.cancel()
        assert list(results) == []
        assert run.progress().state == "cancelled"
        run.resume()
        assert run.progress().state == "cancelled"
        again = Counting()
        assert len(finished(sweep, journal, again).results) == 6
        assert len(again.keys) == 4


def test_another_sweep_is_not_mixed_in() -> None:
    with Journal() as journal:
        finished(small_sweep(), journal)
        with pytest.raises(JournalError, match="the trials of another sweep"):
            SweepRun(small_sweep(epochs=3), InTurn(), journal)


def test_a_sweep_that_cannot_run_is_refused_before_it_begins() -> None:
    with Journal() as journal, pytest.raises(SettingError, match=re.escape("axes must name at least one")):
        SweepRun(Sweep(), InTurn(), journal)


def test_an_executor_without_results_ends_with_a_sentence() -> None:
    class Broken(InTurn):
        def run(self, tasks: Iterable[Task]) -> Iterator[TrialResult]:
            return iter(())

    with Journal() as journal, pytest.raises(ExecutorError, match="no process gives a result"):
        finished(small_sweep(), journal, Broken())


def test_a_result_that_comes_twice_counts_once() -> None:
    class Twice(InTurn):
        def run(self, tasks: Iterable[Task]) -> Iterator[TrialResult]:
            for result in super().run(tasks):
                yield result
                yield result

    with Journal() as journal:
        run = SweepRun(small_sweep(), Twice(), journal)
        assert len(list(run.run())) == 6


_PROGRAM = """
import sys
from pathlib import Path
from core.sweep.processes import InTurn
from core.sweep.journal import Journal
from core.sweep.sweep import load_sweep
from core.sweep.sweep_run import SweepRun
folder = Path(sys.argv[1])
run = SweepRun(load_sweep(folder / "a.json"), InTurn(), Journal(folder / "a.trials"))
for result in run.run():
    print(*result.key, flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no kill -9")
def test_a_sweep_that_was_killed_runs_no_finished_trial_again_and_misses_none(tmp_path: Path) -> None:
    sweep = small_sweep(rates=100)
    (tmp_path / "a.json").write_text(json.dumps(sweep.to_json()), encoding="utf-8")
    program = subprocess.Popen(
        [sys.executable, "-c", _PROGRAM, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=Path.cwd()
    )
    assert program.stdout is not None
    for _ in range(random.Random().randrange(1, 60)):
        line = program.stdout.readline()
        assert line
    os.kill(program.pid, signal.SIGKILL)
    said = {line, *program.stdout.readlines()}
    program.stdout.close()
    program.wait()
    with Journal(tmp_path / "a.trials") as journal:
        before = set(journal.results())
        assert {tuple(map(int, text.split())) for text in said if text.endswith("\n")} <= before
        assert 0 < len(before) < 200
        again = Counting()
        run = finished(sweep, journal, again)
        assert not before & set(again.keys)
        assert len(again.keys) == 200 - len(before)
        assert sorted(run.results) == [(number, 0) for number in range(200)]
        assert set(journal.results()) == set(run.results)
