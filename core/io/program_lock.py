"""A lock between programs. The system opens it when its holder ends, however that ends."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import sleep
from typing import BinaryIO

_SECONDS = 0.1
_HELD = frozenset({errno.EACCES, errno.EAGAIN, errno.EDEADLK})


@contextmanager
def program_lock(path: Path, *, wait: bool = False) -> Iterator[bool]:
    """Whether nobody else holds the lock of the file at `path`, which is made; with `wait`, not before nobody does.

    On a file system without locks nobody is kept out. Raises `OSError` if the file cannot be made.
    """
    with path.open("ab") as file:
        while not (is_free := _take(file)) and wait:
            sleep(_SECONDS)
        yield is_free


def _take(file: BinaryIO) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in _HELD
    return True
