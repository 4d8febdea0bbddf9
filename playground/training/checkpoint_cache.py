"""Checkpoints of earlier revisions of the document, for undo."""

from __future__ import annotations

from collections import OrderedDict

from core.experiment.project_file import TrainerState

_MAX_LINKS = 10_000


class CheckpointCache:
    """The last checkpoint of each earlier revision; the oldest are dropped above `max_bytes`.

    A revision whose training continued under a later one shares its checkpoint, so live edits copy nothing.
    """

    def __init__(self, max_bytes: int = 64_000_000) -> None:
        self._max_bytes = max_bytes
        self._checkpoints: OrderedDict[int, TrainerState] = OrderedDict()
        self._links: OrderedDict[int, int] = OrderedDict()
        self._bytes = 0

    def link(self, revision: int, later: int) -> None:
        """Continue the training of `revision` as that of `later`."""
        self._links.pop(later, None)
        if revision != later:
            self._links[revision] = later
        while len(self._links) > _MAX_LINKS:
            self._links.popitem(last=False)

    def put(self, revision: int, checkpoint: TrainerState) -> None:
        """Store the training state of `revision`."""
        self._links.pop(revision, None)
        self._drop(revision)
        self._checkpoints[revision] = checkpoint
        self._bytes += _size(checkpoint)
        while self._bytes > self._max_bytes and self._checkpoints:
            self._drop(next(iter(self._checkpoints)))

    def get(self, revision: int) -> TrainerState | None:
        """The last training state of `revision`; None if dropped."""
        return self._checkpoints.get(self.latest(revision))

    def latest(self, revision: int) -> int:
        """The last revision under which the training of `revision` continued."""
        while revision in self._links:
            revision = self._links[revision]
        return revision

    def clear(self) -> None:
        """Drop all checkpoints."""
        self._checkpoints.clear()
        self._links.clear()
        self._bytes = 0

    def _drop(self, revision: int) -> None:
        checkpoint = self._checkpoints.pop(revision, None)
        if checkpoint is not None:
            self._bytes -= _size(checkpoint)


def _size(checkpoint: TrainerState) -> int:
    return sum(array.nbytes for array in checkpoint.arrays.values())
