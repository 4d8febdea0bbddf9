"""The scores below the axis: no two of them over each other, and none twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.train.tasks import Classification
from playground.plugins.runs.views import spread_plot as page
from playground.plugins.runs.views.spread_plot import SpreadPlot
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.painted import draw_text
from tests.core.runs.made_runs import summary


@pytest.mark.parametrize(
    ("scores", "texts"),
    [
        ((1.0, 1.0, 1.0), ["median 100.0 %"]),
        ((0.5, 1.0, 1.0), ["median 100.0 %", "50.0 %"]),
        ((0.5, 0.7, 1.0), ["median 70.0 %", "50.0 %", "100.0 %"]),
        ((0.5, 0.98, 1.0), ["median 98.0 %", "50.0 %"]),
    ],
)
def test_every_score_is_written_once_with_room(
    qtbot: QtBot,
    qapp: QApplication,
    themed: None,
    monkeypatch: pytest.MonkeyPatch,
    scores: Sequence[float],
    texts: list[str],
) -> None:
    painted: list[tuple[str, float]] = []

    def paint(painter: QPainter, place: QRectF, text: str, *look: Any) -> None:
        draw_text(painter, place, text, *look)
        painted.append((text, place.width() - painter.fontMetrics().horizontalAdvance(text)))

    monkeypatch.setattr(page, "draw_text", paint)
    plot = SpreadPlot(ThemeSource(qapp, "light"))
    qtbot.addWidget(plot)
    plot.resize(360, 112)
    plot.show()
    plot.show_runs([summary(n, test_score=score) for n, score in enumerate(scores, 1)], Classification.score)
    labels = plot.labels()
    assert [text for _, text in labels] == texts
    areas = [area for area, _ in labels]
    assert not any(one.intersects(other) for one in areas for other in areas if one is not other)
    assert all(area.left() >= 0 and area.right() <= plot.width() for area in areas)
    plot.grab()
    assert [text for text, _ in painted[-len(texts) :]] == texts
    assert all(room >= 0 for _, room in painted), painted
