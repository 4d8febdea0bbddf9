"""Texts, tokens and series open, train and are looked at in the window."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.data.dataset import Dataset
from core.data.datasets.text_datasets import Names
from core.data.datasets.toy_sequences import Brackets, Waves
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.inspect.attention import AttentionPart
from core.nn import Dense, Embedding, Flatten, Layer, LayerNormalization, MultiHeadAttention, Residual
from core.nn.interventions import Intervention
from playground.views.canvas.card_menu import InterventionMenu
from playground.views.canvas.card_text import input_summary
from playground.views.canvas.hit_items import Head, Neuron
from playground.views.output.boundary_plot import _words_for
from playground.views.sample_strip.strip import label_name
from playground.views.widgets.dataset_thumbnails import make_thumbnail
from playground.window.main_window import MainWindow
from tests.playground.driving import click, press

pytestmark = pytest.mark.shared_window

PATIENCE_MS = 60_000


def experiment(dataset: Dataset, *layers: Layer) -> Experiment:
    loss = dataset.info().outputs > 2
    made = Experiment(dataset=dataset, layers=layers)
    return made.with_training(loss="cross_entropy" if loss else "binary_cross_entropy", batch_size=64)


EACH = (
    experiment(Names(samples=300), Embedding(27, 8), Dense(8, "tanh")),
    experiment(
        Brackets(asked="balanced", samples=300),
        Embedding(Brackets().info().vocabulary, 4),
        Flatten(),
        Dense(8, "tanh"),
    ),
    experiment(Waves(samples=300), Flatten(), Dense(8, "tanh")),
)


@pytest.mark.parametrize("made", EACH, ids=lambda made: made.dataset.kind)
def test_it_opens_trains_and_is_undone(
    made: Experiment, make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make(made)

    def epoch() -> float:
        snapshot = window.snapshot_router.snapshot
        return -1.0 if snapshot is None else snapshot.position

    qtbot.waitUntil(lambda: epoch() >= 0, timeout=PATIENCE_MS)
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: epoch() >= 2, timeout=PATIENCE_MS)
    press(window, Qt.Key.Key_Space)
    window.document.change("Rename", window.document.experiment.replace(name="Other"))
    window.document.undo_stack.undo()
    snapshot = window.snapshot_router.snapshot
    assert snapshot is not None
    assert np.isfinite(snapshot.figures.test.loss)
    assert (snapshot.boundary is None) == bool(made.dataset.info().vocabulary)
    window.grab()


def test_texts_are_shown_as_texts() -> None:
    prepared = prepare(EACH[0])
    words = _words_for(prepared).split("\n")
    assert words[0] == "Texts of the test samples"
    assert len(words) == 14
    assert words[2] == label_name(prepared, 0) == prepared.pipeline.inputs.raw(prepared.test.inputs[:1])[0]
    assert _words_for(prepare(EACH[2])) == ""
    assert [input_summary(made) for made in EACH] == ["16 tokens", "16 tokens", "48 × 1"]
    assert prepared.columns == ()


@pytest.mark.parametrize("made", EACH, ids=lambda made: made.dataset.kind)
def test_a_thumbnail_is_a_picture(made: Experiment) -> None:
    thumbnail = make_thumbnail(made.dataset, 0)
    if made.dataset.info().vocabulary:
        assert 1 <= len(thumbnail.lines) <= 2
        assert all(1 <= len(line) <= 8 for line in thumbnail.lines)
        return
    assert thumbnail.image is not None
    assert 0.0 <= thumbnail.image.min() < thumbnail.image.max() <= 1.0


def test_the_canvas_shows_the_letters_of_a_text_and_tells_the_position(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make(EACH[1])
    qtbot.waitUntil(lambda: window.snapshot_router.snapshot is not None, timeout=PATIENCE_MS)
    field = window.canvas.scene.field
    prepared = prepare(EACH[1])
    letters = prepared.pipeline.inputs.raw(prepared.test.inputs[:1])[0]
    assert [field.neurons.words(unit).split(" of")[0] for unit in range(3)] == [
        f"“{letters[unit]}”, place {unit + 1}" for unit in range(3)
    ]
    tile = field.tile(-1, 2)
    assert tile is not None
    QTest.mouseMove(field, tile.center().toPoint())
    assert window.session.inspection.state.position == 2
    # And another view chooses it.
    QTest.mouseMove(field, QPoint(1, 1))
    window.session.inspection.choose_position(1)
    assert field.position == 1


def test_a_head_is_muted_by_a_click_and_comes_back(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    inner = Residual((MultiHeadAttention(num_heads=2),))
    window = make(experiment(Names(samples=300), Embedding(27, 8), inner, Dense(8, "tanh")))
    field, router = window.canvas.scene.field, window.snapshot_router

    def has_looks() -> bool:
        return router.snapshot is not None and router.snapshot.part(AttentionPart) is not None

    qtbot.waitUntil(has_looks, timeout=PATIENCE_MS)
    assert router.snapshot is not None
    looks = router.snapshot.part(AttentionPart)
    assert looks is not None
    heads = looks.of(1)
    assert heads is not None
    assert heads.shape == (2, 16, 16)
    np.testing.assert_allclose(heads.sum(axis=-1), 1.0, rtol=1e-5)
    whole = router.snapshot.sample_output

    def differs() -> bool:
        return router.snapshot is not None and not np.array_equal(router.snapshot.sample_output, whole)

    place = field._field.head_rect(1, 1)  # type: ignore[union-attr]
    assert place is not None
    title = QPointF(place.left() + 4, place.top() - 8) * field._zoom
    QTest.mouseClick(field, Qt.MouseButton.LeftButton, pos=title.toPoint())
    assert window.document.experiment.interventions == (Intervention("mute_head", 1, 1),)
    qtbot.waitUntil(differs, timeout=PATIENCE_MS)
    window.document.undo_stack.undo()
    assert window.document.experiment.interventions == ()
    qtbot.waitUntil(lambda: not differs(), timeout=PATIENCE_MS)
    # By the keyboard: from the tokens up over the embedding to the heads, and their menu.
    field.neurons.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(field.neurons, Qt.Key.Key_Up)
    QTest.keyClick(field.neurons, Qt.Key.Key_Up)
    assert field.neurons.current == Head(1, 0)
    QTest.keyClick(field.neurons, Qt.Key.Key_Menu)
    menu = field.findChild(InterventionMenu)
    assert menu is not None
    QTest.keyClick(menu, Qt.Key.Key_M)
    assert window.document.experiment.interventions == (Intervention("mute_head", 1, 0),)
    assert window.document.undo_stack.undoText() == "Mute head 1 of layer 2"


def loss_of(window: MainWindow, *held: Intervention) -> float:
    """The test loss, if it is that of a network with these interventions and no others; else NaN."""
    snapshot = window.snapshot_router.snapshot
    fits = snapshot is not None and not snapshot.figures.is_old and snapshot.experiment.interventions == held
    return snapshot.figures.test.loss if snapshot is not None and fits else np.nan


def test_muting_a_head_inside_a_block_is_measured(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    block = Residual((LayerNormalization(), MultiHeadAttention(num_heads=2)))
    stack = Embedding(27, 8), block, Residual((LayerNormalization(), Dense(16, "relu"), Dense(8)))
    window = make(experiment(Names(samples=300), *stack))
    field, head = window.canvas.scene.field, Intervention("mute_head", 1, 1)
    click(window.canvas.cards[2])
    assert window.canvas.scene.opened == 1
    qtbot.waitUntil(lambda: np.isfinite(loss_of(window)), timeout=PATIENCE_MS)
    whole = loss_of(window)
    place = field._field.head_rect(1, 1)  # type: ignore[union-attr]
    assert place is not None
    title = QPointF(place.left() + 4, place.top() - 8) * field._zoom
    QTest.mouseClick(field, Qt.MouseButton.LeftButton, pos=title.toPoint())
    qtbot.waitUntil(lambda: np.isfinite(loss_of(window, head)), timeout=PATIENCE_MS)
    muted = loss_of(window, head)
    assert muted != whole
    experiment_of_both = window.document.experiment
    for held, loss in (((), whole), ((head,), muted)):
        made = experiment_of_both.replace(interventions=held)
        prepared = prepare(made)
        trainer = make_trainer(made, prepared)
        trainer.evaluate_now()
        assert loss == pytest.approx(trainer.log.view().test_loss[-1], rel=1e-4)
    QTest.mouseClick(field, Qt.MouseButton.LeftButton, pos=title.toPoint())
    qtbot.waitUntil(lambda: loss_of(window) == pytest.approx(whole, rel=1e-6), timeout=PATIENCE_MS)


def test_a_unit_of_a_row_is_clamped_at_all_positions(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = make(EACH[0])
    field, router = window.canvas.scene.field, window.snapshot_router
    qtbot.waitUntil(lambda: router.snapshot is not None, timeout=PATIENCE_MS)
    assert field.tile(1, 3) is not None
    window.canvas.intervention_editor.clamp(Neuron(1, 3), 0.5)

    def is_held() -> bool:
        values = None if router.snapshot is None else router.snapshot.layers[1].activations
        return values is not None and bool((values[:, 3] == 0.5).all())

    qtbot.waitUntil(is_held, timeout=PATIENCE_MS)
    assert "clamped to 0.5" in field.hover_text(Neuron(1, 3))
