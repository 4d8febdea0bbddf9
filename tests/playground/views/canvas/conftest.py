"""What the tests of this folder share."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from playground.views.theme.theme import ThemeSource


@pytest.fixture
def themes(qapp: QApplication) -> ThemeSource:
    return ThemeSource(mode="light")
