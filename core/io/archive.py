"""A zip of readable JSON and .npy arrays: the container of projects and saved models, untrusted on reading."""

from __future__ import annotations

import io
import math
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import IO, Any, Self

import numpy as np
from numpy.typing import NDArray

from . import strict_json
from .atomic_write import atomic_write
from .npy import read_npy, read_npy_header
from .zip_reader import ZipReader

# Trained weights hardly compress; an optimizer's unused slots do as well as a zip bomb, a thousandfold, and the writer
# pads them. Below `_ALWAYS_ALLOWED_BYTES` any ratio is accepted.
_MAX_PACKING = 50
_ALWAYS_ALLOWED_BYTES = 100_000_000
MAX_TEXT_BYTES = 4_000_000
_PIECE_BYTES = 1 << 20
_PADDING = "padding"
_MAX_HEADER = 10_000
# Fixed, so that equal content gives equal files.
_DATE = (1980, 1, 1, 0, 0, 0)


def write_archive(
    path: Path,
    texts: Mapping[str, Any],
    arrays: Mapping[str, NDArray[Any]],
    report: Callable[[float], None] | None = None,
) -> None:
    """Write JSON values by name ("experiment.json") and arrays of any shape as "NAME.npy", atomically.

    Raises `ValueError` for a value too long to be read back, and leaves `path` unchanged.
    `report` receives the fraction written, 0 to 1, about once per megabyte; an exception from it cancels the write and
    leaves `path` unchanged.
    """
    with atomic_write(path) as file:
        _write(file, texts, arrays, report)


def archive_bytes(texts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """The content of the file that `write_archive` writes."""
    buffer = io.BytesIO()
    _write(buffer, texts, arrays, None)
    return buffer.getvalue()


def _write(
    file: IO[bytes],
    texts: Mapping[str, Any],
    arrays: Mapping[str, NDArray[Any]],
    report: Callable[[float], None] | None,
) -> None:
    meter = _Meter(sum(array.nbytes for array in arrays.values()), report)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for name, value in texts.items():
            archive.writestr(zipfile.ZipInfo(name, _DATE), _encoded(name, value), zipfile.ZIP_DEFLATED)
        for name, array in arrays.items():
            info = zipfile.ZipInfo(f"{name}.npy", _DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=array.nbytes > 2**31) as entry:
                _write_npy(entry, np.ascontiguousarray(array), meter)
        unpacked = sum(archive.getinfo(f"{name}.npy").file_size for name in arrays)
        _write_padding(archive, _smallest_file(unpacked) - file.tell())


def _encoded(name: str, value: Any) -> bytes:
    text = strict_json.dump(value).encode()
    if len(text) > MAX_TEXT_BYTES:
        raise ValueError(f"{name} must be at most {MAX_TEXT_BYTES:,} bytes, got {len(text):,}")
    return text


def _smallest_file(unpacked: int) -> int:
    """The bytes that a file must have for `ArchiveReader` to read arrays that unpack to so many."""
    return 0 if unpacked <= _ALWAYS_ALLOWED_BYTES else -(-unpacked // _MAX_PACKING)


def _write_padding(archive: zipfile.ZipFile, size: int) -> None:
    """Zeros that make the file larger, by 2% of its arrays at most; storing an array would take all of its bytes."""
    if size > 0:
        with archive.open(zipfile.ZipInfo(_PADDING, _DATE), "w", force_zip64=size > 2**31) as entry:
            for start in range(0, size, _PIECE_BYTES):
                entry.write(bytes(min(_PIECE_BYTES, size - start)))


class _Meter:
    """Reports the fraction of an archive that is written or read."""

    def __init__(self, total: int, report: Callable[[float], None] | None) -> None:
        self._total, self._report, self._done = max(1, total), report, 0

    def add(self, count: int) -> None:
        self._done += count
        if self._report is not None:
            self._report(min(1.0, self._done / self._total))


def _write_npy(entry: IO[bytes], array: NDArray[Any], meter: _Meter) -> None:
    """As `np.save`, in chunks of 1 MB instead of its copies of 16 MB."""
    np.lib.format.write_array_header_1_0(entry, np.lib.format.header_data_from_array_1_0(array))
    data = array.reshape(-1).view(np.uint8).data
    for start in range(0, len(data), _PIECE_BYTES):
        piece = data[start : start + _PIECE_BYTES]
        entry.write(piece)
        meter.add(len(piece))


class ArchiveReader:
    """An open archive; use it in a `with` block. Every method raises `ValueError` for invalid content.

    `report` receives the fraction of the arrays that is read; an exception from it cancels the read. `content`: see
    `ZipReader`.
    """

    def __init__(
        self, path: Path, report: Callable[[float], None] | None = None, content: bytes | None = None
    ) -> None:
        self._zip = ZipReader(path, "NumpyNet Playground file", content)
        self._meter = _Meter(sum(map(self._zip.size, self._zip.names)), report)
        size = path.stat().st_size if content is None else len(content)
        self._most_bytes = max(_ALWAYS_ALLOWED_BYTES, _MAX_PACKING * size)
        self._left = self._most_bytes

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.__exit__()

    def __contains__(self, name: str) -> bool:
        return name in self._zip

    def text(self, name: str) -> Any:
        """The JSON value under a name."""
        return strict_json.load(self._zip.read(name, MAX_TEXT_BYTES))

    def array(
        self,
        name: str,
        shape: tuple[int | None, ...],
        dtype: Any,
        most: int = 0,
        finite: bool = True,
        has_own_limit: bool = False,
    ) -> NDArray[Any]:
        """The array "NAME.npy" of this shape (None: any length up to `most`) and dtype, with finite numbers.

        `has_own_limit`: the caller has checked what it takes, and it does not count to the archive's limit.
        """
        wanted = np.dtype(dtype)
        size = wanted.itemsize * math.prod(most if length is None else length for length in shape)
        entry = f"{name}.npy"
        with self._zip.open(entry, size + _MAX_HEADER) as file:
            found, found_dtype, _ = read_npy_header(file, name)
        fits = len(found) == len(shape) and all(
            0 <= a <= most if b is None else a == b for a, b in zip(found, shape, strict=True)
        )
        if not fits or found_dtype != wanted:
            raise ValueError(f"{name} must be {wanted} of shape {shape}, got {found_dtype} {found}")
        if not has_own_limit:
            self._spend(entry)
        with self._zip.open(entry, size + _MAX_HEADER) as file:
            array = read_npy(_CountedFile(file, self._meter), self._zip.size(entry), name)
        if finite and array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ValueError(f"{name} must hold finite numbers only")
        return array

    def _spend(self, entry: str) -> None:
        self._left -= self._zip.size(entry)
        if self._left < 0:
            raise ValueError(
                f"its arrays must unpack to at most {self._most_bytes // 1_000_000:,} MB, got more"
            )


class _CountedFile:
    """A file that counts the bytes read."""

    def __init__(self, file: IO[bytes], meter: _Meter) -> None:
        self._file, self._meter = file, meter

    def read(self, size: int, /) -> bytes:
        piece = self._file.read(size)
        self._meter.add(len(piece))
        return piece
