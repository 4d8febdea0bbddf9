"""Malicious QSettings files, which run code when QSettings reads them."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QSettings


class _MakesFolder:
    """An object that creates a folder when unpickled."""

    def __init__(self, folder: Path) -> None:
        self.folder = str(folder)

    def __reduce__(self) -> tuple[object, ...]:
        return os.mkdir, (self.folder,)


def write_pickle(path: Path, key: str, folder: Path) -> None:
    """Add to an INI file a value that creates `folder` when QSettings reads it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # QSettings caches what it wrote: rename the file, so that it is read.
    draft = path.with_name(f"draft of {key.replace('/', ' ')}.ini")
    settings = QSettings(str(draft), QSettings.Format.IniFormat)
    settings.setValue(key, _MakesFolder(folder))
    settings.sync()
    with path.open("ab") as file:
        file.write(draft.read_bytes())
    draft.unlink()
    assert b"PyObjectWrapper" in path.read_bytes()
