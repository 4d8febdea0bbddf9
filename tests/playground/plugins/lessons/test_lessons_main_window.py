"""The main window: keys, files, panels, themes, sizes, tooltips and tab order."""

from __future__ import annotations

from playground.window.main_window import MainWindow


def test_each_menu_is_one_column_in_a_window_of_720_pixels(window: MainWindow) -> None:
    heights = {
        name: sum(menu.actionGeometry(action).height() for action in menu.actions())
        for name, menu in window.menu_area.menus.items()
    }
    assert heights["lessons"] > 0
    assert max(heights.values()) <= 720 - window.menuBar().height(), heights
