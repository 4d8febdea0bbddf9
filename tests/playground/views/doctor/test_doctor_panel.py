"""The doctor panel and badge: findings, and fixes by click."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.data.datasets import Standardize, Wine
from core.diagnose import Finding
from core.experiment.experiment import Experiment
from core.experiment.stack_problems import QuickFix
from core.inspect.snapshot import Snapshot
from core.nn import Dense, Dropout, ReLU
from core.nn.losses import CrossEntropy
from core.optim import SGD
from core.train.training_config import TrainingConfig
from playground.model.document import OUTPUT, Document
from playground.training.state import TrainingState
from playground.views.doctor import DoctorBadge, DoctorPanel
from playground.views.theme.theme import DARK, LIGHT, ThemeSource, apply
from playground.window.main_window import MainWindow
from tests.playground.driving import click
from tests.playground.fakes import fake_snapshot, points_experiment

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")
PATIENCE_MS = 60_000


@pytest.fixture(autouse=True)
def themed(qapp: QApplication) -> Iterator[None]:
    apply(qapp, LIGHT)
    yield
    qapp.setStyleSheet("")


@pytest.fixture
def document() -> Document:
    return Document(points_experiment(4, 3))


@pytest.fixture
def panel(qtbot: QtBot, document: Document) -> DoctorPanel:
    panel = DoctorPanel(document, ThemeSource(mode="light"))
    qtbot.addWidget(panel)
    panel.resize(340, 400)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def dead(experiment: Experiment, sentence: str = "5 of 8 units are 0", layer: int | None = 1) -> Finding:
    fixes = (
        QuickFix("Add Dropout", experiment.replace(layers=(*experiment.layers, Dropout(0.2)))),
        QuickFix("Plain SGD", experiment.with_training(optimizer=SGD(0.1))),
    )
    return Finding("dead", "alarm", "Dead ReLU units", sentence, layer, fixes, experiment)


def picture(experiment: Experiment, *findings: Finding, epoch: int = 5) -> Snapshot:
    return dataclasses.replace(fake_snapshot(experiment, grid=16, epoch=epoch), findings=findings)


def test_without_findings_it_says_so(panel: DoctorPanel, document: Document) -> None:
    assert "press Space" in panel.verdict.text()
    panel.show_snapshot(picture(document.experiment))
    assert panel.verdict.text() == "No findings: learning looks healthy."
    assert panel.verdict.isVisible()
    assert panel.cards == []


def test_a_finding_is_a_card_with_its_sentence(panel: DoctorPanel, document: Document) -> None:
    changed = QSignalSpy(panel.findings_changed)
    panel.show_snapshot(picture(document.experiment, dead(document.experiment)))
    (card,) = panel.cards
    assert card.sentence.text() == "5 of 8 units are 0"
    assert "Alarm. Dead ReLU units. 5 of 8" in card.accessibleName()
    assert [button.text() for button in card.buttons] == ["Add Dropout", "Plain SGD"]
    assert not panel.verdict.isVisible()
    assert changed.count() == 1


def test_newer_numbers_stay_in_the_same_card(panel: DoctorPanel, document: Document) -> None:
    panel.show_snapshot(picture(document.experiment, dead(document.experiment)))
    (card,) = panel.cards
    panel.show_snapshot(picture(document.experiment, dead(document.experiment, "6 of 8 units are 0")))
    assert panel.cards == [card]
    assert card.sentence.text() == "6 of 8 units are 0"
    panel.show_snapshot(picture(document.experiment))
    assert panel.cards == []
    assert panel.verdict.isVisible()


def test_a_mend_changes_the_document_and_can_be_undone(panel: DoctorPanel, document: Document) -> None:
    before = document.experiment
    panel.show_snapshot(picture(before, dead(before)))
    click(panel.cards[0].buttons[0])
    assert document.experiment.layers == (*before.layers, Dropout(0.2))
    assert document.undo_stack.undoText() == "Add Dropout"
    document.undo_stack.undo()
    assert document.experiment == before


def test_mends_of_an_older_experiment_cannot_be_pressed(panel: DoctorPanel, document: Document) -> None:
    panel.show_snapshot(picture(document.experiment, dead(document.experiment)))
    button = panel.cards[0].buttons[1]
    assert button.isEnabled()
    document.change("Batch size", document.experiment.with_training(batch_size=30))
    assert not button.isEnabled()
    document.undo_stack.undo()
    assert button.isEnabled()


def test_the_keyboard_mends_as_well(panel: DoctorPanel, document: Document) -> None:
    panel.show_snapshot(picture(document.experiment, dead(document.experiment)))
    button = panel.cards[0].buttons[1]
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert document.experiment.training.optimizer == SGD(0.1)
    # The button is disabled, and the focus stays in the panel.
    assert panel.hasFocus()


@pytest.mark.parametrize(("layer", "selected", "text"), [(1, 1, "Layer 2"), (2, OUTPUT, "Output")])
def test_the_link_selects_the_layer(
    panel: DoctorPanel, document: Document, layer: int, selected: int, text: str
) -> None:
    panel.show_snapshot(picture(document.experiment, dead(document.experiment, layer=layer)))
    link = panel.cards[0].layer_button
    assert link is not None
    assert link.text() == text
    click(link)
    assert document.selected == selected


def test_a_finding_of_no_layer_has_no_link(panel: DoctorPanel, document: Document) -> None:
    panel.show_snapshot(picture(document.experiment, dead(document.experiment, layer=None)))
    assert panel.cards[0].layer_button is None


def test_hidden_it_draws_nothing_and_catches_up(panel: DoctorPanel, document: Document) -> None:
    panel.hide()
    changed = QSignalSpy(panel.findings_changed)
    panel.show_snapshot(picture(document.experiment, dead(document.experiment)))
    assert panel.cards == []
    assert changed.count() == 1
    panel.show()
    assert len(panel.cards) == 1


def test_icons_follow_the_theme(qtbot: QtBot, document: Document) -> None:
    themes = ThemeSource(mode="light")
    panel = DoctorPanel(document, themes)
    qtbot.addWidget(panel)
    panel.show()
    panel.show_snapshot(picture(document.experiment, dead(document.experiment)))
    before = panel.cards[0]._icon.pixmap().toImage()
    themes.mode = "dark"
    assert themes.theme is DARK
    assert panel.cards[0]._icon.pixmap().toImage() != before


def test_the_badge_counts(qtbot: QtBot, document: Document) -> None:
    badge = DoctorBadge(ThemeSource(mode="light"))
    qtbot.addWidget(badge)
    assert badge.isHidden()
    found = dead(document.experiment)
    badge.show_findings((found,))
    assert badge.text() == "1 finding"
    badge.show_findings((found, found))
    assert badge.text() == "2 findings"
    assert "Dead ReLU units" in badge.toolTip()
    badge.show_findings(())
    assert badge.isHidden()


def unscaled() -> Experiment:
    return Experiment(
        name="Wine", dataset=Wine(), layers=(Dense(6, ReLU()),), training=TrainingConfig(loss=CrossEntropy())
    )


def test_the_window_tells_and_mends_unscaled_wine(qtbot: QtBot, make: Callable[..., MainWindow]) -> None:
    window = make(unscaled())
    qtbot.waitUntil(window.badge.isVisible, timeout=PATIENCE_MS)
    assert not window.doctor.isVisible()
    click(window.badge)
    qtbot.waitUntil(window.doctor.isVisible, timeout=PATIENCE_MS)
    card = next(card for card in window.doctor.cards if card.finding.kind == "unscaled")
    assert "2,523 times" in card.sentence.text()
    click(card.buttons[0])
    assert window.document.experiment.scaling == Standardize()
    qtbot.waitUntil(lambda: not window.badge.isVisible(), timeout=PATIENCE_MS)
    assert window.doctor.cards == []
    window.actions_by_name["undo"].trigger()
    qtbot.waitUntil(window.badge.isVisible, timeout=PATIENCE_MS)
    click(window.doctor.close_button)
    assert not window.doctor.isVisible()


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
    qtbot.waitUntil(window.badge.isVisible, timeout=PATIENCE_MS)
    QTest.keyClick(window, Qt.Key.Key_D)
    qtbot.waitUntil(window.doctor.isVisible, timeout=PATIENCE_MS)
    card = window.doctor.cards[0]
    assert card.finding.kind == "diverging"
    assert card.buttons[0].text() == "Learning rate 10"
    click(card.buttons[0])
    assert window.document.experiment.training.optimizer == SGD(10.0)
    qtbot.waitUntil(lambda: window.session.state is TrainingState.IDLE, timeout=PATIENCE_MS)
