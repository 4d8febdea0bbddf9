"""Zips of strangers: damage and bombs are sentences, and nothing is read whole."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from core.io.sentence import MAX_LETTERS
from core.io.zip_reader import ZipReader


def zip_of(path: Path, entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def test_an_entry_is_read_in_pieces_up_to_its_limit(tmp_path: Path) -> None:
    with ZipReader(zip_of(tmp_path / "a.zip", {"t": b"x" * 100_000}), "zip") as archive:
        assert archive.names == ("t",)
        assert "t" in archive
        assert archive.size("t") == 100_000
        assert [len(piece) for piece in archive.pieces("t", 100_000)] == [65_536, 34_464]
        with pytest.raises(ValueError, match="t must be at most 99,999 bytes, got 100,000"):
            archive.read("t", 99_999)
        with pytest.raises(ValueError, match="u is missing"):
            archive.read("u", 1)


def test_a_zip_in_memory_is_read_as_one_in_a_file(tmp_path: Path) -> None:
    content = zip_of(tmp_path / "a.zip", {"t": b"x" * 100_000}).read_bytes()
    absent = tmp_path / "absent.zip"
    with ZipReader(absent, "zip", content) as archive:
        assert archive.read("t", 100_000) == b"x" * 100_000
    with pytest.raises(ValueError, match=r"absent\.zip is no zip, or it is damaged"):
        ZipReader(absent, "zip", content[:-9])


def test_other_compressions_are_refused(tmp_path: Path) -> None:
    with (
        ZipReader(zip_of(tmp_path / "a.zip", {"t": b"x"}, zipfile.ZIP_BZIP2), "zip") as archive,
        pytest.raises(ValueError, match="t must be stored or deflated, got compression 12"),
    ):
        archive.read("t", 9)


def test_a_directory_of_many_megabytes_is_not_read(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "a.zip", {f"{n}".ljust(65_000, "n"): b"" for n in range(65)})
    with pytest.raises(ValueError, match=r"a\.zip must hold at most 10,000 entries"):
        ZipReader(path, "zip")


def test_damage_in_the_directory_in_a_header_or_in_the_content_is_a_sentence(tmp_path: Path) -> None:
    path = zip_of(tmp_path / "a.zip", {"t": bytes(range(256)) * 9}, zipfile.ZIP_STORED)
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    with pytest.raises(ValueError, match=r"a\.zip is no zip, or it is damaged"):
        ZipReader(path, "zip")
    for place in (0, 100):  # the entry's own header, its content
        path.write_bytes(whole[:place] + b"\xff" + whole[place + 1 :])
        with ZipReader(path, "zip") as archive, pytest.raises(ValueError, match="t is damaged: "):
            archive.read("t", 9999)


def test_a_name_that_differs_in_header_and_directory_is_a_short_sentence(tmp_path: Path) -> None:
    name = "n" * 100
    path = zip_of(tmp_path / "a.zip", {name: b"x"})
    path.write_bytes(path.read_bytes().replace(name.encode(), b"m" * 100, 1))
    with ZipReader(path, "zip") as archive, pytest.raises(ValueError, match="is damaged: ") as caught:
        archive.read(name, 9)
    assert len(str(caught.value)) <= MAX_LETTERS
