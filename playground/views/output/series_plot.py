"""A series in place of the plane: the window that the network sees, what followed, its forecast, and the split."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QAction, QBrush, QColor, QKeyEvent, QMouseEvent, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QCheckBox, QWidget

from core.data.raw_form import RawSeries
from core.data.train_test_split import MAX_TRAIN_SHARE, MIN_TRAIN_SHARE
from core.inspect.fog import NETWORKS, FogPart
from core.inspect.forecast import forecasts_series
from core.inspect.snapshot import Snapshot
from core.io.number_text import held_word, place_text
from core.spec.arrays import Array
from playground.views.theme.colors import Theme
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.boxes import set_up
from playground.views.widgets.number_format import number_text
from playground.views.widgets.painted import LEFT, RIGHT, draw_dot, draw_text, faded, polygon, use_colors
from playground.views.widgets.picture_plot import PicturePlot

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

_LEFT_PX, _TOP_PX, _EDGE_PX, _STRIP_PX, _GAP_PX = 44.0, 22.0, 12.0, 52.0, 42.0
_YEAR_PX, _DATE_PX = 34.0, 62.0
_UNITS: Final = {"Y": (1.0, 0), "M": (1 / 12, 0), "D": (1 / 365.2425, 1970), "h": (1 / 8765.82, 1970)}
"""Lengths in years, and from when they are counted."""
_MONTHS: Final = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
"""Not those of the system's language, which Qt sets for Python, too."""
_KNOB_PX: Final = 5.0
_DEVIATIONS: Final = 2.0
"""Of the seeds' forecasts, on both sides of their mean: nearly all of them."""


