"""A finding is a card, with a fix and a link."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from pytestqt.qtbot import QtBot

from core.data.datasets import Xor
from core.io.figure_text import loss_text
from core.nn import Dropout
from core.optim import SGD
from playground.model.document import OUTPUT, Document
from playground.views.doctor import DoctorPanel
from playground.views.theme.colors import DARK
from playground.views.theme.theme import ThemeSource
from tests.playground.driving import click
from tests.playground.fakes import with_figures
from tests.playground.views.doctor.patients import dead, picture

pytestmark = pytest.mark.usefixtures("themed")


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
    assert panel.cards == [card]
    assert card.is_past
    assert not any(button.isEnabled() for button in card.buttons)
    panel.show_snapshot(picture(document.experiment, dead(document.experiment)))
    assert panel.cards == [card]
    assert not card.is_past
    panel.show_snapshot(picture(document.experiment))
    panel._past_timer.timeout.emit()
    assert panel.cards == []
    assert panel.verdict.isVisible()


def test_a_card_keeps_its_place_when_a_worse_finding_comes(panel: DoctorPanel, document: Document) -> None:
    experiment = document.experiment
    first = dead(experiment)
    worse = dataclasses.replace(first, kind="diverging", title="Diverging", layer=None)
    panel.show_snapshot(picture(experiment, first))
    (card,) = panel.cards
    panel.show_snapshot(picture(experiment, worse, first))
    assert [each.finding.kind for each in panel.cards] == ["dead", "diverging"]
    assert panel.cards[0] is card


def test_what_came_of_a_mend_is_said(panel: DoctorPanel, document: Document) -> None:
    before = document.experiment
    shown = picture(before, dead(before))
    panel.show_snapshot(shown)
    click(panel.cards[0].buttons[0])
    assert panel.follow_up.isVisible()
    assert panel.follow_up.text() == "Add Dropout: train on, to see what comes of it."
    history = shown.history
    longer = {
        item.name: np.append(getattr(history, item.name), getattr(history, item.name)[-1])
        for item in dataclasses.fields(history)
    }
    longer["epoch"][-1] = history.epoch[-1] + 1_030
    learned = with_figures(shown, train=dataclasses.replace(shown.figures.train, loss=0.01))
    grown = dataclasses.replace(learned, history=dataclasses.replace(history, **longer)).with_parts(
        findings=()
    )
    panel.show_snapshot(grown)
    start = loss_text(float(history.train_loss[-1]))
    assert panel.follow_up.text() == f"Add Dropout: the loss fell from {start} to 0.0100 in 1,030 epochs."
    panel.clear()
    assert not panel.follow_up.isVisible()


@pytest.mark.parametrize("ended_by", ["another edit", "undo", "other data"])
def test_what_came_of_a_mend_is_said_until_another_edit(
    panel: DoctorPanel, document: Document, ended_by: str
) -> None:
    """What becomes of the loss then is not the fix's doing: other data have another loss."""
    before = document.experiment
    panel.show_snapshot(picture(before, dead(before)))
    click(panel.cards[0].buttons[0])
    assert panel.follow_up.isVisible()
    if ended_by == "undo":
        document.undo_stack.undo()
    elif ended_by == "other data":
        document.change("Take XOR", document.experiment.replace(dataset=Xor()))
    else:
        document.change("Batch size 5", document.experiment.with_training(batch_size=5))
    assert not panel.follow_up.isVisible()
    panel.show_snapshot(picture(document.experiment))
    assert not panel.follow_up.isVisible()


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
