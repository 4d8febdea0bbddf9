"""The window's panels: creation, layout, visibility and restoring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget, QMainWindow, QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from playground.model.document import Document
from playground.views.canvas.layer_palette import LayerPalette
from playground.views.canvas.network_canvas import NetworkCanvas
from playground.views.doctor import DoctorBadge, DoctorPanel
from playground.views.draw import DrawPanel
from playground.views.output import OutputPanel, PaintController
from playground.views.results import ResultsPanel
from playground.views.sample_strip import SampleStrip
from playground.views.sidebar import SidePanel
from playground.views.status_bar import StatusLine
from playground.views.theme.theme import GRID_PX, ThemeSource
from playground.views.timeline import TimelinePanel
from playground.views.training_bar import TrainingBar
from playground.window.dock_heights import DockHeightPolicy
from playground.window.dock_host import DockHost
from playground.window.dock_widths import DockWidthPolicy
from playground.window.late_view import LateView
from playground.window.microscope_dock import MicroscopeDock

if TYPE_CHECKING:
    from playground.views.microscope import MicroscopeDialog
    from playground.views.mistakes import MistakesGallery

__all__ = ["Panels"]

_SIDE_PX, _OUTPUT_PX = 216, 359


class Panels(QObject):
    """All panels of a window: docks at the sides; network, samples and palette in the middle."""

    def __init__(
        self,
        window: QMainWindow,
        document: Document,
        themes: ThemeSource,
        actions: Mapping[str, QAction],
    ) -> None:
        super().__init__(window)
        self._window, self._document, self._themes = window, document, themes
        # From the outside in: Qt polishes all that a widget contains again when it gets another parent. Made the other
        # way round, a third of the window's time was that.
        self.stack = QStackedWidget(window)
        window.setCentralWidget(self.stack)
        self.host = DockHost(self.stack)
        self.stack.addWidget(self.host)
        self.training_bar = TrainingBar(document, themes, actions, window)
        middle = QWidget(self.host)
        self.host.setCentralWidget(middle)
        self.canvas = NetworkCanvas(document, themes, middle)
        self.strip = SampleStrip(themes, middle)
        self.palette = LayerPalette(themes, middle)
        self._fill(middle)
        left, right = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
        self.side_dock = self._dock("Data and layer", left)
        self.output_dock = self._dock("Output", right)
        self.results_dock = self._dock("Results", right)
        self.doctor_dock = self._dock("Doctor", right)
        self.drawing_dock = self._dock("Draw", right)
        self.timeline_dock = self._dock("Timeline", Qt.DockWidgetArea.BottomDockWidgetArea)
        self.side = SidePanel(document, themes, self.side_dock)
        self.output = OutputPanel(themes, self.output_dock)
        self.painting = PaintController(document, themes, self.output)
        self.drawing = DrawPanel(themes, self.drawing_dock)
        self.results = ResultsPanel(themes, self.results_dock, document=document)
        bar = window.statusBar()
        bar.setSizeGripEnabled(False)
        self.status, self.badge = StatusLine(themes, bar), DoctorBadge(themes, bar)
        self.doctor = DoctorPanel(document, themes, self.doctor_dock)
        self.late_microscope = LateView(self._make_microscope)
        self.late_mistakes = LateView(self._make_mistakes)
        self.timeline = TimelinePanel(themes, actions, self.timeline_dock)
        for panel in (self.side, self.output, self.results, self.doctor, self.drawing, self.timeline):
            cast(QDockWidget, panel.parent()).setWidget(panel)
        # Below the network alone: below the output too, the plot would be smaller.
        self.host.setCorner(Qt.Corner.BottomLeftCorner, left)
        self.host.setCorner(Qt.Corner.BottomRightCorner, right)
        self.docks = [
            self.side_dock,
            self.output_dock,
            self.results_dock,
            self.doctor_dock,
            self.drawing_dock,
            self.timeline_dock,
        ]
        self.microscope_dock = MicroscopeDock(self.late_microscope, window, self.host, self.results_dock)
        self._pad_waits = False
        bar.addWidget(self.status, 1)
        bar.addPermanentWidget(self.badge)
        self._tools_height = self._output_height = 0
        self.dock_heights = DockHeightPolicy(
            self.host, self.output_dock, self.drawing_dock, self.results_dock, self.doctor_dock, self.results
        )
        self.dock_widths = DockWidthPolicy(
            self.host, self.output_dock, self.output, self.results, self.canvas, document, _OUTPUT_PX
        )
        self.microscope_dock.room_changed.connect(self.dock_widths.follow)
        self.output.plane.height_changed.connect(self._grow_output)

    @property
    def microscope(self) -> MicroscopeDialog:
        """Made if necessary."""
        return self.late_microscope.view

    @property
    def mistakes(self) -> MistakesGallery:
        """Made if necessary."""
        return self.late_mistakes.view

    def restore(self) -> None:
        """Restore the initial position of every dock."""
        for dock in self.docks:
            dock.setFloating(False)
            self.host.addDockWidget(self._area_of(dock), dock)
            # Findings open the doctor, image data the pad; even briefly shown, they would grow the window beyond small
            # screens.
            dock.setVisible(dock not in (self.doctor_dock, self.drawing_dock))
        self._pad_waits = False
        self.host.splitDockWidget(self.output_dock, self.results_dock, Qt.Orientation.Vertical)
        self.host.tabifyDockWidget(self.results_dock, self.doctor_dock)
        self.place_drawing()
        self.host.setTabPosition(Qt.DockWidgetArea.RightDockWidgetArea, QTabWidget.TabPosition.North)
        sides = [self.side_dock, self.output_dock]
        self.host.resizeDocks(sides, [_SIDE_PX, _OUTPUT_PX], Qt.Orientation.Horizontal)
        # On a low screen the plot is the last to shrink.
        right = [self.output_dock, self.results_dock]
        heights = [right[0].sizeHint().height(), self.results.readable_px]
        self.host.resizeDocks(right, heights, Qt.Orientation.Vertical)

    def _area_of(self, dock: QDockWidget) -> Qt.DockWidgetArea:
        if dock is self.side_dock:
            return Qt.DockWidgetArea.LeftDockWidgetArea
        if dock is self.timeline_dock:
            return Qt.DockWidgetArea.BottomDockWidgetArea
        return Qt.DockWidgetArea.RightDockWidgetArea

    def place_drawing(self) -> None:
        """Put the pad behind the output, as a tab."""
        self.host.tabifyDockWidget(self.output_dock, self.drawing_dock)

    def show_titles(self, shown: bool) -> None:
        """Show the docks' title bars, by which they can be dragged."""
        for dock in self.docks:
            old = dock.titleBarWidget()
            # None restores Qt's own title bar.
            dock.setTitleBarWidget(None if shown else QWidget(dock))  # type: ignore[arg-type]
            if old is not None:
                old.deleteLater()

    def show_doctor(self) -> None:
        self.doctor_dock.show()
        self.doctor_dock.raise_()

    def show_drawing(self) -> None:
        """Raise the pad and focus it."""
        if self.drawing.possible:
            self.drawing_dock.show()
            self.drawing_dock.raise_()
            self.drawing.pad.setFocus(Qt.FocusReason.OtherFocusReason)

    def allow_drawing(self, possible: bool) -> None:
        """Hide the pad while the data cannot be drawn, and restore it with data that can."""
        self.drawing_dock.toggleViewAction().setVisible(possible)
        if not possible:
            self._pad_waits |= not self.drawing_dock.isHidden()
            self.drawing_dock.hide()
        elif self._pad_waits:
            self._pad_waits = False
            self.drawing_dock.show()

    def show_microscope(self) -> None:
        self.microscope_dock.show()

    def show_mistakes(self, true: int | None = None, predicted: int | None = None) -> None:
        """Open the mistakes of a cell of the confusion matrix; None is any class."""
        self.mistakes.open_cell(true, predicted)

    def show_painting(self, on: bool) -> None:
        """Show or hide the painting tools; they take their space from the results, not from the plot."""
        self.side.data.show_painting(on)
        self.dock_heights.painting = on
        self.output.allow_embedding(not on)
        if on:
            self.output_dock.show()
            self._tools_height = self.painting.bar.sizeHint().height() + GRID_PX
        self._grow_output(self._tools_height if on else -self._tools_height)

    def _grow_output(self, more_px: int) -> None:
        """Change the output's height at the cost of the results."""
        self._output_height = self.output_dock.height() + more_px
        # Only after the panel has requested its own height.
        QTimer.singleShot(0, self, self._resize_output)

    def _resize_output(self) -> None:
        docks = [self.output_dock, self.results_dock]
        total, height = sum(dock.height() for dock in docks), self._output_height
        if not self.dock_heights.painting:
            # A large plot gives way before the results become unreadable; a small one stays.
            small = min(self.output_dock.height(), height)
            height = max(small, min(height, total - self.results.readable_px))
        self.host.resizeDocks(docks, [height, total - height], Qt.Orientation.Vertical)

    def _make_microscope(self) -> MicroscopeDialog:
        from playground.views.microscope import MicroscopeDialog

        return MicroscopeDialog(self._document, self._themes, self._window)

    def _make_mistakes(self) -> MistakesGallery:
        from playground.views.mistakes import MistakesGallery

        return MistakesGallery(self._document, self._themes, self._window)

    def _fill(self, middle: QWidget) -> None:
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.canvas, 1)
        column.addWidget(self.strip)
        column.addWidget(self.palette)

    def _dock(self, title: str, area: Qt.DockWidgetArea) -> QDockWidget:
        dock = QDockWidget(title, self.host)
        dock.setObjectName(title.lower().replace(" ", "_"))
        # Panels have their own captions; title bars appear only for moving them.
        dock.setTitleBarWidget(QWidget(dock))
        self.host.addDockWidget(area, dock)
        return dock
