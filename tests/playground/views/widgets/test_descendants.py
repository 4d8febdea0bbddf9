"""Children are found as Qt finds them, and are let go."""

from __future__ import annotations

import weakref

from PySide6.QtWidgets import QLabel, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from playground.views.widgets.descendants import children_of, descendants
from tests.benchmarks.open_window import deliver_deletions


def test_children_are_those_that_qt_finds(qtbot: QtBot) -> None:
    top = QWidget()
    qtbot.addWidget(top)
    first, area = QLabel("first", top), QScrollArea(top)
    inner = QLabel("inner", area)
    assert children_of(top, QLabel) == [first]
    assert list(descendants(top, QLabel)) == [first, inner]
    assert set(descendants(top, QWidget)) == set(top.findChildren(QWidget))


def test_nothing_is_kept_of_what_was_found(qtbot: QtBot) -> None:
    top = QWidget()
    qtbot.addWidget(top)
    found = []
    for _ in range(3):
        # Its viewport and scroll bars are Qt's own.
        area = QScrollArea(top)
        found += [weakref.ref(each) for each in descendants(top, QWidget)]
        found += [weakref.ref(each) for each in children_of(area, QWidget)]
        area.deleteLater()
        del area
        deliver_deletions()
    assert found
    assert all(each() is None for each in found)
