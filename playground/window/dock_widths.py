"""Share the window's width: the plot, which is square, gets what the network does not need."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QDockWidget, QMainWindow, QStyle

from core.experiment.experiment import Experiment
from playground.model.document import Document
from playground.views.canvas.network_canvas import NetworkCanvas
from playground.views.output import OutputPanel
from playground.views.results import ResultsPanel
from playground.views.widgets.descendants import children_of

__all__ = ["DockWidthPolicy"]

_NEARLY_PX = 12
_MOST_SHARE = 0.36
"""Of the window, so that the network keeps half of it."""
_TOO_WIDE = 0.42


class DockWidthPolicy(QObject):
    """Widens the docks on the right with the window, until the user moves their divider.

    A network that has grown beyond its room gets it back at once; one that has shrunk leaves it, so that the plot does
    not jump with every layer, until other data or another size of the window.
    """

    def __init__(
        self,
        window: QMainWindow,
        dock: QDockWidget,
        output: OutputPanel,
        results: ResultsPanel,
        canvas: NetworkCanvas,
        document: Document,
        usual_px: int,
    ) -> None:
        """`dock` is that of the output; those in its area share its width. `usual_px` is their least width."""
        super().__init__(window)
        self._window, self._dock, self._output, self._results = window, dock, output, results
        self._canvas, self._dataset = canvas, document.experiment.dataset.kind
        self._usual_px = usual_px
        self._size = window.size()
        self._is_automatic = False
        self._given_px = 0
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._widen)
        window.installEventFilter(self)
        dock.installEventFilter(self)
        self._awaits_data = False
        document.experiment_changed.connect(self._on_experiment_changed)
        results.readable_changed.connect(self._on_readable_changed)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and watched is self._window:
            # Its state when the window was last closed.
            QTimer.singleShot(0, self, self._begin)
        elif event.type() == QEvent.Type.Resize:
            if watched is self._window:
                self._size = self._window.size()
                if self._is_automatic:
                    self._soon.start()
            elif self._window.size() == self._size and not self._soon.isActive():
                self._measure()
        return False

    @property
    def target_px(self) -> int:
        """The width at which the plot fills the height that the results leave, and the whole network is seen."""
        divider = QStyle.PixelMetric.PM_DockWidgetSeparatorExtent
        height = self._height - self._window.style().pixelMetric(divider)
        fitting = self._output.width_for(height - self._results.fair_px(height))
        left = self._canvas.width() + self._dock.width() - self._canvas.scene.needed_px
        # Wide fonts may need more than is usual, and a docked microscope does.
        least = max(self._usual_px, *(dock.minimumSizeHint().width() for dock in self._beside))
        return max(least, min(fitting, left, int(_MOST_SHARE * self._window.width())))

    def follow(self) -> None:
        """Give the docks the width that those of them need that are there now."""
        if self._is_automatic:
            self._soon.start()

    @property
    def _beside(self) -> list[QDockWidget]:
        """The docks that share the width: this one, and others in its area, before or behind a tab."""
        # The microscope has a dock of its own from when it is docked first.
        docks = children_of(self._window, QDockWidget)
        area = self._window.dockWidgetArea(self._dock)
        others = [
            dock for dock in docks if self._window.dockWidgetArea(dock) == area and dock is not self._dock
        ]
        return [self._dock, *(dock for dock in others if dock.isVisible() and not dock.isFloating())]

    @property
    def _height(self) -> int:
        """The height that the docks share; those behind a tab lie outside of the window."""
        shown = [dock.geometry() for dock in self._beside if dock.isVisible() and not dock.isFloating()]
        places = [place for place in shown if place.left() >= 0]
        if not places:
            return 0
        return max(place.bottom() for place in places) - min(place.top() for place in places) + 1

    def _begin(self) -> None:
        usual = abs(self._dock.width() - self._usual_px) <= _NEARLY_PX
        # Restored from a larger window.
        too_wide = self._dock.width() > _TOO_WIDE * self._window.width()
        self._is_automatic = usual or too_wide or self._is_near
        if self._is_automatic:
            self._widen()

    @property
    def _is_near(self) -> bool:
        width = self._dock.width()
        return min(abs(width - self.target_px), abs(width - self._given_px)) <= _NEARLY_PX

    def _measure(self) -> None:
        if self._dock.isVisible() and not self._dock.isFloating():
            self._is_automatic = self._is_near

    def _widen(self) -> None:
        if self._dock.isVisible() and not self._dock.isFloating():
            self._given_px = self.target_px
            self._window.resizeDocks([self._dock], [self._given_px], Qt.Orientation.Horizontal)

    def _on_experiment_changed(self, experiment: Experiment) -> None:
        other_data = experiment.dataset.kind != self._dataset
        self._dataset = experiment.dataset.kind
        self._awaits_data |= other_data
        if self._is_automatic and (other_data or self._dock.width() > self.target_px):
            self._soon.start()

    def _on_readable_changed(self) -> None:
        """Images need another share of the height, which is known once they are loaded."""
        if self._awaits_data and self._is_automatic:
            self._soon.start()
        self._awaits_data = False
