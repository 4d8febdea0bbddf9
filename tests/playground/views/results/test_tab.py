"""A new tab of the results is a class that registers itself."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from core.inspect.snapshot import Snapshot
from core.spec import Members
from playground.model.document import Document
from playground.views.results import ResultsPanel
from playground.views.results import panel as panel_module
from playground.views.results.tab import TABS, ResultsTab, Tile
from playground.views.theme.theme import ThemeSource
from tests.playground.fakes import fake_prepared, fake_snapshot, points_experiment


class StepsTab(ResultsTab):
    """Number of steps."""

    kind = "steps"
    title = "Steps"
    position = 55
    tooltip = "How many steps were made"
    page: QLabel

    @property
    def parts(self) -> dict[str, int]:
        return {"histograms": 1}

    def make_page(self, themes: ThemeSource, panel: QWidget, document: Document | None) -> QLabel:
        return QLabel(panel)

    def tiles(self, snapshot: Snapshot | None = None) -> tuple[Tile, Tile]:
        epoch, step = ("–", "–") if snapshot is None else (f"{snapshot.epoch}", f"{snapshot.step}")
        return Tile("Epochs", "Whole ones", epoch), Tile("Steps", "Of this epoch", step)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self.page.setText(f"{snapshot.epoch} epochs")

    def clear(self) -> None:
        self.page.clear()


@pytest.fixture
def panel(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> ResultsPanel:
    monkeypatch.setattr(panel_module, "TABS", tabs := Members(TABS))
    tabs.register(StepsTab)
    made = ResultsPanel(ThemeSource())
    qtbot.addWidget(made)
    made.resize(420, 420)
    made.show()
    qtbot.waitExposed(made)
    return made


def test_a_new_tab_is_a_class_that_stands_where_it_says(panel: ResultsPanel) -> None:
    experiment = points_experiment(4)
    snapshot = fake_snapshot(experiment, grid=16)
    wanted = QSignalSpy(panel.parts_requested)
    panel.show_data(fake_prepared(experiment))
    panel.show_snapshot(snapshot)
    page = panel.tab(StepsTab).page
    assert page.text() == "", "it is not in front"
    panel.tabs.setFocus()
    for _ in range(2):
        QTest.keyClick(panel.tabs, Qt.Key.Key_Right)
    assert panel.tabs.tabText(panel.tabs.currentIndex()) == "Steps"
    assert panel.tabs.tabToolTip(panel.tabs.currentIndex()) == StepsTab.tooltip
    assert page.isVisible()
    assert page.text() == f"{snapshot.epoch} epochs"
    assert panel.first_tile.value == str(snapshot.epoch)
    assert panel.first_tile.toolTip() == "Whole ones"
    assert wanted.at(wanted.count() - 1) == [{"histograms": 1}]
    panel.clear()
    assert page.text() == ""
    panel.tabs.setCurrentIndex(0)
    assert wanted.at(wanted.count() - 1) == [{}]
    assert panel.first_tile.toolTip().startswith(
        "The accuracy on the samples that the network has never seen"
    )


def test_the_tabs_are_those_of_the_table(panel: ResultsPanel) -> None:
    texts = [panel.tabs.tabText(index) for index in range(panel.tabs.count())]
    assert texts == ["Curves", "Confusion", "Residuals", "Rate", "Steps", "Weights", "Map"]
