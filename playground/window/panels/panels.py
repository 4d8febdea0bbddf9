"""The window's panels: creation, layout, visibility and restoring."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, Protocol, TypeVar, runtime_checkable

from PySide6.QtCore import QChildEvent, QEvent, QObject, Qt, Signal, SignalInstance
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget, QMainWindow, QStackedWidget, QTabBar, QTabWidget, QWidget
from shiboken6 import isValid

from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.inspect.snapshot import Snapshot
from core.spec import Members
from playground.commands.dialog_commands import DialogController
from playground.commands.file_commands import FileController
from playground.commands.window_controller import WindowContext
from playground.model.document import Document
from playground.training.snapshot_rate import Turn
from playground.views.canvas.classic_bar import ChangeBar, ClassicBar
from playground.views.canvas.layer_palette import LayerPalette
from playground.views.canvas.network_canvas import NetworkCanvas
from playground.views.output import OutputPanel, PaintController
from playground.views.results import ResultsPanel
from playground.views.sample_strip import SampleStrip
from playground.views.sidebar import SidePanel
from playground.views.status_bar import StatusLine
from playground.views.theme.theme import ThemeSource
from playground.views.training_bar import TrainingBar
from playground.views.widgets.boxes import vbox
from playground.views.widgets.toast import Notice, NoticeBar
from playground.window.dock_sizes import DockSizes

V = TypeVar("V")


@runtime_checkable
class ShowsData(Protocol):
    def show_data(self, prepared: PreparedData) -> None: ...


class ShowsSnapshots(Protocol):
    def show_snapshot(self, snapshot: Snapshot) -> None: ...


@runtime_checkable
class Clears(Protocol):
    def clear(self) -> None: ...


class _Inspecting(Protocol):
    def show_sample(self, row: int) -> None: ...


class PanelWindow(Protocol):
    """The parts of the main window that panels use."""

    context: WindowContext
    panels: Panels
    actions_by_name: dict[str, QAction]
    files: FileController
    dialogs: DialogController

    @property
    def inspection(self) -> _Inspecting: ...


@dataclass(frozen=True)
class DockRow:
    """A dock: its name in the stored layout, its title, and where it stands at first.

    - `area`, `position`: at this side, from the outside in; `below` or `behind` (as a tab) another dock of that kind.
    - `make`: its widget, a child of the QDockWidget. Its `show_data`, `show_inspection` and `clear` are called, if it
      has them, `show_snapshot` in its `turn`, or ten times a second with `shows_figures`.
    - `fits`: whether it has something to show of these data; None: of all. Else it is hidden.
    - `connect`: its signals with the window, once that has its panels.
    """

    kind: str
    title: str
    area: Qt.DockWidgetArea
    position: int
    make: Callable[[Panels, QDockWidget], QWidget]
    turn: Turn | None = None
    shows_figures: bool = False
    below: str = ""
    behind: str = ""
    is_open: bool = True
    fits: Callable[[PreparedData], bool] | None = None
    connect: Callable[[PanelWindow, Any], None] | None = None


DOCKS: Final = Members[DockRow]()
"""To add a dock, register a row in a new module of this package; the toggle in the menu of panels follows."""


class Viewer(NamedTuple):
    """Something that shows the run. `follows_past`: earlier moments, too.

    `marks_sample`: a `LateView`; while it is visible, the chosen sample is marked in the output.
    """

    view: Any
    turn: Turn | None = None
    shows_figures: bool = False
    follows_past: bool = True
    marks_sample: bool = False


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

    restored = Signal()
    """The docks are as they were left: what has nothing to show goes."""
    pictured = Signal(str, QWidget)
    """A picture's name, and the widget that it is of, as soon as that is made."""

    def __init__(
        self, window: QMainWindow, document: Document, themes: ThemeSource, actions: Mapping[str, QAction]
    ) -> None:
        super().__init__(window)
        self.window, self.document, self.themes, self.actions = window, document, themes, actions
        # From the outside in: Qt polishes all that a widget contains again when it gets another parent. Made the other
        # way round, a third of the window's time was that.
        self.stack = QStackedWidget(window)
        window.setCentralWidget(self.stack)
        self.host = DockHost(self.stack)
        self.stack.addWidget(self.host)
        self.training_bar = TrainingBar(document, themes, actions, window)
        middle = QWidget(self.host)
        self.host.setCentralWidget(middle)
        self.change_bar = ChangeBar(document, themes, middle)
        self.classic_bar = ClassicBar(document, themes, middle)
        self.canvas = NetworkCanvas(document, themes, middle)
        self.strip = SampleStrip(themes, middle)
        self.palette = LayerPalette(themes, middle)
        self._fill(middle)
        self._docks = {row.kind: self.make_dock(row) for row in DOCKS}
        made = {row.kind: row.make(self, self._docks[row.kind]) for row in DOCKS}
        for kind, widget in made.items():
            self._docks[kind].setWidget(widget)
        self.docks = list(self._docks.values())
        self.side_dock = self._docks["data_and_layer"]
        self.output_dock, self.results_dock = self._docks["output"], self._docks["results"]
        self.side, self.output = self.dock_view(SidePanel), self.dock_view(OutputPanel)
        self.results = self.dock_view(ResultsPanel)
        asks = self.output.tokens.bar
        asks.subject = _subject(document.experiment)
        document.replaced.connect(asks.begin_anew)
        document.belongings.add(lambda: asks.turn_to(_subject(document.experiment)))
        document.belongings.add(self.output.flow_bar.forget)
        painting = self.painting = PaintController(document, themes, self.output)
        painting.active_changed.connect(self.show_painting)
        painting.possible_changed.connect(self._allow_painting)
        self._allow_painting(painting.possible)
        bar = self.status_bar = window.statusBar()
        bar.setSizeGripEnabled(False)
        self.status = StatusLine(themes, bar)
        # Below the network alone: below the output too, the plot would be smaller.
        self.host.setCorner(Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea)
        self.host.setCorner(Qt.Corner.BottomRightCorner, Qt.DockWidgetArea.RightDockWidgetArea)
        self.viewers: tuple[Viewer, ...] = (
            Viewer(self.training_bar, shows_figures=True),
            Viewer(self.canvas, Turn.NETWORK),
            Viewer(self.strip, Turn.NETWORK),
            *(Viewer(made[row.kind], row.turn, row.shows_figures) for row in DOCKS),
        )
        """All that show the run; plug-ins add theirs before it begins."""
        self._waiting: set[str] = set()
        # The tips of menus hide it, and the bar would lose its height.
        policy = self.status.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self.status.setSizePolicy(policy)
        bar.addWidget(self.status, 1)
        over = [self._docks[row.kind] for row in DOCKS if row.behind == "output"]
        self.sizes = DockSizes(self.host, self.output_dock, over, self.output, self.results)

    def dock_view(self, kind: type[V]) -> V:
        """The widget of a dock."""
        return next(found for dock in self.docks if isinstance(found := dock.widget(), kind))

    def dock(self, kind: str) -> QDockWidget:
        return self._docks[kind]

    def connect_all(self, window: PanelWindow) -> None:
        """Connect the docks with the window."""
        for row in DOCKS:
            if row.connect is not None:
                row.connect(window, self._docks[row.kind].widget())

    def restore(self) -> None:
        """Restore the initial position of every dock."""
        for row in DOCKS:
            dock = self._docks[row.kind]
            dock.setFloating(False)
            self.host.addDockWidget(row.area, dock)
            dock.setVisible(row.is_open)
        self._waiting.clear()
        for row in DOCKS:
            self._put(row)
        self.host.setTabPosition(Qt.DockWidgetArea.RightDockWidgetArea, QTabWidget.TabPosition.North)
        self.host.resizeDocks([self.side_dock], [_SIDE_PX], Qt.Orientation.Horizontal)
        self.sizes.restore()

    def put_missing(self, state: bytes) -> None:
        """Put docks that a stored layout does not know where they stand at first: it took them out."""
        for row in DOCKS:
            # Names are UTF-16 there.
            if row.kind.encode("utf-16-be") not in state:
                self.host.addDockWidget(row.area, self._docks[row.kind])
                self._put(row)
                self._docks[row.kind].setVisible(row.is_open)

    def _put(self, row: DockRow) -> None:
        """Put a dock below or behind another one."""
        if row.below:
            self.host.splitDockWidget(self._docks[row.below], self._docks[row.kind], Qt.Orientation.Vertical)
        elif row.behind:
            self.host.tabifyDockWidget(self._docks[row.behind], self._docks[row.kind])

    def show_titles(self, shown: bool) -> None:
        """Show the docks' title bars, by which they can be dragged."""
        for dock in self.docks:
            old = dock.titleBarWidget()
            # None restores Qt's own title bar.
            dock.setTitleBarWidget(None if shown else QWidget(dock))  # type: ignore[arg-type]
            if old is not None:
                old.deleteLater()

    def show_page(self, page: QWidget) -> None:
        """Bring a page of the results to the front."""
        self.results_dock.show()
        self.results_dock.raise_()
        self.results.show_page(page)

    def fit_docks(self, prepared: PreparedData | None) -> None:
        """Show the docks that have something to show of these data."""
        for row in DOCKS:
            if row.fits is not None:
                self.allow(row.kind, prepared is not None and row.fits(prepared))

    def allow(self, kind: str, possible: bool) -> bool:
        """Hide a dock while the data do not fit it, and restore it with data that do. Returns whether it hid it now."""
        dock = self._docks[kind]
        dock.toggleViewAction().setVisible(possible)
        if possible and kind in self._waiting:
            self._waiting.remove(kind)
            dock.show()
        hides = not possible and not dock.isHidden()
        if hides:
            self._waiting.add(kind)
            dock.hide()
        return hides

    def show_painting(self, on: bool) -> None:
        """Show or hide the painting tools; they take their space from the results, not from the plot."""
        self.actions["paint"].setChecked(on)
        self.side.data.paint.setChecked(on)
        self.sizes.painting = on
        self.output.show_painting(on)
        if on:
            self.output_dock.show()
        self.sizes.follow()

    def _allow_painting(self, possible: bool) -> None:
        allow(self.actions["paint"], possible, "Painting needs two features")

    def show_hint(self, text: str, ended: Callable[[], bool], *changes: SignalInstance) -> None:
        """Show a line above the network, until it is closed, something is edited, or `ended` after `changes`."""
        bar = NoticeBar(self.canvas)
        self._middle.insertWidget(0, bar)
        bar.show_notice(Notice(text, (("close", "Close", "Close this hint."),)))
        for done in (bar.answered, self.document.experiment_changed):
            done.connect(bar.deleteLater)
        for change in changes:
            change.connect(lambda *_: bar.deleteLater() if isValid(bar) and ended() else None)

    def put_below(self, bar: QWidget) -> None:
        """Show a bar below the network."""
        self._middle.insertWidget(self._middle.indexOf(self.strip), bar)

    def _fill(self, middle: QWidget) -> None:
        parts = self.change_bar, self.classic_bar, (self.canvas, 1), self.strip, self.palette
        self._middle = vbox(*parts, parent=middle, margins=0, spacing=0)

    def make_dock(self, row: DockRow) -> QDockWidget:
        dock = QDockWidget(row.title, self.host)
        dock.setObjectName(row.kind)
        # Panels have their own captions; title bars appear only for moving them.
        dock.setTitleBarWidget(QWidget(dock))
        self.host.addDockWidget(row.area, dock)
        return dock


def allow(action: QAction, possible: bool, reason: str) -> None:
    """Enable an action, or let its tooltip say why it is not."""
    action.setEnabled(possible)
    action.setToolTip(str(action.property("tip")) if possible else reason)


def _subject(experiment: Experiment) -> tuple[object, ...]:
    """What a prompt is about."""
    dataset = experiment.dataset
    return dataset.kind, dataset.label, dataset.info().vocabulary, experiment.task.kind
