"""Why data of a user's own could not be had when they were last wanted: remembered until their place changes.

Reading is slow and goes on elsewhere; with this memory everyone can be told at once, and no one reads in vain.
"""

from __future__ import annotations

from pathlib import Path

from core.data.dataset import Dataset
from core.data.recent import Recent

__all__ = ["forget_load_errors", "load_error", "remember_load_error"]

Stamp = tuple[tuple[str, int, int], ...]

_errors: Recent[Dataset, tuple[Stamp, str]] = Recent(16)


def remember_load_error(dataset: Dataset, sentence: str) -> None:
    """`dataset` could not be loaded, for this reason. Of data that lie at no place of the user's nothing is kept."""
    if not getattr(dataset, "path", ""):
        return
    _errors.put(dataset, (_stamp(dataset), sentence))


def load_error(dataset: Dataset) -> str:
    """Why `dataset` cannot be loaded, as far as that is known; "" when its file or folder is another one since."""
    unavailable_reason = dataset.unavailable_reason()
    if unavailable_reason:
        return unavailable_reason
    stamp, sentence = _errors.get(dataset) or ((), "")
    return sentence if sentence and stamp == _stamp(dataset) else ""


def forget_load_errors() -> None:
    """Let everything be tried again."""
    _errors.clear()


def _stamp(dataset: Dataset) -> Stamp:
    """When a file, or a folder and those in it, were last written."""
    path = Path(str(getattr(dataset, "path", "")))
    try:
        places = [path, *path.iterdir()] if path.is_dir() else [path]
        statuses = [(str(place), place.lstat()) for place in places]
    except OSError:
        return ()
    return tuple(sorted((name, status.st_mtime_ns, status.st_size) for name, status in statuses))
