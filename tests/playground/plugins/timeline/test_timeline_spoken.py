"""test_spoken."""

from __future__ import annotations

from PySide6.QtGui import QAccessible, QAccessibleActionInterface
from pytestqt.qtbot import QtBot

from playground.model.timeline.moment import Edit
from playground.plugins.timeline.moment_slider import MomentSlider
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.spoken import Role


def test_the_timeline_is_a_slider_with_a_value(qtbot: QtBot) -> None:
    slider = MomentSlider(ThemeSource())
    qtbot.addWidget(slider)
    slider.show_range(40.0, [Edit(1.0, "Rate 0.1")])
    slider.show_past(12.0)
    slider.show_texts("40", "12")
    found = QAccessible.queryAccessibleInterface(slider)
    value = found.valueInterface()
    assert (found.role(), found.text(QAccessible.Text.Value)) == (Role.Slider, "epoch 12")
    assert (value.minimumValue(), value.currentValue(), value.maximumValue()) == (0.0, 12.0, 40.0)
    with qtbot.waitSignal(slider.position_requested) as asked:
        value.setCurrentValue(3.0)
    assert asked.args == [3.0]
    with qtbot.waitSignal(slider.step_requested) as stepped:
        found.actionInterface().doAction(QAccessibleActionInterface.increaseAction())
    assert stepped.args == [1]
