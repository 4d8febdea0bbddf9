"""Take snapshots of the training when due, and wait until they are drawn."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from time import perf_counter

import numpy as np

from core.inspect.snapshot import Snapshot, SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from playground.training.mailbox import Mailbox

__all__ = ["SnapshotPublisher"]

_SLICE_SECONDS, _MIN_SLICE_SECONDS = 0.008, 0.001
# Taking and drawing snapshots may use this share of the training time.
_SNAPSHOT_SHARE = 0.3
# Slightly more than 60 times a second, because slices end late.
_FRAME_SECONDS = 1 / 64
_MAX_PAUSE_SECONDS = 0.25
# How long training waits for a busy window.
_MAX_WAIT_SECONDS = 0.1


class SnapshotPublisher:
    """Puts snapshots into the mailbox and calls `on_ready`; `drawn` is set when one is on the screen.

    Training waits for that: two threads that both need the interpreter slow each other down.
    """

    def __init__(self, snapshots: Mailbox[Snapshot], drawn: Event, on_ready: Callable[[], None]) -> None:
        self._snapshots, self._drawn, self._on_ready = snapshots, drawn, on_ready
        self._next_at = 0.0
        self.request = SnapshotRequest()

    def slice_seconds(self) -> float:
        """How long to train until the next snapshot is due."""
        return min(_SLICE_SECONDS, max(_MIN_SLICE_SECONDS, self._next_at - perf_counter()))

    def publish(self, snapshot_taker: SnapshotTaker, *, running: bool) -> None:
        """Take a snapshot now."""
        with np.errstate(all="ignore"):
            snapshot = snapshot_taker.take(self.request, running=running)
        self._put(snapshot)

    def publish_when_due(self, snapshot_taker: SnapshotTaker) -> None:
        """Take a snapshot if due and wait until it is drawn; the longer that takes, the later the next one."""
        start = perf_counter()
        if start < self._next_at or not self._snapshots.empty:
            return
        self._drawn.clear()
        self.publish(snapshot_taker, running=True)
        self._drawn.wait(_MAX_WAIT_SECONDS)
        end = perf_counter()
        pause = (end - start) * (1 - _SNAPSHOT_SHARE) / _SNAPSHOT_SHARE
        self._next_at = max(start + _FRAME_SECONDS, end + min(pause, _MAX_PAUSE_SECONDS))

    def publish_failure(self, snapshot_taker: SnapshotTaker) -> None:
        """The last finite snapshot with the doctor's current findings."""
        with np.errstate(all="ignore"):
            snapshot = snapshot_taker.take_after_failure()
        if snapshot is not None:
            self._put(snapshot)

    def _put(self, snapshot: Snapshot) -> None:
        self._snapshots.put(snapshot)
        self._on_ready()
