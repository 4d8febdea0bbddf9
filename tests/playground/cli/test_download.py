"""`numpynet download`: progress bar and errors as sentences; `train` explains missing data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from core.data.datasets import Digits
from core.data.downloads import archive_cache as image_store
from core.data.downloads import archives as image_archive
from core.experiment.experiment import Experiment
from core.io.strict_json import dump
from playground.cli import main
from tests.core.experiment.on_data import with_dataset
from tests.loopback_mirror import Mirror, serving
from tests.made_images import MadeArchive, make_archive

pytestmark = pytest.mark.environment


@pytest.fixture(scope="module")
def made() -> MadeArchive:
    return make_archive(Digits.archive)


@pytest.fixture
def mirror(made: MadeArchive, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Mirror]:
    """A mirror of a small MNIST, and an empty cache."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(image_store, "user_cache_path", lambda name: tmp_path / "cache" / name)
    with serving({f"{name}.gz": data for name, data in made.packed.items()}) as served:
        archive = replace(made.archive, mirrors=(served.url,))
        monkeypatch.setitem(image_archive.ARCHIVES, "mnist", archive)
        yield served


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "numpynet" / "datasets" / "mnist"


def test_it_fetches_once_and_shows_how_far_it_is(
    mirror: Mirror, made: MadeArchive, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["download", "mnist"]) == 0
    out, err = capsys.readouterr()
    assert out == f"MNIST is in {folder}\n"
    assert "127.0.0.1" in err
    assert "100%" in err
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == made.contents
    mirror.asked.clear()
    assert main(["download", "mnist"]) == 0
    assert mirror.asked == []


def test_a_mirror_that_fails_is_one_sentence(mirror: Mirror, capsys: pytest.CaptureFixture[str]) -> None:
    mirror.status = 404
    assert main(["download", "mnist"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.splitlines()[-1].startswith("numpynet: MNIST could not be downloaded: 127.0.0.1 answered 404")
    assert "Traceback" not in err


def test_files_of_the_users_do_as_well(
    mirror: Mirror, made: MadeArchive, folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there = sorted(map(str, made.put(tmp_path / "there", packed=True).iterdir()))
    assert main(["download", "mnist", "--from", *there[:3]]) == 1
    assert "MNIST is not complete yet; missing are train-labels-idx1-ubyte" in capsys.readouterr().err
    assert main(["download", "mnist", "--from", *there[3:]]) == 0
    assert len(list(folder.iterdir())) == 4
    assert mirror.asked == []


def test_an_archive_that_is_not_known_lists_those_that_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        main(["download", "imagenet"])
    assert end.value.code == 2
    assert "fashion-mnist" in capsys.readouterr().err


def test_training_without_the_data_says_how_to_get_them(
    mirror: Mirror, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "digits.json"
    path.write_bytes(dump(with_dataset(Experiment(), Digits(size="70k", samples=60_000)).to_json()).encode())
    assert main(["train", str(path), "--epochs", "1"]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith(
        "is not on this computer yet; it is 0.1 MB to download; fetch it by: numpynet download mnist"
    )
    assert main(["download", "mnist"]) == 0
    assert main(["train", str(path), "--epochs", "1"]) == 0
    assert "accuracy" in capsys.readouterr().out
