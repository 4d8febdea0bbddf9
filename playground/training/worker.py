"""Train on a separate thread in slices of a few milliseconds, and publish snapshots."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from threading import Event
from time import perf_counter, thread_time

from PySide6.QtCore import QTimer, Signal, Slot

from core.data.datasets import DataError
from core.experiment.change import difference
from core.experiment.prepare import open_test
from core.experiment.problems import find_problems
from core.experiment.project_file import TrainerState
from core.inspect.found_samples import HardestSearch, MistakeSearch
from core.inspect.plane_scan import PlaneRefinement
from core.inspect.predictions import Part, PredictionPass
from core.inspect.snapshot import Snapshot, SnapshotRequest
from core.io.sentence import error_reason
from core.train.history import Mark
from core.train.opening import OPENED
from core.train.slow_step import SlowStep
from core.train.stop_condition import StopCondition
from core.train.train_step import DivergedError
from core.train.trainer import RestEvaluation, Trainer
from playground.model.timeline.store import TimelineStore
from playground.model.training_speed import FULL_SPEED, find_speed
from playground.model.undo import Revision
from playground.training.background_task import SlicedTaskRunner
from playground.training.checkpoint import LastFiniteCheckpoint, SessionCheckpoint
from playground.training.edit_effects import changes_live
from playground.training.mailbox import Mailbox
from playground.training.requests import RunRequest
from playground.training.run import ParkedCheckpoint, Run, RunFactory
from playground.training.snapshot_publisher import SnapshotPublisher
from playground.training.snapshot_rate import SnapshotRate
from playground.training.state import TrainingState
from playground.training.step_pacer import StepPacer
from playground.training.stop_goal import BestGoal, StopGoal
from playground.training.timeline_recorder import TimelineRecorder
from playground.training.worker_thread import Worker, guarded

_ANEW = "{}: training starts anew, for the weights were no longer numbers."
log = logging.getLogger(__name__)
_KEEPS_UP_SECONDS = 0.05
"""Training that is no further behind the selected speed will catch up after the drawing of a snapshot."""


class TrainingWorker(Worker):
    """Lives in the worker's thread; every slot is called through queued signals.

    `run_requests` and `snapshots` are shared with the session, which sets `drawn` after drawing: see
    `SnapshotPublisher`.
    """

    title = "Training"
    state_changed = Signal(object, str)
    """The TrainingState and a sentence: the reason for BLOCKED and FAILED, the stop condition for RUNNING."""
    prepared = Signal(int, object, int)
    """A run's number, its PreparedData and its document's number; always before its first snapshot."""
    stopped = Signal(str)
    """A sentence for the user: why training stopped, did not start, or starts anew."""
    checkpoint_ready = Signal(object)
    """The Future of a requested checkpoint, completed."""
    run_left = Signal(object)
    """The last SessionCheckpoint of a run that was trained, when another run takes its place."""
    goal_reached = Signal(object)
    """The StopCondition at which the training stopped."""
    best_found = Signal(object, object)
    """The Revision whose training stopped early, and the TrainerState to go back to."""
    weight_edited = Signal()
    """A weight was set by hand, as the document's step says."""
    test_opened = Signal()
    """The sealed test was measured by `open_test`."""
    snapshot_ready = Signal()
    """A snapshot is in the mailbox."""
    predictions_ready = Signal(object)
    """The requested `SplitPredictions`, or None."""
    mistake_found = Signal(object)
    """The requested `Misclassified`; None if the search failed."""
    slow_step_ready = Signal(object, object)
    """The requested SlowStep and the PlaneImage behind it, None without a plane; or None and a sentence, perhaps ""."""

    def __init__(
        self,
        run_requests: Mailbox[RunRequest],
        snapshots: Mailbox[Snapshot],
        drawn: Event,
        timeline: TimelineStore | None = None,
    ) -> None:
        super().__init__()
        timeline = timeline or TimelineStore()
        self._run_requests = run_requests
        self._rate = SnapshotRate()
        self._publisher = SnapshotPublisher(snapshots, drawn, self.snapshot_ready.emit, self._rate)
        self._factory = RunFactory(timeline)
        self._recorder = TimelineRecorder(timeline)
        self._run: Run | None = None
        self._revision: Revision | None = None
        self._last_finite = LastFiniteCheckpoint()
        self._is_blocked = False
        self._running = False
        self._pace = StepPacer(find_speed(FULL_SPEED))
        self._goal: StopGoal | None = None
        self._held: tuple[Run, StopGoal | None] | None = None
        """What `go_on` trains, and to which goal."""
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._train_slice)
        self._predicting = SlicedTaskRunner(self._rate.slice_seconds, self)
        self._predicting.finished.connect(self.predictions_ready)
        self._searching = SlicedTaskRunner(self._rate.slice_seconds, self)
        self._searching.finished.connect(self.mistake_found)
        self._refining = SlicedTaskRunner(self._rate.slice_seconds, self)
        self._refining.progressed.connect(self._show_refined)
        self._evaluating = SlicedTaskRunner(self._rate.slice_seconds, self)
        self._evaluating.finished.connect(self._show_evaluated)
        self._refinement: PlaneRefinement | None = None
        self._refined = 0
        self._slow_moment: tuple[int, int] | None = None
        self._has_news = False
        """Whether steps were taken that no snapshot shows."""

    @Slot()
    def take_request(self) -> None:
        """Train the newest requested experiment: live if only live settings changed, else as a new run."""
        request, requests = self._run_requests.take(), list[RunRequest]()
        while request is not None:
            requests.append(request)
            request = request.first
        for each in reversed(requests):
            self._take(each)

    def _take(self, request: RunRequest) -> None:
        self._revision, left = request.revision, None
        try:
            problems = find_problems(request.experiment)
            if not problems and self._takes_weight_back(request):
                return
            if not problems and self._applies_live(request):
                self._apply_live(request)
                return
            left = self._store_checkpoint()
            if request.transition.replaced:
                left = None
                self._recorder.drop()
                self._forget_checkpoints()
            self._recorder.end()
            if problems:
                self._block(request, left, problems[0].sentence)
            else:
                self._start_run(request)
        except DataError as error:
            # From now on one of the experiment's problems.
            self._block(request, left, str(error))
        except Exception as error:
            log.exception("A run could not start")
            self._factory.park(request, left)
            self._is_blocked = True
            self._halt(TrainingState.FAILED, f"This experiment cannot start: {error_reason(error)}")

    def fail(self, sentence: str) -> None:
        """Training that runs has failed then; else it goes on later."""
        if self._running and self._run is not None:
            self._fail(self._run, sentence)
        else:
            self.stopped.emit(sentence)

    @Slot()
    def play(self) -> None:
        if self._ready is not None and not self._running:
            self._begin(self._ready, self._ready.best)

    @Slot(object)
    def run_until(self, condition: StopCondition) -> None:
        """Train until the condition holds; if it holds already, emit `stopped`."""
        run, goal = self._ready, StopGoal(condition)
        if run is None:
            return
        if reached := goal.reached(run.trainer):
            self.stopped.emit(reached)
            self.goal_reached.emit(condition)
        else:
            self._begin(run, goal)

    @Slot(int)
    def step_epochs(self, count: int) -> None:
        """Train `count` epochs at full speed, with snapshots; a pause ends them early."""
        run = self._at_rest
        if run is not None:
            self._begin(run, StopGoal(StopCondition(epoch=run.trainer.epoch + count), full_speed=True))

    @Slot()
    def pause(self) -> None:
        if self._running and self._run is not None:
            self._stop_timer()
            self._recorder.record_now()
            self._show(self._run)
            self._emit_resting(self._run)

    @Slot()
    def hold(self) -> None:
        """Pause until `go_on`, and measure all samples at once: something is made of this moment."""
        if self._running and self._run is not None:
            held = self._run, self._goal
            self.pause()
            self._held = held
        if (run := self._at_rest) is not None and run.trainer.lacks_figures:
            self._evaluating.cancel()
            run.trainer.measure()
            self._publisher.publish_evaluated(run.snapshot_taker)

    @Slot()
    def go_on(self) -> None:
        """Train on, to the goal of then, if `hold` has paused it and nothing has happened since."""
        held = self._held
        if held is not None and self._at_rest is held[0]:
            self._begin(*held, goes_on=True)
        self._held = None

    @Slot()
    def open_test(self) -> None:
        """Open the sealed test, unless this run has done so; emits `test_opened`."""
        run = self._ready
        if run is None or run.data.sealed is None or run.trainer.opened is not None:
            return
        try:
            open_test(run.experiment, run.data, run.trainer)
        except ValueError as error:
            self.stopped.emit(f"The test cannot be opened: {error_reason(error)}")
            return
        self._factory.openings, history = run.trainer.openings, run.trainer.log
        if run.has_trained:
            history.marks = (*history.marks, Mark(run.trainer.fractional_epoch, OPENED))
        self._last_finite.keep(run, TrainerState.of(run.trainer, run.data.pipeline))
        self._show(run)
        self.test_opened.emit()

    @Slot(str)
    def set_speed(self, key: str) -> None:
        self._pace = StepPacer(find_speed(key))
        self._timer.setInterval(self._interval_ms)

    @Slot(str)
    def set_engine(self, name: str) -> None:
        """Set what the engine "auto" stands for, in this run from its next epoch on; see `Trainer.prefer_engine`."""
        self._factory.engine = name
        if (run := self._ready) is not None:
            run.trainer.prefer_engine(name)
            if not self._running:
                self._show(run)

    @Slot(object)
    def set_request(self, request: SnapshotRequest) -> None:
        """Change the contents of snapshots."""
        self._publisher.request = request
        if (run := self._at_rest) is not None:
            self._show(run)

    @Slot()
    def step_batch(self) -> None:
        if (run := self._at_rest) is not None:
            self._step_once(run, Trainer.step)

    def _step_once(self, run: Run, step: Callable[[Trainer], object], *, by_numpy: bool = False) -> None:
        if self._attempt(run, step):
            self._recorder.record_now(begins=by_numpy and run.trainer.engine != "numpy")
            self._show(run)
            self._emit_resting(run)

    @Slot(object)
    def make_slow_step(self, sample: int | None) -> None:
        """Rehearse the next step, or one on a sample; emits `slow_step_ready`."""
        run = self._at_rest
        if run is None:
            self.slow_step_ready.emit(None, "")
            return
        try:
            if run.trainer.is_evaluating:
                run.trainer.finish_evaluation()
                self._show(run)
            step = SlowStep.of(run.trainer, *(() if sample is None else run.data.find(sample)[:2]))
            image = run.snapshot_taker.image_after(step)
        except Exception as error:
            if not isinstance(error, DivergedError):
                log.exception("A slow step could not be made")
            self.slow_step_ready.emit(None, str(error))
            return
        self._slow_moment = _slow_moment(run)
        self.slow_step_ready.emit(step, image)

    @Slot()
    def keep_slow_step(self) -> None:
        """Make the step that was shown, by numpy's engine, unless the training has gone on since."""
        run = self._at_rest
        if run is not None and _slow_moment(run) == self._slow_moment:
            self._step_once(run, Trainer.step_with_numpy, by_numpy=True)

    @Slot()
    def step_epoch(self) -> None:
        """Train to the end of the epoch: at once if it is short, else with snapshots."""
        run = self._at_rest
        if run is None:
            return
        trainer = run.trainer
        epoch, left = trainer.epoch, trainer.steps_left
        if not self._attempt(run, lambda trainer: trainer.run_for(self._rate.slice_seconds(), left)):
            return
        if trainer.epoch == epoch:
            self._begin(run, StopGoal(StopCondition(epoch=epoch + 1), full_speed=True))
        else:
            self._show(run)
            self._emit_resting(run)

    def _takes_weight_back(self, request: RunRequest) -> bool:
        """Whether undo or redo of a weight set by hand is done in the run itself."""
        run, transition = self._ready, request.transition
        if run is None or not transition.restored or not transition.sets_weight:
            return False
        sentence = self._factory.take_weight_back(run, request)
        if sentence is None:
            return False
        self._show_edited(run, request.edit)
        if sentence:
            self.stopped.emit(sentence)
        return True

    def _show_edited(self, run: Run, edit: str) -> None:
        """Show a run whose weights were changed by hand."""
        self._recorder.note_edit(edit)
        self._evaluating.cancel()
        self._show(run)
        if not self._running:
            self._emit_resting(run)

    @Slot(object)
    def send_checkpoint(self, answer: Future[SessionCheckpoint]) -> None:
        """Complete `answer` with a copy of the training state; emits `checkpoint_ready`."""
        try:
            answer.set_result(self._checkpoint())
        except Exception as error:
            log.exception("The training's state could not be copied")
            answer.set_exception(error)
        self.checkpoint_ready.emit(answer)

    @Slot(object)
    def find_mistake(self, after: int | None) -> None:
        """Search for the next misclassified test sample, or for None the hardest one; emits `mistake_found`."""
        run = self._ready
        if run is not None and after is None:
            self._searching.start(HardestSearch(run.trainer, run.data, run.number))
        elif run is not None and after is not None and run.data.task.classifies:
            self._searching.start(MistakeSearch(run.trainer, run.data, after, run.number))

    @Slot(str)
    def predict_part(self, part: Part) -> None:
        """Predict every sample of a split while training continues; emits `predictions_ready`."""
        run = self._ready
        if run is None or not run.data.task.classifies:
            self._predicting.start(None)
        else:
            self._predicting.start(PredictionPass(run.trainer, run.data, part, run.number))

    def _checkpoint(self) -> SessionCheckpoint:
        run = self._run
        if self._is_blocked or run is None:
            parked = self._factory.parked
            if parked is None:
                return SessionCheckpoint(self._revision)
            return SessionCheckpoint(self._revision, parked.experiment, parked.checkpoint)
        checkpoint = None if run.failed else TrainerState.of(run.trainer, run.data.pipeline)
        if checkpoint is not None and checkpoint.is_finite:
            return _checkpoint_of(run, self._revision, checkpoint)
        return _checkpoint_of(run, self._revision, self._last_finite.of(run), failed=True)

    def _store_checkpoint(self) -> ParkedCheckpoint | None:
        """Keep the state of the current run, which may end now; after a failure, its last finite state."""
        run = self._run
        if run is None or self._is_blocked or not run.has_trained:
            return None
        if not run.failed:
            self._last_finite.keep(run, TrainerState.of(run.trainer, run.data.pipeline))
        checkpoint = self._last_finite.of(run)
        if checkpoint is None:
            return None
        self.run_left.emit(_checkpoint_of(run, self._revision, checkpoint, failed=run.failed))
        return self._factory.store_checkpoint(run, checkpoint)

    def _forget_checkpoints(self) -> None:
        """Free the checkpoints of the document that was replaced: of large networks hundreds of MB."""
        self._factory.forget_checkpoints()
        self._last_finite.forget()

    @property
    def _ready(self) -> Run | None:
        """The run that can continue."""
        return None if self._run is None or self._run.failed or self._is_blocked else self._run

    @property
    def _at_rest(self) -> Run | None:
        """The run that can continue but is not running."""
        return None if self._running else self._ready

    def _applies_live(self, request: RunRequest) -> bool:
        """Whether the run can continue under the request, because only live settings differ."""
        run = self._ready
        if run is None or request.transition.resets or request.checkpoint is not None:
            return False
        if request.transition.restored and request.transition.sets_weight:
            return False
        return changes_live(run.experiment, request.experiment)

    def _apply_live(self, request: RunRequest) -> None:
        """Apply live settings without copying the state, because a slider may send 60 a second."""
        run = self._ready
        assert run is not None
        if request.weight is not None:
            run.trainer.finish_evaluation()
            # The weights may be worth nothing afterwards.
            self._last_finite.hurry()
            self._last_finite.update_when_due(run)
            self._factory.set_weight(run, request.revision.number, request.weight)
            self._show_edited(run, request.edit)
            self.weight_edited.emit()
            return
        self._factory.move_on(run, request.revision.number)
        self._last_finite.hurry()
        # That the data are saved with the project is no edit of the training.
        is_edit = request.experiment != run.experiment
        run.apply(request.experiment)
        if is_edit:
            self._recorder.note_edit(request.edit)
        if not self._running:
            if run.trainer.edits != run.trainer.figures.place.edits:
                self._evaluating.cancel()
            self._show(run)

    def _is_left(self) -> bool:
        """Whether the next request starts elsewhere; others, as a weight that is set, go on from this training."""
        waiting = self._run_requests.peek()
        return waiting is not None and waiting.leaves_training

    def _start_run(self, request: RunRequest) -> None:
        # LOADING would only flicker if data are available at once.
        before = self._ready
        had_failed = self._run is not None and self._run.failed
        at_once = self._ready is not None and not self._factory.needs_loading(request.experiment)
        run = self._factory.make(
            request, self._ready, on_load=None if at_once else self._emit_loading, cancelled=self._is_left
        )
        is_other = before is not None and difference(before.experiment, run.experiment).asks_anew
        self._run, self._is_blocked = run, False
        # Undo that brings back earlier training changes nothing there.
        is_return = request.transition.restored and (before is None or run.parent != before.number)
        self._recorder.begin(run, run.parent, "" if is_return else request.edit)
        # Results for the last run are no longer needed.
        for task in (self._predicting, self._searching, self._evaluating):
            task.cancel()
        self.prepared.emit(run.number, run.data, request.document)
        self._show(run)
        if isinstance(self._goal, BestGoal):
            self._goal = run.best
        if not self._running:
            self._emit_resting(run)
        else:
            if self._goal is not None:
                self._goal.start(run.trainer)
                if before is not None and is_other and not self._goal.full_speed:
                    # That was to be reached with the data or the task before.
                    text = self._goal.described(before.trainer)
                    self.stopped.emit(f"{text} has ended with its data or task; it trains on")
                    self._goal = None
            if not at_once or is_other:
                self._emit_running(run)
        if run.notice:
            self.stopped.emit(run.notice)
        if had_failed and not run.has_trained and not request.transition.resets:
            self.stopped.emit(_ANEW.format(request.edit or "This change"))

    def _block(self, request: RunRequest, left: ParkedCheckpoint | None, sentence: str) -> None:
        self._factory.park(request, left)
        self._is_blocked = True
        self._halt(TrainingState.BLOCKED, sentence)

    @property
    def _full_speed(self) -> bool:
        return self._goal is not None and self._goal.full_speed

    @property
    def _interval_ms(self) -> int:
        return 0 if self._full_speed else self._pace.interval_ms

    def _begin(self, run: Run, goal: StopGoal | None, *, goes_on: bool = False) -> None:
        if goal is not None and not goes_on:
            goal.start(run.trainer)
        self._goal, self._running, self._held = goal, True, None
        self._refining.cancel()
        self._pace.start()
        self._timer.start(self._interval_ms)
        self._emit_running(run)

    def _stop_timer(self) -> None:
        self._running, self._goal, self._has_news = False, None, False
        self._timer.stop()

    @guarded
    def _train_slice(self) -> None:
        run = self._run
        assert run is not None
        steps = None if self._full_speed else self._pace.steps_due(run.trainer.steps_per_epoch)
        if steps == 0:
            # The next step of a slow speed may be a second away.
            if self._has_news:
                self._publish_when_due(run)
            return
        start, seconds, own = perf_counter(), self._rate.slice_seconds(), thread_time()
        before = _steps_taken(run.trainer)
        self._rate.needs_no_interpreter = run.trainer.engine == "compiled"
        self._rate.at_full_speed = steps is None
        self._rate.training_waits = steps is not None and self._pace.backlog_seconds < _KEEPS_UP_SECONDS
        if self._goal is not None:
            self._train_towards(run, self._goal, steps, start + seconds)
        elif self._attempt(run, lambda trainer: trainer.run_for(seconds, steps)):
            self._rate.record_slice(perf_counter() - start, thread_time() - own)
            self._follow_pace(start + seconds)
            self._publish_when_due(run)
        if steps is not None:
            self._pace.put_back(max(0, steps - (_steps_taken(run.trainer) - before)))

    def _publish_when_due(self, run: Run) -> None:
        self._has_news = not self._publisher.publish_when_due(run.snapshot_taker)

    def _follow_pace(self, end: float) -> None:
        """Wait between slices only while the network is fast enough for the speed, and slices end before `end`."""
        self._pace.is_behind = perf_counter() >= end
        if self._timer.interval() != (interval_ms := self._interval_ms):
            self._timer.setInterval(interval_ms)

    def _train_towards(self, run: Run, goal: StopGoal, steps: int | None, end: float) -> None:
        """Train until `end` and check the goal after every epoch, so that training stops in the right one."""
        trainer = run.trainer
        while True:
            if reason := goal.end_epoch(trainer):
                self._stop(run, goal, goal.sentence(trainer, reason))
                return
            left = end - perf_counter()
            if left <= 0.0 or (steps is not None and steps <= 0):
                break
            epoch, step = trainer.epoch, trainer.step_in_epoch
            due = trainer.steps_left if steps is None else min(trainer.steps_left, steps)
            if not self._attempt(run, partial(Trainer.run_for, seconds=left, steps=due)):
                return
            if steps is not None:
                steps -= max(1, due if trainer.epoch != epoch else trainer.step_in_epoch - step)
        self._follow_pace(end)
        self._publish_when_due(run)

    def _stop(self, run: Run, goal: StopGoal, sentence: str) -> None:
        self._stop_timer()
        self._recorder.record_now()
        self._show(run)
        self._emit_resting(run)
        if not goal.full_speed:
            self.stopped.emit(sentence)
            self.goal_reached.emit(goal.condition)
        if isinstance(goal, BestGoal):
            run.best = None
            self.best_found.emit(self._revision, goal.stopping.best)

    def _attempt(self, run: Run, train: Callable[[Trainer], object]) -> bool:
        """Train; errors set the state FAILED, and the last finite snapshot stays."""
        start = perf_counter()
        self._evaluating.cancel()
        try:
            self._last_finite.update_when_due(run)
            self._recorder.record_when_due()
            train(run.trainer)
            run.seconds += perf_counter() - start
        except DivergedError as error:
            self._publisher.publish_failure(run.snapshot_taker)
            self._fail(run, str(error))
            return False
        except Exception as error:
            log.exception("The training stopped")
            self._fail(run, f"Training stopped: {error_reason(error)}")
            return False
        return True

    def _fail(self, run: Run, sentence: str) -> None:
        run.failed = True
        self._halt(TrainingState.FAILED, sentence)

    def _halt(self, state: TrainingState, sentence: str) -> None:
        self._stop_timer()
        self._refining.cancel()
        self._evaluating.cancel()
        self.state_changed.emit(state, sentence)

    def _show(self, run: Run) -> None:
        evaluation = self._due_evaluation(run)
        if evaluation is not None and evaluation.is_short:
            while not evaluation.finished:
                evaluation.advance()
            evaluation.result()
        self._publisher.publish(run.snapshot_taker, running=self._running)
        self._refine(run)
        # Training changes the weights before a long one is done.
        if evaluation is not None and not evaluation.is_short and not self._running:
            self._evaluating.start(evaluation)

    def _due_evaluation(self, run: Run) -> RestEvaluation | None:
        """That of the present weights, if they were not evaluated and are not being so."""
        if self._running or run.failed:
            self._evaluating.cancel()
        due = not (run.failed or self._evaluating.is_busy) and run.trainer.lacks_figures
        return RestEvaluation(run.trainer) if due else None

    @guarded
    def _show_evaluated(self, evaluated: object) -> None:
        if evaluated and (run := self._at_rest) is not None:
            self._publisher.publish_evaluated(run.snapshot_taker)

    def _refine(self, run: Run) -> None:
        """At rest, predict the plane at the plot's pixels, in slices between requests."""
        self._refinement = None if self._running else run.snapshot_taker.refinement()
        self._refined = 0
        if self._refinement is None:
            self._refining.cancel()
        else:
            self._refining.start(self._refinement)

    @guarded
    def _show_refined(self) -> None:
        task, run = self._refinement, self._run
        if task is not None and run is not None and task.count != self._refined:
            self._refined = task.count
            self._publisher.publish_refined(run.snapshot_taker)

    def _emit_loading(self) -> None:
        self.state_changed.emit(TrainingState.LOADING, "")

    def _emit_running(self, run: Run) -> None:
        text = "" if self._goal is None else self._goal.described(run.trainer)
        self.state_changed.emit(TrainingState.RUNNING, text)

    def _emit_resting(self, run: Run) -> None:
        self.state_changed.emit(TrainingState.PAUSED if run.has_trained else TrainingState.IDLE, "")


def _slow_moment(run: Run) -> tuple[int, int]:
    return run.number, run.trainer.optimizer_state.step


def _steps_taken(trainer: Trainer) -> int:
    return trainer.epoch * trainer.steps_per_epoch + trainer.step_in_epoch


def _checkpoint_of(
    run: Run, revision: Revision | None, checkpoint: TrainerState | None, *, failed: bool = False
) -> SessionCheckpoint:
    return SessionCheckpoint(
        revision, run.experiment, checkpoint, failed, run.number, run.seconds, run.since_epoch
    )
