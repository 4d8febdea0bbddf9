"""The fields of the bar are one step of undo each."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from core.data.datasets import Plane
from core.experiment.experiment import Experiment
from core.nn.losses import LOSSES
from core.optim import OPTIMIZERS, Adam
from core.optim.regularizers import L2
from core.train.training_config import TrainingConfig
from playground.views.training_bar import field_choices as fields
from tests.playground.views.training_bar.made_bar import LEFT, Made, choose, pick

pytestmark = pytest.mark.usefixtures("themed")


def test_a_typed_learning_rate_is_one_undo_step(made: Made) -> None:
    field = made.bar.fields.learning_rate.lineEdit()
    assert field is not None
    field.selectAll()
    QTest.keyClicks(field, "0.25")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert made.document.experiment.training.optimizer == Adam(learning_rate=0.25)
    assert made.document.undo_stack.undoText() == "Learning rate 0.25"
    made.document.undo_stack.undo()
    assert field.text() == "0.03"


def test_small_learning_rates_fit_their_field() -> None:
    rates = [0.0, 1e-5, 0.0001, 0.003, 0.03, 10.0, 1.5e-7]
    assert [fields.written_rate(rate) for rate in rates] == [
        "0",
        "0.00001",
        "0.0001",
        "0.003",
        "0.03",
        "10",
        "1.5e-7",
    ]


def test_another_optimizer_keeps_the_learning_rate(made: Made) -> None:
    made.document.change(
        "Rate", made.document.experiment.with_training(optimizer=Adam(learning_rate=0.3, beta_1=0.5))
    )
    pick(made.bar.fields.optimizer, "rmsprop")
    optimizer = made.document.experiment.training.optimizer
    assert (optimizer.kind, optimizer.learning_rate) == ("rmsprop", 0.3)
    assert made.document.undo_stack.undoText() == "Optimizer RMSprop"
    assert [made.bar.fields.optimizer.itemData(i) for i in range(made.bar.fields.optimizer.count())] == list(
        OPTIMIZERS.names()
    )


def test_lbfgs_begins_with_its_own_rate_as_one_step(made: Made) -> None:
    made.document.change("Rate", made.document.experiment.with_training(optimizer=Adam(learning_rate=0.03)))
    before, steps = made.document.experiment, made.document.undo_stack.count()
    optimizer = made.bar.fields.optimizer
    choose(optimizer, optimizer.findData("lbfgs"))
    assert made.document.experiment.training.optimizer.learning_rate == 1.0
    assert made.bar.fields.learning_rate.currentText() == "1"
    assert made.document.undo_stack.count() == steps + 1
    made.document.undo_stack.undo()
    assert made.document.experiment == before
    assert made.bar.fields.learning_rate.currentText() == "0.03"


def test_batch_size_is_a_whole_number(made: Made) -> None:
    choose_index = made.bar.fields.batch_size.findText("128")
    choose(made.bar.fields.batch_size, choose_index)
    assert made.document.experiment.training.batch_size == 128
    field = made.bar.fields.batch_size.lineEdit()
    assert field is not None
    field.selectAll()
    QTest.keyClicks(field, "2.5")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert made.document.experiment.training.batch_size == 128
    assert "whole number" in made.bar.fields.batch_size.toolTip()


def test_more_opens_the_settings_that_the_bar_has_no_field_for(made: Made, qtbot: QtBot) -> None:
    more = made.bar.fields.more("optimizer")
    assert more.toolTip().startswith("More settings of Adam: beta 1")
    QTest.mouseClick(more, LEFT)
    popup = QApplication.activePopupWidget()
    assert popup is not None
    names = [row.setting.name for row in popup.form.rows()]
    assert names == [item.name for item in Adam.settings() if item.name != "learning_rate"]
    row = popup.form.row("beta_1")
    row.reset()
    field = row.control
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(field, "0.5")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert made.document.experiment.training.optimizer == Adam(learning_rate=0.03, beta_1=0.5)
    assert made.document.undo_stack.undoText() == "Adam: Beta 1"
    QTest.keyClick(popup, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not isValid(popup))


def test_more_is_there_only_where_there_is_more(made: Made) -> None:
    made.document.change(
        "Plain", Experiment(dataset=Plane(), training=TrainingConfig(loss=LOSSES.make("mean_squared_error")))
    )
    shown = {name: made.bar.fields.more(name).isVisible() for name in ("optimizer", "loss", "regularizer")}
    assert shown == {"optimizer": True, "loss": False, "regularizer": False}
    made.document.change(
        "Both", made.document.experiment.with_training(loss=LOSSES.make("huber"), regularizer=L2())
    )
    assert made.bar.fields.more("loss").isVisible()
    assert made.bar.fields.more("regularizer").isVisible()
