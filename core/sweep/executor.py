"""What runs the trials of a sweep: an executor takes tasks one by one and gives results as they are finished."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Protocol

from core.sweep.run_trial import Task, run_trial
from core.sweep.trial import TrialResult


class ExecutorError(Exception):
    """A sentence for the user: why trials cannot be run there."""


class Executor(Protocol):
    """Runs trials. All methods but `cancel` are called by one thread."""

    @property
    def jobs(self) -> int:
        """How many trials run at once."""
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
        ...

    def close(self) -> None:
        """End the processes."""
        ...


class InTurn:
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

    def detach(self) -> None:
        """See `Executor`."""
        self.cancel()

    def close(self) -> None:
        """Nothing to end."""
