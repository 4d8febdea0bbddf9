"""The microscope on feature maps: every position can be selected, with the network's numbers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from core.inspect.found_samples import top_patches
from core.inspect.neuron import InspectedNeuron, NeuronPart, NeuronTracer
from core.nn import (
    Dropout,
    Flatten,
)
from playground.plugins.microscope.formulas import number
from playground.plugins.microscope.patch_table import _inks
from playground.views.theme.colors import DARK, LIGHT, contrast, diverging_lut
from playground.views.theme.theme import ThemeSource
from playground.window.main_window import MainWindow
from tests.playground.driving import click
from tests.playground.fakes import mnist_experiment
from tests.playground.plugins.microscope.map_bench import CONVOLUTIONS, Bench, plain

pytestmark = pytest.mark.usefixtures("themed")


PATIENCE_MS = 60_000


def test_the_sample_shows_what_the_place_depends_on(qtbot: QtBot, host: QWidget) -> None:
    dialog = Bench(*CONVOLUTIONS).opened(host, qtbot, 2, 1)
    dialog.cards.map.map.keep((4, 5))
    # 3 x 3 windows over a halved map over 3 x 3 windows: 8 pixels on each side.
    assert dialog.cards.map.sample.box == (7, 9, 15, 17)
    dialog.cards.map.map.keep((0, 0))
    assert dialog.cards.map.sample.box == (0, 0, 7, 7)


def test_a_drawing_is_looked_at_without_a_loss(qtbot: QtBot, host: QWidget) -> None:
    bench = Bench(*CONVOLUTIONS)
    dialog = bench.opened(host, qtbot, 0, 1)
    assert dialog.steps["loss"].isVisible()
    assert dialog.table.rows[0].gradient is not None
    drawing = np.zeros((28, 28, 1), np.float32)
    drawing[10:18, 12:15] = 1.0
    trace, seen = NeuronTracer(bench.trainer).trace_unit(bench.prepared.test, 0, 0, 1, drawing)
    expected = bench.trainer.network.layer_outputs(drawing[None])[0][0, :, :, 1]
    np.testing.assert_allclose(seen.outputs, expected, atol=1e-5)
    dialog._timer.stop()
    dialog.show_snapshot(bench.snapshot(0, 1).with_parts(neuron=InspectedNeuron(trace, seen)))
    assert seen.image is not None
    np.testing.assert_array_equal(seen.image, drawing)
    assert not any(dialog.steps[name].isVisible() for name in ("loss", "gradient", "update"))
    assert dialog.steps["activation"].isVisible()
    assert {(row.gradient, row.step) for row in dialog.table.rows} == {(None, None)}
    dialog._timer.stop()
    dialog.show_snapshot(bench.snapshot(0, 1))
    assert dialog.steps["loss"].isVisible()


def test_a_dense_layer_after_flatten_shows_its_weights_as_an_image(qtbot: QtBot, host: QWidget) -> None:
    bench = Bench(Flatten(), Dropout(0.2))
    dialog = bench.opened(host, qtbot, 2, 7)
    (row,) = dialog.cards.patches.rows
    assert row.name == "The image"
    assert row.whole is None
    assert row.kernel is not None
    np.testing.assert_allclose(
        row.kernel.ravel(), bench.trainer.network.weights[2]["kernel"][:, 7], rtol=1e-6
    )
    np.testing.assert_allclose(row.patch, bench.prepared.test.inputs[0][:, :, 0])
    assert [what for what, _, _ in dialog.cards.patches.grids(0)] == ["patch", "kernel", "product"]
    assert not dialog.cards.map.isVisible()
    assert dialog.table.rows[0].name.startswith("Pixel ")


def test_both_themes_are_painted_with_numbers_that_can_be_read(qtbot: QtBot, host: QWidget) -> None:
    dialog = Bench(*CONVOLUTIONS).opened(host, qtbot, 2, 1)
    patches, themes = dialog.cards.patches, host.findChild(ThemeSource)
    assert themes is not None
    qtbot.waitUntil(lambda: patches.height() == patches.sizeHint().height())
    seen = []
    for mode, theme in (("light", LIGHT), ("dark", DARK)):
        themes.mode = mode  # type: ignore[assignment]
        _, _, place = patches.grids(0)[1]
        seen.append(colors_in(patches.grab().toImage(), place))
        assert {LIGHT.surface, LIGHT.text} & seen[-1], mode
        for ink, ground in zip(_inks(mode), diverging_lut(theme), strict=True):
            assert contrast(ink, "#{:02x}{:02x}{:02x}".format(*ground[:3])) > 3.8
    assert seen[0] != seen[1]


def colors_in(image: QImage, place: Any) -> set[str]:
    return {
        image.pixelColor(x, y).name()
        for x in range(max(0, int(place.left())), int(place.right()))
        for y in range(max(0, int(place.top())), int(place.bottom()))
    }


def test_a_click_on_a_map_opens_it_and_it_lives_while_training(
    qtbot: QtBot, make: Callable[..., MainWindow]
) -> None:
    window = make(mnist_experiment(samples=100, layers=CONVOLUTIONS))
    field, microscope = window.canvas.scene.field, window.plugins["microscope"].view
    tile = field.tile(1, 2)
    assert tile is not None
    click(field, tile.center().toPoint())
    qtbot.waitUntil(lambda: bool(microscope.cards.patches.rows), timeout=PATIENCE_MS)
    assert microscope.place == (1, 2)
    place = microscope.cards.map.map.place
    microscope.cards.map.map.keep(place)
    before = microscope.steps["sum"].text()
    window.actions_by_name["step_epoch"].trigger()
    qtbot.waitUntil(lambda: microscope.steps["sum"].text() != before, timeout=PATIENCE_MS)
    assert microscope.cards.map.map.place == place
    snapshot = window.snapshot_router.snapshot
    assert snapshot is not None
    seen = snapshot.part(NeuronPart)
    assert seen is not None
    activations = snapshot.layers[1].activations
    assert activations is not None
    np.testing.assert_allclose(seen.map.outputs, activations[:, :, 2], atol=1e-5)
    microscope.close()
    assert window.session.request.neuron is None
    # By keys: the list of neurons, then Enter.
    field.neurons.setFocus()
    QTest.keyClick(field.neurons, Qt.Key.Key_Home)
    QTest.keyClick(field.neurons, Qt.Key.Key_Return)
    qtbot.waitUntil(microscope.isVisible, timeout=PATIENCE_MS)
    assert microscope.place == (0, 0)
    assert field.neurons.words(0).startswith("Layer 1, map 1: 28 by 28, strongest ")
    microscope.close()


def test_the_pointer_and_the_keys_choose_the_place(qtbot: QtBot, host: QWidget) -> None:
    bench = Bench(*CONVOLUTIONS)
    dialog = bench.opened(host, qtbot, 2, 1)
    trace, view, sums = bench.trace(2, 1), dialog.cards.map.map, dialog.steps["sum"]
    assert view.place == trace.strongest
    assert sums.text().endswith(f"= <b>{number(trace.at(trace.strongest).total)}</b>")
    assert "the strongest" in dialog.cards.map.place_text.text()
    QTest.mouseMove(view, view.square((2, 7)).center().toPoint())
    assert view.place == (2, 7)
    assert sums.text().endswith(f"= <b>{number(trace.at((2, 7)).total)}</b>")
    assert dialog.cards.map.place_text.text().startswith("Row 3, column 8: ")
    assert f"= {number(trace.at((2, 7)).output)}" in plain(dialog.steps["activation"].text())
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert view.place == trace.strongest
    click(view, view.square((4, 5)).center().toPoint())
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert view.place == (4, 5)
    assert view.hasFocus()
    for key, place in (
        (Qt.Key.Key_Right, (4, 6)),
        (Qt.Key.Key_Down, (5, 6)),
        (Qt.Key.Key_Left, (5, 5)),
        (Qt.Key.Key_Up, (4, 5)),
    ):
        QTest.keyClick(view, key)
        assert view.place == place
    assert view.accessibleDescription().startswith("Row 5, column 6: ")
    for _ in range(30):
        QTest.keyClick(view, Qt.Key.Key_Up)
    assert view.place == (0, 5)
    QTest.keyClick(view, Qt.Key.Key_Home)
    assert view.place == trace.strongest
    assert not dialog.cards.map.strongest.isEnabled()
    QTest.keyClick(view, Qt.Key.Key_Right)
    click(dialog.cards.map.strongest)
    assert view.place == trace.strongest


def test_a_patch_that_excites_the_filter_chooses_its_sample(qtbot: QtBot, host: QWidget) -> None:
    bench = Bench(*CONVOLUTIONS)
    dialog = bench.opened(host, qtbot, 2, 1)
    best = top_patches(bench.trainer.network, bench.prepared.test.inputs, 2, 1)
    assert best is not None
    strip, samples = dialog.cards.map.patches, QSignalSpy(dialog.sample_changed)
    assert [button.text() for button in strip.buttons] == [number(patch.value) for patch in best.patches]
    assert strip.buttons[0].toolTip().startswith(f"Sample {best.patches[0].row + 1}, row ")
    dialog.cards.map.map.keep((0, 0))
    click(strip.buttons[2])
    assert samples.at(0) == [best.patches[2].row]
    assert not dialog.cards.map.map.is_kept
    bench.trainer.network.weights[2]["kernel"][...] = 0.0
    bench.trainer.network.weights[2]["bias"][...] = 0.0
    dialog._timer.stop()
    dialog.show_snapshot(bench.snapshot(2, 1))
    assert not any(button.isVisible() for button in strip.buttons)
    assert strip.hint.text().startswith("None of ")
