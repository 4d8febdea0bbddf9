"""A session's signals, recorded."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytestqt.qtbot import QtBot

from core.experiment.experiment import Experiment
from tests.playground.training.watching import Start, Watch, moons


@pytest.fixture
def watch(session_of: Start, qtbot: QtBot) -> Callable[..., Watch]:
    """Factory of sessions that are ready."""

    def start(experiment: Experiment | None = None) -> Watch:
        return Watch(session_of(experiment or moons()), qtbot).ready()

    return start
