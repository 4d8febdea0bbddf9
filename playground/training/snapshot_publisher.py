"""Take snapshots of the training when `SnapshotRate` has them due, and wait until they are drawn."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event

import numpy as np

from core.inspect.snapshot import Snapshot, SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from playground.training.mailbox import Mailbox
from playground.training.snapshot_rate import SnapshotRate

__all__ = ["SnapshotPublisher"]


class SnapshotPublisher:
    """Puts snapshots into the mailbox and calls `on_ready`; `drawn` is set when one is on the screen."""

    def __init__(
        self, snapshots: Mailbox[Snapshot], drawn: Event, on_ready: Callable[[], None], rate: SnapshotRate
    ) -> None:
        self._snapshots, self._drawn, self._on_ready, self._rate = snapshots, drawn, on_ready, rate
        self.request = SnapshotRequest()

    def publish(self, snapshot_taker: SnapshotTaker, *, running: bool) -> None:
        """Take a snapshot now."""
        with np.errstate(all="ignore"):
            snapshot = snapshot_taker.take(self.request, running=running)
        self._put(snapshot)

    def publish_when_due(self, snapshot_taker: SnapshotTaker) -> None:
        """Take a snapshot if due and the last one has left the mailbox; wait until it is drawn."""
        if not self._rate.is_due or not self._snapshots.empty:
            return
        with self._rate.measured():
            self._drawn.clear()
            self.publish(snapshot_taker, running=True)
            self._drawn.wait(self._rate.wait_seconds)

    def publish_refined(self, snapshot_taker: SnapshotTaker) -> None:
        """The last snapshot with finer images."""
        snapshot = snapshot_taker.take_refined()
        if snapshot is not None:
            self._put(snapshot)

    def publish_failure(self, snapshot_taker: SnapshotTaker) -> None:
        """The last finite snapshot with the doctor's current findings."""
        with np.errstate(all="ignore"):
            snapshot = snapshot_taker.take_after_failure()
        if snapshot is not None:
            self._put(snapshot)

    def _put(self, snapshot: Snapshot) -> None:
        self._snapshots.put(snapshot)
        self._on_ready()
