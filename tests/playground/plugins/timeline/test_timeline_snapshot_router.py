"""Every view shows the same moment."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from core.io.number_text import percent_text
from playground.training.state import TrainingState
from playground.window.main_window import MainWindow
from tests.playground.driving import press
from tests.playground.window.trained_windows import (
    pictures_of,
    wait_for,
)


def test_one_epoch_is_named_while_it_trains_and_the_matrix_is_that_of_its_tiles(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.resize(1440, 1400)
    results, timeline = window.results, window.plugins["timeline"].panel
    results.show_page(results.confusion)
    view = results.confusion
    taken, seen = pictures_of(window), set()

    def look() -> None:
        if not view.matrix.counts.size or not taken:
            return
        named = {
            int(text.replace(",", "").partition(" + ")[0].split()[-1])
            for text in (
                window.training_bar.epoch.text(),
                timeline.shown.text(),
                timeline.slider.value_text,
                view.caption.text(),
            )
        }
        assert len(named) == 1
        seen.update(named)
        counts = view.matrix.counts
        shown = next(label for label in view.accuracy.findChildren(QLabel) if "%" in QLabel.text(label))
        assert QLabel.text(shown) == percent_text(counts.trace() / counts.sum(), 1)

    window.session.snapshot_taken.connect(look)
    window.session.set_speed("max")
    press(window, Qt.Key.Key_Space)
    wait_for(qtbot, lambda: len(seen) > 5)
    press(window, Qt.Key.Key_Space)
    wait_for(qtbot, lambda: window.session.state is TrainingState.PAUSED)
    look()
    assert max(seen) == taken[-1].epoch
