"""Write a file whole or not at all: a crash or a full disk never leaves half a file under the name."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

__all__ = ["writing"]


@contextmanager
def writing(path: Path) -> Iterator[BinaryIO]:
    """An open binary file that takes the place of `path` when the block ends well; else `path` stays as it was.

    The bytes go to a temporary file in the same folder, are forced to the disk, and are renamed over `path`.
    Raises `OSError` when the folder cannot be written to.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    try:
        with os.fdopen(handle, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        # mkstemp makes files that only their owner may read; a saved file is an ordinary one.
        Path(name).chmod(0o666 & ~_umask())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    # The only way to read it is to set it.
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
