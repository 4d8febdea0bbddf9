"""Budget of reading a file: bytes unpacked or folded to, entries, seconds, counted before they are made.

A file of 187 bytes can name arrays of gigabytes. `reading` opens the budget of a file, and readers `spend` of it
wherever the file decides how much is made, or how often. Outside of `reading` nothing is counted. Paths that are not
regular files are rejected by `check_ordinary`: reading a pipe blocks, and a device may never end.
"""

from __future__ import annotations

import errno
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from traceback import clear_frames
from typing import Any, Final

from .sentence import error_reason, short_sentence

try:
    from time import thread_time
except ImportError:  # as in a browser (WebAssembly), where there is one thread
    from time import process_time as thread_time

OnProgress = Callable[[Any], None]
"""Gets the progress of long work: a share from 0 to 1, or what it says; an exception that it raises ends the work."""

MAX_BYTES: Final = 512_000_000
_OF_FILE: Final = 16
"""Bytes for each byte of a large file: for each weight a network takes 8, and what it is read and placed by 50."""
_MAX_BYTES: Final = 4_000_000_000
_MAX_ENTRIES: Final = 100_000
"""A graph of 5,000 nodes has some 40,000 messages. Python's garbage collector looks at all at once, in the window."""
_MAX_SECONDS: Final = 5.0
"""CPU time of the thread: the machine may be busy. A second more for each MB of larger files."""
_CALLS_BETWEEN_LOOKS: Final = 64
_LARGE: Final = 1_000_000


class BudgetError(Exception):
    """The file is not read on. No `ValueError`, which readers take for the fault of one part, and go on."""


class _Budget:
    def __init__(self, most_bytes: int, report: Callable[[Any], None] | None) -> None:
        self._most, self._report = most_bytes, report
        self._files = self._bytes = self._entries = self._calls = 0
        self._begin, self._seconds = thread_time(), _MAX_SECONDS

    def admit(self, size: int) -> None:
        self._files += size
        self._most = max(self._most, min(_OF_FILE * self._files, _MAX_BYTES))
        self._seconds = max(self._seconds, self._files / 1_000_000)

    def spend(self, size: int, entries: int) -> None:
        self._bytes += size
        self._entries += entries
        self._calls += 1
        if self._bytes > self._most:
            raise BudgetError(f"it unpacks to more than {self._most // 1_000_000:,} MB")
        if self._entries > _MAX_ENTRIES:
            raise BudgetError(f"it has more than {_MAX_ENTRIES:,} entries")
        if size > _LARGE or self._calls % _CALLS_BETWEEN_LOOKS == 0:
            if thread_time() - self._begin > self._seconds:
                raise BudgetError(f"it takes more than {self._seconds:.0f} seconds")
            if self._report is not None:
                self._report(None)


_BUDGET: Final[ContextVar[_Budget | None]] = ContextVar("budget", default=None)


def spend(size: int, entries: int = 0) -> None:
    """Count `size` bytes and `entries` that are about to be made for the file that this thread reads.

    Raises `BudgetError` where that is too much, and what cancels the reading.
    """
    budget = _BUDGET.get()
    if budget is not None:
        budget.spend(size, entries)


def admit(size: int) -> None:
    """Count a further file of `size` bytes, which belongs to the one that this thread reads."""
    budget = _BUDGET.get()
    if budget is not None:
        budget.admit(size)


@contextmanager
def reading(
    path: Path, report: Callable[[Any], None] | None = None, most_bytes: int = MAX_BYTES
) -> Iterator[None]:
    """The budget of a file for this block, or that of the block around it; of large files it is larger.

    Raises `ValueError` with a sentence where it does not suffice, or the computer's memory. `report` is called with
    None now and then; an exception from it cancels.
    """
    if _BUDGET.get() is not None:
        yield
        return
    budget = _Budget(most_bytes, report)
    budget.admit(path.stat().st_size if path.is_file() else 0)
    token = _BUDGET.set(budget)
    try:
        yield
    except (BudgetError, MemoryError, RecursionError) as error:
        # What was made is freed here, not by the thread that shows the sentence.
        clear_frames(error.__traceback__)
        raise ValueError(short_sentence(f"{path.name} cannot be opened: {error_reason(error)}")) from None
    finally:
        _BUDGET.reset(token)


_SORTS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def check_ordinary(path: Path) -> int:
    """Size in bytes; `OSError` if missing, or a folder, pipe, socket or device."""
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, "It is a folder, not a file", str(path))
    if not stat.S_ISREG(status.st_mode):
        sort = _SORTS.get(stat.S_IFMT(status.st_mode), "no ordinary file")
        raise OSError(errno.EINVAL, f"It is {sort}, not a file", str(path))
    return status.st_size
