"""The runs before stay behind the new one."""

from __future__ import annotations

import dataclasses
import itertools

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect, QSize

from core.data.datasets import DATASETS, Moons, Xor
from core.inspect.snapshot import Snapshot
from core.nn.losses import LOSSES
from playground.views.results import ResultsPanel
from playground.views.results.curves_plot import CurvesPlot
from playground.views.results.previous_runs import PreviousRun, PreviousRuns
from playground.views.theme.colors import LIGHT
from tests.playground.fakes import fake_prepared, points_experiment
from tests.playground.views.results.read_curves import has_color, run_of, show_flat


def show_runs(reading_panel: ResultsPanel, *numbers: int) -> list[Snapshot]:
    ends = []
    for number in numbers:
        start, end = run_of(number)
        reading_panel.show_snapshot(start)
        reading_panel.show_snapshot(end)
        ends.append(end)
    return ends


def test_the_last_three_runs_stay_behind_a_new_one(reading_panel: ResultsPanel) -> None:
    ends = show_runs(reading_panel, 1, 2, 3, 4, 5)
    ghosts = reading_panel.curves.canvas.ghosts
    assert len(ghosts) == 3
    for ghost, end in zip(ghosts, ends[1:4], strict=True):
        assert np.array_equal(ghost[1], end.history.test_loss)
    reading_panel.show_column("accuracy")
    assert reading_panel.curves.canvas.ghosts[0][1] == pytest.approx(100 * ends[1].history.test_accuracy)
    assert reading_panel.curves.legend.plain_text.endswith(", last runs")


def test_after_a_reset_the_old_curve_is_seen_whole(reading_panel: ResultsPanel) -> None:
    show_runs(reading_panel, 1)
    reading_panel.show_data(fake_prepared(points_experiment()))
    reading_panel.show_snapshot(run_of(2)[0])
    assert reading_panel.curves.canvas.x_range == (0, 99)
    spot = reading_panel.curves.canvas.at(
        *(float(part[50]) for part in reading_panel.curves.canvas.ghosts[0])
    ).toPoint()
    assert has_color(reading_panel.curves, spot, LIGHT.border_strong)
    assert reading_panel.curves.legend.plain_text.endswith(", last run")
    reading_panel.show_snapshot(run_of(2, moments=11)[1])
    assert reading_panel.curves.canvas.x_range == (0, 10)  # the current run sets the range


def test_a_run_without_an_epoch_or_that_goes_on_is_no_earlier_one(reading_panel: ResultsPanel) -> None:
    for number in (1, 2):
        reading_panel.show_snapshot(run_of(number)[0])
    assert reading_panel.curves.canvas.ghosts == ()
    reading_panel.show_snapshot(run_of(2)[1])
    reading_panel.show_snapshot(dataclasses.replace(run_of(2)[1], run=3))  # an edit that keeps the weights
    assert reading_panel.curves.canvas.ghosts == ()
    reading_panel.show_snapshot(dataclasses.replace(run_of(4)[0], run=4))
    assert len(reading_panel.curves.canvas.ghosts) == 1
    reading_panel.show_snapshot(dataclasses.replace(run_of(2)[1], run=5))  # the reset was undone
    assert reading_panel.curves.canvas.ghosts == ()


@pytest.mark.parametrize("other", ["iris", "plane"])
def test_runs_of_other_classes_or_values_are_not_compared(reading_panel: ResultsPanel, other: str) -> None:
    show_runs(reading_panel, 1, 2)
    assert len(reading_panel.curves.canvas.ghosts) == 1
    loss = LOSSES.make("cross_entropy" if other == "iris" else "mse")
    reading_panel.show_data(fake_prepared(points_experiment(dataset=DATASETS.make(other), loss=loss)))
    show_runs(reading_panel, 3)
    assert reading_panel.curves.canvas.ghosts == ()
    show_runs(reading_panel, 4)
    assert len(reading_panel.curves.canvas.ghosts) == 1


