"""Patch times kernel, place by place."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from playground.plugins.microscope.formulas import number
from tests.playground.plugins.microscope.map_bench import CONVOLUTIONS, Bench

pytestmark = pytest.mark.usefixtures("themed")


def test_patch_times_kernel_stands_there_and_what_does_not_fit_is_folded(qtbot: QtBot, host: QWidget) -> None:
    bench = Bench(*CONVOLUTIONS)
    dialog = bench.opened(host, qtbot, 2, 1)
    trace, patches, unfold = bench.trace(2, 1), dialog.cards.patches, dialog.cards.unfold
    spot = trace.at(trace.strongest)
    assert len(patches.rows) == 3
    sizes = [abs(row.result) for row in patches.rows]
    assert sizes == sorted(sizes, reverse=True)
    rest = spot.channel_sums.sum() - sum(row.result for row in patches.rows)
    assert unfold.text() == f"+ 2 more channels, together {number(float(rest))}"
    unfold.setFocus()
    QTest.keyClick(unfold, Qt.Key.Key_Space)
    assert [row.name for row in patches.rows] == [f"Map {number} of layer 2" for number in range(1, 6)]
    assert unfold.text() == "Show fewer"
    kernel = bench.trainer.network.weights[2]["kernel"]
    for channel, row in enumerate(patches.rows):
        assert row.kernel is not None
        np.testing.assert_allclose(row.kernel, kernel[:, :, channel, 1], rtol=1e-6)
        assert (row.patch * row.kernel).sum() == pytest.approx(row.result)
    # Hover text of a number.
    what, values, place = patches.grids(1)[2]
    assert what == "kernel"
    side = place.width() / 3
    assert patches.text_at(place.topLeft() + QPointF(2.5, 0.5) * side) == (
        f"Kernel, row 1, column 3: {number(float(values[0, 2]))}"
    )
    assert patches.text_at(QPointF(-5.0, -5.0)) == ""
