"""Painting of points: the overlay with the brush, what joins it with toolbar and plot, and strokes as undo steps."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QEnterEvent,
    QFocusEvent,
    QHideEvent,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QShortcut,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from core.data.datasets import MAX_CLASSES, MAX_PAINTED, Dataset, Painted, PaintedPoints
from core.data.datasets.sklearn_tables import is_sklearn_imported, sklearn_datasets
from core.data.label_corrections import corrected_data
from core.data.train_test_split import train_test_split
from core.experiment.experiment import Experiment
from core.experiment.prepare import without_sealed
from playground.model.background_job import BackgroundJob
from playground.model.document import Document
from playground.model.paint_stroke import Brush, Stroke
from playground.views.output.boundary_points import MAX_POINTS, BoundaryPoints
from playground.views.output.paint_toolbar import PaintToolbar
from playground.views.theme.colors import LIGHT, Theme, class_color
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.painted import ARROWS, LEFT_RIGHT, draw_box
from playground.views.widgets.spoken import Role, speak_as

if TYPE_CHECKING:
    from playground.views.output.panel import OutputPanel

Place = tuple[float, float]

_WHEEL_STEP = 120


class PaintOverlay(QWidget):
    """Emits strokes in plot units. Arrow keys move the brush and Enter paints at its position."""

    pressed = Signal(float, float)
    moved = Signal(float, float)
    released = Signal()
    turned = Signal(int)
    """Wheel steps, positive away from the user."""

    def __init__(self, plot: QWidget, extent: QRectF, theme: Theme) -> None:
        """`extent` is the plot's visible rectangle: its top is the lowest value."""
        super().__init__(plot)
        self._plot = plot
        self._extent, self._theme, self._brush, self._color = extent, theme, Brush(), theme.accent
        self._at: QPointF | None = None
        self._down = False
        self.setMouseTracking(True)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        speak_as(self, Role.Canvas, press=Qt.Key.Key_Return, steps=LEFT_RIGHT)
        self.setAccessibleName("Painting area")
        self.setAccessibleDescription("Arrows move the disc, Enter paints, Escape ends")
        self.setGeometry(plot.rect())
        plot.installEventFilter(self)
        self.hide()

    def set_extent(self, extent: QRectF) -> None:
        self._extent = extent
        self.update()

    def show_brush(self, brush: Brush, color: str, theme: Theme) -> None:
        """Set the brush outline, its edge in `color`."""
        self._brush, self._color, self._theme = brush, color, theme
        self.update()

    def place_of(self, x: float, y: float) -> Place:
        """Plot coordinates of a widget position in pixels."""
        across, up = x / max(1, self.width()), 1.0 - y / max(1, self.height())
        extent = self._extent
        return extent.left() + across * extent.width(), extent.top() + up * extent.height()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._plot:
            self.setGeometry(self._plot.rect())
        return False

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._at = event.position()
        if event.button() == Qt.MouseButton.LeftButton:
            self._down = True
            self.pressed.emit(*self.place_of(event.position().x(), event.position().y()))
        self.update()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._at = event.position()
        if self._down:
            self.moved.emit(*self.place_of(event.position().x(), event.position().y()))
        self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._down and event.button() == Qt.MouseButton.LeftButton:
            self._down = False
            self.released.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        steps = round(event.angleDelta().y() / _WHEEL_STEP)
        if steps:
            self.turned.emit(steps)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in ARROWS:
            (across, up), step = ARROWS[key], self.width() / 40
            at = (self._at or QPointF(self.rect().center())) + QPointF(across * step, -up * step)
            self._at = QPointF(min(max(at.x(), 0), self.width()), min(max(at.y(), 0), self.height()))
            self.update()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            at = self._at or QPointF(self.rect().center())
            self.pressed.emit(*self.place_of(at.x(), at.y()))
            self.released.emit()
        else:
            super().keyPressEvent(event)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._at = event.position()
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._at = None
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._at is None and event.reason() in (
            Qt.FocusReason.TabFocusReason,
            Qt.FocusReason.BacktabFocusReason,
        ):
            self._at = QPointF(self.rect().center())
        self.update()

    def hideEvent(self, event: QHideEvent) -> None:
        self._at = None
        if self._down:
            self._down = False
            self.released.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        draw_box(painter, QRectF(self.rect()).adjusted(1, 1, -1, -1), 7, None, self._theme.accent, 2)
        if self._at is None:
            return
        radius = self._radius_px()
        # A dark line on a light one is visible on any background.
        for color, width in ((LIGHT.surface, 5.0), (LIGHT.text, 3.8), (self._color, 2.4)):
            painter.setPen(QPen(QColor(color), width))
            painter.drawEllipse(self._at, radius, radius)

    def _radius_px(self) -> float:
        if self._brush.tool == "point":
            return 4.0
        return max(2.0, self._brush.radius / max(1e-9, self._extent.width()) * self.width())


