"""The folder of autosaves: one file for each running program, beside a lock that is held while the program runs.

A file whose lock is free was left by a program that did not end well. It is offered at the next start.
"""

from __future__ import annotations

import base64
import binascii
import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote_to_bytes

from platformdirs import user_state_path
from PySide6.QtCore import QLockFile

from core.experiment.experiment import Experiment
from core.experiment.project_file import SUFFIX, TrainerState, save_project
from core.io.archive import ArchiveReader
from core.io.atomic_write import remove_parts

__all__ = ["MAX_AUTOSAVES", "Autosave", "AutosaveNote", "AutosaveStore", "autosave_folder", "write_autosave"]

MAX_AUTOSAVES = 10
_ENTRY = "autosave.json"


def autosave_folder() -> Path:
    """The user's own, in the platform's folder for what a program was doing."""
    return user_state_path("numpynet-playground", appauthor=False) / "autosave"


@dataclass(frozen=True)
class AutosaveNote:
    """What an autosave says about the document that it holds. `picture` is a PNG, or b""."""

    name: str
    data: str = ""
    epoch: int = 0
    saved_at: float = 0.0
    """Seconds since 1970."""
    path: Path | None = None
    """The document's own file."""
    stamp: str = ""
    """What tells whether that file has changed since."""
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
        """`ValueError` for what `to_json` does not make."""
        try:
            path = value["path"]
            return cls(
                str(value["name"]),
                str(value["data"]),
                int(value["epoch"]),
                float(value["saved_at"]),
                None if path is None else Path(os.fsdecode(unquote_to_bytes(str(path)))),
                str(value["stamp"]),
                base64.b64decode(str(value["picture"]), validate=True),
            )
        except (KeyError, TypeError, ValueError, OverflowError, binascii.Error) as error:
            raise ValueError(f"{_ENTRY} is incomplete: {error}") from None


@dataclass(frozen=True, eq=False)
class Autosave:
    """A file that a program left, locked by this one. `note` is None where the file is damaged."""

    file: Path
    lock: QLockFile
    note: AutosaveNote | None


def write_autosave(
    file: Path,
    experiment: Experiment,
    state: TrainerState | None,
    note: AutosaveNote,
    report: Callable[[float], None] | None = None,
) -> None:
    """Write a project with a note that `load_project` does not read. Raises what `save_project` raises."""
    save_project(file, experiment, state, report, extra={_ENTRY: note.to_json()})


class AutosaveStore:
    """This program's autosave, and those that others left. Used on the GUI thread."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or autosave_folder()
        self._own: Path | None = None
        self._lock: QLockFile | None = None

    @property
    def own(self) -> Path:
        """The file of this program, whose lock is held from now on; `OSError` where the folder takes no files."""
        if self._own is None:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            file = self.folder / f"{os.getpid()}-{secrets.token_hex(4)}{SUFFIX}"
            lock = _lock_of(file)
            if lock is None:
                raise PermissionError(13, "The folder cannot be written to", str(self.folder))
            self._own, self._lock = file, lock
        return self._own

    def remove_own(self) -> None:
        """Nothing of this program's is to be restored."""
        if self._own is not None:
            with suppress(OSError):
                self._own.unlink()

    def release_own(self) -> None:
        """Let the next start offer what this program has kept."""
        if self._lock is not None:
            self._lock.unlock()
        self._own = self._lock = None

    def adopt(self, autosave: Autosave) -> None:
        """Go on with a file that was left as this program's own, so that it is never lost in between."""
        self.remove_own()
        self.release_own()
        self._own, self._lock = autosave.file, autosave.lock

    def claim_left(self) -> list[Autosave]:
        """The files whose programs are gone, the newest first; each is locked until it is released or discarded.

        Above the last ten they are removed, and so are locks and half-written files of programs that are gone.
        """
        found = [Autosave(file, lock, _read_note(file)) for file, lock in self._free_files()]
        found.sort(key=lambda each: each.note.saved_at if each.note else 0.0, reverse=True)
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

    def left_bytes(self) -> int:
        """What all autosaves take on the disk."""
        return sum(_size(file) for file in self._files())

    def clear(self) -> None:
        """Remove all that no running program holds."""
        for autosave in self.claim_left():
            self.discard(autosave)

    def _free_files(self) -> Iterator[tuple[Path, QLockFile]]:
        names = {path.stem for path in self._entries() if path.suffix in (SUFFIX, ".lock")}
        for name in sorted(names):
            file = self.folder / f"{name}{SUFFIX}"
            if file == self._own or (lock := _lock_of(file)) is None:
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


def _lock_of(file: Path) -> QLockFile | None:
    """The lock of an autosave, which is held from now on; None while another program holds it."""
    lock = QLockFile(str(file.with_suffix(".lock")))
    # By its age no lock is free: a program may run for days.
    lock.setStaleLockTime(0)
    return lock if lock.tryLock(0) else None


def _read_note(file: Path) -> AutosaveNote | None:
    try:
        with ArchiveReader(file) as archive:
            return AutosaveNote.from_json(archive.text(_ENTRY))
    except (OSError, ValueError):
        return None


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0
