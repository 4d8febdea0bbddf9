"""Texts, tokens and series open, train and are looked at in the window."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from playground.views.results.curve_tabs import CurvesTab
from playground.window.main_window import MainWindow
from tests.playground.driving import click, press
from tests.playground.fakes import with_figures
from tests.playground.window.test_sequences_in_window import EACH, PATIENCE_MS


def test_timeline_chart_and_tiles_are_of_texts(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    window = make(EACH[0])
    results, timeline = window.panels.results, window.plugins["timeline"].panel
    press(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: any(frame.lines for frame in timeline.strip.frames), timeout=PATIENCE_MS)
    assert all(len(frame.lines) == 3 for frame in timeline.strip.frames)
    chart = results.curves.canvas
    qtbot.waitUntil(lambda: len(chart.levels) >= 2 and not chart.is_empty, timeout=PATIENCE_MS)
    assert chart.levels[0] == ("guessing evenly", pytest.approx(np.log(27)))
    qtbot.waitUntil(lambda: results.second_tile.value != "–", timeout=PATIENCE_MS)
    press(window, Qt.Key.Key_Space)
    # Names stand apart, whatever their lines do.
    places = [place for place, *_ in chart.level_places()]
    assert all(after.top() >= before.bottom() for before, after in pairwise(places))
    snapshot = window.snapshot_router.snapshot
    assert snapshot is not None
    tiles = results.tab(CurvesTab).tiles(snapshot)
    assert tiles is not None
    part = snapshot.figures.test.part and f" {snapshot.figures.test.part}"
    assert tiles[1].caption.startswith(f"Choices a letter{part}")
    # All tiles name the moment that their figures are of, if it is another.
    old = results.tab(CurvesTab).tiles(with_figures(snapshot, is_old=True)) or ()
    assert {each.caption.partition(", ")[2] for each in old} == {f"epoch {snapshot.figures.place.text}"}
    # There are no more than 27, however wrong it is.
    for loss, value in ((0.0, "1.0"), (np.log(26.9), "26.9"), (np.log(50.7), "over 27"), (1e9, "over 27")):
        moment = replace(
            snapshot, figures=replace(snapshot.figures, test=replace(snapshot.figures.test, loss=loss))
        )
        tiles = results.tab(CurvesTab).tiles(moment)
        assert tiles is not None
        assert tiles[1].value == value
    click(results.measure.buttons["accuracy"])
    assert results.first_tile.accessibleName().startswith("Test accuracy per token")
