"""The bar of a classic: there for it alone, live, and its button trains the seeds."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from core.experiment.presets import preset_named
from playground.plugins.runs.seeds_controller import SeedsController
from playground.plugins.runs.sweep_controller import SweepController
from playground.window.main_window import MainWindow
from tests.playground.driving import click
from tests.playground.views.canvas.test_classic_bar import PATIENCE_MS


def test_its_button_trains_the_seeds_as_long_as_the_paper(window: MainWindow, qtbot: QtBot) -> None:
    window.document.load(preset_named("classic_xor"))
    bar = window.panels.classic_bar
    click(bar.buttons["train"])
    seeds = window.plugins["runs"].page.part("seeds")
    assert isinstance(seeds, SeedsController)
    assert window.plugins["runs"].page.key == "seeds"
    assert (seeds.page.form.count.value(), seeds.page.form.epochs.value()) == (16, 2000)
    qtbot.waitUntil(lambda: seeds.group.running, timeout=PATIENCE_MS)
    seeds.stop()


def test_the_sweep_of_a_source_is_put_into_the_form(window: MainWindow, qtbot: QtBot) -> None:
    document, bar = window.document, window.panels.classic_bar
    document.load(preset_named("classic_symmetry"))
    assert "sweep" not in bar.buttons
    document.load(preset_named("classic_xor"))
    qtbot.waitUntil(lambda: bar.buttons["sweep"].isVisible(), timeout=PATIENCE_MS)
    click(bar.buttons["sweep"])
    assert window.plugins["runs"].page.key == "sweep"
    sweeps = window.plugins["runs"].page.part("sweep")
    assert isinstance(sweeps, SweepController)
    sweep = sweeps.page.form.sweep()
    assert (sweep.experiment, sweep.epochs, sweep.count()) == (document.experiment, 2000, 20)
    assert [axis.values for axis in sweep.axes] == [(2, 4, 8, 16, 32), (0.1, 0.25, 0.5, 0.75)]
    sweeps.undo_stack.undo()
    assert sweeps.draft.sweep != sweep
