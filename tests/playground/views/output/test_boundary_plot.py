"""The decision boundary: colors by position, hover text and check boxes."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.data.datasets import DATASETS
from core.inspect.plane_image import PlaneImage, enlarged
from core.nn.losses import LOSSES
from playground.views.output import OutputPanel, boundary_plot
from playground.views.output.boundary_plot import BoundaryPlot
from playground.views.pictures import picture_image
from playground.views.theme.colors import DARK, LIGHT
from playground.views.theme.theme import ThemeSource
from tests.playground.fakes import fake_prepared, fake_snapshot, points_experiment
from tests.playground.views.output.boundaries import color_at, paler, prepared_with, snapshot_of
from tests.playground.wheel import turn_wheel


def test_the_first_row_of_the_boundary_is_the_lowest(panel: OutputPanel) -> None:
    panel.show_data(prepared_with())
    boundary = np.ones((20, 20, 1))
    boundary[:10] = -1  # the lower half is class 0
    boundary[:, :10] *= 0.0  # the left half is uncertain
    panel.show_snapshot(snapshot_of(boundary))
    assert color_at(panel, 0.75, 0.25) == paler(LIGHT.negative)
    assert color_at(panel, 0.75, 0.75) == paler(LIGHT.positive)
    assert color_at(panel, 0.25, 0.5) == LIGHT.zero


def test_an_edge_of_the_answers_lies_at_its_place_of_the_plane(panel: OutputPanel) -> None:
    """With 3 columns from -6 to 6 the middle one is at 0 and spans -3 to 3."""
    panel.show_data(prepared_with())
    boundary = np.full((3, 3, 1), -1.0)
    boundary[:, 1] = 1.0
    panel.discretize.setChecked(True)
    panel.show_snapshot(snapshot_of(boundary))
    assert [color_at(panel, x, 0.5) for x in (0.1, 0.35, 0.65, 0.9)] == [
        paler(color) for color in (LIGHT.negative, LIGHT.positive, LIGHT.positive, LIGHT.negative)
    ]


def test_the_pointer_reads_place_class_and_certainty(qtbot: QtBot, panel: OutputPanel) -> None:
    panel.show_data(fake_prepared(points_experiment()))
    panel.show_snapshot(snapshot_of(np.full((100, 100, 1), 0.86)))
    plot = panel.plot
    low, high = fake_prepared(points_experiment()).plane.low, fake_prepared(points_experiment()).plane.high
    qtbot.mouseMove(plot, QPoint(plot.width() // 4, plot.height() // 4))
    a, b = low[0] + (high[0] - low[0]) / 4, high[1] - (high[1] - low[1]) / 4
    text = plot.readout.text
    assert text.endswith("→ class 1, 93 %")
    x, y = (float(part.split()[1].replace("−", "-")) for part in text.split(" → ")[0].split(", "))
    assert (x, y) == pytest.approx((a, b), abs=0.06)
    qtbot.mouseMove(panel.legend)
    QApplication.sendEvent(plot, _leave())
    assert plot.readout.text == ""


def _leave() -> Any:
    from PySide6.QtCore import QEvent

    return QEvent(QEvent.Type.Leave)


def test_named_classes_are_read_by_name(panel: OutputPanel) -> None:
    experiment = points_experiment(4, dataset=DATASETS.make("iris"), loss=LOSSES.make("cross_entropy"))
    panel.show_data(fake_prepared(experiment))
    boundary = np.zeros((10, 10, 3))
    boundary[..., 2] = 1.0
    panel.show_snapshot(snapshot_of(boundary))
    assert panel.plot.text_at(20, 20).endswith("→ virginica, 100 %")
    assert panel.title.text() == "PCA PLANE"
    assert panel.legend.names == ("setosa", "versicolor", "virginica")
    assert not panel.legend.is_bar


def test_training_points_are_ringed_as_test_points_are(panel: OutputPanel) -> None:
    low, high = fake_prepared(points_experiment()).plane.low, fake_prepared(points_experiment()).plane.high
    places = [[low[0] + share * (high[0] - low[0]), (low[1] + high[1]) / 2] for share in (0.25, 0.5, 0.75)]
    panel.show_data(prepared_with(train=places[:2], test=places[2:]))
    panel.show_snapshot(snapshot_of(np.zeros((10, 10, 1))))

    def picture() -> QImage:
        return panel.plot.grab().toImage()

    def ringed(row: int | None) -> list[bool]:
        """Whether the picture has changed left, in the middle, and right."""
        panel.plot.mark_test_point(None)
        before = picture()
        panel.plot.mark_test_point(row)
        after, third = picture(), before.width() // 3
        parts = [QRect(place * third, 0, third, before.height()) for place in range(3)]
        return [before.copy(part) != after.copy(part) for part in parts]

    assert ringed(~0) == [True, False, False]
    assert ringed(~1) == [False, True, False]
    assert ringed(0) == [False, False, True]
    assert ringed(~2) == ringed(1) == ringed(None) == [False] * 3


def test_the_theme_changes_the_picture(panel: OutputPanel, themes: ThemeSource) -> None:
    panel.show_data(prepared_with())
    panel.show_snapshot(snapshot_of(np.zeros((10, 10, 1))))
    assert color_at(panel, 0.5, 0.5) == LIGHT.zero
    themes.mode = "dark"
    assert color_at(panel, 0.5, 0.5) == DARK.zero


def test_the_plot_is_square_and_clear_empties_it(panel: OutputPanel) -> None:
    assert panel.plot.width() == panel.plot.height()
    panel.show_data(fake_prepared(points_experiment()))
    panel.show_snapshot(fake_snapshot(points_experiment()))
    panel.clear()
    assert panel.plot.drawn_points == 0
    assert panel.plot.text_at(5, 5) == ""


def test_the_wheel_leaves_the_boundary_where_it_is(panel: OutputPanel) -> None:
    panel.show_data(prepared_with())
    before = panel.plot.text_at(20, 20)
    turn_wheel(panel.plot, QPoint(50, 50))
    assert panel.plot.text_at(20, 20) == before


@pytest.mark.parametrize("outputs", [1, 3])
def test_a_picture_of_twice_the_size_is_drawn_and_not_enlarged(
    panel: OutputPanel, outputs: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    prepared = prepared_with()
    if outputs == 3:
        prepared.encoding = SimpleNamespace(outputs=3)
    panel.show_data(prepared)
    across = np.broadcast_to(np.linspace(-1, 1, 20)[:, None], (20, 20))
    chances = np.exp(np.stack([9 * across, -9 * across, np.zeros((20, 20))], axis=2))
    boundary = across[:, :, None] if outputs == 1 else chances / chances.sum(2, keepdims=True)
    panel.show_snapshot(snapshot_of(boundary))
    panel.discretize.setChecked(True)  # without it colors fade beside the line
    plot, drawn = panel.plot, []
    paint_over = BoundaryPlot._painted_over

    def paint(self: BoundaryPlot, ratio: float) -> QPixmap:
        drawn.append(ratio)
        return paint_over(self, ratio)

    def enlarge(outputs: Any, side: int, *rest: Any, **named: Any) -> PlaneImage:
        drawn.append(side)
        return enlarged(outputs, side, *rest, **named)

    monkeypatch.setattr(BoundaryPlot, "_painted_over", paint)
    monkeypatch.setattr(boundary_plot, "enlarged", enlarge)

    def ink(scale: int) -> float:
        """How much the line differs from what is around it, summed over its pixels."""
        image = picture_image([plot], "#ffffff", scale)
        x, side = (12 + plot.width() // 4) * scale, plot.width() * scale
        column = np.array([image.pixelColor(x, 12 * scale + y).lightness() for y in range(side)], float)
        around = np.median(np.lib.stride_tricks.sliding_window_view(column, 12 * scale + 1), axis=1)
        differs = np.abs(around - column[6 * scale : -6 * scale])
        return float(differs[side // 8 : -side // 8].sum())

    small, drawn[:] = ink(1), []
    assert outputs == 3 or ink(2) < 1.5 * small, "it would be twice as wide, if it was enlarged"
    picture_image([plot], "#ffffff", 3.0)
    assert drawn[-2:] == [3 * plot.width(), 3.0]
    assert plot.image is not None
    assert plot.image.side == plot.pixels, "the window's own picture is as before"
