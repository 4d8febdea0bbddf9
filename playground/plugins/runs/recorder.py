"""Keep every run that has learned something: when it ends, when it pauses, and now and then while it trains."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future

import numpy as np
from PySide6.QtCore import QTimer

from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.inspect.snapshot import Snapshot
from core.runs.run import FinishedRun, Run, data_key, data_text
from core.runs.trial import TrialResult, curve_of
from core.spec.arrays import Array
from core.train.figures import Figures
from playground.plugin import SessionCheckpoint, TrainingState, WindowContext, WindowController
from playground.plugins.runs.library import RunLibrary
from playground.plugins.runs.live_run import LiveRun, first_live_row, live_row
from playground.views.output.run_thumbnail import run_thumbnail
from playground.views.status_bar import parameter_count

RECORD_SECONDS = 60.0
_AT_REST_SECONDS = 1.0
"""Single steps in quick succession are kept once."""


class RunRecorder(WindowController):
    """A run ends when another one starts at epoch 0; edits after which training goes on do not end it."""

    def __init__(self, context: WindowContext, library: RunLibrary) -> None:
        super().__init__(context)
        self._library = library
        self._data: PreparedData | None = None
        self._last: Snapshot | None = None
        self._trained: Snapshot | None = None
        """The first after the last step of the current run: later edits were never trained."""
        self.in_lesson = self._is_lessons = False
        """Whether a lesson is open, and whether the current run is its: those are not among the user's own."""
        self._left: FinishedRun | None = None
        self._row: int | None = None
        """The row of the current run, if it has one."""
        self._kept: _Key = (0, 0, "")
        """Run, epoch, and how many samples with which losses were kept last."""
        self._earlier_seconds = 0.0
        """Of the current run, before it was restored."""
        self._first: tuple[int, Experiment, Run] | None = None
        """Number and experiment of the current run, and its row at epoch 0."""
        self._live: tuple[Snapshot, bool, Run | None, LiveRun] | None = None
        self._being_kept = 0
        """Runs that are being written."""
        self._when_kept: list[Callable[[int], object]] = []
        self._answer: Future[SessionCheckpoint] | None = None
        self._closed = False
        self._often = self._make_timer(RECORD_SECONDS, single=False)
        self._soon = self._make_timer(_AT_REST_SECONDS, single=True)
        session = context.session
        session.run_left.connect(self._on_run_left)
        session.run_started.connect(self._on_run_started)
        session.snapshot_taken.connect(self._on_snapshot_taken)
        session.state_changed.connect(self._on_state_changed)
        session.checkpoint_ready.connect(self._on_checkpoint_ready)
        session.test_opened.connect(self._on_test_opened)

    def close(self) -> None:
        """Keep the current run, and wait until it is written."""
        if self._closed:
            return
        self._closed = True
        self._often.stop()
        self._soon.stop()
        self._keep(self._left)
        if self._session.is_open and self._has_news:
            self._session.pause()
            given = self._session.wait_for_checkpoint()
            self._keep(None if given is None else self._finished(given))
        self._library.close()

    def record(self) -> None:
        """Keep the current run as it is now; done when its checkpoint arrives."""
        if self._answer is None and self._has_news and self._session.is_open:
            self._answer = self._session.request_checkpoint()

    @property
    def live(self) -> LiveRun | None:
        """The run that trains or has trained, with its row if it is kept; the same object until something changes."""
        snapshot, running = self._last, self._session.state is TrainingState.RUNNING
        is_there = not self._is_lessons and (running or (snapshot is not None and snapshot.has_trained))
        if snapshot is None or self._data is None or not is_there:
            return None
        kept = None if self._row is None else self._library.rows.get(self._row)
        if kept is None and not running and not self._has_news and not self._being_kept:
            # It is the beginning of a run that is kept already.
            return None
        before = self._live
        if before is None or (before[0] is not snapshot or before[1] != running or before[2] is not kept):
            seconds = snapshot.seconds + self._earlier_seconds
            row = live_row(kept or self._first_row(snapshot), snapshot, seconds)
            made = LiveRun((row,), (curve_of(snapshot.history),), (snapshot.run,), running, snapshot)
            before = self._live = snapshot, running, kept, made
        return before[3]

    def when_kept(self, then: Callable[[int], object]) -> bool:
        """Keep the current run, and call `then` with its row, unless that fails; False without a finished epoch."""
        if self._row is not None and not self._has_news:
            then(self._row)
            return True
        if self._last is None or self._last.epoch < 1:
            return False
        self._when_kept.append(then)
        self._library.tell_again()
        self.record()
        return True

    def _first_row(self, snapshot: Snapshot) -> Run:
        experiment, data = snapshot.experiment, self._data
        assert data is not None
        first = self._first
        if first is None or first[:2] != (snapshot.run, experiment):
            key = data_key(experiment)
            alike = (row for row in reversed(self._library.rows.values()) if row.data_key == key)
            row = first_live_row(experiment, data.data, next(alike, None), parameter_count(experiment) or 0)
            first = self._first = snapshot.run, experiment, row
        return first[2]

    @property
    def _has_news(self) -> bool:
        last = self._last
        return (
            last is not None
            and (last.has_trained or self._row is not None)
            and not self._is_lessons
            and _key(last.run, last.epoch, last.figures) != self._kept
        )

    def _make_timer(self, seconds: float, *, single: bool) -> QTimer:
        timer = QTimer(self, interval=round(1000 * seconds), singleShot=single)
        timer.timeout.connect(self.record)
        return timer

    def _on_state_changed(self, state: TrainingState) -> None:
        if state is TrainingState.RUNNING:
            self._soon.stop()
            self._often.start()
        else:
            self._often.stop()
            if state in (TrainingState.PAUSED, TrainingState.FAILED):
                self._soon.start()

    def _on_run_left(self, left: SessionCheckpoint) -> None:
        before, self._left = self._left, self._finished(left)
        if before is not None and (self._left is None or not _goes_on(before, _losses(self._left))):
            self._keep(before)

    def _on_run_started(self, prepared: PreparedData) -> None:
        self._data, self._is_lessons = prepared, self.in_lesson

    def _on_snapshot_taken(self, snapshot: Snapshot) -> None:
        last, self._last = self._last, snapshot
        if last is None or _moment(last) != _moment(snapshot):
            self._trained = snapshot
        if self._kept[0] == snapshot.run and self._session.state is TrainingState.PAUSED and self._has_news:
            # All samples are measured now.
            self._soon.start()
        if last is None or last.run == snapshot.run:
            return
        left, self._left = self._left, None
        if left is not None and _goes_on(left, snapshot.history.mean_loss):
            if self._session.state is TrainingState.PAUSED:
                # Without a step: labels may be others.
                self._soon.start()
            return
        self._keep(left)
        self._row, self._earlier_seconds = None, 0.0
        self._when_kept.clear()

    def _on_test_opened(self) -> None:
        # The row of the same moment lacks what it told.
        self._kept = (0, 0, "")
        self._soon.start()

    def _on_checkpoint_ready(self, answer: Future[SessionCheckpoint]) -> None:
        if answer is self._answer:
            self._answer = None
            if answer.exception() is None:
                self._keep(self._finished(answer.result()))

    def _finished(self, given: SessionCheckpoint) -> FinishedRun | None:
        last, data = self._last, self._data
        if given.checkpoint is None or given.experiment is None or data is None or self._is_lessons:
            return None
        # What was only opened, or brought back by undo, is no news, unless the row of the same moment says otherwise,
        # as of labels that were corrected until then.
        row = None if self._row is None else self._library.rows.get(self._row)
        is_known = row is None or row.place != given.checkpoint.place_text
        if given.checkpoint.epoch < 1 or (given.seconds == 0.0 and is_known):
            return None
        experiment = self._as_trained(given)
        result = TrialResult.of_state(
            given.checkpoint, experiment.seed, given.seconds, given.failed, number=given.run
        )
        picture = run_thumbnail(last) if last is not None and last.run == given.run else b""
        text = data_text(given.experiment, data.data)
        return FinishedRun(experiment, result, text, picture, since_epoch=given.since_epoch)

    def _as_trained(self, given: SessionCheckpoint) -> Experiment:
        """The experiment of a checkpoint, with the training settings of its last step.

        If a bad rate is reverted, the run keeps the rate that it was trained with. With another loss, which
        is evaluated at once, the run stays as it is.
        """
        now, trained = given.experiment, self._trained
        assert now is not None
        if (
            trained is None
            or trained.run != given.run
            or trained.experiment.training.loss != now.training.loss
        ):
            return now
        return now.replace(training=trained.experiment.training)

    def _keep(self, run: FinishedRun | None) -> None:
        if run is None:
            return
        result = run.result
        assert result.state is not None
        kept = self._kept = _key(run.number, result.trial.epochs, result.state.figures)
        self._being_kept += 1

        def remember(summary: Run | None) -> None:
            self._being_kept -= 1
            # Another run may have begun meanwhile.
            if summary is None or self._last is None or self._last.run != run.number:
                return
            self._row, self._earlier_seconds = summary.id, summary.seconds - run.result.seconds
            waiting, self._when_kept = self._when_kept, []
            for then in waiting:
                then(summary.id)

        def forget() -> None:
            self._being_kept -= 1
            if self._kept == kept:
                # It is news still, for the next pause or for closing.
                self._kept = (0, 0, "")
            if self._last is not None and self._last.run == run.number:
                # The user is told why, and what was wished must not happen much later.
                self._when_kept.clear()

        self._library.record(run, self._row, remember, forget)


_Key = tuple[int, int, str]


def _key(run: int, epoch: int, figures: Figures) -> _Key:
    # A weight that was set by hand changes what is measured, without a step.
    measured = ", ".join(f"{each.loss:.4g} of {each.samples}" for each in (figures.train, figures.test))
    return run, epoch, measured


def _moment(snapshot: Snapshot) -> tuple[int, int, int]:
    return snapshot.run, snapshot.epoch, snapshot.step


def _goes_on(run: FinishedRun, losses: Array) -> bool:
    """Whether a history, given by its mean losses, continues that of `run`."""
    begin = _losses(run)
    return len(begin) > 1 and np.array_equal(losses[: len(begin)], begin, equal_nan=True)


def _losses(run: FinishedRun) -> Array:
    state = run.result.state
    return np.empty(0) if state is None else state.history.mean_loss
