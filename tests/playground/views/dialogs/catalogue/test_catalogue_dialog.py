"""The catalogue opens presets, data, lessons and files, by mouse and keys."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.data.datasets import Digits, Iris
from core.experiment.presets import preset_named
from playground.views.dialogs.catalogue import CatalogueDialog
from playground.views.dialogs.catalogue.dialog import ENTRY, THUMBNAIL
from playground.views.dialogs.catalogue.entries import GROUPS
from playground.window.main_window import MainWindow
from tests.playground.driving import choose, click, double_click, press

CTRL = Qt.KeyboardModifier.ControlModifier
PATIENCE_MS = 60_000


def dialogs(window: MainWindow) -> list[CatalogueDialog]:
    return [dialog for dialog in window.findChildren(CatalogueDialog) if dialog.isVisible()]


def opened(window: MainWindow, qtbot: QtBot) -> CatalogueDialog:
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow, timeout=PATIENCE_MS)
    press(window, Qt.Key.Key_N, CTRL)
    (dialog,) = dialogs(window)
    qtbot.waitUntil(dialog.search.hasFocus, timeout=PATIENCE_MS)
    return dialog


def show_group(dialog: CatalogueDialog, name: str) -> None:
    (item,) = [
        item for row in range(dialog.groups.count()) if (item := dialog.groups.item(row)).data(ENTRY) == name
    ]
    click(dialog.groups.viewport(), dialog.groups.visualItemRect(item).center())


def titles(dialog: CatalogueDialog) -> list[str]:
    model = dialog.list.model()
    return [model.index(row, 0).data() for row in range(model.rowCount())]


def point_at(dialog: CatalogueDialog, title: str) -> None:
    index = dialog.list.model().index(titles(dialog).index(title), 0)
    dialog.list.scrollTo(index)
    click(dialog.list.viewport(), dialog.list.visualRect(index).center())


def test_the_first_start_shows_the_network_and_no_catalogue(window: MainWindow) -> None:
    assert dialogs(window) == []


def test_each_group_shows_its_cards_and_what_is_known_of_the_first(window: MainWindow, qtbot: QtBot) -> None:
    choose(window, "File", "New")
    (dialog,) = dialogs(window)
    for row in range(dialog.groups.count()):
        item = dialog.groups.item(row)
        show_group(dialog, item.data(ENTRY))
        assert item.text() == f"{GROUPS[item.data(ENTRY)][0]}  ({len(titles(dialog))})"
        assert dialog.about_title.text() == titles(dialog)[0]
        assert dialog.open_chosen.isEnabled()
    show_group(dialog, "classics")
    assert "The paper: " in dialog.about_text.text()
    dialog.close()


def test_pictures_arrive_and_stay(window: MainWindow, qtbot: QtBot) -> None:
    dialog = opened(window, qtbot)
    qtbot.waitUntil(lambda: not dialog.loading, timeout=PATIENCE_MS)
    show_group(dialog, "points")
    model = dialog.list.model()
    qtbot.waitUntil(
        lambda: all(model.index(row, 0).data(THUMBNAIL) is not None for row in range(model.rowCount())),
        timeout=PATIENCE_MS,
    )
    dialog.close()


def test_words_and_enter_open(window: MainWindow, qtbot: QtBot) -> None:
    dialog = opened(window, qtbot)
    QTest.keyClicks(dialog.search, "no such thing")
    assert (titles(dialog), dialog.open_chosen.isEnabled()) == ([], False)
    assert dialog.nothing.isVisible()
    QTest.keyClick(dialog.search, Qt.Key.Key_Escape)
    assert dialog.search.text() == ""
    QTest.keyClicks(dialog.search, "five blobs")
    assert titles(dialog) == ["Five blobs"]
    QTest.keyClick(dialog.search, Qt.Key.Key_Return)
    assert not dialogs(window)
    assert window.document.experiment == preset_named("blobs")
    assert window.document.path is None


def test_arrows_choose_and_a_double_click_opens(window: MainWindow, qtbot: QtBot) -> None:
    dialog = opened(window, qtbot)
    QTest.keyClick(dialog.search, Qt.Key.Key_Right)
    assert dialog.current is not None
    assert dialog.current.title == titles(dialog)[1]
    show_group(dialog, "tables")
    at = dialog.list.visualRect(dialog.list.model().index(titles(dialog).index("Wine"), 0)).center()
    QTest.mouseClick(dialog.list.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert dialogs(window)
    double_click(dialog.list.viewport(), at)
    assert not dialogs(window)
    assert window.document.experiment == preset_named("wine")


def test_only_the_data_keep_the_network_and_can_be_undone(window: MainWindow, qtbot: QtBot) -> None:
    before, dialog = window.document.experiment, opened(window, qtbot)
    show_group(dialog, "tables")
    point_at(dialog, "Iris")
    click(dialog.only_data)
    assert window.document.experiment.dataset == Iris()
    assert window.document.undo_stack.count() == 1
    window.document.undo_stack.undo()
    assert window.document.experiment == before
    # Data that no preset has are used as they are.
    dialog = opened(window, qtbot)
    show_group(dialog, "points")
    point_at(dialog, "Circles")
    click(dialog.open_chosen)
    assert window.document.experiment.dataset.kind == "circles"


def test_another_size_of_the_data_opens_with_a_network_that_fits(window: MainWindow, qtbot: QtBot) -> None:
    dialog = opened(window, qtbot)
    show_group(dialog, "images")
    point_at(dialog, "Small digits")
    assert dialog.choice is not None
    click(dialog.choice.buttons["28x28"])
    assert "28 × 28" in dialog.about_facts.text()
    assert dialog.choice.current == "28x28"
    point_at(dialog, "Fashion-MNIST CNN")
    assert dialog.choice is None
    point_at(dialog, "Small digits")
    click(dialog.open_chosen)
    assert window.document.experiment.dataset == Digits(size="28x28")
    assert window.document.path is None


def test_what_is_open_becomes_a_preset_of_ones_own(window: MainWindow, qtbot: QtBot) -> None:
    kept = preset_named("wine")
    window.document.load(kept)
    for _ in range(2):
        click(opened(window, qtbot).keep)
    window.document.load(preset_named("moons"))
    dialog = opened(window, qtbot)
    show_group(dialog, "own")
    assert sorted(titles(dialog)) == ["Wine", "Wine 2"]
    assert dialog.only_data.isEnabled()
    click(dialog.open_chosen)
    assert window.document.experiment == kept


def test_escape_changes_nothing(window: MainWindow, qtbot: QtBot) -> None:
    before = window.document.experiment
    dialog = opened(window, qtbot)
    QTest.keyClick(dialog.search, Qt.Key.Key_Escape)
    assert not dialogs(window)
    assert window.document.experiment is before
