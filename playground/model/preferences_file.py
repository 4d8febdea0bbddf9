"""The preferences file: flat JSON of plain values, shared by several running programs."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeAlias

from PySide6.QtCore import QLockFile, QThread

from core.io import strict_json
from core.io.atomic_write import atomic_write

Plain: TypeAlias = str | int | float | bool | list[str]
"""A valid value; others are read, ignored and not written again."""

Edit: TypeAlias = Callable[[dict[str, object]], None]
"""Edits the dictionary of the file's values in place."""

MAX_BYTES: Final = 1 << 20
# Another program holds the lock for one small write: about 1 ms on an SSD, 50 ms on a slow disk.
_LOCK_TRIES = 100
_LOCK_PAUSE_MS = 5


class DamagedPreferencesError(ValueError):
    """The file is readable, but it is not a preferences file."""


class PreferencesFile:
    """Reads the whole file, and updates it under a lock by reading, changing and replacing it.

    Readers never get half a file, and two programs that change different values do not undo each other. QSettings does
    the same, but unpickles typed values ("@Variant(...)").
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.damaged_path = path.with_name(f"{path.name}.damaged")

    def read(self) -> dict[str, object] | None:
        """All values by key, None without a file. Raises `DamagedPreferencesError` or, if unreadable, `OSError`."""
        try:
            content = self._bytes()
        except FileNotFoundError:
            return None
        if len(content) > MAX_BYTES:
            raise DamagedPreferencesError(f"it is larger than {MAX_BYTES >> 20} MiB")
        try:
            values = strict_json.load(content)
        except ValueError as error:
            raise DamagedPreferencesError(str(error)) from None
        if not isinstance(values, dict):
            raise DamagedPreferencesError("it is not a JSON object")
        return values

    def _bytes(self) -> bytes:
        # Opening a pipe would block until a writer opens it.
        if not stat.S_ISREG(self.path.stat().st_mode):
            raise OSError(f"{self.path.name} is not a regular file")
        with self.path.open("rb") as file:
            return file.read(MAX_BYTES + 1)

    def update(self, change: Edit, instead: dict[str, object]) -> dict[str, object]:
        """Apply `change` to the current contents of the file, write and return them.

        `instead` is used if there is no file, or a damaged one, which is renamed. Raises `OSError` if that fails, and
        then the file stays as it was.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._locked():
            values = self._read_or_set_aside()
            values = dict(instead) if values is None else values
            change(values)
            plain = {key: value for key, value in values.items() if _is_plain(value)}
            # A symbolic link, for example to a folder of dotfiles, stays a link.
            with atomic_write(Path(os.path.realpath(self.path))) as file:
                # File names may hold bytes that are not UTF-8; escaped, every name is ASCII.
                file.write(strict_json.dump(plain, ascii_only=True).encode("ascii"))
        return plain

    def _read_or_set_aside(self) -> dict[str, object] | None:
        try:
            return self.read()
        except DamagedPreferencesError:
            self.path.replace(self.damaged_path)
            return None

    @contextmanager
    def _locked(self) -> Iterator[None]:
        lock = QLockFile(f"{self.path}.lock")
        for _ in range(_LOCK_TRIES):
            # Qt's own waiting starts at 100 ms.
            if lock.tryLock(0):
                break
            if lock.error() != QLockFile.LockError.LockFailedError:
                raise PermissionError(f"{self.path.parent} cannot be written to")
            QThread.msleep(_LOCK_PAUSE_MS)
        else:
            raise BlockingIOError(f"another program holds {self.path.name}")
        try:
            yield
        finally:
            lock.unlock()


def _is_plain(value: object) -> bool:
    if isinstance(value, list):
        return all(isinstance(item, str) for item in value)
    return isinstance(value, (str, int, float, bool))
