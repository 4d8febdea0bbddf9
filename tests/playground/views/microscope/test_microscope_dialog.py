"""The microscope dialog: formulas, requests for neuron and sample, live numbers."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from core.data.datasets import Wine
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.inspect.neuron import NeuronTrace, NeuronTracer, trace_neuron
from core.inspect.snapshot import Snapshot
from core.nn import ACTIVATIONS, Dense, Dropout, Tanh
from core.nn.losses import CrossEntropy, Loss, MeanSquaredError
from core.optim import OPTIMIZERS, Adam
from core.train.training_config import TrainingConfig
from playground.model.document import Document
from playground.training.state import TrainingState
from playground.views.microscope import MicroscopeDialog
from playground.views.microscope.formulas import (
    activation_formula,
    gradient_formula,
    loss_formula,
    number,
    sum_formula,
    update_formula,
)
from playground.views.microscope.input_names import input_name, layer_name, pixel_name
from playground.views.theme.theme import LIGHT, ThemeSource, apply
from playground.window.main_window import MainWindow
from tests.playground.driving import click
from tests.playground.fakes import fake_prepared, fake_snapshot, mnist_experiment, points_experiment

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
PATIENCE_MS = 60_000


@pytest.fixture(autouse=True)
def themed(qapp: QApplication) -> Iterator[None]:
    apply(qapp, LIGHT)
    yield
    qapp.setStyleSheet("")


def trace_of(experiment: Experiment, layer: int, unit: int, sample: int = 0, epochs: int = 0) -> NeuronTrace:
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    for _ in range(epochs):
        trainer.run_epoch()
    return trace_neuron(trainer, prepared.test, sample, layer, unit)


def snapshot_of(experiment: Experiment, layer: int, unit: int) -> Snapshot:
    """A snapshot with the trace of a unit."""
    prepared = prepare(experiment)
    microscope = NeuronTracer(make_trainer(experiment, prepared))
    trace, feature_map_view = microscope.trace_unit(prepared.test, 0, layer, unit)
    snapshot = fake_snapshot(experiment, grid=16)
    request = dataclasses.replace(snapshot.request, neuron=(layer, unit))
    return dataclasses.replace(snapshot, request=request, trace=trace, feature_map_view=feature_map_view)


def plain(text: str) -> str:
    return re.sub(r"<[^>]+>", "", text.replace("&nbsp;", " "))


@pytest.fixture
def host(qtbot: QtBot) -> QWidget:
    host = QWidget()
    qtbot.addWidget(host)
    return host


def opened(host: QWidget, experiment: Experiment, qtbot: QtBot) -> MicroscopeDialog:
    document = Document(experiment, host)
    dialog = MicroscopeDialog(document, ThemeSource(mode="light", parent=host), host)
    dialog.show_data(fake_prepared(experiment))
    dialog.show()
    qtbot.waitExposed(dialog)
    return dialog


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0"),
        (0.4249, "0.42"),
        (-0.77, "−0.77"),
        (-12.345, "−12.35"),
        (0.0312, "0.031"),
        (0.0071, "0.0071"),
        (4.2e-05, "4.2e−05"),
        (123.45, "123.5"),
        (-31_000.0, "−31,000"),
        (5e6, "5 million"),
        (float("inf"), "∞"),
    ],
)
def test_numbers_have_about_three_digits(value: float, text: str) -> None:
    assert number(value) == text


def test_the_sum_is_written_with_its_largest_products_first() -> None:
    trace = dataclasses.replace(
        trace_of(points_experiment(4), 0, 0),
        inputs=np.array([0.25, 1.3, 0.01, 2.0]),
        weights=np.array([-0.77, 0.42, 3.0, -0.05]),
        bias=-0.2,
        total=0.0834,
    )
    text = plain(sum_formula(trace))
    assert text == "z = 0.42·1.30 + (−0.77)·0.25 + (−0.050)·2.00 + … + (−0.20) = 0.083"


@pytest.mark.parametrize("kind", [kind.kind for kind in ACTIVATIONS if kind.kind != "softmax"])
def test_every_activation_has_a_formula_that_ends_in_its_output(kind: str) -> None:
    experiment = Experiment(layers=(Dense(3, ACTIVATIONS.make(kind)),))
    trace = trace_of(experiment, 0, 1)
    text = plain(activation_formula(trace))
    assert text.startswith("a = ")
    assert text.endswith(f"= {number(trace.output)}")
    assert "((" not in text
    assert kind == "linear" or number(trace.total) in text


def test_tanh_reads_as_in_a_book() -> None:
    trace = dataclasses.replace(trace_of(points_experiment(2), 0, 0), total=-0.31, output=-0.3004)
    assert plain(activation_formula(trace)) == "a = tanh(z) = tanh(−0.31) = −0.30"


def test_the_loss_names_the_class() -> None:
    experiment = Experiment(
        dataset=Wine(), layers=(Dense(4, Tanh()),), training=TrainingConfig(loss=CrossEntropy())
    )
    trace = trace_of(experiment, 1, 0)
    text = plain(loss_formula(trace, experiment.training.loss, ("red", "white", "rosé")))
    target = ("red", "white", "rosé")[int(np.argmax(trace.target))]
    assert f"the target is {target} (1.00)" in text
    assert f"cross-entropy = {number(trace.loss)}" in text


def test_the_gradient_is_the_chain_rule() -> None:
    trace = trace_of(points_experiment(4, loss=MeanSquaredError()), 0, 2)
    assert trace.slope is not None
    text = plain(gradient_formula(trace))
    assert f"∂L/∂a = {number(trace.output_gradient)}" in text
    assert f"1 − a² = {number(trace.slope)}" in text
    assert f"= {number(trace.total_gradient)}" in text


@pytest.mark.parametrize(
    ("loss", "words"), [(CrossEntropy(), "a − target ="), (MeanSquaredError(), "all outputs")]
)
def test_softmax_says_how_its_gradient_comes_about(loss: Loss, words: str) -> None:
    experiment = Experiment(dataset=Wine(), layers=(Dense(4, Tanh()),), training=TrainingConfig(loss=loss))
    experiment = experiment.replace(output=experiment.output.replace(activation="softmax"))
    trace = trace_of(experiment, 1, 2)
    text = plain(gradient_formula(trace))
    assert words in text
    assert f"= {number(trace.total_gradient)}" in text


def test_the_update_says_where_the_weight_goes() -> None:
    trace = trace_of(points_experiment(4, optimizer=Adam(0.03)), 0, 2)
    assert trace.bias_step is not None
    text = plain(update_formula(trace, Adam(0.03)))
    assert "Adam at a learning rate of 0.03" in text
    assert f"{trace.bias + trace.bias_step:.4f}".replace("-", "−") in text  # type: ignore[operator]
    lbfgs = OPTIMIZERS.make("lbfgs")
    assert "all samples" in update_formula(trace_of(points_experiment(4, optimizer=lbfgs), 0, 0), lbfgs)


def test_inputs_have_names() -> None:
    points = points_experiment(4, 3, features=("x1", "sin_x2"))
    prepared = prepare(points)
    assert input_name(trace_of(points, 0, 0), 1, points, prepared) == "sin x₂"
    assert input_name(trace_of(points, 1, 0), 2, points, prepared) == "Neuron 3"
    wine = Experiment(
        dataset=Wine(), layers=(Dense(4, Tanh()),), training=TrainingConfig(loss=CrossEntropy())
    )
    assert input_name(trace_of(wine, 0, 0), 0, wine, prepare(wine)) == "alcohol"
    assert pixel_name(28 * 2 + 4, (28, 28, 1)) == "Pixel 3, 5"
    assert pixel_name(4, (2, 2, 3)) == "Pixel 1, 2, channel 2"
    assert layer_name(points, 0) == "Layer 1 · Dense 4, Tanh"
    assert layer_name(points, 2) == "Output · 1, Sigmoid"


def test_layer_neuron_and_sample_are_asked_for(qtbot: QtBot, host: QWidget) -> None:
    dialog = opened(host, points_experiment(4, 3).replace(layers=(Dense(4), Dropout(0.1), Dense(3))), qtbot)
    neurons, samples = QSignalSpy(dialog.neuron_changed), QSignalSpy(dialog.sample_changed)
    assert dialog.layer.count() == 4
    dialog.layer.setFocus()
    QTest.keyClick(dialog.layer, Qt.Key.Key_Down)
    assert neurons.at(neurons.count() - 1) == [(1, 0)]
    QTest.keyClick(dialog.layer, Qt.Key.Key_Down)
    assert neurons.at(neurons.count() - 1) == [(2, 0)]
    _step_up(dialog.unit)
    assert neurons.at(neurons.count() - 1) == [(2, 1)]
    assert dialog.unit.maximum() == 3
    _step_up(dialog.sample)
    assert samples.at(0) == [1]
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()
    assert neurons.at(neurons.count() - 1) == [None]


def _step_up(box: QSpinBox) -> None:
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Up)


def test_a_snapshot_fills_formulas_and_table(qtbot: QtBot, host: QWidget) -> None:
    experiment = points_experiment(4, 3)
    dialog = opened(host, experiment, qtbot)
    assert dialog.inspect(1, 2)
    trace = trace_of(experiment, 1, 2)
    dialog.show_snapshot(snapshot_of(experiment, 1, 2))
    assert plain(dialog.steps["sum"].text()) == plain(sum_formula(trace))
    assert f"= {number(trace.loss)}" in plain(dialog.steps["loss"].text())
    rows = dialog.table.rows
    assert len(rows) == 5
    sizes = [abs(row.product) for row in rows[:-1]]
    assert sizes == sorted(sizes, reverse=True)
    assert sum(row.product for row in rows) == pytest.approx(trace.total)
    assert rows[-1].name == "Bias"


def test_a_lens_of_another_neuron_is_not_shown(qtbot: QtBot, host: QWidget) -> None:
    experiment = points_experiment(4, 3)
    dialog = opened(host, experiment, qtbot)
    dialog.inspect(0, 1)
    dialog.show_snapshot(snapshot_of(experiment, 1, 2))
    assert dialog.steps["sum"].text() == ""


def test_784_inputs_are_12_rows_and_a_rest(qtbot: QtBot, host: QWidget) -> None:
    experiment = mnist_experiment(8)
    dialog = opened(host, experiment, qtbot)
    assert dialog.place == (1, 0)
    trace = trace_of(experiment, 1, 0)
    dialog.show_snapshot(snapshot_of(experiment, 1, 0))
    rows = dialog.table.rows
    assert len(rows) == 14
    assert rows[12].name == "and 772 more"
    assert rows[0].name.startswith("Pixel ")
    assert sum(row.product for row in rows) == pytest.approx(trace.total)


def test_edits_keep_the_layer_where_they_can(qtbot: QtBot, host: QWidget) -> None:
    experiment = points_experiment(4, 3)
    dialog = opened(host, experiment, qtbot)
    dialog.inspect(1, 2)
    document = host.findChild(Document)
    assert document is not None
    document.replace_layer(1, Dense(2))
    assert dialog.place == (1, 1)
    document.remove_layer(1)
    assert dialog.place is not None
    assert dialog.place[0] in (0, 1)
    assert not dialog.inspect(2, 0)


def test_m_opens_it_and_it_lives_while_training(qtbot: QtBot, make: Callable[..., MainWindow]) -> None:
    window = make(points_experiment(4, 3))
    QTest.keyClick(window, Qt.Key.Key_M)
    microscope = window.microscope
    qtbot.waitUntil(lambda: bool(microscope.steps["sum"].text()), timeout=PATIENCE_MS)
    before = microscope.steps["sum"].text()
    window.actions_by_name["step_epoch"].trigger()
    qtbot.waitUntil(lambda: microscope.steps["sum"].text() != before, timeout=PATIENCE_MS)
    snapshot = window.snapshot_router.snapshot
    assert snapshot is not None
    assert snapshot.trace is not None
    kernel = snapshot.layers[0].kernel
    assert kernel is not None
    np.testing.assert_array_equal(snapshot.trace.weights, kernel[:, 0])
    microscope.close()
    assert window.session.request.neuron is None


def test_a_click_on_a_neuron_opens_it_there(qtbot: QtBot, make: Callable[..., MainWindow]) -> None:
    window = make(points_experiment(4, 3))
    qtbot.waitUntil(lambda: window.session.state is TrainingState.IDLE, timeout=PATIENCE_MS)
    window.canvas.neuron_clicked.emit((-1, 0))
    assert not window.microscope.isVisible()
    window.canvas.neuron_clicked.emit((1, 2))
    qtbot.waitUntil(window.microscope.isVisible, timeout=PATIENCE_MS)
    assert window.microscope.place == (1, 2)
    assert window.session.request.neuron == (1, 2)


def test_a_click_on_a_test_point_chooses_the_sample(qtbot: QtBot, make: Callable[..., MainWindow]) -> None:
    window = make(points_experiment(4, 3))
    QTest.keyClick(window, Qt.Key.Key_M)
    qtbot.waitUntil(lambda: bool(window.microscope.steps["sum"].text()), timeout=PATIENCE_MS)
    plot = window.output.plot
    points = plot._prepared.test_points
    # A point that overlaps no other.
    distances = np.linalg.norm(points[:, None] - points[None], axis=2) + 99 * np.eye(len(points))
    row = int(np.argmax(distances.min(axis=1)))
    spot = plot._place_of(points[row])
    click(plot.viewport(), QPoint(round(spot.x()), round(spot.y())))
    assert window.session.request.sample == row
    assert window.microscope.sample.value() == row + 1

    def looked_at() -> int | None:
        snapshot = window.snapshot_router.snapshot
        return None if snapshot is None or snapshot.trace is None else snapshot.trace.sample

    qtbot.waitUntil(lambda: looked_at() == row, timeout=PATIENCE_MS)
    assert plot._marked == row
    window.microscope.close()
    assert plot._marked is None
