"""A weight or bias is typed."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from playground.views.canvas.hit_items import Bias
from playground.views.theme.colors import LIGHT
from playground.views.theme.theme import ThemeSource
from tests.playground.fakes import fake_snapshot, points_experiment
from tests.playground.views.canvas.fields import field_of, link_point, with_layer

pytestmark = pytest.mark.usefixtures("themed")


LEFT = Qt.MouseButton.LeftButton


def test_a_weight_is_typed(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(2)
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment))
    QTest.mouseClick(field, LEFT, pos=link_point(field, 0, 1, 1))
    assert field.editor.isVisible()
    assert float(field.editor.text()) == pytest.approx(
        fake_snapshot(experiment).layers[0].kernel[1, 1], rel=1e-3
    )
    QTest.keyClicks(field.editor, "-1.25")
    with qtbot.waitSignal(field.weight_edit_requested) as caught:
        QTest.keyClick(field.editor, Qt.Key.Key_Return)
    assert caught.args == [0, 1, 1, -1.25]
    assert not field.editor.isVisible()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Escape])
def test_the_focus_returns_to_where_it_was(qtbot: QtBot, themes: ThemeSource, key: Qt.Key) -> None:
    experiment = points_experiment(2)
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment))
    first, second = QPushButton("First", field), QPushButton("Second", field)
    for button in (first, second):
        button.show()
    second.setFocus()
    QTest.mouseClick(field, LEFT, pos=link_point(field, 0, 1, 1))
    assert QApplication.focusWidget() is field.editor
    QTest.keyClick(field.editor, key)
    assert QApplication.focusWidget() is second


def test_a_bias_is_typed(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(3)
    bias = np.array([0.0, 0.12, 0.0], np.float32)
    field = field_of(qtbot, themes, experiment, with_layer(fake_snapshot(experiment), 0, bias=bias))
    rect = field.bias_rect(0, 1)
    assert rect is not None
    assert field.hit(rect.center()) == Bias(0, 1)
    assert field.hover_text(Bias(0, 1)) == "bias 0.120, added to the weighted inputs of neuron 2"
    QTest.mouseClick(field, LEFT, pos=rect.center().toPoint())
    assert field.editor.text() == "0.12"
    QTest.keyClicks(field.editor, "0,5")
    with qtbot.waitSignal(field.bias_edit_requested) as caught:
        QTest.keyClick(field.editor, Qt.Key.Key_Enter)
    assert caught.args == [0, 1, 0.5]


@pytest.mark.parametrize("text", ["abc", "", "nan", "1e999", "inf"])
def test_what_is_no_number_is_refused(qtbot: QtBot, themes: ThemeSource, text: str) -> None:
    experiment = points_experiment(2)
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment))
    spy = QSignalSpy(field.weight_edit_requested)
    QTest.mouseClick(field, LEFT, pos=link_point(field, 0, 0, 0))
    QTest.keyClick(field.editor, Qt.Key.Key_Delete)
    QTest.keyClicks(field.editor, text)
    QTest.keyClick(field.editor, Qt.Key.Key_Return)
    assert field.editor.isVisible()
    assert field.editor.property("invalid")
    assert spy.count() == 0
    edge = field.editor.grab().toImage().pixelColor(field.editor.width() // 2, 1)
    assert edge.name() == LIGHT.danger
    QTest.keyClicks(field.editor, "1")
    assert not field.editor.property("invalid")


def test_escape_leaves_the_weight_alone(qtbot: QtBot, themes: ThemeSource) -> None:
    experiment = points_experiment(2)
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment))
    spy = QSignalSpy(field.weight_edit_requested)
    QTest.mouseClick(field, LEFT, pos=link_point(field, 0, 0, 0))
    QTest.keyClicks(field.editor, "3")
    QTest.keyClick(field.editor, Qt.Key.Key_Escape)
    assert not field.editor.isVisible()
    assert spy.count() == 0


@pytest.mark.parametrize("typed", ["", "3", "-0.5"])
def test_only_another_number_is_an_edit(qtbot: QtBot, themes: ThemeSource, typed: str) -> None:
    experiment = points_experiment(2)
    field = field_of(qtbot, themes, experiment, fake_snapshot(experiment))
    spy = QSignalSpy(field.weight_edit_requested)
    QTest.mouseClick(field, LEFT, pos=link_point(field, 0, 0, 0))
    QTest.keyClicks(field.editor, typed)
    QTest.keyClick(field.editor, Qt.Key.Key_Return)
    assert not field.editor.isVisible()
    assert spy.count() == (typed != "")
