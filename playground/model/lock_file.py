"""Lock files in the user's state folder: held while a program runs, taken over once it has ended, however it ended."""

from __future__ import annotations

import time
from contextlib import suppress
from pathlib import Path

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