_APPLY_EVERY_MS = 50
_WINDOW = 6.0
_TEXTS = {
    "brush": "Paint points",
    "point": "Paint point",
    "erase": "Erase points",
    "jitter": "Jitter points",
    "move": "Move points",
}
# The pointer may rest during a stroke.
_MAX_REST_SECONDS = 3600.0


class PaintController(QObject):
    """Active only while the document's dataset is a painted one; `start` converts other points of the plane.

    A stroke is applied as it goes on, at most twenty times a second, so that the training follows it.
    """

    active_changed = Signal(bool)
    possible_changed = Signal(bool)
    message_requested = Signal(str)
    """Carries a message for the status bar."""

    def __init__(self, document: Document, themes: ThemeSource, panel: OutputPanel) -> None:
        super().__init__(panel)
        self._document, self._themes, self._panel = document, themes, panel
        self.bar = PaintToolbar(themes, panel)
        self.bar.hide()
        panel.put_above_plot(self.bar)
        self.pad = PaintOverlay(panel.plot, panel.plot.extent, themes.theme)
        self.active = False
        self._stroke: Stroke | None = None
        self._strokes = 0
        self._rng = np.random.default_rng()
        self._timer = QTimer(self, interval=_APPLY_EVERY_MS, singleShot=True)
        self._timer.timeout.connect(self._apply)
        self._awaited: Dataset | None = None
        self._importing = BackgroundJob("scikit-learn", self, daemon=True)
        self._importing.finished.connect(self._on_imported)
        self._importing.failed.connect(self._on_import_failed)
        self._keys = [self._key(QKeySequence(Qt.Key.Key_Escape), self.stop)]
        for number in range(MAX_CLASSES):
            key = QKeySequence(Qt.Key(Qt.Key.Key_0 + number))
            self._keys.append(self._key(key, partial(self.bar.choose_class, number)))
        self._connect()
        self._possible = self.possible

    @property
    def possible(self) -> bool:
        """Whether the document's data are points of the plane."""
        return self._document.experiment.dataset.family == "points"

    def set_active(self, on: bool) -> None:
        self.start() if on else self.stop()

    def start(self) -> None:
        """Show the toolbar; generated points become painted ones as one undo step.

        For points that need scikit-learn before it is imported, it starts after the import, unless stopped before.
        """
        if self.active or not self.possible:
            return
        experiment = self._document.experiment
        if experiment.dataset.uses_sklearn and not is_sklearn_imported():
            self._wait_for_import(experiment.dataset)
            return
        if not isinstance(experiment.dataset, Painted):
            data = without_sealed(experiment)
            painted = Painted.of_data(corrected_data(experiment.corrections.within(data.rest), data))
            self._document.use_data("Paint", painted)
        self._set_shown(True)
        self._show_points()
        self.pad.setFocus(Qt.FocusReason.OtherFocusReason)

    def stop(self) -> None:
        """Hide the toolbar; the points stay."""
        if self.active:
            self._end_stroke()
            self._set_shown(False)
        elif self._awaited is not None:
            self._awaited = None
            self.active_changed.emit(False)

    def _wait_for_import(self, dataset: Dataset) -> None:
        """Import on a thread: this one would block for a second, also while the training's imports it."""
        self._awaited = dataset
        self.message_requested.emit(f"Painting starts once the points of {dataset.label} are loaded")
        if not self._importing.busy:
            self._importing.start(lambda _report: sklearn_datasets())

    def _on_imported(self) -> None:
        awaited, self._awaited = self._awaited, None
        if awaited is not None:
            self.start()

    def _on_import_failed(self, error: Exception) -> None:
        if self._awaited is not None:
            self.message_requested.emit(f"{self._awaited.label} needs scikit-learn: {error}")
            self.stop()

    def _set_shown(self, on: bool) -> None:
        self.active = on
        self.bar.setVisible(on)
        self.pad.setVisible(on)
        self._panel.plot.hold_points(on)
        for key in self._keys:
            key.setEnabled(on)
        self.active_changed.emit(on)

    def _key(self, key: QKeySequence, callee: object) -> QShortcut:
        shortcut = QShortcut(key, self._panel)
        shortcut.setEnabled(False)
        shortcut.activated.connect(callee)
        return shortcut

    def _connect(self) -> None:
        self._document.experiment_changed.connect(self._follow)
        self._themes.theme_changed.connect(self._show_points)
        self._panel.plot.extent_changed.connect(self.pad.set_extent)
        self.bar.brush_changed.connect(self._show_brush)
        self.bar.class_added.connect(self._add_class)
        self.bar.cleared.connect(self._clear)
        self.bar.finished.connect(self.stop)
        self.pad.pressed.connect(self._begin_stroke)
        self.pad.moved.connect(self._continue_stroke)
        self.pad.released.connect(self._end_stroke)
        self.pad.turned.connect(self.bar.grow)

    # -- strokes --------------------------------------------------------------------------------------------------

    def _painted(self) -> Painted | None:
        dataset = self._document.experiment.dataset
        return dataset if isinstance(dataset, Painted) else None

    def _begin_stroke(self, x: float, y: float) -> None:
        painted = self._painted()
        if painted is None:
            return
        self._strokes += 1
        self._stroke = Stroke(painted.points.array, self.bar.brush(), self._limit(), self._rng)
        self._stroke.begin((x, y))
        self._apply()

    def _continue_stroke(self, x: float, y: float) -> None:
        if self._stroke is not None:
            self._stroke.move_to((x, y))
            if not self._timer.isActive():
                self._timer.start()

    def _end_stroke(self) -> None:
        stroke = self._stroke
        if stroke is None:
            return
        self._timer.stop()
        self._apply()
        self._stroke = None
        if stroke.full:
            self.message_requested.emit(f"There are {MAX_PAINTED:,} points, and no room for more")

    def _apply(self) -> None:
        painted = self._painted()
        if self._stroke is None or painted is None:
            return
        changed = painted.replace(points=PaintedPoints.of_array(self._stroke.points))
        self._change(_TEXTS[self._stroke.tool], changed, f"paint stroke {self._strokes}")

    def _limit(self) -> float:
        # A point at the edge would enlarge the plane, and the next one would again.
        reach = self._panel.plot.extent.right()
        return _WINDOW if reach <= _WINDOW else reach / 1.05

    def _change(self, text: str, painted: Painted, merge_key: str = "") -> None:
        self._document.use_data(text, painted, merge_key, merge_seconds=_MAX_REST_SECONDS)

    def _add_class(self) -> None:
        painted = self._painted()
        if painted is not None and painted.classes < MAX_CLASSES:
            self._change("Add class", painted.replace(classes=painted.classes + 1))
            self.bar.choose_class(painted.classes)

    def _clear(self) -> None:
        painted = self._painted()
        if painted is not None:
            self._change("Clear points", painted.replace(points=PaintedPoints()))

    # -- what is shown --------------------------------------------------------------------------------------------

    def _follow(self, experiment: Experiment) -> None:
        if self.active and not isinstance(experiment.dataset, Painted):
            self._stroke = None
            self.stop()
        elif self._awaited is not None and experiment.dataset != self._awaited:
            self.stop()
        self._show_points()
        if self.possible != self._possible:
            self._possible = self.possible
            self.possible_changed.emit(self._possible)

    def _show_points(self, _: object = None) -> None:
        """Draw the document's points at once: training may lag, or not run with too few points."""
        painted = self._painted()
        if not self.active or painted is None:
            return
        experiment, extent = self._document.experiment, self._panel.plot.extent
        self.bar.show_classes([class_color(number) for number in range(painted.classes)])
        self._show_brush()
        rows = painted.points.array
        if len(rows) > 1:
            parts = train_test_split(
                painted.load(experiment.data_seed), experiment.train_share, experiment.data_seed
            )
        else:
            parts = np.arange(len(rows)), np.arange(0)
        train, test = (rows[_drawn(part, len(rows))] for part in parts)
        low, high = (extent.left(), extent.top()), (extent.right(), extent.bottom())
        self._panel.plot.show_points(
            BoundaryPoints.chosen(
                low, high, (train[:, :2], train[:, 2]), (test[:, :2], test[:, 2]), is_regression=False
            )
        )

    def _show_brush(self) -> None:
        brush = self.bar.brush()
        painting = brush.tool in ("brush", "point")
        color = self.bar.color_of(brush.label) if painting else self._themes.theme.surface
        self.pad.show_brush(brush, color, self._themes.theme)


def _drawn(part: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """Indices drawn if a split has too many points: the newest, and a subset of the others."""
    newest = count - MAX_POINTS // 2
    if count <= MAX_POINTS:
        return part
    stride = -(-newest // (MAX_POINTS // 2))
    drawn: NDArray[np.int64] = part[(part >= newest) | (part % stride == 0)]
    return drawn
