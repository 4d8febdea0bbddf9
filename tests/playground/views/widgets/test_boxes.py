"""Layouts in one call."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QApplication, QLabel, QWidget
from pytestqt.qtbot import QtBot

from playground.views.widgets import (
    FlowLayout,
)
from playground.views.widgets.boxes import STRETCH, Gap, Stretch, hbox, restyle, vbox


def test_a_box_holds_its_items_in_order_with_factors_gaps_and_margins(qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    first, second = QLabel("a", owner), QLabel("b", owner)
    inner = hbox((second, 5), Stretch(2), spacing=3)
    box = vbox(
        (first, 1, Qt.AlignmentFlag.AlignTop),
        Gap(7),
        (inner, 4),
        STRETCH,
        parent=owner,
        margins=(1, 2, 3, 4),
        spacing=5,
    )
    assert owner.layout() is box
    assert [box.stretch(index) for index in range(box.count())] == [1, 0, 4, 1]
    assert box.itemAt(0).alignment() == Qt.AlignmentFlag.AlignTop
    assert box.itemAt(1).spacerItem().sizeHint().height() == 7
    assert (inner.stretch(0), inner.stretch(1), inner.spacing(), box.spacing()) == (5, 2, 3, 5)
    margins = box.contentsMargins()
    assert (margins.left(), margins.top(), margins.right(), margins.bottom()) == (1, 2, 3, 4)


def test_one_number_is_the_margin_of_all_sides(qtbot: QtBot) -> None:
    owner = QWidget()
    qtbot.addWidget(owner)
    margins = hbox(parent=owner, margins=6).contentsMargins()
    assert (margins.left(), margins.top(), margins.right(), margins.bottom()) == (6, 6, 6, 6)


pytestmark = pytest.mark.usefixtures("themed")


def test_a_property_that_changes_changes_the_colours(
    qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    label = QLabel("0.5")
    qtbot.addWidget(label)
    label.setStyleSheet("QLabel[role='danger'] { color: #ff0000; }")
    restyle(label, role="muted")
    assert label.palette().windowText().color().name() != "#ff0000"
    restyle(label, role="danger")
    assert label.palette().windowText().color().name() == "#ff0000"
    # No repolish without a change.
    monkeypatch.setattr(QLabel, "style", None)
    restyle(label, role="danger")


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
