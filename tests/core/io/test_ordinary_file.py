"""Every reader rejects pipes, devices and folders, and accepts the longest names."""

from __future__ import annotations

import os
import zipfile
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
from core.experiment.project_file import load_project
from core.io.sentence import MAX_LETTERS
from tests.core.io.saved import names_in, save

posix = pytest.mark.skipif(os.name != "posix", reason="needs pipes, modes and links")


LONGEST = "n" * 248 + ".nnplay"  # 255 bytes, the maximum of most file systems


READERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "project": (".nnplay", load_project),
    "experiment": (".json", load_project),
    "model": (".nnmodel", Sequence.load),
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


@pytest.mark.parametrize("name", READERS)
def test_a_folder_is_refused_by_every_reader(tmp_path: Path, name: str) -> None:
    suffix, read = READERS[name]
    (tmp_path / f"folder{suffix}").mkdir()
    with pytest.raises((OSError, ValueError)) as caught:
        read(tmp_path / f"folder{suffix}")
    assert "is a folder" in str(caught.value)


@pytest.mark.parametrize("name", [LONGEST, "ü" * 124 + ".nnplay"])
def test_the_longest_name_can_be_saved_and_opened(tmp_path: Path, name: str) -> None:
    save(tmp_path / name)
    assert load_project(tmp_path / name)[0] == first_preset()
    assert names_in(tmp_path) == [name]


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
    model = Sequence([Dense(5000), Dense(5000)], loss="mse").build(3)
    model.set_weights([np.zeros_like(array) for array in model.get_weights()])
    model.save(tmp_path / "zeros.nnmodel")
    assert not Sequence.load(tmp_path / "zeros.nnmodel").get_weights()[1].any()
    with (
        zipfile.ZipFile(tmp_path / "zeros.nnmodel") as saved,
        zipfile.ZipFile(tmp_path / "bomb", "w") as bomb,
    ):
        for name in saved.namelist():
            if name != "padding":
                bomb.writestr(name, saved.read(name), zipfile.ZIP_DEFLATED)
    assert (tmp_path / "bomb").stat().st_size < 1_000_000
    with pytest.raises(ValueError, match="must unpack to at most 100 MB, got more"):
        Sequence.load(tmp_path / "bomb")
