"""The gate before written files: what is read is never replaced, by whatever name, and work by hand not unasked."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from core.io.gate import check, file_name, has_suffix, proposed

SENTENCE = "is what is read; choose another name to write to"


@pytest.mark.parametrize("way", ["itself", "relative", "symbolic", "hard"])
def test_a_source_is_refused_by_whatever_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    source, path = tmp_path / "survey.csv", tmp_path / "other.csv"
    source.write_text("a,b\n")
    if way == "symbolic":
        path.symlink_to(source)
    elif way == "hard":
        os.link(source, path)
    else:
        monkeypatch.chdir(tmp_path)
        path = source if way == "itself" else Path("survey.csv")
    # Its mark does not make it less of a source.
    for mark in (None, "", "a,b\n"):
        with pytest.raises(ValueError, match=SENTENCE):
            check(path, reads=[tmp_path / "gone.csv", source], mark=mark)
    with pytest.raises(
        ValueError, match="is what this window saves to; choose another name, or save it with"
    ):
        check(path, own=source)
    assert source.read_text() == "a,b\n"


def test_a_folder_that_is_read_keeps_its_files_and_takes_new_ones(tmp_path: Path) -> None:
    (tmp_path / "cats").mkdir()
    image, table = tmp_path / "cats" / "1.png", tmp_path / "cats" / "predictions.csv"
    image.write_bytes(b"\x89PNG")
    check(table, reads=[tmp_path / "cats"])
    table.write_text("file,prediction\n1.png,cat\n")
    check(table, reads=[tmp_path], mark="file,prediction\n")
    for path, mark in ((image, None), (table, None), (table, "file,predicted\n")):
        with pytest.raises(ValueError, match=SENTENCE):
            check(path, reads=[tmp_path], mark=mark)


@pytest.mark.parametrize(
    ("content", "mark", "ours"),
    [
        (b"seed,loss\n1,2\n", "seed,loss\n", True),
        (b"\xef\xbb\xbfseed,loss\r\n1,2\r\n", "seed,loss\n", True),
        (b"seed,loss,more\n", "seed,loss\n", False),
        (b"seed,loss,more\n", "seed,loss", True),
        (b"my seed,loss\n", "seed,loss\n", False),
        (b"", "seed,loss\n", False),
        (b"x" * 5_000 + b"seed,loss", "seed,loss", False),
        (b"seed,loss\n", "", False),
        (b"anything", None, True),
    ],
)
def test_a_command_replaces_its_own_alone(
    tmp_path: Path, content: bytes, mark: str | None, ours: bool
) -> None:
    path = tmp_path / "out.csv"
    check(path, mark=mark)
    path.write_bytes(content)
    if ours:
        check(path, mark=mark)
    else:
        with pytest.raises(ValueError, match=r"is there already, and not by this command; .* by --force$"):
            check(path, mark=mark)
    assert path.read_bytes() == content


def test_places_where_nothing_can_be_written_are_errors_of_the_system(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    locked = tmp_path / "locked"
    locked.write_bytes(b"x")
    locked.chmod(0o400)
    os.mkfifo(tmp_path / "pipe")
    for name, error in (
        ("folder", IsADirectoryError),
        ("none/a", FileNotFoundError),
        ("locked", PermissionError),
        ("pipe", OSError),
    ):
        with pytest.raises(error):
            check(tmp_path / name)
    # Names that are none are no sources.
    check(tmp_path / "new", reads=[Path("nnplay1" * 100), Path("a\0b"), Path()])
    assert sorted(each.name for each in tmp_path.iterdir()) == ["folder", "locked", "pipe"]


def test_what_is_read_is_never_proposed(tmp_path: Path) -> None:
    source = tmp_path / "data.npz"
    assert proposed(source, []) == proposed(source, [tmp_path / "other.npz"]) == source
    assert proposed(source, iter([source])) == tmp_path / "data 2.npz"
    assert proposed(source, [source, tmp_path / "data 2.npz"]) == tmp_path / "data 3.npz"


def test_names_become_names_of_files() -> None:
    assert [file_name(name) for name in ("a/b: c", "..", "", "Größe (2)")] == [
        "a_b_ c", "network", "network", "Größe (2)"
    ]  # fmt: skip
    assert len(file_name("漢" * 200).encode()) <= 200
    assert [has_suffix(Path(name)) for name in ("a.csv", "run 1.5", "a", "Dr. No")] == [
        True,
        False,
        False,
        False,
    ]
