"""The plot at rest, beside a prediction for every device pixel."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from core.experiment.prepare import make_network
from core.experiment.presets import preset_named
from core.inspect.plane_image import pixel_centers
from core.nn.network import Network
from playground.training.state import TrainingState
from playground.views.theme.colors import CLASS_COLORS, LIGHT, rgb
from playground.window.main_window import MainWindow
from tests.playground.driving import plot_is_final
from tests.playground.views.output.boundaries import paler

PATIENCE_MS = 60_000


def rest_after(window: MainWindow, qtbot: QtBot, epochs: int) -> None:
    """Train, and wait for the image that no finer one follows."""
    window.session.step_epochs(epochs)
    snapshots = window.snapshot_router

    def is_final() -> bool:
        snapshot = snapshots.snapshot
        if snapshot is None or snapshot.epoch < epochs or window.session.state is not TrainingState.PAUSED:
            return False
        return plot_is_final(window)

    qtbot.waitUntil(is_final, timeout=PATIENCE_MS)


def network_of(window: MainWindow) -> Network:
    """The network that is drawn."""
    checkpoint = window.session.checkpoint()
    assert checkpoint is not None
    experiment, state = checkpoint
    network = make_network(experiment)
    network.load_state_dict(state.weights)
    return network


def painted(window: MainWindow) -> np.ndarray:
    """The plot's device pixels without points and ring, (side, side, 3), row 0 at the bottom."""
    plot = window.output.plot
    plot.mark_test_point(None)
    points = plot._points.points
    plot._set_points(None)
    image = plot.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    plot._set_points(points)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[::-1, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)


@pytest.mark.parametrize(("name", "epochs"), [("spirals", 60), ("iris", 30)])
def test_no_stair_is_wider_than_a_device_pixel(
    make: Callable[..., MainWindow], qtbot: QtBot, name: str, epochs: int
) -> None:
    window = make(preset_named(name))
    rest_after(window, qtbot, epochs)
    window.output.discretize.setChecked(True)
    prepared = window.snapshot_router._panels.output.plot._prepared
    assert prepared is not None
    plane, side = prepared.plane, window.output.plot.pixels
    points = plane.points(*(pixel_centers(*ends, side) for ends in zip(plane.low, plane.high, strict=True)))
    outputs = network_of(window).predict(prepared.plane_inputs(points))
    classes = prepared.encoding.decode(outputs).reshape(side, side)
    colors = [LIGHT.negative, LIGHT.positive] if name == "spirals" else CLASS_COLORS[:3]
    shown = painted(window)
    assert shown.shape == (side, side, 3)
    distances = [np.abs(shown - rgb(paler(color))).sum(axis=2) for color in colors]
    wrong = np.argmin(distances, axis=0) != classes
    wrong[:14, :14] = wrong[:14, -14:] = wrong[-14:, :14] = wrong[-14:, -14:] = False  # round corners
    # The line lies over the pixels beside a change; every other pixel has the color of its prediction.
    changes = _widened(classes, np.not_equal)
    assert changes.any()
    assert not (wrong & ~_widened(changes, np.logical_or)).any()
    assert (wrong & ~changes).sum() < 0.2 * changes.sum()


def _widened(pixels: np.ndarray, join: Callable[..., np.ndarray]) -> np.ndarray:
    """Pixels for which `join` holds with one of their four neighbors."""
    found = np.zeros(pixels.shape, bool)
    for axis in (0, 1):
        for step in (-1, 1):
            found |= join(np.roll(pixels, step, axis), pixels)
    return found


def test_a_resized_plot_is_drawn_at_its_new_pixels(window: MainWindow, qtbot: QtBot) -> None:
    rest_after(window, qtbot, 2)
    before = window.output.plot.pixels
    window.resize(1600, 1000)
    plot = window.output.plot
    qtbot.waitUntil(lambda: plot.pixels > before, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: plot_is_final(window), timeout=PATIENCE_MS)
