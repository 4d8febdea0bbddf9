"""A row answers what it refuses, and takes what it may."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from core.data.datasets import DATASETS
from core.nn import Dense, Dropout, LeakyReLU
from core.nn.initializers import Constant
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import Stepper, ValueCombo
from playground.views.widgets.settings_form import slider_for
from playground.views.widgets.settings_form.rows import written
from tests.playground.views.widgets.settings_form.every_setting import (
    LEFT,
    Everything,
    form_of,
    type_into,
)

pytestmark = pytest.mark.usefixtures("themed")


def test_double_click_on_a_caption_returns_to_the_default(qtbot: QtBot, themes: ThemeSource) -> None:
    form, seen = form_of(qtbot, themes, Dense(9))
    QTest.mouseDClick(form.row("units").caption, LEFT)
    assert seen == [(Dense(4), "units")]
    assert isinstance(form.row("units").control, Stepper)
    assert form.row("units").control.value() == 4
    assert "return to 4" in form.row("units").caption.toolTip()


def test_context_menu_returns_to_the_default(qtbot: QtBot, themes: ThemeSource) -> None:
    form, seen = form_of(qtbot, themes, Dropout(0.6))
    row = form.row("rate")
    where = QPoint(3, 3)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, where, row.mapToGlobal(where))
    QApplication.sendEvent(row, event)
    menu = row.findChild(QMenu)
    assert menu is not None
    assert [action.text() for action in menu.actions()] == ["Return to 0.2"]
    menu.setActiveAction(menu.actions()[0])
    QTest.keyClick(menu, Qt.Key.Key_Return)
    assert seen == [(Dropout(0.2), "rate")]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1000", "Constant: value must be at most 100, got 1000.0"),
        ("much", "Constant: value must be a finite number, got 'much'"),
        ("nan", "Constant: value must be a finite number, got nan"),
        ("", "Constant: value must be a finite number, got ''"),
    ],
)
def test_a_refused_value_is_answered_at_its_row(
    text: str, sentence: str, qtbot: QtBot, themes: ThemeSource
) -> None:
    form, seen = form_of(qtbot, themes, Constant(0.5))
    row = form.row("value")
    field = row.control
    assert isinstance(field, QLineEdit)
    field.setFocus()
    field.selectAll()
    QTest.keyClick(field, Qt.Key.Key_Delete)
    type_into(field, text)
    assert row.error == sentence
    assert (seen, form.spec, field.text()) == ([], Constant(0.5), text)
    type_into(field, "0,75")
    assert (row.error, seen) == ("", [(Constant(0.75), "value")])


def test_a_number_typed_into_a_menu_is_judged_while_typing(qtbot: QtBot, themes: ThemeSource) -> None:
    form, seen = form_of(qtbot, themes, Everything())
    combo = form.row("rate").control
    assert isinstance(combo, ValueCombo)
    field = combo.lineEdit()
    assert field is not None
    type_into(field, "-2")
    assert form.row("rate").error == "Rate: must be above 0, got -2."
    form.row("name").control.setFocus()
    assert form.row("rate").error == ""
    assert field.text() == "0.1"
    assert seen == []


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
