"""Weight images at whole multiples of the image's pixels, the most used first, the rest on further pages."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from playground.views.canvas.column_layout import LayerColumn
from playground.views.canvas.weight_grid import WeightGrid


@pytest.mark.parametrize("pixels", [8, 28, 64])
@pytest.mark.parametrize("units", [1, 5, 32, 512])
@pytest.mark.parametrize(("width", "height"), [(88.0, 250.0), (130.0, 520.0), (260.0, 900.0)])
def test_tiles_are_whole_multiples_and_stay_in_their_column(
    pixels: int, units: int, width: float, height: float
) -> None:
    grid = WeightGrid(LayerColumn(1, 100, width, "Dense"), units, pixels, height)
    tiles = [tile for tile in map(grid.tile, range(units)) if tile is not None]
    assert 1 <= len(tiles) == min(units, grid.shown)
    for tile in tiles:
        assert tile.width() % pixels == 0
        assert tile.bottom() < height
        assert tile.left() >= 100 - 1
        assert tile.right() <= 100 + width + 1
    # Fewer, larger tiles are worth less than a dozen of the smallest.
    assert grid.size == pixels or grid.shown >= min(units, 12)


@pytest.mark.parametrize("pixels", [8, 28])
def test_a_larger_window_shows_no_fewer_units_of_a_layer_that_fits(pixels: int) -> None:
    sizes = ((124.0, 480.0), (140.0, 520.0), (152.0, 560.0), (190.0, 640.0), (260.0, 900.0))
    grids = [WeightGrid(LayerColumn(1, 0, width, "Dense"), 32, pixels, height) for width, height in sizes]
    assert [grid.shown for grid in grids] == sorted(grid.shown for grid in grids)
    assert grids[2].shown == 32
    assert grids[-1].size > grids[0].size or grids[-1].shown > grids[0].shown
    assert WeightGrid(LayerColumn(1, 0, 260.0, "Dense"), 512, pixels, 900.0).size >= 2 * 24


def test_pages_show_every_unit_once() -> None:
    grid = WeightGrid(LayerColumn(1, 0, 130, "Dense"), 100, 28, 520)
    seen: list[int] = []
    assert grid.fold_texts[0].startswith(f"+ {100 - grid.shown} more")
    for _ in range(grid.pages):
        seen += grid.visible
        grid.turn_page()
    assert sorted(seen) == list(range(100))
    assert grid.count_texts[0] == f"{grid.shown} of 100 shown · most used first"
    grid.turn_page()
    assert grid.count_texts[0] == f"{grid.shown + 1}-{min(100, 2 * grid.shown)} of 100 shown"
    for _ in range(grid.pages - 1):
        grid.turn_page()
    assert grid.page == 0
    small = WeightGrid(LayerColumn(1, 0, 130, "Dense"), 3, 28, 520)
    assert (small.fold_texts[0], small.count_texts[0]) == ("", "all 3 shown")


def test_the_texts_below_fit_between_the_columns() -> None:
    grid = WeightGrid(LayerColumn(1, 0, 130, "Dense"), 100, 28, 520)
    more = f"+ {100 - grid.shown} more ▾"
    wide, short = grid.count_texts[0], grid.count_texts[-1]
    # Ten pixels a letter.
    texts = {room: grid._fold_texts(room, lambda text: 10 * len(text)) for room in (900, 250, 160, 60)}
    assert texts[900] == (wide, more)
    assert texts[250] == (short, more)
    assert texts[160] == (short, more.replace(" more", ""))
    assert texts[60] == ("", more)


@pytest.mark.parametrize("height", [300, 520, 900])
def test_links_do_not_cross_the_text_below(height: int) -> None:
    grid = WeightGrid(LayerColumn(1, 0, 250, "Dense"), 100, 28, height)
    for unit in grid.visible:
        ways = (*grid.leaving(unit), *grid.entering(unit))
        assert max(point.y() for point in ways) < grid.fold_rect.top()
    assert grid.fold_rect.bottom() <= height


def test_the_most_used_come_first() -> None:
    grid = WeightGrid(LayerColumn(1, 0, 130, "Dense"), 40, 28, 520)
    use = np.arange(40.0)
    grid.rank(use)
    assert grid.visible[:3] == [39, 38, 37]
    assert grid.tile(0) is None
    top = grid.tile(39)
    assert top is not None
    assert grid.hit(top.center()) == 39
    assert grid.hit(QPointF(-50, 3)) is None


def test_links_go_around_the_tiles() -> None:
    grid = WeightGrid(LayerColumn(1, 0, 190, "Dense"), 24, 28, 620)
    assert grid.across > 1
    tiles = [grid.tile(unit) for unit in grid.visible]
    for unit in grid.visible:
        for way in (grid.leaving(unit), grid.entering(unit)):
            for point in way:
                inside = [t for t in tiles if t is not None and t.adjusted(1, 1, -1, -1).contains(point)]
                assert not inside
