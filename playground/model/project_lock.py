"""Project files that each window has open, so that two of them do not overwrite each other without a word.

The lock of a file lies in the user's state folder, not beside the file, whose folder may be shared or read-only.
"""

from __future__ import annotations

import hashlib
import os
import time
from contextlib import suppress
from pathlib import Path

from platformdirs import user_state_path
from PySide6.QtCore import QLockFile

_EMPTY_LOCK_SECONDS = 10.0
"""Another program may be just about to write its name into it."""


def acquire_lock(path: Path) -> QLockFile:
    """The lock at `path`, tried once: `isLocked` unless somebody else holds it or the folder cannot be written to."""
    if _is_empty(path):
        # Qt takes a lock that names no process for one that is held; a power loss leaves such.
        with suppress(OSError):
            path.unlink(missing_ok=True)
    lock = QLockFile(str(path))
    # Locks never expire by age, because a program may run for days.
    lock.setStaleLockTime(0)
    if (
        not lock.tryLock(0)
        and lock.error() == QLockFile.LockError.LockFailedError
        and lock.removeStaleLockFile()
    ):
        lock.tryLock(0)
    return lock


def _is_empty(lock: Path) -> bool:
    try:
        status = lock.stat()
    except OSError:
        return False
    return status.st_size == 0 and time.time() - status.st_mtime > _EMPTY_LOCK_SECONDS


def project_locks_folder() -> Path:
    """The user's folder for the locks of open projects."""
    return user_state_path("numpynet-playground", appauthor=False) / "open"


class ProjectLock:
    """The lock of one window's project file; use it on the GUI thread."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or project_locks_folder()
        self._lock: QLockFile | None = None
        self._place: Path | None = None
        self._accepted = ""

    def follow(self, path: Path | None) -> None:
        """Hold the lock of `path` alone, if no other window does; None holds none."""
        place = None if path is None else self._place_of(path)
        if place != self._place:
            self.release()
            self._place = place
        if self._lock is not None and place is not None and not place.is_file():
            # Somebody has removed the folder; others could have the file now.
            self._lock.unlock()
            self._lock = None
        if place is not None and self._lock is None:
            with suppress(OSError):
                self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = acquire_lock(place)
            self._lock = lock if lock.isLocked() else None

    def release(self) -> None:
        """Let others have the file."""
        if self._lock is not None:
            self._lock.unlock()
        self._lock = self._place = None
        self._accepted = ""

    def other_owner(self, path: Path) -> str:
        """Who else has `path` open: "process 4711 on host"; "" if nobody, or if that was accepted."""
        place = self._place_of(path)
        if self._lock is not None and place == self._place:
            return ""
        owner = _owner_of(place)
        return "" if owner == self._accepted and place == self._place else owner

    def accept(self) -> None:
        """Go on beside the window that has the followed file open too; another window counts anew."""
        if self._place is not None:
            self._accepted = _owner_of(self._place)

    def remove_stale(self) -> None:
        """Remove the locks of programs that were killed."""
        for place in self.folder.glob("*.lock"):
            acquire_lock(place).unlock()

    def _place_of(self, path: Path) -> Path:
        # Links lead to one lock, as do upper and lower case where the file system does not tell them apart.
        name = os.path.normcase(os.path.realpath(path))
        return self.folder / f"{hashlib.sha256(os.fsencode(name)).hexdigest()[:32]}.lock"


def _owner_of(place: Path) -> str:
    """Who holds a lock; "" if nobody does, and where no lock can be written."""
    if not place.is_file():
        return ""
    lock = acquire_lock(place)
    if lock.isLocked():
        lock.unlock()
        return ""
    if lock.error() != QLockFile.LockError.LockFailedError:
        return ""
    pid, host, _ = lock.getLockInfo()
    if not pid:  # released meanwhile
        return ""
    return f"process {pid} on {host}" if pid != os.getpid() else "this program"


def file_stamp(path: Path | None) -> str:
    """The file's time and size as a text; "" where there is no such file."""
    if path is None:
        return ""
    try:
        status = path.stat()
    except OSError:
        return ""
    return f"{status.st_mtime_ns} {status.st_size}"
