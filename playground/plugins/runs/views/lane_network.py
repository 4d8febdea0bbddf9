"""A small drawing of a lane's network: maps of its neurons over the plane, and its strongest links."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.inspect.network_columns import network_columns
from core.inspect.snapshot import Snapshot
from core.spec.arrays import Array
from playground.plugin import PaintedWidget, Theme, ThemeSource, diverging_lut, draw_dot, faded
from playground.views.theme.colors import class_maps

MAX_UNITS = 12
"""Units of a layer that are drawn."""
_REDRAW_MS = 100
"""Four networks ten times a second take a tenth of the time that their pictures take."""
_TILE_PX, _MIN_TILE_PX = 18.0, 6.0
_MAP_SIDE = 16
_WIDTHS = 4
_WIDEST_PX = 2.6
_MIN_SHARE = 0.06
Center = tuple[float, float]


class LaneNetwork(PaintedWidget):
    """Redrawn a few times a second."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._snapshot: Snapshot | None = None
        self._timer = QTimer(self, interval=_REDRAW_MS, singleShot=True)
        self._timer.timeout.connect(self.update)
        self.setMinimumHeight(40)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Network of this lane")

    def show_snapshot(self, snapshot: Snapshot | None) -> None:
        """Draw it soon; None for nothing."""
        self._snapshot = snapshot
        if snapshot is None:
            return
        self.setVisible(
            snapshot.feature_maps is not None or any(layer.maps is not None for layer in snapshot.layers)
        )
        if not self._timer.isActive():
            self._timer.start()

    def sizeHint(self) -> QSize:
        return QSize(240, 100)

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        if self._snapshot is None:
            return
        columns = network_columns(self._snapshot, MAX_UNITS)
        tile, centers = self._places([len(column.units) for column in columns])
        for before, column, sources, targets in zip(columns, columns[1:], centers, centers[1:], strict=False):
            if column.kernel is not None and column.follows(before):
                _draw_links(painter, theme, column.kernel, sources, targets, tile / 2)
        signed, classes = diverging_lut(theme), class_maps(theme)
        for column, places in zip(columns, centers, strict=True):
            is_output = column is columns[-1] and self._snapshot.experiment.class_units > 0
            for unit, (value, center) in enumerate(zip(column.units, places, strict=True)):
                table = classes[unit % len(classes)] if is_output else signed
                _draw_unit(painter, theme, table, value, center, tile)

    def _places(self, counts: list[int]) -> tuple[float, list[list[Center]]]:
        """The side of a tile, and the centers of each column's tiles."""
        width, height, most = float(self.width()), float(self.height()), max(counts)
        tile = max(_MIN_TILE_PX, min(_TILE_PX, 0.86 * height / most))
        pitch = min(1.4 * tile, (height - tile) / max(1, most - 1))
        step = (width - tile - 2) / max(1, len(counts) - 1)
        return tile, [
            [
                (1 + tile / 2 + column * step, height / 2 + (row - (count - 1) / 2) * pitch)
                for row in range(count)
            ]
            for column, count in enumerate(counts)
        ]


def _draw_links(
    painter: QPainter, theme: Theme, kernel: Array, sources: list[Center], targets: list[Center], half: float
) -> None:
    """Curves as wide as the weights are large; all of one sign and width are one path, which is drawn at once."""
    part = kernel[: len(sources), : len(targets)]
    reach = float(np.abs(part).max(initial=0.0))
    if not np.isfinite(reach) or reach == 0.0:
        return
    paths: dict[tuple[bool, int], QPainterPath] = defaultdict(QPainterPath)
    strengths = np.abs(part) / reach
    for row, column in np.argwhere(strengths > _MIN_SHARE):
        path = paths[bool(part[row, column] > 0), int(np.ceil(_WIDTHS * strengths[row, column]))]
        (left, top), (right, low) = sources[row], targets[column]
        start, end, middle = left + half, right - half, (left + right) / 2
        path.moveTo(start, top)
        path.cubicTo(middle, top, middle, low, end, low)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for (positive, level), path in sorted(paths.items(), key=lambda item: item[0][1]):
        color = faded(theme.positive if positive else theme.negative, 0.25 + 0.75 * (level / _WIDTHS) ** 1.5)
        painter.setPen(QPen(color, _WIDEST_PX * level / _WIDTHS))
        painter.drawPath(path)


def _draw_unit(
    painter: QPainter,
    theme: Theme,
    table: NDArray[np.uint8],
    value: Array | float | None,
    center: Center,
    tile: float,
) -> None:
    """A map as a tile, an activation as a dot of its color, and a unit without values as a gray one."""
    if value is None or isinstance(value, float):
        entry = None if value is None else table[round(127.5 * value + 127.5)]
        ground = theme.field_pressed if entry is None else QColor(*map(int, entry[:3]))
        draw_dot(painter, QPointF(*center), tile / 2, ground)
        return
    step = max(1, len(value) // _MAP_SIDE)
    entries = np.clip(np.nan_to_num(value[::step, ::step]) * 127.5 + 127.5, 0, 255).astype(np.uint8)
    colors = np.ascontiguousarray(table[entries])
    rows, columns = colors.shape[:2]
    image = QImage(colors.data, columns, rows, 4 * columns, QImage.Format.Format_RGBA8888)
    painter.drawImage(QRectF(center[0] - tile / 2, center[1] - tile / 2, tile, tile), image)
