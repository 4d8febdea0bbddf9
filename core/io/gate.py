"""The gate before every file that the window or a command writes: never over what is read, nor over work by hand.

The library's `save` replaces, as Keras's does; so do caches, autosaves and preferences, whose files are their own.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from itertools import count
from pathlib import Path
from typing import Final

from .atomic_write import check_place

_MAX_NAME_BYTES: Final = 200
_HEAD_BYTES: Final = 4_096
"""Of a file, in which its mark is looked for."""


def check(
    path: Path, *, reads: Iterable[Path] = (), own: Path | None = None, mark: str | None = None
) -> None:
    """Raise a `ValueError`, or the `OSError` of the place, unless a file may be written at `path`; nothing is changed.

    - `reads` are files that are read, and folders whose files are; `own` is the one that the window saves to.
    - `mark` is a text at the beginning of what the same command has written before, which alone it replaces without
      `--force`; one that ends a line is the first line. Without one, all that is no source is replaced.
    """
    if own is not None and _is_same(path, own):
        raise ValueError(
            f"{path.name} is what this window saves to; choose another name, or save it with Ctrl+S"
        )
    is_ours = bool(mark) and path.is_file() and _has(path, mark or "")
    if any(_is_same(path, read) or (not is_ours and _is_within(path, read)) for read in reads):
        raise ValueError(f"{path} is what is read; choose another name to write to")
    check_place(path)
    if mark is not None and path.exists() and not is_ours:
        raise ValueError(
            f"{path} is there already, and not by this command; choose another name, or replace it by --force"
        )


def proposed(path: Path, reads: Iterable[Path]) -> Path:
    """The path, with a number behind its name where a file that is read has it."""
    held = list(reads)
    names = (path if number == 1 else path.with_stem(f"{path.stem} {number}") for number in count(1))
    return next(each for each in names if not any(_is_same(each, read) for read in held))


def file_name(name: str) -> str:
    """A name without characters that file systems reject, with room for more words and a suffix."""
    kept = "".join(letter if letter.isalnum() or letter in " -_.()" else "_" for letter in name)
    # File systems count bytes, of which many a letter has three.
    return kept.encode()[:_MAX_NAME_BYTES].decode(errors="ignore").strip(" .") or "network"


def has_suffix(path: Path) -> bool:
    """Whether a file name has a suffix: that of "run 1.5" is none."""
    suffix = path.suffix[1:]
    return bool(suffix) and " " not in suffix and not suffix.isdigit()


def _is_same(path: Path, other: Path) -> bool:
    """Whether both are one file, by whatever name: through a link, or in other letters where these are the same."""
    try:
        return os.path.realpath(path) == os.path.realpath(other) or path.samefile(other)
    except (OSError, ValueError):  # one is not there, or no name of a file
        return False


def _is_within(path: Path, folder: Path) -> bool:
    """Whether it is a file in a folder that is there."""
    try:
        parents = Path(os.path.realpath(path)).parents
        return path.exists() and folder.is_dir() and Path(os.path.realpath(folder)) in parents
    except (OSError, ValueError):
        return False


def _has(path: Path, mark: str) -> bool:
    sought = mark.encode()
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES + len(sought)).removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n")
    return head.startswith(sought) if mark.endswith("\n") else sought in head
