"""Paints one quantity over the epochs, for the training and the test part, with exact values at the pointer."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QLineF, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.views.controls.hover_readout import HoverReadout, number_text
from playground.views.results_panel.curve_scale import Scale, log_scale, thin
from playground.views.theme import RADIUS_SMALL_PX, ThemeSource, font

__all__ = ["CurveCanvas", "Quantity"]

Floats = NDArray[np.floating[Any]]
Quantity = Literal["loss", "accuracy", "r2"]

_EMPTY: Floats = np.empty(0)
_LEFT_PX, _RIGHT_PX, _TOP_PX, _BOTTOM_PX = 44, 8, 8, 18
_HINT = "Press Space to train"


class CurveCanvas(QWidget):
    """Paints axes, curves and the crosshair. Left, Right, Home and End move the crosshair."""

    def __init__(
        self, themes: ThemeSource, parent: QWidget | None = None, *, quantity: Quantity = "loss"
    ) -> None:
        super().__init__(parent)
        self._themes = themes
        self._quantity: Quantity = quantity
        self._is_log = False
        self._epoch: Floats = _EMPTY
        self._train: Floats = _EMPTY
        self._test: Floats = _EMPTY
        self._moment: int | None = None
        self.has_test = False
        self.readout = HoverReadout(self)
        self._font = font("small")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumSize(160, 90)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._name()
        themes.theme_changed.connect(self._restyle)

    @property
    def curves(self) -> tuple[Floats, Floats, Floats]:
        """(epoch, train, test), each (moments,), as they were given; accuracies in per cent."""
        return self._epoch, self._train, self._test

    @property
    def moment(self) -> int | None:
        """The row of the history under the crosshair."""
        return self._moment

    def set_quantity(self, quantity: Quantity) -> None:
        """See `CurvesPlot.set_quantity`."""
        self._quantity = quantity
        self._name()
        self.update()

    def set_log(self, is_log: bool) -> None:
        """Space the values by their logarithms."""
        self._is_log = is_log
        self.update()

    def show_curves(self, epoch: Floats, train: Floats, test: Floats) -> None:
        """See `CurvesPlot.show_curves`."""
        factor = 100.0 if self._quantity == "accuracy" else 1.0
        self._epoch, self._train, self._test = epoch, train * factor, test * factor
        self.has_test = bool(np.isfinite(test[-1:]).any() or np.isfinite(test).any())
        if self._moment is not None:
            self._point_at(min(self._moment, len(epoch) - 1) if len(epoch) else None)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(326, 190)

    def x_scale(self) -> Scale:
        """Epoch 0 to the last one."""
        last = float(self._epoch[-1]) if len(self._epoch) else 1.0
        return Scale.linear(0.0, last if last > 0.0 else 1.0, 5 if self.width() > 260 else 3)

    def y_scale(self) -> Scale:
        """A loss from 0 to its greatest value, accuracies from 0 to 100 %, R² up to 1 and down to -1 at most."""
        values = np.concatenate([self._train, self._test])
        values = values[np.isfinite(values)]
        count = 5 if self.height() > 150 else 3
        if self._quantity == "accuracy":
            return Scale.linear(0.0, 100.0, 4 if count > 3 else 2)
        if self._quantity == "r2":
            least = float(values.min()) if values.size else 0.0
            return Scale.linear(max(-1.0, min(0.0, least)), 1.0, 4, widen=True)
        if self._is_log:
            positive = values[values > 0.0]
            if positive.size:
                return log_scale(float(positive.min()), float(positive.max()))
        return Scale.linear(0.0, float(values.max()) if values.size else 1.0, count, widen=True)

    def place(self, epoch: float, value: float) -> QPointF:
        """Where a value of an epoch is drawn; an accuracy in per cent."""
        x = float(self.x_scale().place(np.array([epoch]))[0])
        y = float(self.y_scale().place(np.array([value]))[0])
        area = self._area()
        return QPointF(area.left() + x * area.width(), area.bottom() - y * area.height())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not len(self._epoch):
            return
        area = self._area()
        across = (event.position().x() - area.left()) / max(1.0, area.width())
        self._point_at(_nearest(self._epoch, across * self.x_scale().high), event.position().toPoint())

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._point_at(None)
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        last = len(self._epoch) - 1
        here = last if self._moment is None else self._moment
        key = Qt.Key
        stride = max(1, last // 50)
        targets = {
            key.Key_Left: here - stride,
            key.Key_Right: here + stride,
            key.Key_Home: 0,
            key.Key_End: last,
        }
        target = targets.get(Qt.Key(event.key()))
        if target is None or last < 0:
            super().keyPressEvent(event)
            return
        self._point_at(max(0, min(last, target)))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self._font)
        area, x_scale, y_scale = self._area(), self.x_scale(), self.y_scale()
        self._paint_axes(painter, area, x_scale, y_scale)
        theme = self._themes.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if len(self._epoch):
            painter.save()
            painter.setClipRect(area.adjusted(-2, -2, 2, 2))
            for values, color in ((self._test, theme.test), (self._train, theme.train)):
                painter.setPen(QPen(QColor(color), 1.5))
                painter.drawLines(_segments(self._epoch, values, x_scale, y_scale, area))
            painter.restore()
        if len(self._epoch) < 2:
            painter.setPen(QColor(theme.text_muted))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, _HINT)
        self._paint_crosshair(painter, area)
        if self.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.drawRoundedRect(
                QRectF(self.rect()).adjusted(1, 1, -1, -1), RADIUS_SMALL_PX, RADIUS_SMALL_PX
            )

    def _paint_axes(self, painter: QPainter, area: QRectF, x_scale: Scale, y_scale: Scale) -> None:
        theme = self._themes.theme
        text_pen, grid_pen = QPen(QColor(theme.text_muted)), QPen(QColor(theme.grid))
        places = area.bottom() - y_scale.place(np.array(y_scale.ticks)) * area.height()
        unit = " %" if self._quantity == "accuracy" else ""
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for y, text in zip(places, y_scale.texts, strict=True):
            painter.setPen(grid_pen)
            painter.drawLine(QPointF(area.left(), round(y)), QPointF(area.right(), round(y)))
            painter.setPen(text_pen)
            painter.drawText(QRectF(0, y - 8, area.left() - 6, 16), right, text + unit)
        below = area.bottom() + 3
        painter.drawText(QRectF(0, below, area.left() - 8, 15), right, "epoch")
        for x, text in zip(x_scale.place(np.array(x_scale.ticks)), x_scale.texts, strict=True):
            width = painter.fontMetrics().horizontalAdvance(text)
            left = area.left() + float(x) * area.width() - width / 2
            left = max(area.left() - 3, min(left, self.width() - width - 1.0))
            painter.drawText(QRectF(left, below, width + 1, 15), Qt.AlignmentFlag.AlignCenter, text)

    def _paint_crosshair(self, painter: QPainter, area: QRectF) -> None:
        if self._moment is None:
            return
        theme = self._themes.theme
        epoch = float(self._epoch[self._moment])
        painter.setPen(QPen(QColor(theme.border_strong), 1))
        x = self.place(epoch, 0.0).x()
        painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        for values, color in ((self._test, theme.test), (self._train, theme.train)):
            spot = self.place(epoch, float(values[self._moment]))
            if np.isfinite(spot.y()) and area.top() - 1 <= spot.y() <= area.bottom() + 1:
                painter.setPen(QPen(QColor(theme.surface), 1.5))
                painter.setBrush(QColor(color))
                painter.drawEllipse(spot, 4, 4)

    def _point_at(self, moment: int | None, pointer: QPoint | None = None) -> None:
        """Move the crosshair to a row of the history, or take it away."""
        self._moment = moment
        if moment is None:
            self.readout.hide()
        else:
            train, test = self._train[moment], self._test[moment]
            where = pointer or self.place(float(self._epoch[moment]), float(train)).toPoint()
            text = f"epoch {_epoch_text(float(self._epoch[moment]))}: train {self._value_text(train)}"
            text += f", test {self._value_text(test)}" if np.isfinite(test) else ""
            self.readout.say(text, where, self._area().toRect())
        self.update()

    def _value_text(self, value: float) -> str:
        if self._quantity == "accuracy":
            return f"{number_text(float(value), 1)} %"
        return number_text(float(value), 4)

    def _area(self) -> QRectF:
        return QRectF(self.rect()).adjusted(_LEFT_PX, _TOP_PX, -_RIGHT_PX, -_BOTTOM_PX)

    def _name(self) -> None:
        noun = {"loss": "Loss", "accuracy": "Accuracy", "r2": "R²"}[self._quantity]
        self.setAccessibleName(f"{noun} over the epochs; arrow keys read single values")

    def _restyle(self) -> None:
        self.update()


def _nearest(epoch: Floats, value: float) -> int:
    after = int(np.searchsorted(epoch, value))
    if after == 0:
        return 0
    if after == len(epoch):
        return after - 1
    return after if epoch[after] - value < value - epoch[after - 1] else after - 1


def _epoch_text(epoch: float) -> str:
    return f"{epoch:,.0f}" if epoch.is_integer() else f"{epoch:,.2f}"


def _segments(epoch: Floats, values: Floats, x_scale: Scale, y_scale: Scale, area: QRectF) -> list[QLineF]:
    """The curve on the widget, without the parts that have no value.

    Single lines and not a polyline: Qt unites the outline of a polyline with itself, which takes 90 ms for a noisy
    curve where this takes 2 ms.
    """
    epoch, values = thin(epoch, values, max(2, int(area.width()) // 2))
    x = area.left() + x_scale.place(epoch) * area.width()
    # Far beyond the edge is as good as infinite, and Qt's painter has no room for it.
    y = np.clip(area.bottom() - y_scale.place(values) * area.height(), -1e4, 1e4)
    good = np.isfinite(y[:-1]) & np.isfinite(y[1:])
    ends = (x[:-1][good], y[:-1][good], x[1:][good], y[1:][good])
    return list(map(QLineF, *(part.tolist() for part in ends)))
