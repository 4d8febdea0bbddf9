"""Every dataset has a picture, which is made elsewhere."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.data.datasets import (
    DATASETS,
    Dataset,
    Digits,
    MnistSubset,
    Moons,
    TableFile,
)
from core.data.datasets.sklearn_import import sklearn_datasets
from core.data.tables.read_table import read_table
from core.data.tables.table_schema import guess_schema
from playground.model.document import Document
from playground.views.sidebar import DatasetPanel
from playground.views.theme.colors import DARK, LIGHT, Theme
from playground.views.widgets.dataset_thumbnails import (
    MAX_POINTS,
    ThumbnailLoader,
    make_thumbnail,
    paint_thumbnail,
)
from tests.playground.views.sidebar.shown_panel import LEFT, drag

pytestmark = pytest.mark.usefixtures("themed")


KINDS = pytest.mark.parametrize("kind", list(DATASETS), ids=lambda kind: kind.kind)


@KINDS
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_every_dataset_has_a_picture(kind: type[Dataset], theme: Theme, qapp: QApplication) -> None:
    made = make_thumbnail(kind(), 0)
    assert len(made.points) == len(made.values) <= MAX_POINTS
    assert np.abs(made.points).max(initial=0) <= 1 + 1e-6
    picture = paint_thumbnail(made, theme, 58, 44, 2)
    assert (picture.width(), picture.height()) == (116, 88)
    alpha = pixels(picture)[..., 3]
    assert 0.02 < (alpha > 128).mean() < 0.7
    # The margin stays free for the tile's outline.
    assert alpha[:4].max() == alpha[:, :4].max() == 0


def test_two_classes_are_orange_and_blue(qapp: QApplication) -> None:
    colors = pixels(paint_thumbnail(make_thumbnail(Moons(noise=0.0), 0), LIGHT, 58, 44))
    found = {tuple(color[:3]) for color in colors.reshape(-1, 4) if color[3] == 255}
    assert {(0xF5, 0x93, 0x22), (0x08, 0x77, 0xBD)} <= found


def test_a_table_of_two_columns_is_shown_along_them(tmp_path: Path) -> None:
    file = tmp_path / "steps.csv"
    file.write_text(
        "a,b,kind\n" + "".join(f"{n},{n * n},{'xy'[n % 2]}\n" for n in range(40)), encoding="utf-8"
    )
    table = read_table(file)
    points = make_thumbnail(TableFile.of(table, guess_schema(table)), 0).points
    assert (np.diff(points[:, 0]) > 0).all()
    assert (np.diff(points[:, 1]) > 0).all()
    np.testing.assert_allclose(np.diff(points[:, 0]), np.diff(points[:, 0])[0], rtol=1e-4)


def test_digits_are_shown_as_ink(qapp: QApplication) -> None:
    for dataset in (Digits(), MnistSubset()):
        made = make_thumbnail(dataset, 0)
        assert made.image is not None
        assert made.image.shape[0] == made.image.shape[1]
        assert 0.9 <= made.image.max() <= 1


def test_thumbnails_arrive_and_follow_the_settings(
    qtbot: QtBot, panel: DatasetPanel, document: Document
) -> None:
    sklearn_datasets()
    gallery = panel.gallery
    assert not gallery.tile("moons").has_thumbnail
    placeholder = gallery.tile("moons").grab().toImage()
    qtbot.waitUntil(lambda: not gallery.loading)
    assert all(gallery.tile(kind.kind).has_thumbnail for kind in DATASETS)
    quiet = gallery.tile("moons").grab().toImage()
    assert quiet != placeholder
    drag(panel.slider("noise"), 60, 150)
    qtbot.waitUntil(lambda: not gallery.loading)
    noisy = gallery.tile("moons").grab().toImage()
    assert noisy != quiet
    QTest.mouseClick(panel.new_seed, LEFT)
    qtbot.waitUntil(lambda: not gallery.loading)
    assert gallery.tile("moons").grab().toImage() != noisy


def test_sketches_are_made_elsewhere_and_brought_home(
    qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_on: list[int] = []
    load = Moons.load

    def noting(self: Moons, seed: int) -> object:
        made_on.append(threading.get_ident())
        return load(self, seed)

    monkeypatch.setattr(Moons, "load", noting)
    sklearn_datasets()
    loader = ThumbnailLoader(qapp)
    brought: list[tuple[Dataset, int]] = []
    loader.thumbnail_ready.connect(lambda dataset, _: brought.append((dataset, threading.get_ident())))
    for noise in (0.1, 0.2, 0.3):
        loader.load(Moons(noise=noise), 0)
    qtbot.waitUntil(lambda: not loader.busy)
    # Per kind only the latest request counts.
    assert brought == [(Moons(noise=0.3), threading.get_ident())]
    assert made_on
    assert threading.get_ident() not in made_on
    loader.deleteLater()


def test_a_dataset_that_fails_to_load_keeps_its_placeholder(
    qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(self: Moons, seed: int) -> object:
        raise OSError("The file is gone")

    monkeypatch.setattr(Moons, "load", failing)
    sklearn_datasets()
    loader = ThumbnailLoader(qapp)
    with qtbot.assertNotEmitted(loader.thumbnail_ready):
        loader.load(Moons(), 0)
        qtbot.waitUntil(lambda: not loader.busy)
    loader.deleteLater()


def pixels(image: QImage) -> np.ndarray:
    plain = image.convertToFormat(QImage.Format.Format_RGBA8888)
    rows = np.array(plain.constBits()).reshape(plain.height(), plain.bytesPerLine())
    return rows[:, : plain.width() * 4].reshape(plain.height(), plain.width(), 4)
