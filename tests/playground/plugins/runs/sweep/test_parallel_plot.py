"""Lines of trials over axes: what they show, chosen and filtered by mouse and keys."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.runs.trial import TrialResult
from core.sweep.axes import ChoiceAxis, LogAxis
from core.sweep.sweep import Sweep
from playground.plugins.runs.sweep.parallel_model import ParallelModel, parallel_model
from playground.plugins.runs.sweep.parallel_plot import ParallelPlot
from playground.views.theme.colors import LIGHT
from playground.views.theme.theme import ThemeSource
from tests.core.sweep.small_sweeps import TINY

KEY = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier
SWEEP = Sweep(
    axes=(
        LogAxis("optimizer.learning_rate", low=0.01, high=1.0, count=3),
        ChoiceAxis("layers.dense.activation", values=("tanh", "relu")),
    ),
    experiment=TINY,
)


def results(count: int = 6) -> list[TrialResult]:
    """Trials with accuracies 0.5, 0.6 ... by number; that of the last one is no number."""
    return [
        TrialResult(
            trial,
            "done",
            seconds=1.0 + trial.number,
            test_loss=10.0**-trial.number,
            test_score=math.nan if trial.number == 5 else 0.5 + 0.1 * trial.number,
        )
        for trial in next(SWEEP.rounds())[:count]
    ]


@pytest.fixture
def plot(qtbot: QtBot, qapp: QApplication) -> Iterator[ParallelPlot]:
    made = ParallelPlot(ThemeSource(qapp, "light"))
    qtbot.addWidget(made)
    made.resize(700, 260)
    made.show_model(parallel_model(SWEEP, results()))
    made.show()
    qtbot.waitExposed(made)
    qtbot.waitUntil(lambda: made._layer.is_drawn)
    yield made
    qapp.setStyleSheet("")


def at(plot: ParallelPlot, axis: float, share: float) -> QPoint:
    layout = plot._layout
    x = layout.x(0) + axis * (layout.x(1) - layout.x(0))
    return QPointF(x, layout.y(share)).toPoint()


def brush(plot: ParallelPlot, axis: int, low: float, high: float) -> None:
    QTest.mousePress(plot, Qt.MouseButton.LeftButton, pos=at(plot, axis, low))
    QTest.mouseMove(plot, at(plot, axis, (low + high) / 2))
    QTest.mouseMove(plot, at(plot, axis, high))
    QTest.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=at(plot, axis, high))


def test_places_are_by_ratio_by_order_and_by_range() -> None:
    model = parallel_model(SWEEP, results())
    titles = ["Learning rate", "Activation", "Seconds", "Test loss", "Test accuracy"]
    assert [axis.title for axis in model.axes] == titles
    assert model.shares[:, 0] == pytest.approx([0, 0, 0.5, 0.5, 1, 1])
    assert model.shares[:, 1].tolist() == [0, 1, 0, 1, 0, 1]
    assert model.axes[1].ticks == ((0.0, "tanh"), (1.0, "relu"))
    assert model.shares[:, 3] == pytest.approx([1, 0.8, 0.6, 0.4, 0.2, 0])
    # What has no accuracy has no place, and none is above 1.
    assert model.shares[:5, 4] == pytest.approx([0, 0.25, 0.5, 0.75, 1])
    assert math.isnan(model.shares[5, 4])
    perfect = [replace(result, test_score=min(1.0, result.test_score + 0.1)) for result in results()]
    assert parallel_model(SWEEP, perfect).axes[4].ticks[-1] == (1.0, "100.0 %")
    assert (model.best, model.name(4)) == (4, "Trial 5: 1, tanh, seed 0, 90.0 %")
    assert parallel_model(SWEEP, []).shares.shape == (0, 5)


def test_what_diverged_has_no_loss_and_no_tick_is_written_twice() -> None:
    diverged = [replace(result, status="diverged") for result in results()[:3]]
    model = parallel_model(SWEEP, [*diverged, *results()[3:]])
    assert np.isnan(model.shares[:3, 3]).all()
    alone = parallel_model(SWEEP, results()[:1])
    for axis in alone.axes[2:]:
        texts = [text for _, text in axis.ticks]
        assert len(texts) == len(set(texts)) > 0, axis.title
    uneven = [replace(result, seconds=0.86 + 0.072 * place) for place, result in enumerate(results())]
    assert [text for _, text in parallel_model(SWEEP, uneven).axes[2].ticks] == [
        "0.8",
        "0.9",
        "1",
        "1.1",
        "1.2",
        "1.3",
    ]


def test_trials_that_are_all_perfect_have_an_axis() -> None:
    perfect = [replace(each, test_score=1.0) for each in results()]
    model = parallel_model(SWEEP, perfect)
    column = next(number for number, axis in enumerate(model.axes) if "ccuracy" in axis.title)
    assert model.axes[column].ends == (0.8, 1.0)
    assert np.all(model.shares[:, column] == 1.0)


def test_a_line_is_pointed_at_and_opened(plot: ParallelPlot, qtbot: QtBot) -> None:
    between = at(plot, 3.15, 0.6)
    QTest.mouseMove(plot, at(plot, 3.5, 0.98))
    QTest.mouseMove(plot, between)
    assert plot.chosen == 2
    with qtbot.waitSignal(plot.selected) as selected:
        QTest.mouseClick(plot, Qt.MouseButton.LeftButton, pos=between)
    assert selected.args == [2, False]
    with qtbot.waitSignal(plot.opened) as opened:
        QTest.mouseDClick(plot, Qt.MouseButton.LeftButton, pos=between)
    assert opened.args == [2]
    QTest.mouseMove(plot, QPoint(2, 2))
    assert plot.chosen is None


def test_brushes_filter_move_and_go(plot: ParallelPlot, qtbot: QtBot) -> None:
    with qtbot.waitSignal(plot.brushed):
        brush(plot, 1, -0.03, 0.5)
    assert plot.inside == {0, 2, 4}
    brush(plot, 4, 0.45, 0.8)
    assert plot.inside == {2}
    QTest.mousePress(plot, Qt.MouseButton.LeftButton, pos=at(plot, 1, 0.2))
    QTest.mouseMove(plot, at(plot, 1, 0.4))
    QTest.mouseMove(plot, at(plot, 1, 0.9))
    QTest.mouseRelease(plot, Qt.MouseButton.LeftButton, pos=at(plot, 1, 0.9))
    assert plot.inside == {3}
    # What is shown again is neither drawn nor told again: that would never end.
    qtbot.waitUntil(lambda: plot._layer.is_drawn)
    before = plot._layer.pixmap
    with qtbot.assertNotEmitted(plot.brushed):
        plot.show_model(parallel_model(SWEEP, results()))
    assert plot._layer.pixmap is before
    # The range of accuracies grows; the brush stays where it is in percents.
    worse = [*results(5), replace(results()[5], status="done", test_score=0.1)]
    plot.show_model(parallel_model(SWEEP, worse))
    assert plot.inside == {3}
    QTest.mouseClick(plot, Qt.MouseButton.LeftButton, pos=at(plot, 1, 0.9))
    assert plot.inside == {2, 3}
    QTest.keyClick(plot, KEY.Key_Escape)
    assert plot.inside is None


def test_all_is_reached_by_keys(plot: ParallelPlot, qtbot: QtBot) -> None:
    assert plot.axis == 4
    for key in (KEY.Key_Down, KEY.Key_Left, KEY.Key_Down, KEY.Key_Up, KEY.Key_Up):
        QTest.keyClick(plot, key)
    # The last on the axis of accuracies has none; on that of losses the highest is 0.
    assert plot.chosen == 3
    with qtbot.waitSignal(plot.opened) as opened:
        QTest.keyClick(plot, KEY.Key_Return)
    assert opened.args == [3]
    for _ in range(5):
        QTest.keyClick(plot, KEY.Key_Up, SHIFT)
    QTest.keyClick(plot, KEY.Key_Down, SHIFT)
    assert plot.brushes[3] == pytest.approx((0.25, 0.95))
    assert plot.inside == {1, 2, 3}
    assert "3 inside the brush" in plot.accessibleName()
    QTest.keyClick(plot, KEY.Key_Delete)
    assert plot.brushes == {}


def test_thousands_are_drawn_in_slices_and_more_are_added(plot: ParallelPlot, qtbot: QtBot) -> None:
    shares = np.random.default_rng(0).random((4000, 5))
    model = parallel_model(SWEEP, results())

    def many(count: int) -> ParallelModel:
        return ParallelModel(model.axes, tuple(range(count)), shares[:count])

    plot.show_model(many(3000))
    assert not plot._layer.is_drawn
    qtbot.waitUntil(lambda: plot._layer.is_drawn)
    before = plot._layer.pixmap
    plot.show_model(many(3020))
    assert plot._layer.pixmap is before
    qtbot.waitUntil(lambda: plot._layer.is_drawn)
    image = plot.grab().toImage()
    middle = QColor(image.pixel(at(plot, 0.5, 0.5)))
    assert middle != QColor(LIGHT.surface)


def test_axes_are_drawn_when_they_change(plot: ParallelPlot, monkeypatch: pytest.MonkeyPatch) -> None:
    given, drawn = ParallelPlot._draw_axes, []
    monkeypatch.setattr(
        ParallelPlot, "_draw_axes", lambda self, painter: (drawn.append(1), given(self, painter))
    )
    plot.grab()
    drawn.clear()
    plot.choose(2)
    plot.grab()
    assert drawn == []
    for change in (
        lambda: plot.resize(plot.width() + 40, plot.height()),
        lambda: plot.show_model(parallel_model(SWEEP, results(3))),
        lambda: plot._themes.toggle(),
    ):
        change()
        plot.grab()
        assert drawn
        drawn.clear()
