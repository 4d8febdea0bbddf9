"""The folder of sweeps: one folder for each, with its journal, and a lock that is held while a window has it.

A sweep that nobody holds is from an earlier start; the newest one is offered again, finished or not.
"""

from __future__ import annotations

import logging
import secrets
import shutil
import time
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from platformdirs import user_state_path
from PySide6.QtCore import QLockFile

from core.io import strict_json
from core.io.atomic_write import atomic_write
from core.sweep.cluster import TlsFiles
from core.sweep.compute_target import ComputeTarget
from core.sweep.journal import SUFFIX
from playground.model.lock_file import acquire_lock

log = logging.getLogger(__name__)

_NOTE: Final = "sweep.json"
_JOURNAL: Final = f"sweep{SUFFIX}"
_LOCK: Final = ".lock"
_MOST_LEFT: Final = 3


class KeptSweep:
    """A sweep's folder, held until `release`: where it runs, and whether it has come to its end."""

    def __init__(self, folder: Path, lock: QLockFile, place: ComputeTarget, *, keeps_runs: bool) -> None:
        self.folder, self.place, self.keeps_runs = folder, place, keeps_runs
        self.is_finished = False
        self._lock = lock

    @property
    def name(self) -> str:
        """Tells it apart on a cluster."""
        return self.folder.name

    @property
    def journal(self) -> Path:
        """The file of its journal."""
        return self.folder / _JOURNAL

    def mark(self, *, finished: bool) -> None:
        """Note whether it has come to its end. Raises `OSError`."""
        self.is_finished = finished
        with atomic_write(self.folder / _NOTE) as file:
            file.write(strict_json.dump(self._note()).encode())

    def release(self) -> None:
        """Leave it to another start."""
        self._lock.unlock()

    def remove(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.release()

    def _note(self) -> dict[str, Any]:
        tls = self.place.tls
        files = None if tls is None else [str(tls.authority), str(tls.certificate), str(tls.key)]
        return {
            "finished": self.is_finished,
            "keeps_runs": self.keeps_runs,
            "jobs": self.place.jobs,
            "scheduler": self.place.scheduler,
            "tls": files,
        }


class SweepStore:
    """Begins sweeps, and takes over those that nobody holds."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or (user_state_path("numpynet-playground", appauthor=False) / "sweeps")

    def begin(self, place: ComputeTarget, *, keeps_runs: bool) -> KeptSweep:
        """A new folder. Raises `OSError`."""
        name = f"{int(time.time()):x}-{secrets.token_hex(4)}"
        folder = self.folder / name
        folder.mkdir(parents=True)
        # What is learned may be of the user's own data.
        folder.chmod(0o700)
        kept = KeptSweep(folder, self._locked(name), place, keeps_runs=keeps_runs)
        kept.mark(finished=False)
        return kept

    def left(self, referred: Collection[str] | None = None) -> KeptSweep | None:
        """The newest sweep that nobody holds, held from now on.

        Older ones above a few are removed, unless their journals are `referred` to; all stay if that is not known.
        """
        found, free = None, 0
        for name in self._names():
            lock = self._locked(name)
            if not lock.isLocked():
                continue
            kept = _read(self.folder / name, lock)
            if kept is not None and found is None:
                found = kept
                continue
            # A newer version may read a note that this one cannot.
            is_empty = kept is None and not (self.folder / name / _JOURNAL).is_file()
            free += not is_empty
            is_free = referred is not None and str((self.folder / name / _JOURNAL).absolute()) not in referred
            if is_empty or (free >= _MOST_LEFT and is_free):
                shutil.rmtree(self.folder / name, ignore_errors=True)
            lock.unlock()
        return found

    def has_unfinished(self) -> ComputeTarget | None:
        """The place of the newest sweep, if it has not come to its end and nobody holds it; its lock stays free."""
        for name in self._names()[:1]:
            lock = self._locked(name)
            if lock.isLocked():
                kept = _read(self.folder / name, lock)
                lock.unlock()
                if kept is not None and not kept.is_finished:
                    return kept.place
        return None

    def size(self) -> int:
        """Bytes of all sweeps."""
        total = 0
        for file in self.folder.rglob("*"):
            with suppress(OSError):
                total += file.lstat().st_size
        return total

    def clear(self) -> None:
        """Remove the sweeps that nobody holds."""
        for name in self._names():
            lock = self._locked(name)
            if lock.isLocked():
                shutil.rmtree(self.folder / name, ignore_errors=True)
                lock.unlock()

    def _names(self) -> list[str]:
        """The newest first."""
        with suppress(OSError):
            folders = [path.name for path in self.folder.iterdir() if (path / _NOTE).is_file()]
            return sorted(folders, reverse=True)
        return []

    def _locked(self, name: str) -> QLockFile:
        return acquire_lock(self.folder / f"{name}{_LOCK}")


def _read(folder: Path, lock: QLockFile) -> KeptSweep | None:
    """Contents of the note in a folder; None if it cannot be read, or there is no journal."""
    try:
        note = strict_json.load((folder / _NOTE).read_bytes())
        jobs, scheduler, files = note["jobs"], str(note["scheduler"]), note["tls"]
        tls = None if files is None else TlsFiles(*(Path(str(name)) for name in files))
        place = replace(ComputeTarget(scheduler=scheduler, tls=tls), jobs=None if jobs is None else int(jobs))
        kept = KeptSweep(folder, lock, place, keeps_runs=bool(note["keeps_runs"]))
        kept.is_finished = bool(note["finished"])
    except (OSError, ValueError, TypeError, KeyError):
        log.exception("A sweep cannot be read")
        return None
    return kept if kept.journal.is_file() else None
