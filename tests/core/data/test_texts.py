"""Texts are read in their encoding, and become tokens with the token that follows each."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.data.dataset import DataError
from core.data.raw_form import RawTokens
from core.data.texts import (
    MAX_WORDS,
    OTHER_WORD,
    data_of_lines,
    data_of_text,
    lines_of,
    numbered,
    numbers_of,
    read_text,
    shown_text,
    shown_token,
    vocabulary_of,
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_text_is_read_in_its_encoding(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "größe.txt"
    path.write_bytes("Äpfel\r\nÜber\rOre\n".encode(encoding))
    assert read_text(path, 100).text == "Äpfel\nÜber\nOre\n"
    assert read_text(path, 3).text == "Äpf"
    assert read_text(path, 3).sha256 == read_text(path, 100).sha256


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("Zoë", "zoe"), ("Zoe\u0308", "zoe"), ("ŁUKASZ", "lukasz"), ("Søren", "soren"), ("Weiß", "weiss"),
        ("Æsa", "aesa"), ("Þór", "thor"), ("Irmak", "irmak"), ("ırmak", "irmak"), ("Nguyễn", "nguyen"), ("ﬁn", "fin"),
    ],
)  # fmt: skip
def test_names_are_read_by_the_letters_that_are_known(written: str, read: str) -> None:
    letters = "abcdefghijklmnopqrstuvwxyz"
    for known in (letters, letters.upper()):
        wanted = [known.index(letter) for letter in (read if known == letters else read.upper())]
        assert numbers_of(written, numbered(known)) == wanted
    with pytest.raises(ValueError, match=r"^'Ж' is none of the 26 tokens that are known$"):
        numbers_of("Жan", numbered(letters))
    # A letter that is known stays, and a word is not taken apart.
    assert numbers_of("ëe", {"e": 0, "ë": 1}) == [1, 0]
    assert numbers_of(["Ai"], {OTHER_WORD: 0, "a": 1, "i": 2}) == [0]
    assert numbers_of(["Café"], {OTHER_WORD: 0, "cafe": 1}) == [1]


def test_what_is_no_text_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "zero.txt").write_bytes(b"a\0b")
    for name, sentence in (
        ("empty.txt", r"^empty.txt is empty; there is nothing to learn from$"),
        ("zero.txt", r"^zero.txt is no text: it holds zero bytes$"),
        ("none.txt", "none.txt is not there any more; choose it again$"),
        (".", "is a folder; choose a file in it$"),
    ):
        with pytest.raises(DataError, match=sentence):
            read_text(tmp_path / name, 100)


def test_reading_reports_and_is_cancelled(tmp_path: Path) -> None:
    path = tmp_path / "long.txt"
    path.write_text("lorem ipsum\n" * 300_000)
    seen: list[float] = []
    read_text(path, 1_000, seen.append)
    assert len(seen) > 3
    assert seen == sorted(seen)
    assert seen[-1] == 1.0

    def cancel(_: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_text(path, 1_000, cancel)


def test_a_line_begins_and_ends_with_its_end() -> None:
    data = data_of_lines(["abc", "b", "abcabc", "ca"], 4)
    assert data.raw == RawTokens(("\n", "a", "b", "c"), end=0)
    assert data.inputs.tolist() == [[0, 1, 2, 3], [0, 2, 0, 0], [0, 1, 2, 3], [0, 3, 1, 0]]
    # What follows the end is not asked, and no end is asked where the line goes on.
    assert data.targets.tolist() == [[1, 2, 3, 0], [2, 0, -1, -1], [1, 2, 3, 1], [3, 1, 0, -1]]
    assert (data.inputs.dtype, data.targets.dtype) == (np.uint8, np.int32)
    assert (data.form, data.labels, data.outputs) == ("tokens", "tokens", 4)


def test_a_running_text_is_cut_into_windows_in_the_order_of_time() -> None:
    data = data_of_text("hello world, hello", 4)
    letters = data.raw.vocabulary if isinstance(data.raw, RawTokens) else ()
    assert letters == tuple(sorted(set("hello world,")))
    assert ["".join(letters[number] for number in row) for row in data.inputs] == [
        "hell",
        "o wo",
        "rld,",
        " hel",
    ]
    assert ["".join(letters[number] for number in row) for row in data.targets] == [
        "ello",
        " wor",
        "ld, ",
        "hell",
    ]
    assert data.gap == 1


def test_words_and_signs_are_tokens_and_rare_ones_are_others() -> None:
    assert vocabulary_of("to be, or not to be", " ") == ("to", "be", ",", "or", "not")
    many = " ".join([f"w{number}" for number in range(MAX_WORDS + 5)] + ["w7"] * 9)
    words = vocabulary_of(many, " ")
    assert (words[:2], len(words)) == ((OTHER_WORD, "w7"), MAX_WORDS + 1)
    assert vocabulary_of("a \ufffd b a", " ") == (OTHER_WORD, "a", "b")
    data = data_of_text(many, 8, " ")
    assert np.count_nonzero(data.inputs == 0) == 5


def test_too_little_text_is_refused() -> None:
    with pytest.raises(DataError, match=r"^A text must have at least 4 lines to learn from, got 2$"):
        data_of_lines(lines_of(" a \n\n  b\n"), 8)
    with pytest.raises(DataError, match=r"^A text must have at least 4 times 8 tokens to learn from, got 1$"):
        data_of_text("abcdefghi", 8)
    with pytest.raises(DataError, match=r"^A text must have at least 2 different tokens, got 1$"):
        data_of_text("a" * 100, 8)


def test_what_cannot_be_seen_is_shown_by_its_number() -> None:
    assert [shown_token(token) for token in ("a", " ", "\n", "\t", "\u202e", "\x07", "word")] == [
        "a", "␣", "⏎", "⇥", "U+202E", "U+0007", "word",
    ]  # fmt: skip
    assert shown_text("a\u202eb\x1b[31m\n") == "aU+202EbU+001B[31m\n"


@pytest.mark.parametrize("lines", [True, False])
def test_more_different_letters_than_a_vocabulary_holds_are_refused(lines: bool) -> None:
    letters = [chr(code) for code in range(0x10000, 0x10000 + 65_536)]
    text = "\n".join("".join(letters[at : at + 256]) for at in range(0, len(letters), 256))
    with pytest.raises(DataError, match="must have less than 65,536 different tokens, got 65,53"):
        data_of_lines(text.splitlines(), 300) if lines else data_of_text(text, 32)
