"""The panel of datasets on images of digits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.experiment.prepare import prepare
from playground.model.document import Document
from playground.views.sidebar import SidePanel
from playground.views.theme.theme import LIGHT, ThemeSource, apply
from tests.playground.views.sidebar.augmented import DIGITS


@pytest.fixture
def document(qapp: QApplication) -> Document:
    return Document(DIGITS)


@pytest.fixture
def panel(qtbot: QtBot, qapp: QApplication, document: Document) -> Iterator[SidePanel]:
    apply(qapp, LIGHT)
    made = SidePanel(document, ThemeSource(qapp, "light"))
    made.resize(216, 900)
    qtbot.addWidget(made)
    made.show()
    made.show_data(prepare(DIGITS))
    yield made
    qapp.setStyleSheet("")
