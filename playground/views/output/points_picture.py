"""The data points of a plot as one image, painted only when they change."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPixmap

from playground.views.output.boundary_colors import ValueRange
from playground.views.output.boundary_points import BoundaryPoints
from playground.views.theme.colors import Theme


class PointsPicture:
    """Points over the whole of a plot."""

    def __init__(self) -> None:
        self._points: BoundaryPoints | None = None
        self._theme: Theme | None = None
        self._range = ValueRange()
        self._taken = QRectF()
        self._test_visible = True
        self._picture: QPixmap | None = None

    @property
    def points(self) -> BoundaryPoints | None:
        """The points as set."""
        return self._points

    def __len__(self) -> int:
        return 0 if self._points is None else len(self._points)

    def show_points(self, points: BoundaryPoints | None, theme: Theme, span: ValueRange) -> None:
        """Set the points; `span` maps values to colors."""
        self._points, self._theme, self._range = points, theme, span
        self._picture = None

    def show_ground(self, ground: NDArray[Any] | None) -> bool:
        """Set the classes of the picture below, see `BoundaryPoints`. Returns whether names may move."""
        if ground is None or self._points is None or not self._points.names:
            return False
        self._points, self._picture = replace(self._points, ground=ground), None
        return True

    def set_test_visible(self, visible: bool) -> None:
        """Set the visibility of test points."""
        self._test_visible, self._picture = visible, None

    def leave_room(self, taken: QRectF) -> bool:
        """Write nothing in this part of the plot, in its pixels. Returns whether it is another."""
        if taken == self._taken:
            return False
        self._taken, self._picture = taken, None
        return True

    def picture(self, size: QSize, ratio: float) -> QPixmap | None:
        """The points on a transparent image; None without points."""
        if self._points is None or self._theme is None:
            return None
        if self._picture is None or self._picture.size() != size * ratio:
            self._picture = self._points.picture(
                size, ratio, self._theme, self._range, with_test=self._test_visible, taken=self._taken
            )
        return self._picture
