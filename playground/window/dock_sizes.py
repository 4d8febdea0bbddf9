"""Share the window between network, output and results: the boundary keeps its size, and only the curves give way.

Qt would keep the proportions, so a window that was once low would keep a small plot.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QStyle

from playground.views.output import OutputPanel
from playground.views.results import ResultsPanel
from playground.views.widgets.descendants import children_of

_USUAL_PX, _USUAL_WINDOW_PX, _SHARE_OF_MORE = 424, 1440, 0.395
"""The plot's width in a window of that width, and its share of what another window has more or less."""
_BESIDE_MATRIX_PX = 335
"""The same beside a large confusion matrix."""
_MAX_SHARE = 0.36
"""Of the window's width, so that the network keeps half of it."""
_NEAR_PX = 8


class DockSizes(QObject):
    """Sizes the docks on the right, except where the user has moved a divider.

    Docks over the output, and the plot during painting, may also use the space of the results' tiles.
    """

    painting = False

    def __init__(
        self,
        window: QMainWindow,
        output: QDockWidget,
        over: Sequence[QDockWidget],
        plot: OutputPanel,
        curves: ResultsPanel,
    ) -> None:
        super().__init__(window)
        self._window, self._output = window, output
        self._raised: list[QDockWidget] = []
        """What is over the output now."""
        self._plot, self._curves = plot, curves
        self.moved: set[str] = set()
        """"width", "height": what the user has set by a divider."""
        self._pressed: tuple[str, int] | None = None
        self._soon = QTimer(self, interval=0, singleShot=True)
        self._soon.timeout.connect(self._fit)
        for watched in (window, output):
            watched.installEventFilter(self)
        for dock in over:
            dock.visibilityChanged.connect(partial(self._on_raised, dock))
        curves.readable_changed.connect(self.follow)
        plot.plane.height_changed.connect(self.follow)

    def follow(self) -> None:
        """Size the docks again once all have said what they need."""
        self._soon.start()

    def restore(self) -> None:
        """Forget what the user has set."""
        self.moved.clear()
        self.follow()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if isinstance(event, QMouseEvent) and watched is self._window:
            self._watch_divider(kind, event.position().toPoint())
        elif isinstance(event, QResizeEvent):
            # The plot is square: a wider dock has a higher one.
            if watched is self._window or event.oldSize().width() != event.size().width():
                self.follow()
        elif kind == QEvent.Type.Show and watched is self._window:
            self.follow()
        return False

    def _watch_divider(self, kind: QEvent.Type, at: QPoint) -> None:
        place = self._front.geometry()
        sizes = {"width": place.width(), "height": place.height()}
        if kind == QEvent.Type.MouseButtonPress:
            beside, below = abs(at.x() - place.left()) <= _NEAR_PX, abs(at.y() - place.bottom()) <= _NEAR_PX
            side = "width" if beside else "height" if below and at.x() > place.left() else ""
            self._pressed = (side, sizes[side]) if side else None
        elif kind == QEvent.Type.MouseButtonRelease and self._pressed is not None:
            side, before = self._pressed
            self._pressed = None
            if sizes[side] != before:
                self.moved.add(side)
                self.follow()

    def _on_raised(self, dock: QDockWidget, raised: bool) -> None:
        """A dock was raised over the output, or hidden."""
        if raised != (dock in self._raised):
            (self._raised.append if raised else self._raised.remove)(dock)
            self.follow()

    def _fit(self) -> None:
        front = self._front
        if front.isVisible() and not front.isFloating() and "width" not in self.moved:
            self._window.resizeDocks([front], [self.target_px], Qt.Orientation.Horizontal)
        below = self._below
        if below is not None and (self._raised or self.painting or "height" not in self.moved):
            # Docks get another width, and a plot of that width its greatest height, by queued requests.
            for widget in (self._window, front.widget(), front, self._window):
                QCoreApplication.sendPostedEvents(widget, QEvent.Type.LayoutRequest)
            height = self._target_height
            self._window.resizeDocks([front, below], [height, self._height - height], Qt.Orientation.Vertical)

    @property
    def target_px(self) -> int:
        """The width of the docks: the plot's follows from the window's width, as long as small curves are left.

        A high window has a larger plot, beside readable curves.
        """
        width, height = self._window.width(), self._height - self._plot.around_px
        readable, least = (
            (self._curves.fair_px(self._height), self._curves.least_px) if self._below else (0, 0)
        )
        usual = round(_USUAL_PX + _SHARE_OF_MORE * (width - _USUAL_WINDOW_PX))
        usual = _BESIDE_MATRIX_PX if self._curves.is_of_images else usual
        side = min(max(usual, height - readable), height - least, int(_MAX_SHARE * width))
        # Wide fonts may need more, and other docks do.
        return max(side + self._plot.margins_px, *(dock.minimumSizeHint().width() for dock in self._beside))

    @property
    def _beside(self) -> list[QDockWidget]:
        """The docks that share the width, before or behind a tab; some are made later."""
        area = self._window.dockWidgetArea(self._output)
        docks = [each for each in children_of(self._window, QDockWidget) if not each.isFloating()]
        return [each for each in docks if each.isVisible() and self._window.dockWidgetArea(each) == area]

    @property
    def _front(self) -> QDockWidget:
        return self._raised[-1] if self._raised else self._output

    @property
    def _below(self) -> QDockWidget | None:
        """The dock below the output: the results, or what is over them. Qt moves covered docks outside."""
        front = self._front
        if not front.isVisible() or front.isFloating():
            return None
        return next((each for each in self._beside if each.x() == front.x() and each.y() > front.y()), None)

    @property
    def _height(self) -> int:
        """That the docks share, without the divider; the docks may leave a gap while one cannot grow yet."""
        if (below := self._below) is None:
            return self._front.height()
        divider = self._window.style().pixelMetric(QStyle.PixelMetric.PM_DockWidgetSeparatorExtent)
        return below.geometry().bottom() - self._front.geometry().top() + 1 - divider

    @property
    def _target_height(self) -> int:
        front = self._front.widget()
        if self._raised or self.painting:
            least = 0 if self._below is None else self._below.minimumSizeHint().height()
        else:
            least = self._curves.least_px
        return max(front.minimumSizeHint().height(), min(front.sizeHint().height(), self._height - least))
