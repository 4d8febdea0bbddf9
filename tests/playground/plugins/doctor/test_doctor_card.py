"""A finding is a card, with a fix and a link."""

from __future__ import annotations

import dataclasses

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from pytestqt.qtbot import QtBot

from core.nn import Dropout
from core.optim import SGD
from playground.model.document import OUTPUT, Document
from playground.plugins.doctor.panel import DoctorPanel
from playground.views.theme.colors import DARK
from playground.views.theme.theme import ThemeSource
from tests.playground.driving import click
from tests.playground.plugins.doctor.patients import dead, picture

pytestmark = pytest.mark.usefixtures("themed")


def test_a_finding_is_a_card_with_its_sentence(panel: DoctorPanel, document: Document) -> None:
    changed = QSignalSpy(panel.findings_changed)
    panel.show_snapshot(picture(document.experiment, dead(document.experiment)))
    (card,) = panel.cards
    assert card.sentence.text() == "5 of 8 units are 0"
    assert "Alarm. Dead ReLU units. 5 of 8" in card.accessibleName()
    assert [row.title.text() for row in panel.trial.rows] == ["Add Dropout", "Plain SGD"]
    assert [bool(row.use.property("primary")) for row in panel.trial.rows] == [True, False]
    assert not panel.sentence.isVisible()
    assert changed.count() == 1


def test_newer_numbers_stay_in_the_same_card(panel: DoctorPanel, document: Document) -> None:
    panel.show_snapshot(picture(document.experiment, dead(document.experiment)))
    (card,) = panel.cards
    panel.show_snapshot(picture(document.experiment, dead(document.experiment, "6 of 8 units are 0")))
    assert panel.cards == [card]
    assert card.sentence.text() == "6 of 8 units are 0"
    panel.show_snapshot(picture(document.experiment))
    assert panel.cards == [card]
    assert card.is_past
    assert panel.trial.rows == []
    panel.show_snapshot(picture(document.experiment, dead(document.experiment)))
    assert panel.cards == [card]
    assert not card.is_past
    panel.show_snapshot(picture(document.experiment))
    panel._past_timer.timeout.emit()
    assert panel.cards == []
    assert panel.sentence.isVisible()


def test_a_card_keeps_its_place_when_a_worse_finding_comes(panel: DoctorPanel, document: Document) -> None:
    experiment = document.experiment
    first = dead(experiment)
    worse = dataclasses.replace(first, kind="diverging", title="Diverging", layer=None)
    panel.show_snapshot(picture(experiment, first))
    (card,) = panel.cards
    panel.show_snapshot(picture(experiment, worse, first))
    assert [each.finding.kind for each in panel.cards] == ["dead", "diverging"]
    assert panel.cards[0] is card


def test_a_mend_changes_the_document_and_can_be_undone(panel: DoctorPanel, document: Document) -> None:
    before = document.experiment
    panel.show_snapshot(picture(before, dead(before)))
    click(panel.trial.rows[0].use)
    assert panel.sentence.text() == "Set: Add Dropout. Undo takes it back."
    assert document.experiment.layers == (*before.layers, Dropout(0.2))
    assert document.undo_stack.undoText() == "Add Dropout"
    document.undo_stack.undo()
    assert document.experiment == before


def test_mends_of_an_older_experiment_are_not_there(panel: DoctorPanel, document: Document) -> None:
    panel.show_snapshot(picture(document.experiment, dead(document.experiment)))
    assert len(panel.trial.rows) == 2
    document.change("Batch size", document.experiment.with_training(batch_size=30))
    assert panel.trial.rows == []
    assert not panel.trial.isVisible()
    document.undo_stack.undo()
    assert len(panel.trial.rows) == 2
    assert panel.trial.isVisible()


def test_a_fix_of_several_findings_is_there_once(panel: DoctorPanel, document: Document) -> None:
    found = dead(document.experiment)
    panel.show_snapshot(picture(document.experiment, found, dataclasses.replace(found, kind="diverging")))
    assert len(panel.cards) == 2
    assert len(panel.trial.rows) == 2


def test_the_keyboard_mends_as_well(panel: DoctorPanel, document: Document) -> None:
    panel.show_snapshot(picture(document.experiment, dead(document.experiment)))
    button = panel.trial.rows[1].use
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert document.experiment.training.optimizer == SGD(0.1)
    # The button is gone, and the focus stays in the panel.
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
