"""Reads zips that anyone may have made: every entry in pieces, and never further than it is allowed to be.

What Python's zipfile raises for damage is `ValueError` here, with a sentence. Only stored and deflated entries are
read: the decoders of the others raise what they like, and nothing that we read is packed by them.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from core.io.ordinary_file import check_ordinary
from core.io.sentence import short_sentence

__all__ = ["ZipReader"]

_MAX_ENTRIES = 10_000
# The shorter, the sooner a caller can give up, and the less is made of one piece.
_PIECE = 1 << 16
# The list of entries is read at once; this is 400 bytes for each of the most.
_LONGEST_READ = 4_000_000
_DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    EOFError,
    IndexError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
)


class ZipReader:
    """An open zip; use it in a `with` block. Every method raises `ValueError` with what is wrong.

    `what` names the sort of file in messages. `OSError` comes from the disk, or says that the path is no file.
    """

    def __init__(self, path: Path, what: str) -> None:
        check_ordinary(path)
        self._file = _ShortReads(io.FileIO(path))
        try:
            self._zip = zipfile.ZipFile(self._file)
            # Damage in the list of entries, which is not looked at again.
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

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()
        self._file.close()

    def __contains__(self, name: str) -> bool:
        return name in self._zip.NameToInfo

    @property
    def names(self) -> tuple[str, ...]:
        """The entries, in the order of the file."""
        return tuple(self._zip.namelist())

    def size(self, name: str) -> int:
        """The bytes that an entry says it unpacks to; it is never read further. `ValueError` when it is missing."""
        return self._info(name).file_size

    @contextmanager
    def open(self, name: str, most: int) -> Iterator[IO[bytes]]:
        """An entry of at most `most` bytes, as a file to read from."""
        info = self._info(name)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError(f"{name} must be stored or deflated, got compression {info.compress_type}")
        if info.file_size > most:
            raise ValueError(f"{name} must be at most {most:,} bytes, got {info.file_size:,}")
        try:
            entry = self._zip.open(info)
        except _DAMAGE as error:
            raise ValueError(f"{name} is damaged: {error}") from None
        with entry:
            yield _Entry(entry, name)  # type: ignore[misc]

    def pieces(self, name: str, most: int) -> Iterator[bytes]:
        """The content of an entry of at most `most` bytes, 64 KB at a time."""
        with self.open(name, most) as entry:
            while piece := entry.read(_PIECE):
                yield piece

    def read(self, name: str, most: int) -> bytes:
        """The whole content of an entry of at most `most` bytes."""
        return b"".join(self.pieces(name, most))

    def _info(self, name: str) -> zipfile.ZipInfo:
        try:
            return self._zip.getinfo(name)
        except KeyError:
            raise ValueError(f"{name} is missing") from None


class _Entry:
    """An open entry whose damage is `ValueError`."""

    def __init__(self, entry: IO[bytes], name: str) -> None:
        self._entry, self._name = entry, name

    def read(self, size: int) -> bytes:
        try:
            return self._entry.read(size)
        except _DAMAGE as error:
            raise ValueError(f"{self._name} is damaged: {error}") from None


class _TooLongError(ValueError):
    """The list of entries is longer than it may be."""


class _ShortReads(io.BufferedReader):
    """A file that refuses to read very much at once, as a list of a million entries would need."""

    def read(self, size: int | None = -1, /) -> bytes:
        if size is not None and size > _LONGEST_READ:
            raise _TooLongError
        return super().read(size)
