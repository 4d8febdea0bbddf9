"""The plane axes: two features of a table, sliders for the others, and a choice that survives a restart."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.data.datasets import Wine
from core.data.plane import PlaneChoice
from core.experiment.experiment import Experiment
from core.inspect.feature_ranges import feature_ranges
from core.nn import Dense
from playground.views.output.boundary_points import BoundaryPoints
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.number_format import value_text
from playground.window.main_window import MainWindow
from tests.playground.driving import click, press
from tests.playground.fakes import fake_prepared, mnist_experiment, points_experiment
from tests.playground.views.output.axes_shown import IRIS, Shown

LEFT = Qt.MouseButton.LeftButton


WINE = IRIS.replace(dataset=Wine())


@pytest.fixture
def show(qtbot: QtBot, themes: ThemeSource) -> Callable[[Experiment], Shown]:
    return lambda experiment: Shown(qtbot, themes, experiment)


@pytest.fixture
def themes(qapp: object) -> ThemeSource:
    return ThemeSource(None, "light", parent=qapp)  # type: ignore[arg-type]


@pytest.mark.parametrize("experiment", [points_experiment(), mnist_experiment()], ids=["points", "images"])
def test_points_and_images_show_no_axes(show: Callable[[Experiment], Shown], experiment: Experiment) -> None:
    shown = show(experiment)
    assert shown.bar.mode.isHidden()
    assert shown.bar.isHidden()
    assert shown.asked == []


def test_a_table_begins_with_its_main_directions(show: Callable[[Experiment], Shown]) -> None:
    shown = show(IRIS)
    assert shown.bar.mode.isVisible()
    assert not shown.bar.isVisible()
    assert shown.panel.title.accessibleName() == "PCA plane"
    assert shown.asked == []


def test_two_features_are_chosen_by_key_with_the_others_at_their_medians(
    show: Callable[[Experiment], Shown],
) -> None:
    shown = show(IRIS)
    choice = shown.choose_two()
    names = shown.prepared.columns
    # The largest weights in the first two principal components of iris.
    assert (names[choice.x], names[choice.y]) == ("petal length (cm)", "sepal width (cm)")
    sample = shown.prepared.data.inputs[shown.prepared.test_index[0]]
    np.testing.assert_allclose(choice.values, sample)
    assert shown.bar.isVisible()
    shown.open_sliders()
    assert set(shown.bar.others.sliders) == {0, 3}


def test_the_feature_of_the_other_axis_makes_them_change_places(show: Callable[[Experiment], Shown]) -> None:
    shown = show(IRIS)
    before = shown.choose_two()
    shown.bar.x_axis.setFocus()
    QTest.keyClick(shown.bar.x_axis, Qt.Key.Key_Up)
    after = shown.asked[-1]
    assert after is not None
    assert (after.x, after.y) == (before.y, before.x)
    assert shown.bar.y_axis.current == str(before.x)


def test_one_button_swaps_the_axes(show: Callable[[Experiment], Shown]) -> None:
    shown = show(IRIS)
    before = shown.choose_two()
    click(shown.bar.swap)
    after = shown.asked[-1]
    assert after is not None
    assert (after.x, after.y, after.values) == (before.y, before.x, before.values)
    assert (shown.bar.x_axis.current, shown.bar.y_axis.current) == (str(before.y), str(before.x))


def test_the_other_features_follow_the_sample_until_one_is_set(show: Callable[[Experiment], Shown]) -> None:
    shown = show(WINE)
    shown.choose_two()
    shown.open_sliders()
    for row in (7, 3):
        shown.inspection.select_sample(row)
        sample = shown.prepared.data.inputs[shown.prepared.test_index[row]]
        assert shown.asked[-1] is not None
        np.testing.assert_allclose(shown.asked[-1].values, sample)
        for number, slider in shown.bar.others.sliders.items():
            column = feature_ranges(shown.prepared)[number]
            assert column.low + slider.value * (column.high - column.low) == pytest.approx(
                sample[number], rel=1e-4
            )
    next(iter(shown.bar.others.sliders.values())).track.setFocus()
    press_end(shown)
    assert not shown.bar.at_sample.isChecked()
    asked = len(shown.asked)
    shown.inspection.select_sample(5)
    assert len(shown.asked) <= asked + 1  # the slider's own request
    click(shown.bar.at_sample, QPoint(8, shown.bar.at_sample.height() // 2))
    sample = shown.prepared.data.inputs[shown.prepared.test_index[5]]
    np.testing.assert_allclose(shown.asked[-1].values, sample)  # type: ignore[union-attr]


def press_end(shown: Shown) -> None:
    """Move the first slider to its end."""
    slider = next(iter(shown.bar.others.sliders.values()))
    QTest.keyClick(slider.track, Qt.Key.Key_End)


def test_the_same_features_keep_the_choice_and_others_do_not(show: Callable[[Experiment], Shown]) -> None:
    shown = show(IRIS)
    choice = shown.choose_two()
    other = fake_prepared(IRIS.replace(data_seed=5))
    shown.panel.show_data(other)
    assert shown.bar.choice is not None
    assert (shown.bar.choice.x, shown.bar.choice.y) == (choice.x, choice.y)
    np.testing.assert_allclose(shown.bar.choice.values, other.data.inputs[other.test_index[0]])
    assert shown.asked[-1] == shown.bar.choice
    shown.panel.show_data(fake_prepared(WINE))
    assert shown.asked[-1] is None
    assert shown.bar.mode.current == "main"
    assert shown.bar.mode.isVisible()
    shown.panel.show_data(fake_prepared(points_experiment()))
    assert shown.bar.mode.isHidden()
    assert shown.bar.isHidden()


def test_points_off_the_plane_fade(show: Callable[[Experiment], Shown]) -> None:
    shown = show(IRIS)
    prepared = shown.prepared
    sample = prepared.data.inputs[prepared.test_index[2]].astype(float)
    points = BoundaryPoints.on(prepared, prepared.plane_of(PlaneChoice(0, 1, tuple(sample.tolist()))))
    assert points.strengths is not None
    train, test = points.strengths
    assert len(train) == len(points.train)
    assert test[2] == pytest.approx(1.0)
    assert train.min() < 0.3
    assert BoundaryPoints.on(prepared, prepared.plane).strengths is None


def test_every_control_says_what_it_does(show: Callable[[Experiment], Shown]) -> None:
    shown = show(IRIS)
    shown.choose_two()
    bar = shown.bar
    for widget in (bar.mode, bar.x_axis, bar.y_axis, bar.disclosure, bar.at_sample, bar.swap):
        assert widget.toolTip()
        assert widget.accessibleName() or widget.text()  # type: ignore[union-attr]
        assert widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    for slider in bar.others.sliders.values():
        assert "Double-click" in slider.toolTip()
        assert slider.track.accessibleName()


# In the window


def test_the_picture_follows_a_slider_at_rest_and_nothing_is_to_be_undone(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make(IRIS)
    bar, plot = window.output.plane, window.output.plot
    bar.mode.setFocus()
    press(window, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: plot.plane is not None and plot.plane.columns == (2, 1))
    assert window.output.title.accessibleName() == "Output"
    # Halfway from 1.0 to 6.9.
    assert plot.text_at(plot.width() / 2, plot.height() / 2).startswith("petal length (cm) 3.9")
    click(bar.disclosure)
    before = plot.image
    bar.others.sliders[3].track.setFocus()
    press(window, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: plot.plane is not None and plot.plane.centre[3] > 1.5)
    assert not np.array_equal(plot.image.values, before.values)
    assert not window.document.undo_stack.canUndo()
    assert not window.document.unsaved


def test_a_new_run_of_the_same_data_shows_the_same_plane(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make(IRIS)
    plot = window.output.plot
    window.output.plane.mode.setFocus()
    press(window, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: plot.plane is not None and plot.plane.columns is not None)
    with qtbot.waitSignal(window.session.run_started):
        window.document.change("Layers", IRIS.replace(layers=(Dense(3, "relu"),)))
    qtbot.waitUntil(lambda: plot.plane is not None and plot.plane.columns == (2, 1))
    with qtbot.waitSignal(window.session.run_started):
        window.document.change("Data", WINE)
    qtbot.waitUntil(
        lambda: (
            window.snapshot_router.snapshot is not None
            and plot.plane is window.snapshot_router.snapshot.plane
        )
    )
    assert plot.plane is not None
    assert plot.plane.columns is None
    assert window.session.request.plane is None


def test_all_of_it_fits_a_small_screen(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = make(WINE, (1280, 720))
    bar, height = window.output.plane, window.height()
    bar.mode.setFocus()
    press(window, Qt.Key.Key_Down)
    click(bar.disclosure)
    qtbot.waitUntil(lambda: bar.others.isVisible() and bar.others.height() >= bar.others.minimumHeight())
    assert window.minimumSizeHint().height() <= 720
    assert window.height() == height
    assert window.output.plot.width() == window.output.plot.height() >= 120


def test_a_clicked_point_gives_its_values(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = make(WINE)
    bar, plot = window.output.plane, window.output.plot
    bar.mode.setFocus()
    press(window, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: plot.plane is not None and plot.plane.columns is not None)
    row = 11
    spot = plot._place_of(plot._test_points[row]).toPoint()
    QTest.mouseClick(plot, LEFT, pos=spot)
    qtbot.waitUntil(lambda: window.session.request.sample != 0)
    chosen = window.session.request.sample
    prepared = bar._prepared
    assert prepared is not None
    sample = prepared.data.inputs[prepared.test_index[chosen]]
    assert window.session.request.plane is not None
    np.testing.assert_allclose(window.session.request.plane.values, sample)


def test_another_axis_gets_no_slider_and_the_old_one_gets_one(show: Callable[[Experiment], Shown]) -> None:
    shown = show(IRIS)
    shown.choose_two()
    shown.bar.x_axis.setFocus()
    QTest.keyClick(shown.bar.x_axis, Qt.Key.Key_Down)
    assert set(shown.bar.others.sliders) == {0, 2}


def test_a_slider_asks_for_its_value_and_a_double_click_for_the_median(
    show: Callable[[Experiment], Shown], qtbot: QtBot
) -> None:
    shown = show(IRIS)
    before = shown.choose_two()
    shown.open_sliders()
    track = shown.bar.others.sliders[0].track
    with qtbot.waitSignal(shown.bar.plane_requested):
        QTest.mouseClick(track, LEFT, pos=QPoint(track.width() - 4, track.height() // 2))
    highest = shown.asked[-1]
    assert highest is not None
    assert highest.values[0] == pytest.approx(7.9, abs=0.05)
    assert highest.values[1:] == before.values[1:]
    with qtbot.waitSignal(shown.bar.plane_requested):
        QTest.mouseDClick(track, LEFT, pos=QPoint(track.width() - 4, track.height() // 2))
    assert shown.asked[-1] is not None
    median = feature_ranges(shown.prepared)[0].median
    np.testing.assert_allclose(shown.asked[-1].values, (median, *before.values[1:]), rtol=1e-6)


def test_whole_numbers_stay_whole(show: Callable[[Experiment], Shown], qtbot: QtBot) -> None:
    shown = show(WINE)
    shown.choose_two()
    shown.open_sliders()
    proline = shown.bar.others.sliders[12].track
    proline.setFocus()
    for _ in range(3):
        with qtbot.waitSignal(shown.bar.plane_requested):
            QTest.keyClick(proline, Qt.Key.Key_Right)
        assert shown.asked[-1] is not None
        assert shown.asked[-1].values[12] == round(shown.asked[-1].values[12])


def test_a_dragged_slider_asks_once_for_many_movements(
    show: Callable[[Experiment], Shown], qtbot: QtBot
) -> None:
    shown = show(IRIS)
    shown.choose_two()
    shown.open_sliders()
    track = shown.bar.others.sliders[0].track
    count = len(shown.asked)
    for value in range(track.minimum(), track.maximum(), 2):
        track.setValue(value)
    last = shown.bar.choice
    qtbot.waitUntil(lambda: shown.asked[-1] == last)
    assert len(shown.asked) <= count + 2


def test_values_are_written_with_as_many_digits_as_their_range_needs() -> None:
    assert value_text(1.23456, 6.0) == "1.23"
    assert value_text(-812.4, 1400.0) == "−812"
    assert value_text(1.6021e-19, 3e-19) == "1.602e−19"
    assert value_text(0.0, 0.02) == "0.0000"
