"""Executors that run trials in processes of this computer, each with one BLAS thread."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from itertools import islice
from typing import Any

from core.io.parent_watch import end_with_parent
from core.nn.blas_threads import available_cores
from core.sweep.executor import Executor
from core.sweep.run_trial import Task, run_trial
from core.sweep.trial import Key, TrialResult

_IDLE_SECONDS = 20
_KILL_SECONDS = 0.2
_DIED = "The process that trained it has ended; maybe there was too little memory"


def jobs_beside_window() -> int:
    """One core is left for the window and its own training."""
    return max(1, available_cores() - 1)


def local_processes(jobs: int) -> Executor:
    """Processes of this computer: loky's, or spawned ones where loky has no processes of its own."""
    # In a frozen bundle loky's workers would start the program again, and one job it runs in this process.
    return SpawnedProcesses(jobs) if jobs == 1 or getattr(sys, "frozen", False) else LokyProcesses(jobs)


def _work(task: Task, parent: int) -> TrialResult:
    """What a process does until `parent` ends. Ctrl+C reaches all of a terminal; the parent decides what it means."""
    # joblib runs a single job in the program's own process, and all where there are no semaphores.
    if os.getpid() != parent:
        end_with_parent(parent)
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    return run_trial(task)


class _Processes:
    """Results of processes, and of what is left when one of them dies."""

    def __init__(self, jobs: int) -> None:
        self.jobs = jobs
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
        """See `Executor`."""
        self._cancelled = True
        # A signal handler must not wait for processes to end.
        threading.Thread(target=self._kill_until_idle, daemon=True).start()

    def detach(self) -> None:
        """See `Executor`."""
        self.cancel()

    def _kill_until_idle(self) -> None:
        """Kill again and again: a process may be about to start, and would then train to its end."""
        while True:
            self._kill()
            if self._idle.wait(_KILL_SECONDS):
                return

    def _kill(self) -> None:
        """End the processes that there are now."""
        raise NotImplementedError

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
            yield from self._alone(task)

    def _alone(self, task: Task) -> Iterator[TrialResult]:
        if self._cancelled:
            return
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
        raise NotImplementedError


class LokyProcesses(_Processes):
    """Processes of joblib's."""

    def _stream(self, tasks: Iterator[Task]) -> Iterator[TrialResult]:
        from joblib import Parallel, delayed, parallel_config

        with parallel_config("loky", inner_max_num_threads=1, idle_worker_timeout=_IDLE_SECONDS):
            # One more than there are processes, so that none waits for its next trial.
            parallel = Parallel(
                self.jobs, return_as="generator_unordered", pre_dispatch=self.jobs + 1, batch_size=1
            )
        yield from parallel(delayed(_work)(task, os.getpid()) for task in tasks)

    def _kill(self) -> None:
        _end_loky()

    def close(self) -> None:
        """See `Executor`."""
        _end_loky()


def _end_loky() -> None:
    from joblib.externals.loky import get_reusable_executor

    with suppress(RuntimeError, OSError):
        get_reusable_executor(reuse=True).shutdown(wait=True, kill_workers=True)


class SpawnedProcesses(_Processes):
    """Processes of the standard library's, which work in a frozen bundle that calls `freeze_support`."""

    def __init__(self, jobs: int) -> None:
        super().__init__(jobs)
        self._pool: ProcessPoolExecutor | None = None

    def _stream(self, tasks: Iterator[Task]) -> Iterator[TrialResult]:
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(self.jobs, mp_context=context)
        try:
            running: set[Future[TrialResult]] = {
                self._pool.submit(_work, task, os.getpid()) for task in islice(tasks, self.jobs + 1)
            }
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                running |= {self._pool.submit(_work, task, os.getpid()) for task in islice(tasks, len(done))}
                for future in done:
                    yield future.result()
        except BrokenProcessPool:
            self.close()
            raise

    def _kill(self) -> None:
        processes: dict[int, Any] = (
            {} if self._pool is None else getattr(self._pool, "_processes", None) or {}
        )
        for process in list(processes.values()):
            process.kill()

    def close(self) -> None:
        """See `Executor`."""
        # What runs or waits is wanted no more, as after an error of the journal; it may take hours.
        self._kill()
        pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)
