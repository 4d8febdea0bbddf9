"""Trains on its own thread, a slice of a few milliseconds at a time, and leaves pictures in the mailbox."""

from __future__ import annotations

import logging
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Event
from time import perf_counter
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from core.camera import Camera
from core.coding import choose_coding
from core.datasets import DataError
from core.experiment import Experiment
from core.holds import Hold
from core.preparation import Prepared, make_trainer, prepare
from core.problems import find_problems
from core.project_file import Progress
from core.snapshot import PictureRequest, Snapshot
from core.stop_condition import StopCondition
from core.threads import limit_threads
from core.training import DivergedError, Trainer
from core.transplant import continue_training
from core.verdicts import Part, judge
from playground.model.change import Revision, Step
from playground.model.speed import DEFAULT_SPEED, find_speed
from playground.training.continuity import has_same_weights, keeps_learning, moved_inputs
from playground.training.goal import Goal
from playground.training.mailbox import Mailbox
from playground.training.memory import LearningMemory
from playground.training.pace import Pace
from playground.training.state import TrainingState

__all__ = ["Order", "TrainingWorker", "WeightEdit"]

_SLICE_SECONDS, _SHORTEST_SLICE_SECONDS = 0.008, 0.001
# Pictures, taken here and drawn by the window, may cost the training this share of its time.
_PICTURE_SHARE = 0.25
# A little more often than sixty times a second: slices end a little late.
_FRAME_SECONDS = 1 / 64
_LONGEST_PAUSE_SECONDS = 0.25
# How long the training waits for a window that is busy with something else.
_LONGEST_WAIT_SECONDS = 0.1

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Order:
    """A revision of the document to train, from `progress` on if there is one.

    `step` tells how the document came to it: by undo or redo, what was learned in it shall come back.
    """

    revision: Revision
    progress: Progress | None = None
    step: Step = Step(returned=False, forgets=True)

    @property
    def experiment(self) -> Experiment:
        return self.revision.experiment


