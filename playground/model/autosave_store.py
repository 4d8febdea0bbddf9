"""The folder of autosaves: one file for each running program, with a lock held while the program runs.

An unlocked file belongs to a program that crashed or was ended; it is offered at the next start.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from platformdirs import user_cache_path, user_state_path
from PySide6.QtCore import QLockFile

from core.experiment.change import Asides, asides_entry
from core.experiment.embedded_data import EmbeddedData
from core.experiment.experiment import Experiment
from core.experiment.project_file import SUFFIX, TrainerState, save_project
from core.io.archive import ArchiveReader
from core.io.atomic_write import remove_parts
from core.io.bounded_number import finite, whole
from core.io.number_text import place_text
from core.io.sentence import short_sentence
from playground.model.project_lock import acquire_lock

MAX_AUTOSAVES = 10
_ORPHANED_SECONDS = 3600.0
_ENTRY = "autosave.json"
_NOT_WRITABLE = "The folder cannot be written to"


def autosave_folder() -> Path:
    """The user's folder for autosaves, in the platform's folder for state."""
    return user_state_path("numpynet-playground", appauthor=False) / "autosave"


@dataclass(frozen=True)
class AutosaveNote:
    """Metadata of an autosave. `picture` is a PNG, or b""."""

    name: str
    data: str = ""
    epoch: str = place_text(0)
    """Where the training is."""
    saved_at: float = 0.0
    """Unix timestamp."""
    path: Path | None = None
    """The document's own file."""
    stamp: str = ""
    """Identifies the version of that file, to detect changes."""
    picture: bytes = b""

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "data": self.data,
            "epoch": self.epoch,
            "saved_at": self.saved_at,
            "path": None if self.path is None else quote(os.fsencode(self.path)),
            "stamp": self.stamp,
            "picture": base64.b64encode(self.picture).decode("ascii"),
        }

    @classmethod
    def from_json(cls, value: Any) -> AutosaveNote:
        """The inverse of `to_json`. Raises `ValueError` for invalid data."""
        try:
            path = value["path"]
            return cls(
                str(value["name"]),
                str(value["data"]),
                _place(value["epoch"]),
                finite(value["saved_at"]),
                None if path is None else Path(os.fsdecode(unquote_to_bytes(str(path)))),
                str(value["stamp"]),
                base64.b64decode(str(value["picture"]), validate=True),
            )
        except (KeyError, TypeError, ValueError, OverflowError, binascii.Error) as error:
            raise ValueError(short_sentence(f"{_ENTRY} is incomplete: {error}")) from None


def _place(value: Any) -> str:
    """A text of `place_text`, or a number of epochs. Raises `ValueError` for another."""
    text = str(value)
    whole(text.partition(" ")[0].replace(",", ""))
    return text


@dataclass(frozen=True, eq=False)
class Autosave:
    """An autosave of another program, locked by this one. `note` is None if the file is damaged."""

    file: Path
    lock: QLockFile
    note: AutosaveNote | None


def write_autosave(
    file: Path,
    experiment: Experiment,
    state: TrainerState | None,
    note: AutosaveNote,
    report: Callable[[float], None] | None = None,
    data: EmbeddedData | None = None,
    asides: Asides = (),
) -> None:
    """Write a project with a note that `load_project` ignores. Raises as `save_project` does."""
    extra = {_ENTRY: note.to_json(), **asides_entry(asides)}
    save_project(file, experiment, state, report, extra=extra, data=data)


