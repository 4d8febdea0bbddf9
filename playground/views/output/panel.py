"""The output panel: decision boundary, with legend and controls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, QSize, QTimer, Signal
from PySide6.QtGui import QHideEvent, QImage, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QStackedWidget, QWidget

from core.inspect.flow_field import FlowPart, FlowPathsPart
from core.inspect.fog import FogPart
from core.inspect.plane_image import PlaneImage
from core.inspect.snapshot import Snapshot, SnapshotRequest
from core.io.number_text import held_text
from core.spec.arrays import Array
from playground.views.output.boundary_legend import BoundaryLegend
from playground.views.output.boundary_plot import BoundaryPlot
from playground.views.output.boundary_points import MAX_POINTS, names_on_plot
from playground.views.output.code_pages import CodePages
from playground.views.output.flow_bar import FlowBar
from playground.views.output.flow_plot import FlowPlot
from playground.views.output.output_plot import MapPlot
from playground.views.output.plane_axes_bar import PlaneAxesBar
from playground.views.output.series_plot import SeriesPlot
from playground.views.output.token_page import TokenPage
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import SectionTitle
from playground.views.widgets.boxes import STRETCH, Stretch, hbox, set_up, vbox
from playground.views.widgets.labels import CutLabel, SteadyLabel
from playground.views.widgets.number_format import class_labels, class_words, number_text

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

# Minimum size of the plot: the window still fits 720 screen lines with everything above it.
_MIN_PX = 120
# Initial width in the panel.
_SHOWN_PX = 335


class SquareFrame(QWidget):
    """Keeps its child square and centered, as large as possible; prefers a height equal to its width.

    With a `set_height` the child is as wide as there is room, and not higher than that.
    """

    def __init__(self, child: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._child, self._highest = child, 0
        child.setParent(self)
        self.setMinimumSize(_MIN_PX, _MIN_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def set_height(self, highest: int) -> None:
        """Set the greatest height of a child that is no square; 0 for one that is."""
        if highest != self._highest:
            self._highest = highest
            self._fit()

    def sizeHint(self) -> QSize:
        side = max(self.width(), self.minimumWidth()) if self.isVisible() else _SHOWN_PX
        return QSize(side, min(side, self._highest or side))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()
        side = min(self.width(), self.height())
        if self._highest:
            self._child.setGeometry(self.rect())
        else:
            self._child.setGeometry((self.width() - side) // 2, (self.height() - side) // 2, side, side)

    def _fit(self) -> None:
        most = max(self.width(), self.minimumHeight())
        self.setMaximumHeight(min(most, self._highest or most))
        self.updateGeometry()


_FOLLOW_TIP = "Draw the picture anew while training; off, it stays as it is and training goes on"
_LIVE_TIP = "The picture is of an earlier moment; on, it follows the training again"
_OUTPUT = "Output", "What the network thinks"
"""The title, and that of the simple view."""
_RESIZED_MS = 60
"""Images of another size are requested when the plot has kept its size for so long."""


class OutputPanel(QWidget):
    """Title, decision boundary, legend and check boxes. Without "Follow live" the plot is frozen.

    While an earlier moment is looked at, "Follow live" is off and the plot shows that moment; checking it asks to
    return.
    """

    flow_requested = Signal(object)
    """Carries the time at which snapshots should contain the field of velocities, and the FlowWish; None for none."""
    pixels_requested = Signal(int)
    """Carries the side of the plot in device pixels; 0 while it is hidden."""
    live_requested = Signal()
    """Requests to look at the training as it is now."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_up(self, objectName="output_panel", role="panel")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.title = SectionTitle("", self)
        self.title.set_text(*_OUTPUT)
        self.title.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.plot = BoundaryPlot(themes)
        self.legend = BoundaryLegend(themes, self)
        self.neuron_legend = BoundaryLegend(themes, self, strong=True)
        self.neuron_legend.hide()
        self.plane = PlaneAxesBar(themes, self)
        self.flow, self.flow_bar = FlowPlot(themes), FlowBar(themes, self)
        self.flow_bar.follow_live.setChecked(True)
        self.flow_text = set_up(CutLabel(self), role="caption")
        self._has_flow = self._is_painting = False
        self.codes, self.tokens = CodePages(themes, self), TokenPage(themes, self)
        self.series = SeriesPlot(themes, self)
        self._pages: tuple[CodePages | TokenPage | SeriesPlot, ...] = (self.codes, self.tokens, self.series)
        self.map = MapPlot(themes)
        self.pictures = QStackedWidget()
        self.test_points = self._check_box("Test points", "", checked=True)
        self.discretize = self._check_box(
            "Discretize", "Show the decision alone, without how sure the network is", checked=False
        )
        self.decision_line = self._check_box(
            "Line", "Draw the line along which the network's decision changes", checked=True
        )
        self.decision_line.setAccessibleName("Decision line")
        self.follow_live = self._check_box("Follow live", _FOLLOW_TIP, checked=True)
        self.reading = set_up(SteadyLabel(self), role="caption")
        self.reading.hide()
        self._is_read = self._is_past = self._decides = False
        self._followed = True
        self._home: tuple[str, str] = _OUTPUT
        self._wide = self._names_on_plot = False
        self._neuron: Array | PlaneImage | None = None
        self._label: int | None = None
        self._has_map = False
        self._snapshot: Snapshot | None = None
        self._shown: Snapshot | None = None
        self._pixels = 0
        self._resized = QTimer(self, interval=_RESIZED_MS, singleShot=True)
        self._resized.timeout.connect(self._request_pixels)
        self._stale = False
        self._lay_out()
        self._show_point_count(0, 0)
        self._show_task(None)
        self.codes.switch.chosen.connect(self._name_plane)
        self.test_points.toggled.connect(self.plot.set_test_points_visible)
        self.discretize.toggled.connect(self.plot.set_discretize)
        self.decision_line.toggled.connect(self.plot.set_line_visible)
        self.follow_live.toggled.connect(self._on_follow_toggled)
        self.plot.resized.connect(self._resized.start)
        self.flow_bar.part_toggled.connect(self.flow.show_part)
        self.flow_bar.time_changed.connect(self.flow.show_time)
        self.flow_bar.time_changed.connect(self._request_flow)
        self.flow_bar.wish_changed.connect(self._request_flow)
        self.flow_bar.follow_live.toggled.connect(self.follow_live.setChecked)
        self.follow_live.toggled.connect(self.flow_bar.follow_live.setChecked)

    @property
    def _page(self) -> CodePages | TokenPage | SeriesPlot | None:
        """View in place of the plot for the task of these data."""
        return next((page for page in self._pages if page.is_on), None)

    def picture(self) -> QImage:
        """What is shown now, for a thumbnail."""
        shown = self.pictures.currentWidget()
        return QImage() if shown is None else shown.grab().toImage()

    def show_data(self, prepared: PreparedData) -> None:
        """Set the data: plane, points and class names. The outputs change with the next snapshot."""
        self._snapshot = self._shown = self._neuron = None
        self.plot.show_data(prepared)
        self.plane.show_data(prepared)
        name = held_text("Test points", prepared.held_name)
        set_up(self.test_points, text=name, accessibleName=name)
        self._show_task(prepared)
        self._wide = prepared.data.shape != (2,)
        self._name_plane()
        self._show_colors(prepared)
        self._show_point_count(self.plot.drawn_points, len(prepared.train_points) + len(prepared.test_points))

    def show_inspection(self, state: SnapshotRequest) -> None:
        """Mark the selected sample, and follow the selected plane."""
        self.plane.show_inspection(state)
        for plot in (self.codes, self.series):
            plot.mark_test_point(state.sample)
        self.tokens.choose_position(state.position)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Draw the snapshot's outputs, unless frozen or showing a neuron."""
        self._snapshot = snapshot
        self._draw()

    def show_past(self, is_past: bool) -> None:
        """Set whether snapshots are of an earlier moment. Back at now, "Follow live" is as it was before."""
        if is_past == self._is_past:
            return
        if is_past:
            self._followed = self.follow_live.isChecked()
        self._is_past = is_past
        with QSignalBlocker(self.follow_live):
            self.follow_live.setChecked(self._followed and not is_past)
        self.flow_bar.follow_live.setChecked(self.follow_live.isChecked())
        self.follow_live.setToolTip(_LIVE_TIP if is_past else _FOLLOW_TIP)

    def _on_follow_toggled(self, on: bool) -> None:
        if self._is_past:
            self._followed = on
            self.live_requested.emit()
        else:
            self._draw()

    def show_neuron(
        self, values: Array | PlaneImage | None, title: str = "", label: int | None = None
    ) -> None:
        """Draw one neuron's map (rows, columns) or its image, of an output for class `label`; None: the outputs."""
        self._neuron, self._has_map, self._label = values, False, label
        self.title.set_text(*((title, "") if values is not None and title else self._home))
        self._choose_picture()
        if values is not None:
            self.plot.show_neuron(values, label)
        else:
            self._show_outputs()
            self._draw()
        self._show_legend()

    def show_maps(self, maps: Array, title: str) -> None:
        """Draw images of signed values (count, rows, columns) instead of the plot, until `show_neuron`."""
        self._has_map = True
        self.title.set_text(title)
        self.map.show_picture(maps)
        self._choose_picture()
        self._show_legend()

    def show_painting(self, on: bool) -> None:
        """Set whether points are painted, which needs the plot."""
        self._is_painting = on
        self._choose_picture()

    @property
    def around_px(self) -> int:
        """Height of what is above and below every plot; tools, axes and names take theirs from the results."""
        margins, rows = self._column.contentsMargins(), (self._head, self._boxes)
        around = sum(row.sizeHint().height() + self._column.spacing() for row in rows)
        return around + margins.top() + margins.bottom()

    @property
    def margins_px(self) -> int:
        """Width of what is beside the plot."""
        return self._column.contentsMargins().left() + self._column.contentsMargins().right()

    def put_above_plot(self, widget: QWidget) -> None:
        """Insert a widget between the title and the plot."""
        self._column.insertWidget(1, widget)

    def clear(self) -> None:
        self._snapshot = self._shown = self._neuron = None
        self._has_map = self._wide = self._stale = False
        self.plot.clear()
        self.plane.clear()
        self._show_task(None)
        self.legend.show_ends("", "")
        self._name_plane()
        self._choose_picture()
        self._show_point_count(0, 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_legend()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_on(True)
        if self._stale:
            self._draw()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._show_on(False)

    def _show_on(self, shown: bool) -> None:
        self._request_flow()
        for page in self._pages:
            page.show_on(shown)
        self._request_pixels()

    def _request_pixels(self) -> None:
        drawn = self.isVisible() and self.pictures.currentWidget() in (self.plot, self.map)
        pixels = self.plot.pixels if drawn else 0
        if pixels != self._pixels:
            self._pixels = pixels
            self.pixels_requested.emit(pixels)

    def _show_task(self, prepared: PreparedData | None) -> None:
        """Take the place of the plot and its boxes where the task's field can be drawn, or samples are given back."""
        on = self._has_flow = prepared is not None and prepared.task.has_time
        self._decides = prepared is not None and prepared.task.classifies
        for page in self._pages:
            page.show_data(prepared)
        own = self._page
        has_page = own is not None
        self._frame.set_height(0 if own is None else own.highest_px)
        # What it holds of data without a flow goes, too.
        self.flow.show_data(prepared if on else None)
        if on and prepared is not None:
            self.flow_bar.show_data(prepared)
        for control in (self.test_points, self.discretize):
            control.setVisible(not on and not has_page)
        self.follow_live.setVisible(not on)
        self.flow_bar.setVisible(on)
        self.flow_text.setVisible(on)
        self._choose_picture()
        self._request_flow()

    def show_plain(self, plain: bool) -> None:
        """Say below the plot how it is read, or not."""
        self._is_read = plain
        self._show_reading()

    def _show_reading(self) -> None:
        # Black or white, by the theme and what is below it.
        line = " The line: where it is undecided." if self._decides else ""
        self.reading.setText(f"Background: what the network says at every place.{line}")
        self.reading.setVisible(self._is_read and self.pictures.currentWidget() is self.plot)

    def _request_flow(self) -> None:
        asked = (self.flow_bar.time, self.flow_bar.wish) if self._has_flow and self.isVisible() else None
        self.flow_requested.emit(asked)

    def _show_outputs(self) -> None:
        shown = self._shown
        if shown is not None and shown.image is not None:
            self.plot.show_image(shown.image, shown.boundary)
        else:
            self.plot.show_outputs(None if shown is None else shown.boundary)

    def _draw(self) -> None:
        if self._snapshot is None:
            return
        moved = self._snapshot.plane is not None and self._snapshot.plane is not self.plot.plane
        # A newly chosen plane and an earlier moment are drawn even while frozen.
        if not (moved or self._is_past or self.follow_live.isChecked()):
            return
        self._stale = not self.isVisible()
        if self._stale:
            return
        self._shown = self._snapshot
        if self._has_flow:
            made = self._snapshot.part(FlowPathsPart)
            self.flow.show_flow(self._snapshot.part(FlowPart), made, self._snapshot.plane)
            # Images fill the plot.
            self.flow_text.setText(self.flow.text() if made is not None and made.is_of_images else "")
        if (page := self._page) is not None:
            page.show_snapshot(self._snapshot)
        if moved:
            self.plot.show_plane(self._snapshot.plane)
            self._name_plane()
        self.plot.show_fog(self._snapshot.part(FogPart))
        if self._neuron is None and self.pictures.currentWidget() is self.plot:
            self._show_outputs()

    def _choose_picture(self) -> None:
        flows = self._has_flow and self._neuron is None and not self._is_painting
        home: QWidget = self.flow if flows else self.plot
        if (page := self._page) is not None and self._neuron is None and not self._is_painting:
            home = page
        picture: QWidget = self.map if self._has_map else home
        self.pictures.setCurrentWidget(picture)
        self._request_pixels()
        if picture is self.plot and self._neuron is None:
            self._show_outputs()
        self._show_reading()

    def _name_plane(self) -> None:
        plane = self.plot.plane
        self._home = ("PCA plane", "") if self._wide and plane and plane.columns is None else _OUTPUT
        if self._has_flow:
            self._home = "From noise to data", ""
        if (page := self._page) is not None:
            self._home = page.title, ""
        if self._neuron is None and not self._has_map:
            self.title.set_text(*self._home)
            self._place_legend()

    def _show_colors(self, prepared: PreparedData) -> None:
        classifies, names = prepared.task.classifies, class_labels(prepared.data)
        self.decision_line.setVisible(classifies)
        self._names_on_plot = classifies and bool(names_on_plot(prepared))
        if not classifies:
            span = self.plot.value_range
            self.legend.show_ends(_end_text(span.low), _end_text(span.high))
        elif prepared.encoding.outputs == 1:
            self.legend.show_ends(class_words(names, 0), class_words(names, 1), dots=True)
        else:
            self.legend.show_classes(names)
        self._place_legend()
        self._show_legend()

    def _place_legend(self) -> None:
        """A bar beside the title; one without room there, and class names, which may need lines, below the plot."""
        hints = [part.sizeHint().width() for part in (self.title, self.plane.mode) if not part.isHidden()]
        beside = sum(hints) + (len(hints) + 1) * self._head.spacing()
        fits = self.legend.needed_px <= self.width() - self.margins_px - beside
        row = self._head if self.legend.is_bar and fits else self._column
        if row.indexOf(self.legend) >= 0:
            return
        # Taken out first: PySide does not hear of the layout item that Qt deletes otherwise, and takes for it whatever
        # gets its place in memory, such as a new action of a menu.
        for each in (self._head, self._column):
            each.removeWidget(self.legend)
        row.insertWidget(1 if row is self._head else self._column.count() - 2, self.legend)

    def _show_legend(self) -> None:
        """A neuron has a scale of its own."""
        on = self._neuron is not None and not self._has_map
        if on:
            span = self.plot.neuron_range
            low = span.low if self._label is None else 0.0
            self.neuron_legend.show_ends(_end_text(low), _end_text(span.high), label=self._label)
        self.neuron_legend.setVisible(on)
        if self.legend.is_bar:
            # Below the plot it stays: the plot keeps its size.
            is_beside = self._head.indexOf(self.legend) >= 0
            has_own = self._has_flow or self._page is not None
            self.legend.setVisible(not has_own and not (is_beside and (on or self._has_map)))
        else:
            self.legend.setVisible(not self._names_on_plot)

    def _show_point_count(self, drawn: int, there: int) -> None:
        text = "Show the points that the network does not learn from, with a dark edge"
        if there > drawn:
            text += f"\n{drawn:,} of {there:,} points are drawn"
        elif not there:
            text += f"\nAt most {MAX_POINTS:,} points are drawn"
        self.test_points.setToolTip(text)

    def _check_box(self, text: str, tooltip: str, checked: bool) -> QCheckBox:
        return set_up(QCheckBox(text, self), checked=checked, toolTip=tooltip, accessibleName=text)

    def _lay_out(self) -> None:
        own = (self.test_points, self.discretize, self.decision_line)
        others = (*self.codes.boxes, *self.tokens.boxes, self.series.band, self.follow_live)
        # Four boxes fit the usual width.
        self._boxes = hbox(*own, *others, STRETCH, spacing=6)
        wide = [(each, 1) for each in (self.legend, self.neuron_legend, self.flow_text)]
        self._head = hbox(self.title, *wide, Stretch(0), self.codes.switch, self.plane.mode)
        for picture in (self.plot, self.flow, *self._pages, self.map):
            self.pictures.addWidget(picture)
        self._frame = SquareFrame(self.pictures, self)
        below = (self.flow_bar, self.tokens.bar, self.reading, self._boxes, Stretch(0))
        rows = (self._head, self.plane, (self._frame, 1), *below)
        self._column = vbox(*rows, parent=self, margins=(12, 12, 12, 8), spacing=8)


def _end_text(value: float) -> str:
    text = number_text(value, 0 if float(value).is_integer() else 2)
    return f"+{text}" if value > 0 else text
