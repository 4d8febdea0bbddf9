"""A set of runs that is trained beside the window: the lanes of a race, or many seeds, on a thread of their own."""

from __future__ import annotations

import logging
import math
from collections.abc import Collection
from time import perf_counter
from typing import Any, Final, Literal

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal, Slot

from core.experiment.problems import find_problems
from core.io.sentence import error_reason
from core.nn.blas_threads import available_cores, limit_blas_threads
from core.seeds import SeedTraining
from core.seeds.agreement import SeedLanes
from core.seeds.lanes import Lanes, LaneSet, Moment
from core.sweep.plan import Pace, Plan
from playground.training.mailbox import Mailbox
from playground.training.worker_thread import Arrivals, Worker, WorkerThread, guarded

log = logging.getLogger(__name__)

Level = Literal["cards", "rows"]
"""With pictures, or only what came of each so far, a few times a second."""
_ROWS_SECONDS: Final = 0.25
_KEEP_SECONDS: Final = 60.0
_KEEP_SHARE: Final = 0.05
"""To hand over what is learned takes at most this share of the time."""
_TITLES: Final = {"race": "The race", "seeds": "The training of the seeds"}


class SetWorker(Worker):
    """Base of the workers that train a set of runs."""

    fact = Signal(int, str, object)
    """The number of a plan, the signal of `SetTraining` that tells it, and what that carries."""

    def __init__(self) -> None:
        super().__init__()
        self._number = 0

    def _tell(self, signal: str, value: object) -> None:
        self.fact.emit(self._number, signal, value)


