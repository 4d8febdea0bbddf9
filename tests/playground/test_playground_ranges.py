"""Every choice of TensorFlow Playground exists here, with at least its range."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from core.data.dataset import Dataset
from core.data.datasets import DATASETS
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_network, prepare
from core.experiment.presets import preset_files
from core.experiment.project_file import load_project
from core.nn import Dense
from core.nn.losses import HalfSquaredError
from core.optim import SGD
from playground.views.widgets import LabeledSlider
from playground.window.main_window import MainWindow
from tests.core.experiment.on_data import with_dataset
from tests.playground.driving import click, press, put_text

pytestmark = pytest.mark.shared_window

PATIENCE_MS = 60_000
RATES = (0.00001, 0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
PENALTIES = ("0.001", "0.003", "0.01", "0.03", "0.1", "0.3", "1", "3", "10")
ITS_SETS = ("circle", "xor", "gauss", "spirals", "plane", "multi_gauss")


def wait_for_a_picture(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: window.snapshot_router.snapshot is not None, timeout=PATIENCE_MS)


def by_key(slider: LabeledSlider, key: Qt.Key) -> None:
    slider.track.setFocus()
    QTest.keyClick(slider.track, key)


def test_every_learning_rate_is_chosen_by_key(window: MainWindow) -> None:
    combo = window.training_bar.fields.learning_rate
    combo.setFocus()
    for _ in range(combo.count()):
        QTest.keyClick(combo, Qt.Key.Key_Up)
    chosen = set()
    for _ in range(combo.count()):
        chosen.add(window.document.experiment.training.optimizer.learning_rate)
        QTest.keyClick(combo, Qt.Key.Key_Down)
    assert chosen >= set(RATES)


def test_an_activation_for_all_layers_at_once(window: MainWindow) -> None:
    document, before = window.document, window.document.experiment
    for name in ("relu", "tanh", "sigmoid", "linear"):
        press(window, Qt.Key.Key_K, Qt.KeyboardModifier.ControlModifier)
        QTest.keyClicks(QApplication.focusWidget(), f"all activations {name}")
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)
        kinds = {layer.activation.kind for layer in document.experiment.layers}  # type: ignore[attr-defined]
        assert kinds == {name}
    while document.undo_stack.canUndo():
        document.undo_stack.undo()
    assert document.experiment == before


def test_every_regularization_is_offered(window: MainWindow) -> None:
    combo = window.training_bar.fields.regularizer
    offered = {combo.itemText(index) for index in range(combo.count())}
    assert offered >= {f"{kind} · {rate}" for kind in ("L1", "L2") for rate in PENALTIES} | {"None"}


@pytest.mark.parametrize("kind", ITS_SETS)
def test_shares_noise_and_batches_reach_as_far(
    kind: str, make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make(with_dataset(Experiment(), DATASETS.make(kind)))
    document, data = window.document, window.side.data
    for key, share, noise in ((Qt.Key.Key_Home, 0.1, 0.0), (Qt.Key.Key_End, 0.9, 0.5)):
        by_key(data.share, key)
        by_key(data.slider("noise"), key)
        assert document.experiment.train_share == share
        assert document.experiment.dataset.noise == noise  # type: ignore[attr-defined]
    field = window.training_bar.fields.batch_size.lineEdit()
    assert isinstance(field, QLineEdit)
    for size in (1, 30):
        put_text(field, str(size))
        assert document.experiment.training.batch_size == size


@pytest.mark.parametrize("kind", ITS_SETS)
def test_as_many_points_in_the_same_window(kind: str) -> None:
    dataset = DATASETS.make(kind)
    assert isinstance(dataset, Dataset)
    points = dataset.load(seed=1).inputs
    assert len(points) == (1200 if dataset.info().labels == "values" else 500)
    assert 4.5 < np.abs(points).max() <= 6.5


def test_more_layers_and_units_than_six_of_eight(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = make(Experiment(layers=tuple(Dense(8, "tanh") for _ in range(6))))
    card = window.palette_bar.cards[0]
    QTest.mouseDClick(card, Qt.MouseButton.LeftButton)
    plus = window.canvas.scene.layer_cards[0].plus
    for _ in range(3):
        click(plus)
    layers = window.document.experiment.layers
    assert len(layers) == 7
    assert isinstance(layers[0], Dense)
    assert layers[0].units == 11
    qtbot.waitUntil(
        lambda: (
            window.snapshot_router.snapshot is not None and len(window.snapshot_router.snapshot.layers) == 8
        ),
        timeout=PATIENCE_MS,
    )


def test_its_opening_network_is_a_preset() -> None:
    path = next(path for path in preset_files() if "tf_playground" in path.name)
    experiment = load_project(path)[0]
    assert [layer.units for layer in experiment.layers] == [4, 2]  # type: ignore[attr-defined]
    assert {layer.activation.kind for layer in experiment.layers} == {"tanh"}  # type: ignore[attr-defined]
    assert (experiment.dataset.kind, experiment.train_share, experiment.training.batch_size) == (
        "circle",
        0.5,
        10,
    )
    assert experiment.training.optimizer == SGD(learning_rate=0.03)
    assert experiment.training.loss == HalfSquaredError()
    network = make_network(experiment)
    for _, parameter, values in network.described():
        if parameter.name == "bias":
            np.testing.assert_allclose(values, 0.1, atol=1e-7)
        else:
            assert -0.5 <= values.min() < values.max() <= 0.5
    answers = network.predict(prepare(experiment).test_inputs)
    assert answers.shape[1] == 1
    assert -1 < answers.min() < answers.max() < 1


def test_a_feature_fills_the_large_plot(window: MainWindow, qtbot: QtBot) -> None:
    wait_for_a_picture(window, qtbot)
    field = window.canvas.scene.field
    tile = field.tile(-1, 1)
    assert tile is not None
    QTest.mouseMove(field, tile.center().toPoint())
    assert "x₂" in window.output.title.accessibleName()
    QTest.mouseMove(field, QPoint(field.width() // 2, field.height() - 3))
    assert window.output.title.accessibleName() == "Output"


def test_losses_are_told_to_three_decimals(window: MainWindow, qtbot: QtBot) -> None:
    wait_for_a_picture(window, qtbot)
    picture = window.snapshot_router.snapshot
    assert picture is not None
    tile = window.results.second_tile
    for text, value in (
        (tile.value, picture.figures.test.loss),
        (tile.below.text().removeprefix("train "), picture.figures.train.loss),
    ):
        assert len(text.partition(".")[2]) >= 3
        assert float(text) == pytest.approx(value, abs=5e-4)
