"""The doctor's page and badge: findings, and fixes by click."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.data.datasets import Standardize, Wine
from core.experiment.experiment import Experiment
from core.nn import Dense, ReLU
from core.nn.losses import CrossEntropy
from core.optim import SGD
from core.train.training_config import TrainingConfig
from playground.model.document import Document
from playground.plugins.doctor.panel import DoctorBadge, DoctorPanel
from playground.training.state import TrainingState
from playground.window.main_window import MainWindow
from tests.playground.driving import click
from tests.playground.fakes import points_experiment
from tests.playground.plugins.doctor.patients import dead, picture

pytestmark = pytest.mark.usefixtures("themed")


PATIENCE_MS = 60_000


def test_without_findings_it_says_so(panel: DoctorPanel, document: Document) -> None:
    assert "as soon as it begins" in panel.sentence.text()
    panel.show_snapshot(picture(document.experiment))
    assert panel.sentence.text() == "No findings: learning looks healthy."
    assert panel.sentence.isVisible()
    assert panel.cards == []


def test_hidden_it_draws_nothing_and_catches_up(panel: DoctorPanel, document: Document) -> None:
    panel.hide()
    changed = QSignalSpy(panel.findings_changed)
    panel.show_snapshot(picture(document.experiment, dead(document.experiment)))
    assert panel.cards == []
    assert changed.count() == 1
    panel.show()
    assert len(panel.cards) == 1


def test_cards_hold_still_while_the_pointer_is_there(panel: DoctorPanel, document: Document) -> None:
    experiment = document.experiment
    first = dead(experiment)
    other = dataclasses.replace(first, kind="diverging", title="Diverging", layer=None)
    panel.show_snapshot(picture(experiment, first))
    (card,) = panel.cards
    QApplication.sendEvent(panel, QEnterEvent(QPointF(9, 9), QPointF(9, 9), QPointF(9, 9)))
    use = panel.trial.rows[0].use
    place = use.mapTo(panel, QPoint(0, 0))
    panel.show_snapshot(picture(experiment, other))
    panel._past_timer.timeout.emit()
    assert panel.cards == [card]
    assert panel.trial.rows[0].use is use
    assert use.mapTo(panel, QPoint(0, 0)) == place
    assert "when the pointer leaves" in panel._waiting.text()
    # After a fix, nothing comes where the pointer is: a second click would take another fix.
    click(use)
    panel.show_snapshot(picture(document.experiment, dead(document.experiment)))
    assert panel.cards == []
    QApplication.sendEvent(panel, QEvent(QEvent.Type.Leave))
    assert [each.finding.kind for each in panel.cards] == ["dead"]
    assert panel._waiting.text() == ""


def test_the_badge_counts(qtbot: QtBot, document: Document) -> None:
    badge = DoctorBadge()
    qtbot.addWidget(badge)
    assert badge.isHidden()
    found = dead(document.experiment)
    badge.show_findings((found,))
    assert badge.text() == "1"
    badge.show_findings((found, found))
    assert badge.text() == "2"
    assert "Dead ReLU units" in badge.toolTip()
    badge.show_findings(())
    assert badge.isHidden()


def unscaled() -> Experiment:
    return Experiment(
        name="Wine", dataset=Wine(), layers=(Dense(6, ReLU()),), training=TrainingConfig(loss=CrossEntropy())
    )


def test_the_window_tells_and_mends_unscaled_wine(qtbot: QtBot, make: Callable[..., MainWindow]) -> None:
    window = make(unscaled())
    qtbot.waitUntil(window.plugins["doctor"].badge.isVisible, timeout=PATIENCE_MS)
    assert not window.plugins["doctor"].panel.isVisible()
    click(window.plugins["doctor"].badge)
    qtbot.waitUntil(window.plugins["doctor"].panel.isVisible, timeout=PATIENCE_MS)
    card = next(card for card in window.plugins["doctor"].panel.cards if card.finding.kind == "unscaled")
    assert "2,523 times" in card.sentence.text()
    click(window.plugins["doctor"].panel.trial.rows[0].use)
    assert window.document.experiment.scaling == Standardize()
    qtbot.waitUntil(lambda: not window.plugins["doctor"].badge.isVisible(), timeout=PATIENCE_MS)
    assert window.plugins["doctor"].panel.cards == []
    window.actions_by_name["undo"].trigger()
    qtbot.waitUntil(window.plugins["doctor"].badge.isVisible, timeout=PATIENCE_MS)
    assert window.results.tabs.tabText(window.results.tabs.currentIndex()) == "Doctor"
    click(window.results.tabs, window.results.tabs.tabRect(0).center())
    assert not window.plugins["doctor"].panel.isVisible()
    assert window.plugins["doctor"].badge.isVisible()


def test_a_training_that_fails_is_explained(qtbot: QtBot, make: Callable[..., MainWindow]) -> None:
    experiment = points_experiment(8, optimizer=SGD(100.0)).replace(
        layers=(Dense(16, ReLU()), Dense(16, ReLU()))
    )
    window = make(
        experiment.replace(output=experiment.output.replace(activation="linear")).with_training(
            loss="mean_squared_error"
        )
    )
    QTest.keyClick(window, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.FAILED, timeout=PATIENCE_MS)
    qtbot.waitUntil(window.plugins["doctor"].badge.isVisible, timeout=PATIENCE_MS)
    QTest.keyClick(window, Qt.Key.Key_D)
    qtbot.waitUntil(window.plugins["doctor"].panel.isVisible, timeout=PATIENCE_MS)
    card = window.plugins["doctor"].panel.cards[0]
    assert card.finding.kind == "diverging"
    row = window.plugins["doctor"].panel.trial.rows[0]
    assert row.title.text() == "Reset with rate 0.1"
    assert row.use.toolTip() == "Reset with rate 0.1. Training starts anew. It can be undone."
    click(row.use)
    assert window.document.experiment.training.optimizer == SGD(0.1)
    assert window.document.undo_stack.undoText() == "Reset with rate 0.1"
    qtbot.waitUntil(lambda: window.session.state is TrainingState.IDLE, timeout=PATIENCE_MS)
