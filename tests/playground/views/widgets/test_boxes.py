"""Layouts in one call."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from playground.views.widgets.boxes import STRETCH, Gap, Stretch, hbox, vbox


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
