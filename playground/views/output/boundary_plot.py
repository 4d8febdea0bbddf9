"""The decision boundary of the network, with the data points on it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QLineF, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QWidget

from core.data.pipeline import TokenInputs
from core.data.texts import shown_text
from core.inspect.fog import NETWORKS, Fog
from core.inspect.plane_image import PlaneImage, PlaneKind, ValueRange, enlarged, line_dashes
from core.io.number_text import held_text, percent_text, place_text
from core.spec.arrays import Array
from playground.views.output.boundary_colors import PlaneColors, PlanePicture
from playground.views.output.boundary_points import BoundaryPoints, PointsPicture
from playground.views.output.class_pills import paint_axes
from playground.views.theme.colors import LIGHT, RADIUS_PX, Theme, rgb
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.hover_readout import HoverReadout
from playground.views.widgets.number_format import class_words, number_text, value_text
from playground.views.widgets.painted import (
    CENTER,
    LEFT_RIGHT,
    WRAPPED,
    PaintedWidget,
    clear_pixmap,
    draw_box,
    draw_text,
    fitted_text,
)

if TYPE_CHECKING:
    from core.data.plane import Plane
    from core.experiment.prepare import PreparedData

# Hit radius of points, and the radius of the selection ring.
_CLICK_PX = 12
_RING_PX = 8.0
_HEAD_PX = 9.0
_THICKEST = 240
# Of texts, which have no picture.
_SHOWN_TEXTS, _SHOWN_LETTERS = 12, 48


class BoundaryPlot(PaintedWidget):
    """Draws outputs (rows, columns, outputs) on the plane of a `PreparedData`; row 0 is at the bottom.

    A frame is two copies: the outputs, and all that lies over them. That is painted when it changes.
    """

    test_point_clicked = Signal(int)
    """Carries the index of the clicked test sample."""
    extent_changed = Signal(QRectF)
    """Carries the visible rectangle in plane units; its top is the lowest value."""
    resized = Signal()
    """The size in pixels has changed."""

    name = "Output of the network over the plane"
    steps = LEFT_RIGHT
    focus = Qt.FocusPolicy.TabFocus
    is_tracking = True
    size_px = 326, 326

    def __init__(
        self,
        themes: ThemeSource,
        parent: QWidget | None = None,
        ends: Callable[[Theme], tuple[str, str]] | None = None,
    ) -> None:
        """`ends` give the colors of the lowest and the highest value of a neuron, if they are not the theme's."""
        super().__init__(themes, parent)
        self._ends = ends
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self._prepared: PreparedData | None = None
        self.plane: Plane | None = None
        """The plane of the points; None without data."""
        self._train_points: Array = np.empty((0, 2))
        self._test_points: Array = np.empty((0, 2))
        self.image: PlaneImage | None = None
        """Image over the plane."""
        self._outputs: Array | None = None
        self._is_neuron = False
        self._label: int | None = None
        self._discretize, self._has_line = False, True
        self._dashed: list[tuple[Array, str]] = []
        self._step_point: Array | None = None
        self._arrow: Array | None = None
        self._fog: Fog | None = None
        self._marked: int | None = None
        self._points_held = False
        self._extent = QRectF(-6.0, -6.0, 12.0, 12.0)
        self.value_range = self.neuron_range = ValueRange()
        """Values at the ends of the color maps of the outputs, and of a neuron."""
        self._image, self._points = PlanePicture(), PointsPicture()
        self._over: QPixmap | None = None
        self.readout = HoverReadout(self)
        self.setAccessibleDescription("Left and Right choose a sample")
        self._restyle()

    @property
    def drawn_points(self) -> int:
        """Number of points drawn, test points included even when hidden."""
        return len(self._points)

    @property
    def pixels(self) -> int:
        """The side of the plot in device pixels."""
        return round(self.width() * self.devicePixelRatioF())

    def show_data(self, prepared: PreparedData) -> None:
        """Set plane and points of the data; drops the outputs."""
        before, self._prepared = self._prepared, prepared
        regression = prepared.data.labels == "values"
        self.value_range = ValueRange.of(np.asarray(prepared.train.labels)) if regression else ValueRange()
        self.plane, self._fog = prepared.plane, None
        nowhere = np.empty((0, 2)), np.empty((0, 2))
        places = (prepared.train_points, prepared.test_points) if prepared.has_plane else nowhere
        self._train_points, self._test_points = places
        resized = self._fit(prepared.plane)
        same = before is not None and before.encoding == prepared.encoding and not resized
        if self._points_held and same:
            # While painting, keep the last outputs until the next ones, or the plot flickers.
            return
        if not self._points_held:
            self.show_points(BoundaryPoints.of(prepared) if prepared.has_plane else None)
        self._draw_over()
        self.show_outputs(None)

    def show_plane(self, plane: Plane | None) -> None:
        """Project the points to another plane of the data; None is the default plane."""
        prepared = self._prepared
        if prepared is None:
            return
        plane, before = plane or prepared.plane, self.plane
        if plane is before:
            return
        self.plane = plane
        self._fit(plane)
        if before is None or plane.columns is None or plane.columns != before.columns:
            self._train_points, self._test_points = prepared.places_on(plane)
        self.show_points(BoundaryPoints.on(prepared, plane))

    def show_points(self, points: BoundaryPoints | None) -> None:
        """Replace the points of the data."""
        self._points.show_points(points, self._themes.theme, self.value_range)
        self._draw_over()

    def _fit(self, plane: Plane) -> bool:
        """Show the whole plane. Returns whether the extent changed."""
        (left, low), (right, high) = plane.low, plane.high
        extent = QRectF(left, low, right - left, high - low)
        resized, self._extent = extent != self._extent, extent
        if resized:
            self.extent_changed.emit(extent)
        return resized

    @property
    def extent(self) -> QRectF:
        """The visible rectangle in plane units; its top is the lowest value."""
        return QRectF(self._extent)

    def hold_points(self, hold: bool) -> None:
        """While held, points are set by `show_points`, not by the data."""
        self._points_held = hold

    def show_outputs(self, outputs: Array | None) -> None:
        """Set the network's outputs (rows, columns, outputs) on a grid from edge to edge; None clears them."""
        if outputs is not None and outputs is self._outputs and not self._is_neuron:
            return
        self._outputs, self._is_neuron = outputs, False
        self.image = None if outputs is None else enlarged(outputs, self.pixels, self._kind(outputs))
        self._color_image()

    def show_image(self, image: PlaneImage, outputs: Array | None = None) -> None:
        """Set the network's outputs at the plot's pixels, and on their grid."""
        if image is not self.image or self._is_neuron:
            self.image, self._outputs, self._is_neuron = image, outputs, False
            self._color_image()
            # At rest alone: names that follow the training would jump.
            if image.is_final and self._points.show_ground(image.labels):
                self._draw_over()

    def show_neuron(self, values: Array | PlaneImage, label: int | None = None) -> None:
        """Draw one neuron's map (rows, columns) or its image instead of the outputs; `label` is the class it is for."""
        self._label = label
        if isinstance(values, PlaneImage):
            image = values
        else:
            image = enlarged(values[:, :, None], self.pixels, "values")
        self.neuron_range = ValueRange.of(image.values)
        self.image, self._outputs, self._is_neuron = image, None, True
        self._color_image()

    def _kind(self, outputs: Array) -> PlaneKind:
        if self._prepared is None or not self._prepared.task.classifies:
            return "values"
        return "signed" if outputs.shape[2] == 1 else "classes"

    def set_discretize(self, discretize: bool) -> None:
        """Set whether colors are shaded by certainty or discrete."""
        self._discretize = discretize
        self._image.is_smooth = not discretize
        self._color_image()

    def set_line_visible(self, visible: bool) -> None:
        """Set whether the line along which the decision changes is drawn."""
        self._has_line = visible
        self._color_image()

    def show_after(self, image: PlaneImage | None, point: Array | None = None) -> None:
        """Draw the decision line of another image dashed, that behind a step, and ring its sample at (x, y)."""
        self._step_point = point
        self.show_dashed([] if image is None else [(image, LIGHT.gradient)])

    def show_dashed(self, images: Sequence[tuple[PlaneImage, str]]) -> None:
        """Draw the decision lines of other images dashed, each in a color."""
        self._dashed = [
            (line_dashes(*image.line, image.side), ink) for image, ink in images if image.line is not None
        ]
        self._draw_over()

    def show_fog(self, fog: Fog | None) -> None:
        """Let colors fade where networks disagree, and say how far they do on the chosen sample."""
        if fog is not self._fog:
            self._fog = fog
            self._draw_over()

    def show_arrow(self, ends: Array | None) -> None:
        """Draw an arrow from one point of the plane to another, (2, 2)."""
        self._arrow = ends
        self._draw_over()

    def set_test_points_visible(self, visible: bool) -> None:
        """Set the visibility of test points."""
        self._points.set_test_visible(visible)
        self._draw_over()

    def leave_room(self, taken: QRectF) -> None:
        """Write neither key nor class names in this part of the plot, which something covers; empty for none."""
        if self._points.leave_room(taken):
            self._draw_over()

    def clear(self) -> None:
        self._prepared = self.plane = self._fog = None
        if not self._points_held:
            self.show_points(None)
        self._draw_over()
        self.show_outputs(None)
        self.readout.hide()

    def text_at(self, x: float, y: float) -> str:
        """Text of a widget position: "x₁ 1.24, x₂ −0.50 → class 1, 93 %"."""
        plane, view = self.plane, self._extent
        if plane is None or not self.width():
            return ""
        a = view.left() + x / self.width() * view.width()
        b = view.bottom() - y / self.height() * view.height()
        place = ", ".join(
            f"{label} {number_text(value) if plane.columns is None else value_text(value, high - low)}"
            for label, value, low, high in zip(plane.labels, (a, b), plane.low, plane.high, strict=True)
        )
        if self.image is None:
            return place
        side = self.image.side
        row = int((b - view.top()) / view.height() * side)
        column = int((a - view.left()) / view.width() * side)
        row, column = max(0, min(side - 1, row)), max(0, min(side - 1, column))
        said, fog = self._output_text(self.image, row, column), self._fog
        if fog is not None and not self._is_neuron:
            cells = len(fog.spread) - 1
            spread = fog.spread[round(row / side * cells), round(column / side * cells)]
            classifies = self._prepared is not None and self._prepared.task.classifies
            said += f" ± {percent_text(float(spread)) if classifies else number_text(float(spread))}"
        return f"{place} → {said}"

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        text = self.text_at(event.position().x(), event.position().y())
        if text:
            self.readout.show_text(text, event.position().toPoint())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton:
            row = self._test_point_at(event.position())
            if row is not None:
                self.test_point_clicked.emit(row)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None or not len(self._test_points) or event.modifiers():
            super().keyPressEvent(event)
            return
        before = self._marked if self._marked is not None else -1 if step > 0 else 0
        row = (before + step) % len(self._test_points)
        self.test_point_clicked.emit(row)
        at = self._place_of(self._test_points[row])
        self.readout.show_text(self.text_at(at.x(), at.y()), at.toPoint())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._draw_over()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.readout.hide()
        self._draw_over()

    def mark_test_point(self, row: int | None) -> None:
        """Draw a ring around a test point, or ~row of a training point; None removes it."""
        if row != self._marked:
            self._marked = row
            self._draw_over()

    def _test_point_at(self, at: QPointF) -> int | None:
        """Index of the test point nearest to a position, within the hit radius; else None."""
        if self._prepared is None or not len(self._test_points):
            return None
        places = np.array([[spot.x(), spot.y()] for spot in map(self._place_of, self._test_points)])
        distances = np.hypot(places[:, 0] - at.x(), places[:, 1] - at.y())
        nearest = int(np.argmin(distances))
        return nearest if distances[nearest] <= _CLICK_PX else None

    def _place_of(self, point: Array) -> QPointF:
        view = self._extent
        across = (float(point[0]) - view.left()) / view.width()
        up = (float(point[1]) - view.top()) / view.height()
        return QPointF(across * self.width(), (1.0 - up) * self.height())

    def _ring(self, painter: QPainter, point: Array, ink: str) -> None:
        spot = self._place_of(point)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for color, width in ((LIGHT.surface, 4.0), (ink, 2.0)):
            painter.setPen(QPen(QColor(color), width))
            painter.drawEllipse(spot, _RING_PX, _RING_PX)

    def _paint_fog(self, painter: QPainter, fog: Fog) -> None:
        side = len(fog.doubt)
        pixels = np.empty((side, side, 4), np.uint8)
        pixels[..., :3] = rgb(self._themes.theme.zero)
        pixels[..., 3] = np.rint(_THICKEST * fog.doubt[::-1])
        image = QImage(pixels.data, side, side, 4 * side, QImage.Format.Format_RGBA8888)
        # The outer points of the grid lie on the edges.
        across, up = (0.5 * length / (side - 1) for length in (self.width(), self.height()))
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(self.rect()).adjusted(-across, -up, across, up), image)

    def fog_words(self, fog: Fog) -> tuple[str, QFont]:
        """What the networks say of the sample, and the font in which it fits the plot."""
        text = self._fog_text(fog)
        return fitted_text((f"Sample: {text}", text), self._small, self.width() - 32)

    def _fog_text(self, fog: Fog) -> str:
        """ "class 1, 43 ± 16 %, 16 seeds at epoch 120"; no epoch if it is that of the network itself."""
        assert self._prepared is not None
        who = "dropout left on" if fog.epoch is None else f"{NETWORKS} seeds"
        who += "" if fog.epoch is None or fog.is_done else f" at epoch {place_text(fog.epoch)}"
        means, spreads = fog.sample
        if not self._prepared.task.classifies:
            return f"{number_text(float(means[0]))} ± {number_text(float(spreads[0]))}, {who}"
        said = int(means.argmax())
        name, share = class_words(self._prepared.data.class_names, said), percent_text(float(means[said]))
        return f"{name}, {share.removesuffix(' %')} ± {percent_text(float(spreads[said]))}, {who}"

    def _paint_arrow(self, painter: QPainter, ends: Array) -> None:
        start, end = map(self._place_of, ends)
        line = QLineF(end, start)
        if line.length() < 1.0:
            return
        head = [QLineF(end, end) for _ in range(2)]
        for each, turn in zip(head, (-25.0, 25.0), strict=True):
            each.setP2(end + QPointF(_HEAD_PX, 0.0))
            each.setAngle(line.angle() + turn)
        for color, width in ((LIGHT.surface, 5.0), (LIGHT.text, 2.0)):
            painter.setPen(QPen(QColor(color), width, c=Qt.PenCapStyle.RoundCap))
            painter.drawLines([line, *head])

    def _paint_dashes(self, painter: QPainter, dashes: Array, ink: str) -> None:
        across, up = self.width(), self.height()
        lines = [QLineF(a * across, (1 - b) * up, c * across, (1 - d) * up) for a, b, c, d in dashes.tolist()]
        for color, width in ((LIGHT.surface, 3.2), (ink, 1.8)):
            painter.setPen(QPen(QColor(color), width))
            painter.drawLines(lines)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.readout.hide()

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        own = self.devicePixelRatioF()
        if self._over is None or self._over.size() != self.size() * own:
            self._over = self._painted_over(own)
        image, over, ratio = self._image, self._over, painter.deviceTransform().m11()
        if ratio > 1.01 * own:
            # For an exported picture, which has more pixels than the screen.
            image, over = self._finer_image(ratio), self._painted_over(ratio)
        image.paint(painter, QRectF(self.rect()), QColor(theme.zero))
        painter.drawPixmap(0, 0, over)

    def _finer_image(self, ratio: float) -> PlanePicture:
        """Image over the plane at more pixels than the screen has; of many classes by their grid."""
        image, side = self.image, round(self.width() * ratio)
        if image is None or self._prepared is None or (image.labels is not None and self._outputs is None):
            return self._image
        source = image.values[:, :, None] if image.labels is None or self._outputs is None else self._outputs
        kind: PlaneKind = "values" if self._is_neuron else self._kind(source)
        made = PlanePicture()
        made.is_smooth = not self._discretize
        made.show_words(self._words(enlarged(source, side, kind, is_final=True), self._prepared))
        return made

    def _draw_over(self) -> None:
        """Paint anew what lies over the outputs."""
        self._over = None
        self.update()

    def _painted_over(self, ratio: float) -> QPixmap:
        """Points, axes, ring and the round corners."""
        theme, whole = self._themes.theme, QRectF(self.rect())
        points = self._points.picture(self.size(), ratio)
        made = clear_pixmap(self.size(), ratio) if points is None or self._fog is not None else points.copy()
        painter = QPainter(made)
        if self._fog is not None:
            self._paint_fog(painter, self._fog)
            if points is not None:
                painter.drawPixmap(0, 0, points)
        words = "" if self._points_held else _words_for(self._prepared)
        if words:
            draw_text(painter, whole.adjusted(12, 0, -12, 0), words, theme.text_muted, font(), WRAPPED)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.plane is not None and self.plane.columns is not None:
            paint_axes(painter, whole, self.plane, theme)
        for dashes, ink in self._dashed:
            self._paint_dashes(painter, dashes, ink)
        if self._step_point is not None:
            self._ring(painter, self._step_point, LIGHT.gradient)
        if self._marked is not None and self._prepared is not None:
            row = self._marked
            places, row = (self._train_points, ~row) if row < 0 else (self._test_points, row)
            if row < len(places):
                self._ring(painter, places[row], LIGHT.text)
        if self._arrow is not None:
            self._paint_arrow(painter, self._arrow)
        if self._fog is not None and self._prepared is not None:
            text, face = self.fog_words(self._fog)
            width = QFontMetricsF(face).horizontalAdvance(text) + 16
            pill = QRectF(8, self.height() - 28, width, 20)
            draw_box(painter, pill, 10, theme.surface)
            draw_text(painter, pill, text, theme.text, face, CENTER)
        corners = QPainterPath()
        corners.addRect(whole.adjusted(-1, -1, 1, 1))
        corners.addRoundedRect(whole, RADIUS_PX, RADIUS_PX)
        painter.fillPath(corners, QColor(theme.surface))
        self._paint_focus(painter, RADIUS_PX)
        painter.end()
        return made

    def _output_text(self, image: PlaneImage, row: int, column: int) -> str:
        assert self._prepared is not None
        data, value = self._prepared.data, float(image.values[row, column])
        if self._is_neuron or not self._prepared.task.classifies:
            return number_text(value)
        if image.labels is not None:
            best, share = int(image.labels[row, column]), value
        else:
            chance = self._prepared.encoding.share_of_signed(value)
            best, share = (1, chance) if value > 0.0 else (0, 1.0 - chance)
        return f"{class_words(data.class_names, best)}, {percent_text(share)}"

    def _restyle(self) -> None:
        theme = self._themes.theme
        self._colors = PlaneColors(theme, self._ends and self._ends(theme))
        if self._prepared is not None and self.plane is not None:
            self.show_points(BoundaryPoints.on(self._prepared, self.plane))
        self._draw_over()
        self._color_image()

    def _color_image(self) -> None:
        self.update()
        if self.image is None or self._prepared is None:
            self._image.show_words(None)
            return
        self._image.show_words(self._words(self.image, self._prepared))

    def _words(self, image: PlaneImage, prepared: PreparedData) -> NDArray[np.uint32]:
        """The colors of an image."""
        return self._colors.pixels(
            image if self._has_line else replace(image, line=None),
            self.neuron_range if self._is_neuron else self.value_range,
            prepared.encoding.outputs,
            strong=self._is_neuron,
            discretize=self._discretize,
            label=self._label if self._is_neuron else None,
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()


def _words_for(prepared: PreparedData | None) -> str:
    """Text in place of a picture; "" where there is one."""
    if prepared is None:
        return "The picture appears with the data"
    inputs = prepared.pipeline.inputs
    if prepared.has_plane or not isinstance(inputs, TokenInputs):
        return ""
    texts = inputs.raw(prepared.test.inputs[:_SHOWN_TEXTS])
    lines = [shown_text(text).replace("\n", "⏎")[:_SHOWN_LETTERS] for text in texts]
    return "\n".join([held_text("Texts of the test samples", prepared.held_name), "", *lines])
