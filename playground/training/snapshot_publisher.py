"""Take snapshots of the training when `SnapshotRate` has them due, and wait until they are drawn."""

from __future__ import annotations

import math
from collections.abc import Callable
from threading import Event
from time import perf_counter

import numpy as np

from core.inspect.snapshot import Snapshot, SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from playground.training.mailbox import Mailbox
from playground.training.snapshot_rate import MAX_WAIT_SECONDS, SnapshotRate


class SnapshotPublisher:
    """Puts snapshots into the mailbox and calls `on_ready`; `drawn` is set when one is on the screen.

    While training goes on beside the drawing, nothing is called if the mailbox is watched: see `SnapshotWatch`.
    """

    def __init__(
        self, snapshots: Mailbox[Snapshot], drawn: Event, on_ready: Callable[[], None], rate: SnapshotRate
    ) -> None:
        self._snapshots, self._drawn, self._on_ready, self._rate = snapshots, drawn, on_ready, rate
        self.request = SnapshotRequest()
        self._published_at = -math.inf

    def publish(self, snapshot_taker: SnapshotTaker, *, running: bool) -> None:
        """Take a snapshot now."""
        self._put(self._take(snapshot_taker, running=running))

    def publish_when_due(self, snapshot_taker: SnapshotTaker) -> bool:
        """Take a snapshot if due and the last one has left the mailbox; wait until it is drawn. Whether it did."""
        if not self._rate.is_due or not self._snapshots.empty or not self._is_drawn:
            return False
        with self._rate.measured():
            self._drawn.clear()
            self._published_at = perf_counter()
            snapshot = self._take(snapshot_taker, running=True)
            if self._rate.wait_seconds > 0.0:
                self._put(snapshot)
                self._drawn.wait(self._rate.wait_seconds)
            elif self._snapshots.is_watched:
                self._snapshots.put(snapshot)
            else:
                self._put(snapshot)
        return True

    def publish_refined(self, snapshot_taker: SnapshotTaker) -> None:
        """The last snapshot with finer images."""
        snapshot = snapshot_taker.take_refined()
        if snapshot is not None:
            self._put(snapshot)

    def publish_evaluated(self, snapshot_taker: SnapshotTaker) -> None:
        """The last snapshot with the latest evaluation."""
        snapshot = snapshot_taker.take_evaluated()
        if snapshot is not None:
            self._put(snapshot)

    @property
    def _is_drawn(self) -> bool:
        """Whether the last snapshot is drawn, if training goes on meanwhile."""
        waits = self._rate.wait_seconds > 0.0
        return waits or self._drawn.is_set() or perf_counter() > self._published_at + MAX_WAIT_SECONDS

    def publish_failure(self, snapshot_taker: SnapshotTaker) -> None:
        """The last finite snapshot with the doctor's current findings."""
        with np.errstate(all="ignore"):
            snapshot = snapshot_taker.take_after_failure()
        if snapshot is not None:
            self._put(snapshot)

    def _take(self, snapshot_taker: SnapshotTaker, *, running: bool) -> Snapshot:
        with np.errstate(all="ignore"):
            return snapshot_taker.take(self.request, running=running)

    def _put(self, snapshot: Snapshot) -> None:
        self._snapshots.put(snapshot)
        self._on_ready()