class AutosaveStore:
    """This program's autosave, and those left by others. Use it on the GUI thread only."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or autosave_folder()
        self.fault = ""
        """The reason why `claim_left` could not claim all that is free, last time; "" if it could."""
        self._own: Path | None = None
        self._lock: QLockFile | None = None

    @property
    def own(self) -> Path:
        """This program's file, locked from now on. Raises `OSError` if the folder is not writable."""
        if self._own is not None and not self._own.with_suffix(".lock").is_file():
            # Somebody has removed the folder.
            self.release_own()
        if self._own is None:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            file = self.folder / f"{os.getpid()}-{secrets.token_hex(4)}{SUFFIX}"
            lock = _lock_of(file)
            if not lock.isLocked():
                raise PermissionError(13, _NOT_WRITABLE, str(self.folder))
            self._own, self._lock = file, lock
        return self._own

    def remove_own(self) -> None:
        """Remove this program's autosave."""
        if self._own is not None:
            with suppress(OSError):
                self._own.unlink()

    def release_own(self) -> None:
        """Unlock this program's autosave, so that the next start offers it."""
        if self._lock is not None:
            self._lock.unlock()
        self._own = self._lock = None

    def adopt(self, autosave: Autosave) -> None:
        """Replace this program's autosave by a claimed one, without a moment in which it could be lost."""
        self.remove_own()
        self.release_own()
        self._own, self._lock = autosave.file, autosave.lock

    def claim_left(self) -> list[Autosave]:
        """Lock and return the files of programs that have ended, newest first, until released or discarded.

        Files after the first ten are removed, as are locks and partial files of programs that have ended.
        """
        found = [Autosave(file, lock, _read_note(file)) for file, lock in self._free_files()]
        found.sort(key=_saved_at, reverse=True)
        for autosave in found[MAX_AUTOSAVES:]:
            self.discard(autosave)
        return found[:MAX_AUTOSAVES]

    def release(self, autosave: Autosave) -> None:
        """Leave a claimed file for a later start."""
        autosave.lock.unlock()

    def discard(self, autosave: Autosave) -> None:
        """Remove a claimed file."""
        with suppress(OSError):
            autosave.file.unlink(missing_ok=True)
        autosave.lock.unlock()

    def remove_orphans(self) -> None:
        """Remove half-written files of the downloads' cache that nobody has written to for an hour."""
        for folder in user_cache_path("numpynet").glob("datasets/*/"):
            for part in folder.glob(".*.part"):
                with suppress(OSError):
                    if time.time() - part.stat().st_mtime > _ORPHANED_SECONDS:
                        part.unlink()

    def left_bytes(self) -> int:
        """Size of all autosaves on disk in bytes."""
        return sum(_size(file) for file in self._files())

    def clear(self) -> None:
        """Remove all autosaves that no running program has locked."""
        for autosave in self.claim_left():
            self.discard(autosave)

    def _free_files(self) -> Iterator[tuple[Path, QLockFile]]:
        self.fault = ""
        names = {path.stem for path in self._entries() if path.suffix in (SUFFIX, ".lock")}
        for name in sorted(names):
            file = self.folder / f"{name}{SUFFIX}"
            if file == self._own:
                continue
            lock = _lock_of(file)
            if not lock.isLocked():
                if lock.error() != QLockFile.LockError.LockFailedError and file.is_file():
                    self.fault = f"{_NOT_WRITABLE}: {self.folder}"
                continue
            remove_parts(file)
            if file.is_file():
                yield file, lock
            else:
                lock.unlock()

    def _files(self) -> list[Path]:
        return [path for path in self._entries() if path.suffix == SUFFIX]

    def _entries(self) -> list[Path]:
        try:
            return list(self.folder.iterdir())
        except OSError:
            return []


def _lock_of(file: Path) -> QLockFile:
    """The lock of an autosave, which is not locked while another program holds it, and on a full or read-only disk."""
    return acquire_lock(file.with_suffix(".lock"))


def _read_note(file: Path) -> AutosaveNote | None:
    try:
        with ArchiveReader(file) as archive:
            return AutosaveNote.from_json(archive.text(_ENTRY))
    except (OSError, ValueError):
        return None


def _saved_at(autosave: Autosave) -> float:
    """When it was written, which a damaged note does not say."""
    if autosave.note is not None:
        return autosave.note.saved_at
    try:
        return autosave.file.stat().st_mtime
    except OSError:
        return 0.0


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0