class LaneWorker(SetWorker):
    """Lives in the thread of a `Training`, which calls its methods.

    Facts are queued, and none is lost. Of moments only the latest counts: the mailbox holds one, and while it is not
    taken, no other is made.
    """

    moment_ready = Signal()
    """A moment is in the mailbox, with the number of its plan."""

    def __init__(self, plans: Mailbox[tuple[int, Plan]], moments: Mailbox[tuple[int, Moment]]) -> None:
        super().__init__()
        self._plans, self._moments = plans, moments
        self.lanes: LaneSet | None = None
        self._pace, self._pixels, self._level = Pace(), 0, "cards"
        self._ended: set[int] = set()
        self._kept: dict[int, tuple[float, str]] = {}
        """Epochs and status with which each was handed over."""
        self._keep_at = math.inf
        self._shown_at = self._show_cost = 0.0
        self._plays = False
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._work)

    def take_plan(self) -> None:
        """Begin the newest plan, in place of the one before."""
        found = self._plans.take()
        if found is None:
            return
        was_playing = self._plays
        self._keep()
        self._number, plan = found
        self.end()
        self.title, self._pace = _TITLES[plan.kind], plan.pace
        try:
            for experiment in plan.experiments:
                if problems := find_problems(experiment):
                    raise ValueError(problems[0].sentence)
            limit_blas_threads()
            self.lanes = self._made(plan)
        except Exception as error:
            log.info("%s cannot begin", self.title, exc_info=error)
            self._tell("failed", error_reason(error))
            return
        self._tell("started", self.lanes.data)
        self._tell("running_changed", False)
        if was_playing or plan.kind == "seeds" or plan.so_far:
            self.play()
        self._show()

    def play(self) -> None:
        """Train, unless all are done."""
        if self.lanes is not None and not self.lanes.is_done and not self._plays:
            self.lanes.begin(self._pace)
            self._plays = True
            self._keep_at = perf_counter() + _KEEP_SECONDS
            self._timer.start(0)
            self._tell("running_changed", True)

    def pause(self) -> None:
        """Stop after the current slice."""
        if self._plays:
            self._halt()
            self._show()
            self._keep()

    def step_epoch(self) -> None:
        """Train each to the end of the next epoch."""
        if self.lanes is not None and not self._plays:
            self.lanes.step_epoch()
            self._show()

    def set_pace(self, pace: Pace) -> None:
        self._pace = pace
        if self.lanes is not None:
            self.lanes.begin(pace)

    def watch(self, level: Level) -> None:
        """Who looks at it sees its pictures at once."""
        before, self._level = self._level, level
        if self.lanes is not None and level == "cards" and level != before:
            self._show()

    def draw_at(self, pixels: int) -> None:
        self._pixels = pixels
        if self.lanes is not None:
            self.lanes.draw_at(pixels)
            self._go_on()

    @Slot()
    def end(self) -> None:
        """Hand over what was learned, and let go of the trainers; end their threads and processes."""
        self._keep()
        self._halt()
        if self.lanes is not None:
            self.lanes.close()
        self.lanes = None
        self._ended.clear()
        self._kept.clear()

    def keep(self) -> None:
        """Hand over what was learned since the last time, and say so."""
        self._keep()
        self._tell("kept", None)

    def fail(self, sentence: str) -> None:
        self._halt()
        self._tell("failed", sentence)

    def _made(self, plan: Plan) -> LaneSet:
        if plan.kind == "race":
            return Lanes(plan.experiments, plan.pace, plan.so_far)
        (experiment,) = plan.experiments
        # A core stays with the window.
        cores = max(1, available_cores() - 1)
        training = SeedTraining(
            experiment, plan.seeds, plan.epochs, engine=plan.engine, cores=cores, so_far=plan.so_far
        )
        made = SeedLanes(training, self._number)
        made.draw_at(self._pixels)
        return made

    @guarded
    def _work(self) -> None:
        """Train for a slice, or at rest draw finer."""
        lanes = self.lanes
        assert lanes is not None
        if self._plays:
            lanes.run_for(lanes.slice_seconds)
            if lanes.is_done:
                # Before the end is told: pictures of many take a while, in which it would look like a pause.
                self._show()
                self._halt()
            elif self._moments.empty and perf_counter() >= self._next_at(lanes):
                self._show()
            if perf_counter() >= self._keep_at:
                self._keep()
        elif (finer := lanes.refine()) is not None:
            self._put(finer)
        self._go_on()

    def _next_at(self, lanes: LaneSet) -> float:
        if self._level == "rows":
            return self._shown_at + _ROWS_SECONDS
        return self._shown_at + max(lanes.frame_seconds, self._show_cost / lanes.picture_share)

    def _show(self) -> None:
        lanes, start = self.lanes, perf_counter()
        assert lanes is not None
        running = self._plays and not lanes.is_done
        self._put(lanes.moment(running=running, drawn=self._level == "cards"))
        self._shown_at = perf_counter()
        self._show_cost = self._shown_at - start

    def _put(self, moment: Moment) -> None:
        assert self.lanes is not None
        ended = sorted({*self.lanes.ended()} - self._ended)
        self._ended.update(ended)
        for place in ended:
            self._tell("run_ended", moment.runs[place])
        self._keep(ended)
        self._moments.put((self._number, moment))
        self.moment_ready.emit()
        self._go_on()

    def _keep(self, places: Collection[int] | None = None) -> None:
        """Hand over what those at some places, or all, have learned since the last time."""
        if self.lanes is None or (places is not None and not places):
            return
        start = perf_counter()
        try:
            now = {run.trial.number: (run.epochs, run.status) for run in self.lanes.runs()}
            new = [
                place
                for place, state in now.items()
                if (places is None or place in places)
                and state != self._kept.get(place)
                and state != (0, "done")
            ]
            if new:
                self._tell("learned", (self._number, self.lanes.results(new)))
                self._kept.update((place, now[place]) for place in new)
        except Exception:  # what has failed before has said so
            log.exception("%s cannot be kept", self.title)
        end = perf_counter()
        self._keep_at = end + max(_KEEP_SECONDS, (end - start) / _KEEP_SHARE)

    def _go_on(self) -> None:
        """Work while there is something to do."""
        works = self._plays or (self.lanes is not None and self.lanes.refines)
        if works != self._timer.isActive():
            self._timer.start(0) if works else self._timer.stop()

    def _halt(self) -> None:
        self._timer.stop()
        if self._plays:
            self._plays = False
            self._tell("running_changed", False)


