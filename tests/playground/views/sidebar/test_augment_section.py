"""The AUGMENT section by mouse and keys: for images only, live in preview and training, undoable."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.data.augmentation import Augmentation
from core.data.datasets import Iris, Moons, Standardize
from core.experiment.prepare import prepare
from playground.model.document import Document
from playground.training.state import TrainingState
from playground.views.sidebar import SidePanel
from playground.views.theme.colors import DARK, LIGHT, Theme
from playground.views.theme.theme import ThemeSource, apply
from playground.window.main_window import MainWindow
from tests.core.experiment.on_data import with_dataset
from tests.playground.driving import LEFT, click
from tests.playground.views.sidebar.augmented import DIGITS, drag_to, opened, tiles

PATIENCE_MS = 60_000


def test_it_is_shown_for_images_and_hidden_for_points_and_tables(
    digits_panel: SidePanel, digits_document: Document
) -> None:
    assert digits_panel.augment.isVisible()
    digits_document.change("Use iris", with_dataset(digits_document.experiment, Iris()))
    assert not digits_panel.augment.isVisible()
    digits_document.change("Use moons", with_dataset(digits_document.experiment, Moons()))
    assert not digits_panel.augment.isVisible()
    digits_document.undo_stack.undo()
    digits_document.undo_stack.undo()
    assert digits_panel.augment.isVisible()
    assert not digits_panel.augment.preview.isVisible()


def test_a_drag_changes_the_experiment_as_one_step_and_the_line_says_so(
    digits_panel: SidePanel, digits_document: Document
) -> None:
    section = opened(digits_panel)
    drag_to(section, "shift", 0.25)
    assert digits_document.experiment.training.augmentation == Augmentation(shift=2)
    assert digits_document.undo_stack.count() == 1
    assert digits_document.undo_stack.undoText() == "Augment: Shift"
    drag_to(section, "rotate", 0.1)
    click(section.flip, QPoint(8, section.flip.height() // 2))
    assert digits_document.experiment.training.augmentation == Augmentation(shift=2, rotate=18.0, flip=True)
    click(section.more)
    assert section.more.text() == "±2 px, ±18°, …"
    for _ in range(3):
        digits_document.undo_stack.undo()
    assert digits_document.experiment == DIGITS
    assert section.more.text() == "Off"
    assert section.slider("shift").value == 0
    assert not section.flip.isChecked()


def test_sliders_and_border_work_by_keys_and_a_double_click_resets(
    digits_panel: SidePanel, digits_document: Document
) -> None:
    section = opened(digits_panel)
    section.slider("noise").track.setFocus()
    QTest.keyClick(section.slider("noise").track, Qt.Key.Key_Right)
    assert digits_document.experiment.training.augmentation.noise == 0.01
    assert not section.border.isEnabled()
    QTest.mouseDClick(section.slider("noise").track, LEFT)
    assert digits_document.experiment.training.augmentation == Augmentation()
    drag_to(section, "zoom", 1.0)
    assert section.border.isEnabled()
    section.border.setFocus()
    QTest.keyClick(section.border, Qt.Key.Key_Down)
    assert digits_document.experiment.training.augmentation == Augmentation(zoom=0.5, border="edge")


def test_every_control_has_a_name_and_says_what_it_does(digits_panel: SidePanel) -> None:
    section = opened(digits_panel)
    controls = [section.preview, section.border, *(section.slider(name).track for name in ("shift", "zoom"))]
    assert all(control.accessibleName() for control in controls)
    assert section.flip.text()
    for control in (*controls[:2], section.flip, section.more, section.slider("rotate")):
        assert control.toolTip()


# In the window


def test_it_is_turned_while_it_trains_and_the_run_goes_on(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make(DIGITS)
    runs: list[int] = []
    window.session.run_started.connect(lambda _: runs.append(1))
    window.session.toggle()
    qtbot.waitUntil(lambda: window.session.state is TrainingState.RUNNING, timeout=PATIENCE_MS)
    section = opened(window.side)
    assert len(tiles(section)) == 8
    drag_to(section, "shift", 0.25)
    epoch = window.snapshot_router.snapshot.epoch if window.snapshot_router.snapshot else 0
    qtbot.waitUntil(
        lambda: window.snapshot_router.snapshot is not None and window.snapshot_router.snapshot.epoch > epoch,
        timeout=PATIENCE_MS,
    )
    assert window.session.state is TrainingState.RUNNING
    taken = window.session.checkpoint()
    assert taken is not None
    assert taken[0].training.augmentation == Augmentation(shift=2)
    assert runs == []
    window.session.pause()
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    window.document.undo_stack.setClean()


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
