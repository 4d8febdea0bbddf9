"""The bar of a classic: there for it alone, live, and its button trains the seeds."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from core.experiment.presets import preset_named
from core.nn import Dense
from playground.commands.seeds_commands import SeedsController
from playground.window.main_window import MainWindow
from tests.playground.driving import click

PATIENCE_MS = 60_000


def test_it_tells_of_the_run_and_goes_with_the_network(window: MainWindow, qtbot: QtBot) -> None:
    bar, document = window.panels.classic_bar, window.document
    assert not bar.isVisible()
    document.load(preset_named("classic_components"))
    assert bar.isVisible()
    qtbot.waitUntil(lambda: "not trained yet" not in bar.label.text(), timeout=PATIENCE_MS)
    assert "The paper: as good as principal components" in bar.label.text()
    assert "Counted here: 16 of 16 seeds reach it." in bar.label.text()
    assert not bar.bars.isVisible()
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


def test_its_button_trains_the_seeds_as_long_as_the_paper(window: MainWindow, qtbot: QtBot) -> None:
    window.document.load(preset_named("classic_xor"))
    bar = window.panels.classic_bar
    click(bar.buttons["Train 16 seeds"])
    seeds = window.pages.runs.part("seeds")
    assert isinstance(seeds, SeedsController)
    assert window.pages.runs.key == "seeds"
    assert (seeds.page.count.value(), seeds.page.epochs.value()) == (16, 2000)
    qtbot.waitUntil(lambda: seeds.group.running, timeout=PATIENCE_MS)
    seeds.stop()


def test_own_seeds_are_told_apart_from_those_counted_while_the_settings_are_theirs(
    window: MainWindow,
) -> None:
    document, bar = window.document, window.panels.classic_bar
    document.load(preset_named("classic_xor"))
    bar.show_own(document.experiment.replace(seed=40), {40: True, 41: False, 42: False})
    assert "Counted here: 9 of 16 seeds reach it. Your own: 1 of 3 seeds." in bar.label.text()
    document.change("Change", document.experiment.with_training(batch_size=2))
    assert "Your own" not in bar.label.text()


def test_weights_that_a_paper_is_about_are_bars(window: MainWindow, qtbot: QtBot) -> None:
    bar = window.panels.classic_bar
    window.document.load(preset_named("classic_symmetry"))
    qtbot.waitUntil(lambda: bar.bars.isVisible() and len(bar.bars.weights) == 6, timeout=PATIENCE_MS)
    picture = bar.bars.grab().toImage()
    assert bar.bars.accessibleName().startswith("Weights of hidden unit 1: ")
    bar.bars.show_weights((1.0, -2.0, 4.0, -4.0, 2.0, -1.0))
    assert "+4.00, -4.00" in bar.bars.accessibleName()
    assert bar.bars.grab().toImage() != picture
    bar.bars.show_weights((float("nan"),) * 6)
    assert not bar.bars.isVisible()