class SetTraining(QObject):
    """One object in front of a worker and its thread, which starts with the first plan.

    What comes of earlier plans is dropped.
    """

    started = Signal(object)
    """What is trained on, before all else of a plan."""
    running_changed = Signal(bool)
    run_ended = Signal(object)
    """The TrialResult, without weights, of one that trains no further: its sentence says why, if not by its end."""
    failed = Signal(str)
    """A sentence: why nothing is trained."""

    def __init__(self, name: str, worker: SetWorker, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.running = False
        self._number = 0
        self._thread = WorkerThread(name, worker, self)
        self._thread.connect_queued([(worker.fact, self._on_fact)])

    def _next_number(self) -> int:
        """The number of a new plan, for which the thread runs."""
        self._thread.begin()
        self._number += 1
        return self._number

    @Slot(int, str, object)
    def _on_fact(self, number: int, signal: str, value: Any) -> None:
        if number == self._number or signal == "learned":
            self._take_fact(signal, value)

    def _take_fact(self, signal: str, value: Any) -> None:
        if signal == "running_changed":
            self.running = value
        getattr(self, signal).emit(value)


class Training(SetTraining):
    """Of lanes and seeds."""

    moment_taken = Signal(object)
    """A `Moment`."""
    learned = Signal(object)
    """The number of a plan, and TrialResult and Snapshot of each of its members that has learned something since.

    At the end of a member and at a pause, now and then, and before they are let go: so of earlier plans, too.
    """
    kept = Signal(object)
    """What was learned until `keep` was called has been handed over."""

    _end_requested = Signal()

    def __init__(self, name: str, parent: QObject | None = None) -> None:
        self._plans: Mailbox[tuple[int, Plan]] = Mailbox()
        self._moments: Mailbox[tuple[int, Moment]] = Mailbox()
        self._arrivals: Arrivals[Moment] = Arrivals()
        self._worker = LaneWorker(self._plans, self._moments)
        super().__init__(name, self._worker, parent)
        self._thread.connect_queued([(self._worker.moment_ready, self._take_moment)])
        # `quit` would not wait for a queued call.
        self._end_requested.connect(self._worker.end, Qt.ConnectionType.BlockingQueuedConnection)

    def start(self, plan: Plan) -> int:
        """Begin a plan, in place of the one before, and return its number.

        Seeds and what goes on train at once, a race if one was running.
        """
        number = self._next_number()
        self._plans.put((number, plan))
        self._thread.call(self._worker.take_plan)
        return number

    def play(self) -> None:
        """Train, or go on."""
        self._thread.call(self._worker.play)

    def pause(self) -> None:
        """Stop after the current slice."""
        self._thread.call(self._worker.pause)

    def step_epoch(self) -> None:
        """Train each lane for one epoch."""
        self._thread.call(self._worker.step_epoch)

    def set_pace(self, pace: Pace) -> None:
        """How the lanes of a race go on."""
        self._thread.call(self._worker.set_pace, pace)

    def watch(self, level: Level) -> None:
        """What moments have."""
        self._thread.call(self._worker.watch, level)

    def draw_at(self, pixels: int) -> None:
        """Pictures at rest are predicted for so many pixels a side."""
        self._thread.call(self._worker.draw_at, pixels)

    def keep(self) -> None:
        """Hand over what was learned since the last time; emits `kept` after that."""
        self._thread.call(self._worker.keep)

    def clear(self) -> None:
        """End the training, and let go of what was learned."""
        if not self._thread.isRunning():
            return
        self._number += 1
        self._thread.call(self._worker.end)
        if self.running:
            self.running = False
            self.running_changed.emit(False)

    def let_go(self) -> None:
        """Let go of what was learned by those that are done, once it is kept."""
        self._thread.call(self._worker.end)

    def close(self) -> None:
        """End the thread, and what its worker has started; waits for the current slice."""
        if self._thread.isRunning():
            self._end_requested.emit()
            # What it has handed over last: nobody comes back to the loop of events.
            QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall.value)
        self._thread.end()

    def _take_fact(self, signal: str, value: Any) -> None:
        super()._take_fact(signal, value)
        if signal == "started" and (early := self._arrivals.begin(self._number)) is not None:
            self.moment_taken.emit(early)

    @Slot()
    def _take_moment(self) -> None:
        found = self._moments.take()
        if found is not None and self._arrivals.admits(*found) and found[0] == self._number:
            self.moment_taken.emit(found[1])
