"""Archives round-trip, and are written atomically."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from core.experiment.project_file import TrainerState, load_project, save_project
from core.io import archive as archive_module
from core.io.archive import ArchiveReader, archive_bytes, write_archive
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


def test_a_text_that_is_too_long_to_be_read_is_not_written(tmp_path: Path) -> None:
    # In bytes, with the quotes and the end of the line.
    path, longest = tmp_path / "a.zip", "ä" * 1_999_998 + "a"
    write_archive(path, {"t.json": longest}, {})
    with pytest.raises(ValueError, match=r"^t\.json must be at most 4,000,000 bytes, got 4,000,001$"):
        write_archive(path, {"t.json": longest + "b"}, {})
    with ArchiveReader(path) as archive:
        assert archive.text("t.json") == longest


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


def test_arrays_that_pack_too_well_can_be_read_back(tmp_path: Path) -> None:
    path, sizes = tmp_path / "a.zip", {"weights": 10_000, "memory": 30_000_000}
    write_archive(path, {}, {name: np.zeros(size, np.float32) for name, size in sizes.items()})
    # The least that the reader takes, not the 120 MB of a memory that is stored.
    assert 2_400_000 < path.stat().st_size < 2_600_000
    with ArchiveReader(path) as archive:
        for name, size in sizes.items():
            assert not archive.array(name, (size,), np.float32).any()


@pytest.mark.parametrize(
    "array",
    [np.zeros(25_000, np.float32), np.random.default_rng(0).normal(size=50_000)],
    ids=["few zeros", "many numbers"],
)
def test_arrays_that_the_reader_takes_are_not_padded(
    array: np.ndarray, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive_module, "_ALWAYS_ALLOWED_BYTES", 200_000)
    with zipfile.ZipFile(io.BytesIO(archive_bytes({}, {"a": array}))) as archive:
        assert archive.namelist() == ["a.npy"]


@pytest.mark.parametrize("count", [25_000, 1_000_000])
def test_any_size_of_zeros_can_be_read_back(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_module, "_ALWAYS_ALLOWED_BYTES", 100_000)
    content = archive_bytes({}, {"a": np.zeros(count, np.float32)})
    assert content == archive_bytes({}, {"a": np.zeros(count, np.float32)})
    with ArchiveReader(Path("a.zip"), content=content) as archive:
        assert archive.array("a", (count,), np.float32).shape == (count,)


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
