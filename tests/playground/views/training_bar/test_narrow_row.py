"""A narrow training bar cuts nothing: buttons give way, names and numbers get shorter."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from core.nn.losses import LOSSES
from tests.playground.views.training_bar.made_bar import build

pytestmark = pytest.mark.usefixtures("themed")


@pytest.mark.parametrize("width", [1180, 1097, 1024, 960, 838])
def test_a_narrow_bar_cuts_nothing(qtbot: QtBot, width: int) -> None:
    """As in windows that Preferences scale to 175 %."""
    made = build(qtbot, width)
    training = made.document.experiment.training
    optimizer = training.optimizer.replace(learning_rate=0.00316227766)
    loss = LOSSES.make("binary_cross_entropy")
    made.document.change("Long", made.document.experiment.with_training(optimizer=optimizer, loss=loss))
    fields = made.bar.fields
    qtbot.waitUntil(lambda: made.bar.width() == width)
    qtbot.waitUntil(lambda: fields.loss.is_short and fields.loss.width() < 172)
    qtbot.waitUntil(lambda: made.bar.export_button.geometry().right() < width)
    rate = fields.learning_rate
    assert (
        rate.fontMetrics().horizontalAdvance(rate.currentText()) <= rate.lineEdit().contentsRect().width() - 2
    )
    for label in made.bar.findChildren(QLabel):
        if label.isVisible():
            assert label.fontMetrics().horizontalAdvance(label.text()) <= label.width(), label.text()


def test_buttons_that_menus_have_give_way_and_come_back(qtbot: QtBot) -> None:
    made = build(qtbot, 1440)
    theme, undo, step = (
        made.bar.findChild(object, f"{name}_button") for name in ("theme", "undo", "step_epoch")
    )
    least = made.bar.minimumSizeHint().width()
    undo.hide()  # As the preferences do it for a class.
    # The layouts around it learn of it in later events; until then the window cannot become as narrow as before.
    qtbot.waitUntil(lambda: made.bar.minimumSizeHint().width() == least)
    for width, seen in ((1440, [True, False, True]), (1097, [False, False, True]), (838, [False] * 3)):
        made.window.resize(width, 80)
        qtbot.waitUntil(lambda width=width: made.bar.width() == width)
        assert [button.isVisible() for button in (theme, undo, step)] == seen
    made.window.resize(1440, 80)
    qtbot.waitUntil(theme.isVisible)
    assert step.isVisible()
    assert not undo.isVisible()
    assert not made.bar.fields.loss.is_short
