"""What a fuzz target is: one reader of files, with valid files to start from and its documented errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.fuzz.mutations import Mutation


@dataclass(frozen=True)
class Target:
    """`read(path)` of a file "x" + `suffix` returns, or raises one of `documented`.

    `needs` is the library of a reader that is left out without it, `share` the part of the cases that a slow one gets.
    """

    name: str
    suffix: str
    seeds: Callable[[], list[bytes]]
    mutate: Mutation
    read: Callable[[Path], object]
    documented: tuple[type[Exception], ...]
    needs: str = ""
    share: float = 1.0

    @property
    def available(self) -> bool:
        return not self.needs or find_spec(self.needs) is not None


def made(write: Callable[[Path], object], suffix: str) -> bytes:
    """The content of the file that `write` makes."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"x{suffix}"
        write(path)
        return path.read_bytes()
