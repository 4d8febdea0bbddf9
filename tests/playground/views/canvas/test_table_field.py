"""A table's network is a graph: cards of columns, neurons over the plane, cards of outputs, and the weights between."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QFont
from pytestqt.qtbot import QtBot

from core.data.datasets import BreastCancer, Iris, TableFile, Wine
from core.data.tables.read_table import read_table
from core.data.tables.table_schema import TableSchema
from core.experiment.experiment import Experiment
from core.io.number_text import rounded_text
from core.nn import Dense, Dropout, Layer, Tanh
from core.nn.losses import BinaryCrossentropy, CrossEntropy, MeanSquaredError
from core.train.tasks import Reconstruction
from core.train.training_config import TrainingConfig
from playground.views.canvas import table_cards
from playground.views.canvas.column_layout import INPUT
from playground.views.canvas.hit_items import Bias, Link, Neuron
from playground.views.canvas.neuron_field import NeuronField
from playground.views.canvas.table_field import TableField
from playground.views.theme.colors import CLASS_COLORS, DARK, FONT_SMALL_PX, LIGHT
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.painted import fitted_text
from tests.core.experiment.on_data import with_chosen_task, with_dataset
from tests.playground.fakes import fake_prepared, fake_snapshot
from tests.playground.views.canvas.fields import color_at, field_of, with_layer

pytestmark = pytest.mark.usefixtures("themed")


def iris(*layers: Layer) -> Experiment:
    return Experiment(
        dataset=Iris(),
        layers=layers or (Dense(5, Tanh()), Dropout(0.1), Dense(3, Tanh())),
        training=TrainingConfig(loss=CrossEntropy()),
    )


def shown(qtbot: QtBot, themes: ThemeSource, experiment: Experiment, **changes: object) -> NeuronField:
    snapshot = dataclasses.replace(
        fake_snapshot(experiment), plane=fake_prepared(experiment).plane, **changes
    )
    field = field_of(qtbot, themes, experiment, snapshot)
    field.show_data(fake_prepared(experiment))
    field.show_snapshot(snapshot)
    field.grab()
    assert isinstance(field._field, TableField)
    return field


def test_every_part_is_there_and_nothing_overlaps(qtbot: QtBot, themes: ThemeSource) -> None:
    field = shown(qtbot, themes, iris())
    parts = {INPUT: 4, 0: 5, 1: 5, 2: 3, 3: 3}
    for column, units in parts.items():
        tiles = [field.tile(column, unit) for unit in range(units)]
        assert all(tile is not None for tile in tiles)
        for upper, lower in itertools.pairwise(tiles):
            assert upper is not None
            assert lower is not None
            assert lower.top() > upper.bottom()
        last = tiles[-1]
        assert last is not None
        assert last.bottom() < field.height() - 20  # the key below
        assert field.tile(column, units) is None
    # More than half of the height is used by every column of cards.
    first, last = field.tile(INPUT, 0), field.tile(INPUT, 3)
    assert first is not None
    assert last is not None
    assert last.bottom() - first.top() > 0.7 * field.height()


def test_links_biases_and_neurons_are_hit_and_named(qtbot: QtBot, themes: ThemeSource) -> None:
    field = shown(qtbot, themes, iris())
    center = field._field.link_center(0, 1, 4)  # type: ignore[union-attr]
    assert center is not None
    found = field.hit(center)
    assert isinstance(found, Link)
    snapshot = field._snapshot
    assert snapshot is not None
    kernel = snapshot.layers[found.layer].kernel
    assert kernel is not None
    text = field.hover_text(Link(0, 1, 4, INPUT))
    assert text.startswith(f"weight {kernel[1, 4]:.3f}".replace("-", "−"))
    assert "sepal width" in text
    tile = field.tile(0, 2)
    assert tile is not None
    assert field.hit(tile.center()) == Neuron(0, 2)
    activations = snapshot.layers[0].activations
    assert activations is not None
    assert field.hover_text(Neuron(0, 2)) == f"neuron 3: {activations[2]:.3f}".replace("-", "−")
    bias = field.bias_rect(0, 2)
    assert bias is not None
    assert field.hit(bias.center()) == Bias(0, 2)
    card = field.tile(INPUT, 1)
    assert card is not None
    assert field.hit(card.center()) is None  # a column has no map
    output = field.tile(3, 1)
    assert output is not None
    assert field.hit(output.center()) == Neuron(3, 1)
    assert "versicolor" in field.hover_text(Neuron(3, 1))


def test_tiles_show_the_plane_and_the_sample_in_it(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = iris()
    maps = np.full((5, 50, 50), -1.0, np.float32)
    maps[:, 25:] = 1.0  # the upper half
    snapshot = dataclasses.replace(fake_snapshot(experiment), plane=fake_prepared(experiment).plane)
    snapshot = with_layer(snapshot, 0, maps=maps)
    field = field_of(qtbot, themes, experiment, snapshot)
    tile = field.tile(0, 0)
    assert tile is not None
    assert color_at(field, (tile.topLeft() + QPointF(4, 6)).toPoint()).name() == LIGHT.positive
    assert color_at(field, (tile.bottomRight() - QPointF(4, 6)).toPoint()).name() == LIGHT.negative
    # The sample's own place on the plane has a light dot.
    plane, sample = snapshot.plane, snapshot.sample
    assert plane is not None
    assert sample is not None
    a, b = plane.place(sample[None])[0]
    x = tile.left() + (a - plane.low[0]) / (plane.high[0] - plane.low[0]) * tile.width()
    y = tile.bottom() - (b - plane.low[1]) / (plane.high[1] - plane.low[1]) * tile.height()
    assert color_at(field, QPointF(x, y).toPoint()).lightness() > 230


def test_outputs_have_the_colors_of_their_classes(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = iris(Dense(2))
    maps = np.ones((3, 50, 50), np.float32)
    snapshot = with_layer(fake_snapshot(experiment), 1, maps=maps)
    field = field_of(qtbot, themes, experiment, snapshot)
    for unit in range(3):
        tile = field.tile(1, unit)
        assert tile is not None
        place = (tile.topRight() + QPointF(-6, 6)).toPoint()
        assert color_at(field, place).name() == CLASS_COLORS[unit]
    themes.mode = "dark"
    tile = field.tile(1, 1)
    assert tile is not None
    assert color_at(field, (tile.topRight() + QPointF(-6, 6)).toPoint()).name() == CLASS_COLORS[1]
    assert color_at(field, (tile.topRight() + QPointF(8, -8)).toPoint()).name() != DARK.canvas


@pytest.mark.parametrize("size", [(692, 330), (760, 420), (1240, 700)], ids=["1280", "1440", "1920"])
def test_names_of_iris_are_whole_at_every_width_of_the_window(
    qtbot: QtBot, themes: ThemeSource, size: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are written smaller before they are elided, also in bold."""
    drawn: list[tuple[str, int]] = []

    def recorded(*of: Any, **more: Any) -> tuple[str, QFont]:
        text, face = fitted_text(*of, **more)
        drawn.append((text, face.pixelSize()))
        return text, face

    monkeypatch.setattr(table_cards, "fitted_text", recorded)
    experiment = iris(Dense(6, Tanh()), Dense(5, Tanh()), Dense(3, Tanh()))
    for best in range(3):
        output = np.eye(3)[best] * 0.9 + 0.03
        drawn.clear()
        snapshot = dataclasses.replace(
            fake_snapshot(experiment), plane=fake_prepared(experiment).plane, sample_output=output
        )
        field = field_of(qtbot, themes, experiment, snapshot, size)
        field.show_data(fake_prepared(experiment))
        field.show_snapshot(snapshot)
        drawn.clear()
        field.grab()
        assert {text for text, _ in drawn} >= {"setosa", "versicolor", "virginica"}
        assert not [text for text, _ in drawn if text.endswith("…")]
        assert min(pixels for _, pixels in drawn) >= FONT_SMALL_PX


