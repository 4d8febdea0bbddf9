"""Pipes and devices are refused, links are followed, and what replaces a file is as the file was."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from core import Dense, Sequence
from core.data.downloads.archive_cache import content_of
from core.data.downloads.archives import ARCHIVES
from core.data.images.read_image import read_image
from core.data.tables.read_table import read_table
from core.experiment.presets import first_preset
from core.experiment.project_file import load_project, save_project
from core.io.atomic_write import atomic_write
from core.io.sentence import MAX_LETTERS

posix = pytest.mark.skipif(os.name != "posix", reason="needs pipes, modes and links")
LONGEST = "n" * 248 + ".nnplay"  # 255 bytes, the most that file systems allow


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def save(path: Path) -> None:
    save_project(path, first_preset(), None)


READERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "project": (".nnplay", load_project),
    "experiment": (".json", load_project),
    "model": (".model", Sequence.load),
    "csv": (".csv", read_table),
    "excel": (".xlsx", read_table),
    "npz": (".npz", read_table),
    "image": (".png", lambda path: read_image(path, 8, False, "crop")),
    "idx": (".gz", lambda path: content_of(ARCHIVES["mnist"], ARCHIVES["mnist"].files[0], path)),
}


@posix
@pytest.mark.parametrize("name", READERS)
def test_a_pipe_is_refused_by_every_reader(tmp_path: Path, name: str) -> None:
    suffix, read = READERS[name]
    pipe = tmp_path / f"pipe{suffix}"
    os.mkfifo(pipe)
    with pytest.raises((OSError, ValueError)) as caught:
        read(pipe)
    assert "it is a pipe, not a file" in str(caught.value).lower()


@posix
@pytest.mark.parametrize("name", READERS)
def test_a_link_to_a_device_is_refused_by_every_reader(tmp_path: Path, name: str) -> None:
    suffix, read = READERS[name]
    link = tmp_path / f"link{suffix}"
    link.symlink_to("/dev/zero")
    with pytest.raises((OSError, ValueError)) as caught:
        read(link)
    assert "it is a device, not a file" in str(caught.value).lower()


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


@pytest.mark.parametrize("name", [LONGEST, "ü" * 124 + ".nnplay"])
def test_the_longest_name_can_be_saved_and_opened(tmp_path: Path, name: str) -> None:
    save(tmp_path / name)
    assert load_project(tmp_path / name)[0] == first_preset()
    assert names_in(tmp_path) == [name]


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


@pytest.mark.parametrize("name", READERS)
def test_a_sentence_stays_short_whatever_the_name(tmp_path: Path, name: str) -> None:
    suffix, read = READERS[name]
    if name == "csv":
        content = b"a,b\n1,2,3\n"
    elif name == "experiment":
        content = (
            b'{"kind": "experiment", "version": 1, "name": ' + b"[" * 20 + b"1" * 4000 + b"]" * 20 + b"}"
        )
    else:
        content = b"neither this nor that"
    path = tmp_path / ("n" * (255 - len(suffix)) + suffix)
    path.write_bytes(content)
    with pytest.raises(ValueError) as caught:
        read(path)
    assert len(str(caught.value)) <= MAX_LETTERS


def test_a_model_with_weights_beyond_its_size_is_refused(tmp_path: Path) -> None:
    model = Sequence([Dense(5000), Dense(5000)]).build(3)
    model.set_weights([np.zeros_like(array) for array in model.get_weights()])
    model.save(tmp_path / "zeros.model")
    assert (tmp_path / "zeros.model").stat().st_size < 1_000_000
    with pytest.raises(ValueError, match="must unpack to at most 100 MB, got more"):
        Sequence.load(tmp_path / "zeros.model")
