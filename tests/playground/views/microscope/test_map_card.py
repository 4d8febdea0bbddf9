"""The map in which a place is chosen."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from playground.views.microscope.formulas import number
from tests.playground.driving import click
from tests.playground.views.microscope.map_bench import CONVOLUTIONS, Bench, plain

pytestmark = pytest.mark.usefixtures("themed")


def test_the_pointer_and_the_keys_choose_the_place(qtbot: QtBot, host: QWidget) -> None:
    bench = Bench(*CONVOLUTIONS)
    dialog = bench.opened(host, qtbot, 2, 1)
    trace, view, sums = bench.trace(2, 1), dialog.cards.map.map, dialog.steps["sum"]
    assert view.place == trace.strongest
    assert sums.text().endswith(f"= <b>{number(trace.at(trace.strongest).total)}</b>")
    assert "the strongest" in dialog.cards.map.place_text.text()
    QTest.mouseMove(view, view.square((2, 7)).center().toPoint())
    assert view.place == (2, 7)
    assert sums.text().endswith(f"= <b>{number(trace.at((2, 7)).total)}</b>")
    assert dialog.cards.map.place_text.text().startswith("Row 3, column 8: ")
    assert f"= {number(trace.at((2, 7)).output)}" in plain(dialog.steps["activation"].text())
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert view.place == trace.strongest
    click(view, view.square((4, 5)).center().toPoint())
    QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert view.place == (4, 5)
    assert view.hasFocus()
    for key, place in (
        (Qt.Key.Key_Right, (4, 6)),
        (Qt.Key.Key_Down, (5, 6)),
        (Qt.Key.Key_Left, (5, 5)),
        (Qt.Key.Key_Up, (4, 5)),
    ):
        QTest.keyClick(view, key)
        assert view.place == place
    assert view.accessibleDescription().startswith("Row 5, column 6: ")
    for _ in range(30):
        QTest.keyClick(view, Qt.Key.Key_Up)
    assert view.place == (0, 5)
    QTest.keyClick(view, Qt.Key.Key_Home)
    assert view.place == trace.strongest
    assert not dialog.cards.map.strongest.isEnabled()
    QTest.keyClick(view, Qt.Key.Key_Right)
    click(dialog.cards.map.strongest)
    assert view.place == trace.strongest
