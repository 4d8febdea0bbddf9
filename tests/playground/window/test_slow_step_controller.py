"""A step in slow motion in the window, by keys and mouse: through its stops, kept, left, and ended by what happens."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QPainter
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.experiment.prepare import make_trainer, prepare
from core.experiment.presets import preset_named
from core.experiment.project_file import TrainerState
from core.io.number_text import rounded_text
from core.nn import Conv2D, Dense
from core.train.slow_step import STAGES
from playground.training.state import TrainingState
from playground.views.canvas import slow_marks
from playground.window.main_window import MainWindow
from tests.playground.driving import click
from tests.playground.window.trained_windows import small, wait_for


def opened(window: MainWindow, qtbot: QtBot) -> MainWindow:
    QTest.keyClick(window, Qt.Key.Key_O)
    wait_for(qtbot, lambda: window.slow.moment is not None)
    return window


@pytest.fixture
def slow(make: Any, qtbot: QtBot) -> MainWindow:
    """A window with a slow step at its start."""
    return opened(make(small()), qtbot)


def transport(window: MainWindow) -> Any:
    found = window.slow._transport
    assert found is not None
    return found


def state_of(window: MainWindow) -> dict[str, Any]:
    taken = window.session.checkpoint()
    assert taken is not None
    return taken[1].numbers | {name: array.tobytes() for name, array in taken[1].arrays.items()}


def position(window: MainWindow) -> float:
    assert window.slow.moment is not None
    return window.slow.moment.position


def test_the_name_of_a_stage_is_whole_in_a_small_window(make: Any, qtbot: QtBot) -> None:
    window = opened(make(small(), (1280, 720)), qtbot)
    for _ in range(3):
        QTest.keyClick(transport(window).track, Qt.Key.Key_Right)
    title = transport(window).title
    assert title.text() == "Forward: the output"
    qtbot.waitUntil(lambda: title.width() >= title.sizeHint().width(), timeout=1_000)


def test_arrows_go_to_the_end_which_makes_the_step(slow: MainWindow, qtbot: QtBot) -> None:
    trainer = make_trainer(slow.document.experiment, prepare(slow.document.experiment))
    before, track = state_of(slow), transport(slow).track
    assert track.hasFocus()
    assert transport(slow).isVisible()
    assert not slow.palette_bar.isVisible()
    assert slow.slow.moment is not None
    stops = slow.slow.moment.stops
    for count in range(1, len(stops)):
        QTest.keyClick(track, Qt.Key.Key_Right)
        assert position(slow) == count
    assert transport(slow).title.text().startswith("Update")
    assert state_of(slow) == before
    QTest.keyClick(track, Qt.Key.Key_Right)
    trainer.step_with_numpy()
    expected = TrainerState.of(trainer).arrays
    after = state_of(slow)
    assert {name: after[name] for name in expected} == {
        name: array.tobytes() for name, array in expected.items()
    }
    assert transport(slow).title.text() == "Made"
    # What is made is looked at again, and is made once.
    QTest.keyClick(track, Qt.Key.Key_Home)
    QTest.keyClick(track, Qt.Key.Key_End)
    assert state_of(slow) == after
    click(transport(slow).next)
    wait_for(qtbot, lambda: position(slow) == 0.0)
    assert slow.slow.moment is not None
    assert not slow.slow.moment.is_kept


def test_escape_before_the_update_leaves_everything_as_it_was(slow: MainWindow, qtbot: QtBot) -> None:
    before = state_of(slow)
    QTest.keyClick(transport(slow).track, Qt.Key.Key_PageDown)
    QTest.keyClick(transport(slow).track, Qt.Key.Key_PageDown)
    assert transport(slow).title.text() == "Loss"
    QTest.keyClick(transport(slow).track, Qt.Key.Key_Escape)
    assert slow.slow.moment is None
    assert not transport(slow).isVisible()
    assert slow.palette_bar.isVisible()
    assert state_of(slow) == before
    assert slow.results.tabs.tabText(slow.results.tabs.count() - 1) == "Doctor"
    opened(slow, qtbot)
    assert position(slow) == 0.0


@pytest.mark.parametrize("name", ["iris", "digits"])
def test_it_fits_a_window_of_1280_pixels(make: Any, qtbot: QtBot, name: str) -> None:
    window = make(preset_named(name))
    before = window.minimumSizeHint().width()
    assert opened(window, qtbot).minimumSizeHint().width() <= max(before, 1280)


def test_the_track_is_dragged_and_rests_at_a_stop(slow: MainWindow) -> None:
    track = transport(slow).track
    bar = track.places()[2]
    at = QPoint(round(bar.left() + 0.6 * bar.width()), round(bar.center().y()))
    QTest.mousePress(track, Qt.MouseButton.LeftButton, pos=at)
    assert position(slow) == pytest.approx(2.6, abs=0.1)
    QTest.mouseRelease(track, Qt.MouseButton.LeftButton, pos=at)
    assert position(slow) == 3.0


def test_an_edit_and_a_step_end_it_with_a_sentence(slow: MainWindow, qtbot: QtBot) -> None:
    said: list[str] = []
    slow.slow.message_requested.connect(said.append)
    before = state_of(slow)["updates"]
    QTest.keyClick(slow, Qt.Key.Key_Period)
    wait_for(qtbot, lambda: slow.slow.moment is None)
    assert said == ["The slow step has ended: the training went on. Nothing of it was kept."]
    assert state_of(slow)["updates"] == before + 1
    opened(slow, qtbot)
    slow.document.change("Rate", slow.document.experiment.with_training(batch_size=5))
    assert slow.slow.moment is None
    assert "a setting was changed" in said[-1]


def test_one_sample_is_rehearsed_and_never_kept(slow: MainWindow, qtbot: QtBot) -> None:
    before = state_of(slow)
    click(transport(slow).samples.buttons["one"])
    wait_for(qtbot, lambda: slow.slow.moment is not None and not slow.slow.moment.step.is_batch)
    QTest.keyClick(transport(slow).track, Qt.Key.Key_End)
    assert transport(slow).title.text() == "Rehearsed"
    slow.inspection.show_sample(3)
    wait_for(qtbot, lambda: slow.slow.moment is not None and slow.slow.moment.step.rows.tolist() == [3])
    assert position(slow) == 0.0
    assert state_of(slow) == before


def test_hardest_is_the_sample_of_the_largest_loss_of_the_batch_or_of_all(
    slow: MainWindow, qtbot: QtBot
) -> None:
    first = slow.slow.moment
    assert first is not None
    hardest = int(np.argmax(first.step.done.losses))
    transport(slow).shown.setFocus()
    QTest.keyClick(transport(slow).shown, Qt.Key.Key_Down if hardest else Qt.Key.Key_Up)
    assert slow.slow.moment is not None
    assert slow.slow.moment.shown != hardest
    click(transport(slow).hardest)
    assert slow.slow.moment.shown == hardest
    click(transport(slow).samples.buttons["one"])
    wait_for(qtbot, lambda: slow.slow.moment is not None and not slow.slow.moment.step.is_batch)
    click(transport(slow).hardest)
    wait_for(qtbot, lambda: slow.slow.moment is not None and slow.slow.moment.step.of_training)
    row = int(slow.slow.moment.step.rows[0])
    assert slow.session.inspection.state.sample == ~row
    assert transport(slow).shown.value() == row + 1
    experiment = slow.document.experiment
    prepared = prepare(experiment)
    answers = make_trainer(experiment, prepared).network.predict(prepared.train.inputs)
    assert np.abs(answers - prepared.train.targets)[:, 0].argmax() == row


def test_stages_say_what_they_gave(slow: MainWindow) -> None:
    track, moment = transport(slow).track, slow.slow.moment
    assert moment is not None
    assert [moment.result(stage) for stage in STAGES] == [""] * 4
    QTest.keyClick(track, Qt.Key.Key_PageDown)
    moment = slow.slow.moment
    assert moment is not None
    assert moment.result("forward").startswith("class ")
    assert moment.result("forward").endswith(" %")
    assert moment.result("loss") == ""
    for _ in range(3):
        QTest.keyClick(track, Qt.Key.Key_PageDown)
    moment = slow.slow.moment
    assert moment is not None
    assert moment.result("loss") == rounded_text(float(moment.step.done.losses[moment.shown]), 3)
    largest = max(
        np.abs(array).max() for made in moment.step.layers.values() for array in made.gradients.values()
    )
    assert moment.result("backward") == f"∂w ≤ {rounded_text(float(largest), 2)}"
    assert moment.result("update") == f"{moment.step.network.parameters.size} weights move"


def test_texts_run_through_their_rows(make: Any, qtbot: QtBot) -> None:
    window = opened(make(preset_named("repeat")), qtbot)
    titles = []
    for key in (Qt.Key.Key_Right,) * 4 + (Qt.Key.Key_PageDown,) * 3:
        QTest.keyClick(transport(window).track, key)
        window.canvas.scene.field.grab()
        titles.append(transport(window).title.text())
    assert titles[2] == "Forward: layer 3, LayerNorm in Residual"
    assert titles[-1] == "Backward: layer 1, Embedding"


def test_a_loss_that_is_no_number_says_so(make: Any, qtbot: QtBot) -> None:
    window = make(small())
    said: list[str] = []
    window.slow.message_requested.connect(said.append)
    window.session.edit_weight(0, "kernel", (0, 0), float("nan"))
    QTest.keyClick(window, Qt.Key.Key_O)
    wait_for(qtbot, lambda: said)
    assert said[0].startswith("There is no step to show: Training stopped: the loss is no longer a number")
    assert not window.slow.is_open


def test_a_network_that_cannot_run_says_so(make: Any, qtbot: QtBot) -> None:
    window = make(small())
    said: list[str] = []
    window.slow.message_requested.connect(said.append)
    window.document.change("Conv", window.document.experiment.replace(layers=(Conv2D(3),)))
    wait_for(qtbot, lambda: window.session.state is TrainingState.BLOCKED)
    QTest.keyClick(window, Qt.Key.Key_O)
    wait_for(qtbot, lambda: said)
    assert said[0].startswith("There is no step to show: Conv2D needs")
    assert not window.slow.is_open


@pytest.mark.parametrize("units", [3, 14])
def test_no_number_on_the_network_lies_on_another(
    make: Any, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, units: int
) -> None:
    made: list[Any] = []

    class Kept(slow_marks._Pills):
        def __init__(self, painter: QPainter) -> None:
            super().__init__(painter)
            made.append(self)

    monkeypatch.setattr(slow_marks, "_Pills", Kept)
    window = opened(make(small().replace(layers=(Dense(units), Dense(units))), (1280, 720)), qtbot)
    track, field, counts = transport(window).track, window.canvas.scene.field, []
    for _ in range(9):
        QTest.keyClick(track, Qt.Key.Key_Right)
        field.grab()
        places = made[-1].places
        counts.append(len(places))
        crossed = [(a, b) for a, b in combinations(places, 2) if a.intersects(b)]
        assert crossed == [], window.slow.moment and window.slow.moment.position
    # Some have no room where letters are wide.
    assert max(counts) >= 1.5 * units
