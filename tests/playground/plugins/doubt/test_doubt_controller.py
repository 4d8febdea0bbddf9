"""Fog of doubt in the real window: over the boundary, in the readout, from the menu, and refused with a sentence."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QPointF
from PySide6.QtGui import QFontMetricsF
from pytestqt.qtbot import QtBot

from core.data.datasets import Moons
from core.data.datasets.text_datasets import Names
from core.experiment.experiment import Experiment
from core.inspect.fog import FogPart
from core.nn import Dense, Dropout, Embedding
from core.nn.losses import BinaryCrossentropy
from core.train.training_config import TrainingConfig
from playground.training.state import TrainingState
from playground.window.main_window import MainWindow
from tests.playground.driving import choose

PATIENCE_MS = 60_000
MOONS = Experiment(
    dataset=Moons(samples=80), layers=(Dense(4, "tanh"),), training=TrainingConfig(loss=BinaryCrossentropy())
)


def train(window: MainWindow, epochs: int, qtbot: QtBot) -> None:
    with qtbot.waitSignal(window.session.state_changed, timeout=PATIENCE_MS):
        window.session.step_epochs(epochs)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)


def test_the_boundary_fades_where_other_seeds_disagree(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = make(MOONS)
    plot = window.output.plot
    train(window, 6, qtbot)
    assert "fog" not in window.session.inspection.state.parts
    choose(window, "View", "Doubt")

    def is_done() -> bool:
        return plot._fog is not None and plot._fog.is_done and plot._fog.epoch == 6

    qtbot.waitUntil(is_done, timeout=PATIENCE_MS)
    fog = plot._fog
    assert fog is not None
    text = plot._fog_text(fog)
    assert text.startswith("class ")
    assert text.endswith(" %, 16 seeds")
    assert plot._fog_text(replace(fog, is_done=False)).endswith(" %, 16 seeds at epoch 6")
    assert "±" in text
    plot.resize(280, 280)
    shown, face = plot.fog_words(replace(fog, is_done=False, epoch=123_456))
    assert shown.endswith("16 seeds at epoch 123,456")
    assert QFontMetricsF(face).horizontalAdvance(shown) <= 280 - 32
    assert "±" in plot.text_at(plot.width() / 2, plot.height() / 2)
    cells = len(fog.doubt) - 1
    row, column = divmod(int(fog.doubt.argmax()), cells + 1)
    at = QPointF(column / cells * (plot.width() - 1), (1 - row / cells) * (plot.height() - 1)).toPoint()
    faded = plot.grab().toImage().pixelColor(at)
    plot.show_fog(None)
    plain = plot.grab().toImage().pixelColor(at)
    assert faded != plain
    train(window, 2, qtbot)
    qtbot.waitUntil(lambda: plot._fog is not None and plot._fog.epoch == 8, timeout=PATIENCE_MS)
    choose(window, "View", "Doubt")
    qtbot.waitUntil(lambda: plot._fog is None, timeout=PATIENCE_MS)
    assert "fog" not in window.session.inspection.state.parts
    assert "±" not in plot.text_at(plot.width() / 2, plot.height() / 2)


def test_dropout_is_left_on_where_there_is_some(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = make(MOONS.replace(layers=(Dense(8, "tanh"), Dropout(0.3))))
    train(window, 1, qtbot)
    choose(window, "View", "Doubt")
    plot = window.output.plot
    qtbot.waitUntil(lambda: plot._fog is not None, timeout=PATIENCE_MS)
    assert plot._fog is not None
    assert plot._fog_text(plot._fog).endswith(" %, dropout left on")
    choose(window, "View", "Doubt")
    qtbot.waitUntil(lambda: plot._fog is None, timeout=PATIENCE_MS)


def test_tokens_have_no_fog_and_a_sentence(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    made = Experiment(dataset=Names(samples=300), layers=(Embedding(27, 8), Dense(8, "tanh")))
    window = make(made.with_training(loss="cross_entropy", batch_size=64))
    qtbot.waitUntil(lambda: window.snapshot_router.snapshot is not None, timeout=PATIENCE_MS)
    said: list[str] = []
    window.plugins["doubt"].message_requested.connect(said.append)
    choose(window, "View", "Doubt")
    assert said
    assert said[0].startswith("There is no fog here: there is no plane")
    snapshot = window.snapshot_router.snapshot
    assert snapshot is not None
    assert snapshot.part(FogPart) is None
    choose(window, "View", "Doubt")
