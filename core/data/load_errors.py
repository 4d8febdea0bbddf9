"""The last load error of user files, remembered until the file changes: loading is slow and runs in the background."""

from __future__ import annotations

from pathlib import Path

from .dataset import Dataset
from .recent import Recent

Stamp = tuple[tuple[str, int, int], ...]

_errors: Recent[tuple[Dataset, bool], tuple[Stamp, str]] = Recent(16)


def remember_load_error(dataset: Dataset, sentence: str, *, sealing: bool = False) -> None:
    """Record why `dataset` could not be loaded, or why none of it be sealed. Else those without a path are ignored."""
    if sealing or getattr(dataset, "path", "") != "":
        _errors.put((dataset, sealing), (_stamp(dataset), sentence))


def load_error(dataset: Dataset, *, sealing: bool = False) -> str:
    """The reason why `dataset` cannot be loaded, or sealed, if known; "" once its file or folder has changed."""
    unavailable_reason = "" if sealing else dataset.unavailable_reason()
    if unavailable_reason:
        return unavailable_reason
    stamp, sentence = _errors.get((dataset, sealing)) or ((), "")
    return sentence if sentence and stamp == _stamp(dataset) else ""


def forget_load_errors() -> None:
    """Forget all errors, so that loading is tried again."""
    _errors.clear()


def _stamp(dataset: Dataset) -> Stamp:
    """Path, modification time and size of a file, or of a folder and its entries."""
    name = str(getattr(dataset, "path", ""))
    if not name:
        return ()
    path = Path(name)
    try:
        places = [path, *path.iterdir()] if path.is_dir() else [path]
        statuses = [(str(place), place.lstat()) for place in places]
    except OSError:
        return ()
    return tuple(sorted((name, status.st_mtime_ns, status.st_size) for name, status in statuses))
