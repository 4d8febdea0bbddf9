"""Gzip'd text is read as the text is, and never unpacked beyond its limit."""

from __future__ import annotations

import gzip
import tracemalloc
from pathlib import Path

import pytest

from core.data.datasets import TableFile
from core.data.tables import read_table as table_file
from core.data.tables.read_table import TABLE_SUFFIXES, is_table, read_table
from core.data.tables.table import TableError, open_packed, table_suffix
from core.data.tables.table_schema import guess_schema

CSV = "size,kind\n" + "".join(f"{n},{'ab'[n % 2]}\n" for n in range(5_000))


def packed(path: Path, content: str | bytes) -> Path:
    path.write_bytes(gzip.compress(content.encode() if isinstance(content, str) else content))
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", CSV),
        ("a.TSV", CSV.replace(",", "\t")),
        ("a.txt", CSV.replace(",", " ")),
        ("a.json", '[{"size": 1, "kind": "a"}, {"size": 2, "kind": "b"}]'),
        ("a.jsonl", '{"size": 1, "kind": "ä"}\n' * 3_000),
    ],
)
def test_a_packed_file_is_read_as_the_text_in_it(tmp_path: Path, name: str, text: str) -> None:
    plain, shares = tmp_path / name, []
    plain.write_text(text, encoding="utf-8")
    path = packed(tmp_path / f"{name}.GZ", text)
    assert is_table(path)
    table, expected = read_table(path, shares.append), read_table(plain)
    assert (table.preview, table.sha256, table.rows) == (expected.preview, expected.sha256, expected.rows)
    assert shares == sorted(shares)
    assert shares[-1] == 1.0


def test_several_packed_parts_are_one_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv.gz"
    path.write_bytes(gzip.compress(CSV[:333].encode()) + gzip.compress(CSV[333:].encode()) + bytes(9))
    table = read_table(path)
    assert table.rows == 5_000
    assert TableFile.of(table, guess_schema(table)).label == "a"


def test_which_suffixes_are_tables(tmp_path: Path) -> None:
    assert table_suffix(Path("a.b.CSV.Gz")) == ".csv.gz"
    assert table_suffix(Path("a.csv")) == ".csv"
    assert ".jsonl.gz" in TABLE_SUFFIXES
    for name in ("train-images-idx3-ubyte.gz", "a.nnplay.gz", "a.xlsx.gz", "a.gz"):
        assert not is_table(packed(tmp_path / name, CSV))
    assert not is_table(packed(tmp_path / "a.json.gz", '{"kind": "experiment"}'))
    (tmp_path / "b.json.gz").write_bytes(b"[")
    assert not is_table(tmp_path / "b.json.gz")
    with pytest.raises(TableError, match=r"a.xlsx.gz is no text: it holds zero bytes"):
        read_table(packed(tmp_path / "a.xlsx.gz", b"PK\0\0"))


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_file, "MAX_BYTES", 10_000_000)
    for name, text in (("a.csv.gz", b"1,2\n"), ("a.jsonl.gz", b'{"a": 1}\n')):
        path = packed(tmp_path / name, text * (12_000_000 // len(text)))
        assert path.stat().st_size < 100_000
        is_traced = name == "a.csv.gz"
        if is_traced:  # it takes three times as long
            tracemalloc.start()
        try:
            with pytest.raises(TableError, match=rf"{name} must (unpack to at most 10 MB|have at most)"):
                read_table(path)
            if is_traced:
                assert tracemalloc.get_traced_memory()[1] < 8_000_000
        finally:
            tracemalloc.stop()
    with (
        open_packed(path, 1_000_000) as (file, _),
        pytest.raises(TableError, match=r"a.jsonl.gz must unpack to at most 1 MB, got more"),
    ):
        file.read()


@pytest.mark.parametrize("damage", ["text", "cut", "flipped", "checksum"])
def test_damage_is_a_sentence(tmp_path: Path, damage: str) -> None:
    content = bytearray(gzip.compress(CSV.encode()))
    if damage == "cut":
        del content[len(content) // 2 :]
    elif damage == "flipped":
        content[len(content) // 2] ^= 255
    elif damage == "checksum":
        content[-8] ^= 1
    path = tmp_path / "a.csv.gz"
    path.write_bytes(b"a,b\n1,2\n" if damage == "text" else content)
    with pytest.raises(TableError, match=r"^a.csv.gz is no gzip file, or it is damaged$"):
        read_table(path)
