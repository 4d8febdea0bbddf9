"""The axis of a chart: its ticks, and where it starts."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication

from playground.views.theme.theme import font
from playground.views.widgets.charts.curve_axis import CurveAxis
from playground.views.widgets.charts.curve_scale import value_range


def texts(axis: CurveAxis, low: float, high: float) -> list[str]:
    """Tick labels of an axis of 200 pixels from `low` to `high` (log10 of the values if logarithmic)."""
    [(spacing, values)] = axis.tickValues(low, high, 200.0)
    assert all(low - 1e-9 <= value <= high + 1e-9 for value in values)
    return axis.tickStrings(values, 1.0, spacing)


def test_ticks_are_round(qapp: QApplication) -> None:
    axis = CurveAxis("left")
    assert texts(axis, 0, 0.53) == ["0", "0.1", "0.2", "0.3", "0.4", "0.5"]
    assert texts(axis, -1, 1) == ["−1.0", "−0.5", "0", "0.5", "1.0"]
    assert texts(axis, 0, 4200)[1:3] == ["1,000", "2,000"]
    assert texts(axis, 0, 4e-5)[-1] == "4e−05"
    assert texts(axis, 0, 6e6)[-2:] == ["5 M", "6 M"]
    assert texts(CurveAxis("bottom"), 0, 6e6)[-1] == "6 million"
    assert texts(axis, 5_000_000, 5_006_000)[-2:] == ["5,005,000", "5,006,000"]
    axis.set_unit(" %")
    assert texts(axis, 0, 100)[-1] == "100 %"


@pytest.mark.parametrize("ends", [(2.305, 2.338), (0.0, 1.0), (-1.0, 1.0), (1e5, 1.0001e5)])
def test_ticks_differ(qapp: QApplication, ends: tuple[float, float]) -> None:
    found = texts(CurveAxis("left"), *ends)
    assert len(set(found)) == len(found) > 2


@pytest.mark.parametrize("top", [9.6e4, 4.2e5, 9.9e5, 3e7])
def test_labels_of_large_values_are_not_cut(qapp: QApplication, top: float) -> None:
    axis = CurveAxis("left")
    found = texts(axis, 0, top)
    assert len(set(found)) == len(found)
    assert max(map(QFontMetricsF(font("small")).horizontalAdvance, found)) < axis.minimumWidth()


def test_an_axis_names_its_ends_alone(qapp: QApplication) -> None:
    axis = CurveAxis("left")
    axis.has_ends_only = True
    assert texts(axis, 0.1432, 2.5) == ["0.143", "2.5"]


def test_an_axis_of_names_has_no_numbers(qapp: QApplication) -> None:
    axis = CurveAxis("bottom")
    axis.names = ("round", "square", "octagon")
    assert texts(axis, -0.5, 2.5) == ["round", "square", "octagon"]
    assert texts(axis, 0.5, 2.5) == ["square", "octagon"]


def test_a_long_axis_below_names_every_decade(qapp: QApplication) -> None:
    axis = CurveAxis("bottom")
    axis.setLogMode(True)
    assert len(axis.tickValues(-6, 1, 540.0)[0][1]) == 8
    assert len(axis.tickValues(-6, 1, 240.0)[0][1]) == 4
    assert np.rint(10.0 ** np.array(axis.tickValues(1.1, 3.7, 340.0)[0][1])).tolist() == [
        30,
        100,
        300,
        1000,
        3000,
    ]


def test_logarithmic_ticks_are_decades_or_what_fits_between(qapp: QApplication) -> None:
    axis = CurveAxis("left")
    axis.setLogMode(True)
    assert texts(axis, -3, 0) == ["0.001", "0.01", "0.1", "1"]
    assert texts(axis, -1, 0) == ["0.1", "0.2", "0.5", "1"]
    assert texts(axis, *np.log10([0.31, 0.39])) == ["0.32", "0.34", "0.36", "0.38"]
    assert len(texts(axis, -20, 0)) <= 7


@pytest.mark.parametrize(
    ("least", "most"), [(87, 87), (43, 385), (1, 1e6), (70, 121), (9, 12), (0.011, 0.011)]
)
def test_a_logarithmic_axis_has_two_numbers_at_least(qapp: QApplication, least: float, most: float) -> None:
    axis = CurveAxis("bottom")
    axis.setLogMode(True)
    low, high = np.log10(least) - 0.12, np.log10(most) + 0.12
    _, ticks = axis.tickValues(low, high, 340.0)[0]
    assert 2 <= len(ticks) <= 8
    assert low <= ticks[0] < ticks[-1] <= high


def test_the_axis_of_a_loss_starts_at_zero_and_of_a_part_where_its_values_are() -> None:
    values = np.array([0.2, 0.4])
    assert value_range(values, "loss", is_log=False, whole=True) == (0.0, pytest.approx(0.42))
    assert value_range(values, "loss", is_log=False, whole=False) == pytest.approx((0.19, 0.41))
    assert value_range(values, "accuracy", is_log=False, whole=True) == (0, 100)
    assert value_range(np.array([-7.0, 0.5]), "r2", is_log=False, whole=True) == (-1, 1)
    assert value_range(np.array([-2.0, 0.0]), "loss", is_log=True, whole=True) == pytest.approx((-2.1, 0.1))


@pytest.mark.parametrize("is_log", [False, True])
@pytest.mark.parametrize("values", [[], [0.0], [0.1, 0.1], [-3.0]])
def test_nothing_and_a_constant_have_a_range(values: list[float], is_log: bool) -> None:
    for whole in (False, True):
        low, high = value_range(np.array(values), "loss", is_log=is_log, whole=whole)
        assert low < high
