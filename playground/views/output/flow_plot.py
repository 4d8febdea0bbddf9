"""Noise that moves along the field of a network until it is distributed as the data are, and the time's controls."""

from __future__ import annotations

import math
import time
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QPen, QPixmap, QPolygonF, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QToolButton, QWidget

from core.inspect.flow_field import FlowArrows, FlowPaths
from core.spec.arrays import Array
from playground.views.theme.colors import RADIUS_PX
from playground.views.theme.icons import icon
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.number_format import number_text
from playground.views.widgets.slider import LabeledSlider
from playground.views.widgets.spoken import Role, speak_as

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

_POINT_PX: Final = 3.0
_DATA_PX: Final = 2.0
_MARGIN_PX: Final = 8
_TRAIL: Final = 0.3
"""The time that a trail shows."""
_TRAIL_PARTS: Final = 6
_MOST_DATA: Final = 1_000
_SECONDS: Final = 4.0
"""From noise to data, where t plays."""
_FRAME_MS: Final = 16


class FlowPlot(QWidget):
    """Draws the data, arrows of the velocity, and samples on their way at a time."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._data: Array = np.empty((0, 2), np.float32)
        self._extent = QRectF(-6.0, -6.0, 12.0, 12.0)
        self._arrows: FlowArrows | None = None
        self._paths: FlowPaths | None = None
        self._time = 1.0
        self._shown = {"arrows": True, "trails": True, "data": True}
        self._ground: QPixmap | None = None
        self._small = font("small")
        self.setAccessibleName("Samples that the network makes of noise")
        speak_as(self, Role.Chart)
        themes.theme_changed.connect(self._redraw)

    @property
    def paths(self) -> FlowPaths | None:
        return self._paths

    @property
    def time(self) -> float:
        """From 0, noise, to 1, samples."""
        return self._time

    def text(self) -> str:
        """How near the samples are to the data: "300 samples · 0.12 to the data, 0.13 back"."""
        paths = self._paths
        if paths is None:
            return ""
        if not math.isfinite(paths.to_data):
            return "The samples are no longer finite numbers"
        near, back = number_text(paths.to_data, 2), number_text(paths.to_samples, 2)
        return f"{paths.paths.shape[1]} samples · {near} to the data, {back} back"

    def show_data(self, prepared: PreparedData) -> None:
        """Set the points and the plane of the data; drops the samples."""
        points = np.concatenate([prepared.train_points, prepared.test_points])
        self._data = points[:: max(1, len(points) // _MOST_DATA)]
        (left, low), (right, high) = prepared.plane.low, prepared.plane.high
        self._extent = QRectF(left, low, right - left, high - low)
        self.show_flow(None, None)

    def show_flow(self, arrows: FlowArrows | None, paths: FlowPaths | None) -> None:
        """Set field and samples of a moment."""
        if arrows is not self._arrows:
            self._arrows = arrows
            self._ground = None
        if paths is not self._paths:
            self._paths = paths
            self.setAccessibleDescription(self.text())
        self.update()

    def show_time(self, time: float) -> None:
        """Set the time at which the samples are drawn."""
        self._time = time
        self.update()

    def show_part(self, name: str, on: bool) -> None:
        """Set whether "arrows", "trails" or "data" are drawn."""
        self._shown[name] = on
        self._redraw()

    def sizeHint(self) -> QSize:
        return QSize(326, 326)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._ground = None

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ratio = painter.deviceTransform().m11()
        ground = self._ground
        if ground is None or ground.devicePixelRatioF() != ratio or ground.size() != self.size() * ratio:
            ground = self._ground = self._painted_ground(ratio)
        painter.drawPixmap(0, 0, ground)
        if self._paths is not None:
            self._paint_samples(painter, self._paths)
        self._paint_text(painter)
        painter.end()

    def _places(self, points: Array) -> Array:
        """Widget positions (n, 2) of points (n, 2); those that are far outside stay just outside."""
        view = self._extent
        low = np.array([view.left(), view.top()])
        shares = (points - low) / np.array([view.width(), view.height()])
        shares = np.nan_to_num(np.clip(shares, -1.0, 2.0), nan=-1.0)
        shares[..., 1] = 1.0 - shares[..., 1]
        places: Array = shares * np.array([self.width(), self.height()])
        return places

    def _painted_ground(self, ratio: float) -> QPixmap:
        """Data and arrows, which change less often than the samples."""
        theme, whole = self._themes.theme, QRectF(self.rect())
        made = QPixmap(self.size() * ratio)
        made.setDevicePixelRatio(ratio)
        made.fill(Qt.GlobalColor.transparent)
        painter = QPainter(made)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.zero))
        painter.drawRoundedRect(whole, RADIUS_PX, RADIUS_PX)
        if self._shown["data"]:
            painter.setBrush(_faded(theme.text_muted, 0.45))
            for x, y in self._places(self._data):
                painter.drawEllipse(QPointF(x, y), _DATA_PX, _DATA_PX)
        if self._shown["arrows"] and self._arrows is not None:
            self._paint_arrows(painter, self._arrows)
        painter.end()
        return made

    def _paint_arrows(self, painter: QPainter, arrows: FlowArrows) -> None:
        """The longest is as long as two neighbours are apart."""
        velocity = np.nan_to_num(arrows.velocities) * np.array([1.0, -1.0])
        speed = np.hypot(*velocity.T)
        apart = self.width() / math.sqrt(len(arrows.places))
        lengths = apart * 0.9 * np.sqrt(speed / max(1e-12, float(speed.max(initial=0.0))))
        ahead = velocity / np.maximum(1e-12, speed)[:, None]
        # Within the edges, at the middle of each cell.
        inset = np.array([self.width(), self.height()]) / 2
        middle = inset + (self._places(arrows.places) - inset) * (1.0 - apart / self.width())
        tip, tail = middle + ahead * lengths[:, None] / 2, middle - ahead * lengths[:, None] / 2
        side = ahead[:, ::-1] * np.array([-1.0, 1.0])
        head = np.minimum(4.0, lengths / 2)[:, None]
        left, right = tip - head * (ahead + 0.6 * side), tip - head * (ahead - 0.6 * side)
        painter.setPen(QPen(_faded(self._themes.theme.text_muted, 0.7), 1.0))
        lines = np.stack([tail, tip, left, tip, right, tip], axis=1).reshape(-1, 2)
        painter.drawLines([QPointF(x, y) for x, y in lines])

    def _paint_samples(self, painter: QPainter, paths: FlowPaths) -> None:
        theme = self._themes.theme
        if self._shown["trails"] and self._time > 0.0:
            times = np.linspace(max(0.0, self._time - _TRAIL), self._time, _TRAIL_PARTS)
            trails = self._places(np.stack([paths.at(each) for each in times], axis=1))
            painter.setPen(QPen(_faded(theme.negative, 0.35), 1.0))
            for trail in trails:
                painter.drawPolyline(QPolygonF([QPointF(x, y) for x, y in trail]))
        painter.setPen(QPen(QColor(theme.zero), 1.0))
        painter.setBrush(QColor(theme.negative))
        for x, y in self._places(paths.at(self._time)):
            painter.drawEllipse(QPointF(x, y), _POINT_PX, _POINT_PX)

    def _paint_text(self, painter: QPainter) -> None:
        theme, text = self._themes.theme, self.text()
        painter.setFont(self._small)
        if not text:
            painter.setPen(QColor(theme.text_muted))
            painter.drawText(
                QRectF(self.rect()), Qt.AlignmentFlag.AlignCenter, "The samples appear with the network"
            )
            return
        size = painter.fontMetrics().size(0, text)
        place = QRectF(0, 0, size.width() + 2 * _MARGIN_PX, size.height() + _MARGIN_PX)
        place.moveBottomRight(QPointF(self.width() - _MARGIN_PX, self.height() - _MARGIN_PX))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_faded(theme.surface, 0.9))
        painter.drawRoundedRect(place, place.height() / 2, place.height() / 2)
        painter.setPen(QColor(theme.text))
        painter.drawText(place, Qt.AlignmentFlag.AlignCenter, text)

    def _redraw(self) -> None:
        self._ground = None
        self.update()


class FlowBar(QWidget):
    """Plays and sets the time t; `parts` are boxes for what is drawn, which the panel places."""

    time_changed = Signal(float)
    part_toggled = Signal(str, bool)

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._began = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(_FRAME_MS)
        self._timer.timeout.connect(self._advance)
        self.play = QToolButton(self)
        self.play.setObjectName("flow_play")
        self.play.clicked.connect(self._toggle)
        self.slider = LabeledSlider(
            "t, from noise to data",
            0.0,
            1.0,
            1.0,
            step=0.01,
            formatter="{:.2f}".format,
            tooltip="The time on the way from noise (0) to data (1), at which samples, arrows and neurons are drawn.",
            parent=self,
        )
        self.slider.value_changed.connect(self._on_moved)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.play)
        row.addWidget(self.slider, 1)
        self.parts: dict[str, QCheckBox] = {}
        for name, text, tip in (
            ("arrows", "Arrows", "Where the network sends a point that is there at this t"),
            ("trails", "Trails", "The way that the samples have come"),
            ("data", "Data", "The points that are learned from"),
        ):
            box = self.parts[name] = QCheckBox(text, self)
            box.setChecked(True)
            box.setToolTip(tip)
            box.setAccessibleName(text)
            box.toggled.connect(lambda on, name=name: self.part_toggled.emit(name, on))
        self._restyle()
        themes.theme_changed.connect(self._restyle)

    @property
    def time(self) -> float:
        return self.slider.value

    @property
    def is_playing(self) -> bool:
        return self._timer.isActive()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._stop()

    def _toggle(self) -> None:
        if self.is_playing:
            self._stop()
            return
        begin = self.time if self.time < 1.0 else 0.0
        self._began = time.monotonic() - begin * _SECONDS
        self._timer.start()
        self._restyle()

    def _advance(self) -> None:
        now = min(1.0, (time.monotonic() - self._began) / _SECONDS)
        self.slider.set_value(now)
        self.time_changed.emit(now)
        if now == 1.0:
            self._stop()

    def _on_moved(self, value: float) -> None:
        self._stop()
        self.time_changed.emit(value)

    def _stop(self) -> None:
        self._timer.stop()
        self._restyle()

    def _restyle(self) -> None:
        name = "Pause the time" if self.is_playing else "Let the time run from noise to data"
        self.play.setIcon(icon("pause" if self.is_playing else "play", self._themes.theme))
        self.play.setToolTip(name)
        self.play.setAccessibleName(name)


def _faded(color: str, alpha: float) -> QColor:
    made = QColor(color)
    made.setAlphaF(alpha)
    return made
