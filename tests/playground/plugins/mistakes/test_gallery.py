"""The gallery of misclassified samples: contents, order, selection and label corrections."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from core.data.datasets import Iris, Moons
from core.experiment.experiment import Experiment
from core.nn import Dense
from core.nn.losses import CrossEntropy
from core.train.training_config import TrainingConfig
from playground.training.state import TrainingState
from playground.window.main_window import MainWindow
from tests.playground.driving import click
from tests.playground.fakes import fake_snapshot, mnist_experiment, points_experiment
from tests.playground.plugins.mistakes.shown_gallery import PATIENCE_MS, Shown

IRIS = Experiment(dataset=Iris(), layers=(Dense(4),), training=TrainingConfig(loss=CrossEntropy()))


def test_a_click_tells_which_test_sample_to_look_at(show: Callable[[Experiment], Shown]) -> None:
    shown = show(mnist_experiment())
    shown.prediction(wrong=3)
    chosen = QSignalSpy(shown.gallery.sample_chosen)
    shown.press_item(2)
    QTest.keyClick(shown.gallery.thumbnails, Qt.Key.Key_Left)
    assert [chosen.at(n)[0] for n in range(chosen.count())] == [0, 1]


def test_the_menu_of_a_sample_offers_both(qtbot: QtBot, show: Callable[[Experiment], Shown]) -> None:
    shown = show(IRIS)
    shown.prediction(wrong=2)
    shown.press_item(0)
    shown.gallery.table.customContextMenuRequested.emit(QPoint(4, 4))
    menus = [menu for menu in shown.gallery.findChildren(QMenu) if menu.isVisible()]
    assert [action.text() for action in menus[0].actions()] == ["&Relabel as", "&Drop"]
    menus[0].actions()[1].trigger()
    assert shown.document.experiment.corrections.dropped == 1
    menus[0].close()


def test_it_offers_to_look_again_once_the_network_has_learned(show: Callable[[Experiment], Shown]) -> None:
    shown = show(IRIS)
    shown.prediction(wrong=2, epoch=12)
    snapshot = dataclasses.replace(fake_snapshot(IRIS, epoch=12), step=0)
    shown.gallery.show_snapshot(snapshot)
    assert not shown.gallery.refresh.isEnabled()
    # Some batches later.
    shown.gallery.show_snapshot(dataclasses.replace(snapshot, step=3))
    asked = shown.asked.count()
    click(shown.gallery.refresh)
    assert shown.asked.count() == asked + 1


def test_it_says_that_it_looks_while_it_looks(show: Callable[[Experiment], Shown]) -> None:
    shown = show(IRIS)
    shown.prediction(wrong=0)
    asked = shown.asked.count()
    click(shown.gallery.filters.chips["train"])
    assert shown.asked.count() == asked + 1
    assert shown.gallery.empty.text() == "Looking at the samples…"
    shown.gallery.show_predictions(None)
    assert "tells classes apart" in shown.gallery.empty.text()


def test_other_data_empty_the_list_at_once(show: Callable[[Experiment], Shown]) -> None:
    shown = show(points_experiment(4))
    shown.prediction(wrong=3)
    noisier = shown.document.experiment.replace(dataset=Moons(noise=0.4))
    shown.document.change("Change noise", noisier)
    assert shown.listed() == []
    assert shown.gallery.empty.text() == "Looking at the samples…"
    shown.gallery.show_predictions(None)
    assert "tells classes apart" in shown.gallery.empty.text()


def test_a_cell_of_the_matrix_opens_its_samples_and_a_drop_keeps_what_was_learned(
    qtbot: QtBot, window: MainWindow
) -> None:
    session, gallery = window.session, window.plugins["mistakes"].view
    session.step_epoch()
    qtbot.waitUntil(lambda: session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    window.results.show_page(window.results.confusion)
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
    window.results.show_page(window.results.confusion)
    qtbot.waitUntil(lambda: bool(confusion.matrix.counts.size), timeout=PATIENCE_MS)
    asked = QSignalSpy(confusion.mistakes_requested)
    confusion.matrix.setFocus()
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Right, Qt.Key.Key_Return):
        QTest.keyClick(confusion.matrix, key)
    assert asked.at(0) == [0, 1]
    assert window.plugins["mistakes"].view.filters.cell == (0, 1)
    click(confusion.mistakes)
    assert window.plugins["mistakes"].view.filters.cell == (None, None)


def test_the_last_samples_stay_though_others_were_dropped_a_moment_ago(
    show: Callable[[Experiment], Shown],
) -> None:
    shown = show(mnist_experiment())
    shown.prediction(wrong=60)
    shown.press_item(0)
    click(shown.gallery.corrections.drop)
    assert len(shown.listed()) == 59
    shown.gallery.thumbnails.selectAll()
    click(shown.gallery.corrections.drop)
    assert "must be kept" in shown.gallery.count.text()
    assert shown.document.experiment.corrections.dropped == 1
