"""The pages of the probes that change the experiment, mark the network, or fill the table of runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.experiment.experiment import Experiment
from core.nn.interventions import Intervention
from playground.plugins.runs.controller import run_library
from playground.training.state import TrainingState
from playground.window.main_window import MainWindow
from tests.core.inspect.started import HILLS, MOONS
from tests.playground.plugins.probes.opened_probes import Probes


@pytest.fixture
def probes(make: Callable[..., MainWindow], qtbot: QtBot) -> Probes:
    return Probes(make(MOONS), qtbot)


def trained(probes: Probes, epochs: int = 4) -> Probes:
    probes.window.session.step_epochs(epochs)
    probes.until(lambda: probes.window.session.state is TrainingState.PAUSED)
    return probes


def test_the_landscape_shows_the_path_of_the_run(probes: Probes, qtbot: QtBot) -> None:
    assert "needs at least two earlier moments" in probes.run("landscape")
    trained(probes)
    assert "of the way that training went" in probes.run("landscape")
    plot: Any = probes.dialog.pages["landscape"].plot  # type: ignore[attr-defined]
    assert len(plot._found.path) >= 4
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert plot.readout.text.startswith("loss ")
    page: Any = probes.dialog.pages["landscape"]
    qtbot.mouseClick(page.plane.buttons["random"], Qt.MouseButton.LeftButton)
    assert "on this plane." in probes.run("landscape")
    assert plot._found.plane == "random"
    plot.grab()
    area = plot.area().toRect()
    assert plot._image.size() == area.size(), "scaled, its lines would have gaps"
    plot.resize(plot.width() - 40, plot.height())
    plot.grab()
    assert plot._image.width() == area.width() - 40


def test_a_unit_is_muted_by_a_click_and_marked_in_the_network(probes: Probes, qtbot: QtBot) -> None:
    trained(probes)
    assert "matters most" in probes.run("units")
    page: Any = probes.dialog.pages["units"]
    assert page.table.rowCount() == 8
    marks = probes.window.canvas.scene.field._importance
    assert max(marks.values()) == 1.0
    assert set(marks) == {*((0, unit) for unit in range(5)), *((1, unit) for unit in range(3))}
    probes.window.canvas.scene.field.grab()
    chosen, document = page.chosen, probes.window.document
    qtbot.mouseClick(page.mute, Qt.MouseButton.LeftButton)
    assert document.experiment.interventions == (Intervention("mute", chosen.layer, chosen.unit),)
    assert page.mute.text() == "Unmute"
    document.undo_stack.undo()
    assert document.experiment.interventions == ()
    probes.dialog.close()
    assert probes.window.canvas.scene.field._importance == {}


def test_baselines_are_kept_among_the_runs(probes: Probes) -> None:
    trained(probes, 30)
    sentence = probes.run("baselines")
    assert sentence.startswith(
        ("The network is worth it", "The network is not worth it yet", "The network is as good")
    )
    page: Any = probes.dialog.pages["baselines"]
    # Those that give samples back are for another task.
    cards = [card for card in page.cards.values() if not card.isHidden()]
    assert [card.name for card in cards] == [each.title for each in page.baselines]
    for card in cards:
        assert card.score.text().endswith("%")
        assert not card.picture.pixmap().isNull()
    widths = [card.width() for card in cards]
    assert max(widths) - min(widths) <= 1
    library = run_library(probes.window)
    probes.until(lambda: not library.busy)
    names = sorted(run.name for run in library.rows.values() if run.name.startswith("Baseline: "))
    assert len(names) == 4
    assert names[0] == "Baseline: Gradient boosting"
    kept = next(run for run in library.rows.values() if run.name == "Baseline: Random forest")
    assert kept.test_score == next(each.test_score for each in page.baselines if each.name == "forest")
    assert kept.settings.layers_text == "Baseline: Random forest"
    assert kept.settings.summary == ("200 trees",)
    # Once more: the same rows, not others.
    probes.run("baselines")
    probes.until(lambda: not library.busy)
    assert len([run for run in library.rows.values() if run.name.startswith("Baseline: ")]) == 4


def test_folds_of_values(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    probes = Probes(make(HILLS), qtbot)
    page: Any = probes.dialog.pages["folds"]
    page.epochs.set_value(3)
    page.folds.set_value(4)
    assert probes.run("folds").endswith("over 4 folds.")
    assert len(page.bars._found.folds) == 4
    assert np.isfinite(page.bars._found.spread)
    assert page.grab().width() > 0


def test_more_data_draws_scores_and_a_forecast(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    probes = Probes(make(HILLS), qtbot)
    page: Any = probes.dialog.pages["learning_curve"]
    page.epochs.set_value(2)
    assert "with twice as many samples about R² " in probes.run("learning_curve")
    chart = page.chart
    assert [curve.name for curve in chart.curves] == ["train", "test", "forecast"]
    assert len(chart._bands) == 3
    last = chart.curves[1]
    assert chart.curves[2].x[-1] == 2 * last.x[-1]
    assert chart.curves[2].y[0] == last.y[-1]
    chart.point_at(float(last.x[2]))
    assert chart.readout.text.startswith(f"{last.x[2]:,.0f} samples\n")
    page.clear()
    assert chart.curves == ()


def test_a_network_without_hidden_layers_has_no_units(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    linear: Experiment = MOONS.replace(layers=())
    probes = Probes(make(linear), qtbot)
    probes.dialog.list.choose("units")
    assert not probes.dialog.run.isEnabled()
    assert probes.dialog.sentence.text() == "The network has no hidden units to mute."
