"""The window's panels: creation, layout, visibility and restoring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QChildEvent, QEvent, QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QDockWidget,
    QMainWindow,
    QStackedWidget,
    QTabBar,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

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
from playground.views.theme.theme import ThemeSource
from playground.views.timeline import TimelinePanel
from playground.views.training_bar import TrainingBar
from playground.window.dock_sizes import DockSizes
from playground.window.late_view import LateView

if TYPE_CHECKING:
    from playground.views.microscope import MicroscopeDialog
    from playground.views.mistakes import MistakesGallery


class MicroscopeDock(QObject):
    """Moves the microscope into a dock and out again; the dock is made when it is first needed.

    With `opens_docked`, as it was left in the last session, it is in its dock when it is first shown.
    """

    docked_changed = Signal(bool)
    """By the user."""
    room_changed = Signal()
    """The dock comes or goes, by a tab too."""

    def __init__(
        self,
        microscope: LateView[MicroscopeDialog],
        window: QWidget,
        host: QMainWindow,
        beside: QDockWidget,
    ) -> None:
        super().__init__(host)
        self._late, self._window, self._host, self._beside = microscope, window, host, beside
        self.dock: QDockWidget | None = None
        self.opens_docked = False
        microscope.when_made(lambda view: view.dock_requested.connect(self.set_docked))

    @property
    def _microscope(self) -> MicroscopeDialog:
        return self._late.view

    def show(self) -> None:
        """Bring the microscope to the front, where it is."""
        if self.opens_docked and self.dock is None:
            self.set_docked(True)
        elif self._microscope.is_docked and self.dock is not None:
            self.dock.show()
            self.dock.raise_()
        else:
            self._microscope.show()
            self._microscope.raise_()
            self._microscope.activateWindow()

    def set_docked(self, docked: bool) -> None:
        """Put the microscope into its dock, or into a window of its own."""
        microscope = self._microscope
        if docked == microscope.is_docked:
            return
        microscope.hide()
        self.room_changed.emit()
        if docked:
            self.dock = self.dock or self._make_dock()
            microscope.setWindowFlags(Qt.WindowType.Widget)
            self.dock.setWidget(microscope)
        else:
            assert self.dock is not None
            self.dock.hide()
            microscope.setParent(self._window, Qt.WindowType.Dialog)
        microscope.is_docked = self.opens_docked = docked
        self.docked_changed.emit(docked)
        microscope.show()
        self.show()

    def _make_dock(self) -> QDockWidget:
        dock = QDockWidget("Microscope", self._host)
        dock.setObjectName("microscope")
        # The tab says what it is.
        dock.setTitleBarWidget(QWidget(dock))
        self._host.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, dock)
        self._host.tabifyDockWidget(self._beside, dock)
        # Where it was in the last session.
        self._host.restoreDockWidget(dock)
        self._microscope.closed.connect(dock.hide)
        dock.visibilityChanged.connect(self.room_changed)
        return dock


class DockHost(QMainWindow):
    """Holds the docks and the network in their middle."""

    def __init__(self, parent: QWidget) -> None:
        # A QMainWindow is a window whatever its flags say, until it gets a parent.
        super().__init__()
        self.setParent(parent)
        self.setObjectName("build_page")
        self.setDockOptions(QMainWindow.DockOption.AllowNestedDocks | QMainWindow.DockOption.AllowTabbedDocks)

    def childEvent(self, event: QChildEvent) -> None:
        super().childEvent(event)
        # Qt creates the tab bar of docks that share a position when needed.
        if event.type() == QEvent.Type.ChildPolished and isinstance(tabs := event.child(), QTabBar):
            tabs.setAccessibleName("Panels")
            tabs.setToolTip("Choose the panel to see here.")


_SIDE_PX = 216


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
        self.drawing_dock = self._dock("Draw", right)
        self.timeline_dock = self._dock("Timeline", Qt.DockWidgetArea.BottomDockWidgetArea)
        self.side = SidePanel(document, themes, self.side_dock)
        self.output = OutputPanel(themes, self.output_dock)
        self.painting = PaintController(document, themes, self.output)
        self.drawing = DrawPanel(themes, self.drawing_dock)
        self.results = ResultsPanel(themes, self.results_dock, document=document)
        bar = window.statusBar()
        bar.setSizeGripEnabled(False)
        self.status = StatusLine(themes, bar)
        self.doctor, self.badge = DoctorPanel(document, themes, self.results.pages), DoctorBadge(self.results)
        self.results.add_page(self.doctor, "Doctor", "What keeps the network from learning", self.badge)
        self.late_microscope = LateView(self._make_microscope)
        self.late_mistakes = LateView(self._make_mistakes)
        self.timeline = TimelinePanel(themes, actions, self.timeline_dock)
        for panel in (self.side, self.output, self.results, self.drawing, self.timeline):
            cast(QDockWidget, panel.parent()).setWidget(panel)
        # Below the network alone: below the output too, the plot would be smaller.
        self.host.setCorner(Qt.Corner.BottomLeftCorner, left)
        self.host.setCorner(Qt.Corner.BottomRightCorner, right)
        self.docks = [
            self.side_dock,
            self.output_dock,
            self.results_dock,
            self.drawing_dock,
            self.timeline_dock,
        ]
        self.microscope_dock = MicroscopeDock(self.late_microscope, window, self.host, self.results_dock)
        self._pad_waits = False
        bar.addWidget(self.status, 1)
        self.sizes = DockSizes(self.host, self.output_dock, self.drawing_dock, self.output, self.results)
        self.microscope_dock.room_changed.connect(self.sizes.follow)

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
            # Image data open the pad; even briefly shown, it would grow the window beyond small screens.
            dock.setVisible(dock is not self.drawing_dock)
        self._pad_waits = False
        self.host.splitDockWidget(self.output_dock, self.results_dock, Qt.Orientation.Vertical)
        self.place_drawing()
        self.host.setTabPosition(Qt.DockWidgetArea.RightDockWidgetArea, QTabWidget.TabPosition.North)
        self.host.resizeDocks([self.side_dock], [_SIDE_PX], Qt.Orientation.Horizontal)
        self.sizes.restore()

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
        self.results_dock.show()
        self.results_dock.raise_()
        self.results.show_page(self.doctor)

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
        self.sizes.painting = on
        self.output.allow_embedding(not on)
        if on:
            self.output_dock.show()
        self.sizes.follow()

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
