"""Trains several trainers together, slice by slice: what the lanes of a race and many seeds have in common."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from time import perf_counter
from typing import Any, ClassVar

from PySide6.QtCore import QTimer, Signal, Slot

from core.experiment.experiment import Experiment
from core.experiment.problems import find_problems
from core.io.sentence import error_reason
from core.nn.blas_threads import limit_blas_threads
from playground.training.mailbox import Mailbox
from playground.training.worker_thread import Worker, guarded

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class GroupRequest:
    """What to train; `number` counts requests."""

    number: int
    experiments: tuple[Experiment, ...]


class GroupWorker(Worker):
    """Lives in the thread of a `GroupSession`; every slot is called through queued signals.

    A subclass has the methods with an underscore. It overrides no slot: PySide calls those on the sender's thread.
    """

    prepared = Signal(int, object)
    """The number of a request, and the data that it is trained on."""
    moment_ready = Signal()
    """A moment is in the mailbox, with the number of its request."""
    running_changed = Signal(int, bool)
    results_ready = Signal(int, list)
    """The number of a request, and what was asked for of its trainers."""
    failed = Signal(int, str)
    """The number of a request that cannot be trained, and why."""

    frame_seconds: ClassVar[float] = 0.033
    picture_share: ClassVar[float] = 0.5
    """Pictures of slow networks take at most this share of the time of the training between them."""

    def __init__(self, requests: Mailbox[Any], moments: Mailbox[tuple[int, Any]]) -> None:
        super().__init__()
        self._requests, self._moments = requests, moments
        self._number = 0
        self._shown_at = self._show_cost = 0.0
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._train_slice)

    @Slot()
    def take_request(self) -> None:
        """Begin the newest request, in place of the one before."""
        request = self._requests.take()
        if request is None:
            return
        was_running = self._timer.isActive()
        self._number = request.number
        self.end()
        try:
            for experiment in request.experiments:
                if problems := find_problems(experiment):
                    raise ValueError(problems[0].sentence)
            limit_blas_threads()
            data = self._make(request)
        except Exception as error:
            log.info("%s cannot begin", self.title, exc_info=error)
            self.end()
            self.failed.emit(self._number, error_reason(error))
            return
        self.prepared.emit(self._number, data)
        self._begin(was_running=was_running)

    @Slot()
    def play(self) -> None:
        """Train, unless all are done."""
        if self._has_trainers and not self._is_done and not self._timer.isActive():
            self._before_playing()
            self._timer.start(0)
            self.running_changed.emit(self._number, True)

    @Slot()
    def pause(self) -> None:
        """Stop after the current slice."""
        if self._timer.isActive():
            self._halt()
            self._show()

    @Slot()
    def end(self) -> None:
        """Let go of the trainers, and of what they have learned."""
        self._halt()
        self._let_go()

    @Slot(object)
    def send_results(self, wanted: tuple[int, ...] | None) -> None:
        """Copy what the wanted trainers have learned, None for all; emits `results_ready`."""
        if self._has_trainers:
            self.results_ready.emit(self._number, self._results(wanted))

    def fail(self, sentence: str) -> None:
        self._halt()
        self.failed.emit(self._number, sentence)

    def _make(self, request: Any) -> object:
        """Make the trainers of a request; returns their data."""
        raise NotImplementedError

    def _begin(self, *, was_running: bool) -> None:
        """Show the trainers, or train them; `was_running`: those of the request before were being trained."""
        raise NotImplementedError

    def _let_go(self) -> None:
        """Forget the trainers."""
        raise NotImplementedError

    def _results(self, wanted: tuple[int, ...] | None) -> list[Any]:
        """Networks of the wanted trainers, None for all."""
        raise NotImplementedError

    @property
    def _has_trainers(self) -> bool:
        raise NotImplementedError

    @property
    def _is_done(self) -> bool:
        """Whether all trainers are at their end."""
        raise NotImplementedError

    def _before_playing(self) -> None:
        """Called when the training begins or goes on."""

    def _train(self) -> None:
        """Train for a slice."""
        raise NotImplementedError

    def _moment(self, *, running: bool) -> object:
        """View of all trainers now."""
        raise NotImplementedError

    @guarded
    def _train_slice(self) -> None:
        self._train()
        if self._is_done:
            # Before the end is told: pictures of many take a while, in which it would look like a pause.
            self._show()
            self._halt()
        elif self._moments.empty and perf_counter() >= self._shown_at + max(
            self.frame_seconds, self._show_cost / self.picture_share
        ):
            self._show()

    def _show(self) -> None:
        start = perf_counter()
        self._put(self._moment(running=self._timer.isActive() and not self._is_done))
        self._shown_at = perf_counter()
        self._show_cost = self._shown_at - start

    def _put(self, moment: object) -> None:
        self._moments.put((self._number, moment))
        self.moment_ready.emit()

    def _halt(self) -> None:
        if self._timer.isActive():
            self._timer.stop()
            self.running_changed.emit(self._number, False)
