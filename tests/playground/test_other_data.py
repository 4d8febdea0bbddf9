"""What was asked or found with other data is gone after a click on data, and what ends by that says so."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.data.datasets.text_datasets import Names
from core.experiment.change import changed
from core.experiment.experiment import Experiment
from playground.training.state import TrainingState
from playground.views.dialogs.run_until import RunUntilDialog
from playground.window.main_window import MainWindow
from tests.playground.driving import click, press, put_text
from tests.playground.window.trained_windows import small, toasts, wait_for

Make = Callable[..., MainWindow]


def other_data(window: MainWindow, kind: str = "spirals") -> None:
    click(window.panels.side.data.gallery.tile(kind))


def at_rest(window: MainWindow, qtbot: QtBot) -> None:
    wait_for(qtbot, lambda: window.session.state in (TrainingState.IDLE, TrainingState.PAUSED))
    wait_for(qtbot, lambda: window.snapshot_router.snapshot is not None)


def test_a_prompt_temperature_and_choice_are_those_of_their_data_and_asked_once(
    make: Make, qtbot: QtBot
) -> None:
    """Gone with other data, back with these by undo or a click, and not those of another document."""
    window = make(changed(Experiment(), dataset=Names()).experiment)
    at_rest(window, qtbot)
    bar = window.output.tokens.bar
    start = bar.temperature.value
    put_text(bar.prompt, "ann")
    bar.temperature.track.setFocus()
    QTest.keyClick(bar.temperature.track, Qt.Key.Key_Home)
    for back in (
        lambda: press(window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier),
        lambda: window.document.use_data("Use Names", Names()),
    ):
        assert (bar.prompt.text(), bar.temperature.value) == ("ann", 0.0)
        other_data(window, "moons")
        at_rest(window, qtbot)
        assert (bar.prompt.text(), bar.temperature.value) == ("", start)
        back()
        at_rest(window, qtbot)
    assert (bar.prompt.text(), bar.temperature.value) == ("ann", 0.0)
    asked: list[object] = []
    bar.wish_changed.connect(lambda: asked.append(1))
    click(bar.write)
    assert len(asked) == 1
    window.document.load(window.document.experiment)
    assert (bar.prompt.text(), bar.temperature.value) == ("", start)


def test_a_goal_ends_and_says_so_while_it_trains_on(make: Make, qtbot: QtBot) -> None:
    window = make(small())
    press(window, Qt.Key.Key_U)
    dialog = next(each for each in QApplication.topLevelWidgets() if isinstance(each, RunUntilDialog))
    for name, box in dialog.boxes.items():
        box.setChecked(name == "epoch")
    put_text(dialog.fields["epoch"].lineEdit(), "100000")
    click(dialog.run)
    wait_for(qtbot, lambda: "until epoch 100,000" in window.status.state.text())
    other_data(window)
    wait_for(qtbot, lambda: "until" not in window.status.state.text())
    wait_for(qtbot, lambda: window.session.state is TrainingState.RUNNING)
    wait_for(qtbot, lambda: any("has ended" in each and "it trains on" in each for each in toasts(window)))
    press(window, Qt.Key.Key_Space)
