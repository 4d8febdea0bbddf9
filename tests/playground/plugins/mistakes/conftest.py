"""What the tests of this folder share."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from core.experiment.experiment import Experiment
from tests.playground.plugins.mistakes.shown_gallery import Shown


@pytest.fixture
def show(qtbot: QtBot) -> Callable[[Experiment], Shown]:
    return lambda experiment: Shown(qtbot, experiment)
