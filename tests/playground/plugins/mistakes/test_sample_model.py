"""The samples that are listed, and in which order."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy

from core.data.datasets import Iris, TableFile
from core.data.tables.read_table import read_table
from core.data.tables.table_schema import TableSchema
from core.experiment.experiment import Experiment
from core.nn import Dense
from core.nn.losses import CrossEntropy
from core.train.training_config import TrainingConfig
from tests.core.experiment.on_data import with_dataset
from tests.playground.fakes import fake_prepared, mnist_experiment, points_experiment
from tests.playground.headless.flowers import make_flowers
from tests.playground.plugins.mistakes.shown_gallery import Shown

IRIS = Experiment(dataset=Iris(), layers=(Dense(4),), training=TrainingConfig(loss=CrossEntropy()))


def test_mistakes_are_listed_with_the_surest_first(show: Callable[[Experiment], Shown]) -> None:
    shown = show(mnist_experiment())
    assert shown.asked.count() == 2  # on show, and for the cell
    assert "Looking" in shown.gallery.empty.text()
    shown.prediction(wrong=5)
    assert shown.listed() == shown.prepared.test_index[:5][::-1].tolist()
    assert shown.gallery.count.text() == "5 of 60 test samples, surest first"
    assert shown.gallery.moment.text() == "epoch 12"
    model = shown.gallery.model
    true = int(shown.prepared.test.labels[4])
    assert model.index(0, 0).data() == str(true)
    assert model.index(0, 1).data() == str((true + 1) % 10)
    assert model.index(0, 2).data() == "53 %"


def test_a_right_cell_has_the_least_sure_first(show: Callable[[Experiment], Shown]) -> None:
    shown = show(IRIS)
    shown.gallery.open_cell(1, 1)
    shown.prediction(wrong=0)
    rows = np.flatnonzero(shown.prepared.test.labels == 1)
    assert shown.listed() == shown.prepared.test_index[rows].tolist()
    assert "least sure first" in shown.gallery.count.text()


def test_a_table_shows_the_values_as_they_are_in_the_file(show: Callable[[Experiment], Shown]) -> None:
    shown = show(IRIS)
    shown.prediction(wrong=1)
    model = shown.gallery.model
    assert shown.gallery.pages.currentWidget() is shown.gallery.table
    values = [model.index(0, column).data() for column in range(3, model.columnCount())]
    wanted = shown.prepared.data.inputs[shown.prepared.test_index[0]]
    assert values == [f"{value:.4g}" for value in wanted]
    titles = [model.headerData(column, Qt.Orientation.Horizontal) for column in range(model.columnCount())]
    assert titles == ["True", "Taken for", "Sure", *shown.prepared.data.feature_names]


def test_a_category_is_one_column(show: Callable[[Experiment], Shown], tmp_path: Path) -> None:
    path = make_flowers(tmp_path / "flowers.csv")
    schema = TableSchema(("height (cm)", "colour"), "kind", "classification", missing="fill")
    shown = show(with_dataset(IRIS, TableFile.of(read_table(path), schema)))
    shown.prediction(wrong=1)
    model = shown.gallery.model
    titles = [model.headerData(column, Qt.Orientation.Horizontal) for column in range(model.columnCount())]
    assert titles == ["True", "Taken for", "Sure", "height (cm)", "colour"]
    assert model.index(0, 4).data() in ("red", "white")
    assert "," in model.index(0, 3).data()


def test_points_are_rows_with_coordinates(show: Callable[[Experiment], Shown]) -> None:
    shown = show(points_experiment(4))
    shown.prediction(wrong=2)
    assert shown.gallery.model.columnCount() == 5
    chosen = QSignalSpy(shown.gallery.sample_chosen)
    shown.press_item(1)
    assert chosen.at(0) == [0]


def test_the_data_of_before_are_let_go(show: Callable[[Experiment], Shown]) -> None:
    shown = show(mnist_experiment())
    shown.prediction(wrong=5)
    shown.gallery.hide()
    before = weakref.ref(shown.prepared)
    shown.prepared = fake_prepared(IRIS)
    shown.gallery.show_data(shown.prepared)
    assert before() is None
    shown.gallery.open_cell(None, None)
    assert "Looking" in shown.gallery.empty.text()
    shown.prediction(wrong=2)
    assert len(shown.listed()) == 2
