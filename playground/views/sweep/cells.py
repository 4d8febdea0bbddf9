"""Small multiples as data: what is in each cell of a grid."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from PySide6.QtGui import QPixmap

Place = tuple[int, int]
"""Row and column."""


@dataclass(frozen=True, eq=False)
class Cell:
    """A combination of values.

    - `point`: the number by which it is opened; None while no seed is finished.
    - `share`: how good it is among all, from 0 to 1; NaN where nothing was measured.
    - `done` of `seeds` are finished, `running` are trained now.
    - `is_faded`: not inside the brush.
    - `name`: its values, for captions where rows and columns have none, and for screen readers.
    """

    name: str = ""
    point: int | None = None
    text: str = ""
    picture: QPixmap | None = None
    share: float = math.nan
    done: int = 0
    seeds: int = 1
    running: int = 0
    is_best: bool = False
    is_faded: bool = False


@dataclass(frozen=True, eq=False)
class GridModel:
    """Cells by row and column; captions are empty where the cells have names instead."""

    rows: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    row_title: str = ""
    column_title: str = ""
    cells: Mapping[Place, Cell] = field(default_factory=dict)

    @cached_property
    def size(self) -> tuple[int, int]:
        """Rows and columns."""
        return (
            max((row + 1 for row, _ in self.cells), default=0),
            max((column + 1 for _, column in self.cells), default=0),
        )
