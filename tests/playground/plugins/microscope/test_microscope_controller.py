"""The microscope in its window and in its dock."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.data.datasets import Xor
from core.experiment.experiment import Experiment
from core.nn import Dense
from playground.window.main_window import MainWindow
from tests.benchmarks.open_window import close_window
from tests.playground.driving import click

PATIENCE_MS = 60_000
SMALL = Experiment(name="Small", dataset=Xor(samples=60, noise=0.1), layers=(Dense(4, "tanh"),))


def test_the_microscope_opens_where_it_was_left(make: Callable[..., MainWindow], qtbot: QtBot) -> None:
    for docked in (False, True):
        window = make(SMALL)
        qtbot.waitUntil(lambda w=window: w.snapshot_router.snapshot is not None, timeout=PATIENCE_MS)
        window.plugins["microscope"].open()
        assert window.plugins["microscope"].view.is_docked is docked
        assert window.plugins["microscope"].view.isVisible()
        if not docked:
            click(window.plugins["microscope"].view.dock)
            window.plugins["microscope"].view.close()
            close_window(window)


def test_the_docks_grow_with_the_window_beside_a_docked_microscope_too(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make(SMALL, (1600, 900))
    widths = window.panels.sizes
    qtbot.waitUntil(lambda: window.snapshot_router.snapshot is not None, timeout=PATIENCE_MS)
    window.plugins["microscope"].open()
    click(window.plugins["microscope"].view.dock)
    window.resize(1920, 1080)
    qtbot.waitUntil(lambda: abs(window.panels.output_dock.width() - widths.target_px) < 3)


def test_the_plot_grows_with_a_small_window_in_which_the_microscope_was_docked(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    """The microscope needs more than the plot there, which had been taken for a divider that the user moved."""
    window = make(SMALL, (1280, 720))
    dock, widths = window.panels.output_dock, window.panels.sizes
    qtbot.waitUntil(lambda: window.snapshot_router.snapshot is not None, timeout=PATIENCE_MS)
    before = dock.width()
    window.plugins["microscope"].open()
    click(window.plugins["microscope"].view.dock)
    qtbot.waitUntil(lambda: dock.width() > before + 20, timeout=5000)
    window.resize(1920, 1080)
    qtbot.waitUntil(lambda: dock.width() >= 500, timeout=5000)
    window.resize(1280, 720)
    qtbot.waitUntil(lambda: abs(dock.width() - widths.target_px) < 3, timeout=5000)
    assert dock.width() > before
    click(window.plugins["microscope"].view.dock)
    qtbot.waitUntil(lambda: abs(dock.width() - before) < 3, timeout=5000)


def test_the_microscope_docks_floats_and_goes_on_showing_numbers(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make(SMALL)
    microscope, place = window.plugins["microscope"].view, window.plugins["microscope"]
    qtbot.waitUntil(lambda: window.snapshot_router.snapshot is not None, timeout=PATIENCE_MS)
    window.plugins["microscope"].open()
    click(microscope.dock)
    assert place.dock is not None
    assert microscope.isVisible()
    assert microscope.window() is window
    assert microscope.dock.text() == "Float"
    # It requests its neuron from where it is now.
    qtbot.waitUntil(lambda: window.session.request.neuron == microscope.place, timeout=PATIENCE_MS)
    microscope.layer.setFocus()
    QTest.keyClick(microscope.layer, Qt.Key.Key_Escape)
    assert place.dock.isHidden()
    assert window.session.request.neuron is None
    window.plugins["microscope"].open()
    assert microscope.isVisible()
    click(microscope.dock)
    assert microscope.isWindow()
    assert place.dock.isHidden()
    assert microscope.dock.text() == "Dock"
    microscope.close()
    assert not microscope.isVisible()
