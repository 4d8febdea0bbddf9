"""Share the window's height between output and results: the output keeps its height when the window grows.

Qt would keep the proportions, so a window that was once low would keep a small plot.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QStyle

from playground.views.results import ResultsPanel

__all__ = ["DockHeightPolicy"]

_NEARLY_PX = 16


class DockHeightPolicy(QObject):
    """Gives the output as much height as it can use, until the user makes it smaller.

    The drawing pad (same position) and the plot during painting may also use the space below the results' charts.
    """

    painting = False

    def __init__(
        self,
        window: QMainWindow,
        output: QDockWidget,
        drawing: QDockWidget,
        results: QDockWidget,
        doctor: QDockWidget,
        panel: ResultsPanel,
    ) -> None:
        super().__init__(window)
        self._window, self._output, self._drawing = window, output, drawing
        self._results, self._doctor = results, doctor
        self._panel = panel
        self._size = window.size()
        # Known only once visible.
        self._is_full_height, self._drawn = False, False
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._fill)
        window.installEventFilter(self)
        # They are resized after the output.
        results.installEventFilter(self)
        doctor.installEventFilter(self)
        drawing.visibilityChanged.connect(self._on_drawing_visible)
        panel.readable_changed.connect(self._refill)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and watched is self._window:
            # Its state when the window was last closed.
            QTimer.singleShot(0, self, self._begin)
        elif event.type() != QEvent.Type.Resize:
            return False
        elif watched is self._window:
            # Qt has laid out the docks already, in the old proportions.
            self._size = self._window.size()
            self._refill()
        elif isinstance(event, QResizeEvent) and event.oldSize().width() != event.size().width():
            # The plot is square: wider docks have a higher one.
            self._refill()
        elif self._window.size() == self._size and not self._soon.isActive():
            self._measure()
        return False

    def _begin(self) -> None:
        self._measure()
        self._refill()

    def _on_drawing_visible(self, drawn: bool) -> None:
        """The pad was raised over the output, or hidden."""
        if drawn != self._drawn:
            self._drawn = drawn
            if drawn or self._is_full_height:
                self._soon.start()

    def _refill(self) -> None:
        if self._is_full_height:
            self._soon.start()

    def _measure(self) -> None:
        if not self._drawn and not self.painting and self._is_shared:
            self._is_full_height = self._output.height() >= self._target_height - _NEARLY_PX

    def _fill(self) -> None:
        """Give the front dock the height it can use, and the results the rest."""
        if self._is_shared and (self._is_full_height or self._drawn):
            # Docks get another width, and a plot of that width its greatest height, by queued requests.
            for widget in (self._window, self._front.widget(), self._front, self._window):
                QCoreApplication.sendPostedEvents(widget, QEvent.Type.LayoutRequest)
            height = self._target_height
            docks, heights = [self._front, self._below], [height, self._height - height]
            self._window.resizeDocks(docks, heights, Qt.Orientation.Vertical)

    @property
    def _front(self) -> QDockWidget:
        return self._drawing if self._drawn else self._output

    @property
    def _below(self) -> QDockWidget:
        """The results, or the doctor if it covers them: Qt moves covered docks outside of the window."""
        behind = self._results.x() < 0 and self._doctor.isVisible()
        return self._doctor if behind else self._results

    @property
    def _is_shared(self) -> bool:
        """Whether both are visible, one above the other."""
        docks = (self._front, self._below)
        there = all(dock.isVisible() and not dock.isFloating() for dock in docks)
        return there and self._front.x() == self._below.x()

    @property
    def _height(self) -> int:
        """Without the divider; the docks may leave a gap while one cannot grow yet."""
        divider = self._window.style().pixelMetric(QStyle.PixelMetric.PM_DockWidgetSeparatorExtent)
        whole = self._below.geometry().bottom() - self._front.geometry().top() + 1
        return whole - divider

    @property
    def _target_height(self) -> int:
        front = self._front.widget()
        if self._drawn or self.painting:
            least = self._below.minimumSizeHint().height()
        else:
            least = self._panel.fair_px(self._height)
        return max(front.minimumSizeHint().height(), min(front.sizeHint().height(), self._height - least))
