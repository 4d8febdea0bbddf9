"""The local cache of an image archive: location, verification and reading of its files.

Files are stored unpacked: reading takes milliseconds, unpacking half a second. Files that the user puts into the
folder are accepted too: unpacked, as .gz, or all in one .npz as in Keras. Every file is verified before use.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from platformdirs import user_cache_path

from ...io.atomic_write import atomic_write
from ...io.budget import check_ordinary
from ...io.npy import read_npy
from ...io.zip_reader import ZipReader
from ..dataset import DataError
from .archives import Archive, ArchiveFile, IdxError, idx_header, read_idx, unpack_gzip

_NPZ_ARRAYS = ("x_train", "y_train", "x_test", "y_test")
_DAMAGED = ".damaged"
_MAX_PACKED = 1.01
"""Incompressible bytes grow a little when packed."""


class ArchiveError(DataError):
    """The reason why images are unavailable or a file does not belong to them, as a sentence."""


class ImageStore:
    """The files of `archive` in `folder`, by default in the user's cache."""

    def __init__(self, archive: Archive, folder: Path | None = None) -> None:
        self.archive = archive
        self.folder = folder or user_cache_path("numpynet") / "datasets" / archive.key

    @property
    def complete(self) -> bool:
        """Whether every file exists; contents are verified on reading."""
        return not self.missing

    @property
    def missing(self) -> tuple[ArchiveFile, ...]:
        """The files that do not exist."""
        return tuple(file for file in self.archive.files if self.find(file) is None)

    def find(self, file: ArchiveFile) -> Path | None:
        """A path that has a file's content; None if there is none."""
        for name in file.names:
            for path in (self.folder / name, self.folder / f"{name}.gz"):
                if path.is_file():
                    return path
        npz = self.folder / self.archive.npz
        return npz if self.archive.npz and npz.is_file() else None

    def load(self) -> tuple[NDArray[np.uint8], ...]:
        """uint8 images (samples, height, width) and labels (samples,): training, then test.

        Raises `ArchiveError` for a damaged file and renames it, so that it can be downloaded again.
        """
        return tuple(self._load(file) for file in self.archive.files)

    def keep(self, file: ArchiveFile, source: Path) -> Path:
        """Verify `source`, packed or not, and store its content; return the path.

        Raises `ArchiveError` if it is invalid, `OSError` if it cannot be stored.
        """
        return self._write(file, content_of(self.archive, file, source))

    def take(self, sources: Iterable[Path]) -> tuple[ArchiveFile, ...]:
        """Verify and store the user's files; return those still missing. `ArchiveError` for the first invalid one."""
        for source in sources:
            for file in self._meant(source):
                try:
                    self.keep(file, source)
                except OSError as error:
                    raise ArchiveError(self.unwritable(error)) from None
        self.tidy()
        return self.missing

    def tidy(self) -> None:
        """Remove partial downloads once the archive is complete."""
        if self.complete:
            self.drop_parts()

    def drop_parts(self) -> None:
        """Remove partial downloads."""
        for path in self.folder.glob("*.part"):
            with suppress(OSError):
                path.unlink()

    @property
    def stored(self) -> tuple[Path, ...]:
        """All files of the archive in the folder, partial and damaged ones too; other files of the user's are none."""
        names = tuple(name for file in self.archive.files for name in file.names)
        names += (self.archive.npz,) * bool(self.archive.npz)
        try:
            return tuple(
                path for path in sorted(self.folder.iterdir()) if path.name.lstrip(".").startswith(names)
            )
        except OSError:
            return ()

    def clear(self) -> None:
        """Remove the files of the archive."""
        for path in self.stored:
            with suppress(OSError):
                path.unlink()

    def unwritable(self, error: OSError) -> str:
        """The sentence for a folder that cannot be written to."""
        return f"{self.archive.title} cannot be kept in {self.folder}: {error.strerror or error}"

    def _meant(self, source: Path) -> tuple[ArchiveFile, ...]:
        """The files that a path represents, by its name."""
        if source.suffix == ".npz":
            return self.archive.files
        name = source.name.removesuffix(".gz")
        found = tuple(file for file in self.archive.files if name in file.names)
        if not found:
            known = ", ".join(file.name for file in self.archive.files)
            raise ArchiveError(
                f"A file of {self.archive.title} must be called {known}, with or without .gz; got {source.name}"
            )
        return found

    def _load(self, file: ArchiveFile) -> NDArray[np.uint8]:
        path = self.find(file)
        if path is None:
            raise ArchiveError(f"{self.archive.title} is not on this computer; {file.name} is missing")
        try:
            content = content_of(self.archive, file, path)
        except ArchiveError as error:
            raise ArchiveError(f"{error}. {_set_aside(path)}") from None
        except OSError as error:
            raise ArchiveError(f"{path} cannot be read: {error.strerror or error}") from None
        if path.name != file.name:
            # Avoids unpacking next time; a read-only folder is not an error.
            with suppress(OSError):
                self._write(file, content)
        return read_idx(content, file.shape)

    def _write(self, file: ArchiveFile, content: bytes) -> Path:
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / file.name
        with atomic_write(path) as out:
            out.write(content)
        _remember(path, file)
        return path


