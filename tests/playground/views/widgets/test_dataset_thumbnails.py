"""Thumbnails of datasets before and after scikit-learn is imported."""

from __future__ import annotations

import runpy
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.data.datasets import DATASETS, Dataset, GaussianQuantiles, Spirals
from core.io.resources import resource
from playground.views.widgets import dataset_thumbnails
from playground.views.widgets.dataset_thumbnails import (
    DatasetThumbnail,
    ThumbnailLoader,
    make_thumbnail,
    shipped_thumbnail,
)

KINDS = [kind for kind in DATASETS if kind().uses_sklearn]


@pytest.fixture
def loader(qapp: QApplication) -> Iterator[ThumbnailLoader]:
    made = ThumbnailLoader(qapp)
    yield made
    made.deleteLater()


@pytest.fixture
def import_sklearn(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bool]]:
    """Simulates that scikit-learn is not imported, until the list is appended to."""
    imported: list[bool] = []
    monkeypatch.setattr(dataset_thumbnails, "is_sklearn_imported", lambda: bool(imported))
    return imported


def same(one: DatasetThumbnail, other: DatasetThumbnail) -> bool:
    images = [np.zeros(0) if made.image is None else made.image for made in (one, other)]
    pairs = [(one.points, other.points), (one.values, other.values), images]
    return one.n_classes == other.n_classes and all(
        a.shape == b.shape and np.allclose(a, b, atol=1e-4) for a, b in pairs
    )


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.kind)
def test_a_shipped_thumbnail_is_the_one_that_would_be_made(kind: type[Dataset]) -> None:
    assert same(shipped_thumbnail(kind()), make_thumbnail(kind(), 0))
    assert not same(shipped_thumbnail(kind()), make_thumbnail(GaussianQuantiles(noise=0.3), 0))


def test_the_script_writes_all_shipped_thumbnails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = Path(__file__).resolve().parents[4]
    monkeypatch.setattr("core.io.resources._found", lambda *_: tmp_path)
    runpy.run_path(str(root / "resources" / "make_thumbnails.py"), run_name="__main__")
    monkeypatch.undo()
    written = {path.name for path in (tmp_path / "thumbnails").iterdir()}
    assert written == {path.name for path in resource("thumbnails").iterdir()}
    assert written == {f"{kind.kind}.npz" for kind in KINDS}


def test_a_shipped_thumbnail_stands_in_until_scikit_learn_is_imported(
    loader: ThumbnailLoader, import_sklearn: list[bool], qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[Dataset] = []
    load = GaussianQuantiles.load
    monkeypatch.setattr(GaussianQuantiles, "load", lambda self, seed: loaded.append(self) or load(self, seed))
    brought: list[tuple[Dataset, DatasetThumbnail]] = []
    loader.thumbnail_ready.connect(lambda dataset, made: brought.append((dataset, made)))
    noisy = GaussianQuantiles(noise=0.4)
    loader.load(noisy, 3)
    loader.load(Spirals(), 3)
    qtbot.waitUntil(lambda: len(brought) == 2)
    assert not loader.busy
    assert loaded == []
    assert [dataset for dataset, _ in brought] == [noisy, Spirals()]
    assert same(brought[0][1], shipped_thumbnail(noisy))
    import_sklearn.append(True)
    qtbot.waitUntil(lambda: len(brought) == 3)
    assert brought[2][0] == noisy
    assert same(brought[2][1], make_thumbnail(noisy, 3))
    assert not loader._timer.isActive()


def test_only_the_last_of_those_that_wait_is_made(
    loader: ThumbnailLoader, import_sklearn: list[bool], qtbot: QtBot
) -> None:
    brought: list[Dataset] = []
    loader.thumbnail_ready.connect(lambda dataset, made: brought.append(dataset))
    for noise in (0.1, 0.2, 0.3):
        loader.load(GaussianQuantiles(noise=noise), 0)
    qtbot.waitUntil(lambda: not loader.busy)
    assert brought == [GaussianQuantiles(noise=0.3)]
    import_sklearn.append(True)
    qtbot.waitUntil(lambda: len(brought) == 2)
    assert brought == 2 * [GaussianQuantiles(noise=0.3)]
