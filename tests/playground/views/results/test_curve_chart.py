"""A chart is read and zoomed by pointer, wheel and keys."""

from __future__ import annotations

import dataclasses

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from core.train.history import History, HistoryLog, Mark
from playground.model.guess import Guess
from playground.views.results import ResultsPanel
from playground.views.results.curves_plot import CurvesPlot
from playground.views.theme.colors import LIGHT
from playground.views.theme.theme import ThemeSource
from tests.playground.fakes import fake_prepared, fake_snapshot, points_experiment
from tests.playground.wheel import NOTCH, turn_wheel


def test_the_pointer_reads_exact_values(qtbot: QtBot, plot: CurvesPlot) -> None:
    epoch = np.arange(301.0)
    train, test = np.linspace(0.6, 0.0, 301), np.linspace(0.6, 0.1, 301)
    train[212], test[212] = 0.0312, 0.0478
    plot.show_curves(epoch, train, test)
    qtbot.mouseMove(plot.canvas.viewport(), QPoint(plot.canvas.at(212, 0.0).toPoint().x(), 60))
    text = plot.legend.plain_text
    here = plot.canvas.moment
    assert here is not None
    assert abs(here - 212) <= 1
    assert text == f"at {here}, train {train[here]:.4f}, test {test[here]:.4f}"
    qtbot.mouseMove(plot.legend)
    plot.canvas.leaveEvent(QEvent(QEvent.Type.Leave))
    assert plot.legend.plain_text == "train, test"


def test_values_at_the_cursor_do_not_move_the_chart(qtbot: QtBot, plot: CurvesPlot) -> None:
    show_falling(plot)
    before = plot.canvas.geometry()
    plot.canvas.setFocus()
    for key in (Qt.Key.Key_Home, Qt.Key.Key_Right):
        qtbot.keyClick(plot.canvas, key)
    assert plot.legend.plain_text == "at 1, train 0.9876, test 1.0876"
    assert plot.canvas.geometry() == before


def test_arrow_keys_read_values(qtbot: QtBot, plot: CurvesPlot) -> None:
    epoch = np.array([0.0, 0.5, 1.0])
    plot.show_curves(epoch, np.array([3.0, 2.0, 1.0]), np.full(3, np.nan))
    plot.canvas.setFocus()
    qtbot.keyClick(plot.canvas, Qt.Key.Key_Home)
    assert plot.legend.plain_text == "at 0, train 3.0000"
    qtbot.keyClick(plot.canvas, Qt.Key.Key_Right)
    assert plot.legend.plain_text == "at 0.50, train 2.0000"
    qtbot.keyClick(plot.canvas, Qt.Key.Key_End)
    assert plot.canvas.moment == 2


def test_an_arrow_key_is_one_epoch_and_a_zoomed_chart_follows_it(qtbot: QtBot, plot: CurvesPlot) -> None:
    show_falling(plot)
    plot.canvas.zoom(0.5)
    plot.canvas.setFocus()
    qtbot.keyClick(plot.canvas, Qt.Key.Key_End)
    assert plot.canvas.x_range == (200, 400)
    qtbot.keyClick(plot.canvas, Qt.Key.Key_Left)
    assert plot.canvas.moment == 399
    qtbot.keyClick(plot.canvas, Qt.Key.Key_Left, Qt.KeyboardModifier.ControlModifier)
    assert plot.canvas.moment == 389
    assert plot.canvas.x_range == (200, 400)


def test_the_values_can_be_copied(plot: CurvesPlot) -> None:
    plot.show_curves(np.arange(3.0), np.array([3.0, 2.0, 1.5]), np.array([np.nan, 2.5, 1e-7]))
    plot.copy_action.trigger()
    assert QApplication.clipboard().text() == "epoch,train,test\n0,3,\n1,2,2.5\n2,1.5,1e-07\n"


def test_saving_the_values_is_a_request(qtbot: QtBot, panel: ResultsPanel) -> None:
    with qtbot.waitSignal(panel.save_requested):
        panel.curves.save_action.trigger()


