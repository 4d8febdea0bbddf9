"""The neuron field, by real mouse and key events, with pixels checked."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.data.datasets import DATASETS, Iris
from core.experiment.experiment import Experiment
from core.inspect.snapshot import LayerSnapshot, Snapshot
from core.nn import Activation, Dense, Dropout, Flatten, Linear, ReLU, Tanh
from core.nn.interventions import Intervention
from core.nn.losses import CrossEntropy, MeanSquaredError
from core.train.training_config import TrainingConfig
from playground.views.canvas import signal_animation as flow
from playground.views.canvas.class_bars import class_shares
from playground.views.canvas.column_layout import arrange
from playground.views.canvas.hit_items import Bias, Link, Neuron
from playground.views.canvas.neuron_field import NeuronField
from playground.views.canvas.sample_field import SampleField
from playground.views.canvas.signal_animation import dashes
from playground.views.canvas.weight_links import LinkSheet, link_strength, link_width
from playground.views.theme.theme import DARK, LIGHT, ThemeSource, apply, diverging_lut
from playground.views.widgets.array_images import MapStrip, packed_lut, value_color
from tests.playground.fakes import fake_prepared, fake_snapshot, mnist_experiment, points_experiment

LEFT = Qt.MouseButton.LeftButton
SIZE = (900, 620)

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture(autouse=True)
def themed(qapp: QApplication) -> Iterator[None]:
    apply(qapp, LIGHT)
    yield
    qapp.setStyleSheet("")


@pytest.fixture
def themes(qapp: QApplication) -> ThemeSource:
    return ThemeSource(mode="light")


def field_of(
    qtbot: QtBot,
    themes: ThemeSource,
    experiment: Experiment,
    snapshot: Snapshot | None = None,
    size: tuple[int, int] = SIZE,
) -> NeuronField:
    field = NeuronField(themes)
    qtbot.addWidget(field)
    field.resize(*size)
    field.set_experiment(experiment)
    field.set_columns(arrange(experiment, size[0]))
    if snapshot is not None:
        field.show_snapshot(snapshot)
    field.show()
    field.activateWindow()
    qtbot.waitUntil(field.isActiveWindow)
    return field


def with_layer(snapshot: Snapshot, index: int, **changes: Any) -> Snapshot:
    layers = list(snapshot.layers)
    layers[index] = dataclasses.replace(layers[index], **changes)
    return dataclasses.replace(snapshot, layers=tuple(layers))


def center(field: NeuronField, column: int, unit: int) -> QPoint:
    tile = field.tile(column, unit)
    assert tile is not None
    return tile.center().toPoint()


def color_at(field: NeuronField, point: QPoint) -> QColor:
    return field.grab().toImage().pixelColor(point)


def link_point(field: NeuronField, layer: int, input_: int, unit: int) -> QPoint:
    """The midpoint of a straight link, whose ends must have the same y."""
    start, end = center(field, layer - 1, input_), center(field, layer, unit)
    return QPoint((start.x() + end.x()) // 2, (start.y() + end.y()) // 2)


# --- arrays as pictures


def test_a_column_of_maps_drawn_at_once_looks_like_its_maps() -> None:
    lut = packed_lut(LIGHT)
    maps = np.random.default_rng(3).uniform(-1.0, 1.0, (3, 50, 50)).astype(np.float32)
    ground = 0xFF112233
    whole, single = MapStrip(3, 20, 20, pitch=26, ground=ground), MapStrip(3, 20, 20)
    pictures = []
    for strip in (whole, single):
        strip.fill(maps, lut, flip=True)
        picture = QImage(20, 72, QImage.Format.Format_RGB32)
        picture.fill(ground)
        painter = QPainter(picture)
        if strip is whole:
            strip.draw_all(painter, QPointF(0, 0), 1.0)
        else:
            for unit in range(3):
                strip.draw(painter, unit, QRectF(0, 26 * unit, 20, 20))
        painter.end()
        pictures.append(picture)
    assert pictures[0] == pictures[1]


def test_a_map_is_coloured_by_the_table_and_flipped() -> None:
    lut, table = packed_lut(LIGHT), diverging_lut(LIGHT)
    strip = MapStrip(2, 2, 2)
    strip.fill(np.array([[[-1.0, 0.0], [1.0, np.nan]], [[0.5, 9.0], [-9.0, 0.0]]]), lut, flip=True)

    def at(x: int, y: int) -> tuple[int, ...]:
        return strip.image.pixelColor(x, y).getRgb()

    assert at(0, 0) == tuple(table[255])  # +1 lay in the upper row of x2
    assert at(1, 0) == tuple(table[127])  # NaN is neutral
    assert at(0, 1) == tuple(table[0])
    assert at(1, 1) == tuple(table[127])
    assert at(0, 2) == tuple(table[0])  # beyond -1
    assert at(1, 3) == tuple(table[255])
    assert at(0, 3) == tuple(table[191])


def test_value_color_takes_anything() -> None:
    lut = packed_lut(LIGHT)
    assert value_color(lut, 5.0).name() == LIGHT.positive
    assert value_color(lut, -5.0).name() == LIGHT.negative
    assert value_color(lut, float("nan")).name() == LIGHT.zero


def test_links_are_wider_for_larger_weights_but_never_ropes() -> None:
    widths = link_width(link_strength(np.array([0.0, 0.1, -0.4, 1.5])))
    assert list(widths) == sorted(widths)
    assert widths[0] == pytest.approx(0.5)
    assert widths[3] == pytest.approx(6.0)
    assert link_width(link_strength(np.array([40.0])))[0] == pytest.approx(6.0)


def test_the_nearest_link_is_measured_across_its_curve() -> None:
    starts, ends = np.array([[0.0, 0.0], [0.0, 200.0]]), np.array([[100.0, 0.0], [100.0, 200.0]])
    sheet = LinkSheet(1, 0, starts, ends)
    sheet.show_kernel(np.zeros((2, 2), np.float32))
    assert sheet.nearest(20, 1) == (0, 0, pytest.approx(1.0))
    found = sheet.nearest(50, 100)
    assert found is not None
    assert found[:2] in ((0, 1), (1, 0))  # they cross there
    assert found[2] == pytest.approx(0.0, abs=0.1)
    steep = sheet.nearest(53, 112)
    assert steep is not None
    assert steep[:2] == (0, 1)
    assert steep[2] < 2.0
    assert sheet.nearest(50, 40) is None
    assert sheet.nearest(120, 0) is None


def test_links_are_not_drawn_anew_for_what_nobody_sees(qapp: QApplication) -> None:
    sheet = LinkSheet(1, 0, np.array([[0.0, 0.0]]), np.array([[100.0, 0.0]]))
    sheet.show_kernel(np.array([[1.0]], np.float32))
    assert sheet.is_stale
    sheet.redraw(LIGHT, 1.0, 10)
    assert not sheet.is_stale
    sheet.show_kernel(np.array([[1.001]], np.float32))
    assert not sheet.is_stale
    sheet.show_kernel(np.array([[-1.0]], np.float32))
    assert sheet.is_stale


def test_links_are_redrawn_in_portions(qapp: QApplication) -> None:
    heights = np.linspace(0, 200, 4)
    sheet = LinkSheet(1, 0, np.c_[np.zeros(4), heights], np.c_[np.full(4, 100.0), heights])
    sheet.show_kernel(np.ones((4, 4), np.float32))
    assert sheet.redraw(LIGHT, 1.0, 10) == 10
    assert not sheet.is_complete
    assert sheet.redraw(LIGHT, 1.0, 10) == 6
    assert sheet.is_complete
    assert not sheet.is_stale


# --- points


def test_every_unit_has_a_tile_in_its_column(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(6, 5)
    field = field_of(qtbot, themes, experiment)
    columns = arrange(experiment, SIZE[0])
    for column, units in ((-1, 2), (0, 6), (1, 5), (2, 1)):
        for unit in range(units):
            tile = field.tile(column, unit)
            assert tile is not None
            assert tile.center().x() == pytest.approx(columns[column + 1].center, abs=1)
            assert field.rect().contains(tile.toRect())
        assert field.tile(column, units) is None
    first, second = field.tile(0, 0), field.tile(0, 1)
    assert first is not None
    assert second is not None
    assert first.bottom() < second.top()


def test_tiles_show_their_maps(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(3)
    maps = np.zeros((3, 50, 50), np.float32)
    maps[0, :25], maps[0, 25:] = -1.0, 1.0  # low x2 negative
    maps[1] = 0.0
    maps[2, :, :25], maps[2, :, 25:] = 1.0, -1.0
    field = field_of(qtbot, themes, experiment, with_layer(fake_snapshot(experiment), 0, maps=maps))
    image = field.grab().toImage()
    above, aside = QPoint(0, 12), QPoint(12, 0)
    assert image.pixelColor(center(field, 0, 0) - above).name() == LIGHT.positive
    assert image.pixelColor(center(field, 0, 0) + above).name() == LIGHT.negative
    assert image.pixelColor(center(field, 0, 1)).name() == LIGHT.zero
    assert image.pixelColor(center(field, 0, 2) - aside).name() == LIGHT.positive
    assert image.pixelColor(center(field, 0, 2) + aside).name() == LIGHT.negative


def test_the_theme_changes_the_tiles(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(3)
    maps = np.zeros((3, 50, 50), np.float32)
    field = field_of(qtbot, themes, experiment, with_layer(fake_snapshot(experiment), 0, maps=maps))
    assert color_at(field, center(field, 0, 1)).name() == LIGHT.zero
    themes.mode = "dark"
    assert color_at(field, center(field, 0, 1)).name() == DARK.zero
    assert color_at(field, QPoint(2, 2)).name() == DARK.canvas


def test_links_have_the_colour_of_their_sign(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(2)
    kernel = np.array([[2.0, 0.0], [0.0, -2.0]], np.float32)
    field = field_of(qtbot, themes, experiment, with_layer(fake_snapshot(experiment), 0, kernel=kernel))
    blue = color_at(field, link_point(field, 0, 0, 0))
    orange = color_at(field, link_point(field, 0, 1, 1))
    assert blue.blue() > blue.red() + 80
    assert orange.red() > orange.blue() + 80


def test_hovering_a_neuron_tells_which(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(4)
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment))
    spy = QSignalSpy(field.neuron_hovered)
    QTest.mouseMove(field, center(field, 0, 2))
    QTest.mouseMove(field, center(field, 0, 2) + QPoint(3, 3))
    QTest.mouseMove(field, center(field, -1, 1))
    QTest.mouseMove(field, QPoint(3, 3))
    assert [spy.at(i)[0] for i in range(spy.count())] == [(0, 2), (-1, 1), None]


def test_a_hovered_neuron_is_outlined(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(4)
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment))
    tile = field.tile(0, 2)
    assert tile is not None
    edge = QPoint(round(tile.center().x()), round(tile.top()) - 2)
    assert color_at(field, edge).name() != LIGHT.accent
    QTest.mouseMove(field, center(field, 0, 2))
    assert color_at(field, edge).name() == LIGHT.accent


def test_clicking_a_neuron_tells_which(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(4)
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment))
    with qtbot.waitSignal(field.neuron_clicked) as caught:
        QTest.mouseClick(field, LEFT, pos=center(field, 1, 0))
    assert caught.args == [(1, 0)]


def test_a_link_says_its_weight(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(2)
    kernel = np.array([[-0.482, 0.0], [0.0, 1.0]], np.float32)
    field = field_of(qtbot, themes, experiment, with_layer(fake_snapshot(experiment), 0, kernel=kernel))
    item = field.hit(QPointF(link_point(field, 0, 0, 0)))
    assert item == Link(0, 0, 0, -1)
    assert field.hover_text(item) == "weight −0.482 (x₁ → neuron 1)"
    beside = link_point(field, 0, 0, 0) + QPoint(0, 2)
    before = color_at(field, beside)
    QTest.mouseMove(field, link_point(field, 0, 0, 0))
    after = color_at(field, beside)
    assert before.name() == LIGHT.canvas
    assert after != before  # it is thicker now


def test_a_weight_is_typed(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(2)
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment))
    QTest.mouseClick(field, LEFT, pos=link_point(field, 0, 1, 1))
    assert field.editor.isVisible()
    assert float(field.editor.text()) == pytest.approx(
        fake_snapshot(experiment).layers[0].kernel[1, 1], rel=1e-3
    )
    QTest.keyClicks(field.editor, "-1.25")
    with qtbot.waitSignal(field.weight_edit_requested) as caught:
        QTest.keyClick(field.editor, Qt.Key.Key_Return)
    assert caught.args == [0, 1, 1, -1.25]
    assert not field.editor.isVisible()


def test_a_bias_is_typed(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(3)
    bias = np.array([0.0, 0.12, 0.0], np.float32)
    field = field_of(qtbot, themes, experiment, with_layer(fake_snapshot(experiment), 0, bias=bias))
    rect = field.bias_rect(0, 1)
    assert rect is not None
    assert field.hit(rect.center()) == Bias(0, 1)
    assert field.hover_text(Bias(0, 1)) == "bias 0.120 (neuron 2)"
    QTest.mouseClick(field, LEFT, pos=rect.center().toPoint())
    assert field.editor.text() == "0.12"
    QTest.keyClicks(field.editor, "0,5")
    with qtbot.waitSignal(field.bias_edit_requested) as caught:
        QTest.keyClick(field.editor, Qt.Key.Key_Enter)
    assert caught.args == [0, 1, 0.5]


@pytest.mark.parametrize("text", ["abc", "", "nan", "1e999", "inf"])
def test_what_is_no_number_is_refused(qtbot: QtBot, themes: ThemeSource, text: str) -> None:
    experiment = points_experiment(2)
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment))
    spy = QSignalSpy(field.weight_edit_requested)
    QTest.mouseClick(field, LEFT, pos=link_point(field, 0, 0, 0))
    QTest.keyClick(field.editor, Qt.Key.Key_Delete)
    QTest.keyClicks(field.editor, text)
    QTest.keyClick(field.editor, Qt.Key.Key_Return)
    assert field.editor.isVisible()
    assert field.editor.has_error
    assert spy.count() == 0
    edge = field.editor.grab().toImage().pixelColor(field.editor.width() // 2, 1)
    assert edge.name() == LIGHT.danger
    QTest.keyClicks(field.editor, "1")
    assert not field.editor.has_error


def test_escape_leaves_the_weight_alone(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(2)
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment))
    spy = QSignalSpy(field.weight_edit_requested)
    QTest.mouseClick(field, LEFT, pos=link_point(field, 0, 0, 0))
    QTest.keyClicks(field.editor, "3")
    QTest.keyClick(field.editor, Qt.Key.Key_Escape)
    assert not field.editor.isVisible()
    assert spy.count() == 0


def test_many_units_are_folded(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(60, 4)
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment))
    folded = field.folded(0)
    assert folded > 30
    assert field.tile(0, 60 - folded - 1) is not None
    assert field.tile(0, 60 - folded) is None
    last = field.tile(0, 60 - folded - 1)
    assert last is not None
    assert last.bottom() + 20 <= field.height()
    assert field.folded(1) == 0
    assert field.grab().width() == SIZE[0]


def test_a_layer_without_weights_is_linked_unit_to_unit(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = Experiment(layers=(Dense(2, Linear()), Activation(Tanh()), Dropout(0.5), Dense(2, Tanh())))
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment))
    assert field.hit(QPointF(link_point(field, 1, 0, 0))) is None  # nothing to edit
    assert field.hit(QPointF(link_point(field, 3, 0, 0))) == Link(3, 0, 0, 2)
    assert color_at(field, link_point(field, 1, 0, 0)).name() != LIGHT.canvas
    assert field.bias_rect(1, 0) is None


def test_without_a_snapshot_the_structure_is_there(qtbot: QtBot, themes: ThemeSource) -> None:
    field = field_of(qtbot, themes, points_experiment(5))
    assert color_at(field, center(field, 0, 0)).name() == LIGHT.zero
    assert field.hit(QPointF(center(field, 0, 0))) == Neuron(0, 0)
    link = field.hit(QPointF(link_point(field, 1, 2, 0)))
    assert link == Link(1, 2, 0, 0)
    assert field.hover_text(link) == ""
    QTest.mouseClick(field, LEFT, pos=link_point(field, 1, 2, 0))
    assert not field.editor.isVisible()


def test_an_invalid_stack_shows_what_comes_before_the_fault(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = mnist_experiment(layers=(Dense(4, Tanh()),))
    field = field_of(qtbot, themes, experiment)
    assert field.tile(0, 0) is None
    assert field.output_texts() == []
    mended = field_of(qtbot, themes, mnist_experiment(layers=(Flatten(), Dense(4, Tanh()))))
    assert mended.tile(1, 3) is not None


def test_a_snapshot_of_another_stack_is_not_drawn(qtbot: QtBot, themes: ThemeSource) -> None:
    field = field_of(qtbot, themes, points_experiment(5))
    field.show_snapshot(fake_snapshot(points_experiment(6)))
    field.show_snapshot(fake_snapshot(points_experiment(5, 5)))
    field.show_snapshot(fake_snapshot(mnist_experiment()))
    assert color_at(field, center(field, 0, 0)).name() == LIGHT.zero


def test_a_snapshot_stays_while_an_edit_leaves_the_columns(qtbot: QtBot, themes: ThemeSource) -> None:
    before = points_experiment(5)
    field = field_of(qtbot, themes, before, fake_snapshot(before, gain=6.0))
    field.set_experiment(before.replace(layers=(Dense(5, ReLU()),)))
    assert color_at(field, center(field, 0, 0)).name() != LIGHT.zero
    field.set_experiment(before.replace(layers=(Dense(6, ReLU()),)))
    assert color_at(field, center(field, 0, 0)).name() == LIGHT.zero


def test_clear_forgets_the_snapshot(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(3)
    maps = np.ones((3, 50, 50), np.float32)
    field = field_of(qtbot, themes, experiment, with_layer(fake_snapshot(experiment), 0, maps=maps))
    assert color_at(field, center(field, 0, 1)).name() == LIGHT.positive
    field.clear()
    assert color_at(field, center(field, 0, 1)).name() == LIGHT.zero


def test_a_diverged_network_is_drawn(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(3)
    nan = {
        "kernel": np.full((2, 3), np.nan),
        "bias": np.full(3, np.nan),
        "maps": np.full((3, 50, 50), np.nan),
    }
    field = field_of(qtbot, themes, experiment, with_layer(fake_snapshot(experiment), 0, **nan))
    assert color_at(field, center(field, 0, 1)).name() == LIGHT.zero


def test_the_network_is_described(qtbot: QtBot, themes: ThemeSource) -> None:
    field = field_of(qtbot, themes, points_experiment(6, 5))
    assert field.accessibleName() == "Network"
    assert field.accessibleDescription() == "Network: 2 features, 2 layers (Dense 6, Dense 5), 1 output"


# --- images and tables


def test_class_shares() -> None:
    assert class_shares(np.array([0.25]), 2, 0.0).tolist() == [0.75, 0.25]
    assert class_shares(np.array([0.5]), 2, -1.0).tolist() == [0.25, 0.75]
    assert class_shares(np.array([0.2, 0.8]), 2, 0.0).tolist() == [0.2, 0.8]
    assert class_shares(np.array([np.nan, 1.5, -0.5]), 3, 0.0).tolist() == [0.0, 1.0, 0.0]


def test_the_answer_to_a_digit(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = mnist_experiment(8)
    answer = np.full(10, 0.01, np.float32)
    answer[3] = 0.91
    snapshot = dataclasses.replace(fake_snapshot(experiment), sample_output=answer)
    field = field_of(qtbot, themes, experiment, snapshot)
    field.show_data(fake_prepared(experiment))
    field.grab()
    assert field.output_texts()[2:5] == ["2 1 %", "3 91 %", "4 1 %"]
    image = field.grab().toImage()
    column = arrange(experiment, SIZE[0])[-1]
    accents = [
        (x, y)
        for x in range(round(column.left), round(column.right), 4)
        for y in range(0, SIZE[1], 2)
        if image.pixelColor(x, y).name() == LIGHT.accent
    ]
    assert len({y for _, y in accents}) in range(2, 9)  # one bar only


def test_units_are_coloured_by_their_activation(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = mnist_experiment(8)
    activations = np.array([2.0, -2.0, 0.0, 1.0, 0, 0, 0, 0], np.float32)
    snapshot = with_layer(fake_snapshot(experiment), 1, activations=activations)
    field = field_of(qtbot, themes, experiment, snapshot)
    assert color_at(field, center(field, 1, 0)).name() == LIGHT.positive
    assert color_at(field, center(field, 1, 1)).name() == LIGHT.negative
    assert color_at(field, center(field, 1, 2)).name() == LIGHT.zero
    assert field.hover_text(Neuron(1, 3)) == "neuron 4: 1.000"
    fourth, fifth = field.tile(1, 3), field.tile(1, 4)
    assert fourth is not None
    assert fifth is not None
    assert fifth.top() > fourth.bottom()  # four in a row


def test_feature_maps_stand_in_two_columns(qapp: QApplication) -> None:
    # A stack of layers that keep images stands in for convolutions; their shapes are given.
    experiment = mnist_experiment(layers=(Dropout(0.5), Dropout(0.5)))
    shapes = ((26, 26, 8), (13, 13, 40))
    maps = np.zeros((26, 26, 8), np.float32)
    maps[:13, :, 0], maps[13:, :, 0] = 3.0, -3.0  # row 0 of an image is its top
    snapshot = dataclasses.replace(
        fake_snapshot(mnist_experiment()),
        layers=(LayerSnapshot(activations=maps), LayerSnapshot(), LayerSnapshot()),
    )
    field = SampleField(experiment, shapes, arrange(experiment, 900), QSizeF(900, 500))
    field.show(snapshot)
    image = QImage(900, 500, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    field.paint(painter, LIGHT, 1.0, None)
    painter.end()
    tiles = [field.tile(0, unit) for unit in range(3)]
    assert all(tile is not None for tile in tiles)
    first, second, third = (tile for tile in tiles if tile is not None)
    assert (second.left() > first.right(), second.top() == first.top()) == (True, True)
    assert (third.left() == first.left(), third.top() > first.bottom()) == (True, True)
    middle = first.center().toPoint()
    assert image.pixelColor(middle - QPoint(0, 8)).name() == LIGHT.positive
    assert image.pixelColor(middle + QPoint(0, 8)).name() == LIGHT.negative
    assert image.pixelColor(second.center().toPoint()).name() == LIGHT.zero
    assert field.folded(0) == 0
    assert field.folded(1) > 10
    assert field.hit(third.center()) == Neuron(0, 2)


def test_many_units_of_a_layer_over_images_are_folded(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = mnist_experiment(1000)
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment), (900, 300))
    folded = field.folded(1)
    assert 0 < folded < 1000
    assert field.tile(1, 999 - folded) is not None
    assert field.tile(1, 1000 - folded) is None
    assert field.grab().width() == 900


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_digit_is_ink_on_paper(qtbot: QtBot, themes: ThemeSource, mode: str) -> None:
    themes.mode = mode  # type: ignore[assignment]
    experiment = mnist_experiment(8)
    sample = np.zeros((28, 28, 1), np.float32)
    sample[10:18, 10:18] = 1.0
    snapshot = dataclasses.replace(fake_snapshot(experiment), sample=sample)
    field = field_of(qtbot, themes, experiment, snapshot)
    column = arrange(experiment, SIZE[0])[0]
    middle = QPoint(round(column.center), round(16 + (column.width - 4) / 2))
    assert color_at(field, middle).name() == themes.theme.text
    assert color_at(field, middle + QPoint(0, 40)).name() == themes.theme.field


def test_a_table(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = Experiment(
        dataset=Iris(), layers=(Dense(5, Tanh()),), training=TrainingConfig(loss=CrossEntropy())
    )
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment))
    field.show_data(fake_prepared(experiment))
    field.grab()
    assert [text.split()[0] for text in field.output_texts()] == ["setosa", "versicolor", "virginica"]
    assert all(text.endswith("%") for text in field.output_texts())
    assert field.tile(0, 4) is not None


def test_regression_over_a_table_or_points(qtbot: QtBot, themes: ThemeSource) -> None:
    kinds = [kind for kind in DATASETS if kind.task == "regression" and kind.family == "points"]
    experiment = Experiment(
        dataset=kinds[0](), layers=(Dense(3, Tanh()),), training=TrainingConfig(loss=MeanSquaredError())
    )
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment))
    assert field.tile(1, 0) is not None
    assert color_at(field, center(field, -1, 0)).name() != LIGHT.canvas


def test_from_points_to_images_and_back(qtbot: QtBot, themes: ThemeSource) -> None:
    points, images = points_experiment(3), mnist_experiment(8)
    field = field_of(qtbot, themes, points, fake_snapshot(points))
    field.set_experiment(images)
    field.grab()  # the columns are still the old ones
    field.set_columns(arrange(images, SIZE[0]))
    field.show_snapshot(fake_snapshot(images))
    assert field.tile(1, 7) is not None
    assert field.output_texts()
    field.set_experiment(points)
    field.set_columns(arrange(points, SIZE[0]))
    field.show_snapshot(fake_snapshot(points))
    assert field.output_texts() == []
    assert color_at(field, center(field, -1, 0) - QPoint(18, 0)).red() > 200


# By keyboard


def focus(field: NeuronField) -> None:
    """Focus the neurons by Tab."""
    field.neurons.clearFocus()
    field.neurons.setFocus(Qt.FocusReason.TabFocusReason)


def test_the_keyboard_walks_through_the_neurons(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(3, 2)
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment))
    chosen = QSignalSpy(field.neuron_clicked)
    hovered: list[object] = []
    field.neuron_hovered.connect(hovered.append)
    focus(field)
    assert hovered[-1] == (-1, 0)
    QTest.keyClick(field.neurons, Qt.Key.Key_Down)
    assert hovered[-1] == (-1, 1)
    QTest.keyClick(field.neurons, Qt.Key.Key_Right)
    assert hovered[-1] == (0, 1)
    QTest.keyClick(field.neurons, Qt.Key.Key_Down)
    QTest.keyClick(field.neurons, Qt.Key.Key_Right)
    assert hovered[-1] == (1, 1)
    QTest.keyClick(field.neurons, Qt.Key.Key_Return)
    assert chosen.at(0)[0] == (1, 1)
    QTest.keyClick(field.neurons, Qt.Key.Key_End)
    QTest.keyClick(field.neurons, Qt.Key.Key_Right)
    assert hovered[-1] == (2, 0)
    QTest.keyClick(field.neurons, Qt.Key.Key_Home)
    assert hovered[-1] == (-1, 0)
    field.neurons.clearFocus()
    assert hovered[-1] is None


def test_the_menu_key_asks_for_the_menu_of_a_neuron(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(3)
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment))
    asked = QSignalSpy(field.menu_requested)
    focus(field)
    QTest.keyClick(field.neurons, Qt.Key.Key_Menu)
    assert asked.count() == 0  # features have no interventions
    QTest.keyClick(field.neurons, Qt.Key.Key_Right)
    QTest.keyClick(field.neurons, Qt.Key.Key_Menu)
    assert asked.at(0)[0] == Neuron(0, 0)


def test_a_screen_reader_hears_what_a_neuron_is(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(2)
    snapshot = fake_snapshot(experiment)
    kernel = np.array([[0.5, -2.0], [1.25, 0.1]], np.float32)
    picture = dataclasses.replace(snapshot.layers[0], kernel=kernel, bias=np.array([0.12, -0.5], np.float32))
    snapshot = dataclasses.replace(snapshot, layers=(picture, snapshot.layers[1]))
    field = field_of(qtbot, themes, experiment, snapshot)
    assert [field.neurons.words(row) for row in range(4)] == [
        "Feature x₁",
        "Feature x₂",
        "Layer 1, neuron 1: bias 0.12, strongest input x₂ 1.25",
        "Layer 1, neuron 2: bias −0.50, strongest input x₁ −2.00",
    ]
    assert field.neurons.words(4).startswith("Output 1: bias")
    field.set_experiment(experiment.replace(interventions=(Intervention("mute", 0, 1),)))
    assert field.neurons.words(3).endswith("muted")


def test_every_unit_of_a_large_layer_can_be_reached(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = mnist_experiment(300)
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment))
    model = field.neurons.model()
    assert model.rowCount() == 28 * 28 + 300 + 10
    assert "puts out" in field.neurons.words(28 * 28 + 299)


# Signal animation


def learning(field: NeuronField, experiment: Experiment) -> None:
    """Two snapshots of the same run, with strong links."""
    for epoch in (1, 2):
        field.show_snapshot(fake_snapshot(experiment, epoch=epoch, gain=6.0))


def test_dashes_run_while_the_network_learns_and_stop_with_it(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(4, 4)
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment, epoch=1, gain=6.0))
    assert not field.is_animated
    still = field.grab().toImage()
    learning(field, experiment)
    assert field.is_animated
    assert field.grab().toImage() != still
    qtbot.waitUntil(lambda: not field.is_animated)
    assert field.grab().toImage() == still


def test_the_same_moment_again_is_no_learning(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(4, 4)
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment))
    field.show_snapshot(fake_snapshot(experiment))
    assert not field.is_animated


def test_nothing_flows_with_reduced_motion(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(4, 4)
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment, epoch=1, gain=6.0))
    still = field.grab().toImage()
    field.set_reduced_motion(True)
    learning(field, experiment)
    assert not field.is_animated
    assert field.grab().toImage() == still


def test_dashes_lie_on_their_link_and_move_along_it() -> None:
    starts, ends = np.array([[0.0, 10.0], [0.0, 0.0]]), np.array([[300.0, 10.0], [200.0, 100.0]])
    now, later = dashes(starts, ends, 3.0), dashes(starts, ends, 8.0)
    level = now[:, 1] == 10.0
    assert level.any()
    assert not level.all()
    assert (now[level, 2] > now[level, 0]).all()
    assert (later[0] > now[0])[[0, 2]].all()
    assert (now[:, [0, 2]] >= 0.0).all()
    assert (now[:, [0, 2]] <= 300.0).all()


def test_dashes_that_cost_frames_are_given_up(
    qtbot: QtBot, themes: ThemeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticks = iter(range(1000))
    monkeypatch.setattr(flow, "perf_counter", lambda: float(next(ticks)))
    made = flow.SignalAnimation()
    sheet = LinkSheet(0, -1, np.array([[0.0, 0.0]]), np.array([[200.0, 50.0]]))
    image = QImage(300, 100, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    for _ in range(20):
        assert not made.is_disabled
        made.paint(painter, LIGHT, [sheet], 0.0)
    painter.end()
    assert made.is_disabled
