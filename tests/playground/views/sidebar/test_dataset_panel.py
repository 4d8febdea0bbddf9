"""The DATA section: gallery by mouse and keys, sliders with undo, seeds, features and scaling."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from core.data.datasets import (
    DATASETS,
    Blobs,
    Circles,
    Dataset,
    Digits,
    Iris,
    MinMax,
    MnistSubset,
    Moons,
    NoScaling,
    Plane,
    Spirals,
    Standardize,
    TableFile,
    Wine,
)
from core.data.datasets.sklearn_import import sklearn_datasets
from core.data.features import FEATURES
from core.data.tables.read_table import read_table
from core.data.tables.table_schema import guess_schema
from core.experiment.experiment import Experiment
from core.nn import Dense, Flatten, Tanh
from core.nn.losses import BinaryCrossEntropy, CrossEntropy, MeanSquaredError
from playground.model.document import Document
from playground.views.sidebar import DatasetPanel, InputSection, SidePanel
from playground.views.theme.theme import DARK, LIGHT, Theme, ThemeSource, apply
from playground.views.widgets import LabeledSlider, Toast
from playground.views.widgets.dataset_thumbnails import (
    MAX_POINTS,
    ThumbnailLoader,
    make_thumbnail,
    paint_thumbnail,
)

LEFT = Qt.MouseButton.LeftButton
KINDS = pytest.mark.parametrize("kind", list(DATASETS), ids=lambda kind: kind.kind)
# The painted dataset is shown once it is in use.
SHOWN = [kind for kind in DATASETS if kind.kind != "painted"]

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture(autouse=True)
def themed(qapp: QApplication) -> Iterator[None]:
    apply(qapp, LIGHT)
    yield
    qapp.setStyleSheet("")


@pytest.fixture
def document(qapp: QApplication) -> Document:
    return Document(Experiment(dataset=Moons(), layers=(Dense(6, activation=Tanh()),)))


def shown(qtbot: QtBot, widget: QWidget, width: int = 216, height: int = 785) -> None:
    qtbot.addWidget(widget)
    widget.resize(width, height)
    widget.show()
    widget.activateWindow()
    qtbot.waitUntil(widget.isActiveWindow)


@pytest.fixture
def panel(qtbot: QtBot, document: Document) -> DatasetPanel:
    made = DatasetPanel(document, ThemeSource(mode="light"))
    shown(qtbot, made, height=500)
    return made


@pytest.fixture
def inputs(qtbot: QtBot, document: Document) -> InputSection:
    made = InputSection(document)
    shown(qtbot, made, height=200)
    return made


def drag(slider: LabeledSlider, *xs: int) -> None:
    track, middle = slider.track, slider.track.height() // 2
    QTest.mousePress(track, LEFT, pos=QPoint(xs[0], middle))
    for x in xs:
        QTest.mouseMove(track, QPoint(x, middle))
    QTest.mouseRelease(track, LEFT, pos=QPoint(xs[-1], middle))


# --- the gallery ----------------------------------------------------------------------------------------------


def test_a_click_uses_the_dataset_as_one_step(panel: DatasetPanel, document: Document) -> None:
    QTest.mouseClick(panel.gallery.tile("spirals"), LEFT)
    assert document.experiment.dataset == Spirals()
    assert document.experiment.layers == (Dense(6, activation=Tanh()),)
    assert document.undo_stack.undoText() == "Use Spirals"
    assert panel.gallery.tile("spirals").isChecked()
    document.undo_stack.undo()
    assert document.experiment.dataset == Moons()
    assert panel.gallery.tile("moons").isChecked()
    assert not panel.gallery.tile("spirals").isChecked()


def test_picking_fits_loss_and_layers(panel: DatasetPanel, document: Document) -> None:
    QTest.mouseClick(panel.gallery.tile("digits"), LEFT)
    assert document.experiment.training.loss == CrossEntropy()
    assert document.experiment.layers == (Flatten(), Dense(32, activation=Tanh()))
    QTest.mouseClick(panel.gallery.tile("iris"), LEFT)
    assert document.experiment.scaling == Standardize()
    assert document.experiment.layers == (Dense(8, activation=Tanh()),)


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


def test_a_dataset_comes_back_as_it_was_used(panel: DatasetPanel, document: Document) -> None:
    QTest.keyClick(panel.slider("noise").track, Qt.Key.Key_Right)
    QTest.mouseClick(panel.gallery.tile("blobs"), LEFT)
    QTest.keyClick(panel.slider("centers").track, Qt.Key.Key_Right)
    QTest.mouseClick(panel.gallery.tile("moons"), LEFT)
    assert document.experiment.dataset == Moons(noise=0.11)
    QTest.mouseClick(panel.gallery.tile("blobs"), LEFT)
    assert document.experiment.dataset == Blobs(centers=3)
    assert document.experiment.training.loss == CrossEntropy()


# --- sliders and the seed -------------------------------------------------------------------------------------


def test_a_drag_applies_live_and_is_one_step(panel: DatasetPanel, document: Document) -> None:
    seen: list[float] = []
    document.experiment_changed.connect(lambda experiment: seen.append(experiment.dataset.noise))
    slider = panel.slider("noise")
    drag(slider, 30, 60, 90, 120)
    assert len(seen) >= 3
    assert seen == sorted(seen)
    assert document.experiment.dataset == Moons(noise=slider.value)
    assert document.undo_stack.count() == 1
    assert document.undo_stack.undoText() == "Change Noise"
    drag(slider, 120, 60)
    assert document.undo_stack.count() == 2
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert (document.experiment.dataset, slider.value) == (Moons(), 0.1)


@KINDS
def test_every_setting_of_every_dataset_has_a_control(
    kind: type[Dataset], panel: DatasetPanel, document: Document
) -> None:
    document.load(Experiment(dataset=kind()))
    names = [row.setting.name for row in panel.form.rows()]
    for item in kind.settings():
        if item.name in names:
            continue
        before = document.experiment.dataset
        slider = panel.slider(item.name)
        up = slider.track.value() < slider.track.maximum()
        QTest.keyClick(slider.track, Qt.Key.Key_PageUp if up else Qt.Key.Key_PageDown)
        changed = getattr(document.experiment.dataset, item.name)
        assert changed != getattr(before, item.name)
        assert changed == round(changed) or item.type == "float"
    assert document.undo_stack.count() == len(kind.settings()) - len(names)


def test_more_classes_take_another_loss(panel: DatasetPanel, document: Document) -> None:
    QTest.mouseClick(panel.gallery.tile("blobs"), LEFT)
    assert document.experiment.training.loss == BinaryCrossEntropy()
    drag(panel.slider("centers"), 60, 120)
    assert document.experiment.dataset.info().outputs > 2
    assert document.experiment.training.loss == CrossEntropy()
    document.undo_stack.undo()
    assert (document.experiment.dataset, document.experiment.training.loss) == (Blobs(), BinaryCrossEntropy())


def test_train_and_test_are_divided(panel: DatasetPanel, document: Document) -> None:
    drag(panel.share, 100, 60, 20)
    share = document.experiment.train_share
    assert share == pytest.approx(panel.share.value)
    assert share < 0.5
    assert document.undo_stack.count() == 1
    QTest.mouseDClick(panel.share.track, LEFT)
    assert document.experiment.train_share == 0.7
    assert panel.share.track.accessibleDescription().startswith("70 / 30")


def test_new_seed(panel: DatasetPanel, document: Document) -> None:
    QTest.mouseClick(panel.new_seed, LEFT)
    assert document.experiment.data_seed == 1
    assert "The seed is 1 now" in panel.new_seed.toolTip()
    QTest.keyClick(panel.new_seed, Qt.Key.Key_Space)
    assert document.experiment.data_seed == 2
    document.undo_stack.undo()
    document.undo_stack.undo()
    assert "The seed is 0 now" in panel.new_seed.toolTip()


# --- features and preprocessing -------------------------------------------------------------------------------


def test_chips_choose_the_features(inputs: InputSection, document: Document) -> None:
    QTest.mouseClick(inputs.features.chip("sin_x1"), LEFT)
    assert document.experiment.features == ("x1", "x2", "sin_x1")
    assert document.undo_stack.undoText() == "Add sin x₁ to the inputs"
    QTest.keyClick(inputs.features.chip("x1"), Qt.Key.Key_Space)
    assert document.experiment.features == ("x2", "sin_x1")
    document.undo_stack.undo()
    assert inputs.features.on() == ["x1", "x2", "sin_x1"]
    assert [name for name in FEATURES if inputs.features.chip(name).isVisible()] == list(FEATURES)


def test_the_last_feature_stays_on(inputs: InputSection, document: Document) -> None:
    QTest.mouseClick(inputs.features.chip("x2"), LEFT)
    for _ in range(3):
        QTest.mouseClick(inputs.features.chip("x1"), LEFT)
    assert document.experiment.features == ("x1",)
    assert inputs.features.on() == ["x1"]
    assert document.undo_stack.count() == 1
    toasts = inputs.findChildren(Toast)
    assert [toast.text for toast in toasts] == [
        "The network needs at least one input: the last feature stays on."
    ]
    toasts[0].dismiss()
    toasts[0].dismissed.emit()
    assert inputs.toast is None


def test_tables_and_images_are_preprocessed_instead(inputs: InputSection, document: Document) -> None:
    assert not inputs.scalings.isVisible()
    document.load(Experiment(dataset=Iris(), scaling=Standardize()))
    assert inputs.scalings.isVisible()
    assert not inputs.features.isVisible()
    assert inputs.scalings.on() == ["standardize"]
    QTest.mouseClick(inputs.scalings.chip("minmax"), LEFT)
    assert document.experiment.scaling == MinMax()
    assert document.undo_stack.undoText() == "Preprocess: Scale 0–1"
    QTest.mouseClick(inputs.scalings.chip("minmax"), LEFT)
    assert inputs.scalings.on() == ["minmax"]
    assert document.undo_stack.count() == 1
    document.undo_stack.undo()
    assert inputs.scalings.on() == ["standardize"]
    document.load(Experiment(dataset=Moons(), scaling=NoScaling()))
    assert inputs.features.isVisible()


# --- thumbnails -----------------------------------------------------------------------------------------------


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
    qtbot.waitUntil(lambda: not gallery.loading, timeout=30_000)
    assert all(gallery.tile(kind.kind).has_thumbnail for kind in DATASETS)
    quiet = gallery.tile("moons").grab().toImage()
    assert quiet != placeholder
    drag(panel.slider("noise"), 60, 150)
    qtbot.waitUntil(lambda: not gallery.loading, timeout=30_000)
    noisy = gallery.tile("moons").grab().toImage()
    assert noisy != quiet
    QTest.mouseClick(panel.new_seed, LEFT)
    qtbot.waitUntil(lambda: not gallery.loading, timeout=30_000)
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
    qtbot.waitUntil(lambda: not loader.busy, timeout=30_000)
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
        qtbot.waitUntil(lambda: not loader.busy, timeout=30_000)
    loader.deleteLater()


def pixels(image: QImage) -> np.ndarray:
    plain = image.convertToFormat(QImage.Format.Format_RGBA8888)
    rows = np.array(plain.constBits()).reshape(plain.height(), plain.bytesPerLine())
    return rows[:, : plain.width() * 4].reshape(plain.height(), plain.width(), 4)


# --- the sidebar --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_column_fits_without_scrolling(theme: str, qtbot: QtBot, qapp: QApplication) -> None:
    themes = ThemeSource(qapp, mode=theme)  # type: ignore[arg-type]
    document = Document(Experiment(dataset=Spirals(), layers=(Dense(6, activation=Tanh()),)))
    column = SidePanel(document, themes)
    shown(qtbot, column)
    document.select(0)
    QApplication.sendPostedEvents()
    assert isinstance(column, QScrollArea)
    assert column.verticalScrollBar().maximum() == 0
    assert column.horizontalScrollBar().maximum() == 0
    column.resize(216, 600)
    QApplication.sendPostedEvents()
    assert column.verticalScrollBar().maximum() > 0
    content = column.widget()
    assert content is not None
    assert content.width() == column.viewport().width()
