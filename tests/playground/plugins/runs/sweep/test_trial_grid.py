"""The grid of trials: what it keeps of their pictures."""

from __future__ import annotations

from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from playground.plugins.runs.sweep.grid_model import Cell, GridModel
from playground.plugins.runs.sweep.trial_grid import TrialGrid
from playground.views.theme.theme import ThemeSource


def pictured(count: int) -> GridModel:
    """A row of cells with pictures of their own."""
    cells = {}
    for column in range(count):
        picture = QPixmap(100, 100)
        picture.fill()
        cells[(0, column)] = Cell(point=column, picture=picture, share=0.5)
    return GridModel(rows=("",), columns=tuple(map(str, range(count))), cells=cells)


def test_only_tiles_of_these_cells_in_this_size_are_kept(qtbot: QtBot, qapp: QApplication) -> None:
    grid = TrialGrid(ThemeSource(qapp, "light"), "")
    qtbot.addWidget(grid)
    grid.show_model(pictured(6))
    for width in (900, 700, 1100):
        grid.resize(width, 300)
        grid.grab()
        sizes = {tile.width() for tile in grid._tiles.values()}
        assert (len(grid._tiles), len(sizes)) == (6, 1)
        tiles = dict(grid._tiles)
        grid.grab()
        assert all(grid._tiles[key] is tile for key, tile in tiles.items()), "drawn once"
    few = pictured(2)
    grid.show_model(few)
    assert not grid._tiles
    grid.grab()
    assert len(grid._tiles) == 2


def test_no_tiles_are_kept_behind_another_page(qtbot: QtBot, qapp: QApplication) -> None:
    grid = TrialGrid(ThemeSource(qapp, "light"), "")
    qtbot.addWidget(grid)
    grid.show_model(pictured(6))
    with qtbot.waitExposed(grid):
        grid.show()
    grid.grab()
    assert len(grid._tiles) == 6
    grid.hide()
    assert not grid._tiles
    grid.show()
    grid.grab()
    assert len(grid._tiles) == 6
