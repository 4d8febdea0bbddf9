"""Datasets are picked from their tiles."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from core.data.datasets import (
    DATASETS,
    Circles,
    Dataset,
    Moons,
    Painted,
    Plane,
    Spirals,
    Wine,
)
from core.data.datasets.text_datasets import Names
from core.data.datasets.toy_sequences import Reverse
from core.experiment.adapt import with_dataset
from core.experiment.experiment import Experiment
from core.nn.losses import MeanSquaredError
from core.train.tasks import NextToken
from playground.model.document import Document
from playground.views.sidebar import DatasetPanel
from tests.playground.views.sidebar.shown_panel import LEFT

pytestmark = pytest.mark.usefixtures("themed")


KINDS = pytest.mark.parametrize("kind", list(DATASETS), ids=lambda kind: kind.kind)


# The painted dataset is shown once it is in use.
SHOWN = [kind for kind in DATASETS if kind.kind != "painted"]


def test_a_click_on_the_dataset_in_use_changes_nothing(panel: DatasetPanel, document: Document) -> None:
    QTest.mouseClick(panel.gallery.tile("moons"), LEFT)
    assert document.undo_stack.count() == 0
    assert panel.gallery.tile("moons").isChecked()


def test_arrows_move_and_enter_or_space_picks(panel: DatasetPanel, document: Document) -> None:
    gallery = panel.gallery
    gallery.tile("moons").setFocus()

    def focused() -> str:
        return next(kind.kind for kind in DATASETS if gallery.tile(kind.kind).hasFocus())

    for key, wanted in (
        (Qt.Key.Key_Right, "circles"),
        (Qt.Key.Key_Down, "blobs"),
        (Qt.Key.Key_Down, "digits"),
        (Qt.Key.Key_Down, "digits"),
        (Qt.Key.Key_Left, "iris"),
        (Qt.Key.Key_Left, "gaussian_quantiles"),
        (Qt.Key.Key_Up, "spirals"),
    ):
        QTest.keyClick(gallery.tile(focused()), key)
        assert focused() == wanted
    assert document.experiment.dataset == Moons()
    QTest.keyClick(gallery.tile("spirals"), Qt.Key.Key_Return)
    assert document.experiment.dataset == Spirals()
    QTest.keyClick(gallery.tile("spirals"), Qt.Key.Key_Left)
    QTest.keyClick(gallery.tile("circles"), Qt.Key.Key_Space)
    assert document.experiment.dataset == Circles()


def test_all_datasets_are_there_the_rest_under_more(panel: DatasetPanel, document: Document) -> None:
    gallery = panel.gallery
    hidden = [kind.kind for kind in SHOWN if not gallery.tile(kind.kind).isVisible()]
    assert set(hidden) >= {"plane", "multi_gauss", "wine", "breast_cancer", "circle", "gauss"}
    assert gallery.more.text() == f"{len(hidden)} more"
    QTest.mouseClick(gallery.more, LEFT)
    assert all(gallery.tile(kind.kind).isVisible() for kind in SHOWN)
    QTest.mouseClick(gallery.tile("plane"), LEFT)
    assert document.experiment.dataset == Plane()
    assert document.experiment.training.loss == MeanSquaredError()
    QTest.mouseClick(gallery.more, LEFT)
    # The gallery keeps a tab stop.
    assert gallery.tile("moons").focusPolicy() == Qt.FocusPolicy.StrongFocus
    assert not gallery.tile("plane").isVisible()


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
    tile, other = panel.gallery.tile("moons"), panel.gallery.tile("circles")
    QTest.mouseClick(tile, LEFT)
    clicked = tile.grab().toImage()
    QTest.keyClick(tile, Qt.Key.Key_Right)
    assert other.hasFocus()
    QTest.keyClick(other, Qt.Key.Key_Left)
    assert tile.hasFocus()
    assert tile.grab().toImage() != clicked


def test_all_tiles_are_equal_and_on_one_grid(panel: DatasetPanel, document: Document) -> None:
    gallery = panel.gallery
    document.load(Experiment(dataset=Painted()))
    # Whole rows: the hole beside the painted points is filled.
    assert gallery.more.text() == "17 more"

    def places() -> list[tuple[int, int, int]]:
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        tiles = [gallery.tile(kind.kind) for kind in DATASETS if gallery.tile(kind.kind).isVisible()]
        return [(tile.x(), tile.y(), tile.width()) for tile in tiles]

    for count in (12, len(list(DATASETS))):
        found = places()
        assert len(found) == count
        assert len({x for x, _, _ in found}) == 3
        assert max(width for *_, width in found) - min(width for *_, width in found) <= 1
        assert len({y for _, y, _ in found}) == -(-count // 3)
        QTest.mouseClick(gallery.more, LEFT)


def test_a_high_sidebar_shows_all_until_the_user_chooses(panel: DatasetPanel) -> None:
    gallery = panel.gallery
    gallery.fit(1300)
    assert gallery.tile("plane").isVisible()
    gallery.fit(800)
    assert not gallery.tile("plane").isVisible()
    gallery.fit(1300)
    QTest.mouseClick(gallery.more, LEFT)
    gallery.fit(1001)
    assert not gallery.tile("plane").isVisible()


def test_sequences_bring_their_favourites_in_place_of_the_third_row(
    panel: DatasetPanel, document: Document
) -> None:
    gallery = panel.gallery
    assert not gallery.tile("names").isVisible()
    document.load(with_dataset(Experiment(), Reverse()))
    shown = [kind.kind for kind in DATASETS if gallery.tile(kind.kind).isVisible()]
    assert sorted(shown) == sorted(
        ["moons", "circles", "spirals", "iris", "digits", "mnist", "names", "add", "reverse"]
    )
    assert gallery.tile("reverse").isChecked()
    QTest.mouseClick(gallery.tile("names"), LEFT)
    assert document.experiment.dataset == Names()
    assert document.experiment.task == NextToken()
    # Tokens are no numbers that could be scaled, and each setting has its slider.
    assert panel.slider("samples").value == 8_000
    document.undo_stack.undo()
    assert document.experiment.dataset == Reverse()
    QTest.mouseClick(gallery.tile("moons"), LEFT)
    assert gallery.tile("xor").isVisible()
