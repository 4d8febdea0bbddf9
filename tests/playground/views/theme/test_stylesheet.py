"""The stylesheet has no gap."""

from __future__ import annotations

import re

import pytest
from PySide6.QtWidgets import QApplication, QCheckBox
from pytestqt.qtbot import QtBot

from core.io.resources import resource
from playground.views.theme.colors import DARK, LIGHT, Theme
from playground.views.theme.stylesheet import stylesheet
from playground.views.theme.theme import apply

BOTH = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)


@BOTH
def test_a_box_that_is_checked_looks_so_when_it_is_disabled(
    theme: Theme, qtbot: QtBot, qapp: QApplication
) -> None:
    apply(qapp, theme)
    box = QCheckBox()
    qtbot.addWidget(box)
    box.setEnabled(False)

    def colors() -> set[str]:
        image = box.grab().toImage()
        return {image.pixelColor(x, y).name() for x in range(16) for y in range(image.height())}

    assert theme.text_faint not in colors()
    box.setChecked(True)
    assert theme.text_faint in colors()


@BOTH
def test_stylesheet_has_no_gap_and_every_picture_exists(theme: Theme) -> None:
    text = stylesheet(theme)
    assert "$" not in text
    assert text.count("{") == text.count("}")
    pictures = re.findall(r"url\(style:(.+?)\)", text)
    assert len(pictures) >= 6
    for picture in pictures:
        assert resource("icons", "style", picture).is_file()
