"""Archives round-trip, and are written atomically."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.experiment.project_file import TrainerState, load_project, save_project
from core.io import archive as archive_module
from core.io.archive import ArchiveReader, write_archive
from tests.core.io.small_project import EXPERIMENT, trained


def test_a_failure_of_the_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "p.nnplay"
    save_project(path, EXPERIMENT, None)
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save_project(path, EXPERIMENT, TrainerState.of(trained(1)))
    assert path.read_bytes() == before
    assert len(list(tmp_path.iterdir())) == 1


def test_an_archive_gives_back_what_was_written(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    array = np.arange(12, dtype=np.float32).reshape(3, 4)
    write_archive(path, {"t.json": {"ä": [1, 2.5, None]}}, {"x/y": array.T, "e": array[:0]})
    with ArchiveReader(path) as archive:
        assert "t.json" in archive
        assert "x/z.npy" not in archive
        assert archive.text("t.json") == {"ä": [1, 2.5, None]}
        np.testing.assert_array_equal(archive.array("x/y", (4, 3), np.float32), array.T)
        assert archive.array("e", (None, 4), np.float32, most=5).shape == (0, 4)


@pytest.mark.parametrize("name", ["weights", "memory"])
def test_what_is_not_finite_is_refused_and_the_file_stays_as_it_was(name: str, tmp_path: Path) -> None:
    path, trainer = tmp_path / "moons.nnplay", trained(16)
    (trainer.network.parameters if name == "weights" else trainer.optimizer_state.slots["mean"])[0] = np.inf
    save_project(path, EXPERIMENT, None)
    with pytest.raises(ValueError, match="no longer numbers"):
        save_project(path, EXPERIMENT, TrainerState.of(trainer))
    assert load_project(path) == (EXPERIMENT, None)


def test_arrays_together_unpack_to_no_more_than_their_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.zip"
    write_archive(path, {}, {name: np.zeros(500_000) for name in "ab"})
    monkeypatch.setattr(archive_module, "_ALWAYS_ALLOWED_BYTES", 6_000_000)
    with ArchiveReader(path) as archive:
        assert archive.array("a", (500_000,), np.float64).nbytes == 4_000_000
        with pytest.raises(ValueError, match="its arrays must unpack to at most 6 MB, got more"):
            archive.array("b", (500_000,), np.float64)


def test_an_array_whose_size_was_checked_does_not_count_to_the_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.zip"
    write_archive(path, {}, {"a": np.ones(100, np.float32)})
    with ArchiveReader(path) as archive:
        spent: list[str] = []
        monkeypatch.setattr(archive, "_spend", spent.append)
        assert archive.array("a", (100,), np.float32, has_own_limit=True).sum() == 100
        assert spent == []
        archive.array("a", (100,), np.float32)
        assert spent == ["a.npy"]
