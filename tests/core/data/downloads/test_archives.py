"""Known archives: sizes, digests and mirrors."""

from __future__ import annotations

import gzip
import hashlib
import tracemalloc
from pathlib import Path

import pytest

from core.data.downloads import http_transfer as receiving
from core.data.downloads.archives import ARCHIVES, MNIST, IdxError, idx_header, read_idx, unpack_gzip
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


def test_an_idx_file_is_a_view_of_its_bytes() -> None:
    content = idx_header((2, 3)) + bytes(range(6))
    assert content[:4] == b"\0\0\x08\x02"
    assert read_idx(content, (2, 3)).tolist() == [[0, 1, 2], [3, 4, 5]]


HEADER = idx_header((2, 3))


@pytest.mark.parametrize(
    "content", [b"", b"\0", HEADER[:4], HEADER[:-1], HEADER, HEADER + bytes(5), HEADER + bytes(7)]
)
def test_a_file_that_is_too_short_or_too_long_is_refused(content: bytes) -> None:
    with pytest.raises(IdxError):
        read_idx(content, (2, 3))


def test_a_bomb_is_unpacked_no_further_than_expected(tmp_path: Path) -> None:
    path = tmp_path / "bomb.gz"
    path.write_bytes(gzip.compress(b"\0" * 100_000_000))
    tracemalloc.start()
    try:
        with pytest.raises(IdxError, match="must unpack to 1,000 bytes, got more"):
            unpack_gzip(path, 1000)
        # Full decompression would raise the same error.
        assert tracemalloc.get_traced_memory()[1] < 2_000_000
    finally:
        tracemalloc.stop()
