"""A file of the user's as a dataset: a table, a series or a text.

An experiment stores the path and SHA-256 of the file, not its content: files can be large, and a changed file would
silently be other data. What was read stays cached.
"""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import Any, ClassVar

from ...spec import setting
from ..dataset import DataError, Dataset
from ..recent import Recent
from ..tables.table import PACKED


class FileDataset(Dataset):
    """Derive with a cache, what decides the content beside the file, and how it is read."""

    selectable: ClassVar[bool] = False
    citation: ClassVar[str] = "A file of the user's."
    kept: ClassVar[Recent[Any, Any]]
    error: ClassVar[type[DataError]] = DataError
    uses_seed = False

    path: str = setting("", "File", "Where the file is.")
    sha256: str = setting("", "Content", "The SHA-256 of the file, by which a change is noticed.")

    @property
    def _choices(self) -> tuple[object, ...]:
        """Settings that decide what is read of the file."""
        raise NotImplementedError

    def _read(self, path: Path) -> Any:
        """The content, which has a `sha256`. Raises `DataError`."""
        raise NotImplementedError

    @property
    def label(self) -> str:
        """The file name without suffixes."""
        return PurePath(self.file_name.removesuffix(PACKED)).stem or self.title

    @property
    def file_name(self) -> str:
        """The file name with suffix."""
        return PurePath(self.path).name

    @property
    def sources(self) -> tuple[Path, ...]:
        held = getattr(self, "embedded", None) is not None
        return () if held or not self.path else (Path(self.path),)

    def same_samples(self, other: Dataset) -> bool:
        return isinstance(other, type(self)) and self == other.replace(path=self.path)

    def unavailable_reason(self) -> str:
        if self.in_memory is not None:
            return ""
        if not self.path:
            return "No file is chosen; open one"
        if not Path(self.path).is_file():
            return f"The file {self.path} is not there any more; choose it again"
        return ""

    @property
    def in_memory(self) -> Any:
        """The content if it need not be read, else None."""
        return self.kept.get((self.sha256, *self._choices))

    def content(self) -> Any:
        """The content, read if it is not in memory. `DataError` when the file is missing, unreadable or changed."""
        if not self.path:
            raise self.error("No file is chosen; open one")
        if (held := self.in_memory) is not None:
            return held
        found = self._read(Path(self.path))
        if self.sha256 and found.sha256 != self.sha256:
            raise self.error(f"{self.file_name} has changed since it was chosen; open it again")
        self.remember(found)
        return found

    def remember(self, content: Any) -> None:
        """Cache the content of the file; older ones are dropped."""
        self.kept.put((self.sha256, *self._choices), content)

    @classmethod
    def forget(cls) -> None:
        """Clear the cache."""
        cls.kept.clear()