@pytest.mark.parametrize("size", [(420, 190), (900, 400), (1700, 1200)])
def test_wide_tables_and_low_windows_fold(qtbot: QtBot, themes: ThemeSource, size: tuple[int, int]) -> None:
    experiment = Experiment(
        dataset=Wine(), layers=(Dense(60, Tanh()),), training=TrainingConfig(loss=CrossEntropy())
    )
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment), size)
    field.show_data(fake_prepared(experiment))
    image = field.grab()
    assert (image.width(), image.height()) == size
    for column, units in ((INPUT, 13), (0, 60), (1, 3)):
        drawn = units - field.folded(column)
        assert drawn >= 1
        last = field.tile(column, drawn - 1)
        assert last is not None
        assert last.bottom() <= size[1]
        assert field.tile(column, drawn) is None


def test_two_classes_on_one_output_name_the_likelier(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = Experiment(
        dataset=BreastCancer(),
        layers=(Dense(3, Tanh()),),
        training=TrainingConfig(loss=BinaryCrossentropy()),
    )
    field = shown(qtbot, themes, experiment, sample_output=np.array([0.9], np.float32))
    assert field.output_texts() == ["benign 90 %"]
    field = shown(qtbot, themes, experiment, sample_output=np.array([0.2], np.float32))
    assert field.output_texts() == ["malignant 80 %"]


def test_what_is_given_back_is_named_and_in_the_units_of_its_columns(
    qtbot: QtBot, themes: ThemeSource
) -> None:
    experiment = with_chosen_task(with_dataset(Experiment(), Iris()), Reconstruction())
    columns = fake_prepared(experiment).pipeline.outputs.columns
    field = shown(qtbot, themes, experiment, sample_output=np.zeros(4, np.float32))
    # 0 is the mean of a standardized column.
    assert field.output_texts() == [
        f"{name} {rounded_text(column.shift, 4)}"
        for name, column in zip(
            ("sepal length", "sepal width", "petal length", "petal width"), columns, strict=True
        )
    ]


def test_a_regression_shows_name_and_value(qtbot: QtBot, themes: ThemeSource, tmp_path: Path) -> None:
    file = tmp_path / "prices.csv"
    rows = [f"{size},{rooms},{1000 * size + 7 * rooms}" for size in range(20, 30) for rooms in (1, 2)]
    file.write_text("size (m2),rooms,price\n" + "\n".join(rows), encoding="utf-8")
    experiment = Experiment(
        dataset=TableFile.of(read_table(file), TableSchema(("size (m2)", "rooms"), "price", "regression")),
        layers=(Dense(3, Tanh()),),
        training=TrainingConfig(loss=MeanSquaredError()),
    )
    field = shown(qtbot, themes, experiment, sample_output=np.array([25_250.0], np.float32))
    assert field.output_texts() == ["price 25,250"]
    assert isinstance(field._field, TableField)
    row = fake_prepared(experiment).data.inputs[fake_prepared(experiment).test_index[0]]
    inputs = field._field._inputs
    assert inputs is not None
    assert inputs.text(0) == f"size {row[0]:.0f} m2"
    assert inputs.text(1) == f"rooms {row[1]:.0f}"
