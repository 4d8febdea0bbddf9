"""Links show their weights by width and colour."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.experiment.experiment import Experiment
from core.nn import Activation, Dense, Dropout, Linear, Tanh
from playground.views.canvas.hit_items import Link
from playground.views.canvas.weight_links import LinkSheet, link_strength, link_width
from playground.views.theme.colors import LIGHT
from playground.views.theme.theme import ThemeSource
from tests.playground.fakes import fake_snapshot, points_experiment
from tests.playground.views.canvas.fields import color_at, field_of, link_point, with_layer

pytestmark = pytest.mark.usefixtures("themed")


def test_links_are_wider_for_larger_weights_but_never_ropes() -> None:
    widths = link_width(link_strength(np.array([0.0, 0.1, -0.4, 1.5])))
    assert list(widths) == sorted(widths)
    assert widths[0] == pytest.approx(0.5)
    assert widths[3] == pytest.approx(6.0)
    assert link_width(link_strength(np.array([40.0])))[0] == pytest.approx(6.0)


def test_the_nearest_link_is_measured_across_its_curve() -> None:
    starts, ends = np.array([[0.0, 0.0], [0.0, 200.0]]), np.array([[100.0, 0.0], [100.0, 200.0]])
    sheet = LinkSheet(1, 0, starts, ends)
    sheet.show_kernel(np.zeros((2, 2), np.float32))
    assert sheet.nearest(20, 1) == (0, 0, pytest.approx(1.0))
    found = sheet.nearest(50, 100)
    assert found is not None
    assert found[:2] in ((0, 1), (1, 0))  # they cross there
    assert found[2] == pytest.approx(0.0, abs=0.1)
    steep = sheet.nearest(53, 112)
    assert steep is not None
    assert steep[:2] == (0, 1)
    assert steep[2] < 2.0
    assert sheet.nearest(50, 40) is None
    assert sheet.nearest(120, 0) is None


def test_links_are_not_drawn_anew_for_what_nobody_sees(qapp: QApplication) -> None:
    sheet = LinkSheet(1, 0, np.array([[0.0, 0.0]]), np.array([[100.0, 0.0]]))
    sheet.show_kernel(np.array([[1.0]], np.float32))
    assert sheet.is_stale
    sheet.redraw(LIGHT, 1.0, 10)
    assert not sheet.is_stale
    sheet.show_kernel(np.array([[1.001]], np.float32))
    assert not sheet.is_stale
    sheet.show_kernel(np.array([[-1.0]], np.float32))
    assert sheet.is_stale


def test_links_are_redrawn_in_portions(qapp: QApplication) -> None:
    heights = np.linspace(0, 200, 4)
    sheet = LinkSheet(1, 0, np.c_[np.zeros(4), heights], np.c_[np.full(4, 100.0), heights])
    sheet.show_kernel(np.ones((4, 4), np.float32))
    assert sheet.redraw(LIGHT, 1.0, 10) == 10
    assert not sheet.is_complete
    assert sheet.redraw(LIGHT, 1.0, 10) == 6
    assert sheet.is_complete
    assert not sheet.is_stale


def test_links_have_the_colour_of_their_sign(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(2)
    kernel = np.array([[2.0, 0.0], [0.0, -2.0]], np.float32)
    field = field_of(qtbot, themes, experiment, with_layer(fake_snapshot(experiment), 0, kernel=kernel))
    blue = color_at(field, link_point(field, 0, 0, 0))
    orange = color_at(field, link_point(field, 0, 1, 1))
    assert blue.blue() > blue.red() + 80
    assert orange.red() > orange.blue() + 80


def test_a_layer_without_weights_is_linked_unit_to_unit(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = Experiment(layers=(Dense(2, Linear()), Activation(Tanh()), Dropout(0.5), Dense(2, Tanh())))
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment))
    assert field.hit(QPointF(link_point(field, 1, 0, 0))) is None  # nothing to edit
    assert field.hit(QPointF(link_point(field, 3, 0, 0))) == Link(3, 0, 0, 2)
    assert color_at(field, link_point(field, 1, 0, 0)).name() != LIGHT.canvas
    assert field.bias_rect(1, 0) is None
