"""What holds everywhere in the window; docs/contributing/invariants.md says it in words."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from core.experiment.project_file import SUFFIX, save_project
from tests.playground.driving import press
from tests.playground.test_invariants import Make
from tests.playground.window.trained_windows import small, train, wait_for


def test_a_project_opened_again_says_which_moments_were_not_kept(
    make: Make, tmp_path: Path, qtbot: QtBot
) -> None:
    window = make(small())
    train(window, qtbot, 3)
    timeline, path = window.plugins["timeline"].panel, tmp_path / f"kept{SUFFIX}"
    assert timeline.strip.accessibleDescription() == ""
    taken = window.session.checkpoint()
    assert taken is not None
    save_project(path, *taken)
    epoch = taken[1].epoch
    window.files.asks_to_save = False
    window.files.open_file(path)
    told = f"The moments before epoch {epoch} were not kept"
    wait_for(qtbot, lambda: timeline.strip.accessibleDescription() == told)
    assert not timeline.slider.isEnabled()
    press(window, Qt.Key.Key_Greater)
    wait_for(qtbot, timeline.slider.isEnabled)
    assert timeline.strip.accessibleDescription() == told
    # A low window has no strip.
    timeline.set_low(True)
    assert timeline.total.text() == told
