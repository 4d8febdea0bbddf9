"""The grid of trials: what it keeps of their pictures."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSizeF
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from playground.views.sweep import trial_grid
from playground.views.sweep.trial_grid import TrialGrid
from playground.views.theme.theme import ThemeSource


def test_tiles_of_other_sizes_are_let_go(
    qtbot: QtBot, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial_grid, "_MOST_TILE_PIXELS", 20_000)
    grid, picture = TrialGrid(ThemeSource(qapp, "light"), ""), QPixmap(100, 100)
    qtbot.addWidget(grid)
    picture.fill()
    first = grid._tile(picture, QSizeF(50, 50))
    assert grid._tile(picture, QSizeF(50, 50)) is first
    for side in range(51, 80):
        grid._tile(picture, QSizeF(side, side))
        kept = sum(tile.width() * tile.height() for tile in grid._tiles.values())
        assert kept <= 20_000 + side**2
    qapp.setStyleSheet("")
