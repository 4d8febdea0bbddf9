"""The training bar and the status bar, by real clicks and keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QMainWindow
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from core.data.datasets import DATASETS, Plane
from core.experiment.experiment import Experiment
from core.experiment.problems import find_problems
from core.inspect.snapshot import Snapshot, SnapshotRequest
from core.nn import LAYERS
from core.nn.losses import LOSSES
from core.optim import OPTIMIZERS, Adam
from core.optim.regularizers import L1, L2, NoRegularizer
from core.train.history import Evaluation, History
from core.train.training_config import TrainingConfig
from playground.commands.actions import make_actions
from playground.model.document import Document
from playground.views.status_bar import StatusLine, parameter_count, written_age, written_rate
from playground.views.theme.theme import DARK, LIGHT, ThemeSource, apply
from playground.views.training_bar import TrainingBar
from playground.views.training_bar import field_choices as fields
from playground.views.widgets import ChoiceCombo, ValueCombo

LEFT = Qt.MouseButton.LeftButton
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture(autouse=True)
def themed(qapp: QApplication) -> Iterator[None]:
    apply(qapp, LIGHT)
    yield
    qapp.setStyleSheet("")


class Made(NamedTuple):
    window: QMainWindow
    document: Document
    bar: TrainingBar
    actions: dict[str, QAction]
    themes: ThemeSource


@pytest.fixture
def made(qtbot: QtBot) -> Made:
    return build(qtbot)


def build(qtbot: QtBot, width: int = 1280) -> Made:
    window = QMainWindow()
    document, themes = Document(parent=window), ThemeSource(mode="light", parent=window)
    actions = make_actions(window)
    bar = TrainingBar(document, themes, actions, window)
    window.setCentralWidget(bar)
    qtbot.addWidget(window)
    window.resize(width, 80)
    window.show()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    return Made(window, document, bar, actions, themes)


def choose(combo: QComboBox, index: int) -> None:
    """Open the combo box with the mouse and choose an item with Return."""
    QTest.mouseClick(combo, LEFT)
    view = combo.view()
    item = view.model().index(index, 0)
    view.setCurrentIndex(item)
    QTest.keyClick(view, Qt.Key.Key_Return)


def pick(combo: QComboBox, key: str) -> None:
    combo.setFocus()
    index = combo.findData(key)
    assert index >= 0, f"{key} is not among the choices"
    while combo.currentIndex() != index:
        step = Qt.Key.Key_Down if combo.currentIndex() < index else Qt.Key.Key_Up
        QTest.keyClick(combo, step)


def snapshot(epoch: int) -> Snapshot:
    none = np.zeros(0)
    good = Evaluation(0.1, 0.9)
    return Snapshot(1, Experiment(), SnapshotRequest(), epoch, 0, 10, History(*[none] * 7), good, good, ())


# --- the buttons --------------------------------------------------------------------------------------------------


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


def test_the_epoch_is_counted_in_six_digits(made: Made) -> None:
    assert made.bar.epoch.text() == "000,000"
    made.bar.show_snapshot(snapshot(412))
    assert made.bar.epoch.text() == "000,412"
    made.bar.show_snapshot(snapshot(1_234_567))
    assert made.bar.epoch.text() == "1,234,567"


def test_the_icons_follow_the_theme(made: Made) -> None:
    reset, more = made.bar.findChild(object, "reset_button"), made.bar.fields.more("optimizer")
    before = (reset.icon().cacheKey(), more.icon().cacheKey())
    made.themes.mode = "dark"
    assert made.themes.theme is DARK
    assert reset.icon().cacheKey() != before[0]
    assert more.icon().cacheKey() != before[1]


def test_export_lists_the_ways_of_export(qtbot: QtBot) -> None:
    window = QMainWindow()
    actions = make_actions(window)
    actions["export_npz"] = QAction("NPZ…", window)
    bar = TrainingBar(Document(parent=window), ThemeSource(parent=window), actions, window)
    qtbot.addWidget(window)
    assert bar.export_button.menu() is bar.export_menu
    assert bar.export_menu.actions() == [actions["export_npz"]]


# --- the fields ---------------------------------------------------------------------------------------------------


def test_speed_is_a_wish_and_no_change(made: Made, qtbot: QtBot) -> None:
    assert made.bar.speed.current == "max"
    with qtbot.waitSignal(made.bar.speed_chosen) as chosen:
        choose(made.bar.speed, 2)
    assert chosen.args == ["epoch_1"]
    with qtbot.assertNotEmitted(made.bar.speed_chosen):
        made.bar.set_speed("epoch_60")
    assert made.bar.speed.currentText() == "60 epochs/s"
    assert not made.document.unsaved


def test_a_typed_learning_rate_is_one_undo_step(made: Made) -> None:
    field = made.bar.fields.learning_rate.lineEdit()
    assert field is not None
    field.selectAll()
    QTest.keyClicks(field, "0.25")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert made.document.experiment.training.optimizer == Adam(learning_rate=0.25)
    assert made.document.undo_stack.undoText() == "Learning rate 0.25"
    made.document.undo_stack.undo()
    assert field.text() == "0.03"


def test_small_learning_rates_are_written_out() -> None:
    rates = [0.0, 1e-5, 0.0001, 0.003, 0.03, 10.0, 1.5e-7]
    assert [fields.written_rate(rate) for rate in rates] == [
        "0",
        "0.00001",
        "0.0001",
        "0.003",
        "0.03",
        "10",
        "0.00000015",
    ]


def test_another_optimizer_keeps_the_learning_rate(made: Made) -> None:
    made.document.change(
        "Rate", made.document.experiment.with_training(optimizer=Adam(learning_rate=0.3, beta_1=0.5))
    )
    pick(made.bar.fields.optimizer, "rmsprop")
    optimizer = made.document.experiment.training.optimizer
    assert (optimizer.kind, optimizer.learning_rate) == ("rmsprop", 0.3)
    assert made.document.undo_stack.undoText() == "Optimizer RMSprop"
    assert [made.bar.fields.optimizer.itemData(i) for i in range(made.bar.fields.optimizer.count())] == list(
        OPTIMIZERS.names()
    )


def test_lbfgs_begins_with_its_own_rate_as_one_step(made: Made) -> None:
    made.document.change("Rate", made.document.experiment.with_training(optimizer=Adam(learning_rate=0.03)))
    before, steps = made.document.experiment, made.document.undo_stack.count()
    optimizer = made.bar.fields.optimizer
    choose(optimizer, optimizer.findData("lbfgs"))
    assert made.document.experiment.training.optimizer.learning_rate == 1.0
    assert made.bar.fields.learning_rate.currentText() == "1"
    assert made.document.undo_stack.count() == steps + 1
    made.document.undo_stack.undo()
    assert made.document.experiment == before
    assert made.bar.fields.learning_rate.currentText() == "0.03"


def test_batch_size_is_a_whole_number(made: Made) -> None:
    choose_index = made.bar.fields.batch_size.findText("128")
    choose(made.bar.fields.batch_size, choose_index)
    assert made.document.experiment.training.batch_size == 128
    field = made.bar.fields.batch_size.lineEdit()
    assert field is not None
    field.selectAll()
    QTest.keyClicks(field, "2.5")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert made.document.experiment.training.batch_size == 128
    assert "whole number" in made.bar.fields.batch_size.toolTip()


def losses_offered(made: Made) -> set[str]:
    loss = made.bar.fields.loss
    return {str(loss.itemData(index)) for index in range(loss.count())}


def with_facts(task: str, outputs: int) -> Experiment:
    for kind in DATASETS:
        info = kind().info()
        if info.task == task and (info.outputs == outputs or task == "regression"):
            loss = "mean_squared_error" if task == "regression" or outputs != 2 else "binary_cross_entropy"
            return Experiment(dataset=kind(), training=TrainingConfig(loss=LOSSES.make(loss)))
    raise LookupError(task)


def test_only_losses_that_fit_are_offered(made: Made) -> None:
    assert losses_offered(made) == set(LOSSES.names())
    made.document.change("Data", with_facts("classification", 10))
    assert losses_offered(made) == set(LOSSES.names()) - {"binary_cross_entropy"}
    made.document.change("Data", with_facts("regression", 1))
    assert losses_offered(made) == {kind.kind for kind in LOSSES if "regression" in kind.tasks}
    pick(made.bar.fields.loss, "huber")
    assert made.document.experiment.training.loss == LOSSES.make("huber")
    # A loss that does not fit is still shown until it is fixed.
    unfit = made.document.experiment.with_training(loss=LOSSES.make("cross_entropy"))
    made.document.change("Unfit", unfit)
    assert made.bar.fields.loss.current == "cross_entropy"


def test_regularization_is_one_list_of_kind_and_rate(made: Made) -> None:
    combo = made.bar.fields.regularizer
    assert [combo.itemText(index) for index in range(3)] == ["None", "L1 · 0.0001", "L1 · 0.001"]
    choose(combo, combo.findText("L2 · 0.001"))
    assert made.document.experiment.training.regularizer == L2(rate=0.001)
    assert made.document.undo_stack.undoText() == "Regularization L2 · 0.001"
    made.document.change("File", made.document.experiment.with_training(regularizer=L1(rate=0.002)))
    assert combo.currentText() == "L1 · 0.002"
    choose(combo, 0)
    assert made.document.experiment.training.regularizer == NoRegularizer()


@pytest.mark.parametrize("regularizer", [NoRegularizer(), L1(rate=0.03), L2(rate=1 / 3)])
def test_regularizer_keys_are_exact(regularizer: NoRegularizer | L1 | L2) -> None:
    assert fields.regularizer_from_key(fields.regularizer_key(regularizer)) == regularizer


def test_more_opens_the_settings_that_the_bar_has_no_field_for(made: Made, qtbot: QtBot) -> None:
    more = made.bar.fields.more("optimizer")
    assert more.toolTip().startswith("More settings of Adam: beta 1")
    QTest.mouseClick(more, LEFT)
    popup = QApplication.activePopupWidget()
    assert popup is not None
    names = [row.setting.name for row in popup.form.rows()]
    assert names == [item.name for item in Adam.settings() if item.name != "learning_rate"]
    row = popup.form.row("beta_1")
    row.reset()
    field = row.control
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, "0.5")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert made.document.experiment.training.optimizer == Adam(learning_rate=0.03, beta_1=0.5)
    assert made.document.undo_stack.undoText() == "Adam: Beta 1"
    QTest.keyClick(popup, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not isValid(popup))


def test_more_is_there_only_where_there_is_more(made: Made) -> None:
    made.document.change(
        "Plain", Experiment(dataset=Plane(), training=TrainingConfig(loss=LOSSES.make("mean_squared_error")))
    )
    shown = {name: made.bar.fields.more(name).isVisible() for name in ("optimizer", "loss", "regularizer")}
    assert shown == {"optimizer": True, "loss": False, "regularizer": False}
    made.document.change(
        "Both", made.document.experiment.with_training(loss=LOSSES.make("huber"), regularizer=L2())
    )
    assert made.bar.fields.more("loss").isVisible()
    assert made.bar.fields.more("regularizer").isVisible()


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
    qtbot.wait(1)
    assert made.window.width() == width
    assert made.bar.export_button.geometry().right() < width
    for combo in made.bar.findChildren(QComboBox):
        # Borders, padding and the arrow.
        room = combo.width() - 34
        assert combo.fontMetrics().horizontalAdvance(combo.currentText()) <= room, combo.accessibleName()


def test_every_control_says_what_it_does(made: Made) -> None:
    for combo in (*made.bar.findChildren(ChoiceCombo), *made.bar.findChildren(ValueCombo)):
        assert combo.accessibleName()
        assert len(combo.toolTip()) > 20


# --- the status bar -----------------------------------------------------------------------------------------------


@pytest.fixture
def line(qtbot: QtBot) -> StatusLine:
    made = StatusLine(ThemeSource(mode="light"), clock=lambda: 1000.0)
    qtbot.addWidget(made)
    made.resize(1280, 24)
    made.show()
    return made


def test_status_of_a_running_training(line: StatusLine) -> None:
    line.show_experiment(Experiment(seed=7, layers=(LAYERS.make("dense").replace(units=4),)))
    line.show_state("running")
    line.show_rates(1840.4, 60.0)
    line.show_file(Path("/home/ada/a.nnp"), False, 988.0)
    shown = [label.text() for label in (line.state, line.speed, line.frames, line.parameters, line.seed)]
    assert shown == ["Training", "1,840 epochs/s", "60 fps", "17 parameters", "Seed 7"]
    assert line.file.text() == "Saved 12 s ago"
    assert line.file.toolTip() == "/home/ada/a.nnp"
    line.show_state("paused")
    line.show_rates(0.0, 0.0)
    assert not line.speed.isVisible()
    assert line.parameters.isVisible()


def test_a_failure_takes_the_place_of_the_numbers(line: StatusLine) -> None:
    line.show_experiment(Experiment())
    sentence = "The loss is not a number any more: lower the learning rate, then reset."
    line.show_state("failed", sentence)
    line.show_rates(100.0, 60.0)
    assert line.state.text() == sentence
    assert line.state.property("role") == "danger"
    assert not any(label.isVisible() for label in (line.speed, line.frames, line.parameters, line.seed))
    line.show_state("idle")
    assert (line.state.text(), line.state.property("role")) == ("Ready", "caption")
    assert line.parameters.isVisible()


def test_a_long_failure_does_not_widen_the_window(line: StatusLine) -> None:
    line.show_state("failed", "Why? " * 200)
    assert line.minimumSizeHint().width() < 600


def test_what_the_file_is(line: StatusLine) -> None:
    assert line.file.text() == "Not saved yet"
    line.show_file(None, True)
    assert line.file.text() == "Unsaved changes"
    line.show_file(Path("/a.nnp"), False)
    assert line.file.text() == "Saved"


def test_parameters_of_a_stack_that_cannot_be_built(line: StatusLine) -> None:
    kind = next(kind for kind in DATASETS if len(kind().info().shape) == 3)
    broken = Experiment(dataset=kind(), training=TrainingConfig(loss=LOSSES.make("cross_entropy")))
    assert "Dense" in find_problems(broken)[0].sentence
    assert parameter_count(broken) is None
    line.show_experiment(broken)
    assert line.parameters.text() == "— parameters"


def test_parameter_count_of_a_known_network() -> None:
    layers = tuple(LAYERS.make("dense").replace(units=units) for units in (6, 5, 3))
    experiment = Experiment(features=("x1", "x2", "sin_x1", "sin_x2"), layers=layers)
    assert parameter_count(experiment) == (4 + 1) * 6 + (6 + 1) * 5 + (5 + 1) * 3 + (3 + 1)


def test_rates_and_ages_as_words() -> None:
    assert [written_rate(rate) for rate in (0.0, 0.0683, 0.5, 1.0, 9.96, 1840.2)] == [
        "",
        "4.1 epochs/min",
        "30 epochs/min",
        "1.0 epochs/s",
        "10 epochs/s",
        "1,840 epochs/s",
    ]
    assert [written_age(age) for age in (-1.0, 1.9, 12.0, 59.4, 60.0, 3599.0, 7300.0)] == [
        "just now",
        "just now",
        "12 s ago",
        "59 s ago",
        "1 min ago",
        "59 min ago",
        "2 h ago",
    ]
