"""Rows of a growing history are copied and painted once, and other rows are told from them."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QTransform
from PySide6.QtWidgets import QApplication

from core.train.history import HistoryLog
from playground.views.results.curve_layers import CurveLayers, CurveRows
from playground.views.theme.colors import LIGHT
from playground.views.widgets.charts import curve_item


def show(rows: CurveRows, log: HistoryLog, factor: float = 1.0) -> int | None:
    history = log.view()
    return rows.show(history.epoch, history.train_loss, history.test_loss, factor)


def grown(log: HistoryLog, rows: int) -> HistoryLog:
    for _ in range(rows):
        epoch = log.last_epoch + 1.0 if len(log) else 0.0
        log.append(epoch, 1.0 / (1.0 + epoch), np.nan, *([0.0] * 8))
    return log


def test_a_history_that_grows_is_continued_until_it_moves() -> None:
    rows, log = CurveRows(), grown(HistoryLog(limit=400), 10)
    assert show(rows, log, 100.0) == 0
    assert show(rows, log, 100.0) is None
    assert show(rows, grown(log, 5), 100.0) == 10
    epoch, train, test = rows.columns
    assert epoch.tolist() == list(range(15))
    assert train == pytest.approx(100.0 / (1.0 + epoch))
    assert np.isnan(test).all()
    # The log has moved to a larger array, and then has dropped every second row.
    assert show(rows, grown(log, 300), 100.0) == 0
    assert show(rows, grown(log, 90), 100.0) == 0
    assert len(rows.columns[0]) == len(log)


def test_other_rows_of_the_same_length_are_others() -> None:
    rows, log = CurveRows(), grown(HistoryLog(), 10)
    show(rows, log)
    before = rows.columns[1]
    kept = before.copy()
    epoch = np.arange(10.0)
    assert rows.show(epoch, epoch, epoch, 1.0) == 0
    assert before == pytest.approx(kept)  # views of it may still be drawn
    assert rows.show(epoch.copy(), epoch.copy(), epoch.copy(), 1.0) is None
    rows.forget()
    assert rows.show(epoch, epoch, epoch, 2.0) == 0
    assert rows.columns[1] == pytest.approx(2.0 * epoch)


def test_nothing_is_nothing_new() -> None:
    rows, none = CurveRows(), np.empty(0)
    assert rows.show(none, none, none, 1.0) is None
    show(rows, grown(HistoryLog(), 3))
    assert rows.show(none, none, none, 1.0) == 0
    assert all(len(column) == 0 for column in rows.columns)


def test_a_row_more_is_painted_as_a_line_and_as_with_all_others(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    layers, x = CurveLayers(), np.arange(41.0)
    layers.use_theme(LIGHT)
    curves = [(x, 0.5 + 0.4 * np.sin(x / factor)) for factor in (3.0, 5.0)]
    area, pixels = QRectF(0, 0, 90, 60), QTransform(2.0, 0.0, 0.0, -55.0, 3.3, 57.7)

    def paint(sheet: QImage, *, anew: bool) -> QImage:
        painter = QPainter(sheet)
        try:
            layers.paint(painter, pixels, area, anew=anew)
        finally:  # Qt would end the program
            painter.end()
        return sheet

    def blank() -> QImage:
        sheet = QImage(90, 60, QImage.Format.Format_RGB32)
        sheet.fill(Qt.GlobalColor.white)
        return sheet

    layers.show([(x[:-1], y[:-1]) for x, y in curves], (), (), width=90)
    sheet = paint(blank(), anew=True)
    before = sheet.copy()
    layers.extend([(x[-1:], y[-1:]) for x, y in curves], (), pixel=0.5)
    with monkeypatch.context() as patch:
        # It takes five times as long as a line.
        patch.delattr(curve_item, "arrayToLineSegments")
        paint(sheet, anew=False)
    assert sheet == paint(blank(), anew=True) != before
