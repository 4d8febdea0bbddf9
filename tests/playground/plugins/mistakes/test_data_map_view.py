"""The data map in the gallery: points, pointer, keys, lives, the hardest samples, and corrections from there."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QSignalSpy, QTest
from pytestqt.qtbot import QtBot

from core.data.datasets import Blobs, Iris
from core.experiment.experiment import Experiment
from core.inspect.data_map import DataMap
from core.inspect.predictions import SplitPredictions
from core.nn import Dense
from core.nn.losses import CrossEntropy, MeanSquaredError
from core.train.figures import Place
from core.train.training_config import TrainingConfig
from playground.training.state import TrainingState
from playground.window.main_window import MainWindow
from tests.playground.driving import click
from tests.playground.fakes import mnist_experiment
from tests.playground.plugins.mistakes.shown_gallery import PATIENCE_MS, Shown

IRIS = Experiment(dataset=Iris(), layers=(Dense(4),), training=TrainingConfig(loss=CrossEntropy()))


class Mapped:
    """A gallery that shows a made-up map: sample n of the part is the n-th hardest but for the first two."""

    def __init__(self, shown: Shown, epochs: int = 4) -> None:
        self.shown, self.gallery = shown, shown.gallery
        self.plot, self.life = shown.gallery.map.plot, shown.gallery.map.life
        self.asked = QSignalSpy(shown.gallery.map_requested)
        click(self.gallery.mode.buttons["map"])
        self.prediction(epochs)

    def prediction(self, epochs: int = 4) -> None:
        part = self.gallery.filters.part
        samples = getattr(self.shown.prepared, part)
        mean = np.linspace(0.1, 0.9, len(samples))
        mean[:2] = mean[1::-1]
        self.sure = np.clip(mean + np.linspace(-0.1, 0.1, epochs)[:, None], 0.0, 1.0)
        self.gallery.show_map(DataMap(part, 1, np.arange(1.0, epochs + 1), self.sure))
        predicted = SplitPredictions(
            part, samples.labels, samples.labels, np.full(len(samples), 0.7), 1, Place(epochs)
        )
        self.gallery.show_predictions(predicted)

    def point(self, row: int) -> QPoint:
        return self.plot.place(row).toPoint()


@pytest.fixture
def mapped(show: Callable[[Experiment], Shown]) -> Mapped:
    return Mapped(show(IRIS))


def test_it_lists_all_training_samples_with_the_hardest_first(mapped: Mapped) -> None:
    index = mapped.shown.prepared.train_index
    assert mapped.asked.at(0)[0] == "train"
    assert mapped.shown.listed()[:3] == [index[1], index[0], index[2]]
    assert mapped.gallery.count.text() == f"{len(index)} training samples, hardest first"
    assert not mapped.gallery.filters.predicted.isVisible()
    click(mapped.gallery.mode.buttons["list"])
    assert mapped.asked.at(mapped.asked.count() - 1)[0] is None
    assert mapped.gallery.filters.predicted.isVisible()
    assert not mapped.gallery.map.isVisible()


def test_the_pointer_tells_of_a_sample_and_a_click_chooses_it(mapped: Mapped) -> None:
    plot, model = mapped.plot, mapped.gallery.model
    QTest.mouseMove(plot.viewport(), mapped.point(30))
    assert plot.row == 30
    lines = plot.readout.text.splitlines()
    assert ": ".join(lines[:2]) == model.text(30)
    assert lines[2] == f"Mean confidence {100 * mapped.sure[:, model.part_row(30)].mean():.0f} %, change 7 %"
    assert [line.split(" (")[0] for line in lines[3:]] == [
        "sepal length",
        "sepal width",
        "petal length",
        "petal width",
    ]
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=mapped.point(30))
    assert mapped.gallery.chosen == [30]
    curves = mapped.life.curves
    assert [curve.name for curve in curves] == [f"row {model.dataset_row(30) + 1}"]
    np.testing.assert_allclose(curves[0].y, 100 * mapped.sure[:, model.part_row(30)])
    click(mapped.gallery.filters.chips["test"])
    mapped.prediction()
    chosen = QSignalSpy(mapped.gallery.sample_chosen)
    QTest.mouseClick(plot.viewport(), Qt.MouseButton.LeftButton, pos=mapped.point(7))
    assert chosen.at(chosen.count() - 1)[0] == model.part_row(7)


def test_lives_have_the_epochs_of_the_run_whether_one_is_chosen_or_none(mapped: Mapped) -> None:
    assert mapped.gallery.chosen == []
    assert mapped.life.x_range == (0.0, 4.0)
    QTest.mouseClick(mapped.plot.viewport(), Qt.MouseButton.LeftButton, pos=mapped.point(4))
    assert mapped.life.x_range == (0.0, 4.0)


def test_keys_go_from_the_hardest_on(mapped: Mapped) -> None:
    plot = mapped.plot
    plot.setFocus()
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Right, Qt.Key.Key_Return):
        QTest.keyClick(plot, key)
    assert (plot.row, mapped.gallery.chosen) == (1, [1])
    QTest.keyClick(plot, Qt.Key.Key_End)
    assert plot.row == mapped.gallery.model.rowCount() - 1
    assert plot.accessibleDescription() == plot.text(plot.row)


def test_the_hardest_are_chosen_and_relabelled_in_one_step(mapped: Mapped) -> None:
    view = mapped.gallery.map
    view.count.setValue(5)
    click(view.choose)
    assert mapped.gallery.chosen == [0, 1, 2, 3, 4]
    assert len(mapped.life.curves) == 5
    rows = mapped.shown.listed()[:5]
    targets = mapped.shown.prepared.data.targets
    mapped.gallery.corrections.classes.actions()[2].trigger()
    renamed = [row for row in rows if targets[row] != 2]
    assert dict(mapped.shown.document.experiment.corrections) == dict.fromkeys(sorted(renamed), 2)
    mapped.shown.document.undo_stack.undo()
    assert not mapped.shown.document.experiment.corrections


def test_dropped_samples_leave_it_at_once_and_a_class_filters_it(mapped: Mapped) -> None:
    gallery, rows = mapped.gallery, mapped.shown.listed()
    QTest.mouseClick(mapped.plot.viewport(), Qt.MouseButton.LeftButton, pos=mapped.point(4))
    QTest.keyClick(mapped.plot, Qt.Key.Key_Delete)
    assert mapped.shown.listed() == rows[:4] + rows[5:]
    gallery.filters.true.setCurrentIndex(2)
    gallery.filters.true.activated.emit(2)
    assert {gallery.model.true(row) for row in range(gallery.model.rowCount())} == {1}


def test_it_says_why_it_is_empty(show: Callable[[Experiment], Shown]) -> None:
    mapped = Mapped(show(IRIS), epochs=1)
    assert mapped.shown.listed() == []
    assert not mapped.gallery.map.isVisible()
    assert "fewer than two epochs" in mapped.gallery.empty.text()
    mapped.prediction(epochs=2)
    assert mapped.gallery.map.isVisible()


def test_values_have_no_map(show: Callable[[Experiment], Shown]) -> None:
    values = TrainingConfig(loss=MeanSquaredError())
    shown = show(Experiment(dataset=Blobs(form="hills", samples=60), layers=(Dense(4),), training=values))
    click(shown.gallery.mode.buttons["map"])
    shown.gallery.show_map(None)
    shown.gallery.show_predictions(None)
    assert "tells classes apart" in shown.gallery.empty.text()


def test_images_are_shown_beside_the_pointer_in_both_themes(show: Callable[[Experiment], Shown]) -> None:
    mapped = Mapped(show(mnist_experiment()))
    plot = mapped.plot

    def grabbed() -> QImage:
        return plot.grab().toImage()

    before = grabbed()
    QTest.mouseMove(plot.viewport(), mapped.point(30))
    assert plot.row == 30
    assert grabbed() != before
    QTest.mouseMove(plot.viewport(), QPoint(2, 2))
    assert plot.row is None
    assert grabbed() == before


def test_the_map_of_a_training_follows_refresh_and_corrections(qtbot: QtBot, window: MainWindow) -> None:
    session, gallery = window.session, window.plugins["mistakes"].view
    session.step_epochs(3)
    qtbot.waitUntil(
        lambda: session.state is TrainingState.PAUSED and _epoch(window) == 3, timeout=PATIENCE_MS
    )
    gallery.open_cell(None, None)
    click(gallery.mode.buttons["map"])
    qtbot.waitUntil(lambda: gallery.model.rowCount() == _trained(window), timeout=PATIENCE_MS)
    count = gallery.model.rowCount()
    QTest.mouseClick(
        gallery.map.plot.viewport(), Qt.MouseButton.LeftButton, pos=gallery.map.plot.place(0).toPoint()
    )
    assert len(gallery.chosen) == 1
    assert window.output.plot._marked == ~gallery.model.part_row(0)
    (curve,) = gallery.map.life.curves
    # Moments within an epoch are kept where one takes long.
    assert {1, 2, 3} <= set(curve.x.tolist())
    session.step_epoch()
    # Within the epoch there is no network of its end yet.
    qtbot.waitUntil(lambda: _epoch(window) == 4 and gallery.refresh.isEnabled(), timeout=PATIENCE_MS)
    click(gallery.refresh)
    qtbot.waitUntil(lambda: gallery.map.life.curves[0].x[-1] == 4, timeout=PATIENCE_MS)
    gallery.map.plot.setFocus()
    QTest.keyClick(gallery.map.plot, Qt.Key.Key_Delete)
    qtbot.waitUntil(
        lambda: _trained(window) == count - 1 and gallery.model.rowCount() == count - 1, timeout=PATIENCE_MS
    )
    gallery.close()


def _epoch(window: MainWindow) -> int:
    snapshot = window.snapshot_router.snapshot
    return -1 if snapshot is None else snapshot.epoch


def _trained(window: MainWindow) -> int:
    data = window.snapshot_router.data
    return -1 if data is None else len(data.train)
