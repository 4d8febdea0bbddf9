"""The tabs of the results: the one in front alone is updated."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from core.data.datasets import DATASETS
from core.experiment.prepare import make_trainer, prepare
from core.experiment.presets import preset_named
from core.experiment.stack_problems import with_task
from core.inspect.flow_field import FlowPathsPart
from core.inspect.snapshot import EvaluatedSamples, SnapshotRequest
from core.inspect.snapshot_taker import SnapshotTaker
from core.io.number_text import loss_text, percent_text
from core.nn.losses import LOSSES
from core.train.figures import Figure, Place
from core.train.tasks import FlowMatching
from playground.model.document import Document
from playground.model.guess import Guess
from playground.views.results import ResultsPanel
from playground.views.results.curve_tabs import CurvesTab, rows_of
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.number_format import number_text
from tests.playground.fakes import fake_prepared, fake_snapshot, points_experiment, with_figures


def test_only_the_tab_in_front_is_updated(qtbot: QtBot, panel: ResultsPanel) -> None:
    panel.show_data(fake_prepared(points_experiment()))
    figures: dict[str, Any] = {
        "train": Figure(0.0312, 0.98, 0.0, 350, 350),
        "test": Figure(0.0478, np.nan, 0.0, 150, 150),
    }
    snapshot = with_figures(fake_snapshot(points_experiment()), **figures)
    panel.show_snapshot(snapshot)
    tiles = (panel.first_tile, panel.second_tile)
    assert [(tile.value, tile.below.text()) for tile in tiles] == [
        ("–", "train 98.0 %"),
        ("0.0478", "train 0.0312"),
    ]
    assert len(panel.curves.canvas.curves[0]) == len(snapshot.history)
    assert len(panel.rate.canvas.curves[0]) == 0
    qtbot.mouseClick(panel.measure.buttons["accuracy"], Qt.MouseButton.LeftButton)
    assert panel.pages.currentWidget() is panel.curves
    assert panel.curves.canvas.curves[1] == pytest.approx(100 * rows_of(snapshot).train_accuracy)
    assert [(tile.value, tile.below.text()) for tile in tiles] == [
        ("–", "train 98.0 %"),
        ("0.0478", "train 0.0312"),
    ]
    assert panel.curves.canvas.y_range == (0, 100)


def test_tabs_by_keyboard(qtbot: QtBot, panel: ResultsPanel) -> None:
    panel.tabs.setFocus()
    qtbot.keyClick(panel.tabs, Qt.Key.Key_Right)
    assert panel.pages.currentWidget() is panel.confusion
    assert panel.confusion.isVisible()
    assert not panel.measure.isVisible()


def test_a_regression_shows_r2_and_no_matrix(panel: ResultsPanel) -> None:
    experiment = points_experiment(4, dataset=DATASETS.make("plane"), loss=LOSSES.make("mean_squared_error"))
    panel.show_data(fake_prepared(experiment))
    panel.show_snapshot(fake_snapshot(experiment))
    assert panel.measure.buttons["accuracy"].text() == "R²"
    assert panel.first_tile.accessibleName().startswith("Test R²: ")
    panel.show_column("accuracy")
    assert panel.curves.canvas.y_range[1] == 1
    assert [panel.tabs.isTabVisible(index) for index in (1, 2)] == [False, True]


def test_figures_of_a_network_that_never_ran_are_named_by_its_task(qtbot: QtBot, themes: ThemeSource) -> None:
    """A project whose network cannot run was opened: there is no run, and nothing prepared."""
    experiment = preset_named("digits_through_two_numbers")
    made = ResultsPanel(themes, document=Document(experiment))
    qtbot.addWidget(made)
    made.clear()
    assert made.first_tile.accessibleName() == "Test R²: –"
    assert made.measure.buttons["accuracy"].text() == "R²"


def test_pictures_of_tabs_behind_leave_out_those_without_data(panel: ResultsPanel) -> None:
    """A field of velocities has values without labels, which the residuals would compare."""
    made = with_task(points_experiment(), FlowMatching())
    prepared = prepare(made)
    panel.show_data(prepared)
    evaluated = EvaluatedSamples(len(prepared.test), predicted=prepared.test.targets)
    panel.show_snapshot(dataclasses.replace(fake_snapshot(made), evaluated=evaluated))
    panel.update_hidden()
    assert [panel.tabs.isTabVisible(index) for index in (1, 2)] == [False, False]


@pytest.mark.parametrize("title", ["moons", "moons_from_noise"])
def test_a_guess_turns_to_the_chart_that_it_is_of_and_to_no_other(panel: ResultsPanel, title: str) -> None:
    panel.show_data(prepare(preset_named(title)))
    is_score = []
    for measure in (
        "distance from the data",
        "spread",
        "validation accuracy",
        "told apart",
        "validation loss",
    ):
        panel.show_guess(None)
        panel.show_guess(Guess(measure, False, "less", (0.0, 0.3), None, False))
        is_score.append(panel.tab(CurvesTab).column == "accuracy")
        assert panel.measure.current == panel.tab(CurvesTab).column
    # Velocities have no score that counts, and no switch to leave it.
    has_score = title == "moons"
    assert is_score == [False, False, has_score, has_score, False]


def test_residuals_stand_where_the_confusion_was_and_back(panel: ResultsPanel) -> None:
    classes = points_experiment(4)
    values = points_experiment(4, dataset=DATASETS.make("plane"), loss=LOSSES.make("mean_squared_error"))
    panel.show_data(fake_prepared(classes))
    panel.tabs.setCurrentIndex(1)
    assert panel.confusion.isVisible()
    panel.show_data(fake_prepared(values))
    panel.show_snapshot(fake_snapshot(values))
    assert panel.residuals.plot.isVisible()
    panel.show_data(fake_prepared(classes))
    assert panel.confusion.isVisible()


def test_scores_of_an_earlier_moment_are_grey_and_name_it(panel: ResultsPanel) -> None:
    panel.show_data(fake_prepared(points_experiment()))
    snapshot = fake_snapshot(points_experiment())
    panel.show_snapshot(with_figures(snapshot, is_old=True))
    for tile, caption in ((panel.first_tile, "Test accuracy"), (panel.second_tile, "Test loss")):
        assert tile.accessibleName() == f"{caption}, epoch 99: {tile.value}"
        assert tile.is_old
    # The rate is of now.
    panel.show_page(panel.rate)
    assert panel.first_tile.accessibleName().startswith("Learning rate: ")
    assert not panel.first_tile.is_old
    panel.tabs.setCurrentIndex(0)
    panel.show_snapshot(snapshot)
    assert panel.second_tile.accessibleName() == f"Test loss: {panel.second_tile.value}"
    assert not panel.second_tile.is_old


def test_held_numbers_stay_together_while_the_curves_grow(panel: ResultsPanel) -> None:
    panel.show_data(fake_prepared(points_experiment()))
    first = fake_snapshot(points_experiment())
    panel.show_snapshot(first)
    held = panel.second_tile.value
    panel.holds_figures = True
    later = dataclasses.replace(fake_snapshot(points_experiment(), epoch=120, seed=5), run=first.run)
    panel.show_snapshot(later)
    assert panel.second_tile.value == held
    np.testing.assert_array_equal(panel.curves.canvas.curves[1], later.history.train_loss)
    panel.holds_figures = False
    panel.show_snapshot(later)
    assert panel.second_tile.value == loss_text(later.figures.test.loss) != held


def test_tiles_say_of_how_many_samples_they_are_and_when(panel: ResultsPanel) -> None:
    panel.show_data(fake_prepared(points_experiment()))
    place = Place(98, 3, 35, position=98.086)
    all_of = {"train": Figure(0.5, 0.9, 0.0, 350, 350), "test": Figure(0.6, 0.8, 0.0, 150, 150)}
    snapshot = with_figures(fake_snapshot(points_experiment()), place=place, **all_of)
    panel.show_snapshot(snapshot)
    tile = panel.second_tile
    assert (tile.accessibleName(), tile.below.text()) == ("Test loss: 0.6000", "train 0.5000")
    assert "Measured on 350 / 150 samples, in use (dropout off), at epoch 98 + 3/35" in tile.toolTip()
    part = {
        "train": replace(all_of["train"], samples=50, corrected=True),
        "test": replace(all_of["test"], samples=40),
    }
    panel.show_snapshot(with_figures(snapshot, **part))
    assert (tile.accessibleName(), tile.below.text()) == ("Test loss of 40: 0.6000", "train 0.5000 of 50")
    assert "Measured on 50 / 40 samples of some, corrected by all" in tile.toolTip()


def test_what_was_measured_at_rest_is_a_hollow_point_and_no_row(panel: ResultsPanel) -> None:
    panel.show_data(fake_prepared(points_experiment()))
    all_of = {"train": Figure(0.5, 0.9, 0.0, 350, 350), "test": Figure(0.6, 0.8, 0.0, 150, 150)}
    taken = fake_snapshot(points_experiment())
    end = float(taken.history.epoch[-1])
    place = Place(int(end), 3, 35, position=end + 3 / 35)
    at_rest = replace(taken, epoch=int(end), step=3, steps_per_epoch=35, position=place.position)
    panel.show_snapshot(with_figures(at_rest, place=place, **all_of))
    page = panel.curves
    for column, values, text in (
        ("loss", (0.5, 0.6), "train 0.5000, test 0.6000"),
        ("accuracy", (90.0, 80.0), "train 90.0 %, test 80.0 %"),
    ):
        panel.show_column(column)
        assert page.canvas.rest == pytest.approx((place.position, *values))
        assert page.canvas.x_range[1] >= place.position
        assert len(page.canvas.curves[0]) == len(taken.history)
        assert page.legend.accessibleName() == f"at {place.text}, {text}"
    part = replace(all_of["train"], samples=50)
    panel.show_snapshot(with_figures(at_rest, place=place, train=part, test=all_of["test"]))
    assert panel.curves.canvas.rest is None
    assert panel.curves.legend.accessibleName() == "train, test"


def test_values_of_a_row_say_of_how_many_samples_they_are(qtbot: QtBot, panel: ResultsPanel) -> None:
    panel.show_data(fake_prepared(points_experiment()))
    taken = fake_snapshot(points_experiment())
    count = len(taken.history)
    rows = replace(
        taken.history,
        train_samples=np.full(count, 50.0),
        test_samples=np.array([150.0] * (count - 1) + [40.0]),
    )
    part = {"train": Figure(0.5, 0.9, 0.0, 350, 350), "test": Figure(0.6, 0.8, 0.0, 150, 150)}
    panel.show_snapshot(with_figures(replace(taken, history=rows), **part))
    page = panel.curves
    for column in ("loss", "accuracy"):
        panel.show_column(column)
        qtbot.keyClick(page.canvas, Qt.Key.Key_End)
        train, test = page.legend.accessibleName().split(", ")[1:]
        assert train.endswith(" of 50")
        assert test.endswith(" of 40")
        qtbot.keyClick(page.canvas, Qt.Key.Key_Home)
        train, test = page.legend.accessibleName().split(", ")[1:]
        assert (train.endswith(" of 50"), " of " in test) == (True, False)


def test_what_a_tile_says_never_widens_the_panel(panel: ResultsPanel) -> None:
    panel.show_data(fake_prepared(points_experiment()))
    snapshot = fake_snapshot(points_experiment())
    panel.show_snapshot(snapshot)
    before = panel.first_tile.minimumSizeHint().width()
    test = Figure(0.6, 0.8, 0.0, 50, 150)
    panel.show_snapshot(
        with_figures(snapshot, is_old=True, place=Place(98, 3, 35, position=98.086), test=test)
    )
    assert panel.first_tile.accessibleName().startswith("Test accuracy of 50, epoch 98 + 3/35: ")
    assert panel.first_tile.minimumSizeHint().width() == before < 60


def test_the_badge_of_another_panels_page_changes_no_width(panel: ResultsPanel) -> None:
    page, badge = QLabel("Nothing is wrong"), QPushButton("2")
    badge.setFixedSize(16, 16)
    badge.hide()
    panel.add_page(page, "Doctor", "What keeps the network from learning", badge)
    before = panel.tabs.minimumSizeHint()
    badge.show()
    assert panel.tabs.minimumSizeHint() == before
    assert badge.isVisible()
    panel.show_page(page)
    assert page.isVisible()
    assert not panel.tiles.isVisible()
    panel.show_data(fake_prepared(points_experiment()))
    panel.show_snapshot(fake_snapshot(points_experiment()))
    assert panel.pages.currentWidget() is page


def test_of_made_samples_distance_and_coverage_stand_in_front(panel: ResultsPanel) -> None:
    experiment = with_task(points_experiment(4), FlowMatching())
    prepared = prepare(experiment)
    panel.show_data(prepared)
    snapshot = SnapshotTaker(make_trainer(experiment, prepared), prepared, 1, experiment).take(
        SnapshotRequest()
    )
    panel.show_snapshot(snapshot)
    made = snapshot.part(FlowPathsPart)
    assert made is not None
    shown = [tile.accessibleName().partition(": ")[0] for tile in panel.score_tiles if tile.isVisible()]
    assert shown == ["Test loss", "Distance to data", "Data covered"]
    assert [tile.value for tile in panel.score_tiles[1:]] == [
        number_text(made.to_data),
        percent_text(made.covered),
    ]
    panel.show_data(fake_prepared(points_experiment()))
    assert not panel.score_tiles[2].isVisible()
    assert panel.first_tile.accessibleName().startswith("Test accuracy")
