"""What the tests of the microscope share."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot


@pytest.fixture
def host(qtbot: QtBot) -> QWidget:
    """A parent for dialogs."""
    host = QWidget()
    qtbot.addWidget(host)
    return host
