"""Dashes moving along strong links while the network trains; disabled when they cost frames."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import Any, Final

import numpy as np
from pyqtgraph.graphicsItems.PlotCurveItem import arrayToLineSegments
from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPen

from core.spec.arrays import Array
from playground.views.canvas.weight_links import LinkSheet
from playground.views.theme.colors import Theme
from playground.views.widgets.painted import faded

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
