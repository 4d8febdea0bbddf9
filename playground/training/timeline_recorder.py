"""Record moments of the current run in the timeline, on the worker's thread."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter

from core.train.trainer import Trainer
from playground.model.timeline.moment import Edit, copy_moment
from playground.model.timeline.store import TimelineStore
from playground.model.undo import MERGE_SECONDS
from playground.training.run import Run

_EVERY_EPOCH = 256
"""The first epochs, in which most is learned, are all recorded."""
_INTERVAL_SECONDS = 0.01
_WITHIN_EPOCH_SECONDS = 0.25
_SHARE = 0.02
"""Copies take at most this share of the time."""
_SHARE_AFTER_EDITS = 0.05
_BYTES_PER_SECOND = 4_000_000
"""Large networks are recorded less often: what is above the memory limit goes to disk."""
_SMALL_SLOTS = 65_536
"""Bytes. A larger optimizer state is kept only in some moments; training is replayed from these to the others."""
_RESUMABLE_SECONDS = 4.0
_RESUMABLE_EPOCHS = 50


class TimelineRecorder:
    """Records at the end of epochs, within long ones, and at every edit. `clock` returns seconds."""

    def __init__(self, store: TimelineStore, clock: Callable[[], float] = perf_counter) -> None:
        self._store, self._clock = store, clock
        self._run: Run | None = None
        self._segment = 0
        self._engine = ""
        self._is_edited = False
        self._edited_at, self._edit_key = float("-inf"), ""
        self._next_at = self._within_at = self._soon_at = self._resumable_at = 0.0
        self._resumable_epoch = 0

    def begin(self, run: Run, parent: int | None, edit: str = "") -> None:
        """Record a new run, which continues run `parent` if given, after `edit`."""
        self.end()
        trainer = run.trainer
        self._run = run
        self._store.begin(run.number, run.data, trainer.log, parent, trainer.fractional_epoch)
        if parent is not None and edit:
            self._store.mark(run.number, Edit(trainer.fractional_epoch, edit))
        if self._store.records:
            trainer.epoch_ended, trainer.single_epochs = self._end_epoch, _EVERY_EPOCH
        self._segment, self._engine = 0, trainer.engine
        self._edit_key = ""
        self._next_at = self._within_at = self._soon_at = 0.0
        self._resumable_epoch = trainer.epoch
        self._record(run, resumable=True)

    def end(self) -> None:
        """Record the last moment of the run, unless it failed."""
        run, self._run = self._run, None
        if run is not None:
            _release(run.trainer)
            if not run.failed and not run.trainer.is_evaluating:
                self._record(run, resumable=True)

    def drop(self) -> None:
        """Stop recording the run, because the timeline is cleared."""
        if self._run is not None:
            _release(self._run.trainer)
        self._run, self._is_edited = None, False

    def note_edit(self, text: str) -> None:
        """A live setting or a weight has changed; the next moment has all that training needs."""
        run, now = self._run, self._clock()
        if run is None:
            return
        key = text.rstrip("0123456789.,e+-% ")
        drag = key == self._edit_key and now - self._edited_at < MERGE_SECONDS
        epoch = run.trainer.fractional_epoch
        self._store.mark(run.number, Edit(epoch, text), replaces=drag)
        # For the curves, whose run begins with its first step.
        if run.has_trained:
            run.trainer.log.mark(epoch, text, replaces=drag)
        self._edit_key, self._edited_at, self._is_edited = key, now, True

    def record_when_due(self) -> None:
        """Record an edit before training goes on, and moments within a long epoch. Call it between slices."""
        run, now = self._run, self._clock()
        if run is None or run.failed or run.trainer.is_evaluating:
            return
        if self._is_edited:
            if now >= self._soon_at:
                self._record(run)
        elif now >= self._within_at:
            self._record(run)

    def record_now(self, *, begins: bool = False) -> None:
        """Record the current moment, because training pauses; `begins`: another engine has led to it."""
        run = self._run
        if run is not None and not run.failed and not run.trainer.is_evaluating:
            self._record(run, begins=begins)

    def _end_epoch(self) -> None:
        run = self._run
        assert run is not None
        # Training from before an edit does not lead to moments after it: the edit is recorded first.
        if self._is_edited and self._clock() < self._soon_at:
            return
        if run.trainer.epoch <= _EVERY_EPOCH or self._clock() >= self._next_at:
            self._record(run)

    def _wants_resumable(self, trainer: Trainer) -> bool:
        slots = sum(slot.nbytes for slot in trainer.optimizer_state.slots.values())
        if slots <= _SMALL_SLOTS:
            return True
        due = trainer.epoch >= self._resumable_epoch + _RESUMABLE_EPOCHS
        return due or self._clock() >= self._resumable_at

    def _record(self, run: Run, *, resumable: bool = False, begins: bool = False) -> None:
        if not self._store.records:
            return
        start = self._clock()
        # Another engine rounds differently: training from before does not lead to moments after the change.
        begins = begins or self._is_edited or run.trainer.engine != self._engine
        if begins:
            self._segment += 1
            self._is_edited, self._engine = False, run.trainer.engine
        resumable = resumable or begins or self._wants_resumable(run.trainer)
        moment, vectors = copy_moment(
            run.trainer, run.number, self._segment, run.experiment, resumable=resumable
        )
        self._store.add(moment, vectors)
        end = self._clock()
        cost = max((end - start) / _SHARE, moment.nbytes / _BYTES_PER_SECOND)
        self._next_at = end + max(_INTERVAL_SECONDS, cost)
        self._within_at = max(self._next_at, end + _WITHIN_EPOCH_SECONDS)
        self._soon_at = end + (end - start) / _SHARE_AFTER_EDITS
        if resumable:
            self._resumable_at = end + _RESUMABLE_SECONDS
            self._resumable_epoch = run.trainer.epoch


def _release(trainer: Trainer) -> None:
    trainer.epoch_ended, trainer.single_epochs = None, 0
