"""Lines between points, given to Qt as one array: a list of `QLineF` takes fifty times as long to make."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QLineF
from PySide6.QtGui import QPainter
from shiboken6 import Shiboken

from core.spec.arrays import Array

__all__ = ["draw_lines", "path_lines"]


def path_lines(x: Array, y: Array) -> Array:
    """Lines (points - 1, 4) that join points (points,), as x, y of both ends."""
    lines = np.empty((max(0, len(x) - 1), 4))
    lines[:, 0], lines[:, 1], lines[:, 2], lines[:, 3] = x[:-1], y[:-1], x[1:], y[1:]
    return lines


def draw_lines(painter: QPainter, lines: Array) -> None:
    """Draw finite lines (lines, 4) with the painter's pen."""
    if len(lines):
        # Qt reads the memory of the array, which lives as long as this call. A QLineF is four doubles.
        lines = np.ascontiguousarray(lines, np.float64)
        painter.drawLines(Shiboken.wrapInstance(lines.ctypes.data, QLineF), len(lines))  # type: ignore[call-overload]
