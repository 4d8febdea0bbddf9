"""The images before and after."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.data.augmentation import Augmentation
from core.data.datasets import Standardize
from core.experiment.prepare import prepare
from playground.model.document import Document
from playground.views.sidebar import SidePanel
from playground.views.theme.colors import DARK, LIGHT, Theme
from playground.views.theme.theme import ThemeSource, apply
from tests.playground.driving import click
from tests.playground.views.sidebar.augmented import DIGITS, drag_to, opened, tiles


def test_the_preview_follows_the_sliders_and_keeps_the_first_tile(digits_panel: SidePanel) -> None:
    section = opened(digits_panel)
    still = tiles(section)
    assert len(still) == 8
    assert all(tile == still[0] for tile in still)
    drag_to(section, "rotate", 0.5)
    turned = tiles(section)
    assert turned[0] == still[0]
    assert sum(tile != still[0] for tile in turned) == 7
    assert tiles(section) == turned


def test_clicks_and_arrows_choose_another_image(digits_panel: SidePanel, qtbot: QtBot) -> None:
    section = opened(digits_panel)
    first = tiles(section)[0]
    click(section.preview)
    assert section.preview.row == 1
    assert tiles(section)[0] != first
    section.preview.setFocus()
    QTest.keyClick(section.preview, Qt.Key.Key_Left)
    QTest.keyClick(section.preview, Qt.Key.Key_Left)
    assert section.preview.row == len(prepare(DIGITS).train) - 1


def test_the_preview_is_only_made_when_it_is_seen(digits_panel: SidePanel, digits_document: Document) -> None:
    digits_document.change("Augment", DIGITS.with_training(augmentation=Augmentation(shift=3)))
    QApplication.processEvents()
    assert digits_panel.augment.preview._pictures == []


def test_standardized_images_are_shown_like_plain_ones(digits_panel: SidePanel) -> None:
    section = opened(digits_panel)
    plain = tiles(section)[0]
    digits_panel.show_data(prepare(DIGITS.replace(scaling=Standardize())))
    again = tiles(section)[0]
    assert again.size() == plain.size()
    worst = max(
        abs(again.pixelColor(x, y).red() - plain.pixelColor(x, y).red())
        for x in range(0, plain.width(), 3)
        for y in range(0, plain.height(), 3)
    )
    assert worst <= 2


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_it_is_drawn_in_the_colours_of_the_theme(
    theme: Theme, qtbot: QtBot, qapp: QApplication, digits_document: Document
) -> None:
    apply(qapp, theme)
    panel = SidePanel(digits_document, ThemeSource(qapp, theme.name))  # type: ignore[arg-type]
    qtbot.addWidget(panel)
    panel.resize(216, 900)
    panel.show()
    panel.show_data(prepare(DIGITS))
    paper = tiles(opened(panel))[0].pixelColor(0, 0)
    assert paper.name() == theme.field
    qapp.setStyleSheet("")
