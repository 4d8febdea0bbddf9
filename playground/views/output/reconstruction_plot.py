"""Test samples over what the network gives back of them, the worst first: images, profiles of rows, or points."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from core.inspect.latent import Reconstructions
from core.spec.arrays import Array
from playground.views.output.output_plot import SamplesPlot
from playground.views.theme.colors import Theme
from playground.views.widgets.array_images import gray_image
from playground.views.widgets.number_format import number_text
from playground.views.widgets.painted import draw_box, polygon
from playground.views.widgets.picture_plot import NOTE_PX

COLUMNS: Final = 6
ROWS: Final = 3
ASKED: Final = COLUMNS * ROWS
POINTS_ASKED: Final = 200
_GAP_PX: Final = 8.0
_FOOT_PX: Final = NOTE_PX + 12.0
_EDGE_PX: Final = 12.0


class ReconstructionPlot(SamplesPlot[Reconstructions]):
    """A cell for each sample: as it is given, and below it what comes back."""

    name = "Test samples over their reconstructions"
    empty = "The reconstructions appear with the network"
    columns = COLUMNS

    @property
    def asked(self) -> int:
        """How many samples are drawn."""
        return POINTS_ASKED if self._is_points else ASKED

    def text(self) -> str:
        """ "Mean error of 539 test samples 0.033"."""
        if self._picture is None or self._prepared is None:
            return ""
        if not math.isfinite(self._picture.mean):
            return "The reconstructions are no longer finite numbers"
        count = min(len(self._prepared.test), 1_000)
        return f"Mean error of {count:,} test samples {number_text(self._picture.mean, 4)}"

    def cell(self, place: int) -> QRectF:
        """The rectangle of a sample."""
        width = (self.width() - 2 * _EDGE_PX + _GAP_PX) / COLUMNS
        height = (self.height() - _EDGE_PX - _FOOT_PX + _GAP_PX) / ROWS
        down, across = divmod(place, COLUMNS)
        left, top = _EDGE_PX + across * width, _EDGE_PX + down * height
        return QRectF(left, top, width - _GAP_PX, height - _GAP_PX)

    @property
    def _is_points(self) -> bool:
        return self._prepared is not None and bool(self._prepared.features)

    def _shares(self) -> Array:
        assert self._picture is not None
        return self._on_plane(self._picture.given)

    def _on_plane(self, points: Array) -> Array:
        assert self._prepared is not None
        low, high = np.array(self._prepared.plane.low), np.array(self._prepared.plane.high)
        shares: Array = np.nan_to_num(((points - low) / (high - low)).clip(-1.0, 2.0))
        return shares

    def _paint_kept(self, painter: QPainter, picture: Reconstructions, theme: Theme) -> None:
        given, found = picture.given, np.nan_to_num(picture.found)
        if self._is_points:
            self._paint_points(painter, theme)
            return
        if given.ndim == 4:
            for place in range(len(given)):
                cell = self.cell(place)
                side = min(cell.width(), (cell.height() - 2) / 2)
                left, top = cell.center().x() - side / 2, cell.center().y() - side - 1
                pixels = max(1, round(side * self.devicePixelRatioF()))
                for down, sample in ((top, given[place]), (top + side + 2, found[place])):
                    image = gray_image(sample.clip(0.0, 1.0), theme, pixels)
                    painter.drawImage(QRectF(left, down, side, side), image)
            return
        # Each column between its least and its largest value, so that profiles of several units can be compared.
        low, high = np.minimum(given, found).min(axis=0), np.maximum(given, found).max(axis=0)
        span = np.maximum(1e-12, high - low)
        for place in range(len(given)):
            cell = self.cell(place)
            draw_box(painter, cell, 5, theme.field)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            rows = (given[place], theme.text_muted, 2.0), (found[place], theme.accent, 1.5)
            for values, color, width in rows:
                painter.setPen(QPen(QColor(color), width))
                across = np.linspace(cell.left() + 5, cell.right() - 5, max(2, len(values)))
                heights = cell.bottom() - 6 - (values - low) / span * (cell.height() - 12)
                heights = np.resize(heights, len(across))
                painter.drawPolyline(polygon(across, heights))

    def _paint_points(self, painter: QPainter, theme: Theme) -> None:
        assert self._picture is not None
        size = (self.width(), -self.height())
        given, found = (
            [QPointF(*spot) for spot in (self._on_plane(each) * size + (0.0, self.height())).tolist()]
            for each in (self._picture.given, self._picture.found)
        )
        painter.setPen(QPen(QColor(theme.text_muted), 1.0))
        painter.drawLines([QLineF(here, there) for here, there in zip(given, found, strict=True)])
        painter.setPen(Qt.PenStyle.NoPen)
        for spots, color in ((given, theme.text_muted), (found, theme.accent)):
            painter.setBrush(QColor(color))
            for spot in spots:
                painter.drawEllipse(spot, 3.0, 3.0)

    def _paint_mark(self, painter: QPainter, place: int, theme: Theme, *, marked: bool) -> None:
        if self._is_points:
            super()._paint_mark(painter, place, theme, marked=marked)
            return
        painter.setPen(QPen(QColor(theme.accent if marked else theme.border_strong), 2.0))
        painter.drawRoundedRect(self.cell(place).adjusted(-3, -3, 3, 3), 5, 5)

    def _place_at(self, at: QPointF) -> int:
        if self._is_points:
            return super()._place_at(at)
        return next((place for place in range(len(self._rows)) if self.cell(place).contains(at)), -1)

    def point_text(self, place: int) -> str:
        assert self._picture is not None
        return f"{super().point_text(place)}, error {number_text(float(self._picture.errors[place]), 3)}"