@dataclass(frozen=True)
class WeightEdit:
    """Set one weight of a layer of the stack: parameter `name` at `place` to `value`."""

    layer: int
    name: str
    place: tuple[int, ...]
    value: float


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
    """The training stopped because a wished condition holds, or did not start for that reason: the sentence says it."""
    pictured = Signal()
    """A picture lies in the mailbox."""
    judged = Signal(object)
    """The Verdicts that were asked for; None where there are none."""

    def __init__(self, orders: Mailbox[Order], pictures: Mailbox[Snapshot], drawn: Event) -> None:
        super().__init__()
        self._orders, self._pictures, self._drawn = orders, pictures, drawn
        self._next_picture_at = 0.0
        self._experiment: Experiment | None = None
        self._data: Prepared | None = None
        self._data_key: tuple[object, ...] = ()
        self._trainer: Trainer | None = None
        self._camera: Camera | None = None
        self._run = 0
        self._revision = 0
        self._memory = LearningMemory()
        self._waiting: Order | None = None
        self._running = False
        self._failed = False
        self._request = PictureRequest()
        self._pace = Pace(find_speed(DEFAULT_SPEED))
        self._goal: Goal | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._train_slice)

    @Slot()
    def take_order(self) -> None:
        """Train the newest ordered experiment: live where only live settings changed, else as a new run."""
        order = self._orders.take()
        if order is None:
            return
        self._remember()
        problems = find_problems(order.experiment)
        if problems:
            self._put_by(order)
            self._halt(TrainingState.BLOCKED, problems[0].sentence)
            self._experiment = None
            return
        try:
            if not order.step.forgets and order.progress is None and self._changes_live(order.experiment):
                self._apply_live(order.experiment)
            else:
                self._start_run(order)
            self._revision = order.revision.number
        except DataError as error:
            # It is among the experiment's problems from now on.
            self._put_by(order)
            self._experiment = None
            self._halt(TrainingState.BLOCKED, str(error))
        except Exception as error:
            log.exception("A run could not start")
            self._experiment = None
            self._halt(TrainingState.FAILED, f"This experiment cannot start: {error}")

    @Slot()
    def play(self) -> None:
        if self._ready and not self._running:
            self._begin(None)

    @Slot(object)
    def run_until(self, condition: StopCondition) -> None:
        """Train until the condition holds; where it holds already, say so instead."""
        if not self._ready:
            return
        assert self._trainer is not None
        goal = Goal(condition)
        if reached := goal.reached(self._trainer):
            self.stopped.emit(reached)
        else:
            self._begin(goal)

    @Slot(int)
    def step_epochs(self, count: int) -> None:
        """Train `count` epochs at full speed, with pictures; a pause ends them early."""
        if self._ready and not self._running:
            assert self._trainer is not None
            self._begin(Goal(StopCondition(epoch=self._trainer.epoch + count), hurries=True))

    @Slot()
    def pause(self) -> None:
        if self._running:
            self._rest()
            self._show()
            self._tell_rest()

    @Slot(str)
    def set_speed(self, key: str) -> None:
        self._pace = Pace(find_speed(key))
        self._timer.setInterval(self._interval_ms)

    @Slot(object)
    def set_request(self, request: PictureRequest) -> None:
        """Show other things from now on."""
        self._request = request
        if self._ready and not self._running:
            self._show()

    @Slot()
    def step_batch(self) -> None:
        if self._ready and not self._running and self._attempt(lambda trainer: trainer.step()):
            self._show()
            self._tell_rest()

    @Slot()
    def step_epoch(self) -> None:
        if not self._ready or self._running:
            return
        trainer = self._trainer
        assert trainer is not None
        epoch = trainer.epoch
        left = trainer.steps_per_epoch - trainer.step_in_epoch
        if not self._attempt(lambda trainer: trainer.run_for(_SLICE_SECONDS, left)):
            return
        if trainer.epoch == epoch:
            self._begin(Goal(StopCondition(epoch=epoch + 1), hurries=True))
        else:
            self._show()
            self._tell_rest()

    @Slot(object)
    def edit_weight(self, edit: WeightEdit) -> None:
        if self._trainer is not None and self._ready:
            self._trainer.settle()
            self._trainer.network.weights[edit.layer][edit.name][edit.place] = edit.value
            self._show()

    @Slot(object)
    def give_progress(self, answer: Future[tuple[Experiment, Progress] | None]) -> None:
        """Answer with the experiment that the weights belong to and a copy of the training's state."""
        if self._waiting is not None and self._waiting.progress is not None:
            answer.set_result((self._waiting.experiment, self._waiting.progress))
        elif self._trainer is None or self._experiment is None or self._failed:
            answer.set_result(None)
        else:
            answer.set_result((self._experiment, Progress.of(self._trainer)))

    @Slot(object, int)
    def give_mistake(self, answer: Future[int | None], after: int) -> None:
        """Answer with the next test sample after row `after` that the network gets wrong; None without one."""
        if self._trainer is None or self._data is None or not self._ready or not self._trainer.coding.classes:
            answer.set_result(None)
            return
        test = self._data.test
        predicted = self._trainer.coding.decode(self._trainer.network.predict(test.inputs))
        wrong = np.flatnonzero(predicted != test.answers)
        later = wrong[wrong > after]
        # After the last mistake the search begins again at the first.
        answer.set_result(int(later[0] if len(later) else wrong[0]) if len(wrong) else None)

    @Slot(str)
    def give_verdicts(self, part: Part) -> None:
        """Tell by `judged` what the network takes every sample of a part for. On many samples that takes a while."""
        verdicts = None
        if self._trainer is not None and self._data is not None and self._ready and self._data.coding.classes:
            verdicts = judge(self._trainer, self._data, part, self._run)
        self.judged.emit(verdicts)

    @property
    def _ready(self) -> bool:
        return self._experiment is not None and self._trainer is not None and not self._failed

    def _changes_live(self, experiment: Experiment) -> bool:
        """Whether only settings changed that apply without a reset."""
        old = self._experiment
        if old is None or self._failed:
            return False
        rest = {
            "loss": old.loss,
            "optimizer": old.optimizer,
            "class_weights": old.class_weights,
            "regularizer": old.regularizer,
            "clipping": old.clipping,
            "schedule": old.schedule,
            "augmentation": old.augmentation,
            "batch_size": old.batch_size,
            "name": old.name,
        }
        if _cut_links(old) == _cut_links(experiment):
            rest["holds"] = old.holds
        same = experiment.replace(**rest) == old
        return same and experiment.stack() == old.stack() and _coding_of(experiment) == _coding_of(old)

    def _apply_live(self, experiment: Experiment) -> None:
        assert self._trainer is not None
        if self._experiment is None or experiment.holds != self._experiment.holds:
            self._trainer.network.hold(experiment.holds)
        weighting = experiment.class_weights
        if self._data is not None and (
            self._experiment is None or weighting != self._experiment.class_weights
        ):
            classes = self._data.coding.classes
            self._trainer.weigh_classes(weighting.weights(self._data.train_targets, classes))
        self._experiment = experiment
        self._trainer.use(
            loss=experiment.loss,
            optimizer=experiment.optimizer,
            regularizer=experiment.regularizer,
            clipping=experiment.clipping,
            schedule=experiment.schedule,
            augmentation=experiment.augmentation,
            batch_size=experiment.batch_size,
        )
        if self._camera is not None:
            self._camera.experiment = experiment
        if not self._running:
            self._show()

    def _start_run(self, order: Order) -> None:
        experiment = order.experiment
        # Painted points and mended labels are there at once: the state would only flicker.
        key = _data_key(experiment)
        corrected = key != self._data_key and key[:-1] == self._data_key[:-1]
        at_once = self._ready and (corrected or experiment.dataset.kind == "painted")
        if self._data is None or key != self._data_key:
            if not at_once:
                self.state_changed.emit(TrainingState.LOADING, "")
            self._data = prepare(experiment)
            self._data_key = key
        trainer = make_trainer(experiment, self._data)
        progress = order.progress
        if progress is None and order.step.returned:
            progress = self._memory.recall(order.revision.number)
        if progress is None and self._goes_with_waiting(order):
            assert self._waiting is not None
            progress = self._waiting.progress
        self._waiting = None
        if progress is not None:
            progress.restore(trainer)
        elif not order.step.forgets:
            self._go_on(trainer, order.revision)
        limit_threads(trainer.network, experiment.batch_size)
        self._run += 1
        self._experiment, self._trainer, self._failed = experiment, trainer, False
        self._camera = Camera(trainer, self._data, self._run, experiment)
        self.prepared.emit(self._run, self._data)
        self._show()
        if not self._running:
            self._tell_rest()
        else:
            if self._goal is not None:
                self._goal.start_again()
            if not at_once:
                self._tell_running()

    def _put_by(self, order: Order) -> None:
        """Keep what comes with an order that cannot run yet: its data may be downloaded and the training go on."""
        if order.progress is not None:
            self._waiting = order
            self._memory.keep(order.revision.number, order.progress)
        elif not self._goes_with_waiting(order):
            self._waiting = None

    def _goes_with_waiting(self, order: Order) -> bool:
        """Whether an order is the one again that could not run so far, perhaps with its data found elsewhere."""
        waiting = self._waiting
        return (
            waiting is not None
            and not order.step.forgets
            and (
                order.revision.number == waiting.revision.number
                or has_same_weights(waiting.experiment, order.experiment)
            )
        )

    def _remember(self) -> None:
        """Keep how far the revision has come that is about to be left."""
        if self._ready and self._trainer is not None and self._has_learned(self._trainer):
            self._memory.keep(self._revision, Progress.of(self._trainer))

    def _go_on(self, trainer: Trainer, revision: Revision) -> None:
        """Carry what was learned over to the edited network, where both look at the same kind of thing."""
        old, new = self._experiment, revision.experiment
        if old is None or self._trainer is None or self._failed or not self._has_learned(self._trainer):
            return
        if keeps_learning(old, new):
            continue_training(
                self._trainer,
                trainer,
                revision.edit,
                moved_inputs(old, new),
                answers=_coding_of(old) == _coding_of(new),
            )

    @staticmethod
    def _has_learned(trainer: Trainer) -> bool:
        return trainer.epoch > 0 or trainer.step_in_epoch > 0

    @property
    def _hurries(self) -> bool:
        return self._goal is not None and self._goal.hurries

    @property
    def _interval_ms(self) -> int:
        return 0 if self._hurries else self._pace.interval_ms

    def _begin(self, goal: Goal | None) -> None:
        self._goal, self._running = goal, True
        self._pace.start()
        self._timer.start(self._interval_ms)
        self._tell_running()

    def _rest(self) -> None:
        self._running, self._goal = False, None
        self._timer.stop()

    def _train_slice(self) -> None:
        assert self._trainer is not None
        steps = None if self._hurries else self._pace.steps_due(self._trainer.steps_per_epoch)
        if steps == 0:
            return
        if self._goal is not None:
            self._train_towards(self._goal, steps)
        elif self._attempt(lambda trainer: trainer.run_for(self._slice_seconds(), steps)):
            self._show_when_due()

    def _slice_seconds(self) -> float:
        """Until the next picture, that it may come in time."""
        return min(_SLICE_SECONDS, max(_SHORTEST_SLICE_SECONDS, self._next_picture_at - perf_counter()))

    def _train_towards(self, goal: Goal, steps: int | None) -> None:
        """A slice that looks at the goal after every epoch, so that the training stops in the right one."""
        trainer, end = self._trainer, perf_counter() + self._slice_seconds()
        assert trainer is not None
        while (steps is None or steps > 0) and (left := end - perf_counter()) > 0.0:
            epoch, step = trainer.epoch, trainer.step_in_epoch
            due = trainer.steps_per_epoch - step
            due = due if steps is None else min(due, steps)
            if not self._attempt(lambda trainer, left=left, due=due: trainer.run_for(left, due)):
                return
            if trainer.epoch != epoch and (reason := goal.end_epoch(trainer)):
                self._stop(goal, goal.sentence(trainer, reason))
                return
            if steps is not None:
                steps -= max(1, due if trainer.epoch != epoch else trainer.step_in_epoch - step)
        self._show_when_due()

    def _stop(self, goal: Goal, sentence: str) -> None:
        self._rest()
        self._show()
        self._tell_rest()
        if not goal.hurries:
            self.stopped.emit(sentence)

    def _show_when_due(self) -> None:
        """Take a picture and wait until it is drawn; the longer that took, the later comes the next one."""
        start = perf_counter()
        if start < self._next_picture_at or not self._pictures.empty:
            return
        self._drawn.clear()
        self._show()
        self._drawn.wait(_LONGEST_WAIT_SECONDS)
        end = perf_counter()
        pause = (end - start) * (1 - _PICTURE_SHARE) / _PICTURE_SHARE
        self._next_picture_at = max(start + _FRAME_SECONDS, end + min(pause, _LONGEST_PAUSE_SECONDS))

    def _attempt(self, train: Any) -> bool:
        """Train, and turn what goes wrong into the state FAILED; the last good picture stays."""
        try:
            train(self._trainer)
        except DivergedError as error:
            self._show_failure()
            self._fail(str(error))
            return False
        except Exception as error:
            log.exception("The training stopped")
            self._fail(f"Training stopped: {error}")
            return False
        return True

    def _fail(self, sentence: str) -> None:
        self._failed = True
        self._halt(TrainingState.FAILED, sentence)

    def _halt(self, state: TrainingState, sentence: str) -> None:
        self._rest()
        self.state_changed.emit(state, sentence)

    def _tell_running(self) -> None:
        assert self._trainer is not None
        text = "" if self._goal is None else self._goal.described(self._trainer)
        self.state_changed.emit(TrainingState.RUNNING, text)

    def _tell_rest(self) -> None:
        assert self._trainer is not None
        learned = self._has_learned(self._trainer)
        self.state_changed.emit(TrainingState.PAUSED if learned else TrainingState.IDLE, "")

    def _show_failure(self) -> None:
        """The last good picture once more, with what the doctor says now."""
        if self._camera is not None:
            with np.errstate(all="ignore"):
                picture = self._camera.take_after_failure()
            if picture is not None:
                self._pictures.put(picture)
                self.pictured.emit()

    def _show(self) -> None:
        if self._camera is not None:
            with np.errstate(all="ignore"):
                self._pictures.put(self._camera.take(self._request, running=self._running))
            self.pictured.emit()


def _data_key(experiment: Experiment) -> tuple[object, ...]:
    """What the prepared data depend on."""
    return (
        experiment.dataset,
        experiment.train_share,
        experiment.data_seed,
        experiment.features if experiment.dataset.family == "points" else (),
        experiment.scaling,
        _coding_of(experiment),
        experiment.corrections,
    )


def _cut_links(experiment: Experiment) -> list[Hold]:
    """These overwrite weights, which undo must bring back."""
    return [hold for hold in experiment.holds if hold.kind == "cut_link"]


def _coding_of(experiment: Experiment) -> object:
    return choose_coding(experiment.dataset.facts(), experiment.loss, experiment.output_activation())
