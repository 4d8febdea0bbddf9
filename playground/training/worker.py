"""Trains on its own thread, a slice of a few milliseconds at a time, and puts snapshots into the mailbox."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from threading import Event
from time import perf_counter

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from core.data.datasets import DataError
from core.experiment.problems import find_problems
from core.experiment.project_file import Progress
from core.inspect.mistake_search import MistakeSearch
from core.inspect.predictions import Part, Questioning
from core.inspect.snapshot import PictureRequest, Snapshot
from core.train.stop_condition import StopCondition
from core.train.trainer import DivergedError, Trainer
from playground.model.training_speed import DEFAULT_SPEED, find_speed
from playground.model.undo import Revision
from playground.training.background_task import Asking
from playground.training.checkpoint import Checkpoint, LastGoodProgress
from playground.training.edit_effects import changes_live
from playground.training.mailbox import Mailbox
from playground.training.requests import Order, WeightEdit
from playground.training.run import Run, RunMaker, Waiting
from playground.training.snapshot_publisher import SnapshotPublisher
from playground.training.state import TrainingState
from playground.training.step_pacer import Pace
from playground.training.stop_goal import Goal

__all__ = ["TrainingWorker"]

log = logging.getLogger(__name__)


class TrainingWorker(QObject):
    """Lives in the worker's thread; every slot is called through queued signals.

    `orders` and `pictures` are one-slot mailboxes shared with the session, which sets `drawn` when a picture is on the
    screen. The training waits for that: two threads that both want Python at the same time only slow each other down.
    """

    state_changed = Signal(object, str)
    """The TrainingState and a sentence: why for BLOCKED and FAILED, until when for RUNNING where there is an end."""
    prepared = Signal(int, object)
    """A run's id and its Prepared data; always before its first picture."""
    stopped = Signal(str)
    """The stop condition holds, so training stopped or did not start: a sentence for the user."""
    checkpoint_given = Signal(object)
    """The Future of a requested checkpoint has its result."""
    pictured = Signal()
    """A snapshot is in the mailbox."""
    judged = Signal(object)
    """The requested Verdicts; None where there are none."""
    mistake_found = Signal(object)
    """The requested Mistake; None where the search failed."""

    def __init__(self, orders: Mailbox[Order], pictures: Mailbox[Snapshot], drawn: Event) -> None:
        super().__init__()
        self._orders = orders
        self._desk = SnapshotPublisher(pictures, drawn, self.pictured.emit)
        self._maker = RunMaker()
        self._run: Run | None = None
        self._revision: Revision | None = None
        self._good = LastGoodProgress()
        self._is_blocked = False
        self._running = False
        self._pace = Pace(find_speed(DEFAULT_SPEED))
        self._goal: Goal | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._train_slice)
        self._judging = Asking(self._desk.slice_seconds, self)
        self._judging.answered.connect(self.judged)
        self._searching = Asking(self._desk.slice_seconds, self)
        self._searching.answered.connect(self.mistake_found)

    @Slot()
    def take_order(self) -> None:
        """Train the newest requested experiment: live where only live settings changed, else as a new run."""
        order = self._orders.take()
        if order is None:
            return
        self._revision = order.revision
        left = self._remember()
        problems = find_problems(order.experiment)
        if problems:
            self._block(order, left, problems[0].sentence)
            return
        try:
            self._follow(order)
        except DataError as error:
            # It is among the experiment's problems from now on.
            self._block(order, left, str(error))
        except Exception as error:
            log.exception("A run could not start")
            self._maker.put_by(order, left)
            self._is_blocked = True
            self._halt(TrainingState.FAILED, f"This experiment cannot start: {error}")

    @Slot()
    def play(self) -> None:
        if self._ready is not None and not self._running:
            self._begin(self._ready, None)

    @Slot(object)
    def run_until(self, condition: StopCondition) -> None:
        """Train until the condition holds; where it holds already, say so instead."""
        run, goal = self._ready, Goal(condition)
        if run is None:
            return
        if reached := goal.reached(run.trainer):
            self.stopped.emit(reached)
        else:
            self._begin(run, goal)

    @Slot(int)
    def step_epochs(self, count: int) -> None:
        """Train `count` epochs at full speed, with pictures; a pause ends them early."""
        run = self._at_rest
        if run is not None:
            self._begin(run, Goal(StopCondition(epoch=run.trainer.epoch + count), hurries=True))

    @Slot()
    def pause(self) -> None:
        if self._running and self._run is not None:
            self._rest()
            self._show(self._run)
            self._tell_rest(self._run)

    @Slot(str)
    def set_speed(self, key: str) -> None:
        self._pace = Pace(find_speed(key))
        self._timer.setInterval(self._interval_ms)

    @Slot(object)
    def set_request(self, request: PictureRequest) -> None:
        """Show other things from now on."""
        self._desk.request = request
        if (run := self._at_rest) is not None:
            self._show(run)

    @Slot()
    def step_batch(self) -> None:
        run = self._at_rest
        if run is not None and self._attempt(run, lambda trainer: trainer.step()):
            self._show(run)
            self._tell_rest(run)

    @Slot()
    def step_epoch(self) -> None:
        """Train to the end of the epoch: at once when it is short, else with pictures."""
        run = self._at_rest
        if run is None:
            return
        trainer = run.trainer
        epoch, left = trainer.epoch, trainer.steps_left
        if not self._attempt(run, lambda trainer: trainer.run_for(self._desk.slice_seconds(), left)):
            return
        if trainer.epoch == epoch:
            self._begin(run, Goal(StopCondition(epoch=epoch + 1), hurries=True))
        else:
            self._show(run)
            self._tell_rest(run)

    @Slot(object)
    def edit_weight(self, edit: WeightEdit) -> None:
        run = self._ready
        if run is not None:
            run.trainer.settle()
            run.trainer.network.weights[edit.layer][edit.name][edit.place] = edit.value
            self._show(run)

    @Slot(object)
    def give_checkpoint(self, answer: Future[Checkpoint]) -> None:
        """Answer with a copy of the training's state; `checkpoint_given` says so as well."""
        try:
            answer.set_result(self._checkpoint())
        except Exception as error:
            log.exception("The training's state could not be copied")
            answer.set_exception(error)
        self.checkpoint_given.emit(answer)

    @Slot(int)
    def find_mistake(self, after: int) -> None:
        """Search the next misclassified test sample after row `after`; emits `mistake_found`."""
        run = self._ready
        if run is not None and run.data.coding.classes:
            self._searching.ask(MistakeSearch(run.trainer, run.data, after, run.number))

    @Slot(str)
    def give_verdicts(self, part: Part) -> None:
        """Predict every sample of a part while training goes on; emits `predictions_ready`."""
        run = self._ready
        if run is None or not run.data.coding.classes:
            self._judging.ask(None)
        else:
            self._judging.ask(Questioning(run.trainer, run.data, part, run.number))

    def _checkpoint(self) -> Checkpoint:
        run = self._run
        if self._is_blocked or run is None:
            waiting = self._maker.waiting
            if waiting is None:
                return Checkpoint(self._revision)
            return Checkpoint(self._revision, waiting.experiment, waiting.progress)
        progress = None if run.failed else Progress.of(run.trainer)
        if progress is not None and progress.is_finite:
            return Checkpoint(self._revision, run.experiment, progress)
        return Checkpoint(self._revision, run.experiment, self._good.of(run), failed=True)

    def _remember(self) -> Waiting | None:
        """Keep what the run has learned that may be left; after a failure, what it had learned before."""
        run = self._run
        if run is None or self._is_blocked or not run.has_learned:
            return None
        if not run.failed:
            self._good.keep(run, Progress.of(run.trainer))
        progress = self._good.of(run)
        return None if progress is None else self._maker.remember(run, progress)

    @property
    def _ready(self) -> Run | None:
        """The run that can go on."""
        return None if self._run is None or self._run.failed or self._is_blocked else self._run

    @property
    def _at_rest(self) -> Run | None:
        """The run that could go on, and does not."""
        return None if self._running else self._ready

    def _follow(self, order: Order) -> None:
        run, experiment = self._ready, order.experiment
        live = run is not None and not order.transition.resets and order.progress is None
        if live and run is not None and changes_live(run.experiment, experiment):
            run.apply(experiment)
            run.revision = order.revision.number
            if not self._running:
                self._show(run)
        else:
            self._start_run(order)

    def _start_run(self, order: Order) -> None:
        # Where data are there at once, the state would only flicker.
        at_once = self._ready is not None and not self._maker.loads(order.experiment)
        run = self._maker.make(order, self._ready, on_load=None if at_once else self._tell_loading)
        self._run, self._is_blocked = run, False
        # Nothing waits for answers about the last run.
        self._judging.drop()
        self._searching.drop()
        self.prepared.emit(run.number, run.data)
        self._show(run)
        if not self._running:
            self._tell_rest(run)
        else:
            if self._goal is not None:
                self._goal.start_again()
            if not at_once:
                self._tell_running(run)

    def _block(self, order: Order, left: Waiting | None, sentence: str) -> None:
        self._maker.put_by(order, left)
        self._is_blocked = True
        self._halt(TrainingState.BLOCKED, sentence)

    @property
    def _hurries(self) -> bool:
        return self._goal is not None and self._goal.hurries

    @property
    def _interval_ms(self) -> int:
        return 0 if self._hurries else self._pace.interval_ms

    def _begin(self, run: Run, goal: Goal | None) -> None:
        self._goal, self._running = goal, True
        self._pace.start()
        self._timer.start(self._interval_ms)
        self._tell_running(run)

    def _rest(self) -> None:
        self._running, self._goal = False, None
        self._timer.stop()

    def _train_slice(self) -> None:
        run = self._run
        assert run is not None
        steps = None if self._hurries else self._pace.steps_due(run.trainer.steps_per_epoch)
        if steps == 0:
            return
        if self._goal is not None:
            self._train_towards(run, self._goal, steps)
        elif self._attempt(run, lambda trainer: trainer.run_for(self._desk.slice_seconds(), steps)):
            self._desk.show_when_due(run.camera)

    def _train_towards(self, run: Run, goal: Goal, steps: int | None) -> None:
        """A slice that looks at the goal after every epoch, so that the training stops in the right one."""
        trainer, end = run.trainer, perf_counter() + self._desk.slice_seconds()
        while (steps is None or steps > 0) and (left := end - perf_counter()) > 0.0:
            epoch, step = trainer.epoch, trainer.step_in_epoch
            due = trainer.steps_left if steps is None else min(trainer.steps_left, steps)
            if not self._attempt(run, partial(Trainer.run_for, seconds=left, steps=due)):
                return
            if trainer.epoch != epoch and (reason := goal.end_epoch(trainer)):
                self._stop(run, goal, goal.sentence(trainer, reason))
                return
            if steps is not None:
                steps -= max(1, due if trainer.epoch != epoch else trainer.step_in_epoch - step)
        self._desk.show_when_due(run.camera)

    def _stop(self, run: Run, goal: Goal, sentence: str) -> None:
        self._rest()
        self._show(run)
        self._tell_rest(run)
        if not goal.hurries:
            self.stopped.emit(sentence)

    def _attempt(self, run: Run, train: Callable[[Trainer], object]) -> bool:
        """Train, and turn what goes wrong into the state FAILED; the last good picture stays."""
        try:
            self._good.keep_when_due(run)
            train(run.trainer)
        except DivergedError as error:
            self._desk.show_failure(run.camera)
            self._fail(run, str(error))
            return False
        except Exception as error:
            log.exception("The training stopped")
            self._fail(run, f"Training stopped: {error}")
            return False
        return True

    def _fail(self, run: Run, sentence: str) -> None:
        run.failed = True
        self._halt(TrainingState.FAILED, sentence)

    def _halt(self, state: TrainingState, sentence: str) -> None:
        self._rest()
        self.state_changed.emit(state, sentence)

    def _show(self, run: Run) -> None:
        self._desk.show(run.camera, running=self._running)

    def _tell_loading(self) -> None:
        self.state_changed.emit(TrainingState.LOADING, "")

    def _tell_running(self, run: Run) -> None:
        text = "" if self._goal is None else self._goal.described(run.trainer)
        self.state_changed.emit(TrainingState.RUNNING, text)

    def _tell_rest(self, run: Run) -> None:
        self.state_changed.emit(TrainingState.PAUSED if run.has_learned else TrainingState.IDLE, "")
