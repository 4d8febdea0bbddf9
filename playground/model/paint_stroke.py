"""Paint strokes on points, from button press to release, independent of any window."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.data.datasets import MAX_PAINTED

Points = NDArray[np.float64]
Place = tuple[float, float]
Tool = Literal["brush", "point", "erase", "jitter", "move"]

TOOLS: tuple[Tool, ...] = ("brush", "point", "erase", "jitter", "move")

# As shares of the radius: the path between two jitters, and their standard deviation.
_SHAKE_EVERY, _SHAKE = 0.5, 0.12


@dataclass(frozen=True)
class Brush:
    """`radius` in units of the plane, `density` in points per radius of path, `label` a class number."""

    tool: Tool = "brush"
    radius: float = 0.8
    density: float = 4.0
    label: int = 0


class Stroke:
    """Edits rows (n, 3) of x1, x2 and class while the pointer moves; all stay within the square -limit … limit.

    Rows keep their index, and so their split: the last rows fill the indices of erased ones.
    """

    def __init__(self, points: NDArray[Any], brush: Brush, limit: float, rng: np.random.Generator) -> None:
        self.points: Points = np.array(points, np.float64).reshape(-1, 3)
        self._brush, self._limit, self._rng = brush, limit, rng
        self._last: Place = (0.0, 0.0)
        self._due = 0.0
        self._held = np.zeros(0, np.intp)

    @property
    def tool(self) -> Tool:
        return self._brush.tool

    @property
    def full(self) -> bool:
        """Whether the maximum number of points is reached."""
        return len(self.points) >= MAX_PAINTED

    def begin(self, at: Place) -> None:
        """Start at the position of the button press."""
        self._last = at
        if self._brush.tool == "brush":
            self._spray(at, at, max(1, round(self._brush.density)))
        elif self._brush.tool == "point":
            self._add(np.array([at]))
        elif self._brush.tool == "move":
            self._held = np.flatnonzero(self._near(at, at))
        else:
            self._pass(at, at, 1)

    def move_to(self, at: Place) -> None:
        """Continue to the new pointer position."""
        before, self._last = self._last, at
        way = float(np.hypot(at[0] - before[0], at[1] - before[1])) / self._brush.radius
        if self._brush.tool == "brush":
            self._spray(before, at, self._count(way * self._brush.density))
        elif self._brush.tool == "move":
            step = np.subtract(at, before)
            moved = self.points[self._held, :2] + step
            self.points[self._held, :2] = np.clip(moved, -self._limit, self._limit)
        elif self._brush.tool != "point":
            self._pass(before, at, self._count(way / _SHAKE_EVERY))

    def _count(self, more: float) -> int:
        """The whole part of what is due; the rest is kept for the next movement."""
        self._due += more
        count = int(self._due)
        self._due -= count
        return count

    def _spray(self, start: Place, end: Place, count: int) -> None:
        # Uniform on the disc: the area within a distance grows with its square.
        distance = self._brush.radius * np.sqrt(self._rng.random(count))
        angle = 2.0 * np.pi * self._rng.random(count)
        centre = np.array(start) + self._rng.random((count, 1)) * np.subtract(end, start)
        self._add(centre + distance[:, None] * np.column_stack([np.cos(angle), np.sin(angle)]))

    def _add(self, places: Points) -> None:
        inside = places[(np.abs(places) <= self._limit).all(axis=1)]
        rows = np.column_stack([inside, np.full(len(inside), self._brush.label)])
        self.points = np.vstack([self.points, rows])[:MAX_PAINTED]

    def _pass(self, start: Place, end: Place, shakes: int) -> None:
        near = self._near(start, end)
        if self._brush.tool == "erase":
            self.points = _without(self.points, near)
            return
        for _ in range(shakes):
            shaken = self.points[near, :2]
            shaken = shaken + self._rng.normal(0.0, _SHAKE * self._brush.radius, shaken.shape)
            self.points[near, :2] = np.clip(shaken, -self._limit, self._limit)

    def _near(self, start: Place, end: Place) -> NDArray[np.bool_]:
        """Mask (n,) of the points that the disc touches on a straight path."""
        places, way = self.points[:, :2] - start, np.subtract(end, start)
        length = float(way @ way)
        along = np.clip(places @ way / length, 0.0, 1.0) if length > 0.0 else np.zeros(len(places))
        apart = places - along[:, None] * way
        near: NDArray[np.bool_] = (apart**2).sum(axis=1) <= self._brush.radius**2
        return near


def _without(points: Points, gone: NDArray[np.bool_]) -> Points:
    kept = len(points) - int(gone.sum())
    holes = np.flatnonzero(gone[:kept])
    filling = kept + np.flatnonzero(~gone[kept:])
    points[holes] = points[filling]
    return points[:kept].copy()
