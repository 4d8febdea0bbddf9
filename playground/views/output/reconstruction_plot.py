"""Test samples over what the network gives back of them, the worst first: images, profiles of rows, or points."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QWidget

from core.inspect.latent import Reconstructions
from core.spec.arrays import Array
from playground.views.theme.colors import RADIUS_PX, Theme
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.array_images import gray_image
from playground.views.widgets.class_names import class_words
from playground.views.widgets.hover_readout import HoverReadout
from playground.views.widgets.number_format import number_text
from playground.views.widgets.spoken import Role, speak_as

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

COLUMNS: Final = 6
ROWS: Final = 3
ASKED: Final = COLUMNS * ROWS
POINTS_ASKED: Final = 200
_GAP_PX: Final = 8.0
_FOOT_PX: Final = 26.0
_EDGE_PX: Final = 12.0


class ReconstructionPlot(QWidget):
    """A cell for each sample: as it is given, and below it what comes back. Arrows choose one, a click selects it."""

    test_point_clicked = Signal(int)
    """Carries the index of the test sample."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._prepared: PreparedData | None = None
        self._shown: Reconstructions | None = None
        self._marked: int | None = None
        self._hovered = -1
        self._drawn: QPixmap | None = None
        self._small = font("small")
        self.readout = HoverReadout(self)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Test samples over their reconstructions")
        speak_as(self, Role.Chart, keys="arrows, Enter")
        themes.theme_changed.connect(self._redraw)

    @property
    def shown(self) -> Reconstructions | None:
        return self._shown

    @property
    def asked(self) -> int:
        """How many samples are drawn."""
        return POINTS_ASKED if self._is_points else ASKED

    def sizeHint(self) -> QSize:
        return QSize(326, 326)

    def show_data(self, prepared: PreparedData | None) -> None:
        """Set the data; drops the samples."""
        self._prepared = prepared
        self.show_samples(None)

    def show_samples(self, shown: Reconstructions | None) -> None:
        """Set the reconstructions of a moment."""
        if shown is self._shown:
            return
        self._shown = shown
        self.setAccessibleDescription(self.text())
        self._redraw()

    def mark_test_point(self, row: int | None) -> None:
        """Frame a test sample, if it is among those drawn."""
        if row != self._marked:
            self._marked = row
            self.update()

    def text(self) -> str:
        """ "Mean error of 539 test samples 0.033"."""
        if self._shown is None or self._prepared is None:
            return ""
        if not math.isfinite(self._shown.mean):
            return "The reconstructions are no longer finite numbers"
        count = min(len(self._prepared.test), 1_000)
        return f"Mean error of {count:,} test samples {number_text(self._shown.mean, 4)}"

    def cell(self, place: int) -> QRectF:
        """The rectangle of a sample."""
        width = (self.width() - 2 * _EDGE_PX + _GAP_PX) / COLUMNS
        height = (self.height() - _EDGE_PX - _FOOT_PX + _GAP_PX) / ROWS
        return QRectF(
            _EDGE_PX + place % COLUMNS * width,
            _EDGE_PX + place // COLUMNS * height,
            width - _GAP_PX,
            height - _GAP_PX,
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, whole = self._themes.theme, QRectF(self.rect())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.zero))
        painter.drawRoundedRect(whole, RADIUS_PX, RADIUS_PX)
        painter.setPen(QColor(theme.text_muted))
        painter.setFont(self._small)
        if self._shown is None or self._prepared is None:
            painter.drawText(
                whole, Qt.AlignmentFlag.AlignCenter, "The reconstructions appear with the network"
            )
            return
        ratio = self.devicePixelRatioF()
        if (
            self._drawn is None
            or self._drawn.devicePixelRatioF() != ratio
            or self._drawn.size() != self.size() * ratio
        ):
            self._drawn = QPixmap(self.size() * ratio)
            self._drawn.setDevicePixelRatio(ratio)
            self._drawn.fill(Qt.GlobalColor.transparent)
            inner = QPainter(self._drawn)
            inner.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._paint_samples(inner, self._shown, theme, ratio)
            inner.end()
        painter.drawPixmap(0, 0, self._drawn)
        foot = whole.adjusted(_EDGE_PX, whole.height() - _FOOT_PX, -_EDGE_PX, 0)
        painter.drawText(foot, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, self.text())
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for place, row in enumerate(self._shown.rows.tolist()):
            if row == self._marked or place == self._hovered:
                color = theme.accent if row == self._marked else theme.border_strong
                painter.setPen(QPen(QColor(color), 2.0))
                if self._is_points:
                    painter.drawEllipse(self._spots(self._shown.given[place : place + 1])[0], 8.0, 8.0)
                else:
                    painter.drawRoundedRect(self.cell(place).adjusted(-3, -3, 3, 3), 5, 5)

    def _paint_samples(self, painter: QPainter, shown: Reconstructions, theme: Theme, ratio: float) -> None:
        if self._is_points:
            self._paint_points(painter, shown, theme)
            return
        given, found = shown.given, np.nan_to_num(shown.found)
        if given.ndim == 4:
            for place in range(len(given)):
                for part, pixels in zip(self._halves(place), (given[place], found[place]), strict=True):
                    image = gray_image(pixels.clip(0.0, 1.0), theme, max(1, round(part.width() * ratio)))
                    painter.drawImage(part, image)
            return
        # Each column between its least and its largest value, so that profiles of several units can be compared.
        low, high = np.minimum(given, found).min(axis=0), np.maximum(given, found).max(axis=0)
        span = np.maximum(1e-12, high - low)
        for place in range(len(given)):
            cell = self.cell(place)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.field))
            painter.drawRoundedRect(cell, 5, 5)
            for values, color, width in (
                (given[place], theme.text_muted, 2.0),
                (found[place], theme.accent, 1.5),
            ):
                painter.setPen(QPen(QColor(color), width))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                across = np.linspace(cell.left() + 5, cell.right() - 5, max(2, len(values)))
                heights = cell.bottom() - 6 - (values - low) / span * (cell.height() - 12)
                heights = np.resize(heights, len(across))
                painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in zip(across, heights, strict=True)]))

    def _paint_points(self, painter: QPainter, shown: Reconstructions, theme: Theme) -> None:
        given, found = self._spots(shown.given), self._spots(shown.found)
        for here, there in zip(given, found, strict=True):
            painter.setPen(QPen(QColor(theme.text_muted), 1.0))
            painter.drawLine(here, there)
        painter.setPen(Qt.PenStyle.NoPen)
        for spots, color in ((given, theme.text_muted), (found, theme.accent)):
            painter.setBrush(QColor(color))
            for spot in spots:
                painter.drawEllipse(spot, 3.0, 3.0)

    def _halves(self, place: int) -> tuple[QRectF, QRectF]:
        """The image as it is given, and below it what comes back."""
        cell = self.cell(place)
        side = min(cell.width(), (cell.height() - 2) / 2)
        left = cell.center().x() - side / 2
        top = cell.center().y() - side - 1
        return QRectF(left, top, side, side), QRectF(left, top + side + 2, side, side)

    def _spots(self, points: Array) -> list[QPointF]:
        """Points of the plane on the widget."""
        assert self._prepared is not None
        plane = self._prepared.plane
        low, high = np.array(plane.low), np.array(plane.high)
        shares = np.nan_to_num(((points - low) / (high - low)).clip(-1.0, 2.0))
        return [QPointF(x * self.width(), (1.0 - y) * self.height()) for x, y in shares]

    @property
    def _is_points(self) -> bool:
        return self._prepared is not None and bool(self._prepared.features)

    def _place_at(self, at: QPointF) -> int:
        shown = self._shown
        if shown is None:
            return -1
        if self._is_points:
            far = [math.hypot(spot.x() - at.x(), spot.y() - at.y()) for spot in self._spots(shown.given)]
            nearest = int(np.argmin(far)) if far else -1
            return nearest if nearest >= 0 and far[nearest] <= 12 else -1
        cells = (place for place in range(len(shown.rows)) if self.cell(place).contains(at))
        return next(cells, -1)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self._place_at(event.position()))
        if self._hovered < 0:
            self.readout.hide()
        else:
            self.readout.show_text(self._text_of(self._hovered), event.position().toPoint())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self._place_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and place >= 0 and self._shown is not None:
            self.test_point_clicked.emit(int(self._shown.rows[place]))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: -COLUMNS, Qt.Key.Key_Down: COLUMNS,
        }  # fmt: skip
        step, shown = steps.get(Qt.Key(event.key())), self._shown
        if shown is None or not len(shown.rows):
            super().keyPressEvent(event)
        elif step is not None:
            wanted = self._hovered + step if self._hovered >= 0 else 0
            if 0 <= wanted < len(shown.rows):
                self._hover(wanted)
                self.setAccessibleDescription(self._text_of(wanted))
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._hovered >= 0:
            self.test_point_clicked.emit(int(shown.rows[self._hovered]))
        else:
            super().keyPressEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.readout.hide()
        self._hover(-1)

    def _hover(self, place: int) -> None:
        if place != self._hovered:
            self._hovered = place
            on = place >= 0
            self.setCursor(Qt.CursorShape.PointingHandCursor if on else Qt.CursorShape.ArrowCursor)
            self.update()

    def _text_of(self, place: int) -> str:
        """ "Test sample 12: a 3, error 0.05"."""
        assert self._shown is not None
        assert self._prepared is not None
        row, data = int(self._shown.rows[place]), self._prepared.data
        error = number_text(float(self._shown.errors[place]), 3)
        if data.labels != "classes":
            return f"Test sample {row + 1:,}, error {error}"
        name = class_words(data.class_names, int(self._prepared.test_targets[row]))
        return f"Test sample {row + 1:,}: {name}, error {error}"

    def _redraw(self) -> None:
        self._drawn = None
        self.update()
