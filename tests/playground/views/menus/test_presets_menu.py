"""The presets in the menu."""

from __future__ import annotations

from PySide6.QtWidgets import (
    QMenu,
)
from pytestqt.qtbot import QtBot

from core.experiment.presets import preset_files, preset_named
from core.experiment.project_file import load_project
from playground.window.main_window import MainWindow
from tests.playground.driving import choose
from tests.playground.window.trained_windows import (
    wait_for,
)


def test_the_presets_of_the_menu(window: MainWindow, qtbot: QtBot) -> None:
    choose(window, "File", "Presets", "Moons")
    assert window.document.experiment == load_project(preset_files()[2])[0]
    assert window.document.path is None
    assert not window.isWindowModified()
    wait_for(
        qtbot,
        lambda: (
            window.snapshot_router.snapshot is not None and len(window.snapshot_router.snapshot.layers) == 3
        ),
    )
    menu = next(menu for menu in window.findChildren(QMenu) if menu.title() == "&Presets")
    family = next(action for action in menu.actions() if action.menu() is not None)
    assert family.text() == "TF Playground"
    assert len(menu.actions()) - 1 + len(family.menu().actions()) == len(preset_files())


def test_the_presets_of_tf_playground_are_a_menu_of_their_own(window: MainWindow, qtbot: QtBot) -> None:
    choose(window, "File", "Presets", "TF Playground", "Multi gaussian")
    assert window.document.experiment == preset_named("tf_multi_gauss")
