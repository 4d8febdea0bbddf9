"""What was asked or found with other data is gone after a click on data, and what ends by that says so."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.optim import SGD
from tests.playground.driving import press
from tests.playground.test_other_data import Make, other_data
from tests.playground.window.trained_windows import small, train, wait_for


def test_the_doctors_cards_go(make: Make, qtbot: QtBot) -> None:
    fast = small().training.replace(optimizer=SGD(30.0))
    window = make(small().replace(training=fast))
    press(window, Qt.Key.Key_D)
    train(window, qtbot, 3)
    wait_for(qtbot, lambda: window.plugins["doctor"].panel.cards)
    other_data(window)
    assert not window.plugins["doctor"].panel.cards
    assert "as soon as it begins" in window.plugins["doctor"].panel.sentence.text()
    assert window.plugins["doctor"].badge.isHidden()
