"""Columns of tables are chosen by check boxes, as one step of undo each."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QCheckBox
from pytestqt.qtbot import QtBot

from core.data.datasets import BreastCancer, Iris, Moons, TableFile
from core.data.tables.read_table import read_table
from core.data.tables.table_schema import TableSchema
from core.experiment.experiment import Experiment
from playground.model.document import Document
from playground.views.sidebar.panel import ColumnList
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import Toast
from tests.core.experiment.on_data import with_dataset
from tests.playground.driving import click
from tests.playground.views.sidebar.shown_panel import shown

pytestmark = pytest.mark.usefixtures("themed")

IRIS = with_dataset(Experiment(), Iris())


@pytest.fixture
def columns(qtbot: QtBot, document: Document) -> ColumnList:
    document.change("Use Iris", IRIS)
    made = ColumnList(document, ThemeSource(mode="light"))
    shown(qtbot, made, height=200)
    return made


def _toggle(box: QCheckBox) -> None:
    click(box, QPoint(8, box.height() // 2))


def test_a_column_is_left_out_and_undo_brings_it_back(columns: ColumnList, document: Document) -> None:
    assert [box.text() for box in columns.boxes.values()] == [
        "sepal length",
        "sepal width",
        "petal length",
        "petal width",
    ]
    assert columns.count.text() == "4 of 4"
    _toggle(columns.boxes["sepal width (cm)"])
    learned = document.experiment.dataset.learned_columns
    assert learned == ("sepal length (cm)", "petal length (cm)", "petal width (cm)")
    assert document.experiment.layers == IRIS.layers
    assert document.undo_stack.undoText() == "Leave out sepal width"
    assert columns.count.text() == "3 of 4"
    document.undo_stack.undo()
    assert columns.boxes["sepal width (cm)"].isChecked()


def test_the_last_column_stays(columns: ColumnList, document: Document) -> None:
    for box in columns.boxes.values():
        _toggle(box)
    assert document.experiment.dataset.learned_columns == ("petal width (cm)",)
    assert [box.isChecked() for box in columns.boxes.values()] == [False, False, False, True]
    assert columns.window().findChild(Toast) is not None


def test_many_columns_are_folded_and_points_have_none(columns: ColumnList, document: Document) -> None:
    document.change("Use cancer", with_dataset(IRIS, BreastCancer()))
    assert columns.count.text() == "30 of 30"
    assert not columns.boxes["mean radius"].isVisible()
    click(columns.more)
    assert columns.boxes["mean radius"].isVisible()
    document.change("Use moons", with_dataset(IRIS, Moons()))
    assert columns.isHidden()


def test_columns_of_a_file_are_those_that_can_be_used(
    columns: ColumnList, document: Document, tmp_path: Path
) -> None:
    path = tmp_path / "plants.csv"
    path.write_text("height,width,kind\n" + "".join(f"{i},{i % 7},{'ab'[i % 2]}\n" for i in range(20)))
    table = TableFile.of(read_table(path), TableSchema(("height", "width"), "kind"))
    document.change("Use a file", with_dataset(IRIS, table))
    assert list(columns.boxes) == ["height", "width"]
    _toggle(columns.boxes["height"])
    dataset = document.experiment.dataset
    assert isinstance(dataset, TableFile)
    assert (dataset.choice.features, dataset.path) == (("width",), str(path))
    assert dataset.load(0).feature_names == ("width",)
