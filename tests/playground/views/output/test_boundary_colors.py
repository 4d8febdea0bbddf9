"""Answers become colours."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from core.experiment.prepare import make_network
from core.experiment.presets import preset_named
from core.inspect.plane_image import PlaneImage, pixel_centers
from core.nn.network import Network
from playground.training.state import TrainingState
from playground.views.output.boundary_colors import (
    PlaneColors,
    ValueRange,
    shade_classes,
    shade_signed,
    signed_index,
)
from playground.views.theme.colors import (
    CLASS_COLORS,
    DARK,
    LIGHT,
    Theme,
    class_shades,
    diverging_lut,
    mix,
    rgb,
)
from playground.views.widgets.array_images import packed
from playground.window.main_window import MainWindow
from tests.playground.driving import plot_is_final
from tests.playground.views.output.boundaries import paler


def test_values_map_to_the_ends_and_the_middle_of_the_table() -> None:
    values = np.array([-5, -1, 0, 1, 5, np.nan], np.float32)
    assert signed_index(values).tolist() == [0, 0, 128, 255, 255, 127]


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_zero_is_neutral_and_discretize_leaves_two_colors(theme: Any) -> None:
    lut = packed(diverging_lut(theme))
    values = np.array([[-0.01, 0.0, 0.01, 1.0]], np.float32)
    assert _rgb(shade_signed(values, lut)[0, 1]) == rgb(theme.zero)
    hard = shade_signed(values, lut, discretize=True)[0]
    assert [_rgb(word) for word in hard] == [rgb(theme.negative)] * 2 + [rgb(theme.positive)] * 2


def test_class_shades_show_the_winner_and_pale_to_neutral_at_chance() -> None:
    shades = packed(class_shades(LIGHT))
    labels, shares = np.array([[2, 0, 1]], np.int16), np.array([[1, 1 / 3, 0.6]], np.float32)
    soft = shade_classes(labels, shares, 3, shades)[0]
    hard = shade_classes(labels, shares, 3, shades, discretize=True)[0]
    assert _rgb(soft[0]) == rgb(CLASS_COLORS[2])
    assert np.abs(np.subtract(_rgb(soft[1]), rgb(LIGHT.zero))).max() <= 1
    assert _rgb(hard[2]) == rgb(CLASS_COLORS[1])
    assert min(rgb(CLASS_COLORS[1])[0], rgb(LIGHT.zero)[0]) < _rgb(soft[2])[0] < rgb(LIGHT.zero)[0]


def test_more_than_ten_classes_reuse_colors() -> None:
    labels, shares = np.array([[11]], np.int16), np.ones((1, 1), np.float32)
    assert _rgb(shade_classes(labels, shares, 12, packed(class_shades(LIGHT)))[0, 0]) == rgb(CLASS_COLORS[1])


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_regions_are_drawn_at_two_thirds_and_neurons_at_full_strength(theme: Theme) -> None:
    image = PlaneImage(np.array([[-1.0, 1.0], [0.0, 0.0]], np.float32))
    pale, full = (
        PlaneColors(theme).pixels(image, ValueRange(), 1, strong=strong, discretize=False)
        for strong in (False, True)
    )
    # Row 0 of an image is the lowest, that of the colors the highest.
    assert [_rgb(word) for word in full[1]] == [rgb(theme.negative), rgb(theme.positive)]
    assert [_rgb(word) for word in pale[0]] == [rgb(theme.zero)] * 2
    for word, color in zip(pale[1], (theme.negative, theme.positive), strict=True):
        assert _rgb(word) == rgb(mix(theme.zero, color, 2 / 3))
    assert PlaneColors(theme).ends(strong=True) == (theme.negative, theme.zero, theme.positive)


def test_the_line_is_blended_into_its_pixels_alone() -> None:
    line = (np.array([1]), np.array([1.0], np.float32))
    image = PlaneImage(np.ones((2, 2), np.float32), line=line)
    made = PlaneColors(LIGHT).pixels(image, ValueRange(), 1, strong=False, discretize=False)
    ground = mix(LIGHT.zero, LIGHT.positive, 2 / 3)
    assert [_rgb(word) for word in (made[0, 0], made[0, 1], made[1, 0])] == [rgb(ground)] * 3
    assert np.abs(np.subtract(_rgb(made[1, 1]), rgb(mix(ground, LIGHT.text, 0.85)))).max() <= 1


def _rgb(word: Any) -> tuple[int, int, int]:
    return int(word) >> 16 & 255, int(word) >> 8 & 255, int(word) & 255


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
    plot.show_points(None)
    image = plot.grab().toImage().convertToFormat(QImage.Format.Format_RGB888)
    plot.show_points(points)
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
