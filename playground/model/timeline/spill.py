"""The folder on disk for moments above the memory limit: one for each running program, removed when it ends."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path
from PySide6.QtCore import QLockFile

from playground.model.project_lock import acquire_lock
from playground.model.timeline.moment import Vectors

Shapes = tuple[tuple[tuple[int, ...], np.dtype[np.generic]], ...]


def spill_folder() -> Path:
    """The user's folder for all programs, in the platform's folder for caches."""
    return user_cache_path("numpynet-playground", appauthor=False) / "moments"


class SpillFolder:
    """A file of raw numbers for each moment; made with the first. Raises `OSError` as the disk does."""

    def __init__(self, root: Path | None = None) -> None:
        self._root = root
        self._folder: Path | None = None
        self._lock: QLockFile | None = None
        self._shapes: dict[int, Shapes] = {}

    def __contains__(self, number: int) -> bool:
        return number in self._shapes

    def write(self, number: int, vectors: Vectors) -> None:
        """Store the vectors of a moment."""
        file = self._open() / f"{number}.bin"
        try:
            with file.open("wb") as stream:
                for vector in vectors:
                    stream.write(np.ascontiguousarray(vector).data)
        except OSError:
            with suppress(OSError):
                file.unlink()
            raise
        self._shapes[number] = tuple((vector.shape, vector.dtype) for vector in vectors)

    def read(self, number: int) -> Vectors:
        """The vectors of a moment. Raises `ValueError` if its file was cut off."""
        assert self._folder is not None
        data = (self._folder / f"{number}.bin").read_bytes()
        found: list[NDArray[Any]] = []
        start = 0
        for shape, dtype in self._shapes[number]:
            count = int(np.prod(shape))
            found.append(np.frombuffer(data, dtype, count, start).reshape(shape))
            start += count * dtype.itemsize
        return tuple(found)

    def remove(self, number: int) -> None:
        """Free the disk of a moment."""
        self._shapes.pop(number, None)
        if self._folder is not None:
            with suppress(OSError):
                (self._folder / f"{number}.bin").unlink()

    def close(self) -> None:
        """Remove everything."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
        if self._lock is not None:
            self._lock.unlock()
        self._folder = self._lock = None
        self._shapes.clear()

    def _open(self) -> Path:
        if self._folder is None:
            root = self._root or spill_folder()
            root.mkdir(parents=True, exist_ok=True, mode=0o700)
            clear_left(root)
            folder = root / f"{os.getpid()}-{secrets.token_hex(4)}"
            lock = acquire_lock(folder.with_suffix(".lock"))
            if not lock.isLocked():
                raise PermissionError(13, "The folder cannot be written to", str(root))
            folder.mkdir(mode=0o700)
            self._folder, self._lock = folder, lock
        return self._folder


def left_bytes(root: Path | None = None) -> int:
    """Size on disk, in bytes, of the moments of all programs."""
    total = 0
    for file in (root or spill_folder()).glob("*/*.bin"):
        with suppress(OSError):
            total += file.stat().st_size
    return total


def clear_left(root: Path | None = None) -> None:
    """Remove what programs left that were ended; what a running program uses stays."""
    for folder, lock in _free_folders(root or spill_folder()):
        shutil.rmtree(folder, ignore_errors=True)
        lock.unlock()


def _free_folders(root: Path) -> Iterator[tuple[Path, QLockFile]]:
    try:
        folders = [path for path in root.iterdir() if path.is_dir()]
    except OSError:
        return
    for folder in folders:
        lock = acquire_lock(folder.with_suffix(".lock"))
        if lock.isLocked():
            yield folder, lock
