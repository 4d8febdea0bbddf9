"""Tables from JSON records."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from core.data.tables import json_reader
from core.data.tables.json_reader import looks_like_records
from core.data.tables.table import TableError
from tests.core.data.tables.written import categories, names, numbers, read, types

TOO_DEEP = "data.json line 1: an object must be nested at most 8 deep, got more"
ROWS = [
    {"size": 1, "kind": "a", "flag": True},
    {"size": 2.5, "kind": None, "flag": False},
    {"size": -3e2, "kind": "b"},
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data.json"


@pytest.mark.parametrize("indent", [None, 2])
def test_a_list_of_objects(file: Path, indent: int | None) -> None:
    table = read(file, json.dumps(ROWS, indent=indent))
    assert (names(table), types(table)) == (["size", "kind", "flag"], ["number", "category", "category"])
    assert numbers(table, "size") == [1, 2.5, -300]
    assert categories(table, "kind") == ["a", "", "b"]
    assert categories(table, "flag") == ["True", "False", ""]
    assert (table.header, table.comments, table.preview[0]) == (True, 0, ("1", "a", "True"))


@pytest.mark.parametrize("name", ["data.jsonl", "data.ndjson", "data.json"])
def test_one_object_a_line(tmp_path: Path, name: str) -> None:
    table = read(tmp_path / name, "\ufeff" + "\n".join(map(json.dumps, ROWS)) + "\n\n")
    assert numbers(table, "size") == [1, 2.5, -300]


def test_keys_that_come_late_and_nested_ones(file: Path) -> None:
    rows = [{"a": 1}, {"a": 2, "b": {"x": 3, "y": {"z": "q"}}, "c": [1, "two", [3]]}]
    table = read(file, json.dumps(rows))
    assert names(table) == ["a", "b.x", "b.y.z", "c"]
    assert table.column("b.x").missing == 1
    assert table.preview == (("1", "", "", ""), ("2", "3", "q", "1, two, ..."))


def test_many_records_in_small_chunks(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_reader, "_CHUNK_BYTES", 7)
    table = read(file, json.dumps([{"größe": i, "x": i / 7} for i in range(4_100)], ensure_ascii=False))
    assert numbers(table, "größe") == list(range(4_100))
    assert numbers(table, "x") == [i / 7 for i in range(4_100)]


def test_numbers_stay_what_they_are_beside_texts_with_decimal_commas(file: Path) -> None:
    table = read(file, '[{"a": 1.234, "b": "3,50"}, {"a": 2.345, "b": "4,25"}]')
    assert (numbers(table, "a"), numbers(table, "b")) == ([1.234, 2.345], [3.5, 4.25])


def test_not_a_number_is_missing_and_halves_of_letters_are_replaced(file: Path) -> None:
    table = read(file, '[{"a": NaN, "b": "\\ud800x"}, {"a": 1e999, "b": "y"}, {"a": 3, "b": "y"}]')
    assert table.column("a").missing == 2
    assert table.column("b").categories == ("?x", "y")


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "data.json is empty; a table needs rows"),
        (" [] ", "data.json has no records; a table needs rows"),
        ("[{}]", "data.json has no records; a table needs rows"),
        ("5", 'data.json line 1: expected a list of objects, such as [{"size": 1}, {"size": 2}]'),
        ('[{"a": 1},\n 5]', "data.json line 2: expected an object, got 5"),
        ('[{"a": 1}\n{"a": 2}]', "data.json line 2: expected , or ] after an object"),
        ('[{"a": 1}', "data.json line 1: expected , or ] after an object"),
        ('[{"a": 1},', "data.json line 1: expected an object, got the end of the file"),
        ('[{"a": 1}] x', "data.json line 1: expected nothing after the list"),
        ('[\n{"a": 1, "a": 2}]', "data.json line 2: an object has the key 'a' twice"),
        ('[{"a": {"b": 1}, "a.b": 2}]', "data.json line 1: an object has the key 'a.b' twice"),
        ('[\n{"a": tru}]', "data.json line 2: an object is not whole (Expecting value)"),
        ('{"a": 1}\n{"a": ', "data.json line 2: an object is not whole (Expecting value)"),
        (
            "[" + '{"a":' * 9 + "1" + "}" * 9 + "]",
            "data.json line 1: an object must be nested at most 8 deep, got more",
        ),
        ('[{"a":' + "[" * 100_000, "data.json line 1: an object must be nested at most 8 deep, got more"),
        (b'[{"a": "\xff"}]', "data.json is no JSON: its text is not UTF-8"),
    ],
)
def test_errors_say_where_and_why(file: Path, text: str | bytes, sentence: str) -> None:
    with pytest.raises(TableError) as error:
        read(file, text)
    assert str(error.value) == sentence


def test_large_and_sparse_records_are_refused(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(json_reader, "_MAX_RECORD_LETTERS", 1000)
    monkeypatch.setattr(json_reader, "_CHUNK_BYTES", 500)
    with pytest.raises(TableError, match="line 1: an object must be whole and of at most 1 MB"):
        read(file, '[{"a": "' + "x" * 3_000 + '"}]')
    monkeypatch.undo()
    rows = ['{"a": 1}'] * 3_000 + [json.dumps({f"k{i}": 1 for i in range(1_500)})]
    with pytest.raises(
        TableError, match=r"data.json: the list must have a value in one of 50 places, got fewer"
    ):
        read(file, "\n".join(rows))


def test_a_list_or_lines_are_records_and_an_object_is_none(tmp_path: Path) -> None:
    for name, text, wanted in (
        ("a.json", " [1]", True),
        ("a.json", '{"a": 1}\n{"a": 2}', True),
        ("a.json", '{"kind": "experiment"}\n', False),
        ("a.json", "", False),
        ("a.json", "{", False),
        ("a.jsonl", "", True),
        ("a.csv", "[", False),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
        assert looks_like_records(tmp_path / name) == wanted, (name, text)
    assert not looks_like_records(tmp_path / "none.json")


@pytest.mark.parametrize("text", ["[", "[ \n", '[{"a": 1},'])
def test_a_list_that_ends_too_early_is_told(file: Path, text: str) -> None:
    with pytest.raises(TableError, match="expected an object, got the end of the file"):
        read(file, text)
