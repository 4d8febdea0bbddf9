"""Features are chosen by chips, tables and images are scaled."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.data.datasets import (
    Iris,
    MinMax,
    Moons,
    NoScaling,
    Standardize,
    TableFile,
)
from core.data.features import FEATURES
from core.data.tables.read_table import read_table
from core.data.tables.table_schema import TableSchema
from core.experiment.experiment import Experiment
from core.experiment.presets import preset_named
from playground.model.document import Document
from playground.views.sidebar import InputSection
from playground.views.widgets import Toast
from tests.core.experiment.on_data import with_dataset
from tests.playground.views.sidebar.shown_panel import LEFT, shown

pytestmark = pytest.mark.usefixtures("themed")


@pytest.fixture
def inputs(qtbot: QtBot, document: Document) -> InputSection:
    made = InputSection(document)
    shown(qtbot, made, height=200)
    return made


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


def test_starts_stand_in_one_row_of_a_low_window(qtbot: QtBot, document: Document) -> None:
    document.load(preset_named("moons_from_noise"))
    made = InputSection(document)
    shown(qtbot, made, width=192)
    assert len({made.starts.chip(name).y() for name in made.starts.names()}) == 1
    heights = {group.chip(group.names()[0]).height() for group in (made.tasks, made.starts, made.by_class)}
    assert len(heights) == 1


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


def test_a_table_of_values_has_the_scaling_of_its_target(
    inputs: InputSection, document: Document, tmp_path: Path
) -> None:
    assert not inputs.target_scalings.isVisible()
    (tmp_path / "prices.csv").write_text("a,price\n1,1000.5\n2,2000.25\n3,3000\n")
    read = read_table(tmp_path / "prices.csv")
    dataset = TableFile.of(read, TableSchema(("a",), "price", "regression"))
    document.change("Table", with_dataset(document.experiment, dataset))
    assert inputs.target_scalings.isVisible()
    assert inputs.target_scalings.on() == ["standardize"]
    assert inputs.target_scalings.chip("none").text() == "As it is"
    QTest.mouseClick(inputs.target_scalings.chip("none"), LEFT)
    assert document.experiment.target_scaling == NoScaling()
    assert document.undo_stack.undoText() == "Target: As it is"
    QTest.keyClick(inputs.target_scalings.chip("minmax"), Qt.Key.Key_Space)
    assert document.experiment.target_scaling == MinMax()
    document.undo_stack.undo()
    assert inputs.target_scalings.on() == ["none"]
    document.change("Iris", with_dataset(document.experiment, Iris()))
    assert not inputs.target_scalings.isVisible()
