"""Connections to databases with text that is not UTF-8."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from core.io.sqlite import DATABASE_ERRORS, connect


def test_text_that_is_no_utf_8_is_marked(tmp_path: Path) -> None:
    with closing(connect(tmp_path / "x.sqlite", 1.0)) as connection:
        row = connection.execute("SELECT CAST(x'c3bcff' AS TEXT), 'ü', x'ff', 1").fetchone()
    assert row == ("ü\N{REPLACEMENT CHARACTER}", "ü", b"\xff", 1)


def test_what_a_schema_calls_is_not_trusted() -> None:
    with closing(connect(None, 1.0)) as connection:
        assert connection.execute("PRAGMA trusted_schema").fetchone() == (0,)


def test_a_sentence_that_is_no_utf_8_is_one_of_its_errors() -> None:
    with closing(connect(None, 1.0)) as connection:
        connection.execute("PRAGMA writable_schema=ON")
        connection.execute("CREATE TABLE a (b)")
        connection.execute("UPDATE sqlite_master SET name=CAST(x'ff' AS TEXT), sql='CREATE TABLE'")
        connection.execute("PRAGMA writable_schema=RESET")
        with pytest.raises(DATABASE_ERRORS) as caught:
            connection.execute("SELECT * FROM a")
    assert isinstance(caught.value, UnicodeDecodeError)
