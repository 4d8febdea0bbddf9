"""The boundary keeps its size, whatever happens around it; only the curves give way, with plug-ins."""

from __future__ import annotations

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.experiment.presets import preset_named
from tests.playground.driving import press
from tests.playground.window.test_dock_sizes import LOW, Make


def test_who_draws_has_room_beside_the_doctor_too(make: Make, qtbot: QtBot) -> None:
    window = make(preset_named("mnist"), LOW)
    qtbot.waitUntil(lambda: window.snapshot_router.snapshot is not None, timeout=60_000)
    press(window, Qt.Key.Key_D)
    qtbot.waitUntil(window.plugins["doctor"].panel.isVisible)
    press(window, Qt.Key.Key_W)
    qtbot.waitUntil(lambda: window.plugins["draw"].panel.pad.height() >= 180)
    assert (window.width(), window.height()) == LOW
