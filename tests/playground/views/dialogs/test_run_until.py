"""Stop conditions: the right epoch, a sentence, ten epochs at a time, and the dialog."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.data.datasets import Blobs, Moons
from core.experiment.experiment import Experiment
from core.inspect.snapshot import Snapshot
from core.nn import Dense
from core.nn.losses import MeanSquaredError
from core.optim.schedules import ExponentialDecay
from core.train.stop_condition import StopCondition
from core.train.training_config import TrainingConfig
from playground.training.session import TrainingSession
from playground.training.state import TrainingState
from playground.views.dialogs.run_until import RunUntilDialog
from playground.views.widgets import Toast
from playground.window.main_window import MainWindow
from tests.playground.driving import click, press, put_text

CTRL = Qt.KeyboardModifier.ControlModifier
PATIENCE_MS = 60_000


def small() -> Experiment:
    return Experiment(name="Small", dataset=Moons(samples=60), layers=(Dense(4, "tanh"),))


class Followed:
    """A session at rest at epoch 0, with its messages recorded."""

    def __init__(self, session: TrainingSession, qtbot: QtBot) -> None:
        self.session, self.qtbot = session, qtbot
        self.pictures: list[Snapshot] = []
        self.sentences: list[str] = []
        session.snapshot_taken.connect(self.pictures.append)
        session.stopped.connect(self.sentences.append)
        qtbot.waitUntil(lambda: session.state is TrainingState.IDLE, timeout=PATIENCE_MS)

    def until_it_rests(self) -> None:
        self.qtbot.waitUntil(
            lambda: self.session.state is TrainingState.PAUSED and bool(self.pictures), timeout=PATIENCE_MS
        )

    def until_it_speaks(self) -> None:
        self.qtbot.waitUntil(lambda: bool(self.sentences), timeout=PATIENCE_MS)


Follow = Callable[..., Followed]


@pytest.fixture
def follow(session_of: Callable[[Experiment], TrainingSession], qtbot: QtBot) -> Follow:
    return lambda experiment=None: Followed(session_of(experiment or small()), qtbot)


# --- the session --------------------------------------------------------------------------------------------------


def test_it_stops_in_the_very_epoch(follow: Follow) -> None:
    run = follow()
    run.session.run_until(StopCondition(epoch=37))
    run.until_it_speaks()
    assert run.sentences == ["Stopped at epoch 37, the last one asked for"]
    assert run.session.state is TrainingState.PAUSED
    assert (run.pictures[-1].epoch, run.pictures[-1].step) == (37, 0)


def test_it_stops_in_the_first_epoch_that_is_good_enough(follow: Follow) -> None:
    run = follow()
    run.session.run_until(StopCondition(accuracy=0.85, on_test=False))
    run.until_it_speaks()
    last = run.pictures[-1]
    assert last.figures.train.score >= 0.85
    assert all(last.history.train_accuracy[:-1] < 0.85)
    assert run.sentences[0].startswith(f"Stopped at epoch {last.epoch}: training accuracy")
    assert run.sentences[0].endswith("reached 85 %")


def test_without_gain_it_gives_up(follow: Follow) -> None:
    frozen = small()
    frozen = frozen.with_training(optimizer=frozen.training.optimizer.replace(learning_rate=0.0))
    run = follow(frozen)
    run.session.run_until(StopCondition(patience=6))
    run.until_it_speaks()
    assert run.pictures[-1].epoch == 7
    assert run.sentences == ["Stopped at epoch 7: test loss got no better for 6 epochs"]


def test_what_holds_already_is_said_instead_of_trained(follow: Follow) -> None:
    run = follow()
    run.session.run_until(StopCondition(loss=100.0))
    run.until_it_speaks()
    assert run.sentences[0].startswith("Already there: test loss")
    assert run.session.state is TrainingState.IDLE
    assert run.pictures[-1].epoch == 0


def test_a_pause_ends_the_wish(follow: Follow, qtbot: QtBot) -> None:
    run = follow()
    run.session.set_speed("epoch_60")
    run.session.run_until(StopCondition(epoch=100_000))
    qtbot.waitUntil(lambda: run.session.state is TrainingState.RUNNING, timeout=PATIENCE_MS)
    assert run.session.message == "Training until epoch 100,000"
    # Paused before the first batch, the network is untrained, and the state idle.
    qtbot.waitUntil(lambda: run.pictures and run.pictures[-1].epoch > 0, timeout=PATIENCE_MS)
    run.session.pause()
    run.until_it_rests()
    run.session.play()
    qtbot.waitUntil(lambda: run.session.state is TrainingState.RUNNING, timeout=PATIENCE_MS)
    assert run.session.message == ""
    run.session.pause()
    run.until_it_rests()
    assert run.sentences == []


def test_a_slow_speed_is_kept_but_a_step_hurries(follow: Follow) -> None:
    run = follow()
    run.session.set_speed("batch_1")
    run.session.step_epochs(10)
    run.until_it_rests()
    assert (run.pictures[-1].epoch, run.pictures[-1].step) == (10, 0)
    assert run.sentences == []


def test_a_regression_is_told_in_r2(follow: Follow) -> None:
    hills = Experiment(
        dataset=Blobs(form="hills", samples=100),
        layers=(Dense(6, "tanh"),),
        training=TrainingConfig(loss=MeanSquaredError()),
    )
    run = follow(hills)
    run.session.run_until(StopCondition(accuracy=0.05, on_test=False))
    run.until_it_speaks()
    assert "training R²" in run.sentences[0]


# --- the window ---------------------------------------------------------------------------------------------------


def dialog_of(window: MainWindow, qtbot: QtBot) -> RunUntilDialog:
    found = window.findChildren(RunUntilDialog)
    assert len(found) == 1
    qtbot.waitUntil(found[0].isActiveWindow, timeout=PATIENCE_MS)
    return found[0]


def test_ten_epochs_by_key(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = make(small())
    press(window, Qt.Key.Key_Period, CTRL)
    qtbot.waitUntil(lambda: window.training_bar.epoch.text() == "10", timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)


def test_the_dialog_runs_and_the_window_tells(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = make(small())
    press(window, Qt.Key.Key_U)
    dialog = dialog_of(window, qtbot)
    assert dialog.isVisible()
    assert not dialog.isModal()
    field = dialog.fields["epoch"].lineEdit()
    assert field is not None
    put_text(field, "12")
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    assert window.training_bar.epoch.text() == "12"
    texts = [toast.text for toast in window.findChildren(Toast)]
    assert texts == ["Stopped at epoch 12, the last one asked for"]
    # The message stays.
    assert window.status.state.text() == texts[0]
    click(dialog.run)
    qtbot.waitUntil(lambda: len(window.findChildren(Toast)) == 2, timeout=PATIENCE_MS)
    assert window.findChildren(Toast)[-1].text == "Already there: epoch 12 is reached"
    press(window, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_the_dialog_makes_what_was_chosen(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = make(small())
    press(window, Qt.Key.Key_U)
    dialog = dialog_of(window, qtbot)
    assert dialog.condition == StopCondition(epoch=200)
    dialog.boxes["epoch"].setFocus()
    QTest.keyClick(dialog.boxes["epoch"], Qt.Key.Key_Space)
    assert dialog.condition is None
    assert not dialog.run.isEnabled()
    assert dialog.hint.isVisible()
    height = dialog.height()
    click(dialog.boxes["accuracy"])
    assert dialog.height() == dialog.sizeHint().height() == height
    click(dialog.boxes["patience"])
    click(dialog.on_training)
    assert dialog.condition == StopCondition(accuracy=0.95, patience=20, on_test=False)
    for field in dialog.fields.values():
        assert field.accessibleName()
        assert field.toolTip()
    dialog.close()


def test_the_dialog_follows_to_a_regression(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = make(small())
    press(window, Qt.Key.Key_U)
    dialog = dialog_of(window, qtbot)
    click(dialog.boxes["accuracy"])
    window.document.change(
        "Hills",
        window.document.experiment.replace(dataset=Blobs(form="hills")).with_training(
            loss=MeanSquaredError()
        ),
    )
    assert dialog.boxes["accuracy"].text() == "R² above"
    assert dialog.condition == StopCondition(epoch=200, accuracy=0.95)
    window.document.undo_stack.undo()
    assert dialog.fields["accuracy"].value == 95
    dialog.close()


def test_the_status_line_tells_a_scheduled_rate(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = make(small())
    assert not window.status.rate.isVisible()
    decay = ExponentialDecay(factor=0.5)
    window.document.change("Schedule", window.document.experiment.with_training(schedule=decay))
    window.actions_by_name["step_epochs"].trigger()
    qtbot.waitUntil(lambda: window.training_bar.epoch.text() == "10", timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    assert window.status.rate.isVisible()
    rate = float(window.status.rate.text().removeprefix("Rate "))
    base = window.document.experiment.training.optimizer.learning_rate
    assert base * 0.5**10 < rate < base * 0.5**9


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ('{"accuracy": 0.8, "patience": 30, "on_test": false}', (0.8, 30, False)),
        ("junk", (None, None, True)),
        ('{"accuracy": "much"}', (None, None, True)),
    ],
)
def test_the_last_wish_is_remembered(
    make: Callable[..., MainWindow], qtbot: QtBot, stored: str, shown: tuple[float | None, int | None, bool]
) -> None:
    window = make(small())
    window.preferences.run_until = stored
    press(window, Qt.Key.Key_U)
    dialog = dialog_of(window, qtbot)
    condition = dialog.condition
    assert condition is not None
    assert (condition.accuracy, condition.patience, condition.on_test) == shown
    window.session.pause()
    click(dialog.run)
    assert StopCondition.from_json(json.loads(window.preferences.run_until)) == condition
    window.session.pause()
    dialog.close()
