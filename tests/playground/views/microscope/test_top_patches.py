"""The patches that excite a filter most."""

from __future__ import annotations

import pytest
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.inspect.top_activations import top_patches
from playground.views.microscope.formulas import number
from tests.playground.driving import click
from tests.playground.views.microscope.map_bench import CONVOLUTIONS, Bench

pytestmark = pytest.mark.usefixtures("themed")


def test_a_patch_that_excites_the_filter_chooses_its_sample(qtbot: QtBot, host: QWidget) -> None:
    bench = Bench(*CONVOLUTIONS)
    dialog = bench.opened(host, qtbot, 2, 1)
    best = top_patches(bench.trainer.network, bench.prepared.test.inputs, 2, 1)
    assert best is not None
    strip, samples = dialog.cards.map.patches, QSignalSpy(dialog.sample_changed)
    assert [button.text() for button in strip.buttons] == [number(patch.value) for patch in best.patches]
    assert strip.buttons[0].toolTip().startswith(f"Test sample {best.patches[0].row + 1}, row ")
    dialog.cards.map.map.keep((0, 0))
    click(strip.buttons[2])
    assert samples.at(0) == [best.patches[2].row]
    assert not dialog.cards.map.map.is_kept
    bench.trainer.network.weights[2]["kernel"][...] = 0.0
    bench.trainer.network.weights[2]["bias"][...] = 0.0
    dialog._timer.stop()
    dialog.show_snapshot(bench.snapshot(2, 1))
    assert not any(button.isVisible() for button in strip.buttons)
    assert strip.hint.text().startswith("None of ")
