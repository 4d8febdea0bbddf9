"""What was learned in earlier revisions of the document, so that undo brings it back."""

from __future__ import annotations

from collections import OrderedDict

from core.experiment.project_file import Progress

__all__ = ["LearningMemory"]


class LearningMemory:
    """The last checkpoint of each earlier revision; the oldest are dropped above `max_bytes`."""

    def __init__(self, most_bytes: int = 64_000_000) -> None:
        self._most_bytes = most_bytes
        self._kept: OrderedDict[int, Progress] = OrderedDict()
        self._bytes = 0

    def keep(self, revision: int, progress: Progress) -> None:
        """Store the training state of `revision`."""
        self._drop(revision)
        self._kept[revision] = progress
        self._bytes += _size(progress)
        while self._bytes > self._most_bytes and self._kept:
            self._drop(next(iter(self._kept)))

    def recall(self, revision: int) -> Progress | None:
        """The last training state of `revision`; None when it was dropped."""
        return self._kept.get(revision)

    def _drop(self, revision: int) -> None:
        progress = self._kept.pop(revision, None)
        if progress is not None:
            self._bytes -= _size(progress)


def _size(progress: Progress) -> int:
    return sum(array.nbytes for array in progress.arrays.values())
