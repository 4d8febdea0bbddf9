"""Runs a sweep on its thread, and passes the results on as they are finished."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Lock

from PySide6.QtCore import QObject, Signal, Slot

from core.spec import SettingError
from core.sweep.executor import ExecutorError
from core.sweep.journal import Journal, JournalError
from core.sweep.processes import jobs_beside_window, local_processes
from core.sweep.sweep import Sweep
from core.sweep.sweep_run import SweepRun

__all__ = ["SweepRequest", "SweepWorker"]

log = logging.getLogger(__name__)


@dataclass(eq=False)
class SweepRequest:
    """A sweep to run once; `number` counts requests, `journal` is a new file for what is finished."""

    number: int
    sweep: Sweep
    journal: Path
    is_cancelled: bool = False
    _run: SweepRun | None = None
    _lock: Lock = field(default_factory=Lock)

    def begin(self, run: SweepRun) -> None:
        """Let `cancel` reach the run."""
        with self._lock:
            self._run = run
            if self.is_cancelled:
                run.cancel()

    def cancel(self) -> None:
        """End soon, from any thread, even before it has begun."""
        with self._lock:
            self.is_cancelled = True
            if self._run is not None:
                self._run.cancel()


class SweepWorker(QObject):
    """Lives in the thread of a `SweepSession`; `run` takes as long as the sweep."""

    result_ready = Signal(int, object, object)
    """The number of a request, a TrialResult without its project, and the Progress."""
    ended = Signal(int, str)
    """The number of a request, and a sentence unless it was done or cancelled."""

    @Slot(object)
    def run(self, request: SweepRequest) -> None:
        """Run all trials."""
        sentence = ""
        executor = local_processes(jobs_beside_window())
        try:
            with Journal(request.journal) as journal:
                run = SweepRun(request.sweep, executor, journal, nice=True)
                request.begin(run)
                for result in run.run():
                    self.result_ready.emit(request.number, replace(result, project=b""), run.progress())
        except (ExecutorError, JournalError, SettingError) as error:
            sentence = str(error)
        except Exception as error:
            log.exception("A sweep stopped")
            sentence = f"The sweep stopped: {error}"
        finally:
            executor.close()
        self.ended.emit(request.number, "" if request.is_cancelled else sentence)
