"""Ticks and labels of small charts."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage, QPainter

from playground.views.theme.colors import LIGHT
from playground.views.widgets.charts.plain_axes import ChartArea, Scale


class _Texts(QPainter):
    """Remembers what is written, and where."""

    def __init__(self, image: QImage) -> None:
        super().__init__(image)
        self.texts: list[tuple[QRectF, str]] = []

    def drawText(self, place: QRectF, flags: int, text: str) -> None:  # type: ignore[override]
        self.texts.append((place, text))


@pytest.mark.usefixtures("qapp")
@pytest.mark.parametrize("ends", [(2.305, 2.338), (0.0, 1.0), (-1.0, 1.0), (1e5, 1.0001e5)])
def test_ticks_differ_and_leave_the_name_of_the_axis_free(ends: tuple[float, float]) -> None:
    image = QImage(500, 300, QImage.Format.Format_RGB32)
    painter = _Texts(image)
    ChartArea(500, 300, Scale(0.0, 10.0), Scale(*ends)).paint(painter, LIGHT, "Step", "Loss")
    painter.end()
    name = next(place for place, text in painter.texts if text == "Loss")
    ticks = [(place, text) for place, text in painter.texts if place.right() < 58 and text != "Loss"]
    assert len({text for _, text in ticks}) == len(ticks) > 2
    assert name.top() >= 2, "below the frame of the focus"
    assert not any(place.intersects(name) for place, _ in ticks)
