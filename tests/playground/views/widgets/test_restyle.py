"""A property that changes restyles its widget."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from playground.views.widgets.restyle import restyle

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
