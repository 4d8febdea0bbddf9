"""The big picture of what the network answers over the plane, with the data points on it.

The points are set once per data set; a frame only replaces one small image, which Qt scales up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPainterPath, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.views.boundary_colors import ValueRange, shade_classes, shade_signed, signed_index
from playground.views.hover_readout import HoverReadout, number_text
from playground.views.theme import (
    CLASS_COLORS,
    LIGHT,
    RADIUS_PX,
    ThemeSource,
    class_shades,
    diverging_lut,
    font,
)

if TYPE_CHECKING:
    from core.preparation import Prepared

__all__ = ["MOST_POINTS", "BoundaryPlot", "SquareFrame", "class_name"]

Array = NDArray[np.floating[Any]]

MOST_POINTS = 2000
"""More would hide the picture and cost milliseconds per frame."""
_VALUE_COLORS = 32


class BoundaryPlot(pg.GraphicsView):  # type: ignore[misc]
    """Draws answers (rows, columns, outputs) over the plane of a `Prepared`; row 0 is the lowest."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._answers: Array | None = None
        self._is_neuron = False
        self._discretize = False
        self._test_visible = True
        self._prepared: Prepared | None = None
        self._range = ValueRange()
        # A context menu would be a widget without a parent, which the garbage collector may meet in any thread.
        self._box = pg.ViewBox(enableMenu=False, enableMouse=False, defaultPadding=0.0)
        self.setCentralItem(self._box)
        self._image = pg.ImageItem(axisOrder="row-major")
        self._image.setZValue(-10)
        self._box.addItem(self._image)
        self._train_items: list[pg.ScatterPlotItem] = []
        self._test_items: list[pg.ScatterPlotItem] = []
        self.readout = HoverReadout(self)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName("Output of the network over the plane")
        self._use_theme()
        themes.theme_changed.connect(self._restyle)

    @property
    def drawn_points(self) -> int:
        """How many of the data's points are on the plot, the test points included even when they are hidden."""
        return sum(len(item.data) for item in (*self._train_items, *self._test_items))

    @property
    def value_range(self) -> ValueRange:
        """The values that the ends of the signed colours stand for."""
        return self._range

    def show_data(self, prepared: Prepared) -> None:
        """Take the plane and the points of new data; the picture of the old goes."""
        self._prepared = prepared
        regression = prepared.data.task == "regression"
        self._range = ValueRange.of(np.asarray(prepared.train_targets)) if regression else ValueRange()
        self._set_points()
        self.show_answers(None)

    def show_answers(self, answers: Array | None) -> None:
        """Draw the network's answers (rows, columns, outputs); None empties the picture."""
        if answers is not None and answers is self._answers and not self._is_neuron:
            return
        self._answers, self._is_neuron = answers, False
        self._paint_answers()

    def show_neuron(self, values: Array) -> None:
        """Draw one neuron's map (rows, columns), -1 … 1, instead of the answers."""
        self._answers, self._is_neuron = values[:, :, None], True
        self._paint_answers()

    def set_discretize(self, discretize: bool) -> None:
        """Show each place in the full colour of its answer, or shaded by certainty."""
        self._discretize = discretize
        self._paint_answers()

    def set_test_points_visible(self, visible: bool) -> None:
        """Show or hide the points that the network does not learn from."""
        self._test_visible = visible
        for item in self._test_items:
            item.setVisible(visible)

    def clear_plot(self) -> None:
        """Forget data and picture."""
        self._prepared = None
        self._remove_points()
        self.show_answers(None)
        self.readout.hide()

    def sizeHint(self) -> QSize:
        return QSize(326, 326)

    def text_at(self, x: float, y: float) -> str:
        """What the plot shows at a place of the widget, in words: "x₁ 1.24, x₂ −0.50 → class 1, 93 %"."""
        if self._prepared is None:
            return ""
        plane = self._prepared.plane
        across, up = x / max(1, self.width()), 1.0 - y / max(1, self.height())
        a = plane.low[0] + across * (plane.high[0] - plane.low[0])
        b = plane.low[1] + up * (plane.high[1] - plane.low[1])
        place = f"{plane.labels[0]} {number_text(a)}, {plane.labels[1]} {number_text(b)}"
        if self._answers is None:
            return place
        rows, columns = self._answers.shape[:2]
        row = int(np.clip(round(up * (rows - 1)), 0, rows - 1))
        column = int(np.clip(round(across * (columns - 1)), 0, columns - 1))
        return f"{place} → {self._answer_text(self._answers[row, column])}"

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        text = self.text_at(event.position().x(), event.position().y())
        if text:
            self.readout.say(text, event.position().toPoint())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.ignore()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # the panel around may scroll

    def leaveEvent(self, event: QEvent) -> None:
        self.readout.hide()

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        """Round the corners, and say when there is no picture yet."""
        theme = self._themes.theme
        whole = QRectF(self.rect())
        painter.save()
        painter.resetTransform()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._answers is None and self._prepared is None:
            painter.setPen(QColor(theme.text_muted))
            painter.setFont(font())
            painter.drawText(whole, Qt.AlignmentFlag.AlignCenter, "The picture appears with the data")
        corners = QPainterPath()
        corners.addRect(whole.adjusted(-1, -1, 1, 1))
        corners.addRoundedRect(whole, RADIUS_PX, RADIUS_PX)
        painter.fillPath(corners, QColor(theme.surface))
        painter.restore()

    def _answer_text(self, answer: Array) -> str:
        assert self._prepared is not None
        data = self._prepared.data
        if self._is_neuron or data.task == "regression":
            return ", ".join(number_text(float(value)) for value in answer)
        if len(answer) == 1:
            chance = float(np.clip(0.5 + 0.5 * answer[0], 0.0, 1.0))
            best, share = (1, chance) if chance > 0.5 else (0, 1.0 - chance)
        else:
            best = int(np.argmax(answer))
            share = float(answer[best])
        return f"{class_name(data.class_names, best)}, {100 * share:.0f} %"

    def _restyle(self) -> None:
        self._use_theme()
        self._set_points()
        self._paint_answers()

    def _use_theme(self) -> None:
        theme = self._themes.theme
        self._lut = diverging_lut(theme)
        self._shades = class_shades(theme)
        self.setBackground(QColor(theme.zero))

    def _paint_answers(self) -> None:
        if self._answers is None or self._prepared is None:
            self._image.clear()
            self.viewport().update()
            return
        several = self._answers.shape[2] > 1 and self._prepared.data.task == "classification"
        if several and not self._is_neuron:
            pixels = shade_classes(self._answers, self._shades, self._discretize)
        else:
            values = self._answers[:, :, 0]
            values = values if self._is_neuron else self._range.signed(values)
            pixels = shade_signed(values, self._lut, self._discretize)
        self.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not self._discretize)
        if self._image.image is None or self._image.image.shape != pixels.shape:
            self._image.setImage(pixels, autoLevels=False, levels=None)
            self._image.setRect(self._image_rect(*pixels.shape[:2]))
        else:
            self._image.setImage(pixels, autoLevels=False, levels=None)

    def _image_rect(self, rows: int, columns: int) -> QRectF:
        """Where the image lies: the outermost answers stand on the plane's edge, so half a pixel reaches beyond."""
        assert self._prepared is not None
        (left, bottom), (right, top) = self._prepared.plane.low, self._prepared.plane.high
        across, up = (right - left) / max(1, columns - 1), (top - bottom) / max(1, rows - 1)
        return QRectF(left - across / 2, bottom - up / 2, across * columns, up * rows)

    def _remove_points(self) -> None:
        for item in (*self._train_items, *self._test_items):
            self._box.removeItem(item)
        self._train_items, self._test_items = [], []

    def _set_points(self) -> None:
        self._remove_points()
        prepared = self._prepared
        if prepared is None:
            return
        (left, bottom), (right, top) = prepared.plane.low, prepared.plane.high
        self._box.setRange(xRange=(left, right), yRange=(bottom, top), padding=0, disableAutoRange=True)
        counts = len(prepared.train_points), len(prepared.test_points)
        size_px = 8 if sum(counts) <= 600 else 6 if sum(counts) <= 1200 else 5
        most = [max(1, round(MOST_POINTS * count / max(sum(counts), 1))) for count in counts]
        self._train_items = self._scatters(
            prepared.train_points, prepared.train_targets, most[0], LIGHT.surface, size_px
        )
        self._test_items = self._scatters(
            prepared.test_points, prepared.test_targets, most[1], LIGHT.text, size_px
        )
        self.set_test_points_visible(self._test_visible)

    def _scatters(
        self, points: Array, targets: NDArray[Any], most: int, outline: str, size_px: int
    ) -> list[pg.ScatterPlotItem]:
        """One item per colour: that is the fastest to draw."""
        if not len(points):
            return []
        chosen = np.linspace(0, len(points) - 1, min(most, len(points))).astype(np.intp)
        points, colors = points[chosen], self._point_colors(np.asarray(targets)[chosen])
        items = []
        for color in dict.fromkeys(colors):
            here = np.flatnonzero(np.array([other == color for other in colors]))
            item = pg.ScatterPlotItem(
                x=points[here, 0],
                y=points[here, 1],
                size=size_px,
                pen=pg.mkPen(outline, width=1),
                brush=pg.mkBrush(color),
            )
            self._box.addItem(item, ignoreBounds=True)
            items.append(item)
        return items

    def _point_colors(self, targets: NDArray[Any]) -> list[str]:
        assert self._prepared is not None
        theme = self._themes.theme
        if self._prepared.data.task == "regression":
            values = self._range.signed(targets.reshape(len(targets), -1)[:, 0])
            step = 256 // _VALUE_COLORS
            entries = self._lut[(signed_index(values) // step) * step + step // 2]
            return [QColor(*map(int, entry[:3])).name() for entry in entries]
        if self._prepared.coding.outputs == 1:
            return [theme.positive if target == 1 else theme.negative for target in targets]
        return [CLASS_COLORS[int(target) % len(CLASS_COLORS)] for target in targets]


class SquareFrame(QWidget):
    """Keeps its one child square, centred, as large as there is room, and asks for no more height than width."""

    def __init__(self, child: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._child = child
        child.setParent(self)
        self.setMinimumSize(160, 160)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def sizeHint(self) -> QSize:
        side = max(self.width(), self.minimumWidth()) if self.isVisible() else 326
        return QSize(side, side)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.setMaximumHeight(max(self.width(), self.minimumHeight()))
            self.updateGeometry()
        side = min(self.width(), self.height())
        self._child.setGeometry((self.width() - side) // 2, (self.height() - side) // 2, side, side)


def class_name(names: tuple[str, ...], number: int) -> str:
    """A class in a sentence: its name, or "class 3" where names are missing or mere numbers."""
    name = names[number] if number < len(names) else str(number)
    return f"class {name}" if name.isdigit() else name
