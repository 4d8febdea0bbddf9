"""What was learned in earlier revisions of the document, so that undo brings it back."""

from __future__ import annotations

from collections import OrderedDict

from core.experiment.project_file import Progress

__all__ = ["LearningMemory"]


class LearningMemory:
    """Keeps the last progress of each revision that was left, the oldest first to go when they grow too large."""

    def __init__(self, most_bytes: int = 64_000_000) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[int, Progress] = OrderedDict()
        self._bytes = 0

    def keep(self, revision: int, progress: Progress) -> None:
        """Remember how far `revision` had come."""
        self._drop(revision)
        self._kept[revision] = progress
        self._bytes += _size(progress)
        while self._bytes > self._most_bytes and self._kept:
            self._drop(next(iter(self._kept)))

    def recall(self, revision: int) -> Progress | None:
        """How far `revision` had come when it was left; None when that was forgotten."""
        return self._kept.get(revision)

    def _drop(self, revision: int) -> None:
        progress = self._kept.pop(revision, None)
        if progress is not None:
            self._bytes -= _size(progress)


def _size(progress: Progress) -> int:
    return sum(array.nbytes for array in progress.arrays.values())
