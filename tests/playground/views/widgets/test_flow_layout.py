"""A flow layout leaves out what is hidden."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from playground.views.widgets import (
    FlowLayout,
)

pytestmark = pytest.mark.usefixtures("themed")


def test_flow_layout_skips_the_hidden(qtbot: QtBot) -> None:
    box = QWidget()
    qtbot.addWidget(box)
    flow = FlowLayout(box, spacing_px=4)
    labels = [QLabel("word", box) for _ in range(3)]
    for label in labels:
        label.setFixedSize(50, 20)
        flow.addWidget(label)
    assert flow.heightForWidth(110) == 44
    labels[2].hide()
    assert flow.heightForWidth(110) == 20
    flow.setGeometry(QRect(0, 0, 60, 100))
    assert [label.y() for label in labels[:2]] == [0, 24]
    assert flow.itemAt(9) is None
    assert flow.takeAt(0) is not None
    assert flow.count() == 2
