"""The buttons of the training bar and what they show."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel
from pytestqt.qtbot import QtBot

from core.experiment.experiment import Experiment
from core.experiment.problems import find_problems
from core.inspect.snapshot import Snapshot, SnapshotRequest
from core.nn.losses import LOSSES
from core.optim.regularizers import L2
from core.train.figures import Figures
from core.train.history import History
from playground.views.theme.colors import DARK
from playground.views.widgets import ChoiceCombo, ValueCombo
from tests.playground.views.training_bar.made_bar import LEFT, Made, build, choose

pytestmark = pytest.mark.usefixtures("themed")


def snapshot(epoch: int) -> Snapshot:
    none = np.zeros(0)
    return Snapshot(1, Experiment(), SnapshotRequest(), epoch, 0, 10, History(*[none] * 11), Figures(), ())


@pytest.mark.parametrize("name", ["play", "reset", "step_batch", "step_epoch", "theme"])
def test_a_button_triggers_its_action(made: Made, qtbot: QtBot, name: str) -> None:
    button = made.bar.findChild(object, f"{name}_button")
    with qtbot.waitSignal(made.actions[name].triggered):
        QTest.mouseClick(button, LEFT)
    assert button.accessibleName()
    assert made.actions[name].shortcut().toString() in button.toolTip()


def test_play_becomes_pause_and_back(made: Made) -> None:
    button = made.bar.play_button
    icons = [button.icon().cacheKey()]
    assert button.toolTip() == "Train the network until you pause it. (Space)"
    made.bar.show_state("running")
    assert (button.accessibleName(), button.toolTip()) == ("Pause", "Pause training. (Space)")
    icons.append(button.icon().cacheKey())
    made.bar.show_state("paused")
    assert button.accessibleName() == "Play"
    icons.append(button.icon().cacheKey())
    assert icons[0] == icons[2] != icons[1]


def test_a_stack_that_cannot_run_disables_play_and_says_why(made: Made) -> None:
    broken = made.document.experiment.with_training(loss=LOSSES.make("cross_entropy"))
    broken = broken.replace(output=broken.output.replace(activation="tanh"))
    sentence = find_problems(broken)[0].sentence
    made.document.change("Break", broken)
    for name in ("play", "step_batch", "step_epoch"):
        assert not made.actions[name].isEnabled()
        assert made.actions[name].toolTip() == f"{sentence}."
    assert not made.bar.play_button.isEnabled()
    assert made.bar.play_button.toolTip() == f"{sentence}."
    made.bar.show_state("running")
    assert made.bar.play_button.isEnabled()  # to pause
    made.bar.show_state("paused")
    made.document.undo_stack.undo()
    assert made.bar.play_button.isEnabled()
    assert made.actions["step_batch"].toolTip() == "Train on one batch and stop."


def test_the_moment_is_written_and_spoken_with_its_batch(made: Made) -> None:
    epoch = made.bar.epoch
    assert (epoch.text(), epoch.accessibleName()) == ("0", "Epoch 0")
    width = epoch.width()
    for taken, text in (
        (snapshot(412), "412"),
        (replace(snapshot(368), step=3), "368 + 3/10"),
        (replace(snapshot(12_345), step=103, steps_per_epoch=1_250), "12,345 + 103/1,250"),
    ):
        made.bar.show_snapshot(taken)
        assert (epoch.text(), epoch.accessibleName()) == (text, f"Epoch {text}")
        assert epoch.width() == width
    made.bar.show_snapshot(replace(snapshot(368), step=3))
    assert epoch.fontMetrics().horizontalAdvance("368 + 3/10") <= width


def test_the_icons_follow_the_theme(made: Made) -> None:
    reset, more = made.bar.findChild(object, "reset_button"), made.bar.fields.more("optimizer")
    before = (reset.icon().cacheKey(), more.icon().cacheKey())
    made.themes.mode = "dark"
    assert made.themes.theme is DARK
    assert reset.icon().cacheKey() != before[0]
    assert more.icon().cacheKey() != before[1]


def test_a_button_that_is_added_runs_its_command(made: Made, qtbot: QtBot) -> None:
    assert made.last.toolTip() == made.last.accessibleDescription() == "See the panels."
    with qtbot.waitSignal(made.actions["commands"].triggered):
        QTest.mouseClick(made.last, LEFT)


def test_speed_is_a_wish_and_no_change(made: Made, qtbot: QtBot) -> None:
    assert made.bar.speed.current == "epoch_60"
    with qtbot.waitSignal(made.bar.speed_chosen) as chosen:
        choose(made.bar.speed, 3)
    assert chosen.args == ["epoch_1"]
    with qtbot.assertNotEmitted(made.bar.speed_chosen):
        made.bar.set_speed("epoch_60")
    assert made.bar.speed.currentText() == "60 epochs/s"
    assert not made.document.unsaved


def test_the_slowest_speed_is_a_look_at_one_step(made: Made, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(made.bar.speed_chosen), qtbot.waitSignal(made.bar.slow_requested):
        choose(made.bar.speed, 0)
    assert made.bar.speed.current == "epoch_60"


@pytest.mark.parametrize("width", [1280, 1440])
def test_everything_fits(qtbot: QtBot, width: int) -> None:
    made = build(qtbot, width)
    made.document.change(
        "Wide", made.document.experiment.with_training(loss=LOSSES.make("huber"), regularizer=L2())
    )
    made.document.change(
        "Long",
        made.document.experiment.with_training(loss=LOSSES.make("binary_cross_entropy"), batch_size=65_536),
    )

    def fits() -> None:
        assert made.last.geometry().right() < width
        for combo in made.bar.findChildren(QComboBox):
            # Borders, padding and the arrow.
            room = combo.width() - 34
            assert combo.fontMetrics().horizontalAdvance(combo.currentText()) <= room, combo.accessibleName()

    # It is laid out in later events.
    qtbot.waitUntil(fits)
    assert made.window.width() == width


def test_every_control_says_what_it_does(made: Made) -> None:
    for combo in (*made.bar.findChildren(ChoiceCombo), *made.bar.findChildren(ValueCombo)):
        assert combo.accessibleName()
        assert len(combo.toolTip()) > 20


@pytest.mark.parametrize("width", [1180, 1097, 1024, 960, 838])
def test_a_narrow_bar_cuts_nothing(qtbot: QtBot, width: int) -> None:
    """As in windows that Preferences scale to 175 %."""
    made = build(qtbot, width)
    training = made.document.experiment.training
    optimizer = training.optimizer.replace(learning_rate=0.00316227766)
    loss = LOSSES.make("binary_cross_entropy")
    made.document.change("Long", made.document.experiment.with_training(optimizer=optimizer, loss=loss))
    fields = made.bar.fields
    qtbot.waitUntil(lambda: made.bar.width() == width)
    qtbot.waitUntil(lambda: fields.loss.is_short and fields.loss.width() < 172)
    qtbot.waitUntil(lambda: made.last.geometry().right() < width)
    rate = fields.learning_rate
    assert (
        rate.fontMetrics().horizontalAdvance(rate.currentText()) <= rate.lineEdit().contentsRect().width() - 2
    )
    for label in made.bar.findChildren(QLabel):
        if label.isVisible():
            assert label.fontMetrics().horizontalAdvance(label.text()) <= label.width(), label.text()


def test_buttons_that_menus_have_give_way_and_come_back(qtbot: QtBot) -> None:
    made = build(qtbot, 1440)
    theme, undo, step = (
        made.bar.findChild(object, f"{name}_button") for name in ("theme", "undo", "step_epoch")
    )
    least = made.bar.minimumSizeHint().width()
    undo.hide()  # As the preferences do it for a class.
    # The layouts around it learn of it in later events; until then the window cannot become as narrow as before.
    qtbot.waitUntil(lambda: made.bar.minimumSizeHint().width() == least)
    for width, seen in ((1440, [True, False, True]), (1097, [False, False, True]), (838, [False] * 3)):
        made.window.resize(width, 80)
        qtbot.waitUntil(lambda width=width: made.bar.width() == width)
        assert [button.isVisible() for button in (theme, undo, step)] == seen
    made.window.resize(1440, 80)
    qtbot.waitUntil(theme.isVisible)
    assert step.isVisible()
    assert not undo.isVisible()
    assert not made.bar.fields.loss.is_short
