"""A file of the user's as a dataset: a table, a series or a text.

An experiment stores the path and SHA-256 of the file, not its content: files can be large, and a changed file would
silently be other data. What was read stays cached.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import field, replace
from pathlib import Path, PurePath
from typing import Any, ClassVar, Self

from ...spec import setting
from ...spec.arrays import Indices
from ..dataset import Data, DataError, Dataset
from ..recent import Recent
from ..seal import Seal
from ..tables.table import PACKED

_parts: Recent[Any, Any] = Recent(4)


class FileDataset(Dataset):
    """Derive with a cache, what decides the content beside the file, how it is read, and how it is divided.

    In an experiment it is under a seal: `content`, and all that is said of it, is of the rows that may be seen.
    """

    selectable: ClassVar[bool] = False
    citation: ClassVar[str] = "A file of the user's."
    kept: ClassVar[Recent[Any, Any]]
    error: ClassVar[type[DataError]] = DataError
    unchosen: ClassVar[str] = "No file is chosen; open one"
    uses_seed = False

    path: str = setting("", "File", "Where the file is.")
    sha256: str = setting("", "Content", "The SHA-256 of the file, by which a change is noticed.")
    seal: Seal | None = field(default=None, repr=False, compare=False, kw_only=True)
    """Which rows are sealed; None before it is a part of an experiment."""

    @property
    def _choices(self) -> tuple[object, ...]:
        """Settings that decide what is read of the file."""
        raise NotImplementedError

    def _read(self, path: Path) -> Any:
        """The whole content, which has a `sha256`. Raises `DataError`."""
        raise NotImplementedError

    @property
    def _cuts(self) -> tuple[object, ...]:
        """Settings that decide what a row is."""
        return ()

    def _rows(self, whole: Any) -> tuple[int, int | None]:
        """The number of rows, and the `Data.gap` between those of two parts."""
        raise NotImplementedError

    def _part(self, whole: Any, rows: Indices) -> Any:
        """The content of some rows (n,) as if there were no others."""
        raise NotImplementedError

    def _data(self, content: Any, seen: Data | None = None) -> Data:
        """The data of a content, in the terms of what is `seen` if that is given. Raises `DataError`."""
        raise NotImplementedError

    def _told(self, content: Any) -> Mapping[str, Any]:
        """What the settings `told` say of a content. Raises `DataError`."""
        return {}

    def _loaded_rows(self, whole: Any, rows: Indices, data: Data) -> Indices:
        """The rows that data of some rows (n,) of the content have where nothing is sealed."""
        return rows if data.rows is None else rows[data.rows]

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
            return self.unchosen
        if not Path(self.path).is_file():
            return f"The file {self.path} is not there any more; choose it again"
        return ""

    @property
    def in_memory(self) -> Any:
        """All rows if they need not be read, else None."""
        return self.kept.get((self.sha256, *self._choices))

    def under(self, seal: Seal) -> Self:
        if seal == self.seal:
            return self
        made = self.replace(seal=seal)
        # What was said in a file is believed until it is read.
        if not (seal or self.seal) or (self.seal is None and self.in_memory is None):
            return made
        with suppress(ValueError, OSError):  # loading says why
            return made.replace(**made._told(made.content()))
        return made

    def load(self, seed: int) -> Data:
        """The rows that may be seen, whatever the seed. `DataError` when the file is missing, unreadable or changed."""
        whole, content = self.whole(), self.content()
        data = self._data(content)
        self.check_told()
        if not self.seal:
            return data
        rows, sealed = self.seal.divide(*self._rows(whole))
        rest = self._loaded_rows(whole, rows, data)
        return replace(data, rows=rest if data.rows is None else data.rows, rest=rest, sealed=len(sealed))

    def check_told(self) -> None:
        """Raise `DataError` unless the content is what the settings `told` say of it."""
        if any(getattr(self, name) != value for name, value in self._told(self.content()).items()):
            raise self.error(f"{self.file_name} does not hold what the experiment says; open it again")

    def load_sealed(self, seal: Seal, seen: Data) -> Data:
        whole = self.whole()
        rows = seal.divide(*self._rows(whole))[1]
        data = self._data(self._part(whole, rows), seen)
        return replace(data, rest=self._loaded_rows(whole, rows, data)).in_classes_of(seen)

    @property
    def seen_in_memory(self) -> Any:
        """The content that may be seen, if it need not be read and can be divided, else None."""
        with suppress(DataError):
            return None if self.in_memory is None else self.content()
        return None

    def content(self) -> Any:
        """What may be seen of `whole`. Raises as that does."""
        whole = self.whole()
        if not self.seal:
            return whole
        key = whole, self.seal, self._cuts
        if (part := _parts.get(key)) is None:
            part = self._part(whole, self.seal.divide(*self._rows(whole))[0])
            _parts.put(key, part)
        return part

    def whole(self) -> Any:
        """All rows, read if not in memory. `DataError` when the file is missing, unreadable or changed."""
        if not self.path:
            raise self.error(self.unchosen)
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
        _parts.clear()
