"""Datasets are picked from their tiles."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.data.datasets import (
    DATASETS,
    Dataset,
    Digits,
    Moons,
    Painted,
    Plane,
    Spirals,
    TableFile,
    Wine,
    Xor,
)
from core.data.datasets.sklearn_tables import sklearn_datasets
from core.data.datasets.text_datasets import Names
from core.data.datasets.toy_sequences import Repeat
from core.data.tables.read_table import read_table
from core.data.tables.table_schema import guess_schema
from core.experiment.experiment import Experiment
from core.train.tasks import NextToken
from playground.model.document import Document
from playground.model.hideable_controls import SIMPLE_DATA
from playground.views.sidebar import DatasetPanel
from playground.views.sidebar.dataset_gallery import FULL_DATA, DatasetGallery, DatasetTile
from playground.views.theme.colors import DARK, LIGHT, Theme
from playground.views.widgets.dataset_thumbnails import (
    MAX_POINTS,
    ThumbnailLoader,
    make_thumbnail,
    paint_thumbnail,
)
from tests.core.experiment.on_data import with_dataset
from tests.playground.views.sidebar.shown_panel import LEFT, drag

pytestmark = pytest.mark.usefixtures("themed")


KINDS = pytest.mark.parametrize("kind", list(DATASETS), ids=lambda kind: kind.kind)


def places(gallery: DatasetGallery) -> dict[str, tuple[int, int]]:
    """(row, column) of the tiles that are shown, in their order."""
    tiles = [tile for tile in gallery.findChildren(DatasetTile) if tile.isVisible()]
    found = {tile.kind.kind: gallery._grid.getItemPosition(gallery._grid.indexOf(tile))[:2] for tile in tiles}
    return dict(sorted(found.items(), key=lambda item: item[1]))  # type: ignore[arg-type, return-value]


def test_a_click_on_the_dataset_in_use_changes_nothing(panel: DatasetPanel, document: Document) -> None:
    QTest.mouseClick(panel.gallery.tile("moons"), LEFT)
    assert document.undo_stack.count() == 0
    assert panel.gallery.tile("moons").isChecked()


def test_all_tiles_of_the_simple_view_have_pictures(panel: DatasetPanel, qtbot: QtBot) -> None:
    gallery = panel.gallery
    qtbot.waitUntil(lambda: not gallery.loading)
    gallery.show_plain(True)
    assert all(gallery.tile(name).has_thumbnail for name in SIMPLE_DATA)


def test_arrows_move_and_enter_or_space_picks(panel: DatasetPanel, document: Document) -> None:
    gallery = panel.gallery
    gallery.tile("moons").setFocus()

    def focused() -> str:
        return next(kind for kind in places(gallery) if gallery.tile(kind).hasFocus())

    for key, wanted in (
        (Qt.Key.Key_Right, "spirals"),
        (Qt.Key.Key_Down, "digits"),
        (Qt.Key.Key_Down, "digits"),
        (Qt.Key.Key_Left, "iris"),
        (Qt.Key.Key_Left, "xor"),
        (Qt.Key.Key_Left, "spirals"),
    ):
        QTest.keyClick(gallery.tile(focused()), key)
        assert focused() == wanted
    assert document.experiment.dataset == Moons()
    QTest.keyClick(gallery.tile("spirals"), Qt.Key.Key_Return)
    assert document.experiment.dataset == Spirals()
    QTest.keyClick(gallery.tile("spirals"), Qt.Key.Key_Right)
    QTest.keyClick(gallery.tile("xor"), Qt.Key.Key_Space)
    assert document.experiment.dataset == Xor()


def test_a_text_is_among_the_first_and_a_button_leads_to_all(panel: DatasetPanel, qtbot: QtBot) -> None:
    gallery = panel.gallery
    assert places(gallery) == dict(zip(FULL_DATA, ((at // 3, at % 3) for at in range(6)), strict=True))
    with qtbot.waitSignal(gallery.all_requested):
        QTest.mouseClick(gallery.all, LEFT)


def test_the_dataset_in_use_is_never_hidden_at_first(panel: DatasetPanel, document: Document) -> None:
    document.load(Experiment(dataset=Wine()))
    assert panel.gallery.tile("wine").isVisible()
    assert panel.gallery.tile("wine").isChecked()


@KINDS
def test_tiles_are_named(kind: type[Dataset], panel: DatasetPanel) -> None:
    tile = panel.gallery.tile(kind.kind)
    assert (tile.accessibleName(), tile.accessibleDescription()) == (kind.title, kind.summary)
    assert kind.summary in tile.toolTip()


def test_the_focus_is_seen_after_keys_and_not_after_a_click(panel: DatasetPanel) -> None:
    tile, other = panel.gallery.tile("moons"), panel.gallery.tile("spirals")
    QTest.mouseClick(tile, LEFT)
    clicked = tile.grab().toImage()
    QTest.keyClick(tile, Qt.Key.Key_Right)
    assert other.hasFocus()
    QTest.keyClick(other, Qt.Key.Key_Left)
    assert tile.hasFocus()
    assert tile.grab().toImage() != clicked


def test_data_that_are_used_get_a_row_and_no_tile_ever_moves(panel: DatasetPanel, document: Document) -> None:
    gallery, before = panel.gallery, places(panel.gallery)
    for kind in FULL_DATA:
        QTest.mouseClick(gallery.tile(kind), LEFT)
        assert places(gallery) == before, kind
    for dataset in (Painted(), Wine(), Repeat(order="backwards"), Plane(), Wine()):
        document.load(with_dataset(Experiment(), dataset))
        shown = places(gallery)
        assert shown | before == shown, dataset
        assert gallery.tile(dataset.kind).isChecked()
    assert list(shown)[6:] == ["wine", Repeat(order="backwards").kind, "plane"]
    QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
    tiles = [gallery.tile(kind) for kind in shown]
    assert len({tile.x() for tile in tiles}) == 3
    assert len({tile.y() for tile in tiles}) == 3
    assert max(tile.width() for tile in tiles) - min(tile.width() for tile in tiles) <= 1
    QTest.mouseClick(gallery.tile("names"), LEFT)
    assert document.experiment.dataset == Names()
    assert document.experiment.task == NextToken()
    # Tokens are no numbers that could be scaled, and each setting has its slider.
    assert panel.slider("samples").value == 8_000
    gallery.show_plain(True)
    assert list(places(gallery)) == [*SIMPLE_DATA, "plane", "names"]


@KINDS
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_every_dataset_has_a_picture(kind: type[Dataset], theme: Theme, qapp: QApplication) -> None:
    made = make_thumbnail(kind(), 0)
    assert len(made.points) == len(made.values) <= MAX_POINTS
    assert np.abs(made.points).max(initial=0) <= 1 + 1e-6
    picture = paint_thumbnail(made, theme, 58, 44, 2)
    assert (picture.width(), picture.height()) == (116, 88)
    alpha = pixels(picture)[..., 3]
    assert 0.005 < (alpha > 128).mean() < 0.7
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
    for dataset in (Digits(), Digits(size="28x28")):
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
    assert all(gallery.tile(kind).has_thumbnail for kind in FULL_DATA)
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
