"""Format-aware mutations of valid files, which pass the first checks of a reader.

Every function takes a random generator and a file's content, and returns another content.
"""

from __future__ import annotations

import gzip
import io
import json
import random
import re
import sqlite3
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from contextlib import closing
from typing import Any

Mutation = Callable[[random.Random, bytes], bytes]

_NUMBERS = (
    0,
    -1,
    1,
    2,
    7,
    255,
    256,
    65_535,
    65_536,
    2**31 - 1,
    2**31,
    2**32,
    2**53,
    2**63,
    2**64,
    10**30,
    10**400,
)
LONG_NUMBERS = (
    "9" * 400,
    "9" * 5_000,
    f"-{'9' * 39}",
    f"0x{'f' * 5_000}",
    f"{'1' * 5_000}x3",
    "²",
    "1e999",
    "-1e999",
    "nan",
)
_LONG_TEXTS = ("ä" * 300, "x" * 40_000)
_TEXTS = ("", "inf", "-1", "1e308", "\0", "\ud800", "../../a", "'\"<&>", *_LONG_TEXTS, *LONG_NUMBERS)
_SWOLLEN_LETTERS = 2_000_000
_MARKS = (",", ";", "\t", '"', '""', "\n", "\r\n", "\r", "\0", "\ufeff", ",,,,", "1,5", "1_0", "2024-01-01")
_XML = ("&a;", "<!DOCTYPE a>", "]]>", "<c>", "</c>")
_TYPES = (
    "<f4",
    ">f8",
    "<f2",
    "<f16",
    "|O",
    "<U3",
    ">U3",
    "|S4",
    "|b1",
    "<i8",
    "|V8",
    "<M8[s]",
    "<c8",
    "",
    "<U0",
)
_SHAPES = (
    "()",
    "(1,)",
    "(-1,)",
    "(0,)",
    "(0, 5)",
    "(10,10)",
    "(1000000000000,)",
    "(3L, 2)",
    "(1,)*9",
    "(1e3,)",
)
_VALUES: tuple[Any, ...] = (None, True, False, [], {}, 1e308, -0.0, 5e-324, 0.1, *_NUMBERS, *_TEXTS)
_UNQUOTED = tuple(text for text in LONG_NUMBERS if re.fullmatch(r"-?[1-9][\de]*", text))


def mutate_bytes(rng: random.Random, content: bytes) -> bytes:
    """Flip, set, cut, duplicate, move, truncate or insert bytes."""
    data = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 8, 40))):
        if not data:
            return bytes(rng.randrange(256) for _ in range(rng.randrange(9)))
        at = rng.randrange(len(data))
        length = min(len(data) - at, rng.choice((1, 2, 4, 8, 64, 1000)))
        piece = data[at : at + length]
        match rng.randrange(7):
            case 0:
                data[at] ^= 1 << rng.randrange(8)
            case 1:
                data[at : at + length] = bytes(
                    rng.choice((0, 255, rng.randrange(256))) for _ in range(length)
                )
            case 2:
                del data[at : at + length]
            case 3:
                data[at:at] = piece * rng.choice((1, 2, 50))
            case 4:
                target = rng.randrange(len(data))
                data[target : target + length] = piece
            case 5:
                del data[at:]
            case _:
                data[at : at + 4] = struct.pack(rng.choice("<>") + "I", rng.choice(_NUMBERS) & 0xFFFFFFFF)
    return bytes(data)


