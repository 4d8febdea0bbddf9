"""Write a file whole or not at all: a crash or a full disk never leaves half a file under the name."""

from __future__ import annotations

import errno
import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from core.io.ordinary_file import check_ordinary

__all__ = ["atomic_write"]

# File systems allow names of 255 bytes; the temporary one adds two dots, eight random letters and ".part".
_MAX_NAME_BYTES = 240
_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


@contextmanager
def atomic_write(path: Path) -> Iterator[BinaryIO]:
    """An open binary file that takes the place of `path` when the block ends well; else `path` stays as it was.

    The bytes go to a temporary file in the same folder, are forced to the disk, and are renamed over `path`. A link
    stays a link to the file, and a file that is replaced keeps its mode. Raises `OSError` when the folder cannot be
    written to, and when `path` is a read-only file, a folder, a pipe or a device.
    """
    place = Path(os.path.realpath(path))
    replaced = _replaced(place)
    handle, name = tempfile.mkstemp(prefix=f".{_short(place.name)}.", suffix=".part", dir=place.parent)
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        _take_over(Path(name), replaced)
        Path(name).replace(place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _replaced(place: Path) -> os.stat_result | None:
    """What is known of the file that will be replaced, if there is one."""
    try:
        check_ordinary(place)
    except FileNotFoundError:
        return None
    status = place.stat()
    # A rename, and for root a write too, would pass over the mark.
    if not status.st_mode & _WRITABLE or not os.access(place, os.W_OK):
        raise PermissionError(errno.EACCES, "The file is read-only", str(place))
    return status


def _take_over(new: Path, replaced: os.stat_result | None) -> None:
    """Give the temporary file the mode, and where that is allowed the owner, of the file that it replaces."""
    if replaced is None:
        # mkstemp makes files that only their owner may read; a saved file is an ordinary one.
        new.chmod(0o666 & ~_umask())
        return
    if hasattr(os, "chown"):
        with suppress(OSError):
            os.chown(new, replaced.st_uid, replaced.st_gid)
    new.chmod(stat.S_IMODE(replaced.st_mode))


def _short(name: str) -> str:
    """A name's beginning that leaves room for the rest of a temporary name."""
    while len(os.fsencode(name)) > _MAX_NAME_BYTES:
        name = name[:-1]
    return name


def _umask() -> int:
    # The only way to read it is to set it.
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
