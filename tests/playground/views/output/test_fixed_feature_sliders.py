"""Sliders for the features that are not on the plane."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.data.datasets import Wine
from core.experiment.experiment import Experiment
from core.inspect.feature_ranges import feature_ranges
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.number_format import value_text
from tests.playground.views.output.axes_shown import IRIS, Shown

LEFT = Qt.MouseButton.LeftButton


WINE = IRIS.replace(dataset=Wine())


@pytest.fixture
def show(qtbot: QtBot, themes: ThemeSource) -> Callable[[Experiment], Shown]:
    return lambda experiment: Shown(qtbot, themes, experiment)


@pytest.fixture
def themes(qapp: object) -> ThemeSource:
    return ThemeSource(None, "light", parent=qapp)  # type: ignore[arg-type]


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
