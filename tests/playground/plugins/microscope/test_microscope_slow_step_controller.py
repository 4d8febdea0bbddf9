"""A step in slow motion in the window, by keys and mouse: through its stops, kept, left, and ended by what happens."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.experiment.presets import preset_named
from core.nn import Conv2D, Dense, Flatten, MaxPooling2D
from playground.window.main_window import MainWindow
from tests.playground.driving import click
from tests.playground.window.test_slow_step_controller import (
    opened,
    slow,  # noqa: F401
    transport,
)
from tests.playground.window.trained_windows import wait_for


def test_the_chosen_neuron_has_its_numbers_at_each_stage(slow: MainWindow, qtbot: QtBot) -> None:
    page, track, field = slow.plugins["microscope"].page, transport(slow).track, slow.canvas.scene.field
    assert page is not None
    tile = field.tile(0, 1)
    assert tile is not None
    click(field, tile.center().toPoint())
    assert page.place == (0, 1)
    assert page.title.text().endswith("neuron 2")
    assert not slow.plugins["microscope"].late.is_visible
    shown = page.blocks
    assert not any(block.isVisible() for block in shown.values())
    QTest.keyClick(track, Qt.Key.Key_Right)
    moment = slow.slow.moment
    assert moment is not None
    layer = moment.step.layers["0"]
    assert shown["forward"].isVisible()
    assert not shown["backward"].isVisible()
    QTest.keyClick(track, Qt.Key.Key_PageDown)
    for _ in range(3):
        QTest.keyClick(track, Qt.Key.Key_PageDown)
    assert shown["update"].isVisible()
    # As the loss is a mean, what one sample gives is small.
    assert "divided by 10, as" in page.texts["backward"].text()
    cells = [page._label(row, 3).text() for row in range(1, 4)]
    expected = sorted((float(value) for value in layer.gradients["kernel"][:, 1]), key=abs)
    assert len(cells) == 3
    assert any(f"{abs(expected[-1]):.4f}" in cell for cell in cells)


def test_the_gradients_of_the_chosen_neuron_are_checked(slow: MainWindow, qtbot: QtBot) -> None:
    page, track = slow.plugins["microscope"].page, transport(slow).track
    assert page is not None
    page.choose((1, 0))
    assert not page.check.isEnabled()
    for _ in range(3):
        QTest.keyClick(track, Qt.Key.Key_PageDown)
    click(page.check)
    wait_for(qtbot, lambda: page.checked.text().startswith("✓"))
    assert page.checked.text().startswith("✓ 5 nudges agree with the backward pass, within ")
    assert float(page.checked.text().split()[-1]) < 1e-5
    page.choose((0, 0))
    assert not page.checked.isVisible()


def test_the_code_of_each_stage_is_shown_in_place_of_the_numbers(slow: MainWindow) -> None:
    page = slow.plugins["microscope"].page
    assert page is not None
    click(page.form.buttons["code"])
    shown = {stage: label.text() for stage, label in page.texts.items()}
    assert "def forward(x):<br>" in shown["forward"]
    page.choose((2, 0))
    assert "x = np.tanh(x)" not in page.texts["forward"].text()
    page.choose((0, 0))
    assert "x = np.tanh(x)" in page.texts["forward"].text()
    assert "∂L/∂W = x^T δ<br>" in shown["backward"]
    assert all(
        f"# PyTorch: {line}" in shown[stage] for stage, line in (("loss", "loss ="), ("update", "opt"))
    )
    assert not page.table.isVisible()
    click(page.form.buttons["numbers"])
    assert "def forward" not in page.texts["forward"].text()


def test_images_run_through_as_their_maps(make: Any, qtbot: QtBot) -> None:
    layers = (Conv2D(4, (3, 3), activation="relu"), MaxPooling2D(), Flatten(), Dense(6, "relu"))
    window = opened(make(preset_named("digits").replace(layers=layers)), qtbot)
    for key in (Qt.Key.Key_PageDown,) * 3:
        QTest.keyClick(transport(window).track, key)
        window.canvas.scene.field.grab()
    moment, snapshot = window.slow.moment, window.canvas.scene.field._snapshot
    assert moment is not None
    assert snapshot is not None
    np.testing.assert_array_equal(
        snapshot.layers[0].activations, moment.step.layers["0"].outputs[moment.shown]
    )
    page = window.plugins["microscope"].page
    assert page is not None
    page.choose((1, 2))
    assert "map 3" in page.title.text()
    page.choose((0, 0))
    assert "places of the map" in page.texts["backward"].text()
