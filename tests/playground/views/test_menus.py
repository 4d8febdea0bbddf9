"""Menus that are filled on opening."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.data.datasets import Digits, Moons
from core.experiment.experiment import Experiment
from core.experiment.templates import TEMPLATES
from core.nn import Dense
from playground.model.document import Document
from playground.training.state import TrainingState
from playground.views.menus import TemplateMenu
from playground.window.main_window import MainWindow
from tests.core.experiment.on_data import with_dataset


@pytest.fixture
def document() -> Document:
    return Document(Experiment(dataset=Moons(), layers=(Dense(3),)))


def titles(menu: TemplateMenu) -> list[str]:
    menu.aboutToShow.emit()
    return [action.text() for action in menu.actions()]


def test_the_menu_has_what_fits_the_data(qtbot: QtBot, document: Document) -> None:
    menu = TemplateMenu(document)
    qtbot.addWidget(menu)
    assert titles(menu) == [t.title for t in TEMPLATES if not t.for_images]
    document.change("Digits", with_dataset(document.experiment, Digits()))
    assert titles(menu) == [t.title for t in TEMPLATES if t.for_images]
    assert all(action.toolTip() != action.text() for action in menu.actions())


def test_the_template_that_is_there_is_ticked(qtbot: QtBot, document: Document) -> None:
    menu = TemplateMenu(document)
    qtbot.addWidget(menu)
    for index, title in enumerate(titles(menu)):
        assert not any(action.isChecked() for action in menu.actions())
        menu.actions()[index].trigger()
        titles(menu)
        assert [action.text() for action in menu.actions() if action.isChecked()] == [title]
        document.undo_stack.undo()
        titles(menu)


def test_a_click_replaces_the_layers_as_one_step(qtbot: QtBot, document: Document) -> None:
    menu = TemplateMenu(document)
    qtbot.addWidget(menu)
    before = document.experiment
    menu.popup(QPoint(0, 0))
    qtbot.waitUntil(menu.isVisible)
    action = next(action for action in menu.actions() if action.text() == "Three layers of 8")
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
    assert [layer.units for layer in document.experiment.layers] == [8, 8, 8]  # type: ignore[attr-defined]
    assert document.undo_stack.undoText() == "Use Three layers of 8"
    document.undo_stack.undo()
    assert document.experiment == before


def test_another_network_begins_anew_and_undo_brings_back_what_was_learned(
    window: MainWindow, qtbot: QtBot
) -> None:
    def epoch() -> int:
        return -1 if window.snapshot_router.snapshot is None else window.snapshot_router.snapshot.epoch

    qtbot.waitUntil(lambda: epoch() == 0)
    window.session.step_epochs(3)
    qtbot.waitUntil(lambda: epoch() == 3 and window.session.state is TrainingState.PAUSED)
    use_template(window, "Wide")
    qtbot.waitUntil(lambda: epoch() == 0)
    window.document.undo_stack.undo()
    qtbot.waitUntil(lambda: epoch() == 3)


def test_the_window_offers_them_in_its_menu_and_below_the_network(window: MainWindow) -> None:
    assert window.palette_bar.templates.menu() is not None
    use_template(window, "Wide")
    assert [layer.units for layer in window.document.experiment.layers] == [64]  # type: ignore[attr-defined]


def test_the_longest_template_is_seen_whole_in_a_full_window(window: MainWindow, qtbot: QtBot) -> None:
    window.document.change("MNIST", with_dataset(window.document.experiment, Digits(size="28x28")))
    use_template(window, "Small CNN")
    assert len(window.canvas.cards) == 11
    qtbot.waitUntil(lambda: window.canvas.width() > 700, timeout=60_000)
    qtbot.waitUntil(lambda: window.canvas.horizontalScrollBar().maximum() == 0, timeout=60_000)


def use_template(window: MainWindow, title: str) -> None:
    menu = window.palette_bar.templates.menu()
    assert isinstance(menu, TemplateMenu)
    menu.aboutToShow.emit()
    next(action for action in menu.actions() if action.text() == title).trigger()