def test_pinned_runs_are_named_at_their_ends(plot: CurvesPlot) -> None:
    show_flat(plot)
    canvas = plot.canvas
    before = canvas.grab().toImage()
    epoch = np.arange(20.0)
    low = canvas.y_range[1] / 4
    plot.set_ghosts([(epoch, np.full(20, low)), (epoch, np.full(20, 2 * low))], ["", "rate 0.1"])
    [(end, title)] = canvas.titled_ends
    assert title == "rate 0.1"
    last = min(19.0, np.floor(canvas.x_range[1]))
    assert (end - canvas.at(last, 2 * low)).manhattanLength() < 1.0
    after = canvas.grab().toImage()
    above = QRect(end.toPoint() - QPoint(40, 12), QSize(38, 10))
    assert after.copy(above) != before.copy(above), "the name is written there"
    values = np.full(20, low)
    values[17] = 3 * low
    plot.set_ghosts([(epoch, np.full(20, low)), (epoch, values)], ["", "rate 0.1"])
    assert abs(canvas.titled_ends[0][0].y() - canvas.at(19.0, 3 * low).y()) < 1.0, "above its last values"
    assert canvas.layers.ghosts[1].pen.color() != canvas.layers.ghosts[0].pen.color()
    assert "last runs" in plot.legend.plain_text
    plot.set_ghosts([(epoch, np.full(20, 0.25)), (epoch, np.full(20, 0.25))], ["wide", "rate 0.1"])
    canvas.grab()
    assert "pinned runs" in plot.legend.plain_text
    plot.set_ghosts([(epoch, np.zeros(20))] * 3, ["wide", "rate 0.1", "deep"])
    places = [place for place, _ in canvas.title_places()]
    assert all(canvas.area().contains(place) for place in places)
    assert not any(one.intersects(other) for one, other in itertools.pairwise(places))
    plot.canvas.show_ghosts(False)
    assert canvas.titled_ends == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pinned_runs_have_colors_and_their_values_at_the_pointer(plot: CurvesPlot, theme: str) -> None:
    show_flat(plot)
    canvas = plot.canvas
    plot._themes.mode = theme  # type: ignore[assignment]
    epoch = np.arange(40.0)
    curves = [(epoch, np.linspace(0.4, 0.2, 40)), (epoch, np.full(40, 0.3)), (epoch[:5], np.full(5, 0.1))]
    plot.set_ghosts(curves, ["rate 0.1", "wide", "wide"])
    assert canvas.pinned_values == {}
    widths = [place.width() for place, _ in canvas.title_places()]
    canvas._point_at(39)
    assert canvas.pinned_values == {"rate 0.1": "0.2000", "wide": "0.3000", "wide (2)": ""}, (
        "the last has ended"
    )
    assert plot.legend.plain_text.endswith("rate 0.1 0.2000, wide 0.3000")
    assert "rate 0.1" not in plot.legend.text(), "it is beside the curve"
    assert sum(place.width() for place, _ in canvas.title_places()) > sum(widths), "the values need room"
    colors = canvas.layers.ghost_colors
    assert len({*colors, canvas._themes.theme.train, canvas._themes.theme.test}) == 5
    assert [ghost.pen.color().name() for ghost in canvas.layers.ghosts] == list(colors)
    for number in range(2):
        assert has_color(plot, canvas.at(39.0, float(curves[number][1][39])).toPoint(), colors[number])


def test_earlier_runs_are_hidden_and_cleared_by_the_menu(reading_panel: ResultsPanel) -> None:
    assert not reading_panel.curves.clear_ghosts.isEnabled()
    show_runs(reading_panel, 1, 2)
    reading_panel.curves.ghosts_action.trigger()
    assert reading_panel.curves.canvas.ghosts == reading_panel.rate.canvas.ghosts == ()
    assert "last" not in reading_panel.curves.legend.text()
    reading_panel.rate.ghosts_action.trigger()
    assert len(reading_panel.curves.canvas.ghosts) == 1
    reading_panel.rate.clear_ghosts.trigger()
    assert reading_panel.curves.canvas.ghosts == ()
    assert not reading_panel.curves.clear_ghosts.isEnabled()


def test_an_earlier_run_that_diverged_does_not_flatten_the_new_one(plot: CurvesPlot) -> None:
    plot.set_ghosts([(np.arange(50.0), 10.0 ** np.arange(50.0))])
    show_flat(plot)
    assert plot.canvas.y_range == (0.0, pytest.approx(0.525))
    plot.canvas.grab()


def test_runs_of_other_data_are_not_shown_and_come_back_with_theirs() -> None:
    runs, old = PreviousRuns(), points_experiment(dataset=Moons(noise=0.1))
    runs.runs.append(PreviousRun(run_of(1)[1].history, old))
    assert len(runs.shown(points_experiment(dataset=Moons(noise=0.3)))) == 1
    assert runs.shown(points_experiment(dataset=Xor())) == []
    assert len(runs.shown(old)) == 1


def test_every_tab_that_is_there_has_a_place(reading_panel: ResultsPanel) -> None:
    tabs = reading_panel.tabs
    for dataset, loss in (("plane", "mse"), ("iris", "cross_entropy")):
        experiment = points_experiment(dataset=DATASETS.make(dataset), loss=LOSSES.make(loss))
        reading_panel.show_data(fake_prepared(experiment))
        shown = [index for index in range(tabs.count()) if tabs.isTabVisible(index)]
        places = [tabs.tabRect(index) for index in shown]
        assert min(place.width() for place in places) > 20
        ends = [place.left() + place.width() for place in places]
        assert [place.left() for place in places[1:]] == ends[:-1], "no gap where a tab was hidden"
