"""Reject paths that are not regular files: reading a pipe blocks, and a device may never end."""

from __future__ import annotations

import errno
import stat
from pathlib import Path

_SORTS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def check_ordinary(path: Path) -> int:
    """Size in bytes; `OSError` if missing, or a folder, pipe, socket or device."""
    status = path.stat()
    if stat.S_ISDIR(status.st_mode):
        raise IsADirectoryError(errno.EISDIR, "It is a folder, not a file", str(path))
    if not stat.S_ISREG(status.st_mode):
        sort = _SORTS.get(stat.S_IFMT(status.st_mode), "no ordinary file")
        raise OSError(errno.EINVAL, f"It is {sort}, not a file", str(path))
    return status.st_size
