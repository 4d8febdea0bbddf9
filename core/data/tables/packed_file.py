"""Open text that may be gzip'd: it is unpacked as it is read, up to a limit, and never whole."""

from __future__ import annotations

import gzip
import io
import os
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from .table import TableError

PACKED = ".gz"


def table_suffix(path: Path) -> str:
    """The suffix in small letters; both of a packed file, such as ".csv.gz"."""
    suffix = path.suffix.lower()
    return f"{Path(path.stem).suffix.lower()}{suffix}" if suffix == PACKED else suffix


@contextmanager
def open_packed(path: Path, most_bytes: int) -> Iterator[tuple[IO[bytes], Callable[[], float]]]:
    """The content, and a function that tells the share of the file that was read.

    Reading raises `TableError` if a packed file is damaged, or unpacks to more than `most_bytes`.
    """
    with path.open("rb") as file:
        size = max(1, os.fstat(file.fileno()).st_size)
        unpacked = _Unpacked(file, path.name, most_bytes) if path.suffix.lower() == PACKED else None
        yield io.BufferedReader(unpacked) if unpacked else file, lambda: min(1.0, file.tell() / size)


class _Unpacked(io.RawIOBase):
    def __init__(self, file: IO[bytes], name: str, most_bytes: int) -> None:
        self._source = gzip.GzipFile(fileobj=file)
        self._name, self._most, self._count = name, most_bytes, 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        try:
            content = self._source.read(len(buffer))
        except (gzip.BadGzipFile, EOFError, zlib.error):
            raise TableError(f"{self._name} is no gzip file, or it is damaged") from None
        self._count += len(content)
        if self._count > self._most:
            raise TableError(f"{self._name} must unpack to at most {self._most // 1_000_000:,} MB, got more")
        buffer[: len(content)] = content
        return len(content)
