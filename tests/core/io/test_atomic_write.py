"""Atomic writes: complete or not at all, through links, with the same mode."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from core.experiment.presets import first_preset
from core.experiment.project_file import load_project
from core.io.atomic_write import atomic_write, remove_parts
from tests.core.io.saved import names_in, save

posix = pytest.mark.skipif(os.name != "posix", reason="needs pipes, modes and links")


@posix
def test_saving_onto_a_pipe_leaves_it_a_pipe(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.nnplay"
    os.mkfifo(pipe)
    with pytest.raises(OSError, match="It is a pipe, not a file"):
        save(pipe)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert names_in(tmp_path) == ["pipe.nnplay"]


@posix
def test_saving_through_a_link_keeps_the_link_and_writes_the_file(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    file, link = tmp_path / "elsewhere" / "a.nnplay", tmp_path / "link.nnplay"
    save(file)
    before = file.stat().st_ino
    link.symlink_to(file)
    save(link)
    assert link.is_symlink()
    assert file.stat().st_ino != before
    assert load_project(link)[0] == first_preset()
    assert names_in(tmp_path / "elsewhere") == ["a.nnplay"]


@posix
def test_saving_through_a_link_to_nowhere_makes_the_file(tmp_path: Path) -> None:
    link = tmp_path / "link.nnplay"
    link.symlink_to(tmp_path / "new.nnplay")
    save(link)
    assert link.is_symlink()
    assert (tmp_path / "new.nnplay").is_file()


@posix
def test_a_circle_of_links_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.nnplay").symlink_to(tmp_path / "b.nnplay")
    (tmp_path / "b.nnplay").symlink_to(tmp_path / "a.nnplay")
    with pytest.raises(OSError, match="symbolic links"):
        save(tmp_path / "a.nnplay")


@posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o664])
def test_a_file_that_is_replaced_keeps_its_mode(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "a.nnplay"
    save(file)
    file.chmod(mode)
    save(file)
    assert stat.S_IMODE(file.stat().st_mode) == mode


@posix
def test_a_new_file_has_the_mode_of_new_files(tmp_path: Path) -> None:
    save(tmp_path / "a.nnplay")
    (tmp_path / "plain").touch()
    assert (tmp_path / "a.nnplay").stat().st_mode == (tmp_path / "plain").stat().st_mode


@posix
def test_a_read_only_file_is_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / "a.nnplay"
    file.write_bytes(b"kept")
    file.chmod(0o444)
    with pytest.raises(PermissionError, match="The file is read-only"):
        save(file)
    assert file.read_bytes() == b"kept"
    assert names_in(tmp_path) == ["a.nnplay"]


def test_a_failed_writing_leaves_the_file_and_nothing_else(tmp_path: Path) -> None:
    file = tmp_path / "a.bin"
    file.write_bytes(b"kept")

    def fail_in_the_middle() -> None:
        with atomic_write(file) as out:
            out.write(b"half")
            raise KeyError

    with pytest.raises(KeyError):
        fail_in_the_middle()
    assert file.read_bytes() == b"kept"
    assert names_in(tmp_path) == ["a.bin"]


def test_errors_name_the_file_and_not_the_temporary_one(tmp_path: Path) -> None:
    file = tmp_path / "missing" / "a.nnplay"
    with pytest.raises(FileNotFoundError) as caught:
        save(file)
    assert (caught.value.filename, caught.value.filename2) == (str(file), None)


def refuse(monkeypatch: pytest.MonkeyPatch, name: str, code: int) -> None:
    def fail(*_: object, **__: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, name, fail)


@pytest.mark.parametrize("is_new", [False, True])
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("chmod", errno.EPERM),
        ("chmod", errno.ENOTSUP),
        ("chmod", errno.ENOSYS),
        ("fsync", errno.EINVAL),
        ("fsync", errno.ENOTSUP),
    ],
)
def test_a_file_system_without_modes_or_syncing_is_written_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, code: int, is_new: bool
) -> None:
    file = tmp_path / "a.nnplay"
    if not is_new:
        file.write_bytes(b"before")
    refuse(monkeypatch, name, code)
    save(file)
    assert load_project(file)[0] == first_preset()
    assert names_in(tmp_path) == ["a.nnplay"]


@pytest.mark.parametrize(
    ("name", "code"),
    [("chmod", errno.EIO), ("fsync", errno.EIO), ("fsync", errno.ENOSPC), ("fsync", errno.EPERM)],
)
def test_a_disk_that_fails_leaves_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, code: int
) -> None:
    file = tmp_path / "a.nnplay"
    file.write_bytes(b"kept")
    refuse(monkeypatch, name, code)
    with pytest.raises(OSError) as caught:
        save(file)
    assert caught.value.errno == code
    assert file.read_bytes() == b"kept"
    assert names_in(tmp_path) == ["a.nnplay"]


@pytest.mark.parametrize("name", ["a.nnplay", "ü" * 124 + ".nnplay"])
def test_parts_are_removed_once_nobody_has_written_to_them_for_a_while(tmp_path: Path, name: str) -> None:
    file = tmp_path / name
    with atomic_write(file):
        # A program that is killed here leaves such a file.
        (part,) = tmp_path.iterdir()
    file.unlink()
    left = part.with_name(part.name[:-6] + "-.part")
    left.touch()
    (tmp_path / ".other.nnplay.abc.part").touch()
    remove_parts(file, 3600.0)
    assert left.exists()
    os.utime(left, (0, 0))
    remove_parts(file, 3600.0)
    assert names_in(tmp_path) == [".other.nnplay.abc.part"]
