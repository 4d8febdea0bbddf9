"""The gallery of misclassified samples: contents, order, selection and label corrections."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from time import perf_counter

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QMenu, QWidget
from pytestqt.qtbot import QtBot

from core.data.datasets import Iris, Moons
from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.inspect.predictions import Predictions
from core.nn import Dense
from core.nn.losses import CrossEntropy
from core.train.training_config import TrainingConfig
from playground.model.document import Document
from playground.training.state import TrainingState
from playground.views.mistakes import MistakesGallery
from playground.views.mistakes.sample_model import SampleModel
from playground.views.theme.theme import DARK, LIGHT, ThemeSource
from playground.window.main_window import MainWindow
from tests.playground.driving import click
from tests.playground.fakes import fake_prepared, fake_snapshot, mnist_experiment, points_experiment

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
PATIENCE_MS = 60_000
IRIS = Experiment(dataset=Iris(), layers=(Dense(4),), training=TrainingConfig(loss=CrossEntropy()))


class Shown:
    """A gallery of an experiment in its own window, with fake predictions."""

    def __init__(self, qtbot: QtBot, experiment: Experiment) -> None:
        parent = self._parent = QWidget()
        qtbot.addWidget(parent)
        self.document = Document(experiment, parent)
        self.prepared: PreparedData = fake_prepared(experiment)
        self.gallery = MistakesGallery(self.document, ThemeSource(None, "light", parent=parent), parent)
        self.asked = QSignalSpy(self.gallery.predictions_requested)
        self.gallery.show_data(self.prepared)
        self.gallery.open_cell(None, None)
        qtbot.waitUntil(self.gallery.isActiveWindow, timeout=PATIENCE_MS)

    def answer(self, wrong: int, epoch: int = 12) -> None:
        """Predict the next class for the first `wrong` test samples, with increasing confidence."""
        true = self.prepared.test_targets
        predicted = true.copy()
        classes = self.prepared.encoding.classes
        predicted[:wrong] = (true[:wrong] + 1) % classes
        sure = np.linspace(0.5, 0.9, len(true))
        self.gallery.show_predictions(Predictions("test", true, predicted, sure, 1, epoch))

    def listed(self) -> list[int]:
        model = self.gallery.model
        return [model.dataset_row(row) for row in range(model.rowCount())]

    def press_item(self, row: int, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        view = self.gallery.pages.currentWidget()
        rect = view.visualRect(self.gallery.model.index(row, 0))  # type: ignore[attr-defined]
        QTest.mouseClick(
            view.viewport(),  # type: ignore[attr-defined]
            Qt.MouseButton.LeftButton,
            modifier,
            rect.center(),
        )


@pytest.fixture
def show(qtbot: QtBot) -> Callable[[Experiment], Shown]:
    return lambda experiment: Shown(qtbot, experiment)


def test_mistakes_are_listed_with_the_surest_first(show: Callable[[Experiment], Shown]) -> None:
    shown = show(mnist_experiment())
    assert shown.asked.count() == 2  # on show, and for the cell
    assert "Looking" in shown.gallery.empty.text()
    shown.answer(wrong=5)
    assert shown.listed() == shown.prepared.test_index[:5][::-1].tolist()
    assert shown.gallery.count.text() == "5 of 60 test samples, most confident first"
    assert shown.gallery.moment.text() == "as of epoch 12"
    model = shown.gallery.model
    true = int(shown.prepared.test_targets[4])
    assert model.index(0, 0).data() == str(true)
    assert model.index(0, 1).data() == str((true + 1) % 10)
    assert model.index(0, 2).data() == "53 %"


def test_a_right_cell_has_the_least_sure_first(show: Callable[[Experiment], Shown]) -> None:
    shown = show(IRIS)
    shown.gallery.open_cell(1, 1)
    shown.answer(wrong=0)
    rows = np.flatnonzero(shown.prepared.test_targets == 1)
    assert shown.listed() == shown.prepared.test_index[rows].tolist()
    assert "least sure first" in shown.gallery.count.text()


def test_the_filters_choose_what_is_listed(qtbot: QtBot, show: Callable[[Experiment], Shown]) -> None:
    shown = show(IRIS)
    shown.answer(wrong=20)
    filters = shown.gallery.filters
    filters.true.setFocus()
    QTest.keyClick(filters.true, Qt.Key.Key_Down)
    assert filters.cell == (0, None)
    setosa = shown.prepared.test_targets[:20] == 0
    assert len(shown.listed()) == int(setosa.sum())
    QTest.keyClick(filters.predicted, Qt.Key.Key_End)
    assert shown.listed() == []
    assert shown.gallery.empty.text() == "No test sample of setosa is taken for virginica."
    click(filters.all_mistakes)
    assert len(shown.listed()) == 20
    click(filters.chips["train"])
    assert shown.asked.at(shown.asked.count() - 1) == ["train"]
    shown.answer(wrong=3)  # outdated: another split was requested since
    assert shown.listed() == []


def test_a_table_shows_the_values_as_they_are_in_the_file(show: Callable[[Experiment], Shown]) -> None:
    shown = show(IRIS)
    shown.answer(wrong=1)
    model = shown.gallery.model
    assert shown.gallery.pages.currentWidget() is shown.gallery.table
    values = [model.index(0, column).data() for column in range(3, model.columnCount())]
    wanted = shown.prepared.data.inputs[shown.prepared.test_index[0]]
    assert values == [f"{value:.4g}" for value in wanted]
    titles = [model.headerData(column, Qt.Orientation.Horizontal) for column in range(model.columnCount())]
    assert titles == ["True", "Taken for", "Sure", *shown.prepared.data.feature_names]


def test_points_are_rows_with_coordinates(show: Callable[[Experiment], Shown]) -> None:
    shown = show(points_experiment(4))
    shown.answer(wrong=2)
    assert shown.gallery.model.columnCount() == 5
    chosen = QSignalSpy(shown.gallery.sample_chosen)
    shown.press_item(1)
    assert chosen.at(0) == [0]


def test_a_click_tells_which_test_sample_to_look_at(show: Callable[[Experiment], Shown]) -> None:
    shown = show(mnist_experiment())
    shown.answer(wrong=3)
    chosen = QSignalSpy(shown.gallery.sample_chosen)
    shown.press_item(2)
    QTest.keyClick(shown.gallery.thumbnails, Qt.Key.Key_Left)
    assert [chosen.at(n)[0] for n in range(chosen.count())] == [0, 1]


def test_delete_drops_the_chosen_and_goes_on_with_the_next(show: Callable[[Experiment], Shown]) -> None:
    shown = show(mnist_experiment())
    shown.answer(wrong=4)
    first, second, third, fourth = shown.listed()
    shown.press_item(1)
    QTest.keyClick(shown.gallery.thumbnails, Qt.Key.Key_Delete)
    assert shown.document.experiment.corrections == ((second, None),)
    assert shown.document.undo_stack.undoText() == "Drop a sample"
    assert shown.listed() == [first, third, fourth]
    assert shown.gallery.chosen == [1]
    QTest.keyClick(shown.gallery.thumbnails, Qt.Key.Key_Delete)
    assert shown.listed() == [first, fourth]
    shown.document.undo_stack.undo()
    shown.document.undo_stack.undo()
    assert shown.listed() == [first, second, third, fourth]


def test_several_are_relabelled_at_once_and_restored(show: Callable[[Experiment], Shown]) -> None:
    shown = show(IRIS)
    shown.answer(wrong=5)
    bar = shown.gallery.corrections
    assert not bar.relabel.isEnabled()
    assert not bar.restore.isVisible()
    before = shown.listed()
    shown.press_item(0)
    shown.press_item(2, Qt.KeyboardModifier.ShiftModifier)
    bar.classes.actions()[2].trigger()
    assert shown.document.experiment.corrections == tuple(sorted((row, 2) for row in before[:3]))
    assert shown.document.undo_stack.undoText() == "Relabel 3 samples"
    assert bar.corrected.text() == "3 relabelled"
    assert all(row in shown.listed() or shown.prepared.data.targets[row] == 1 for row in before[:3])
    click(bar.restore)
    assert shown.document.experiment.corrections == ()
    assert shown.listed() == before


def test_a_part_cannot_be_emptied(show: Callable[[Experiment], Shown]) -> None:
    shown = show(IRIS)
    shown.answer(wrong=45)
    QTest.keyClick(shown.gallery.table, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(shown.gallery.chosen) == 45
    click(shown.gallery.corrections.drop)
    assert shown.document.experiment.corrections == ()
    assert shown.gallery.count.text() == "At least one test sample must be kept."


def test_the_menu_of_a_sample_offers_both(qtbot: QtBot, show: Callable[[Experiment], Shown]) -> None:
    shown = show(IRIS)
    shown.answer(wrong=2)
    shown.press_item(0)
    shown.gallery.table.customContextMenuRequested.emit(QPoint(4, 4))
    menus = [menu for menu in shown.gallery.findChildren(QMenu) if menu.isVisible()]
    assert [action.text() for action in menus[0].actions()] == ["&Relabel as", "&Drop"]
    menus[0].actions()[1].trigger()
    assert shown.document.experiment.corrections.dropped == 1
    menus[0].close()


def test_it_offers_to_look_again_once_the_network_has_learned(show: Callable[[Experiment], Shown]) -> None:
    shown = show(IRIS)
    shown.answer(wrong=2, epoch=12)
    snapshot = fake_snapshot(IRIS, epoch=12)
    shown.gallery.show_snapshot(snapshot)
    assert not shown.gallery.refresh.isEnabled()
    shown.gallery.show_snapshot(fake_snapshot(IRIS, epoch=13))
    asked = shown.asked.count()
    click(shown.gallery.refresh)
    assert shown.asked.count() == asked + 1


def test_other_data_empty_the_list_at_once(show: Callable[[Experiment], Shown]) -> None:
    shown = show(points_experiment(4))
    shown.answer(wrong=3)
    noisier = shown.document.experiment.replace(dataset=Moons(noise=0.4))
    shown.document.change("Change noise", noisier)
    assert shown.listed() == []
    shown.gallery.show_predictions(None)
    assert "tells classes apart" in shown.gallery.empty.text()


def test_thousands_of_samples_paint_only_what_is_seen(
    qtbot: QtBot, show: Callable[[Experiment], Shown]
) -> None:
    shown = show(mnist_experiment(samples=10_000, train_share=0.1))
    count = len(shown.prepared.test_targets)
    start = perf_counter()
    shown.answer(wrong=count)
    shown.gallery.grab()
    assert perf_counter() - start < 2.0
    assert shown.gallery.model.rowCount() == count == 9000
    assert 0 < len(shown.gallery.model._pictures) < 100


def test_thumbnails_follow_the_theme(qtbot: QtBot, show: Callable[[Experiment], Shown]) -> None:
    shown = show(mnist_experiment())
    shown.answer(wrong=1)
    model: SampleModel = shown.gallery.model

    def corner() -> str:
        image: QImage = model.picture(0, 64, 1.0).toImage()
        return image.pixelColor(1, 1).name()

    assert corner() == LIGHT.field
    model.show_theme(DARK)
    assert corner() == DARK.field


def test_a_cell_of_the_matrix_opens_its_samples_and_a_drop_keeps_what_was_learned(
    qtbot: QtBot, window: MainWindow
) -> None:
    session, gallery = window.session, window.panels.mistakes
    session.step_epoch()
    qtbot.waitUntil(lambda: session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    window.results.tabs.setCurrentIndex(2)
    matrix = window.results.confusion.matrix
    qtbot.waitUntil(lambda: bool(matrix.counts.size), timeout=PATIENCE_MS)
    true, predicted = (int(n) for n in np.unravel_index(matrix.counts.argmax(), matrix.counts.shape))
    click(matrix, matrix.cell_rect(true, predicted).center().toPoint())
    assert gallery.isVisible()
    wanted = int(matrix.counts[true, predicted])
    qtbot.waitUntil(lambda: gallery.model.rowCount() == wanted, timeout=PATIENCE_MS)
    table = gallery.table
    QTest.mouseClick(
        table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualRect(gallery.model.index(0, 0)).center()
    )
    row = gallery.model.part_row(0)
    assert session.request.sample == row
    assert window.output.plot._marked == row
    with qtbot.waitSignal(session.run_started, timeout=PATIENCE_MS):
        QTest.keyClick(table, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: window.snapshot_router.snapshot is not None, timeout=PATIENCE_MS)
    assert window.snapshot_router.snapshot is not None
    assert window.snapshot_router.snapshot.epoch == 1
    qtbot.waitUntil(lambda: gallery.model.rowCount() == wanted - 1, timeout=PATIENCE_MS)
    QTest.keyClick(gallery, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: gallery.model.rowCount() == wanted, timeout=PATIENCE_MS)
    gallery.close()
    assert window.output.plot._marked is None


def test_enter_opens_the_cell_that_the_arrows_reached(qtbot: QtBot, window: MainWindow) -> None:
    confusion = window.results.confusion
    window.results.tabs.setCurrentIndex(2)
    qtbot.waitUntil(lambda: bool(confusion.matrix.counts.size), timeout=PATIENCE_MS)
    asked = QSignalSpy(confusion.mistakes_requested)
    confusion.matrix.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Return):
        QTest.keyClick(confusion.matrix, key)
    assert asked.at(0) == [0, 1]
    assert window.panels.mistakes.filters.cell == (0, 1)
    click(confusion.mistakes)
    assert window.panels.mistakes.filters.cell == (None, None)


def test_the_data_of_before_are_let_go(show: Callable[[Experiment], Shown]) -> None:
    shown = show(mnist_experiment())
    shown.answer(wrong=5)
    shown.gallery.hide()
    before = weakref.ref(shown.prepared)
    shown.prepared = fake_prepared(IRIS)
    shown.gallery.show_data(shown.prepared)
    assert before() is None
    shown.gallery.open_cell(None, None)
    assert "Looking" in shown.gallery.empty.text()
    shown.answer(wrong=2)
    assert len(shown.listed()) == 2


def test_more_corrections_than_there_may_be_are_refused_in_words(
    show: Callable[[Experiment], Shown], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.data.label_corrections.MAX_CORRECTIONS", 3)
    shown = show(mnist_experiment())
    shown.answer(wrong=5)
    shown.gallery.thumbnails.selectAll()
    click(shown.gallery.corrections.drop)
    assert "at most 3, got 5" in shown.gallery.count.text()
    assert not shown.document.experiment.corrections
    assert len(shown.listed()) == 5


def test_the_last_samples_stay_though_others_were_dropped_a_moment_ago(
    show: Callable[[Experiment], Shown],
) -> None:
    shown = show(mnist_experiment())
    shown.answer(wrong=60)
    shown.press_item(0)
    click(shown.gallery.corrections.drop)
    assert len(shown.listed()) == 59
    shown.gallery.thumbnails.selectAll()
    click(shown.gallery.corrections.drop)
    assert "must be kept" in shown.gallery.count.text()
    assert shown.document.experiment.corrections.dropped == 1
