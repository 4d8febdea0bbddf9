"""What a layer of images does, in numbers."""

from __future__ import annotations

import re
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from core.nn import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dropout,
    Flatten,
    GaussianNoise,
    GlobalAveragePooling2D,
    LayerNormalization,
    MaxPooling2D,
    ReLU,
    Reshape,
    Residual,
)
from core.nn.interventions import Intervention
from playground.plugins.microscope.cards import patch_rows
from playground.plugins.microscope.formulas import map_gradient, number, what_it_does
from tests.playground.plugins.microscope.map_bench import CONVOLUTIONS, Bench, plain

pytestmark = pytest.mark.usefixtures("themed")


def test_the_gradient_is_that_of_the_chosen_place(qtbot: QtBot, host: QWidget) -> None:
    bench = Bench(*CONVOLUTIONS)
    dialog = bench.opened(host, qtbot, 2, 1)
    trace = bench.trace(2, 1)
    dialog.cards.map.map.keep((3, 3))
    text = plain(dialog.steps["gradient"].text())
    assert f"∂L/∂a = {number(float(trace.output_gradients[3, 3]))}" in text


def test_a_muted_map_says_what_the_network_goes_on_with() -> None:
    bench = Bench(*CONVOLUTIONS)
    bench.trainer.network.intervene((Intervention("mute", 1, 3),))
    trace = bench.trace(1, 3)
    own, said = what_it_does(trace, trace.at(trace.strongest)).split("<br>")
    assert "<b>" not in own
    assert plain(said) == "Muted: the network goes on with y = 0, whatever the inputs are."
    assert (
        plain(map_gradient(trace, trace.at((0, 0)))) == "∂L/∂y = 0: the network goes on without this number"
    )
    assert bench.trace(1, 2).override is None


def test_a_pool_marks_the_number_that_won(qtbot: QtBot, host: QWidget) -> None:
    bench = Bench(*CONVOLUTIONS)
    dialog = bench.opened(host, qtbot, 1, 3)
    trace = bench.trace(1, 3)
    spot = trace.at(trace.strongest)
    (row,) = dialog.cards.patches.rows
    assert row.sign == "max"
    assert row.winner is not None
    assert row.patch[row.winner] == spot.output
    assert row.kernel is None
    text = plain(dialog.steps["sum"].text())
    assert text.startswith("y = max(")
    assert text.endswith(f"= {number(spot.output)}")
    assert not dialog.table.isVisible()
    assert not dialog.steps["update"].isVisible()
    assert dialog.cards.titles["gradient"].text() == "2 · THE GRADIENT"
    dialog.inspect(0, 0)
    dialog._timer.stop()
    dialog.show_snapshot(bench.snapshot(0, 0))
    assert dialog.table.isVisible()
    assert dialog.cards.titles["gradient"].text() == "4 · THE GRADIENT"


@pytest.mark.parametrize(
    ("layers", "layer", "words"),
    [
        ((AveragePooling2D(),), 0, r"^y = \(.* \+ .* \+ .* \+ .*\) / 4 = "),
        ((BatchNormalization(),), 0, r"γ · \(x − mean\) / √\(variance \+ ε\) \+ β"),
        ((BatchNormalization(center=False, scale=False),), 0, r"^y = \(x − mean\) / √\(variance \+ ε\)\n"),
        ((LayerNormalization(),), 0, "numbers at this place"),
        ((Dropout(0.2),), 0, "While training, 20 % of the numbers are set to 0"),
        ((GaussianNoise(0.1),), 0, "noise of a deviation of 0.1"),
        ((Activation(ReLU()),), 0, r"^y = ReLU\("),
        ((ReLU(),), 0, r"^y = ReLU\("),
        ((Flatten(),), 0, "The number at row 1, column 4; nothing is changed but its place"),
        ((Conv2D(2, (3, 3)), Flatten()), 1, "row 1, column 2 of map 2"),
        ((Reshape((14, 56, 1)),), 0, "nothing is changed but its place"),
        ((Conv2D(4, (3, 3)), GlobalAveragePooling2D()), 1, "the mean of all 676 numbers"),
        ((Residual((Conv2D(1, (3, 3), padding="same"),)),), 0, r"y = x \+ F\(x\) = "),
        ((Residual((Conv2D(2, (3, 3), padding="same"),), projection=True),), 0, "the projected inputs"),
    ],
    ids=lambda value: str(value) if isinstance(value, str) else None,
)
def test_every_layer_says_what_it_does_in_numbers(layers: tuple[Any, ...], layer: int, words: str) -> None:
    ends = () if any(isinstance(part, Flatten | GlobalAveragePooling2D) for part in layers) else (Flatten(),)
    bench = Bench(*layers, *ends)
    unit = 3 if bench.trainer.network.shapes[layer][-1] > 3 else 0
    trace = bench.trace(layer, unit)
    spot = trace.at(trace.strongest)
    text = plain(what_it_does(trace, spot))
    assert re.search(words, text), text
    assert number(spot.output) in text
    assert "∂L/∂y = " in plain(map_gradient(trace, spot))
    if isinstance(layers[layer], AveragePooling2D | GlobalAveragePooling2D | MaxPooling2D):
        assert patch_rows(trace, spot)[0][0].result == spot.output
