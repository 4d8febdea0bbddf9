"""A slider's steps follow its limits."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.data.datasets import DATASETS
from core.nn import LeakyReLU
from playground.views.widgets.settings_form import slider_for
from playground.views.widgets.settings_form.sliders import written
from tests.playground.views.widgets.settings_form.every_setting import (
    Everything,
)

pytestmark = pytest.mark.usefixtures("themed")


def test_sliders_have_round_steps_and_honest_texts(qtbot: QtBot) -> None:
    noise = slider_for(DATASETS.get("moons").setting("noise"), 0.1)
    samples = slider_for(DATASETS.get("moons").setting("samples"), 500)
    slope = slider_for(LeakyReLU.setting("negative_slope"), 0.2)
    for slider in (noise, samples, slope):
        qtbot.addWidget(slider)
    assert (noise.track.maximum(), noise.value) == (50, 0.1)
    assert samples.track.maximum() == 200
    QTest.keyClick(slope.track, Qt.Key.Key_Home)
    assert slope.value == pytest.approx(0.02)
    assert [written(n, 2) for n in (0.1, 0.125, 1)] == ["0.10", "0.125", "1.00"]
    assert written(12000, 0, "ms") == "12,000 ms"


def test_a_slider_needs_two_limits() -> None:
    with pytest.raises(ValueError, match="Rate must have two limits"):
        slider_for(Everything.setting("rate"), 0.1)
