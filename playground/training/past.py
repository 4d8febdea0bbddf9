"""Look back at earlier moments of the current run: the GUI thread's side."""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import replace
from operator import attrgetter

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot

from core.experiment.prepare import PreparedData
from core.inspect.data_map import DataMap
from core.inspect.predictions import Part
from core.inspect.snapshot import Snapshot, SnapshotRequest
from core.io.number_text import epoch_text
from playground.model.document import Document
from playground.model.timeline.moment import Edit, Moment
from playground.model.timeline.store import TimelineStore
from playground.training.mailbox import Mailbox
from playground.training.past_worker import MapRequest, PastRequest, PastSnapshot, PastWorker, Thumbnail

_position = attrgetter("position")


class Past(QObject):
    """Which moment of the run is looked at, None for now. Emits on the GUI thread; nothing here enters undo.

    The thread starts with the first use. Of requests that come faster than snapshots, the newest is taken.
    """

    changed = Signal()
    """Another moment is looked at, or the current one again."""
    moment_shown = Signal(object)
    """The Moment of the snapshot that comes next."""
    snapshot_taken = Signal(object)
    """The Snapshot of the moment that is looked at, with `live_epoch` and the history of the whole run."""
    thumbnail_taken = Signal(object)
    """A requested Thumbnail."""
    histograms_taken = Signal(object)
    """The requested (Moment, LayerHistograms) pairs."""

    predictions_taken = Signal(object)
    """The requested `Predictions`, or None."""
    mistake_found = Signal(object)
    """The requested `Misclassified`, or None."""
    map_progressed = Signal(float)
    """How much of the requested data map is made, 0 … 1."""
    map_taken = Signal(object)
    """The requested `DataMap`; None if there are no classes."""

    _snapshot_requested = Signal()
    _thumbnails_requested = Signal(object)
    _histograms_requested = Signal(object)
    _predictions_requested = Signal(str)
    _mistake_requested = Signal(int)
    _map_requested = Signal(object)
    _forget_requested = Signal()

    def __init__(self, document: Document, store: TimelineStore, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self.store = document, store
        self._requests: Mailbox[PastRequest] = Mailbox()
        self._snapshots: Mailbox[PastSnapshot] = Mailbox()
        self._moment: Moment | None = None
        self._seen: Moment | None = None
        self._contents = SnapshotRequest()
        self._live: Snapshot | None = None
        self._shown: Snapshot | None = None
        self._run = 0
        self._worker: PastWorker | None = None
        self._thread = QThread(self)
        self._thread.setObjectName("past")
        document.experiment_changed.connect(self.return_to_live)

    @property
    def moment(self) -> Moment | None:
        """The moment that is looked at; None for now."""
        return self._moment

    @property
    def is_past(self) -> bool:
        return self._moment is not None

    @property
    def live(self) -> Snapshot | None:
        """The last snapshot of the training."""
        return self._live

    @property
    def run(self) -> int:
        """The number of the current run; 0 before the first."""
        return self._run

    @property
    def moments(self) -> tuple[Moment, ...]:
        """All moments of the run, by position."""
        return self.store.moments(self._run)

    @property
    def data(self) -> PreparedData | None:
        """The data of the last snapshot's moment, which may be others than those of now."""
        line = None if self._seen is None else self.store.line(self._seen.run)
        return None if line is None else line.data

    @property
    def edits(self) -> tuple[Edit, ...]:
        """All edits of the run, by position."""
        return self.store.edits(self._run)

    def start_run(self, run: int) -> None:
        """Return to live, because another run has begun."""
        self._run, self._live, self._shown = run, None, None
        self.return_to_live()
        if self._worker is not None:
            self._forget_requested.emit()

    def set_live(self, snapshot: Snapshot) -> None:
        """Keep the last snapshot of the training, and draw its history while an earlier moment is shown."""
        self._live = snapshot
        if self._moment is not None and self._shown is not None:
            self.snapshot_taken.emit(self._with_history(self._shown))

    def set_contents(self, contents: SnapshotRequest) -> None:
        """Change the contents of snapshots."""
        self._contents = contents
        if self._moment is not None:
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
        at = self._moment
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
        if moment is self._moment:
            return
        self._moment = self._document.past = moment
        self._request()
        self.changed.emit()

    @Slot()
    def return_to_live(self) -> None:
        """Look at the training as it is now."""
        self._document.past = None
        if self._moment is not None:
            self._moment = self._shown = None
            self.changed.emit()

    def branch(self) -> None:
        """Train on from the moment that is looked at, as one undo step."""
        moment = self._moment
        if moment is not None:
            self._document.branch(
                f"Branch from epoch {epoch_text(moment.position)}", moment.experiment, moment
            )

    def make_thumbnails(self, moments: list[Moment]) -> None:
        """Request thumbnails; replaces those that are not made yet. Emits `thumbnail_taken`."""
        self._start()
        self._thumbnails_requested.emit(moments)

    def make_histograms(self, layer: int, moments: list[Moment]) -> None:
        """Request a layer's histograms at some moments; emits `histograms_taken`."""
        self._start()
        self._histograms_requested.emit((layer, moments))

    def predict_part(self, part: Part) -> None:
        """Predict every sample of a split at the moment that is looked at; emits `predictions_taken`."""
        self._predictions_requested.emit(part)

    def find_mistake(self, after: int) -> None:
        """Search for the next misclassified test sample after row `after`; emits `mistake_found`."""
        self._mistake_requested.emit(after)

    def make_map(self, part: Part | None) -> None:
        """Request the data map of a split, up to the moment that is looked at; None ends the one that is made.

        Emits `map_taken`.
        """
        until = math.inf if self._moment is None else self._moment.position
        if part is not None:
            self._start()
        asked = None if part is None else MapRequest(part, self._run, self._document.experiment, until)
        self._map_requested.emit(asked)

    def close(self) -> None:
        """End the thread."""
        self._thread.quit()
        self._thread.wait()

    def _request(self) -> None:
        assert self._moment is not None
        self._start()
        self._requests.put(PastRequest(self._moment, self._run, self._contents))
        self._snapshot_requested.emit()

    def _start(self) -> None:
        if self._worker is not None:
            return
        worker = self._worker = PastWorker(self.store, self._requests, self._snapshots)
        worker.moveToThread(self._thread)
        self._thread.finished.connect(worker.deleteLater)
        queued = Qt.ConnectionType.QueuedConnection
        self._snapshot_requested.connect(worker.take, queued)
        self._thumbnails_requested.connect(worker.make_thumbnails, queued)
        self._histograms_requested.connect(worker.make_histograms, queued)
        self._predictions_requested.connect(worker.predict_part, queued)
        self._mistake_requested.connect(worker.find_mistake, queued)
        self._map_requested.connect(worker.make_map, queued)
        self._forget_requested.connect(worker.forget, queued)
        worker.snapshot_ready.connect(self._take_snapshot, queued)
        worker.thumbnail_ready.connect(self._on_thumbnail, queued)
        worker.histograms_ready.connect(self._on_histograms, queued)
        worker.predictions_ready.connect(self._on_predictions, queued)
        worker.mistake_found.connect(self._on_mistake, queued)
        worker.map_progressed.connect(self._on_map_progress, queued)
        worker.map_ready.connect(self._on_map, queued)
        self._thread.start()

    def _with_history(self, snapshot: Snapshot) -> Snapshot:
        live = self._live
        if live is None:
            return snapshot
        return replace(snapshot, history=live.history, marks=live.marks, live_epoch=live.fractional_epoch)

    @Slot()
    def _take_snapshot(self) -> None:
        found = self._snapshots.take()
        if found is None or self._moment is None or found.run != self._run:
            return
        if found.snapshot is None:
            if found.moment is self._moment:
                self.return_to_live()
            return
        self._seen = found.moment
        if self._shown is None or found.snapshot.layers is not self._shown.layers:
            self.moment_shown.emit(found.moment)
        self._shown = found.snapshot
        self.snapshot_taken.emit(self._with_history(found.snapshot))

    @Slot(object)
    def _on_thumbnail(self, thumbnail: Thumbnail) -> None:
        self.thumbnail_taken.emit(thumbnail)

    @Slot(object)
    def _on_histograms(self, found: object) -> None:
        self.histograms_taken.emit(found)

    @Slot(object)
    def _on_predictions(self, found: object) -> None:
        self.predictions_taken.emit(found)

    @Slot(object)
    def _on_mistake(self, found: object) -> None:
        self.mistake_found.emit(found)

    @Slot(float)
    def _on_map_progress(self, share: float) -> None:
        self.map_progressed.emit(share)

    @Slot(object)
    def _on_map(self, found: DataMap | None) -> None:
        if found is None or found.run == self._run:
            self.map_taken.emit(found)
