"""One zip of readable JSON texts and numpy arrays (.npy): the container of projects and saved models.

Reading trusts nothing: sizes are compared with what is expected before anything is unpacked.
"""

from __future__ import annotations

import io
import tokenize
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from core.io import strict_json
from core.io.atomic_write import writing

__all__ = ["ArchiveReader", "write_archive"]

_MOST_ENTRIES = 10_000
_LARGEST_TEXT = 4_000_000
# Fixed, so that the same content is the same file.
_DATE = (1980, 1, 1, 0, 0, 0)


def write_archive(path: Path, texts: Mapping[str, Any], arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write JSON values under their names ("experiment.json") and arrays as "NAME.npy", atomically."""
    with writing(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=3) as archive:
        for name, value in texts.items():
            archive.writestr(zipfile.ZipInfo(name, _DATE), strict_json.dump(value), zipfile.ZIP_DEFLATED)
        for name, array in arrays.items():
            info = zipfile.ZipInfo(f"{name}.npy", _DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(info, "w", force_zip64=array.nbytes > 2**31) as entry:
                np.lib.format.write_array(entry, np.ascontiguousarray(array), allow_pickle=False)


class ArchiveReader:
    """An open archive; use it in a `with` block. Every method raises `ValueError` with what is wrong."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, EOFError, NotImplementedError):
            raise ValueError(f"{path.name} is not such a file, or it is damaged") from None
        if len(self._zip.namelist()) > _MOST_ENTRIES:
            self._zip.close()
            raise ValueError(f"{path.name} holds more than {_MOST_ENTRIES} entries")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()

    def __contains__(self, name: str) -> bool:
        return name in self._zip.namelist()

    def text(self, name: str) -> Any:
        """The JSON value under a name."""
        return strict_json.load(self._bytes(name, _LARGEST_TEXT))

    def array(
        self, name: str, shape: tuple[int | None, ...], dtype: Any, most: int = 0, finite: bool = True
    ) -> NDArray[Any]:
        """The array "NAME.npy" of the given shape (None: any length up to `most`) and dtype, all numbers finite."""
        size = np.dtype(dtype).itemsize
        for length in shape:
            size *= most if length is None else length
        data = io.BytesIO(self._bytes(f"{name}.npy", size + 10_000))
        try:
            version = np.lib.format.read_magic(data)
            read = (
                np.lib.format.read_array_header_1_0
                if version == (1, 0)
                else np.lib.format.read_array_header_2_0
            )
            found, _, found_dtype = read(data)
            fits = len(found) == len(shape) and all(
                0 <= a <= most if b is None else a == b for a, b in zip(found, shape, strict=True)
            )
            if not fits or found_dtype != np.dtype(dtype):
                raise ValueError(
                    f"{name} must be {np.dtype(dtype)} of shape {shape}, got {found_dtype} {found}"
                )
            data.seek(0)
            array: NDArray[Any] = np.lib.format.read_array(data, allow_pickle=False)
        except (
            EOFError,
            SyntaxError,
            TypeError,
            MemoryError,
            OverflowError,
            RecursionError,
            tokenize.TokenError,
        ) as error:
            raise ValueError(f"{name} cannot be read: {error}") from None
        if finite and array.dtype.kind == "f" and not np.isfinite(array).all():
            raise ValueError(f"{name} must hold finite numbers only")
        return array

    def _bytes(self, name: str, most: int) -> bytes:
        try:
            info = self._zip.getinfo(name)
        except KeyError:
            raise ValueError(f"{name} is missing") from None
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError(f"{name} must be stored or deflated, got compression {info.compress_type}")
        if info.file_size > most:
            raise ValueError(f"{name} must be at most {most:,} bytes, got {info.file_size:,}")
        try:
            return self._zip.read(info)
        except (
            zipfile.BadZipFile,
            zlib.error,
            EOFError,
            NotImplementedError,
            RuntimeError,
            OSError,
        ) as error:
            raise ValueError(f"{name} is damaged: {error}") from None
