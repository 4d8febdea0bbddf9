"""Look back at earlier moments of the current run: the GUI thread's side."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable
from dataclasses import replace
from operator import attrgetter

from PySide6.QtCore import QObject, Signal, Slot

from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.experiment.project_file import TrainerState
from core.inspect.data_map import DataMap
from core.inspect.predictions import Part
from core.inspect.snapshot import Snapshot, SnapshotRequest
from playground.model.document import Document
from playground.model.timeline.moment import Edit, Moment
from playground.model.timeline.store import TimelineStore
from playground.training.mailbox import Mailbox
from playground.training.past_worker import MapRequest, PastRequest, PastSnapshot, PastWorker
from playground.training.run import state_of
from playground.training.worker_thread import WorkerThread

_position = attrgetter("position")


class Past(QObject):
    """Moment of the run that is looked at, None for now. Emits on the GUI thread; nothing enters undo.

    The thread starts with the first use. Of requests that come faster than snapshots, the newest is taken.
    """

    changed = Signal()
    """Another moment is looked at, or the current one again."""
    moment_shown = Signal(object)
    """The Moment of the snapshot that comes next."""
    snapshot_taken = Signal(object)
    """The Snapshot of the moment that is looked at, with `live` and the history of the whole run."""
    thumbnail_taken = Signal(object)
    """A requested MomentPicture."""
    histograms_taken = Signal(object)
    """The requested (Moment, LayerHistograms) pairs."""

    predictions_taken = Signal(object)
    """The requested `SplitPredictions`, or None."""
    mistake_found = Signal(object)
    """The requested `Misclassified`, or None."""
    failed = Signal(str)
    """A sentence: why something of an earlier moment cannot be shown."""
    map_progressed = Signal(float)
    """Progress of the requested data map, 0 … 1."""
    map_taken = Signal(object)
    """The requested `DataMap`; None if there are no classes."""

    def __init__(self, document: Document, store: TimelineStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self.store = document, store
        self._requests: Mailbox[PastRequest] = Mailbox()
        self._snapshots: Mailbox[PastSnapshot] = Mailbox()
        self.moment: Moment | None = None
        """The moment that is looked at; None for now."""
        self._seen: Moment | None = None
        self._contents = SnapshotRequest()
        self.live: Snapshot | None = None
        """The last snapshot of the training."""
        self._shown: Snapshot | None = None
        self.run = 0
        """The number of the current run; 0 before the first."""
        worker = self._worker = PastWorker(store, self._requests, self._snapshots)
        self._thread = WorkerThread("past", worker, self)
        self._thread.connect_queued(
            (
                (worker.snapshot_ready, self._take_snapshot),
                (worker.thumbnail_ready, self.thumbnail_taken),
                (worker.histograms_ready, self.histograms_taken),
                (worker.predictions_ready, self.predictions_taken),
                (worker.mistake_found, self.mistake_found),
                (worker.failed, self.failed),
                (worker.map_progressed, self.map_progressed),
                (worker.map_ready, self._on_map),
            )
        )
        document.experiment_changed.connect(self.return_to_live)

    @property
    def is_past(self) -> bool:
        return self.moment is not None

    @property
    def moments(self) -> tuple[Moment, ...]:
        """All moments of the run, by position."""
        return self.store.moments(self.run)

    @property
    def data(self) -> PreparedData | None:
        """The data of the last snapshot's moment, which may be others than those of now."""
        line = None if self._seen is None else self.store.line(self._seen.run)
        return None if line is None else line.data

    @property
    def edits(self) -> tuple[Edit, ...]:
        """All edits of the run, by position."""
        return self.store.edits(self.run)

    def start_run(self, run: int) -> None:
        """Return to live, because another run has begun."""
        self.run, self.live, self._shown = run, None, None
        self.return_to_live()
        if self._thread.isRunning():
            self._call(self._worker.forget)

    def set_live(self, snapshot: Snapshot) -> None:
        """Keep the last snapshot of the training, and draw its history while an earlier moment is shown."""
        self.live = snapshot
        if self.moment is not None and self._shown is not None:
            self.snapshot_taken.emit(self._with_history(self._shown))

    def set_contents(self, contents: SnapshotRequest) -> None:
        """Change the contents of snapshots."""
        self._contents = contents
        if self.moment is not None:
            self._request()

    def look_at(self, position: float) -> None:
        """Look at the moment nearest to `position` in epochs; beyond the last one, return to live."""
        moments = self.moments
        if moments and position >= moments[-1].position:
            self.return_to_live()
        elif moments:
            after = bisect_left(moments, position, key=_position)
            near = range(max(0, after - 1), after + 1)
            self.look_at_index(min(near, key=lambda index: abs(moments[index].position - position)))

    def step(self, count: int) -> None:
        """Look at the moment `count` further on; the last one is live."""
        moments = self.moments
        if not moments:
            return
        at = self.moment
        here = len(moments) - 1 if at is None else bisect_left(moments, at.position, key=_position)
        self.look_at_index(here + count)

    def look_at_index(self, index: int) -> None:
        """Look at a moment by its index in `moments`; from the last one on, return to live."""
        moments = self.moments
        if not moments or index >= len(moments) - 1:
            self.return_to_live()
        else:
            self.look_at_moment(moments[max(0, index)])

    def look_at_moment(self, moment: Moment) -> None:
        """Look at a moment of the run."""
        if moment is self.moment:
            return
        self.moment = self._document.past = moment
        self._request()
        self.changed.emit()

    @Slot()
    def return_to_live(self) -> None:
        """Look at the training as it is now."""
        self._document.past = None
        if self.moment is not None:
            self.moment = self._shown = None
            self.changed.emit()

    def branch(self) -> None:
        """Train on from the moment that is looked at, as one undo step."""
        moment = self.moment
        if moment is not None:
            self._document.branch(f"Branch from epoch {moment.place.text}", moment.experiment, moment)

    def state(self) -> tuple[Experiment, TrainerState] | None:
        """The moment that is looked at, with the figures of all samples; None if it was dropped. Nothing may train."""
        return None if self.moment is None else state_of(self.store, self.moment)

    def make_thumbnails(self, moments: list[Moment]) -> None:
        """Request thumbnails; replaces those that are not made yet. Emits `thumbnail_taken`."""
        self._call(self._worker.make_thumbnails, moments)

    def make_histograms(self, layer: int, moments: list[Moment]) -> None:
        """Request a layer's histograms at some moments; emits `histograms_taken`."""
        self._call(self._worker.make_histograms, (layer, moments))

    def predict_part(self, part: Part) -> None:
        """Predict every sample of a split at the moment that is looked at; emits `predictions_taken`."""
        self._call(self._worker.predict_part, part)

    def find_mistake(self, after: int) -> None:
        """Search for the next misclassified test sample after row `after`; emits `mistake_found`."""
        self._call(self._worker.find_mistake, after)

    def make_map(self, part: Part | None) -> None:
        """Request the data map of a split, up to the moment that is looked at; None ends the one that is made.

        Emits `map_taken`.
        """
        until = math.inf if self.moment is None else self.moment.position
        asked = None if part is None else MapRequest(part, self.run, self._document.experiment, until)
        if asked is not None or self._thread.isRunning():
            self._call(self._worker.make_map, asked)

    def close(self) -> None:
        """End the thread."""
        self._thread.end()

    def _request(self) -> None:
        assert self.moment is not None
        self._requests.put(PastRequest(self.moment, self.run, self._contents))
        self._call(self._worker.take)

    def _call(self, method: Callable[..., None], *arguments: object) -> None:
        """Call a method of the worker, whose thread starts with the first call."""
        self._thread.begin()
        self._thread.call(method, *arguments)

    def _with_history(self, snapshot: Snapshot) -> Snapshot:
        live = self.live
        if live is None:
            return snapshot
        return replace(snapshot, history=live.history, marks=live.marks, live=live.place)

    @Slot()
    def _take_snapshot(self) -> None:
        found = self._snapshots.take()
        if found is None or self.moment is None or found.run != self.run:
            return
        if found.snapshot is None:
            if found.moment is self.moment:
                self.return_to_live()
            return
        self._seen = found.moment
        if self._shown is None or found.snapshot.layers is not self._shown.layers:
            self.moment_shown.emit(found.moment)
        self._shown = found.snapshot
        self.snapshot_taken.emit(self._with_history(found.snapshot))

    @Slot(object)
    def _on_map(self, found: DataMap | None) -> None:
        if found is None or found.run == self.run:
            self.map_taken.emit(found)
