"""The curves plot: ticks, zoom, data, readout; and the results panel."""

from __future__ import annotations

import dataclasses

import numpy as np

from playground.views.results import ResultsPanel
from playground.views.results.curves_plot import CurvesPlot
from tests.playground.fakes import fake_prepared, fake_snapshot, mnist_experiment, points_experiment


def test_curves_are_the_history(plot: CurvesPlot) -> None:
    history = fake_snapshot(points_experiment()).history
    plot.show_curves(history.epoch, history.train_loss, history.test_loss)
    epoch, train, test = plot.canvas.curves
    assert np.array_equal(epoch, history.epoch)
    assert np.array_equal(train, history.train_loss)
    assert np.array_equal(test, history.test_loss)
    assert plot.canvas.x_range == (0, 99)
    assert plot.canvas.y_range[0] == 0.0
    assert plot.canvas.y_range[1] >= history.train_loss.max()


def test_the_legend_names_the_test_part_only_when_there_is_one(plot: CurvesPlot) -> None:
    plot.show_curves(np.arange(3.0), np.ones(3), np.full(3, np.nan))
    assert "test" not in plot.legend.text()
    plot.show_curves(np.arange(3.0), np.ones(3), np.array([np.nan, np.nan, 1.0]))
    assert "test" in plot.legend.text()


def test_the_way_through_an_epoch_is_shown_for_images_alone(panel: ResultsPanel) -> None:
    panel.show_data(fake_prepared(points_experiment()))
    moment = dataclasses.replace(fake_snapshot(points_experiment()), epoch=6, step=312, steps_per_epoch=469)
    panel.show_snapshot(moment)
    assert not panel.progress.isVisible()
    panel.show_data(fake_prepared(mnist_experiment()))
    panel.show_snapshot(moment)
    assert panel.progress.isVisible()
    assert panel.progress_text.text() == "Batch 312 of 469"
    assert panel.progress.value() == 312
    panel.clear()
    assert not panel.progress.isVisible()
    assert panel.first_tile.value == "–"
