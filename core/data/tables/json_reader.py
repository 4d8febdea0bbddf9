"""Read JSON records: a list of objects, or one object after another (JSON lines).

The file is parsed record by record: a whole one would be many times its size in memory, and keep the window waiting.
"""

from __future__ import annotations

import codecs
import hashlib
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ...io.budget import OnProgress
from .table import PACKED, ColumnFormats, Table, TableError, open_packed, table_suffix
from .table_builder import BLOCK_ROWS, SparseLimit, TableBuilder

RECORD_SUFFIXES = (".json", ".jsonl", ".ndjson")
_CHUNK_BYTES = 1 << 20
_MAX_RECORD_LETTERS = 1 << 20
_MAX_DEPTH = 8
_WHITE = " \t\r\n\ufeff"
_WHITE_SPACE = re.compile(f"[{_WHITE}]*")

Record = dict[str, str]


def read_records(path: Path, report: OnProgress, formats: ColumnFormats | None, most_bytes: int) -> Table:
    """The records as a table; keys are columns, nested ones as "outer.inner". `report` receives the fraction done.

    The file may be gzip'd. A key that a record lacks is missing in its row. Raises `TableError` with the line.
    """
    digest = hashlib.sha256()
    builder = TableBuilder(path, formats, typed=True)
    limit = SparseLimit("list")
    places: dict[str, int] = {}

    def chunks() -> Iterator[bytes]:
        with open_packed(path, most_bytes) as (file, share):
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
                report(share())
                yield chunk

    block: list[Record] = []
    try:
        for record in filter(None, _Records(path, chunks())):
            block.append(record)
            if len(block) == BLOCK_ROWS:
                _add(builder, places, limit, block)
        _add(builder, places, limit, block)
    except TableError as error:
        sentence = str(error)
        raise TableError(sentence if sentence.startswith(path.name) else f"{path.name}: {sentence}") from None
    if not builder.width:
        raise TableError(f"{path.name} has no records; a table needs rows")
    return builder.build(digest.hexdigest(), header=True)


def looks_like_records(path: Path) -> bool:
    """Whether a .json file is a list or JSON lines, rather than one object, such as an experiment."""
    suffix = table_suffix(path).removesuffix(PACKED)
    if suffix != ".json":
        return suffix in RECORD_SUFFIXES
    try:
        with open_packed(path, 2 * _CHUNK_BYTES) as (file, _):
            start = file.read(_CHUNK_BYTES).decode("utf-8", "replace").lstrip(_WHITE)
    except (OSError, TableError):
        return False
    if start.startswith("["):
        return True
    try:
        _, end = json.JSONDecoder().raw_decode(start)
    except (ValueError, RecursionError):
        return False
    return start[end:].lstrip(_WHITE).startswith("{")


def _add(builder: TableBuilder, places: dict[str, int], limit: SparseLimit, block: list[Record]) -> None:
    """Append records, with a column for every new key; empties the block."""
    for record in block:
        for key in record:
            if key not in places:
                places[key] = builder.width
                builder.add_column(key)
                limit.add(builder.rows, 0)
    for record in block:
        limit.add(builder.width, len(record))
    if block:
        builder.add([[record.get(key, "") for key in places] for record in block])
    block.clear()


class _Records:
    """Iterates over the records of a text in chunks, with the line for errors."""

    def __init__(self, path: Path, chunks: Iterator[bytes]) -> None:
        self._path, self._chunks = path, chunks
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._parser = json.JSONDecoder(
            object_pairs_hook=_Pairs, parse_int=str, parse_float=str, parse_constant=lambda _: None
        )
        self._text, self._place, self._line, self._ended = "", 0, 1, False

    def __iter__(self) -> Iterator[Record]:
        first = self._next_letter()
        if not first:
            raise TableError(f"{self._path.name} is empty; a table needs rows")
        if first not in "[{":
            raise self._error('expected a list of objects, such as [{"size": 1}, {"size": 2}]')
        if first == "{":
            while self._next_letter():
                yield self._record()
            return
        self._place += 1
        if self._next_letter() != "]":
            yield self._record()
            while (letter := self._next_letter()) == ",":
                self._place += 1
                yield self._record()
            if letter != "]":
                raise self._error("expected , or ] after an object")
        self._place += 1
        if self._next_letter():
            raise self._error("expected nothing after the list")

    def _record(self) -> Record:
        letter = self._next_letter()
        if letter != "{":
            raise self._error(f"expected an object, got {letter or 'the end of the file'}")
        while True:
            try:
                pairs, end = self._parser.raw_decode(self._text, self._place)
                break
            except RecursionError:
                raise self._error(f"an object must be nested at most {_MAX_DEPTH} deep, got more") from None
            except json.JSONDecodeError as error:
                if len(self._text) - self._place > _MAX_RECORD_LETTERS:
                    raise self._error(
                        f"an object must be whole and of at most 1 MB ({error.msg:.60})"
                    ) from None
                if not self._read():
                    raise self._error(f"an object is not whole ({error.msg:.60})") from None
        record: Record = {}
        for key, value in _flat(pairs, "", self._error):
            if key in record:
                raise self._error(f"an object has the key {key!r} twice")
            record[key] = value
        self._advance(end)
        return record

    def _next_letter(self) -> str:
        """The next letter that is no white space; "" at the end."""
        while True:
            end = _WHITE_SPACE.match(self._text, self._place).end()  # type: ignore[union-attr]
            self._advance(end)
            if end < len(self._text):
                return self._text[end]
            if not self._read():
                return ""

    def _advance(self, end: int) -> None:
        self._line += self._text.count("\n", self._place, end)
        self._place = end

    def _read(self) -> bool:
        """Read a chunk and forget what was parsed; False at the end of the file."""
        if self._ended:
            return False
        chunk = next(self._chunks, b"")
        self._ended = not chunk
        try:
            more = self._decoder.decode(chunk, final=self._ended)
        except UnicodeDecodeError:
            raise TableError(f"{self._path.name} is no JSON: its text is not UTF-8") from None
        self._text, self._place = self._text[self._place :] + more, 0
        return bool(more) or not self._ended

    def _error(self, reason: str) -> TableError:
        return TableError(f"{self._path.name} line {self._line:,}: {reason}")


class _Pairs(list[tuple[str, Any]]):
    """An object as pairs, so that repeated keys are seen."""


def _flat(
    pairs: _Pairs, prefix: str, error: Callable[[str], TableError], depth: int = 1
) -> Iterator[tuple[str, str]]:
    """Keys and cells; those of nested objects follow the outer key and a dot."""
    if depth > _MAX_DEPTH:
        raise error(f"an object must be nested at most {_MAX_DEPTH} deep, got more")
    for key, value in pairs:
        name = f"{prefix}{_clean(key)}"
        if isinstance(value, _Pairs):
            yield from _flat(value, f"{name}.", error, depth + 1)
        else:
            yield name, _cell(value)


def _cell(value: Any) -> str:
    if isinstance(value, str):
        return _clean(value)
    if value is None:
        return ""
    if isinstance(value, list):
        return ", ".join("..." if isinstance(part, list | tuple) else _cell(part) for part in value)
    return str(value)


def _clean(text: str) -> str:
    """The text without halves of characters ("\\ud800"), which no file can hold."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
