"""A dense network on images: weight images, the strongest links of the sample, pages, and the pad beside the input."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.inspect.found_samples import NearestSamples
from core.nn import Conv2D, Dense, Dropout, Flatten
from playground.views.canvas.column_layout import arrange
from playground.views.canvas.hit_items import Neuron
from playground.views.canvas.key_line import KeyLine
from playground.views.canvas.neuron_field import NeuronField
from playground.views.canvas.pixel_field import PixelField
from playground.views.canvas.sample_field import SampleField
from playground.views.theme.colors import LIGHT
from playground.views.theme.theme import ThemeSource
from tests.playground.fakes import fake_prepared, fake_snapshot, mnist_experiment
from tests.playground.views.canvas.fields import SIZE, color_at, field_of, with_layer

pytestmark = pytest.mark.usefixtures("themed")

STACK = mnist_experiment(layers=(Flatten(), Dense(40, "relu"), Dropout(0.1), Dense(6, "tanh")))


@pytest.fixture
def field(qtbot: QtBot) -> NeuronField:
    made = field_of(qtbot, ThemeSource(mode="light"), STACK, fake_snapshot(STACK))
    made.grab()
    return made


def drawn(field: NeuronField) -> PixelField:
    assert isinstance(field._field, PixelField)
    return field._field


def test_only_dense_stacks_are_drawn_so(qtbot: QtBot) -> None:
    convolution = mnist_experiment(layers=(Conv2D(2, (3, 3)), Flatten(), Dense(4)))
    made = field_of(qtbot, ThemeSource(mode="light"), convolution)
    assert isinstance(made._field, SampleField)
    assert not isinstance(made._field, PixelField)
    assert not made.pixel_tools.draw.isVisible()


def test_a_tile_is_the_image_of_its_units_weights(qtbot: QtBot, field: NeuronField) -> None:
    kernel = np.zeros((784, 40), np.float32)
    image = kernel.reshape(28, 28, 40)
    unit = drawn(field)._weights[1].visible[0]
    image[:14, :, unit], image[14:, :, unit] = 1.0, -1.0
    snapshot = field._snapshot
    assert snapshot is not None
    field.show_snapshot(with_layer(snapshot, 1, kernel=kernel))
    field.grab()
    tile = field.tile(1, unit)
    assert tile is not None
    middle = tile.center().toPoint()
    # The images follow a few times a second.
    qtbot.waitUntil(lambda: color_at(field, middle - QPoint(0, 9)).name() == LIGHT.positive)
    assert color_at(field, middle + QPoint(0, 9)).name() == LIGHT.negative
    assert field.hit(tile.center()) == Neuron(1, unit)


def test_links_are_the_strongest_products_and_their_number_is_chosen(field: NeuronField) -> None:
    # Six neurons and ten classes, two links each.
    assert drawn(field).links == 2 * (6 + 10)
    action = next(a for a in field.pixel_tools.links.menu().actions() if a.text() == "Top 5")
    action.trigger()
    field.grab()
    assert drawn(field).links == 5 * (6 + 10)
    assert field.pixel_tools.links.text() == "Links: top 5"
    next(a for a in field.pixel_tools.links.menu().actions() if a.text() == "None").trigger()
    field.grab()
    assert drawn(field).links == 0


def test_a_silent_source_has_no_links(qtbot: QtBot, field: NeuronField) -> None:
    snapshot = field._snapshot
    assert snapshot is not None
    silent = with_layer(snapshot, 2, activations=np.zeros(40, np.float32))
    field.show_snapshot(with_layer(silent, 3, activations=np.zeros(6, np.float32)))
    qtbot.waitUntil(lambda: not field.grab().isNull() and drawn(field).links == 0)


def test_a_click_below_the_tiles_turns_the_page(qtbot: QtBot) -> None:
    wide = mnist_experiment(layers=(Flatten(), Dense(400, "relu"), Dense(6, "tanh")))
    field = field_of(qtbot, ThemeSource(mode="light"), wide, fake_snapshot(wide))
    field.grab()
    grid = drawn(field)._weights[1]
    assert grid.pages > 1
    before = grid.visible
    with qtbot.assertNotEmitted(field.neuron_clicked):
        qtbot.mouseClick(field, Qt.MouseButton.LeftButton, pos=grid.fold_rect.center().toPoint())
    assert not set(before) & set(grid.visible)
    assert field.tile(1, before[0]) is None
    assert field.folded(1) == 400 - len(grid.visible)


def test_the_pad_is_beside_the_input(qtbot: QtBot, field: NeuronField) -> None:
    rect = drawn(field).input.rect  # type: ignore[union-attr]
    button = field.pixel_tools.draw
    assert button.isVisible()
    assert button.geometry().top() > rect.bottom()
    with qtbot.waitSignal(field.draw_requested):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_the_order_changes_at_rest_alone(field: NeuronField) -> None:
    snapshot = field._snapshot
    assert snapshot is not None
    order = list(drawn(field)._weights[1].order)
    kernel = snapshot.layers[1].kernel
    assert kernel is not None
    reversed_use = kernel * np.linspace(100.0, 0.0, 40, dtype=np.float32)[np.argsort(np.argsort(order))]
    running = dataclasses.replace(with_layer(snapshot, 1, kernel=reversed_use), step=snapshot.step + 1)
    field.show_snapshot(running)
    assert drawn(field)._weights[1].order == order
    field.show_snapshot(dataclasses.replace(running))
    assert drawn(field)._weights[1].order != order


def _noted(field: NeuronField, sample: int = 2, nearest: tuple[int, ...] = (4, 1, 7)) -> PreparedData:
    """Show a sample of the real data and some training samples that are said to be nearest."""
    prepared, snapshot = fake_prepared(STACK), field._snapshot
    assert snapshot is not None
    rows = np.array(nearest)
    field.show_data(prepared)
    field.show_snapshot(
        dataclasses.replace(
            snapshot,
            request=dataclasses.replace(snapshot.request, sample=sample),
            sample=prepared.test.inputs[sample],
        ).with_parts(nearest=NearestSamples(rows, prepared.train.inputs[rows], prepared.train.labels[rows]))
    )
    field.grab()
    return prepared


def test_the_input_says_which_sample_it_is_and_what_it_is_taken_for(field: NeuronField) -> None:
    prepared = _noted(field)
    notes = drawn(field).notes
    assert notes.title == f"test 3 of {len(prepared.test_index)}"
    assert field.nearest == 3
    output = np.zeros(10, np.float32)
    label = int(prepared.test.labels[2])
    for seen, mark in ((label, " ✓"), ((label + 1) % 10, "")):
        output[:] = 0.0
        output[seen] = 1.0
        assert field._snapshot is not None
        notes.show(dataclasses.replace(field._snapshot, sample_output=output))
        assert "".join(text for text, *_ in notes.prediction) == f"label {label}  network {seen}{mark}"
        assert notes.prediction[-1][2] is (seen != label)
        short = "".join(text for text, *_ in notes.short_prediction)
        assert short == (f"{label} ✓" if seen == label else f"{label} → {seen}")


def test_the_nearest_training_samples_are_below_the_button(field: NeuronField) -> None:
    before = field.grab().toImage()
    _noted(field)
    after = field.grab().toImage()
    rects = drawn(field).notes.nearest_rects
    assert rects[0].top() > field.pixel_tools.draw.geometry().bottom()
    for rect in rects:
        middle = rect.center().toPoint()
        points = [middle + QPoint(x, y) for x in range(-12, 13, 3) for y in range(-12, 13, 3)]
        assert any(before.pixelColor(point) != after.pixelColor(point) for point in points)
    # A column that was made again has a snapshot before it has data.
    drawn(field).notes._prepared = None
    assert all(
        field.grab().toImage().pixelColor(rect.center().toPoint())
        != after.pixelColor(rect.center().toPoint())
        for rect in rects
    )
    # Where there is no room, nothing is drawn over the key.
    field.resize(900, 300)
    assert not drawn(field).notes.shows_nearest


def test_a_snapshot_of_other_data_names_no_samples_of_these(field: NeuronField) -> None:
    _noted(field)
    other = STACK.replace(dataset=dataclasses.replace(STACK.dataset, samples=500))
    assert field._snapshot is not None
    # Before the first snapshot of these data, one of values that are no classes of theirs.
    nearest = NearestSamples(np.arange(3), np.zeros((3, 28, 28, 1), np.float32), np.full(3, 99))
    field.show_snapshot(dataclasses.replace(field._snapshot, experiment=other).with_parts(nearest=nearest))
    field.grab()
    assert drawn(field).notes.title == ""


def test_what_another_network_said_is_not_said_of_these_data(field: NeuronField) -> None:
    _noted(field)
    notes = drawn(field).notes
    assert field._snapshot is not None
    output = np.eye(12, dtype=np.float32)[11]
    notes.show(dataclasses.replace(field._snapshot, sample_output=output))
    assert (notes.prediction, notes.short_prediction) == ((), ())
    field.grab()
    notes.show(field._snapshot)
    notes.show_data(dataclasses.replace(fake_prepared(STACK)))
    assert notes.title == ""


def test_data_that_an_undo_has_overtaken_name_no_samples(field: NeuronField) -> None:
    """Spirals are chosen and undone before their run has begun; then their data come."""
    prepared = _noted(field, nearest=(0, 1, 2))
    assert max(prepared.train.labels[:3]) > 1
    title = drawn(field).notes.title
    spirals = Experiment()
    for experiment in (spirals, STACK):
        field.set_columns(arrange(experiment, SIZE[0]))
        field.set_experiment(experiment)
    field.show_data(fake_prepared(spirals))
    field.grab()
    assert drawn(field).notes.title == title
    # A column that is made again then, by another width of the window, is of the same run.
    field._arrange()
    field.grab()
    assert drawn(field).notes.title == title
    assert field._snapshot is not None
    field.show_data(prepared)
    field.show_snapshot(field._snapshot)
    assert drawn(field).notes.title == title


def test_a_key_below_says_what_colors_bars_and_links_mean(
    field: NeuronField, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    monkeypatch.setattr(KeyLine, "_write", lambda line, text: written.append(text))
    field.grab()
    assert written == [
        "weight −",
        "+",
        "bar below a tile: its activation",
        "links: the 2 strongest into each for this sample",
    ]