def mutate_text(rng: random.Random, content: bytes) -> bytes:
    """Replace words, numbers, cells, lines and punctuation by extreme ones."""
    text = content.decode("utf-8", "replace")
    for _ in range(rng.choice((1, 1, 2, 5))):
        tokens = list(re.finditer(r"[-+.\w]+|[,;\t|\"'\n<>=/&]", text))
        if not tokens or len(text) > _SWOLLEN_LETTERS:
            break
        token = rng.choice(tokens)
        new = rng.choice(
            (
                *_TEXTS,
                *map(str, _NUMBERS),
                *_MARKS,
                *_XML,
                token[0] * 3,
                (token[0] * 5_000)[:_SWOLLEN_LETTERS],
            )
        )
        if rng.random() < 0.4:
            new = rng.choice(tokens)[0]
        text = text[: token.start()] + new + text[token.end() :]
        if rng.random() < 0.1:
            lines = text.splitlines(keepends=True)
            rng.shuffle(lines)
            text = "".join(lines)
    if rng.random() < 0.02:
        text = _swollen(rng, text)
    encoding = rng.choice(("utf-8", "utf-8", "utf-8", "utf-8-sig", "utf-16", "utf-32", "cp1252"))
    return text.encode(encoding, "replace" if encoding == "cp1252" else "surrogatepass")