def content_of(archive: Archive, file: ArchiveFile, path: Path) -> bytes:
    """The published content of an archive's file, from any form of `path`.

    Raises `ArchiveError` for other content, and `OSError` when it cannot be read.
    """
    form = Path(path.name.removesuffix(".part")).suffix
    check_ordinary(path)
    try:
        if form == ".npz":
            content = _from_npz(path, archive, file)
        elif form == ".gz":
            _check_packed(path, file)
            content = unpack_gzip(path, file.content_bytes)
        else:
            content = _raw(path, file)
        array = read_idx(content, file.shape)
        if not _known(path, file):
            _check(content, array, file)
            _remember(path, file)
    except IdxError as error:
        raise ArchiveError(f"{path.name.removesuffix('.part')} {error}") from None
    return content


def _raw(path: Path, file: ArchiveFile) -> bytes:
    size = path.stat().st_size
    if size != file.content_bytes:
        raise IdxError(f"must be {file.content_bytes:,} bytes long, got {size:,}")
    return path.read_bytes()


def _check_packed(path: Path, file: ArchiveFile) -> None:
    size, most = path.stat().st_size, round(file.content_bytes * _MAX_PACKED) + 1000
    if size > most:
        raise IdxError(f"must be at most {most:,} bytes long, got {size:,}")
    if file.packed_sha256:
        with path.open("rb") as packed:
            digest = hashlib.file_digest(packed, "sha256").hexdigest()
        if digest != file.packed_sha256:
            raise IdxError("is not the published file: its SHA-256 is another")


def _check(content: bytes, array: NDArray[np.uint8], file: ArchiveFile) -> None:
    if file.sha256:
        if hashlib.sha256(content).hexdigest() != file.sha256:
            raise IdxError("does not hold the published data: their SHA-256 is another")
    elif array.ndim == 1:
        # Without a known digest, check that the classes are balanced.
        counts = np.bincount(array)
        if len(counts) != 10 or counts.min() != counts.max():
            raise IdxError("must hold ten classes, each as often as the others")


def _from_npz(path: Path, archive: Archive, file: ArchiveFile) -> bytes:
    name = _NPZ_ARRAYS[archive.files.index(file)]
    # An .npy header is 128 bytes or slightly more; labels may be wider than a byte.
    most = 8 * math.prod(file.shape) + 4096
    try:
        with ZipReader(path, "file of numpy arrays") as whole:
            if f"{name}.npy" not in whole:
                raise IdxError(f"must hold arrays called {', '.join(_NPZ_ARRAYS)}; {name} is missing")
            size = whole.size(f"{name}.npy")
            if size > most:
                raise IdxError(f"must hold {name} of shape {file.shape}, got {size:,} bytes")
            with whole.open(f"{name}.npy", most) as entry:
                array = read_npy(entry, size, name)
    except IdxError:
        raise
    except ValueError as error:
        raise IdxError(f"is no file of numpy arrays, or it is damaged: {error}") from None
    if array.shape != file.shape or array.dtype.kind not in "ui":
        raise IdxError(f"must hold {name} as bytes of shape {file.shape}, got {array.dtype} {array.shape}")
    return idx_header(file.shape) + array.astype(np.uint8, copy=False).tobytes()


def _set_aside(path: Path) -> str:
    aside = path.with_name(path.name + _DAMAGED)
    try:
        path.replace(aside)
    except OSError:
        return f"Delete {path} to fetch it again"
    return f"It was renamed to {aside.name}; download the set again"


# Verified files, by size and modification time, to avoid hashing 50 MB again.
_checked: dict[tuple[Path, str], tuple[int, int]] = {}


def _stamp(path: Path) -> tuple[int, int]:
    about = path.stat()
    return about.st_size, about.st_mtime_ns


def _remember(path: Path, file: ArchiveFile) -> None:
    _checked[path, file.name] = _stamp(path)


def _known(path: Path, file: ArchiveFile) -> bool:
    return _checked.get((path, file.name)) == _stamp(path)
