"""How the output and the results share the height of the window: what the output has, it keeps when the window grows.

Qt would share new height by the old proportions: a window that had once been low would keep a small plot.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtWidgets import QDockWidget, QMainWindow

__all__ = ["OutputRoom"]

# What the results have above their minimum, so that their charts can be read.
_READABLE_PX = 30
_NEARLY_PX = 4


class OutputRoom(QObject):
    """Gives the output as much height as it can use. Once somebody has made it smaller by hand, it stays so."""

    def __init__(self, window: QMainWindow, output: QDockWidget, results: QDockWidget) -> None:
        super().__init__(window)
        self._window, self._output, self._results = window, output, results
        self._size = window.size()
        self._keeps = True
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._fill)
        window.installEventFilter(self)
        # It is resized after the output.
        results.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and watched is self._window:
            # As it was left when the window was closed the last time.
            QTimer.singleShot(0, self, self._look)
        elif event.type() != QEvent.Type.Resize:
            return False
        elif watched is self._window:
            # The docks have been laid out already, by the old proportions.
            self._size = self._window.size()
            if self._keeps and self._is_shared:
                self._soon.start()
        elif self._window.size() == self._size and not self._soon.isActive():
            self._look()
        return False

    def _look(self) -> None:
        if self._is_shared:
            self._keeps = self._is_filled

    def _fill(self) -> None:
        """Let the output have what it can use, and the results the rest."""
        wish = self._wish
        docks, heights = [self._output, self._results], [wish, self._height - wish]
        self._window.resizeDocks(docks, heights, Qt.Orientation.Vertical)

    @property
    def _is_shared(self) -> bool:
        """Whether both are seen, one above the other."""
        docks = (self._output, self._results)
        return all(dock.isVisible() and not dock.isFloating() for dock in docks) and (
            self._output.x() == self._results.x()
        )

    @property
    def _is_filled(self) -> bool:
        return self._output.height() >= self._wish - _NEARLY_PX

    @property
    def _height(self) -> int:
        return self._output.height() + self._results.height()

    @property
    def _wish(self) -> int:
        least = self._results.minimumSizeHint().height() + _READABLE_PX
        panel = self._output.widget()
        return max(panel.minimumSizeHint().height(), min(panel.sizeHint().height(), self._height - least))
