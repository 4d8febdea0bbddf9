"""The waterfall: as many bars as fit, and an axis that holds every sum on the way."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.data.target_encoding import TargetEncoding
from core.explain.attribution import Attribution, Contribution
from core.explain.prediction import Prediction
from playground.plugins.why.waterfall import Waterfall, bars_of
from playground.views.theme.theme import ThemeSource

NAMES = "The average row", "This row"


def attribution(
    before: float, amounts: list[float], classes: int = 2
) -> tuple[Attribution, list[Contribution]]:
    values = np.array(amounts)
    prediction = Prediction(TargetEncoding(classes, 1), 0 if not classes else 1)
    found = Attribution(prediction, 0 * values, values, values, before, before + values.sum(), 64)
    return found, [Contribution(f"column {place}", each, 1.0, 0.0) for place, each in enumerate(amounts)]


@pytest.fixture
def waterfall(qapp: QApplication, qtbot: QtBot, themed: None) -> Waterfall:
    made = Waterfall(ThemeSource(qapp))
    qtbot.addWidget(made)
    made.resize(600, 400)
    made.show()
    return made


@pytest.mark.parametrize(
    ("before", "amounts", "ends"),
    [
        (0.5, [0.2, -0.1], (0.0, 1.0)),
        (0.9, [0.5, -0.4], (0.0, 1.4)),
        (0.1, [-0.3, 0.25], (-0.2, 1.0)),
    ],
)
def test_the_axis_widens_where_a_sum_leaves_the_probabilities(
    waterfall: Waterfall, before: float, amounts: list[float], ends: tuple[float, float]
) -> None:
    found, parts = attribution(before, amounts)
    waterfall.show_attribution(found, parts, NAMES)
    assert waterfall.span() == pytest.approx(ends)


def test_values_have_the_axis_of_their_sums(waterfall: Waterfall) -> None:
    found, parts = attribution(250.0, [30.0, -10.0], classes=0)
    waterfall.show_attribution(found, parts, NAMES)
    assert waterfall.span() == pytest.approx((246.25, 283.75))
    found, parts = attribution(20.0, [30.0, -10.0], classes=0)
    waterfall.show_attribution(found, parts, NAMES)
    assert waterfall.span() == pytest.approx((0.0, 50.0))


def test_the_columns_that_move_least_are_one_bar(waterfall: Waterfall) -> None:
    found, parts = attribution(0.3, [0.01 * (-1) ** place * place for place in range(30)])
    bars = bars_of(parts, found, 8, NAMES)
    assert len(bars) == 8
    assert [bar.name for bar in bars[:2]] == ["The average row", "column 29"]
    assert bars[-2].name == "25 others"
    assert bars[-2].end == pytest.approx(found.after)
    waterfall.show_attribution(found, parts, NAMES)
    tall = len(waterfall.bars)
    waterfall.resize(600, 200)
    assert len(waterfall.bars) < tall
    assert waterfall.bars[-1].name == "This row"


def test_numbers_that_are_none_are_drawn_without_a_fault(waterfall: Waterfall) -> None:
    found, parts = attribution(float("nan"), [float("nan"), 1.0])
    waterfall.show_attribution(found, parts, NAMES)
    assert not waterfall.grab().isNull()
    waterfall.show_attribution(None, (), NAMES)
    assert waterfall.bars == []
