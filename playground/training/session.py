"""The training on the GUI thread: one object in front of the worker and its thread."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import replace
from threading import Event
from time import perf_counter
from typing import Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from core.data.load_errors import forget_load_errors
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.experiment.project_file import TrainerState
from core.inspect.found_samples import Misclassified
from core.inspect.plane_image import PlaneImage
from core.inspect.predictions import Part, SplitPredictions
from core.inspect.snapshot import Snapshot, SnapshotRequest
from core.io.number_text import rounded_text
from core.train.slow_step import SlowStep
from core.train.stop_condition import StopCondition
from playground.model.document import Document
from playground.model.inspection import Inspection
from playground.model.timeline.store import TimelineStore
from playground.model.undo import Revision, Transition, WeightEdit
from playground.training.checkpoint import SessionCheckpoint
from playground.training.mailbox import Mailbox
from playground.training.past import Past
from playground.training.requests import RunRequest
from playground.training.state import TrainingState
from playground.training.worker import TrainingWorker
from playground.training.worker_thread import Arrivals, WorkerThread

_INTERVAL_MS: Final = 4


class SnapshotWatch(QObject):
    """Calls `take` for every snapshot in the mailbox, every 4 ms while it is active.

    The worker's signal would wake the GUI thread before the worker is back in the kernel, and hand it the
    interpreter's lock: the training waits until the window has drawn, 2 of 16 ms with 2-8-8-8-1.
    """

    def __init__(self, snapshots: Mailbox[Snapshot], take: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._snapshots, self._take = snapshots, take
        self._timer = QTimer(self, interval=_INTERVAL_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._look)

    def set_active(self, active: bool) -> None:
        """Look for snapshots, or leave that to the worker's signal."""
        if active != self._snapshots.is_watched:
            self._snapshots.is_watched = active
            if active:
                self._timer.start()
            else:
                self._timer.stop()

    def _look(self) -> None:
        if not self._snapshots.empty:
            self._take()


_RATE_SECONDS = 1.0
_TIMEOUT_SECONDS = 10.0


