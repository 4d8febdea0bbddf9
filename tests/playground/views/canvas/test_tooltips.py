"""What the pointer tells of neurons and links."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF
from PySide6.QtTest import QSignalSpy, QTest
from pytestqt.qtbot import QtBot

from playground.views.canvas.hit_items import Link
from playground.views.theme.theme import LIGHT, ThemeSource
from tests.playground.fakes import fake_snapshot, points_experiment
from tests.playground.views.canvas.fields import center, color_at, field_of, link_point, with_layer

pytestmark = pytest.mark.usefixtures("themed")


def test_hovering_a_neuron_tells_which(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(4)
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment))
    spy = QSignalSpy(field.neuron_hovered)
    QTest.mouseMove(field, center(field, 0, 2))
    QTest.mouseMove(field, center(field, 0, 2) + QPoint(3, 3))
    QTest.mouseMove(field, center(field, -1, 1))
    QTest.mouseMove(field, QPoint(3, 3))
    assert [spy.at(i)[0] for i in range(spy.count())] == [(0, 2), (-1, 1), None]


def test_a_link_says_its_weight(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(2)
    kernel = np.array([[-0.482, 0.0], [0.0, 1.0]], np.float32)
    field = field_of(qtbot, themes, experiment, with_layer(fake_snapshot(experiment), 0, kernel=kernel))
    item = field.hit(QPointF(link_point(field, 0, 0, 0)))
    assert item == Link(0, 0, 0, -1)
    assert field.hover_text(item) == "weight −0.482 (x₁ → neuron 1)"
    beside = link_point(field, 0, 0, 0) + QPoint(0, 2)
    before = color_at(field, beside)
    QTest.mouseMove(field, link_point(field, 0, 0, 0))
    after = color_at(field, beside)
    assert before.name() == LIGHT.canvas
    assert after != before  # it is thicker now
