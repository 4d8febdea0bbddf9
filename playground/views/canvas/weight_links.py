"""The weights between two columns of neurons, as curves: blue for positive, orange for negative, wide for large.

Weak links fade by mixing their color with the canvas, not by transparency: Qt strokes an opaque curve about ten times
faster than a translucent one. The curves are cached in a pixmap that is redrawn, a few per repaint, only when one
changes visibly. Dashes move along strong links while the network trains; they are disabled when they cost frames.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from time import perf_counter
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pyqtgraph.graphicsItems.PlotCurveItem import arrayToLineSegments
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap

from core.spec.arrays import Array
from playground.views.theme.colors import Theme, mix
from playground.views.widgets.painted import faded

MAX_WIDTH_PX: Final = 6.0
_MARGIN_PX: Final = 5
_WIDTH_STEPS: Final = 4  # per pixel
_SHADES: Final = 24
_WIDE_PX: Final = 2.0
_HALO: Final = 0.25
_MIN_REACH: Final = 1.5
"""Kernels with a smaller max |weight| do not use the full width: they have hardly been trained."""


def link_strength(weights: Array) -> Array:
    """|weight| relative to the kernel's largest, 0 … 1, so that trained kernels are not all thick curves."""
    sizes = np.abs(weights)
    strength: Array = sizes / max(_MIN_REACH, float(sizes.max(initial=0.0)))
    return strength


def link_width(strength: Array) -> Array:
    """Widths in pixels; the exponent below 1 keeps small weights visible."""
    width: Array = np.maximum(0.5, MAX_WIDTH_PX * strength**0.8)
    return width


