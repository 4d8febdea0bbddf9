"""Atomic file writing: a crash or a full disk never leaves a partial file."""

from __future__ import annotations

import errno
import glob
import os
import stat
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from .budget import check_ordinary

# File systems allow names of 255 bytes; the temporary name adds two dots, eight random letters and ".part".
_MAX_NAME_BYTES = 240
_PART = ".part"
# What file systems without modes or syncing answer, as network shares and memory cards; a failing disk has other codes.
_NO_MODES = frozenset({errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})
_NO_SYNC = frozenset({errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP})
_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


@contextmanager
def atomic_write(path: Path) -> Iterator[BinaryIO]:
    """Yield a binary file that replaces `path` on success; on an exception `path` is unchanged.

    Writes a temporary file in the same folder, syncs it and renames it over `path`. Symbolic links are followed, and a
    replaced file keeps its mode, if the file system has modes. Raises `OSError` for a folder without write permission,
    and when `path` is a read-only file, a folder, a pipe or a device; it never names the temporary file.
    """
    with _named(path), _part_of(Path(os.path.realpath(path))) as file:
        yield file


@contextmanager
def _part_of(place: Path) -> Iterator[BinaryIO]:
    replaced = _replaced(place)
    handle, name = tempfile.mkstemp(prefix=_part_prefix(place), suffix=_PART, dir=place.parent)
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            with _passing_over(_NO_SYNC):
                os.fsync(file.fileno())
        _take_over(Path(name), replaced)
        Path(name).replace(place)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """Name the file that is written in an `OSError` about the temporary one, which its user never sees."""
    try:
        yield
    except OSError as error:
        if str(error.filename).endswith(_PART):
            error.filename, error.filename2 = str(path), None
        raise


def check_place(path: Path) -> None:
    """Raise the `OSError` of `atomic_write` unless a file could be written there."""
    place = Path(os.path.realpath(path))
    _replaced(place)
    # Only a file shows whether one may be made there.
    with tempfile.TemporaryFile(dir=place.parent):
        pass


def remove_parts(path: Path, unused_seconds: float = 0.0) -> None:
    """Remove what writing `path` left when its program was ended, unless it was written to lately.

    A file that cannot be removed stays.
    """
    for part in path.parent.glob(f"{glob.escape(_part_prefix(path))}*{_PART}"):
        with suppress(OSError):
            if time.time() - part.stat().st_mtime >= unused_seconds:
                part.unlink()


def _part_prefix(place: Path) -> str:
    return f".{_short(place.name)}."


def _replaced(place: Path) -> os.stat_result | None:
    """Status of the file to be replaced, or None."""
    try:
        check_ordinary(place)
    except FileNotFoundError:
        return None
    status = place.stat()
    # A rename, and any write by root, would ignore the read-only mode.
    if not status.st_mode & _WRITABLE or not os.access(place, os.W_OK):
        raise PermissionError(errno.EACCES, "The file is read-only", str(place))
    return status


def _take_over(new: Path, replaced: os.stat_result | None) -> None:
    """Copy the mode, and the owner if permitted, of the replaced file to the temporary file."""
    if replaced is None:
        # mkstemp creates files that only their owner can read.
        _set_mode(new, 0o666 & ~_umask())
        return
    if hasattr(os, "chown"):  # pragma: no branch - Windows has none
        with suppress(OSError):
            os.chown(new, replaced.st_uid, replaced.st_gid)
    _set_mode(new, stat.S_IMODE(replaced.st_mode))


def _set_mode(new: Path, mode: int) -> None:
    with _passing_over(_NO_MODES):
        new.chmod(mode)


@contextmanager
def _passing_over(codes: frozenset[int]) -> Iterator[None]:
    """Suppress an `OSError` of one of these codes."""
    try:
        yield
    except OSError as error:
        if error.errno not in codes:
            raise


def _short(name: str) -> str:
    """A prefix of a name that leaves room for the temporary suffix."""
    while len(os.fsencode(name)) > _MAX_NAME_BYTES:
        name = name[:-1]
    return name


def _umask() -> int:
    # The umask can only be read by setting it.
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
