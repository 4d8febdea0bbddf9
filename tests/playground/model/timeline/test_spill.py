"""Moments on disk, and what a program leaves that was ended."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from playground.model.timeline.spill import SpillFolder, clear_left, left_bytes, spill_folder


def test_vectors_of_any_shape_come_back(tmp_path: Path) -> None:
    spill = SpillFolder(tmp_path)
    vectors = (np.arange(5, dtype=np.float32), np.empty(0, np.float32), np.ones((3, 4)))
    spill.write(7, vectors)
    for before, after in zip(vectors, spill.read(7), strict=True):
        assert (after.dtype, after.shape) == (before.dtype, before.shape)
        np.testing.assert_array_equal(after, before)
    assert 7 in spill
    assert left_bytes(tmp_path) == 5 * 4 + 12 * 8
    spill.remove(7)
    assert 7 not in spill
    assert left_bytes(tmp_path) == 0
    spill.close()


@pytest.mark.parametrize("vectors_left", [0.5, 1, 1.5])
def test_half_a_file_is_no_moment(tmp_path: Path, vectors_left: float) -> None:
    spill = SpillFolder(tmp_path)
    spill.write(1, (np.ones(10), np.ones(10)))
    (file,) = tmp_path.glob("*/*.bin")
    os.truncate(file, int(80 * vectors_left))
    with pytest.raises(ValueError, match="buffer"):
        spill.read(1)
    spill.close()


def test_a_disk_that_gets_full_half_way_keeps_no_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spill = SpillFolder(tmp_path)
    spill.write(1, (np.ones(10),))
    contiguous = np.ascontiguousarray

    def full(vector: np.ndarray) -> np.ndarray:
        if not vector.any():
            raise OSError(errno.ENOSPC, "No space left on device")
        return contiguous(vector)

    monkeypatch.setattr(np, "ascontiguousarray", full)
    with pytest.raises(OSError, match="No space left"):
        spill.write(2, (np.ones(10), np.zeros(10)))
    assert 2 not in spill
    assert [file.name for file in tmp_path.glob("*/*.bin")] == ["1.bin"]
    assert left_bytes(tmp_path) == 80
    spill.close()


def test_closing_leaves_nothing(tmp_path: Path) -> None:
    spill = SpillFolder(tmp_path)
    spill.write(1, (np.ones(3),))
    spill.close()
    assert not list(tmp_path.iterdir())


def test_only_what_ended_programs_left_is_cleared(tmp_path: Path) -> None:
    left = tmp_path / "1-abc"
    left.mkdir()
    (left / "1.bin").write_bytes(b"left")
    running = SpillFolder(tmp_path)
    running.write(1, (np.ones(3),))
    assert not left.exists()
    clear_left(tmp_path)
    np.testing.assert_array_equal(running.read(1)[0], np.ones(3))
    running.close()


def test_nothing_is_written_before_it_is_needed() -> None:
    SpillFolder().close()
    assert not spill_folder().exists()
