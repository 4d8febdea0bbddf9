"""Share the window's width: what a larger window has more goes to the plot, which is square, and to the network."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QDockWidget, QMainWindow, QStyle

from playground.views.output import OutputPanel
from playground.views.results import ResultsPanel

__all__ = ["DockWidthPolicy"]

_NEARLY_PX = 12
_MOST_SHARE = 0.36
"""Of the window, so that the network keeps half of it."""


class DockWidthPolicy(QObject):
    """Widens the docks on the right with the window, until the user moves their divider."""

    def __init__(
        self,
        window: QMainWindow,
        docks: Sequence[QDockWidget],
        output: OutputPanel,
        results: ResultsPanel,
        usual_px: int,
    ) -> None:
        """`docks` are those on the right, that of the output first. `usual_px` is their least width."""
        super().__init__(window)
        self._window, self._docks, self._output, self._results = window, tuple(docks), output, results
        dock = self._dock = docks[0]
        self._usual_px = usual_px
        self._size = window.size()
        self._is_automatic = False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._widen)
        window.installEventFilter(self)
        dock.installEventFilter(self)

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
        """The width at which the plot fills the height that the results leave."""
        divider = QStyle.PixelMetric.PM_DockWidgetSeparatorExtent
        height = self._height - self._window.style().pixelMetric(divider)
        fitting = self._output.width_for(height - self._results.readable_px)
        return max(self._usual_px, min(fitting, int(_MOST_SHARE * self._window.width())))

    @property
    def _height(self) -> int:
        """The height that the docks share; those behind a tab lie outside of the window."""
        shown = [dock.geometry() for dock in self._docks if dock.isVisible() and not dock.isFloating()]
        places = [place for place in shown if place.left() >= 0]
        if not places:
            return 0
        return max(place.bottom() for place in places) - min(place.top() for place in places) + 1

    def _begin(self) -> None:
        usual = abs(self._dock.width() - self._usual_px) <= _NEARLY_PX
        self._is_automatic = usual or self._is_near
        if self._is_automatic:
            self._widen()

    @property
    def _is_near(self) -> bool:
        return abs(self._dock.width() - self.target_px) <= _NEARLY_PX

    def _measure(self) -> None:
        if self._dock.isVisible() and not self._dock.isFloating():
            self._is_automatic = self._is_near

    def _widen(self) -> None:
        if self._dock.isVisible() and not self._dock.isFloating():
            self._window.resizeDocks([self._dock], [self.target_px], Qt.Orientation.Horizontal)
