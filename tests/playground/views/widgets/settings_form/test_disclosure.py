"""What comes second is folded away."""

from __future__ import annotations

import pytest
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.nn import Activation, Dense
from core.nn.initializers import HeNormal
from playground.views.theme.theme import ThemeSource
from tests.playground.views.widgets.settings_form.every_setting import (
    LEFT,
    drive,
    form_of,
)

pytestmark = pytest.mark.usefixtures("themed")


def test_what_comes_second_is_under_more(qtbot: QtBot, themes: ThemeSource) -> None:
    form, seen = form_of(qtbot, themes, Dense(4), first=("units", "activation", "kernel_initializer"))
    more = form.more
    assert more is not None
    assert more.toolTip() == "Also: Bias, Bias initializer"
    assert not form.row("use_bias").isVisible()
    QTest.mouseClick(more, LEFT)
    assert form.row("use_bias").isVisible()
    assert more.text() == "Fewer"
    drive(form.row("use_bias"))
    assert seen == [(Dense(4, use_bias=False), "use_bias")]
    form.show_spec(Activation())
    assert form.more is None
    form.show_spec(Dense(2, kernel_initializer=HeNormal()))
    assert form.row("use_bias").isVisible()
