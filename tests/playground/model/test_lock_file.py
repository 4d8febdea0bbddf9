"""Lock files: taken over from whoever has ended, and from nobody else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from playground.model.project_lock import acquire_lock


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "mine.lock"


def test_what_is_held_is_not_taken(place: Path) -> None:
    first = acquire_lock(place)
    assert first.isLocked()
    assert not acquire_lock(place).isLocked()
    first.unlock()
    assert acquire_lock(place).isLocked()


def test_a_killed_program_with_the_number_of_this_one_holds_nothing(place: Path) -> None:
    """In a container the program has the same process number at each start."""
    held = acquire_lock(place)
    content = place.read_bytes()
    held.unlock()
    place.write_bytes(content)
    again = acquire_lock(place)
    assert again.isLocked()
    assert not acquire_lock(place).isLocked()


def test_an_empty_file_that_cannot_be_removed_is_no_lock(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    place.touch()
    os.utime(place, (1.0, 1.0))
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuse)
        acquire_lock(place)
    assert acquire_lock(place).isLocked()
