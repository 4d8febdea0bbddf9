"""Tells whether a file is still the one that was read or written."""

from __future__ import annotations

from pathlib import Path


def file_stamp(path: Path | None) -> str:
    """The file's time and size as a text; "" where there is no such file."""
    if path is None:
        return ""
    try:
        status = path.stat()
    except OSError:
        return ""
    return f"{status.st_mtime_ns} {status.st_size}"
