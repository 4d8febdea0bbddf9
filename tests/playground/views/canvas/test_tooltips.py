"""What the pointer tells of neurons and links."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRect, QSizeF
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QSignalSpy, QTest
from pytestqt.qtbot import QtBot

from playground.views.canvas.hit_items import Link
from playground.views.canvas.tooltips import hover_lines, paint_hover_text
from playground.views.theme.colors import LIGHT, mix
from playground.views.theme.popups import TOOLTIP_PX
from playground.views.theme.theme import ThemeSource
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


def test_a_link_has_a_halo_and_both_ends_a_ring(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(2, 2)
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment))
    ends = [field.tile(0, 0), field.tile(1, 0)]
    rings = [QPoint(round(tile.center().x()), round(tile.top() - 2)) for tile in ends if tile is not None]
    middle = link_point(field, 1, 0, 0)
    halo = middle + QPoint(0, 5)
    assert LIGHT.accent not in {color_at(field, ring).name() for ring in rings}
    QTest.mouseMove(field, middle)
    assert [color_at(field, ring).name() for ring in rings] == [LIGHT.accent] * 2
    assert color_at(field, halo).name() == mix(LIGHT.canvas, LIGHT.accent, 0.25)
    lines = hover_lines(Link(1, 0, 0, 0), field._field, ())  # type: ignore[arg-type]
    assert lines[0].startswith("weight ")
    assert lines[1:] == ["Layer 1, neuron 1 → Layer 2, neuron 1", "Click to type another."]


@pytest.mark.parametrize("at", [QPointF(2, 2), QPointF(398, 2), QPointF(398, 298), QPointF(2, 298)], ids=str)
def test_the_text_stays_inside_and_is_wrapped(at: QPointF, qtbot: QtBot) -> None:
    image = QImage(400, 300, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    paint_hover_text(painter, ["weight 1", "a very long name of a column → " * 4], at, QSizeF(400, 300))
    painter.end()
    dark = [(x, y) for x in range(400) for y in range(300) if image.pixelColor(x, y).name() == LIGHT.tooltip]
    xs, ys = [x for x, _ in dark], [y for _, y in dark]
    assert QRect(3, 2, 394, 296).contains(QRect(QPoint(min(xs), min(ys)), QPoint(max(xs), max(ys))))
    assert 250 <= max(xs) - min(xs) < TOOLTIP_PX
    assert max(ys) - min(ys) > 55
