"""Labels name themselves, and numbers are painted at leisure."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from playground.views.widgets import (
    Captioned,
    ChoiceCombo,
    SectionTitle,
    StatTile,
    ThrottledLabel,
)

pytestmark = pytest.mark.usefixtures("themed")


def test_labels_name_themselves(qtbot: QtBot) -> None:
    title = SectionTitle("Input features")
    combo = ChoiceCombo([("a", "A")])
    field = Captioned("Activation", combo)
    tile = StatTile("Training loss")
    for widget in (title, field, tile):
        qtbot.addWidget(widget)
    assert (title.text(), title.accessibleName()) == ("INPUT FEATURES", "Input features")
    assert combo.accessibleName() == "Activation"
    assert field.focusProxy() is combo
    tile.set_value("0.0312")
    assert (tile.value, tile.accessibleName()) == ("0.0312", "Training loss: 0.0312")
    tile.set_caption("Test loss")
    assert tile.accessibleName() == "Test loss: 0.0312"


def test_numbers_that_change_with_every_picture_are_painted_at_leisure(qtbot: QtBot) -> None:
    label = ThrottledLabel()
    qtbot.addWidget(label)
    label.setText("0")
    painted = QLabel.text
    assert painted(label) == "0"
    for number in range(1, 50):
        label.setText(str(number))
    assert label.text() == "49"
    assert painted(label) == "0"
    qtbot.waitUntil(lambda: painted(label) == "49")
