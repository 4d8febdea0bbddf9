"""Known archives: sizes, digests and mirrors."""

from __future__ import annotations

import gzip
import hashlib
from pathlib import Path

import pytest

from core.data.downloads import http_transfer as receiving
from core.data.downloads.archives import ARCHIVES, MNIST
from core.data.downloads.download import (
    DownloadError,
    download,
)

FIRST = "train-images-idx3-ubyte"


def test_the_known_mirrors_are_asked_in_order(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    asked: list[str] = []

    def refuse(request: object, timeout: float) -> None:
        asked.append(request.full_url)  # type: ignore[attr-defined]
        raise OSError("no network in tests")

    monkeypatch.setattr(receiving.urllib.request, "urlopen", refuse)
    for archive in ARCHIVES.values():
        asked.clear()
        with pytest.raises(DownloadError, match="no network in tests"):
            download(archive, folder=tmp_path / archive.key)
        wanted = [url if url.endswith(".npz") else f"{url}{FIRST}.gz" for url in archive.mirrors]
        assert asked == wanted
        assert len(wanted) > 1


def test_sizes_and_digests_are_complete() -> None:
    assert [(archive.size, archive.key) for archive in ARCHIVES.values()] == [
        ("11.6 MB", "mnist"),
        ("30.9 MB", "fashion-mnist"),
    ]
    for archive in ARCHIVES.values():
        assert [file.content_bytes for file in archive.files] == [47_040_016, 60_008, 7_840_016, 10_008]
        assert (archive.train_samples, archive.test_samples) == (60_000, 10_000)
        assert all(len(file.sha256 or file.packed_sha256) == 64 for file in archive.files)


def test_the_real_files_have_the_digests_that_are_known(mnist_folder: Path) -> None:
    for file in MNIST.files:
        content = gzip.decompress((mnist_folder / f"{file.name}.gz").read_bytes())
        assert hashlib.sha256(content).hexdigest() == file.sha256
