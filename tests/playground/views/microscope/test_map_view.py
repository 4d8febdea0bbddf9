"""The microscope on feature maps: every position can be selected, with the network's numbers."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from core.experiment.prepare import PreparedData, make_trainer, prepare
from core.inspect.feature_map import FeatureMapView
from core.inspect.neuron import NeuronTracer
from core.inspect.snapshot import Snapshot
from core.inspect.top_activations import top_patches
from core.nn import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dropout,
    Flatten,
    GaussianNoise,
    GlobalAveragePooling2D,
    Layer,
    LayerNormalization,
    MaxPooling2D,
    ReLU,
    Reshape,
    Residual,
)
from playground.model.document import Document
from playground.views.microscope import MicroscopeDialog
from playground.views.microscope.channel_rows import patch_rows
from playground.views.microscope.formulas import number
from playground.views.microscope.map_formulas import map_gradient, what_it_does
from playground.views.microscope.patch_table import _inks
from playground.views.theme.theme import DARK, LIGHT, ThemeSource, apply, contrast, diverging_lut
from playground.window.main_window import MainWindow
from tests.playground.driving import click
from tests.playground.fakes import fake_snapshot, mnist_experiment

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
PATIENCE_MS = 60_000
CONVOLUTIONS = (
    Conv2D(5, (3, 3), activation=ReLU(), padding="same"),
    MaxPooling2D(),
    Conv2D(4, (3, 3)),
    Flatten(),
)


class Bench:
    """A network on MNIST with an open microscope."""

    def __init__(self, *layers: Layer) -> None:
        self.experiment = mnist_experiment(samples=100, layers=layers)
        self.prepared: PreparedData = prepare(self.experiment)
        self.trainer = make_trainer(self.experiment, self.prepared)
        self._plain = fake_snapshot(mnist_experiment(samples=100, layers=(Flatten(),)), grid=16)

    def trace(self, layer: int, unit: int) -> FeatureMapView:
        return NeuronTracer(self.trainer).trace_unit(self.prepared.test, 0, layer, unit)[1]

    def snapshot(self, layer: int, unit: int) -> Snapshot:
        trace, feature_map_view = NeuronTracer(self.trainer).trace_unit(self.prepared.test, 0, layer, unit)
        best = top_patches(self.trainer.network, self.prepared.test.inputs, layer, unit)
        return dataclasses.replace(
            self._plain,
            experiment=self.experiment,
            request=dataclasses.replace(self._plain.request, neuron=(layer, unit)),
            trace=trace,
            feature_map_view=feature_map_view,
            top_patches=best,
        )

    def opened(self, host: QWidget, qtbot: QtBot, layer: int, unit: int) -> MicroscopeDialog:
        document = Document(self.experiment, host)
        dialog = MicroscopeDialog(document, ThemeSource(mode="light", parent=host), host)
        dialog.show_data(self.prepared)
        dialog.show()
        qtbot.waitExposed(dialog)
        assert dialog.inspect(layer, unit)
        dialog.show_snapshot(self.snapshot(layer, unit))
        return dialog


@pytest.fixture(autouse=True)
def themed(qapp: QApplication) -> Iterator[None]:
    apply(qapp, LIGHT)
    yield
    qapp.setStyleSheet("")


@pytest.fixture
def host(qtbot: QtBot) -> QWidget:
    host = QWidget()
    qtbot.addWidget(host)
    return host


def plain(text: str) -> str:
    return re.sub(r"<[^>]+>", "", text.replace("&nbsp;", " ").replace("<br>", "\n"))


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


def test_the_gradient_is_that_of_the_chosen_place(qtbot: QtBot, host: QWidget) -> None:
    bench = Bench(*CONVOLUTIONS)
    dialog = bench.opened(host, qtbot, 2, 1)
    trace = bench.trace(2, 1)
    dialog.cards.map.map.keep((3, 3))
    text = plain(dialog.steps["gradient"].text())
    assert f"∂L/∂a = {number(float(trace.output_gradients[3, 3]))}" in text


def test_patch_times_kernel_stands_there_and_what_does_not_fit_is_folded(qtbot: QtBot, host: QWidget) -> None:
    bench = Bench(*CONVOLUTIONS)
    dialog = bench.opened(host, qtbot, 2, 1)
    trace, patches, unfold = bench.trace(2, 1), dialog.cards.patches, dialog.cards.unfold
    spot = trace.at(trace.strongest)
    assert len(patches.rows) == 3
    sizes = [abs(row.result) for row in patches.rows]
    assert sizes == sorted(sizes, reverse=True)
    rest = spot.channel_sums.sum() - sum(row.result for row in patches.rows)
    assert unfold.text() == f"+ 2 more channels, together {number(float(rest))}"
    unfold.setFocus()
    QTest.keyClick(unfold, Qt.Key.Key_Space)
    assert [row.name for row in patches.rows] == [f"Map {number} of layer 2" for number in range(1, 6)]
    assert unfold.text() == "Show fewer"
    kernel = bench.trainer.network.weights[2]["kernel"]
    for channel, row in enumerate(patches.rows):
        assert row.kernel is not None
        np.testing.assert_allclose(row.kernel, kernel[:, :, channel, 1], rtol=1e-6)
        assert (row.patch * row.kernel).sum() == pytest.approx(row.result)
    # Hover text of a number.
    what, values, place = patches.grids(1)[2]
    assert what == "Kernel"
    side = place.width() / 3
    assert patches.text_at(place.topLeft() + QPointF(2.5, 0.5) * side) == (
        f"Kernel, row 1, column 3: {number(float(values[0, 2]))}"
    )
    assert patches.text_at(QPointF(-5.0, -5.0)) == ""


def test_the_sample_shows_what_the_place_depends_on(qtbot: QtBot, host: QWidget) -> None:
    dialog = Bench(*CONVOLUTIONS).opened(host, qtbot, 2, 1)
    dialog.cards.map.map.keep((4, 5))
    # 3 x 3 windows over a halved map over 3 x 3 windows: 8 pixels on each side.
    assert dialog.cards.map.sample.box == (7, 9, 15, 17)
    dialog.cards.map.map.keep((0, 0))
    assert dialog.cards.map.sample.box == (0, 0, 7, 7)


def test_a_patch_that_excites_the_filter_chooses_its_sample(qtbot: QtBot, host: QWidget) -> None:
    bench = Bench(*CONVOLUTIONS)
    dialog = bench.opened(host, qtbot, 2, 1)
    best = top_patches(bench.trainer.network, bench.prepared.test.inputs, 2, 1)
    assert best is not None
    strip, samples = dialog.cards.map.patches, QSignalSpy(dialog.sample_changed)
    assert [button.text() for button in strip.buttons] == [number(patch.value) for patch in best.patches]
    assert strip.buttons[0].toolTip().startswith(f"Test sample {best.patches[0].row + 1}, row ")
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
    dialog.show_snapshot(dataclasses.replace(bench.snapshot(0, 1), trace=trace, feature_map_view=seen))
    assert seen.image is not None
    np.testing.assert_array_equal(seen.image, drawing)
    assert not any(dialog.steps[name].isVisible() for name in ("loss", "gradient", "update"))
    assert dialog.steps["activation"].isVisible()
    assert {(row.gradient, row.step) for row in dialog.table.rows} == {(None, None)}
    dialog._timer.stop()
    dialog.show_snapshot(bench.snapshot(0, 1))
    assert dialog.steps["loss"].isVisible()


def test_a_pool_marks_the_number_that_won(qtbot: QtBot, host: QWidget) -> None:
    bench = Bench(*CONVOLUTIONS)
    dialog = bench.opened(host, qtbot, 1, 3)
    trace = bench.trace(1, 3)
    spot = trace.at(trace.strongest)
    (row,) = dialog.cards.patches.rows
    assert row.sign == "max"
    assert row.winner is not None
    assert row.patch[row.winner] == spot.output
    assert row.kernel is None
    text = plain(dialog.steps["sum"].text())
    assert text.startswith("y = max(")
    assert text.endswith(f"= {number(spot.output)}")
    assert not dialog.table.isVisible()
    assert not dialog.steps["update"].isVisible()
    assert dialog.cards.titles["gradient"].text() == "2 · THE GRADIENT"
    dialog.inspect(0, 0)
    dialog._timer.stop()
    dialog.show_snapshot(bench.snapshot(0, 0))
    assert dialog.table.isVisible()
    assert dialog.cards.titles["gradient"].text() == "4 · THE GRADIENT"


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
    assert [what for what, _, _ in dialog.cards.patches.grids(0)] == ["Patch", "Kernel", "Product"]
    assert not dialog.cards.map.isVisible()
    assert dialog.table.rows[0].name.startswith("Pixel ")


@pytest.mark.parametrize(
    ("layers", "layer", "words"),
    [
        ((AveragePooling2D(),), 0, r"^y = \(.* \+ .* \+ .* \+ .*\) / 4 = "),
        ((BatchNormalization(),), 0, r"γ · \(x − mean\) / √\(variance \+ ε\) \+ β"),
        ((BatchNormalization(center=False, scale=False),), 0, r"^y = \(x − mean\) / √\(variance \+ ε\)\n"),
        ((LayerNormalization(),), 0, "numbers at this place"),
        ((Dropout(0.2),), 0, "While training, 20 % of the numbers are set to 0"),
        ((GaussianNoise(0.1),), 0, "noise of a deviation of 0.1"),
        ((Activation(ReLU()),), 0, r"^y = ReLU\("),
        ((ReLU(),), 0, r"^y = ReLU\("),
        ((Flatten(),), 0, "The number at row 1, column 4; nothing is changed but its place"),
        ((Conv2D(2, (3, 3)), Flatten()), 1, "row 1, column 2 of map 2"),
        ((Reshape((14, 56, 1)),), 0, "nothing is changed but its place"),
        ((Conv2D(4, (3, 3)), GlobalAveragePooling2D()), 1, "the mean of all 676 numbers"),
        ((Residual((Conv2D(1, (3, 3), padding="same"),)),), 0, r"y = x \+ F\(x\) = "),
        ((Residual((Conv2D(2, (3, 3), padding="same"),), projection=True),), 0, "the projected inputs"),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else None,
)
def test_every_layer_says_what_it_does_in_numbers(layers: tuple[Any, ...], layer: int, words: str) -> None:
    ends = () if any(isinstance(part, Flatten | GlobalAveragePooling2D) for part in layers) else (Flatten(),)
    bench = Bench(*layers, *ends)
    unit = 3 if bench.trainer.network.shapes[layer][-1] > 3 else 0
    trace = bench.trace(layer, unit)
    spot = trace.at(trace.strongest)
    text = plain(what_it_does(trace, spot))
    assert re.search(words, text), text
    assert number(spot.output) in text
    assert "∂L/∂y = " in plain(map_gradient(trace, spot))
    if isinstance(layers[layer], AveragePooling2D | GlobalAveragePooling2D | MaxPooling2D):
        assert patch_rows(trace, spot)[0][0].result == spot.output


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
    field, microscope = window.canvas.scene.field, window.microscope
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
    assert snapshot.feature_map_view is not None
    activations = snapshot.layers[1].activations
    assert activations is not None
    np.testing.assert_allclose(snapshot.feature_map_view.outputs, activations[:, :, 2], atol=1e-5)
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
