"""How the output and the results share the height of the window: what the output has, it keeps when the window grows.

Qt would share new height by the old proportions: a window that had once been low would keep a small plot.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QDockWidget, QMainWindow

from playground.views.results import ResultsPanel

__all__ = ["DockHeightPolicy"]

_NEARLY_PX = 16


class DockHeightPolicy(QObject):
    """Gives the output as much height as it can use. Once somebody has made it smaller by hand, it stays so.

    The pad for drawing, which shares the output's place, may also take what stands below the results' charts; so may
    the plot while it is painted on.
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
        # Known only when it is seen.
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
            # As it was left when the window was closed the last time.
            QTimer.singleShot(0, self, self._begin)
        elif event.type() != QEvent.Type.Resize:
            return False
        elif watched is self._window:
            # The docks have been laid out already, by the old proportions.
            self._size = self._window.size()
            self._refill()
        elif self._window.size() == self._size and not self._soon.isActive():
            self._measure()
        return False

    def _begin(self) -> None:
        self._measure()
        self._refill()

    def _on_drawing_visible(self, drawn: bool) -> None:
        """The pad came to the front of the output, or went."""
        if drawn != self._drawn:
            self._drawn = drawn
            if drawn or self._is_full_height:
                self._soon.start()

    def _refill(self) -> None:
        if self._is_full_height:
            self._soon.start()

    def _measure(self) -> None:
        if not self._drawn and self._is_shared:
            self._is_full_height = self._output.height() >= self._target_height - _NEARLY_PX

    def _fill(self) -> None:
        """Let what is in front have what it can use, and the results the rest."""
        if self._is_shared and (self._is_full_height or self._drawn):
            height = self._target_height
            docks, heights = [self._front, self._below], [height, self._height - height]
            self._window.resizeDocks(docks, heights, Qt.Orientation.Vertical)

    @property
    def _front(self) -> QDockWidget:
        return self._drawing if self._drawn else self._output

    @property
    def _below(self) -> QDockWidget:
        """The results, or the doctor while he is in front of them: what is behind, Qt puts outside of the window."""
        behind = self._results.x() < 0 and self._doctor.isVisible()
        return self._doctor if behind else self._results

    @property
    def _is_shared(self) -> bool:
        """Whether both are seen, one above the other."""
        docks = (self._front, self._below)
        there = all(dock.isVisible() and not dock.isFloating() for dock in docks)
        return there and self._front.x() == self._below.x()

    @property
    def _height(self) -> int:
        return self._front.height() + self._below.height()

    @property
    def _target_height(self) -> int:
        front = self._front.widget()
        if self._drawn or self.painting:
            least = self._below.minimumSizeHint().height()
        else:
            least = max(self._panel.readable_px, int(self._panel.share * self._height))
        return max(front.minimumSizeHint().height(), min(front.sizeHint().height(), self._height - least))
