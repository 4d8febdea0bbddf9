"""The docks that are declared together stand in the window as their rows say."""

from __future__ import annotations

from playground.window.main_window import MainWindow
from playground.window.panels import DOCKS, docks


def test_each_dock_has_the_title_and_the_side_of_its_row(window: MainWindow) -> None:
    rows = [row for row in DOCKS if row.make.__module__.startswith("playground.")]
    own = [row.kind for row in rows if row.make.__module__ == docks.__name__]
    assert own == [row.kind for row in rows][: len(own)] == ["data_and_layer", "output", "results"]
    for row in rows:
        (dock,) = [each for each in window.docks if each.objectName() == row.kind]
        assert dock.windowTitle() == row.title
        assert window.panels.host.dockWidgetArea(dock) == row.area


def test_a_pad_is_hidden_that_nothing_can_be_drawn_for(window: MainWindow) -> None:
    hidden = {dock.objectName() for dock in window.docks if not dock.isVisible()}
    assert hidden == {row.kind for row in DOCKS if not row.is_open}