class LinkSheet:
    """All links into one column of neurons. `starts` (inputs, 2) and `ends` (units, 2) are their points.

    Only the first `inputs` x `units` weights of the kernel are drawn: the others belong to folded neurons. A `plain`
    sheet has thin grey links, unit to unit, for a layer without weights.
    """

    def __init__(self, layer: int, source: int, starts: Array, ends: Array, *, plain: bool = False) -> None:
        self.layer, self.source, self.plain = layer, source, plain
        self.inputs, self.units = len(starts), len(ends)
        if plain:
            rows = np.arange(min(self.inputs, self.units))
            self._from, self._to = rows, rows
        else:
            self._from = np.repeat(np.arange(self.inputs), self.units)
            self._to = np.tile(np.arange(self.units), self.inputs)
        self._starts, self._ends = starts[self._from], ends[self._to]
        both = np.concatenate([starts, ends])
        low, high = both.min(axis=0) - _MARGIN_PX, both.max(axis=0) + _MARGIN_PX
        self.rect = QRectF(*np.floor(low), *np.ceil(high - low) + 1)
        self._paths = [_curve(a, b) for a, b in zip(self._starts, self._ends, strict=True)]
        self._pen = QPen()
        self._pen.setCapStyle(Qt.PenCapStyle.FlatCap)
        self.weights: Array | None = None
        self._style = np.zeros((2, len(self._paths)), np.int16)
        self._is_styled = False
        self._drawn: NDArray[np.int16] | None = None
        self._sheet: QPixmap | None = None
        self._next: QPixmap | None = None
        self._spare: QPixmap | None = None
        self._begun = self._style
        self._left: list[int] = []
        self._strong: tuple[Array, Array] | None = None

    def __len__(self) -> int:
        return len(self._paths)

    def invalidate(self) -> None:
        """Redraw everything, after a change of theme."""
        self._drawn = self._sheet = self._next = None

    def show_kernel(self, kernel: Array | None) -> None:
        """Set the layer's weights (inputs, units); None draws thin neutral links."""
        self.weights = None if kernel is None else kernel[: self.inputs, : self.units]
        self._is_styled = False

    def _styled(self) -> NDArray[np.int16]:
        """Width and shade of each link, (2, links); computed when somebody asks, not with every snapshot."""
        if self._is_styled:
            return self._style
        self._is_styled = True
        width, shade = self._style
        if self.weights is None:
            width[...], shade[...] = _WIDTH_STEPS, 0
            return self._style
        weights = self.weights.ravel()
        if not np.isfinite(weights.sum()):
            weights = np.nan_to_num(weights, posinf=0.0, neginf=0.0)
        strength = link_strength(weights)
        width[...] = np.rint(link_width(strength) * _WIDTH_STEPS)
        shade[...] = np.rint(np.sqrt(strength) * _SHADES) * np.where(weights < 0.0, -1, 1)
        return self._style

    @property
    def was_drawn(self) -> bool:
        """Whether there is a pixmap, possibly stale."""
        return self._drawn is not None

    @property
    def is_complete(self) -> bool:
        """Whether no redraw is under way."""
        return self._next is None

    @property
    def is_stale(self) -> bool:
        """Whether a link differs visibly from the pixmap, or a redraw is under way."""
        if self._drawn is None or self._next is not None:
            return True
        return bool(np.abs(self._drawn - self._styled()).max(initial=0) > 1)

    def redraw(self, theme: Theme, ratio: float, limit: int) -> int:
        """Redraw at most `limit` links, weak ones first, and swap the pixmap when complete. Returns their number."""
        if self._next is None:
            self._begin(theme, ratio)
        assert self._next is not None
        part, self._left = self._left[:limit], self._left[limit:]
        painter = QPainter(self._next)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(-self.rect.topLeft())
        width, shade = self._begun
        pen, colors = self._pen, _shades(theme)
        for index in part:
            pen.setWidthF(width[index] / _WIDTH_STEPS)
            pen.setColor(colors[shade[index] + _SHADES])
            painter.setPen(pen)
            painter.drawPath(self._paths[index])
        painter.end()
        if not self._left:
            self._spare, self._sheet, self._next = self._sheet, self._next, None
            self._drawn, self._strong = self._begun, None
        return len(part)

    def _begin(self, theme: Theme, ratio: float) -> None:
        size = self.rect.size() * ratio
        self._next, self._spare = self._spare, None
        if self._next is None or self._next.width() != round(size.width()):
            self._next = QPixmap(round(size.width()), round(size.height()))
            self._next.setDevicePixelRatio(ratio)
        # With its background: copying an opaque pixmap is five times as fast as blending a translucent one.
        self._next.fill(QColor(theme.canvas))
        self._begun = self._styled().copy()
        width, shade = self._begun
        self._left = np.lexsort((width, np.abs(shade))).tolist()

    def draw(self, painter: QPainter) -> None:
        """Draw the cached links."""
        if self._sheet is not None:
            painter.drawPixmap(self.rect.topLeft(), self._sheet)

    def draw_one(self, painter: QPainter, theme: Theme, input_: int, unit: int) -> None:
        """Draw a hovered link again, thicker and in a halo."""
        index = input_ * self.units + unit
        width, shade = self._styled()[:, index]
        strong = max(abs(int(shade)), _SHADES // 2) * (-1 if shade < 0 else 1)
        color, halo = _shades(theme)[strong + _SHADES], mix(theme.canvas, theme.accent, _HALO)
        for more_px, ink in ((13.0, QColor(halo)), (3.0, color)):
            self._pen.setWidthF(width / _WIDTH_STEPS + more_px)
            self._pen.setColor(ink)
            painter.setPen(self._pen)
            painter.drawPath(self._paths[index])

    def along(self, share: float) -> Array:
        """A point (links, 2) on each link's curve, at a share of its way."""
        t = share
        x, y = t * (1.5 + t * (t - 1.5)), t * t * (3.0 - 2.0 * t)
        points: Array = self._starts + (self._ends - self._starts) * np.array([x, y])
        return points

    def numbers(self, kernel: Array) -> Array:
        """The numbers (links,) of a kernel (inputs, units), in a plain sheet of its units (units,)."""
        numbers: Array = kernel[self._to] if self.plain else kernel[self._from, self._to]
        return numbers

    def path(self, index: int) -> QPainterPath:
        """The curve of a link, by its place in `numbers`."""
        return self._paths[index]

    def strong_links(self, limit: int) -> tuple[Array, Array]:
        """Starts and ends (links, 2) of the widest links, at most `limit`."""
        if self.plain or self._drawn is None:
            return self._starts[:0], self._ends[:0]
        if self._strong is None:
            width = self._drawn[0]
            strong = np.flatnonzero(width >= _WIDE_PX * _WIDTH_STEPS)
            strong = strong[np.argsort(width[strong])[-limit:]]
            self._strong = self._starts[strong], self._ends[strong]
        return self._strong

    def center(self, input_: int, unit: int) -> QPointF | None:
        """Midpoint of a link's curve; None if it is not drawn."""
        if self.plain or not (0 <= input_ < self.inputs and 0 <= unit < self.units):
            return None
        index = input_ * self.units + unit
        return QPointF(*((self._starts[index] + self._ends[index]) / 2).tolist())

    def nearest(self, x: float, y: float, reach: float = 4.0) -> tuple[int, int, float] | None:
        """(input, unit, distance in pixels) of the link nearest to a point, if within `reach` of its edge."""
        if self.plain or not len(self._paths):
            return None
        x0, y0, x1, y1 = *self._starts.T, *self._ends.T
        share = (x - x0) / (x1 - x0)
        inside = (share > 0.0) & (share < 1.0)
        if not inside.any():
            return None
        progress, shares, heights = _progress()
        t = np.interp(share, shares, progress)
        at = y0 + (y1 - y0) * np.interp(t, progress, heights)
        # dy/dx of the curve converts the vertical distance into the perpendicular one.
        slope = (y1 - y0) * (6.0 * t * (1.0 - t)) / ((x1 - x0) * (1.5 - 3.0 * t + 3.0 * t * t))
        distance = np.where(inside, np.abs(y - at) / np.hypot(1.0, slope), np.inf)
        best = int(np.argmin(distance))
        if distance[best] > reach + self._styled()[0, best] / (2 * _WIDTH_STEPS):
            return None
        return int(self._from[best]), int(self._to[best]), float(distance[best])


def _curve(start: Array, end: Array) -> QPainterPath:
    """A smooth cubic with horizontal ends."""
    (x0, y0), (x1, y1) = start.tolist(), end.tolist()
    middle = (x0 + x1) / 2
    path = QPainterPath(QPointF(x0, y0))
    path.cubicTo(middle, y0, middle, y1, x1, y1)
    return path


@cache
def _progress() -> tuple[Array, Array, Array]:
    """The curve from (0, 0) to (1, 1): its parameter, x and y."""
    t = np.linspace(0.0, 1.0, 65)
    return t, 1.5 * t - 1.5 * t * t + t**3, 3.0 * t * t - 2.0 * t**3


@cache
def _shades(theme: Theme) -> list[QColor]:
    """Colors from the strongest negative through zero to the strongest positive weight."""
    floor = 0.16 if theme.is_dark else 0.14  # the weakest link keeps a hint of color
    colors = []
    for step in range(-_SHADES, _SHADES + 1):
        share = floor + (0.9 - floor) * abs(step) / _SHADES
        end = theme.negative if step < 0 else theme.positive
        colors.append(QColor(theme.border_strong if step == 0 else mix(theme.canvas, end, share)))
    # Links without a sign are grey.
    colors[_SHADES] = QColor(mix(theme.canvas, theme.text_faint, 0.45))
    return colors


_SPACING_PX: Final = 56.0
_DASH_PX: Final = 5.0
_SPEED_PX: Final = 26.0  # per second
_WIDTH_PX: Final = 1.7
_LINKS_PER_SHEET: Final = 4
_STEP_SECONDS: Final = 1 / 30
"""The dashes move so often: less than a pixel at a time, and to find their places takes longer than to draw them."""
_BUDGET_SECONDS: Final = 0.0005
_MAX_SLOW_FRAMES: Final = 20
"""Consecutive slow frames after which the dashes are disabled."""


class SignalAnimation:
    """Paints the dashes of one field; disables itself permanently when it is too slow."""

    def __init__(self) -> None:
        self._slow_frames = 0
        self._key: tuple[object, ...] = ()
        self._strong: list[tuple[Array, Array]] = []
        self._lines: Any = None

    @property
    def is_disabled(self) -> bool:
        return self._slow_frames >= _MAX_SLOW_FRAMES

    def paint(self, painter: QPainter, theme: Theme, sheets: Sequence[LinkSheet], seconds: float) -> None:
        """Draw the dashes at an animation time in seconds."""
        if self.is_disabled or not sheets:
            return
        start = perf_counter()
        strong = [sheet.strong_links(_LINKS_PER_SHEET) for sheet in sheets]
        # The arrays of a sheet stay the same until it is drawn anew.
        key = (int(seconds / _STEP_SECONDS), *(id(each[0]) for each in strong))
        if key != self._key:
            self._key, self._strong = key, strong
            self._lines = _lines_of(strong, seconds)
        if self._lines is not None:
            color = faded(theme.canvas, 150 / 255)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            # Round caps take ten times as long.
            painter.setPen(QPen(color, _WIDTH_PX, c=Qt.PenCapStyle.FlatCap))
            painter.drawLines(*self._lines.drawargs())
        costly = perf_counter() - start > _BUDGET_SECONDS
        self._slow_frames = self._slow_frames + 1 if costly else 0


def _lines_of(strong: Sequence[tuple[Array, Array]], seconds: float) -> Any:
    """The dashes along links (starts, ends) as Qt's lines; None without links."""
    starts, ends = (np.concatenate(part) for part in zip(*strong, strict=True))
    if not len(starts):
        return None
    found = dashes(starts, ends, seconds * _SPEED_PX % _SPACING_PX)
    x, y = found[:, ::2].ravel(), found[:, 1::2].ravel()
    # Qt does not copy the arrays: keep them alive.
    return arrayToLineSegments(x, y, connect="pairs", finiteCheck=False)


def dashes(starts: Array, ends: Array, shift: float) -> Array:
    """Dashes (n, 4) as x, y of both ends, `shift` pixels along the links from `starts` (links, 2) to `ends`."""
    lengths = np.hypot(*(ends - starts).T)
    most = int(lengths.max() // _SPACING_PX) + 1
    along = shift + _SPACING_PX * np.arange(most)
    link, place = np.nonzero(along[None, :] + _DASH_PX < lengths[:, None])
    first = along[place]
    t = np.stack([first, first + _DASH_PX], axis=1) / lengths[link][:, None]
    # The cubic with horizontal ends, see `weight_links`.
    (x, y), (across, down) = starts[link].T, (ends - starts)[link].T
    found = np.empty((len(link), 4))
    found[:, ::2] = x[:, None] + across[:, None] * (t * (1.5 + t * (t - 1.5)))
    found[:, 1::2] = y[:, None] + down[:, None] * (t * t * (3.0 - 2.0 * t))
    return found
