"""The column of the data fits its window."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QScrollArea
from pytestqt.qtbot import QtBot

from core.data.datasets import (
    Spirals,
)
from core.experiment.experiment import Experiment
from core.nn import Dense, Tanh
from playground.model.document import Document
from playground.views.sidebar import SidePanel
from playground.views.theme.theme import ThemeSource
from tests.playground.views.sidebar.shown_panel import shown

pytestmark = pytest.mark.usefixtures("themed")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_column_fits_without_scrolling(theme: str, qtbot: QtBot, qapp: QApplication) -> None:
    themes = ThemeSource(qapp, mode=theme)  # type: ignore[arg-type]
    document = Document(Experiment(dataset=Spirals(), layers=(Dense(6, activation=Tanh()),)))
    column = SidePanel(document, themes)
    shown(qtbot, column)
    document.select(0)
    QApplication.sendPostedEvents()
    assert isinstance(column, QScrollArea)
    assert column.verticalScrollBar().maximum() == 0
    assert column.horizontalScrollBar().maximum() == 0
    column.resize(216, 600)
    QApplication.sendPostedEvents()
    assert column.verticalScrollBar().maximum() > 0
    content = column.widget()
    assert content is not None
    assert content.width() == column.viewport().width()