class SeriesPlot(PicturePlot[Snapshot]):
    """The forecast of the chosen test sample, over the whole series; a click there, or the arrows, choose another."""

    name = "Forecast of the chosen sample"
    keys = "Left, Right, Page Up, Page Down"
    empty = "The forecast appears with the network"
    ground = "canvas"
    title: Final = "Forecast"
    highest_px: Final = 330
    test_point_clicked = Signal(int)
    split_pressed = Signal()
    split_moved = Signal(float)
    """The share of the series to learn from, while it is dragged."""

    def __init__(self, themes: ThemeSource, panel: QWidget) -> None:
        """`band` is a control that the panel places."""
        super().__init__(themes)
        self.band = set_up(QCheckBox("Doubt", panel))
        self.band.setToolTip(
            f"Shade where {NETWORKS} networks from other seeds forecast, two deviations around their mean.\n"
            "It is the seeds' doubt, and not the noise of the data."
        )
        self.setToolTip("The knob below the whole series moves the split in time.")
        self._is_dragging = False
        self._whole: Array = np.zeros(0)
        self._span = (0.0, 1.0)
        self._marked = self._sealed = 0
        self._has_band = False

    def offer_band(self, action: QAction) -> None:
        """Let the control of the band be that of a command; without one it is not shown."""
        self.band.clicked.connect(action.trigger)
        action.toggled.connect(self.band.setChecked)
        self._has_band = True

    @property
    def is_on(self) -> bool:
        """Whether values over time are forecast, so that there is something to show."""
        return self._prepared is not None

    @property
    def row(self) -> int:
        """The chosen test sample, whose forecast comes with the next snapshot."""
        assert self._prepared is not None
        return min(max(0, self._marked), len(self._prepared.test) - 1)

    def mark_test_point(self, row: int) -> None:
        """Mark the chosen sample in the whole series."""
        if row != self._marked:
            self._marked = row
            self.update()

    def show_data(self, prepared: PreparedData | None) -> None:
        super().show_data(prepared if prepared is not None and forecasts_series(prepared) else None)
        self.band.setVisible(self.is_on and self._has_band)
        if self._prepared is not None:
            # Of windows that follow one another, the first values that follow are the series itself.
            self._whole = np.asarray(self._prepared.data.targets[:, 0], np.float64)
            self._span = (float(self._whole.min()), float(self._whole.max()))
            sealed, gap = self._prepared.sealed, self._prepared.data.gap or 0
            self._sealed = 0 if sealed is None else sealed.count + gap

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw a moment."""
        if self.parts(snapshot) is not None:
            self.show_picture(snapshot)

    def show_on(self, shown: bool) -> None:
        """Nothing is asked for that snapshots do not have."""

    def parts(self, snapshot: Snapshot) -> tuple[Array, Array, Array] | None:
        """The target's values in the window (time,), those that followed, and the forecast (horizon,)."""
        prepared = self._prepared
        if prepared is None or snapshot.sample_output is None:
            return None
        raw, data, index = prepared.data.raw, prepared.data, prepared.find(snapshot.request.sample)[2]
        assert isinstance(raw, RawSeries)
        names = [column.name for column in raw.columns]
        # Where the target is none of the columns, the first stands for the window.
        channel = names.index(data.target_name) if data.target_name in names else 0
        window = np.asarray(data.inputs[index, :, channel], np.float64)
        truth = np.asarray(data.targets[index], np.float64)
        forecast = np.nan_to_num(np.asarray(snapshot.sample_output, np.float64))
        return (window, truth, forecast) if forecast.shape == truth.shape else None

    def text(self) -> str:
        if self._picture is None or self._prepared is None:
            return ""
        if (found := self.parts(self._picture)) is None:
            return ""
        _, truth, forecast = found
        unit = self._prepared.data.target_unit
        off = number_text(float(np.abs(truth - forecast).mean()), 1)
        sample = self._picture.request.sample
        name = f"{self._prepared.split_name(sample)} sample {max(sample, ~sample) + 1:,}"
        text = f"{name}: {off}{f' {unit}' if unit else ''} off"
        fog = self._picture.part(FogPart)
        if (band := self.seeds_band(self._picture)) is None:
            if fog is None:
                return f"{text} on average"
            return f"{text}; training the seeds, epoch {place_text(fog.epoch or 0)} of {self._picture.place_text}"
        inside = int(((band[0] <= truth) & (truth <= band[1])).sum())
        late = "" if fog is None or fog.is_done else f", epoch {place_text(fog.epoch or 0)}"
        return f"{text}, {inside} of {len(truth)} in band{late}"

    def seeds_band(self, snapshot: Snapshot) -> Array | None:
        """The lower and the upper ends (2, horizon) of the seeds' forecasts; None without them.

        Nor while they are not half as far as the network: untrained ones differ for another reason than their luck.
        """
        fog = snapshot.part(FogPart)
        if fog is None or (fog.epoch is not None and 2 * fog.epoch < snapshot.epoch):
            return None
        means, deviations = fog.sample
        return np.stack([means - _DEVIATIONS * deviations, means + _DEVIATIONS * deviations])

    def strip(self) -> QRectF:
        """Rectangle of the whole series, but for the end that is sealed."""
        room = self.width() - 2 * _EDGE_PX
        known = len(self._whole) / max(1, len(self._whole) + self._sealed)
        return QRectF(_EDGE_PX, self.height() - _STRIP_PX - 6, room * known, _STRIP_PX - _EDGE_PX)

    def _paint_kept(self, painter: QPainter, picture: Snapshot, theme: Theme) -> None:
        found = self.parts(picture)
        if found is None:
            return
        window, truth, forecast = found
        area = QRectF(self.rect()).adjusted(_LEFT_PX, _TOP_PX, -_EDGE_PX, -_STRIP_PX - _GAP_PX)
        count, ahead = len(window), len(truth)
        band = self.seeds_band(picture)
        values = np.concatenate([*found, *(() if band is None else band)])
        low, high = min(self._span[0], float(values.min())), float(values.max())
        span = max(high - low, 1e-12)

        def place(times: Array, heights: Array) -> QPolygonF:
            across = area.left() + (times + 0.5) / (count + ahead) * area.width()
            down = area.bottom() - (heights - low) / span * area.height()
            return polygon(across, down)

        now = area.left() + count / (count + ahead) * area.width()
        seen = QRectF(area.left(), area.top() - _TOP_PX + 4, now - area.left(), area.height() + _TOP_PX - 4)
        painter.fillRect(seen, QColor(theme.accent_soft))
        draw_text(painter, QRectF(seen.left(), 4, seen.width(), 16), f"window, {count}", theme.accent)
        behind = QRectF(now - 20, 4, area.right() - now + 20, 16)
        draw_text(painter, behind, f"{ahead} ahead", theme.text_muted, align=RIGHT)
        for share in (0.0, 0.5, 1.0):
            y = area.bottom() - share * area.height()
            painter.setPen(QPen(QColor(theme.grid), 1))
            painter.drawLine(QLineF(area.left(), y, area.right(), y))
            text, beside = number_text(low + share * span, 1), QRectF(0, y - 8, _LEFT_PX - 6, 16)
            draw_text(painter, beside, text, theme.text_muted, align=RIGHT)
        times = np.arange(count + ahead, dtype=np.float64)
        self._paint_years(painter, area, picture.request.sample, theme)
        if band is not None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(faded(theme.accent, 0.25))
            around = np.append(times[count:], times[count:][::-1])
            painter.drawPolygon(place(around, np.append(band[0], band[1][::-1])))
            painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(theme.text), 1.5))
        painter.drawPolyline(place(times, np.concatenate([window, truth])))
        # From the last value on, so that a single step is a line, too.
        painter.setPen(QPen(QColor(theme.accent), 2.0))
        painter.drawPolyline(place(times[count - 1 :], np.concatenate([window[-1:], forecast])))
        use_colors(painter, theme.surface, theme.text)
        for spot in place(times[count:], truth).toList():
            painter.drawEllipse(spot, 2.5, 2.5)
        self._paint_strip(painter, theme)

    def _paint_years(self, painter: QPainter, area: QRectF, sample: int, theme: Theme) -> None:
        """Moments that have room, below their places: whole years, or months, days or hours of a short window."""
        if self._prepared is None or self._prepared.data.years is None:
            return
        years = self._prepared.data.years[self._prepared.find(sample)[2]]
        share = (np.arange(len(years)) + 0.5) / len(years)
        for moment, text in moments_between(years[0], years[-1], area.width()):
            x = area.left() + float(np.interp(moment, years, share)) * area.width()
            room = QRectF(x - _DATE_PX / 2, area.bottom() + 3, _DATE_PX, 14)
            draw_text(painter, room, text, theme.text_muted)

    @property
    def knob(self) -> QPointF:
        """The middle of the gap between training and test, below the whole series; it can be dragged."""
        prepared, strip = self._prepared, self.strip()
        assert prepared is not None
        place = (int(prepared.test_index[0]) + int(prepared.train_index[-1])) / 2
        return QPointF(strip.left() + place / max(1, len(self._whole) - 1) * strip.width(), strip.bottom())

    def _paint_strip(self, painter: QPainter, theme: Theme) -> None:
        prepared, strip = self._prepared, self.strip()
        assert prepared is not None
        total = max(1, len(self._whole) - 1)
        split = strip.left() + int(prepared.test_index[0]) / total * strip.width()
        last = strip.left() + int(prepared.train_index[-1]) / total * strip.width()
        for left, right, color, name in (
            (strip.left(), last, theme.train, "train"),
            (split, strip.right(), theme.test, held_word(prepared.held_name)),
        ):
            part = QRectF(left, strip.top(), right - left, strip.height())
            painter.fillRect(part, faded(color, 0.12))
            draw_text(painter, part.adjusted(4, -1, 0, 0), name, color, align=Qt.AlignmentFlag.AlignLeft)
        if self._sealed:
            part = QRectF(strip.right(), strip.top(), self.width() - _EDGE_PX - strip.right(), strip.height())
            painter.fillRect(part, QBrush(QColor(theme.text_faint), Qt.BrushStyle.BDiagPattern))
        stride = max(1, len(self._whole) // max(1, int(2 * strip.width())))
        values = self._whole[::stride]
        low, high = self._span
        across = strip.left() + np.arange(len(values)) * stride / total * strip.width()
        down = strip.bottom() - (values - low) / max(high - low, 1e-12) * strip.height()
        painter.setPen(QPen(QColor(theme.text_muted), 1.0))
        painter.drawPolyline(polygon(across, down))
        draw_dot(painter, self.knob, _KNOB_PX, theme.accent, theme.surface)
        if (years := prepared.data.years) is not None:
            below = strip.adjusted(0, strip.height() + 3, 0, 17)
            unit = _unit_of(years[-1, -1] - years[0, 0])
            for year, align in ((years[0, 0], LEFT), (years[-1, -1], RIGHT)):
                draw_text(painter, below, _date_text(year, unit), theme.text_muted, align=align)
            middle = QRectF(self.knob.x() - _DATE_PX, below.top() + 2, 2 * _DATE_PX, below.height())
            first = years[int(prepared.test_index[0]), prepared.data.shape[0]]
            draw_text(painter, middle, _date_text(first, unit), theme.text_muted)

    def _paint_above(self, painter: QPainter, picture: Snapshot, theme: Theme) -> None:
        assert self._prepared is not None
        strip, total = self.strip(), max(1, len(self._whole) - 1)
        x = strip.left() + self._prepared.find(self._marked)[2] / total * strip.width()
        painter.setPen(QPen(QColor(theme.accent), 2.0))
        painter.drawRoundedRect(QRectF(x - 4, strip.top() - 3, 8, strip.height() + 6), 3, 3)

    def _paint_note(self, painter: QPainter, theme: Theme, text: str) -> None:
        place = QRectF(_EDGE_PX, self.strip().top() - 22, self.width() - 2 * _EDGE_PX, 16)
        draw_text(painter, place, text, theme.text_muted, self._small, LEFT)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._is_dragging and self._prepared is not None:
            strip, data = self.strip(), self._prepared.data
            place = (event.position().x() - strip.left()) / strip.width() * len(self._whole)
            share = (place - (data.gap or 0) / 2) / data.samples
            self.split_moved.emit(round(min(max(share, MIN_TRAIN_SHARE), MAX_TRAIN_SHARE), 2))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._is_dragging = False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        strip, at = self.strip().adjusted(0, -6, 0, 6), event.position()
        if self._prepared is None or event.button() != Qt.MouseButton.LeftButton:
            return
        if (at - self.knob).manhattanLength() <= 2 * _KNOB_PX:
            self._is_dragging = True
            self.split_pressed.emit()
        elif strip.contains(at):
            wanted = (at.x() - strip.left()) / strip.width() * (len(self._whole) - 1)
            # Samples to learn from have no forecast that says anything.
            self.test_point_clicked.emit(int(np.abs(self._prepared.test_index - wanted).argmin()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_PageUp: -12, Qt.Key.Key_PageDown: 12,
        }  # fmt: skip
        step = steps.get(Qt.Key(event.key()))
        if step is None or self._prepared is None:
            super().keyPressEvent(event)
        else:
            self.test_point_clicked.emit(max(0, min(self.row + step, len(self._prepared.test) - 1)))


def moments_between(first: float, last: float, width: float) -> list[tuple[float, str]]:
    """Whole years, months, days or hours between two moments in years, that have room beside each other, and names."""
    unit = _unit_of(last - first)
    length, zero = _UNITS[unit]
    low, high = math.ceil((first - zero) / length - 1e-6), math.floor((last - zero) / length + 1e-6)
    room = max(1, int(width // (_YEAR_PX if unit == "Y" else _DATE_PX)))
    step = max(1, -(-(high - low) // room))
    if unit in "Mh":
        step = next((each for each in (1, 2, 3, 6, 12) if each >= step), step)
    counts = range(-(-low // step) * step, high + 1, step)
    return [(zero + count * length, _date_text(zero + count * length, unit)) for count in counts]


def _unit_of(span: float) -> str:
    """The largest unit of which there are two in a span of years."""
    return next((unit for unit, (length, _) in _UNITS.items() if span >= 2 * length), "h")


def _date_text(year: float, unit: str) -> str:
    """A moment in years: 1936, May 1936, 3 May, 14:00."""
    if unit == "Y":
        return str(math.floor(year + 1e-9))
    if unit == "M":
        months = math.floor(12 * year + 1e-6)
        return f"{_MONTHS[months % 12]} {months // 12}"
    seconds = round((year - 1970) / _UNITS["h"][0] * 3600)
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    return f"{moment.day} {_MONTHS[moment.month - 1]}" if unit == "D" else f"{moment:%H:%M}"
