"""MNIST's IDX files are read without a copy; decompression is limited."""

from __future__ import annotations

import gzip
import tracemalloc
from pathlib import Path

import pytest

from core.data.downloads.idx_format import IdxError, idx_header, read_idx, unpack_gzip


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
