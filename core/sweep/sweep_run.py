"""Run a sweep: give its trials to an executor, keep what is finished, and say how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from threading import Condition
from time import perf_counter
from types import MappingProxyType
from typing import Literal

from ..runs.lease import held
from ..runs.trial import Key, Trial, TrialResult
from .compute_target import ComputeTarget
from .journal import Journal, JournalError
from .processes import Executor, ExecutorError
from .run_trial import Budget, Task
from .sweep import Sweep

State = Literal["waiting", "running", "pausing", "paused", "cancelled", "detached", "done"]


@dataclass(frozen=True)
class Progress:
    """Progress of a sweep. `seconds_left` is None until a trial is finished; `points` are running."""

    state: State
    done: int
    total: int
    running: tuple[Key, ...]
    points: tuple[int, ...]
    seconds: float
    seconds_left: float | None


@contextmanager
def held_run(
    sweep: Sweep,
    journal: Journal,
    target: ComputeTarget,
    keep: Callable[[TrialResult], None] | None = None,
    *,
    name: str,
    beside_window: bool = False,
) -> Iterator[SweepRun]:
    """A run whose set this process holds meanwhile, and then leaves as done or paused; `name` is that for a cluster.

    The journal has been prepared for the sweep.
    Raises `JournalError` where another process has it, and `ExecutorError`.
    """
    is_compiled = journal.engine == "compiled"
    with closing(target.executor(name, compiled=is_compiled, in_process=not beside_window)) as executor:
        run = SweepRun(sweep, executor, journal, keep, nice=beside_window)
        with held(journal.store, journal.set_id, lambda: run.progress().state == "done") as is_free:
            if not is_free:
                raise JournalError("Another window or program trains this sweep now")
            yield run


class SweepRun:
    """A sweep that is run once. `run` belongs to one thread; any thread may pause, resume and cancel.

    `keep` gets every result before the journal does: what it has kept is never lost, though it may come twice.
    With `nice`, trials give way to other programs. What the journal has already is not run again.
    """

    def __init__(
        self,
        sweep: Sweep,
        executor: Executor,
        journal: Journal,
        keep: Callable[[TrialResult], None] | None = None,
        *,
        nice: bool = False,
    ) -> None:
        sweep.check()
        self.sweep, self.total = sweep, sweep.count()
        self._executor, self._journal, self._keep, self._nice = executor, journal, keep, nice
        self._results, engine = journal.prepared_for(sweep)
        self._budget = Budget(sweep.seconds, sweep.stop, engine)
        self._known = len(self._results)
        self._running: dict[Key, int] = {}
        self._jobs = 1
        self._is_held = False
        self._state: State = "waiting"
        self._change = Condition()
        self._started = self._paused_at = 0.0

    @property
    def results(self) -> Mapping[Key, TrialResult]:
        """All results so far, by number and rung, without their projects."""
        return MappingProxyType(self._results)

    def project(self, key: Key) -> bytes:
        """The weights of a finished trial as a project, on the thread of `run`; b"" if none were kept."""
        return self._journal.project(key)

    def progress(self) -> Progress:
        """Progress of the sweep now."""
        done, now = len(self._results), self._paused_at or perf_counter()
        seconds = now - self._started if self._started else 0.0
        new = done - self._known
        left = seconds / new * (self.total - done) if new else None
        # An executor takes one task more than it has processes, which waits in front of them.
        running = tuple(self._running.copy().items())[: self._jobs]
        keys, points = tuple(key for key, _ in running), tuple(point for _, point in running)
        return Progress(self._state, done, self.total, keys, points, seconds, left)

    def run(self) -> Iterator[TrialResult]:
        """Results as they are finished, those of the journal not. Raises `ExecutorError` and `JournalError`."""
        self._started = perf_counter()
        with self._change:
            if self._state == "waiting":
                self._state = "running"
        rounds = self.sweep.rounds()
        trials = next(rounds)
        while True:
            yield from self._run_round(trials)
            if self._state in ("cancelled", "detached"):
                return
            scores = {trial.key: self._results[trial.key].score(self.sweep.objective) for trial in trials}
            try:
                trials = rounds.send(scores)
            except StopIteration:
                self._state = "done"
                return

    def pause(self) -> None:
        """Begin no other trial; those that run are finished."""
        with self._change:
            if self._state in ("waiting", "running"):
                self._state = "pausing"

    def resume(self) -> None:
        """Go on after a pause."""
        with self._change:
            if self._state in ("pausing", "paused"):
                self._state = "running"
                self._change.notify_all()

    def cancel(self) -> None:
        """End: what runs is lost, what is finished stays in the journal."""
        with self._change:
            if self._state not in ("detached", "done"):
                self._state = "cancelled"
            self._change.notify_all()
        self._executor.cancel()

    def detach(self) -> None:
        """End, but let a cluster finish the trials of this round; a later run with this journal brings them."""
        with self._change:
            if self._state not in ("cancelled", "done"):
                self._state = "detached"
            self._change.notify_all()
        self._executor.detach()

    def _run_round(self, trials: Sequence[Trial]) -> Iterator[TrialResult]:
        projects = {trial.key: self._earlier_project(trial) for trial in trials if trial.rung}
        while missing := [trial for trial in trials if trial.key not in self._results]:
            if not self._may_go_on():
                return
            before, self._is_held = len(self._results), False
            self._jobs = self._executor.jobs
            for result in self._executor.run(self._tasks(missing, projects)):
                self._running.pop(result.key, None)
                self._jobs = self._executor.jobs
                if result.key not in self._results:
                    self._take(result)
                    yield result
            self._running.clear()
            if self._state == "detached":
                return
            # A pause that is over already may have kept all tasks back.
            if len(self._results) == before and self._state == "running" and not self._is_held:
                raise ExecutorError("The trials cannot be run: no process gives a result")

    def _earlier_project(self, trial: Trial) -> bytes:
        """Results of the rung before."""
        return b"" if trial.key in self._results else self._journal.project((trial.number, trial.rung - 1))

    def _tasks(self, trials: Sequence[Trial], projects: Mapping[Key, bytes]) -> Iterator[Task]:
        """Tasks until all are given or something else is wanted; the executor may ask from another thread."""
        for trial in trials:
            if self._state not in ("running", "detached"):
                self._is_held = True
                return
            self._running[trial.key] = trial.point
            project = projects.get(trial.key, b"")
            yield Task(trial, self.sweep.experiment, self._budget, project=project, nice=self._nice)

    def _take(self, result: TrialResult) -> None:
        if self._keep is not None:
            self._keep(result)
        self._journal.add(result)
        self._results[result.key] = replace(result, project=b"")

    def _may_go_on(self) -> bool:
        """Wait while paused; False after `cancel`."""
        with self._change:
            # Again, if it was paused anew before this thread woke.
            while self._state in ("pausing", "paused"):
                self._state, self._paused_at = "paused", perf_counter()
                self._change.wait_for(lambda: self._state != "paused")
                self._started += perf_counter() - self._paused_at
                self._paused_at = 0.0
            return self._state in ("running", "detached")
