"""The bar of a classic: there for it alone, live, and its button trains the seeds."""

from __future__ import annotations

import math

from pytestqt.qtbot import QtBot

from core.experiment.presets import preset_named
from core.inspect.classics import Found
from core.nn import Dense
from playground.window.main_window import MainWindow

PATIENCE_MS = 60_000


def test_it_tells_of_the_run_and_goes_with_the_network(window: MainWindow, qtbot: QtBot) -> None:
    bar, document = window.panels.classic_bar, window.document
    assert not bar.isVisible()
    document.load(preset_named("classic_components"))
    assert bar.isVisible()
    qtbot.waitUntil(lambda: "not trained yet" not in bar.label.text(), timeout=PATIENCE_MS)
    assert "The paper: as good as principal components" in bar.label.text()
    assert "Counted here: 16 of 16 seeds reach it." in bar.label.text()
    assert bar.pictures.weights == ()
    assert "not those of the paper" not in bar.label.text()
    before = bar.label.text()
    window.actions_by_name["step_epoch"].trigger()
    qtbot.waitUntil(lambda: bar.label.text() != before, timeout=PATIENCE_MS)
    document.change("Change", document.experiment.with_training(batch_size=8))
    assert "not those of the paper" in bar.label.text()
    document.undo_stack.undo()
    assert "not those of the paper" not in bar.label.text()
    document.change("Change", document.experiment.replace(layers=(Dense(3),)))
    assert not bar.isVisible()
    document.undo_stack.undo()
    assert bar.isVisible()


def test_own_seeds_are_told_apart_from_those_counted_while_the_settings_are_theirs(
    window: MainWindow,
) -> None:
    document, bar = window.document, window.panels.classic_bar
    document.load(preset_named("classic_xor"))
    bar.show_own(document.experiment.replace(seed=40), {40: True, 41: False, 42: False})
    assert "Counted here: 9 of 16 seeds reach it. Your own: 1 of 3 seeds." in bar.label.text()
    document.change("Change", document.experiment.with_training(batch_size=2))
    assert "Your own" not in bar.label.text()


def test_weights_that_a_paper_is_about_are_bars_beside_those_of_the_paper(
    window: MainWindow, qtbot: QtBot
) -> None:
    shown = window.panels.classic_bar.pictures
    window.document.load(preset_named("classic_symmetry"))
    qtbot.waitUntil(lambda: len(shown.weights) == 6, timeout=PATIENCE_MS)
    assert [wanted for wanted, _ in shown.sizes] == [1, 2, 4]
    assert shown.accessibleName().startswith("Weights of hidden unit 1, bit by bit: ")
    picture, height = shown.grab().toImage(), shown.height()
    found = Found("", True, (1.0, -2.0, 4.0, -4.0, 2.0, -1.0), ((1.0, 1.0), (2.0, 1.99), (4.0, 3.97)))
    shown.show_found(found, {0: True, 1: False}, "your seeds")
    assert "+4.00, −4.00" in shown.accessibleName()
    assert "the paper's and yours: 1 and 1.00, 2 and 1.99, 4 and 3.97" in shown.accessibleName()
    assert shown.grab().toImage() != picture
    shown.show_found(Found("", False, (math.nan,) * 6), {0: True}, "your seeds")
    assert shown.weights == ()
    assert shown.height() < height


def test_each_seed_that_was_counted_is_a_dot(window: MainWindow) -> None:
    document, bar = window.document, window.panels.classic_bar
    document.load(preset_named("classic_xor"))
    assert bar.pictures.isVisible()
    assert [seed for seed, reached in bar.pictures.seeds.items() if reached] == [0, 2, 4, 6, 8, 9, 11, 12, 15]
    assert "green: 0, 2, 4, 6, 8, 9, 11, 12, 15; others" in bar.pictures.toolTip()
    counted = bar.pictures.grab().toImage()
    bar.show_own(document.experiment, {40: True, 41: False, 42: False})
    assert bar.pictures.seeds == {40: True, 41: False, 42: False}
    assert bar.pictures.grab().toImage() != counted
    # As many as a set can have still fit.
    bar.show_own(document.experiment, dict.fromkeys(range(64), True))
    assert not bar.pictures.grab().isNull()
