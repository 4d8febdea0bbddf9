"""The picture of a chart, kept between frames: a background that seldom changes, and on it what is painted on."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QPainter, QPixmap


class ChartSheet:
    """Painted anew after `forget`, or where the size or the key is another."""

    def __init__(self) -> None:
        self._background: QPixmap | None = None
        self._sheet: QPixmap | None = None
        self._key: tuple[object, ...] = ()

    def forget(self, *, background: bool = False) -> None:
        """Paint anew what is painted on, or the background too."""
        self._sheet = None
        if background:
            self._background = None

    def picture(
        self,
        size: QSize,
        ratio: float,
        key: tuple[object, ...],
        ground: QColor,
        paint_background: Callable[[QPainter], None],
        paint: Callable[[QPainter, bool], None],
    ) -> QPixmap:
        """The picture of a widget of `size`, at `ratio` pixels per point, on the color `ground`.

        `paint` is told whether to paint everything, or to go on.
        """
        if (key := (size, ratio, *key)) != self._key:
            self._key, self._background, self._sheet = key, None, None
        if self._background is None:
            self._background = QPixmap(size * ratio)
            self._background.setDevicePixelRatio(ratio)
            self._background.fill(ground)
            painter = QPainter(self._background)
            paint_background(painter)
            painter.end()
        anew = self._sheet is None
        if self._sheet is None:
            self._sheet = self._background.copy()
        painter = QPainter(self._sheet)
        paint(painter, anew)
        painter.end()
        return self._sheet