def _swollen(rng: random.Random, text: str) -> str:
    """Repeat a line or an element many thousand times, as a few compressed bytes can."""
    parts = re.findall(
        r"<[^<>]{1,200}/>|<\w+[^<>]{0,200}>[^<>]{0,200}</\w+>|[^\n<>]{1,200}\n", text[:100_000]
    )
    if not parts:
        return text
    part = rng.choice(parts)
    return text.replace(part, part * (_SWOLLEN_LETTERS // len(part)), 1)


def mutate_json(rng: random.Random, content: bytes) -> bytes:
    """Replace, drop, duplicate, nest or rename JSON values; sometimes mutate the text itself."""
    if rng.random() < 0.2:
        return mutate_text(rng, content)
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return mutate_bytes(rng, content)
    for _ in range(rng.choice((1, 1, 2, 4))):
        value = _changed(rng, value)
    text = json.dumps(value)
    for number in _UNQUOTED:
        text = text.replace(f'"{number}"', rng.choice((number, f'"{number}"')))
    if rng.random() < 0.1 and (keys := re.findall(r'"\w+": ', text)):
        key = rng.choice(keys)
        text = text.replace(key, f"{key}{rng.choice(('NaN', '1e999', '0', '{}', '-Infinity'))}, {key}", 1)
    return text.encode("utf-8", "surrogatepass")


def _changed(rng: random.Random, value: Any) -> Any:
    """A copy with one value changed."""
    if isinstance(value, dict) and value and rng.random() < 0.85:
        key = rng.choice(list(value))
        rest = dict(value)
        match rng.randrange(8):
            case 0:
                del rest[key]
            case 1:
                rest[rng.choice(_TEXTS)] = rest.pop(key)
            case 2:
                rest[rng.choice(list(value))] = rest[key]
            case _:
                rest[key] = _changed(rng, rest[key])
        return rest
    if isinstance(value, list) and value and rng.random() < 0.85:
        place = rng.randrange(len(value))
        changed = _changed(rng, value[place])
        match rng.randrange(5):
            case 0:
                return value[:place] + value[place + 1 :]
            case 1:
                return value[:place] + value[place : place + 1] * rng.choice((2, 3, 150)) + value[place + 1 :]
            case _:
                return [*value[:place], changed, *value[place + 1 :]]
    if rng.random() < 0.1:
        for _ in range(rng.choice((1, 8, 30, 120))):
            value = rng.choice(([value], {"kind": "residual", "layers": [value]}))
        return value
    return rng.choice(_VALUES)


def mutate_npy(rng: random.Random, content: bytes) -> bytes:
    """Change an array's header (type, order, shape), length, or data."""
    end = content.find(b"\n") + 1
    if rng.random() < 0.3 or not end:
        return mutate_bytes(rng, content)
    header, data = content[10:end].decode("latin-1"), content[end:]
    match rng.randrange(6):
        case 0:
            header = re.sub(r"'descr': '[^']*'", f"'descr': '{rng.choice((*_TYPES, '<U999999999'))}'", header)
        case 1:
            header = re.sub(r"'shape': \([^)]*\)", f"'shape': {rng.choice(_SHAPES)}", header)
        case 2:
            header = header.replace("False", rng.choice(("True", "1", "None", "[" * 200)))
        case 3:
            header = mutate_text(rng, header.encode()).decode("latin-1")
        case 4:
            data = rng.choice(
                (b"", data[: len(data) // 2], data * 3, b"\xff" * len(data), b"\x7f\xf0" * len(data))
            )
        case _:
            data = b"".join(
                struct.pack("<d", rng.choice((1e300, -1e300, float("nan"), float("inf"), 5e-324, 1.0)))
                for _ in range(max(1, len(data) // 8))
            )
    packed = header.encode("latin-1", "replace")
    version = rng.choice((1, 1, 1, 2, 3, 9))
    length = struct.pack("<H" if version == 1 else "<I", len(packed) & 0xFFFF)
    return b"\x93NUMPY" + bytes((version, 0)) + length + packed + data


def mutate_zip(rng: random.Random, content: bytes) -> bytes:
    """Mutate an entry by its own format; drop, rename, duplicate or recompress entries; or mutate the zip's bytes."""
    if rng.random() < 0.15:
        return mutate_bytes(rng, content)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [(info.filename, archive.read(info)) for info in archive.infolist()]
    except Exception:
        return mutate_bytes(rng, content)
    for _ in range(rng.choice((1, 1, 2, 3))):
        if not entries:
            break
        place = rng.randrange(len(entries))
        name, data = entries[place]
        match rng.randrange(12):
            case 0:
                del entries[place]
            case 1:
                entries[place] = (rng.choice(("../a", "a" * 300, "", rng.choice(entries)[0])), data)
            case 2:
                entries.append((name, rng.choice(entries)[1]))
            case 3:
                entries[place] = (name, rng.choice((b"", bytes(5_000_000), data * 20)))
            case _:
                entries[place] = (name, _entry_mutation(name)(rng, data))
    method = rng.choice(
        (zipfile.ZIP_DEFLATED,) * 8 + (zipfile.ZIP_STORED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2)
    )
    buffer = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "w", method, compresslevel=1) as archive:
        warnings.simplefilter("ignore")  # duplicate name
        for name, data in entries:
            # Fixed dates, so that equal seeds give equal files.
            info = zipfile.ZipInfo(name or "empty")
            info.compress_type = method
            archive.writestr(info, data, method, 1)
    packed = buffer.getvalue()
    return mutate_bytes(rng, packed) if rng.random() < 0.1 else packed


def _entry_mutation(name: str) -> Mutation:
    suffix = name.rpartition(".")[2]
    return {"json": mutate_json, "npy": mutate_npy, "xml": mutate_text, "rels": mutate_text}.get(
        suffix, mutate_bytes
    )


def mutate_gzip(rng: random.Random, content: bytes) -> bytes:
    """Mutate the content and compress it again, or mutate the compressed bytes."""
    if rng.random() < 0.4:
        return mutate_bytes(rng, content)
    try:
        data = gzip.decompress(content)
    except Exception:
        return mutate_bytes(rng, content)
    changed = rng.choice((mutate_bytes(rng, data), data + bytes(20_000_000), data * 2, b"", data[:16]))
    return gzip.compress(changed, 1, mtime=0)


def mutate_image(rng: random.Random, content: bytes) -> bytes:
    """Mutate an image's bytes, or a chunk of a PNG with a valid checksum."""
    if not content.startswith(b"\x89PNG") or rng.random() < 0.3:
        return mutate_bytes(rng, content)
    chunks, at = [], 8
    while at + 12 <= len(content):
        (length,) = struct.unpack(">I", content[at : at + 4])
        chunks.append((content[at + 4 : at + 8], content[at + 8 : at + 8 + length]))
        at += 12 + length
    place = rng.randrange(len(chunks)) if chunks else 0
    if not chunks:
        return mutate_bytes(rng, content)
    name, data = chunks[place]
    if name == b"IHDR" and len(data) == 13:
        side = rng.choice((1, 9, 300, 9_000, 30_000, 2**31 - 1))
        data = struct.pack(">II", side, rng.choice((1, side))) + bytes(
            (rng.choice((1, 8, 16, 3)), rng.choice((0, 2, 3, 4, 6, 9)), 0, 0, rng.choice((0, 1)))
        )
    else:
        extra = rng.choice((b"tRNS", b"iCCP", b"zTXt", b"eXIf", b"acTL", b"gAMA", name))
        name, data = extra, rng.choice((mutate_bytes(rng, data), zlib.compress(bytes(10_000_000), 1), b""))
    chunks[place] = (name, data)
    return content[:8] + b"".join(
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    )


def mutate_database(rng: random.Random, content: bytes) -> bytes:
    """Change values, types and tables of an SQLite database by its own engine, or mutate its bytes."""
    if rng.random() < 0.4:
        return mutate_bytes(rng, content)
    try:
        changed = _changed_database(rng, content)
    except (sqlite3.Error, UnicodeError):
        return mutate_bytes(rng, content)
    return mutate_bytes(rng, changed) if rng.random() < 0.1 else changed


def _changed_database(rng: random.Random, content: bytes) -> bytes:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        # Versions 1: a database in memory can have no log beside it.
        connection.deserialize(content[:18] + b"\1\1" + content[20:])
        connection.execute("PRAGMA ignore_check_constraints=ON")
        for _ in range(rng.choice((1, 1, 2, 4))):
            tables = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type='table'"))
            table = rng.choice(sorted(tables) or [""])
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info('{table}')")]
            if not columns:
                break
            column = rng.choice(columns)
            match rng.randrange(10):
                case 0:
                    connection.execute(f"ALTER TABLE '{table}' RENAME COLUMN '{column}' TO 'other'")
                case 1:
                    connection.execute(f"DROP TABLE '{table}'")
                case 2:
                    number, pragma = rng.choice(_NUMBERS[:9]), rng.choice(("user_version", "application_id"))
                    connection.execute(f"PRAGMA {pragma}={number}")
                case 3:
                    connection.execute("PRAGMA writable_schema=ON")
                    changed = mutate_text(rng, tables[table].encode()) + rng.choice((b"", b"\xff"))
                    connection.execute(
                        "UPDATE sqlite_master SET sql=CAST(? AS TEXT) WHERE name=?", (changed, table)
                    )
                case _:
                    where = rng.choice(("", " WHERE rowid=1"))
                    kept = connection.execute(f"SELECT \"{column}\" FROM '{table}' LIMIT 1").fetchone()
                    value, marks = _changed_cell(rng, kept[0] if kept else None)
                    connection.execute(
                        f"UPDATE OR IGNORE '{table}' SET \"{column}\"={marks}{where}", (value,)
                    )
        changed = connection.serialize()
    return changed[:18] + content[18:20] + changed[20:]


def _changed_cell(rng: random.Random, kept: object) -> tuple[object, str]:
    """A value, and the SQL in which it stands."""
    if isinstance(kept, bytes) and rng.random() < 0.5:
        return mutate_bytes(rng, kept), "?"
    if isinstance(kept, str) and rng.random() < 0.5:
        mutate = mutate_json if kept.startswith(("{", "[")) else mutate_text
        return mutate(rng, kept.encode()), "CAST(? AS TEXT)"
    if rng.random() < 0.2:
        return rng.choice((b"\xff", b"a\xbc", b"\xed\xa0\x80", b"\0")), "CAST(? AS TEXT)"
    values = (None, 1e308, -1.5, float("inf"), b"", b"x" * 40_000, *_NUMBERS[:13], -(2**63), *_TEXTS[:7])
    return rng.choice(values), "?"
