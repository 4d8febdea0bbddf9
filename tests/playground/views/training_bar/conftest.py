"""What the tests of this folder share."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from tests.playground.views.training_bar.made_bar import Made, build


@pytest.fixture
def made(qtbot: QtBot) -> Made:
    return build(qtbot)