class TrainingSession(QObject):
    """Trains the document's experiment, with snapshots of what `inspection` selects. Emits on the GUI thread.

    Training waits while the slots of `snapshot_taken` draw. Snapshots of earlier runs are dropped, and what is
    still on its way when another document is opened.
    """

    state_changed = Signal(object)
    """The new TrainingState."""
    run_started = Signal(object)
    """The PreparedData of a new run, before its first snapshot."""
    snapshot_taken = Signal(object)
    rates_changed = Signal(float, float)
    """Epochs and frames per second, about four times a second while training."""
    stopped = Signal(str)
    """A sentence for the user: why training stopped, did not start, or starts anew."""
    lock_changed = Signal(str)
    """`lock` is another one."""
    predictions_ready = Signal(object)
    """The `SplitPredictions` of `predict_part` for the current run, or None."""
    checkpoint_ready = Signal(object)
    """The Future of `request_checkpoint`, with its result or exception."""
    run_left = Signal(object)
    """The last SessionCheckpoint of a run that was trained, before another run's `run_started`."""
    mistake_found = Signal(object)
    """The sample for `find_mistake` or `find_hardest`; None if every prediction is correct."""
    goal_reached = Signal(object)
    """The StopCondition of `run_until` at which it stopped; a pause drops it."""
    weight_edited = Signal()
    """A weight was set by hand."""
    test_opened = Signal()
    """The sealed test was opened: a snapshot says what it told."""
    slow_step_ready = Signal(object, object)
    """The SlowStep of `request_slow_step` and the PlaneImage behind it, or None; or None and a sentence why not."""

    def __init__(self, document: Document, inspection: Inspection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self.inspection = document, inspection
        self._run_requests: Mailbox[RunRequest] = Mailbox()
        self._snapshots: Mailbox[Snapshot] = Mailbox()
        self._drawn = Event()
        self._watch = SnapshotWatch(self._snapshots, self._take_snapshot, self)
        self.state = TrainingState.LOADING
        self.message = ""
        """The reason for BLOCKED or FAILED, or the stop condition while RUNNING."""
        self.lock = ""
        """The reason why nothing may be trained now, a sentence; "" if it may. See `set_lock`."""
        self.goal: StopCondition | None = None
        """Moment at which `play` stops."""
        self.request = SnapshotRequest()
        """The contents of the next snapshot."""
        self._arrivals: Arrivals[Snapshot] = Arrivals()
        self._moments: deque[tuple[float, float]] = deque()
        self.timeline = TimelineStore()
        self.past = Past(document, self.timeline, self)
        """The look at earlier moments of the run."""
        self.past.predictions_taken.connect(self._on_predictions_ready)
        self.past.mistake_found.connect(self._on_mistake_found)
        self.past.failed.connect(self.stopped)
        self._worker = TrainingWorker(self._run_requests, self._snapshots, self._drawn, self.timeline)
        self._thread = WorkerThread("training", self._worker, self)
        worker = self._worker
        self._thread.connect_queued(
            (
                (worker.slow_step_ready, self._on_slow_step_ready),
                (worker.state_changed, self._on_state_changed),
                (worker.stopped, self.stopped),
                (worker.prepared, self._on_prepared),
                (worker.predictions_ready, self._on_predictions_ready),
                (worker.mistake_found, self._on_mistake_found),
                (worker.checkpoint_ready, self.checkpoint_ready),
                (worker.run_left, self.run_left),
                (worker.weight_edited, self.weight_edited),
                (worker.test_opened, self.test_opened),
                (worker.goal_reached, self.goal_reached),
                (worker.best_found, self._on_best_found),
                (worker.snapshot_ready, self._take_snapshot),
            )
        )
        self._rates_emitted_at = 0.0
        self._documents = 0
        document.replaced.connect(self._on_replaced)
        document.experiment_changed.connect(self._on_experiment_changed)
        inspection.changed.connect(self._on_inspection_changed)
        self._on_inspection_changed(inspection.state)

    def start(self, checkpoint: TrainerState | None = None) -> None:
        """Start the thread and the document's experiment, from `checkpoint` if given."""
        self._thread.begin()
        self.restart(checkpoint)

    def restart(self, checkpoint: TrainerState | None = None) -> None:
        """Start the document's experiment as a new run, from `checkpoint` if given."""
        self._request_run(RunRequest(self._document.revision, checkpoint))

    def close(self) -> None:
        """Stop training and end the thread; waits for the current slice."""
        self.pause()
        self._drawn.set()
        self._thread.end()
        self.past.close()
        self.timeline.clear()

    def play(self) -> None:
        """Train, to the `goal` if there is one; after a failure from initial weights. A failed start is retried."""
        if self.is_locked():
            return
        if self.goal is not None:
            self.run_until(self.goal)
            return
        self.past.return_to_live()
        if self.state is TrainingState.FAILED:
            self._retry()
        self._thread.call(self._worker.play)

    def pause(self) -> None:
        self._thread.call(self._worker.pause)

    def hold(self) -> tuple[Experiment, TrainerState] | None:
        """Pause until `go_on`; what is looked at, with the figures of all samples, as `checkpoint` gives it.

        The window shows those, too.
        """
        self._thread.call(self._worker.hold)
        found = self.checkpoint()
        self._take_snapshot()
        return self.past.state() if self.past.is_past else found

    def go_on(self) -> None:
        """Train on, if `hold` has paused it."""
        self._thread.call(self._worker.go_on)

    def toggle(self) -> None:
        """Play or pause; while an earlier moment is shown, return to the present and train on."""
        if self.state is TrainingState.RUNNING and not self.past.is_past:
            self.pause()
        else:
            self.play()

    def reset(self) -> None:
        """Pause and return to epoch 0 with the initial weights of the same seed; undo restores the training."""
        self.pause()
        if self.state in (TrainingState.RUNNING, TrainingState.PAUSED):
            self._document.reset_training("Reset")
        elif self.state in (TrainingState.BLOCKED, TrainingState.FAILED):
            # Nothing to reset; missing data may be available by now.
            self._retry()
        else:
            self.restart()

    def reset_with_new_seed(self) -> None:
        """Pause and restart with another seed, as one undo step."""
        self.pause()
        experiment = self._document.experiment
        self._document.change("Reset with new seed", experiment.replace(seed=experiment.seed + 1))

    def step_batch(self) -> None:
        """Pause if running, else train on one batch."""
        self._step(self._worker.step_batch)

    def request_slow_step(self, sample: int | None = None) -> None:
        """Rehearse the next step at the live moment, or one on a sample; pauses. Emits `slow_step_ready`."""
        self.past.return_to_live()
        self.pause()
        self._thread.call(self._worker.make_slow_step, sample)

    def keep_slow_step(self) -> None:
        """Make the next step as `slow_step_ready` gave it, by numpy's engine."""
        self._thread.call(self._worker.keep_slow_step)

    def step_epoch(self) -> None:
        """Pause if running, else train to the end of the epoch."""
        self._step(self._worker.step_epoch)

    def step_epochs(self, count: int) -> None:
        """Pause if running, else train `count` epochs at full speed."""
        if self.is_locked():
            return
        self.past.return_to_live()
        if self.state is TrainingState.RUNNING:
            self.pause()
        else:
            self._thread.call(self._worker.step_epochs, count)

    def run_until(self, condition: StopCondition) -> None:
        """Train until the condition holds, then stop and emit `stopped`; a pause drops the condition."""
        if self.is_locked():
            return
        self.past.return_to_live()
        if self.state is TrainingState.BLOCKED:
            self.stopped.emit(self.message)
            return
        if self.state is TrainingState.FAILED:
            self._retry()
        self._thread.call(self._worker.run_until, condition)

    def set_speed(self, key: str) -> None:
        """Select a speed of `playground.model.training_speed` by its key."""
        self._thread.call(self._worker.set_speed, key)

    def set_engine(self, name: str) -> None:
        """Set what the engine "auto" of experiments stands for: "numpy", or "auto", which is compiled once loaded."""
        self._thread.call(self._worker.set_engine, name)

    def edit_weight(self, layer: int, name: str, place: tuple[int, ...], value: float) -> None:
        """Set one weight of the current network; while an earlier moment is shown, of a branch from there."""
        if self.state in (TrainingState.BLOCKED, TrainingState.FAILED) and not self.past.is_past:
            self.stopped.emit(self.message)
        else:
            edit, looks_back = WeightEdit(layer, name, place, value), self.past.is_past
            if looks_back:
                self._document.undo_stack.beginMacro(f"Set a weight to {rounded_text(value, 4)}")
            self.past.branch()
            self._document.set_weight(edit)
            if looks_back:
                self._document.undo_stack.endMacro()

    def checkpoint(self) -> tuple[Experiment, TrainerState] | None:
        """The trained experiment and a copy of its state, also of one that cannot run yet; waits for the current slice.

        None while data are loaded, after a failure, without any state, and if the worker does not reply within ten
        seconds. To keep the training, use `request_checkpoint`.
        """
        if self.state in (TrainingState.LOADING, TrainingState.FAILED):
            return None
        given = self.wait_for_checkpoint()
        if given is None or given.failed or given.experiment is None or given.checkpoint is None:
            return None
        return given.experiment, given.checkpoint

    def wait_for_checkpoint(self) -> SessionCheckpoint | None:
        """Result of `request_checkpoint`, waited for; None if that takes more than ten seconds."""
        answer = self.request_checkpoint()
        # This thread cannot draw while it waits; the worker must not wait for that.
        self._drawn.set()
        try:
            return answer.result(_TIMEOUT_SECONDS)
        except FutureTimeoutError:
            return None

    def request_checkpoint(self) -> Future[SessionCheckpoint]:
        """Request a copy of the training state; `checkpoint_ready` emits the Future after all earlier requests."""
        answer: Future[SessionCheckpoint] = Future()
        self._thread.call(self._worker.send_checkpoint, answer)
        return answer

    def is_busy(self) -> bool:
        """Whether it trains or loads data."""
        return self.state in (TrainingState.RUNNING, TrainingState.LOADING)

    @property
    def is_open(self) -> bool:
        """Whether the worker's thread is running."""
        return self._thread.isRunning()

    def find_mistake(self, after: int) -> None:
        """Search for the next misclassified test sample after row `after`; emits `mistake_found`.

        Emits nothing if no classifier can run, or if another run starts meanwhile.
        """
        if self.past.is_past:
            self.past.find_mistake(after)
        else:
            self._thread.call(self._worker.find_mistake, after)

    def find_hardest(self) -> None:
        """Search for the training sample with the largest loss, at the live moment; emits `mistake_found`."""
        self._thread.call(self._worker.find_mistake, None)

    def open_test(self) -> None:
        """Open the sealed test at the live moment, once in a run; emits `test_opened`."""
        if not self.is_locked():
            self.past.return_to_live()
            self._thread.call(self._worker.open_test)

    def predict_part(self, part: Part) -> None:
        """Predict every sample of a split, at the moment that is looked at; emits `predictions_ready` later."""
        if self.past.is_past:
            self.past.predict_part(part)
        else:
            self._thread.call(self._worker.predict_part, part)

    def set_lock(self, sentence: str) -> None:
        """Let nothing be trained for the reason of the sentence, also on other pages; "" lets it."""
        if sentence:
            self.pause()
        if sentence != self.lock:
            self.lock = sentence
            self.lock_changed.emit(sentence)

    def is_locked(self) -> bool:
        """Whether nothing may be trained now; says why."""
        if self.lock:
            self.stopped.emit(self.lock)
        return bool(self.lock)

    def _step(self, step: Callable[[], None]) -> None:
        if self.is_locked():
            return
        self.past.return_to_live()
        if self.state is TrainingState.RUNNING:
            self.pause()
        else:
            self._thread.call(step)

    def _retry(self) -> None:
        forget_load_errors()
        # A failed run leaves nothing to continue from; a parked checkpoint continues.
        self._request_run(
            RunRequest(self._document.revision, transition=Transition(restored=False, resets=False))
        )

    def _request_run(self, request: RunRequest) -> None:
        request = replace(request, document=self._documents)
        earlier = self._run_requests.take()
        self._run_requests.put(request if earlier is None else request.after(earlier))
        self._thread.call(self._worker.take_request)

    @Slot()
    def _on_replaced(self) -> None:
        # A late result looks like the document's own where both have the same data.
        self._documents += 1
        self._arrivals.end()

    @Slot(object)
    def _on_experiment_changed(self, experiment: Experiment) -> None:
        transition, revision = self._document.transition, self._document.revision
        made = transition.made
        branch, own = (None, None) if made is None else (made.branch, made.checkpoint)
        self._request_run(RunRequest(revision, transition.checkpoint or own, transition, branch))

    @Slot(object)
    def _on_inspection_changed(self, request: SnapshotRequest) -> None:
        if request != self.request:
            self.request = request
            self._thread.call(self._worker.set_request, request)
            self.past.set_contents(request)

    @Slot(object, str)
    def _on_state_changed(self, state: TrainingState, message: str) -> None:
        self.state, self.message = state, message
        if state is TrainingState.RUNNING:
            self._moments.clear()
        else:
            self._watch.set_active(False)
            self._take_snapshot()
        self.state_changed.emit(state)

    @Slot(object, object)
    def _on_best_found(self, revision: Revision, state: TrainerState) -> None:
        if self._document.revision is revision:
            self._document.start_from("Keep the best weights", revision.experiment, state)

    @Slot(object)
    def _on_predictions_ready(self, predictions: SplitPredictions | None) -> None:
        if predictions is None or predictions.run == self._arrivals.number:
            self.predictions_ready.emit(predictions)

    @Slot(object)
    def _on_mistake_found(self, mistake: Misclassified | None) -> None:
        if mistake is not None and mistake.run == self._arrivals.number:
            self.mistake_found.emit(mistake.row)

    @Slot(object, object)
    def _on_slow_step_ready(self, step: SlowStep | None, more: PlaneImage | str | None) -> None:
        self.slow_step_ready.emit(step, more if step is not None else more or self.message)

    @Slot(int, object, int)
    def _on_prepared(self, run: int, prepared: PreparedData, document: int) -> None:
        if document != self._documents:
            return
        early = self._arrivals.begin(run)
        self._moments.clear()
        self.past.start_run(run)
        self.run_started.emit(prepared)
        if early is not None:
            self._deliver(early)

    @Slot()
    def _take_snapshot(self) -> None:
        snapshot = self._snapshots.take()
        try:
            if snapshot is not None:
                self._deliver(snapshot)
        finally:
            self._drawn.set()

    def _deliver(self, snapshot: Snapshot) -> None:
        if self._arrivals.admits(snapshot.run, snapshot):
            self.past.set_live(snapshot)
            self.snapshot_taken.emit(snapshot)
            if self.state is TrainingState.RUNNING:
                self._watch.set_active(snapshot.engine == "compiled")
                self._update_rates(snapshot)

    def _update_rates(self, snapshot: Snapshot) -> None:
        now = perf_counter()
        self._moments.append((now, snapshot.fractional_epoch))
        while now - self._moments[0][0] > _RATE_SECONDS:
            self._moments.popleft()
        if now - self._rates_emitted_at > 0.25 and len(self._moments) > 1:
            (start, first), (end, last) = self._moments[0], self._moments[-1]
            self._rates_emitted_at = now
            seconds = max(1e-9, end - start)
            self.rates_changed.emit((last - first) / seconds, (len(self._moments) - 1) / seconds)
