"""Why data of a user's own could not be had when they were last wanted: remembered until their place changes.

Reading is slow and goes on elsewhere; with this memory everyone can be told at once, and no one reads in vain.
"""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from threading import Lock

from core.data.dataset import Dataset

__all__ = ["fault_of", "forget_faults", "remember_fault"]

_KEPT = 16

Stamp = tuple[tuple[str, int, int], ...]

_faults: OrderedDict[Dataset, tuple[Stamp, str]] = OrderedDict()
_lock = Lock()


def remember_fault(dataset: Dataset, sentence: str) -> None:
    """`dataset` could not be loaded, for this reason. Of data that lie at no place of the user's nothing is kept."""
    if not getattr(dataset, "path", ""):
        return
    with _lock:
        _faults[dataset] = (_stamp(dataset), sentence)
        _faults.move_to_end(dataset)
        while len(_faults) > _KEPT:
            _faults.popitem(last=False)


def fault_of(dataset: Dataset) -> str:
    """Why `dataset` cannot be loaded, as far as that is known; "" when its file or folder is another one since."""
    absence = dataset.absence()
    if absence:
        return absence
    with _lock:
        stamp, sentence = _faults.get(dataset, ((), ""))
    return sentence if sentence and stamp == _stamp(dataset) else ""


def forget_faults() -> None:
    """Let everything be tried again."""
    with _lock:
        _faults.clear()


def _stamp(dataset: Dataset) -> Stamp:
    """When a file, or a folder and those in it, were last written."""
    path = Path(str(getattr(dataset, "path", "")))
    try:
        places = [path, *path.iterdir()] if path.is_dir() else [path]
        statuses = [(str(place), place.lstat()) for place in places]
    except OSError:
        return ()
    return tuple(sorted((name, status.st_mtime_ns, status.st_size) for name, status in statuses))
