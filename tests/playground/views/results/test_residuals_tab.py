"""Predicted against true values, and residuals."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from pytestqt.qtbot import QtBot

from playground.views.results.residuals_tab import ResidualsView
from playground.views.theme.colors import LIGHT
from playground.views.theme.theme import ThemeSource

TRUE = np.array([[1.0], [2.0], [4.0], [3.0]])
PREDICTED = np.array([[1.5], [2.0], [3.0], [3.0]])


@pytest.fixture
def view(qtbot: QtBot, themes: ThemeSource) -> ResidualsView:
    made = ResidualsView(themes)
    qtbot.addWidget(made)
    made.resize(340, 340)
    with qtbot.waitExposed(made):
        made.show()
    made.set_target(TRUE, "weight", "g")
    made.show_predictions(PREDICTED, "4 test samples, epoch 3", 0.75)
    return made


def test_scores_are_in_the_units_of_the_target(view: ResidualsView) -> None:
    assert (view.rmse.value, view.mae.value) == ("0.559", "0.375")
    assert view.r2.value == "0.750"
    assert view.caption.text() == "4 test samples, epoch 3"


def test_predicted_values_are_drawn_over_true_ones_or_what_is_left_over_them(
    qtbot: QtBot, view: ResidualsView
) -> None:
    across, up = view.plot.points
    np.testing.assert_array_equal(across, TRUE[:, 0])
    np.testing.assert_array_equal(up, PREDICTED[:, 0])
    spot = view.plot.place(0).toPoint()
    painted = view.plot.grab().toImage().pixelColor(spot)
    assert painted.red() > 200 > painted.green(), LIGHT.test
    qtbot.mouseClick(view.residuals, Qt.MouseButton.LeftButton)
    across, up = view.plot.points
    np.testing.assert_array_equal(across, PREDICTED[:, 0])
    np.testing.assert_array_equal(up, [-0.5, 0.0, 1.0, 0.0])


def test_the_axes_say_what_they_are(qtbot: QtBot, view: ResidualsView) -> None:
    def ink() -> list[int]:
        """Pixels of the two names, which are in the corners that the line of perfect predictions leaves free."""
        image = view.plot.grab().toImage()
        area = view.plot._view.sceneBoundingRect().toRect()
        corners = [area.topLeft() + QPoint(6, 4), area.bottomRight() - QPoint(66, 15)]
        muted = QColor(LIGHT.text_muted)
        return [
            sum(
                abs(image.pixelColor(at + QPoint(x, y)).red() - muted.red()) < 40
                for x in range(60)
                for y in range(12)
            )
            for at in corners
        ]

    assert view.plot.axis_names == ("true", "predicted")
    assert min(ink()) > 20
    qtbot.mouseClick(view.residuals, Qt.MouseButton.LeftButton)
    assert view.plot.axis_names == ("predicted", "residual")
    assert min(ink()) > 20


def test_points_are_read_by_pointer_and_keys(qtbot: QtBot, view: ResidualsView) -> None:
    qtbot.mouseMove(view.plot.viewport(), view.plot.place(2).toPoint())
    assert view.caption.text() == "true 4, predicted 3, residual 1 g"
    view.plot.setFocus()
    qtbot.keyClick(view.plot, Qt.Key.Key_Left)
    assert view.caption.text() == "true 3, predicted 3, residual 0 g"
    for _ in range(5):
        qtbot.keyClick(view.plot, Qt.Key.Key_Left)
    assert view.caption.text() == "true 1, predicted 1.5, residual −0.5 g"


def test_many_samples_are_thinned_and_odd_values_left_out(view: ResidualsView) -> None:
    true = np.arange(10_000.0)[:, None]
    predicted = true.copy()
    predicted[0] = np.nan
    view.set_target(true)
    view.show_predictions(predicted)
    assert len(view.plot.points[0]) == 1999
    view.plot.grab()


def test_several_values_are_chosen_between(view: ResidualsView) -> None:
    assert not view.values.isVisible()
    view.set_target(np.column_stack([TRUE, 10 * TRUE]))
    view.show_predictions(np.column_stack([PREDICTED, 10 * PREDICTED]))
    assert view.values.isVisible()
    view.values.setCurrentIndex(1)
    assert (view.mae.value, view.r2.value) == ("3.75", "0.750")
    # That of all values stands beside it.
    assert view.r2.accessibleName() == "Test R² of value 2: 0.750"


def test_there_is_a_hint_before_training(view: ResidualsView) -> None:
    view.show_predictions(None)
    assert "as soon as the network trains" in view.empty.text()
    assert view.rmse.value == "–"


def test_other_data_with_fewer_samples_drop_the_predictions_of_before(view: ResidualsView) -> None:
    view.set_target(TRUE[:2])
    assert view.empty.isVisible()
    view.show_predictions(PREDICTED[:2])
    assert view.mae.value == "0.25"
