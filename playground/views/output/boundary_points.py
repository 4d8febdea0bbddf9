"""Data points on the decision boundary, rendered once to a transparent image that is composed with every frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPixmap

from core.inspect.plane_image import ValueRange
from core.io.number_text import HeldName, held_word
from core.spec.arrays import Array
from playground.views.output.boundary_colors import signed_index
from playground.views.output.class_pills import MAX_PILLS, paint_pills
from playground.views.theme.colors import LIGHT, Theme, class_color, diverging_lut
from playground.views.theme.theme import font
from playground.views.widgets.number_format import class_labels
from playground.views.widgets.painted import LEFT, clear_pixmap, draw_box, draw_dot, draw_text, faded

if TYPE_CHECKING:
    from core.data.plane import Plane
    from core.experiment.prepare import PreparedData


class PointsPicture:
    """Points over the whole of a plot."""

    def __init__(self) -> None:
        self.points: BoundaryPoints | None = None
        """The points as set."""
        self._theme: Theme | None = None
        self._range = ValueRange()
        self._taken = QRectF()
        self._test_visible = True
        self._picture: QPixmap | None = None

    def __len__(self) -> int:
        return 0 if self.points is None else len(self.points)

    def show_points(self, points: BoundaryPoints | None, theme: Theme, span: ValueRange) -> None:
        """Set the points; `span` maps values to colors."""
        self.points, self._theme, self._range = points, theme, span
        self._picture = None

    def show_ground(self, ground: NDArray[Any] | None) -> bool:
        """Set the classes of the picture below, see `BoundaryPoints`. Returns whether names may move."""
        if ground is None or self.points is None or not self.points.names:
            return False
        self.points, self._picture = replace(self.points, ground=ground), None
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
        if self.points is None or self._theme is None:
            return None
        if self._picture is None or self._picture.size() != size * ratio:
            self._picture = self.points.picture(
                size, ratio, self._theme, self._range, with_test=self._test_visible, taken=self._taken
            )
        return self._picture


_MARGIN_PX: Final = 8.0
_HEIGHT_PX: Final = 20.0
_DOT_PX: Final = 9.0
_GAP_PX: Final = 5.0
_MIN_PLOT_PX: Final = 200
"""Smaller plots have no room for it."""
_GROUND_ALPHA: Final = 205 / 255


def paint_key(
    painter: QPainter, size: QSize, marks: Sequence[tuple[str, str]], theme: Theme, taken: QRectF
) -> QRectF:
    """Draw texts behind dots with an edge of the given color, in the upper right corner of a plot; returns the place.

    It is lower where the corner is `taken`.
    """
    if size.width() < _MIN_PLOT_PX:
        return QRectF()
    painter.setFont(font("small"))
    metrics = QFontMetricsF(painter.font())
    widths = [_DOT_PX + _GAP_PX + metrics.horizontalAdvance(text) for text, _ in marks]
    width = sum(widths) + 2 * _GAP_PX * len(marks)
    place = QRectF(size.width() - _MARGIN_PX - width, _MARGIN_PX, width, _HEIGHT_PX)
    if place.intersects(taken):
        place.moveTop(taken.bottom() + _GAP_PX)
    draw_box(painter, place, _HEIGHT_PX / 2, faded(theme.surface, _GROUND_ALPHA))
    left = place.left() + _GAP_PX + 1
    for (text, edge), wide in zip(marks, widths, strict=True):
        # Neither edge is seen on the ground of its own color.
        dot = QPointF(left + _DOT_PX / 2, place.center().y())
        draw_dot(painter, dot, _DOT_PX / 2 - 1, theme.text_faint, edge, 1.5)
        row = QRectF(left + _DOT_PX + _GAP_PX, place.top(), wide, _HEIGHT_PX)
        draw_text(painter, row, text, theme.text, align=LEFT)
        left += wide + 2 * _GAP_PX - 1
    return place


MAX_POINTS = 2000
"""More would hide the boundary."""

_DIAMETERS_PX = ((600, 7.0), (1300, 5.5), (MAX_POINTS, 4.5))
"""(maximum number of points, their diameter on a plot of the usual size)."""
_USUAL_PX, _MAX_GROWTH, _MIN_GROWTH = 335, 1.8, 0.55
_EDGE_SHARE = 1 / 6
"""Width of the edge, of the diameter: many small points would be all edge."""

_FAINTEST, _FADING = 0.12, 1.2
"""Opacity of the farthest points, and the squared distance, in standard deviations, where the rest falls to a third."""


@dataclass(frozen=True)
class BoundaryPoints:
    """A deterministic subset of both splits: `train` and `test` (n, 2), 0 … 1 across the plane, with labels.

    `strengths` (n,), 0 … 1, are the opacities of points off the plane. `counts` are the samples of both splits, for the
    key of the marks; without them there is no key. `names` are those of the classes, written beside their points,
    where the picture below shows their class if `ground` says it: classes (rows, columns), the lowest row first.
    `held` is what those of `test` are called.
    """

    train: Array
    test: Array
    train_labels: NDArray[Any]
    test_labels: NDArray[Any]
    is_regression: bool
    strengths: tuple[Array, Array] | None = None
    counts: tuple[int, int] | None = None
    least_growth: float = 1.0
    names: tuple[str, ...] = ()
    ground: NDArray[Any] | None = None
    held: HeldName = "test"

    @classmethod
    def of(cls, prepared: PreparedData) -> BoundaryPoints:
        """The points of a run's data, evenly subsampled to `MAX_POINTS` in total."""
        made = cls.chosen(
            prepared.plane.low,
            prepared.plane.high,
            (prepared.train_points, prepared.train.labels),
            (prepared.test_points, prepared.test.labels),
            is_regression=prepared.data.labels == "values",
        )
        return replace(made, names=names_on_plot(prepared), held=prepared.held_name)

    @classmethod
    def on(cls, prepared: PreparedData, plane: Plane) -> BoundaryPoints:
        """The same points on another plane of the data, fainter with their distance from it."""
        if plane is prepared.plane:
            return cls.of(prepared)
        train_places, test_places = prepared.places_on(plane)
        made = cls.chosen(
            plane.low,
            plane.high,
            (train_places, prepared.train.labels),
            (test_places, prepared.test.labels),
            is_regression=prepared.data.labels == "values",
        )
        total = len(train_places) + len(test_places)
        near = [
            _strengths(plane.distance(inputs[_spread(len(inputs), total)], prepared.deviations))
            for inputs in (prepared.train.inputs, prepared.test.inputs)
        ]
        return replace(made, strengths=(near[0], near[1]), names=names_on_plot(prepared))

    @classmethod
    def chosen(
        cls,
        low_corner: tuple[float, float],
        high_corner: tuple[float, float],
        train: tuple[Array, NDArray[Any]],
        test: tuple[Array, NDArray[Any]],
        *,
        is_regression: bool,
    ) -> BoundaryPoints:
        """A subset of the points (n, 2) of both splits with their labels, between two corners."""
        low, high = np.array(low_corner), np.array(high_corner)
        total = len(train[0]) + len(test[0])

        def part(points: Array, labels: NDArray[Any]) -> tuple[Array, NDArray[Any]]:
            rows = _spread(len(points), total)
            return (points[rows] - low) / (high - low), np.asarray(labels)[rows]

        train_places, train_labels = part(*train)
        test_places, test_labels = part(*test)
        counts = len(train[0]), len(test[0])
        return cls(train_places, test_places, train_labels, test_labels, is_regression, counts=counts)

    def for_small_pictures(self) -> BoundaryPoints:
        """The same points without key and names, and smaller in a picture below the usual size."""
        return replace(self, counts=None, names=(), least_growth=_MIN_GROWTH)

    def __len__(self) -> int:
        return len(self.train) + len(self.test)

    def picture(
        self,
        size: QSize,
        ratio: float,
        theme: Theme,
        span: ValueRange,
        *,
        with_test: bool,
        taken: QRectF | None = None,
    ) -> QPixmap:
        """The points on a transparent image of `size`, with a light edge for training and a dark one for test.

        Nothing is written where the picture is `taken`.
        """
        made = clear_pixmap(size, ratio)
        painter = QPainter(made)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        near = self.strengths or (None, None)
        # Regression colors near zero are as dark as the dark theme.
        dark = theme.text_faint if self.is_regression and theme.is_dark else LIGHT.text
        parts = (
            (self.train, near[0], self.train_labels, LIGHT.surface),
            (self.test, near[1], self.test_labels, dark),
        )
        for places, strengths, labels, edge in parts if with_test else parts[:1]:
            self._paint(painter, places, strengths, self._colors(labels, theme, span), edge, size)
        painter.setOpacity(1.0)
        self._write(painter, size, theme, taken or QRectF(), with_test=with_test)
        painter.end()
        return made

    def _write(self, painter: QPainter, size: QSize, theme: Theme, taken: QRectF, *, with_test: bool) -> None:
        """The key of the marks, and the names of the classes."""
        key = QRectF()
        if self.counts is not None:
            parts = zip(
                ("train", held_word(self.held)), self.counts, (LIGHT.surface, LIGHT.text), strict=True
            )
            marks = [(f"{name} {count:,}", color) for name, count, color in parts]
            key = paint_key(painter, size, marks if with_test else marks[:1], theme, taken)
        if self.names and len(self):
            places = np.concatenate([self.train, self.test])
            spots = np.stack([places[:, 0] * size.width(), (1.0 - places[:, 1]) * size.height()], axis=1)
            labels = np.concatenate([self.train_labels, self.test_labels])
            paint_pills(painter, size, self.names, spots, labels, [key, taken], theme, self.ground)

    def _paint(
        self,
        painter: QPainter,
        places: Array,
        strengths: Array | None,
        colors: list[str],
        edge: str,
        size: QSize,
    ) -> None:
        diameter = next(width for most, width in _DIAMETERS_PX if len(self) <= most)
        growth = min(_MAX_GROWTH, max(self.least_growth, size.width() / _USUAL_PX))
        radius = growth * diameter / 2
        painter.setPen(QPen(QColor(edge), growth * diameter * _EDGE_SHARE))
        brushes = {color: QColor(color) for color in colors}
        spots = (places * (size.width(), -size.height()) + (0.0, size.height())).tolist()
        if strengths is None:
            for (x, y), color in zip(spots, colors, strict=True):
                painter.setBrush(brushes[color])
                painter.drawEllipse(QPointF(x, y), radius, radius)
            return
        # Faint points first, so that they hide none on the plane.
        for row in np.argsort(strengths, kind="stable").tolist():
            painter.setOpacity(float(strengths[row]))
            painter.setBrush(brushes[colors[row]])
            painter.drawEllipse(QPointF(*spots[row]), radius, radius)

    def _colors(self, labels: NDArray[Any], theme: Theme, span: ValueRange) -> list[str]:
        if self.is_regression:
            # Not reshape(n, -1), which raises without points.
            values = span.signed(labels if labels.ndim == 1 else labels[:, 0])
            entries = diverging_lut(theme)[signed_index(values)]
            return [QColor(*map(int, entry[:3])).name() for entry in entries]
        return [class_color(int(label)) for label in labels]


def names_on_plot(prepared: PreparedData) -> tuple[str, ...]:
    """Names of the classes that are written on the plot; empty where a legend is better."""
    data = prepared.data
    few = prepared.encoding.outputs > 1 and 0 < data.n_classes <= MAX_PILLS
    return class_labels(data) if few and len(data.shape) == 1 else ()


def _spread(count: int, total: int) -> NDArray[np.intp]:
    """Evenly spaced indices of a split of `count` points, so that `total` points become at most `MAX_POINTS`."""
    most = count if total <= MAX_POINTS else count * MAX_POINTS // total
    return np.linspace(0, max(0, count - 1), most).astype(np.intp)


def _strengths(distances: Array) -> Array:
    """Opacity 1 on the plane, decreasing with the distance, never 0."""
    strengths: Array = _FAINTEST + (1.0 - _FAINTEST) * np.exp(-np.square(distances) / _FADING)
    return strengths
