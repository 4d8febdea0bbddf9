"""Read untrusted zip files in chunks, each entry up to a limit.

Damage that zipfile reports by various exceptions is a `ValueError` with a sentence. Only stored and deflated entries
are read: the other decoders raise undocumented exceptions, and our writers never use them.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, Self

from .budget import check_ordinary, spend
from .sentence import short_sentence

_MAX_ENTRIES = 10_000
# Small chunks let a caller cancel early and bound the memory.
_PIECE = 1 << 16
# The central directory is read at once, before a budget counts: 100 bytes for each of `_MAX_ENTRIES`.
_LONGEST_READ = 1_000_000
_DAMAGE = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, EOFError, IndexError, NotImplementedError, RuntimeError,
    OSError, ValueError,
)  # fmt: skip


class ZipReader:
    """An open zip; use it in a `with` block. Every method raises `ValueError` for damage.

    `what` names the kind of file in messages. Raises `OSError` when the path is not a readable file. With `content`,
    the bytes of the zip, the path is not read, and only names them in messages.
    """

    def __init__(self, path: Path, what: str, content: bytes | None = None) -> None:
        if content is None:
            check_ordinary(path)
        self._file = _ShortReads(io.FileIO(path) if content is None else _RawBytes(content))
        try:
            self._zip = zipfile.ZipFile(self._file)
            # Checked once here: a damaged central directory.
            if len(self._zip.infolist()) > _MAX_ENTRIES:
                raise _TooLongError
        except (*_DAMAGE, UnicodeError) as error:
            self._file.close()
            if isinstance(error, _TooLongError):
                raise ValueError(
                    short_sentence(f"{path.name} must hold at most {_MAX_ENTRIES:,} entries")
                ) from None
            raise ValueError(short_sentence(f"{path.name} is no {what}, or it is damaged")) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()
        self._file.close()

    def __contains__(self, name: str) -> bool:
        return name in self._zip.NameToInfo

    @property
    def names(self) -> tuple[str, ...]:
        """Entry names in file order."""
        return tuple(self._zip.namelist())

    def size(self, name: str) -> int:
        """Declared unpacked size in bytes, which reads never exceed. `ValueError` when missing."""
        return self._info(name).file_size

    @contextmanager
    def open(self, name: str, most: int) -> Iterator[IO[bytes]]:
        """Open an entry of at most `most` bytes for reading."""
        info = self._info(name)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError(f"{name} must be stored or deflated, got compression {info.compress_type}")
        if info.file_size > most:
            raise ValueError(f"{name} must be at most {most:,} bytes, got {info.file_size:,}")
        try:
            entry = self._zip.open(info)
        except _DAMAGE as error:
            raise ValueError(_damage(name, error)) from None
        with entry:
            yield _Entry(entry, name)  # type: ignore[misc]

    def pieces(self, name: str, most: int) -> Iterator[bytes]:
        """Yield the content of an entry of at most `most` bytes in chunks of 64 KB."""
        with self.open(name, most) as entry:
            while piece := entry.read(_PIECE):
                yield piece

    def read(self, name: str, most: int) -> bytes:
        """The content of an entry of at most `most` bytes."""
        if self.size(name) <= most:
            spend(self.size(name))
        return b"".join(self.pieces(name, most))

    def _info(self, name: str) -> zipfile.ZipInfo:
        try:
            return self._zip.getinfo(name)
        except KeyError:
            raise ValueError(f"{name} is missing") from None


class _Entry:
    """An open entry that raises `ValueError` for damage."""

    def __init__(self, entry: IO[bytes], name: str) -> None:
        self._entry, self._name = entry, name

    def read(self, size: int) -> bytes:
        try:
            return self._entry.read(size)
        except _DAMAGE as error:
            raise ValueError(_damage(self._name, error)) from None


def _damage(name: str, error: Exception) -> str:
    # zipfile quotes the bytes that it found in the place of a name.
    return short_sentence(f"{name} is damaged: {error}")


class _TooLongError(ValueError):
    """The central directory exceeds its limit."""


class _RawBytes(io.RawIOBase):
    """Bytes as an unbuffered file."""

    def __init__(self, content: bytes) -> None:
        self._bytes = io.BytesIO(content)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        return self._bytes.seek(offset, whence)

    def readinto(self, buffer: Any, /) -> int:
        return self._bytes.readinto(buffer)


class _ShortReads(io.BufferedReader):
    """A file that refuses a single large read, such as a directory of a million entries."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _LONGEST_READ:
            raise _TooLongError
        return super().read(size)
