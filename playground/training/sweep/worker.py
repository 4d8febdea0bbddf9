"""Runs a sweep on its thread, and passes the results on as they are finished."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock
from typing import Final

from PySide6.QtCore import QObject, Signal, Slot

from core.spec import SettingError
from core.sweep.executor import ExecutorError
from core.sweep.journal import Journal, JournalError
from core.sweep.place import SweepPlace
from core.sweep.processes import jobs_beside_window
from core.sweep.sweep import Sweep
from core.sweep.sweep_run import Progress, State, SweepRun
from core.sweep.trial import TrialResult
from playground.model.runs.trial_keeper import TrialKeeper
from playground.training.duty_cycle import DutyCycle

log = logging.getLogger(__name__)

_DUTY: Final = 1 / 3
"""Share of the interpreter for keeping results. Beside 90 trials a second, which took half of it, the window had 26
pictures a second; with a third it has 49, beside 55 trials. Trials of a second and more do not notice."""


@dataclass(eq=False)
class SweepRequest:
    """A sweep to run once, or one of an earlier start to go on with.

    - `number` counts requests; `name` tells sweeps on a cluster apart.
    - `sweep`: None for the one in the journal; `only_reads` what is finished of it.
    - `picture`: makes the pictures of runs, see `TrialKeeper`; None keeps no runs. `runs`: their database.
    """

    number: int
    name: str
    journal: Path
    place: SweepPlace
    sweep: Sweep | None = None
    only_reads: bool = False
    picture: Callable[[TrialResult], bytes] | None = None
    runs: Path | None = None
    _wish: State | None = None
    _run: SweepRun | None = None
    _lock: Lock = field(default_factory=Lock)

    def begin(self, run: SweepRun) -> None:
        """Let what was and will be wished reach the run."""
        with self._lock:
            self._run = run
            if self._wish is not None:
                _tell(run, self._wish)

    def wish(self, state: State) -> None:
        """Ask for "cancelled", "detached", "pausing" or "running", from any thread, even before it has begun."""
        with self._lock:
            self._wish = state
            if self._run is not None:
                _tell(self._run, state)

    def report(self, _: object) -> None:
        """Called while the journal is read. Raises `JournalError` once the user has ended it."""
        if self.is_ended:
            raise JournalError("The sweep has ended")

    @property
    def is_ended(self) -> bool:
        """Whether the user has ended it."""
        return self._wish in ("cancelled", "detached")

    @property
    def progress(self) -> Progress | None:
        """How far it is, from any thread; None before it has begun."""
        return None if self._run is None else self._run.progress()


class SweepWorker(QObject):
    """Lives in the thread of a `SweepSession`; `run` takes as long as the sweep."""

    opened = Signal(int, object, list)
    """The number of a request, its Sweep, and the results that its journal has."""
    result_ready = Signal(int, object)
    """The number of a request, and a TrialResult without its project."""
    ended = Signal(int, bool, str)
    """The number of a request, whether all trials are finished, and a sentence why not, unless that was wished."""

    @Slot(object)
    def run(self, request: SweepRequest) -> None:
        """Run all trials."""
        sentence, done = "", False
        try:
            with Journal(request.journal) as journal:
                sweep = request.sweep or journal.sweep()
                if sweep is None:
                    raise JournalError("The journal has no sweep")
                results, engine = journal.prepared_for(sweep, request.report)
                self.opened.emit(request.number, sweep, list(results.values()))
                done = sweep.count() <= len(results)
                if not request.only_reads:
                    done, sentence = self._follow(request, sweep, journal, compiled=engine == "compiled")
        except (ExecutorError, JournalError, SettingError) as error:
            sentence = str(error)
        except Exception as error:
            log.exception("A sweep stopped")
            sentence = f"The sweep stopped: {error}"
        self.ended.emit(request.number, done, "" if request.is_ended else sentence)

    def _follow(
        self, request: SweepRequest, sweep: Sweep, journal: Journal, *, compiled: bool
    ) -> tuple[bool, str]:
        """Whether all trials are finished, and why none is kept among the runs."""
        place = request.place
        if not place.scheduler:
            place = replace(place, jobs=place.jobs or jobs_beside_window())
        executor = place.executor(request.name, compiled=compiled, in_process=False)
        picture = request.picture or (lambda _: b"")
        try:
            keeps = request.picture is not None
            with TrialKeeper(
                sweep.experiment, picture, journal.address, keeps=keeps, path=request.runs
            ) as keeper:
                run = SweepRun(sweep, executor, journal, keeper, nice=True)
                request.begin(run)
                duty = DutyCycle(_DUTY)
                for result in run.run():
                    self.result_ready.emit(request.number, replace(result, project=b""))
                    duty.rest()
                return run.progress().state == "done", keeper.fault
        finally:
            executor.close()


def _tell(run: SweepRun, state: State) -> None:
    {"cancelled": run.cancel, "detached": run.detach, "pausing": run.pause, "running": run.resume}[state]()