def test_log_scale_by_mouse(qtbot: QtBot, plot: CurvesPlot) -> None:
    plot.show_curves(np.arange(3.0), np.array([1.0, 0.1, 0.01]), np.array([0.0, np.inf, 0.5]))
    qtbot.mouseClick(plot.log_scale, Qt.MouseButton.LeftButton, pos=QPoint(8, plot.log_scale.height() // 2))
    assert plot.canvas.y_range[0] > 0.0
    top, middle, bottom = (plot.canvas.at(0, value).y() for value in (1.0, 0.1, 0.01))
    assert middle - top == pytest.approx(bottom - middle)
    plot.canvas.grab()


def show_falling(plot: CurvesPlot, moments: int = 401) -> None:
    epoch = np.arange(float(moments))
    plot.show_curves(epoch, np.exp(-epoch / 80), np.exp(-epoch / 80) + 0.1)


def test_the_wheel_zooms_at_the_pointer_and_new_values_leave_the_view(qtbot: QtBot, plot: CurvesPlot) -> None:
    show_falling(plot)
    pointer = plot.canvas.at(200, 0.5).toPoint()
    for _ in range(5):
        turn_wheel(plot.canvas, pointer)
    low, high = plot.canvas.x_range
    assert plot.canvas.is_zoomed
    assert 0 < low < 200 < high < 400
    assert plot.canvas.at(200, 0.5).x() == pytest.approx(pointer.x(), abs=2)
    bottom, top = plot.canvas.y_range
    assert 0 < bottom < top < 1  # only the visible range
    show_falling(plot, 601)
    assert plot.canvas.x_range == (low, high)
    qtbot.mouseDClick(plot.canvas.viewport(), Qt.MouseButton.LeftButton, pos=pointer)
    assert plot.canvas.x_range == (0, 600)
    show_falling(plot, 701)
    assert plot.canvas.x_range == (0, 700)


def test_zooming_out_ends_at_all_epochs_and_follows_again(plot: CurvesPlot) -> None:
    show_falling(plot)
    pointer = plot.canvas.at(100, 0.5).toPoint()
    turn_wheel(plot.canvas, pointer, 5 * NOTCH)
    for _ in range(3):
        turn_wheel(plot.canvas, pointer, -5 * NOTCH)
    assert not plot.canvas.is_zoomed
    assert plot.canvas.x_range == (0, 400)
    for _ in range(30):
        turn_wheel(plot.canvas, pointer, 5 * NOTCH)
    low, high = plot.canvas.x_range
    assert high - low == pytest.approx(2.0)


def test_a_drag_moves_along_the_epochs_and_stops_at_their_ends(
    qtbot: QtBot, plot: CurvesPlot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(pg.CONFIG_OPTIONS, "mouseRateLimit", 0)  # these moves are faster than a hand's
    show_falling(plot)
    plot.canvas.zoom(0.5)
    assert plot.canvas.x_range == (100, 300)
    viewport, start = plot.canvas.viewport(), plot.canvas.at(200, 0.1).toPoint()

    def drag(distance: int) -> None:
        qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
        for step in range(1, 5):
            move_pressed(viewport, start + QPoint(distance * step // 4, 0))
        qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=start + QPoint(distance, 0))

    drag(60)
    low, high = plot.canvas.x_range
    assert high - low == pytest.approx(200)
    assert 0 < low < 90
    for _ in range(4):
        drag(100)
    assert plot.canvas.x_range == pytest.approx((0, 200))


def move_pressed(viewport: QWidget, to: QPoint) -> None:
    """A move with the left button down, which QTest does not offer."""
    left = Qt.MouseButton.LeftButton
    where = QPointF(to)
    place = QPointF(viewport.mapToGlobal(to))
    event = QMouseEvent(
        QEvent.Type.MouseMove, where, place, Qt.MouseButton.NoButton, left, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(viewport, event)


def test_zoom_by_keyboard(qtbot: QtBot, plot: CurvesPlot) -> None:
    show_falling(plot)
    plot.canvas.setFocus()
    qtbot.keyClick(plot.canvas, Qt.Key.Key_Plus)
    assert plot.canvas.x_range == (100, 300)
    qtbot.keyClick(plot.canvas, Qt.Key.Key_Minus)
    assert plot.canvas.x_range == (0, 400)
    qtbot.keyClick(plot.canvas, Qt.Key.Key_Plus)
    qtbot.keyClick(plot.canvas, Qt.Key.Key_A)
    assert not plot.canvas.is_zoomed


def test_a_new_run_is_followed(plot: CurvesPlot) -> None:
    show_falling(plot)
    plot.canvas.zoom(0.5)
    show_falling(plot, 11)
    assert plot.canvas.x_range == (0, 10)


def test_the_context_menu_is_for_readers(plot: CurvesPlot) -> None:
    assert [action.text() for action in plot.canvas.actions()] == [
        "View all",
        "Clip spikes",
        "Log scale",
        "Show earlier runs",
        "Clear earlier runs",
        "Copy values",
        "Save as CSV…",
    ]
    show_falling(plot)
    plot.canvas.zoom(0.5)
    plot.view_all.trigger()
    assert plot.canvas.x_range == (0, 400)
    plot.log_action.trigger()
    assert plot.log_scale.isChecked()
    plot.set_quantity("accuracy")
    assert not plot.log_action.isVisible()


def test_a_growing_history_keeps_the_crosshair_within_it(panel: ResultsPanel) -> None:
    panel.show_data(fake_prepared(points_experiment()))
    snapshot = fake_snapshot(points_experiment())
    panel.show_snapshot(snapshot)
    panel.curves.canvas._point_at(99)
    short = History(*(getattr(snapshot.history, field.name)[:5] for field in dataclasses.fields(History)))
    panel.show_snapshot(dataclasses.replace(snapshot, history=short))
    assert panel.curves.canvas.moment == 4
    panel.clear()
    assert panel.curves.canvas.moment is None


def test_an_empty_chart_does_not_ask_for_space_where_nothing_can_run(panel: ResultsPanel) -> None:
    before = panel.curves.canvas.grab().toImage()
    panel.show_blocked("The network cannot run yet")
    assert panel.curves.canvas.grab().toImage() != before
    panel.show_blocked("")
    assert panel.curves.canvas.grab().toImage() == before


def seen(chart: QWidget) -> np.ndarray:
    image = chart.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : 3 * image.width()].astype(np.int16)


@pytest.mark.parametrize("smoothing", [0.0, 0.8])
def test_a_growing_curve_is_painted_on_and_at_rest_is_as_if_it_were_painted_at_once(
    plot: CurvesPlot, themes: ThemeSource, smoothing: float
) -> None:
    log, noise = HistoryLog(), np.random.default_rng(0).normal(0.0, 0.02, (2000, 2))
    plot.canvas.set_smoothing(smoothing)

    def train(epochs: int) -> History:
        for epoch in range(len(log), len(log) + epochs):
            log.append(epoch, *(0.5 + noise[epoch]), *([0.0] * 8))
        return log.view()

    def show(history: History) -> None:
        plot.show_curves(history.epoch, history.train_loss, history.test_loss)

    show(train(200))
    plot.canvas.show_all()
    drafts = 0
    for _ in range(4):
        before = seen(plot.canvas)
        history = train(2)
        show(history)
        drafts += plot.canvas._is_draft
        grown = seen(plot.canvas)
        assert (grown != before).any()
    assert drafts > 1
    show(history)  # the picture at rest
    at_rest = seen(plot.canvas)
    plot.canvas._rows.forget()
    show(history)
    assert (seen(plot.canvas) == at_rest).all()
    # Where it was continued, the other curve may lie above.
    assert (np.abs(grown - at_rest) > 60).sum() < 200


def test_what_lies_below_and_above_the_curves_changes_at_once(
    qtbot: QtBot, plot: CurvesPlot, themes: ThemeSource
) -> None:
    show_falling(plot)
    pictures = [seen(plot.canvas)]

    def differs() -> None:
        pictures.append(seen(plot.canvas))
        assert (pictures[-1].shape != pictures[-2].shape) or (pictures[-1] != pictures[-2]).any()

    plot.canvas.show_past(200.0)
    differs()
    plot.canvas.show_past(201.0)
    differs()
    plot.canvas.show_past(None)
    assert (seen(plot.canvas) == pictures[0]).all()
    plot.canvas.setFocus()
    qtbot.keyClick(plot.canvas, Qt.Key.Key_End)
    differs()
    qtbot.keyClick(plot.canvas, Qt.Key.Key_Left)
    differs()
    plot.canvas.leaveEvent(QEvent(QEvent.Type.Leave))
    plot.canvas.zoom(0.5)
    differs()
    plot.set_ghosts([(np.arange(401.0), np.full(401, 0.05))])
    differs()
    plot.ghosts_action.setChecked(False)
    differs()
    themes.mode = "dark"
    differs()
    plot.resize(420, 300)
    differs()
    epoch = np.arange(401.0)
    plot.show_curves(epoch, np.exp(-epoch / 80), np.exp(-epoch / 80) + 0.1, (Mark(200.0, "Add Dense"),))
    differs()


def test_a_guess_is_a_band_and_its_outcome_a_dot_beside_it(plot: CurvesPlot) -> None:
    plot.set_quantity("accuracy")
    epoch = np.arange(50.0)
    plot.show_curves(epoch, np.full(50, 0.6), np.full(50, 0.5))
    canvas, said = plot.canvas, Guess("test accuracy", True, "95 or more", (95.0, 100.0), None, False)
    plot.show_guess(said)
    band, dot = canvas.guess_place
    # The axis has room for it, though the curves are far below.
    for value, edge in ((100.0, band.top() + 1), (95.0, band.bottom() - 1)):
        assert edge == pytest.approx(canvas.at(0, value).y(), abs=0.6)
    assert (band.left(), band.right()) == (canvas.area().left(), canvas.area().right())
    assert dot is None
    assert plot.legend.accessibleName() == "train, test, your guess: 95 or more"
    # Its words begin at its top, until there are curves, which they would cover.
    plot.clear()
    words = canvas.guess_text_place
    assert canvas.area().contains(words)
    assert words.top() == pytest.approx(band.top() + 1)
    with_words = canvas.grab().toImage()
    plot.show_guess(dataclasses.replace(said, said="other words"))
    assert canvas.grab(words.toRect()).toImage() != with_words.copy(words.toRect())
    plot.show_curves(epoch, np.full(50, 0.6), np.full(50, 0.5))
    plot.show_guess(said)
    before = _pixel(plot, band.center())
    plot.show_guess(dataclasses.replace(said, did=50.0))
    dot = canvas.guess_place[1]
    assert dot is not None
    assert dot.y() == pytest.approx(canvas.at(0, 50.0).y(), abs=0.6)
    assert _pixel(plot, dot) == QColor(LIGHT.danger).rgb()
    plot.show_guess(None)
    assert canvas.guess_place[0].isEmpty()
    assert _pixel(plot, band.center()) != before
    # What a logarithm cannot draw is at the lower end.
    plot.set_quantity("loss")
    plot.log_scale.setChecked(True)
    plot.show_guess(Guess("test loss", False, "less", (0.0, 0.55), 0.5, True))
    band, dot = canvas.guess_place
    assert band.bottom() == pytest.approx(canvas.area().bottom(), abs=1.5)
    assert dot is not None


def _pixel(plot: CurvesPlot, at: QPointF) -> int:
    image = plot.canvas.grab().toImage()
    ratio = image.devicePixelRatio()
    return image.pixel(round(at.x() * ratio), round(at.y() * ratio))


@pytest.mark.parametrize("is_log", [False, True])
def test_no_curve_runs_through_the_name_of_a_level_that_has_room_elsewhere(
    plot: CurvesPlot, is_log: bool
) -> None:
    chart = plot.canvas
    plot.resize(420, 260)
    epoch = np.arange(17.0)
    plot.show_curves(epoch, 0.24 + 2.8 * np.exp(-2 * epoch), 0.55 + 0.8 * np.exp(-epoch))
    chart.set_log(is_log)
    # Nor does the text of a chart without a curve.
    plot.show_curves(np.zeros(1), np.ones(1), np.ones(1))
    chart.show_levels((("half", 0.55),))
    assert chart.is_empty
    chart.grab()
    assert not any(box.intersects(chart.hint_place) for box, *_ in chart.level_places())
    plot.show_curves(epoch, 0.24 + 2.8 * np.exp(-2 * epoch), 0.55 + 0.8 * np.exp(-epoch))
    chart.show_levels((("last value", 1.7), ("linear autoregression", 1.1)))
    chart.grab()
    names = [(box, text) for box, text, _ in chart.level_places() if text]
    assert len(names) == 2
    fine = np.linspace(0.0, 16.0, 2000)
    for values in chart.curves[1:]:
        spots = [chart.at(x, y) for x, y in zip(fine, np.interp(fine, epoch, values), strict=True)]
        for box, text in names:
            assert not any(box.contains(spot) for spot in spots), text
    # Where curves are everywhere, old values are behind them, and not the last.
    plot.show_curves(epoch, 0.5 + 0.2 * (-1.0) ** epoch, 0.5 - 0.2 * (-1.0) ** epoch)
    chart.grab()
    assert all(box.left() < chart.area().center().x() for box, *_ in chart.level_places())
