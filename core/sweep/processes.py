"""Executors of this computer: trials one after the other in this process, or in several of their own."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import islice
from typing import Protocol

from ..io.worker_pool import WorkerPool
from ..nn.blas_threads import available_cores
from ..runs.trial import Key, TrialResult
from .run_trial import Task, run_trial


class ExecutorError(Exception):
    """A sentence for the user: why trials cannot be run there."""


class Executor(Protocol):
    """Runs trials. All methods but `cancel` are called by one thread."""

    @property
    def jobs(self) -> int:
        """Number of trials that run at once."""
        ...

    def run(self, tasks: Iterable[Task]) -> Iterator[TrialResult]:
        """Results in the order in which they are finished. Tasks are taken when there is room for them, maybe by
        another thread; when they end, what runs is finished. Raises `ExecutorError`."""
        ...

    def cancel(self) -> None:
        """End what runs, from any thread; `run` then ends soon, with or without its results."""
        ...

    def detach(self) -> None:
        """End `run` soon, from any thread, but let a cluster go on with all tasks; elsewhere as `cancel`."""
        self.cancel()

    def close(self) -> None:
        """End the processes, where there are any."""
        return


class InTurn(Executor):
    """One trial after the other, in this process."""

    jobs = 1

    def __init__(self) -> None:
        self._cancelled = False

    def run(self, tasks: Iterable[Task]) -> Iterator[TrialResult]:
        """See `Executor`; a trial that has begun is finished."""
        for task in tasks:
            if self._cancelled:
                return
            yield run_trial(task)

    def cancel(self) -> None:
        """Begin no other trial."""
        self._cancelled = True


_KILL_SECONDS = 0.2
_DIED = "The process that trained it has ended; maybe there was too little memory"


def jobs_beside_window() -> int:
    """One core is left for the window and its own training."""
    return max(1, available_cores() - 1)


class Processes(Executor):
    """Results of processes, and of what is left when one of them dies; see `Executor`."""

    jobs = 1

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
        self._pool: WorkerPool | None = None
        self._cancelled = False
        self._idle = threading.Event()
        self._idle.set()

    def run(self, tasks: Iterable[Task]) -> Iterator[TrialResult]:
        """See `Executor`. When a process dies, what ran is run again one by one, and `run` ends."""
        self._idle.clear()
        try:
            yield from self._run(tasks)
        finally:
            self._idle.set()

    def cancel(self) -> None:
        self._cancelled = True
        # A signal handler must not wait for processes to end.
        threading.Thread(target=self._kill_until_idle, daemon=True).start()

    def close(self) -> None:
        """See `Executor`. What runs or waits is wanted no more, as after an error of the journal."""
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.close()

    def _kill_until_idle(self) -> None:
        """Kill again and again: a process may be about to start, and would then train to its end."""
        while True:
            self._kill()
            if self._idle.wait(_KILL_SECONDS):
                return

    def _kill(self) -> None:
        if (pool := self._pool) is not None:
            pool.kill()

    def _run(self, tasks: Iterable[Task]) -> Iterator[TrialResult]:
        flying: dict[Key, Task] = {}

        def noted() -> Iterator[Task]:
            for task in tasks:
                flying[task.trial.key] = task
                yield task

        try:
            for result in self._stream(noted()):
                del flying[result.key]
                yield result
            return
        except Exception as error:
            if not self._is_death(error):
                raise
        for task in list(flying.values()):
            if not self._cancelled:
                yield from self._alone(task)

    def _alone(self, task: Task) -> Iterator[TrialResult]:
        try:
            yield from self._stream(iter([task]))
        except Exception as error:
            if not self._is_death(error):
                raise
            if not self._cancelled:
                yield TrialResult(task.trial, "failed", _DIED)

    def _is_death(self, error: Exception) -> bool:
        return self._cancelled or isinstance(error, BrokenProcessPool)

    def _stream(self, tasks: Iterator[Task]) -> Iterator[TrialResult]:
        try:
            pool = self._pool = self._pool or WorkerPool(self.jobs)
        except (ImportError, NotImplementedError, OSError):
            # Without semaphores there are no pools: one after the other, in this process.
            yield from map(run_trial, tasks)
            return
        try:
            # One more than there are processes, so that none waits for its next trial.
            running: set[Future[TrialResult]] = {
                pool.submit(run_trial, task) for task in islice(tasks, self.jobs + 1)
            }
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                running |= {pool.submit(run_trial, task) for task in islice(tasks, len(done))}
                for future in done:
                    yield future.result()
        except BrokenProcessPool:
            self.close()
            raise
