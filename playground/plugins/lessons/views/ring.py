"""A ring over the window around one control, with the number of the step that means it."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QAction, QColor, QPainter, QPen
from PySide6.QtWidgets import QDockWidget, QMenuBar, QScrollArea, QWidget
from shiboken6 import isValid

from playground.plugin import RADIUS_PX, PaintedWidget, Theme, ThemeSource, draw_text, font, use_colors

_GAP_PX, _WIDTH_PX, _BADGE_PX = 4, 2, 20
_MOVES = (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.LayoutRequest)


class Ring(PaintedWidget):
    """Lies over all panels, lets every click through, and follows its control."""

    def __init__(self, themes: ThemeSource, window: QWidget) -> None:
        super().__init__(themes, window)
        self.setObjectName("lesson_ring")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._window = window
        self._marked: QWidget | QAction | None = None
        self._watched: list[QObject] = []
        self.number = 0
        self._soon = QTimer(self, interval=0, singleShot=True)
        self._soon.timeout.connect(self._place)
        self.hide()

    def mark(self, control: QWidget | QAction | None, number: int = 0) -> None:
        """Mark a widget, or the menu that holds a command; what hides it is opened. None marks nothing."""
        for watched in filter(isValid, self._watched):
            watched.removeEventFilter(self)
        self._watched, self._marked, self.number = [], control, number
        if isinstance(control, QWidget):
            self._open(control)
            for found in self._around(control):
                self._watch(found)
        self._watch(self._window)
        if control is None:
            self.hide()
        self._soon.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _MOVES:
            self._soon.start()
        return False

    def _watch(self, widget: QObject) -> None:
        widget.installEventFilter(self)
        self._watched.append(widget)

    def _open(self, widget: QWidget) -> None:
        """Show the dock of a widget, and scroll to it."""
        for found in self._around(widget.parentWidget()):
            if isinstance(found, QDockWidget):
                found.show()
                found.raise_()
            elif isinstance(found, QScrollArea):
                found.ensureWidgetVisible(widget)

    def _around(self, widget: QWidget | None) -> Iterator[QWidget]:
        """A widget and those that it lies in, below the window."""
        while widget is not None and widget is not self._window:
            yield widget
            widget = widget.parentWidget()

    def _place(self) -> None:
        place = self._menu_place() if isinstance(self._marked, QAction) else self._widget_place()
        if place.isEmpty():
            self.hide()
            return
        edge = _GAP_PX + _WIDTH_PX
        # The badge lies over the corner.
        self.setGeometry(place.adjusted(-edge, -edge - _BADGE_PX // 2, edge + _BADGE_PX // 2, edge))
        self.show()
        self.raise_()
        self.update()

    def _widget_place(self) -> QRect:
        widget = self._marked
        # The card of a layer goes with it.
        if not isinstance(widget, QWidget) or not isValid(widget) or not widget.isVisibleTo(self._window):
            return QRect()
        return QRect(widget.mapTo(self._window, QPoint()), widget.size())

    def _menu_place(self) -> QRect:
        bar = self._window.findChild(QMenuBar)
        if bar is None or not bar.isVisibleTo(self._window):
            return QRect()
        for top in bar.actions():
            menu = top.menu()
            if menu is not None and self._marked in menu.actions():  # type: ignore[attr-defined]
                place = bar.actionGeometry(top)
                return place.translated(bar.mapTo(self._window, QPoint()))
        return QRect()

    @property
    def _seen(self) -> QRect:
        """What of it is in the window."""
        return self.rect() & self._window.rect().translated(-self.pos())

    @property
    def frame(self) -> QRectF:
        """Around the control; at an edge of the window along that."""
        half, badge = _WIDTH_PX / 2, _BADGE_PX // 2
        frame = QRectF(self.rect().adjusted(0, badge, -badge, 0) & self._seen)
        return frame.adjusted(half, half, -half, -half)

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        frame, seen = self.frame, self._seen
        painter.setPen(QPen(QColor(theme.accent), _WIDTH_PX))
        painter.drawRoundedRect(frame, RADIUS_PX, RADIUS_PX)
        badge = QRectF(0, 0, _BADGE_PX, _BADGE_PX)
        badge.moveCenter(frame.topRight())
        badge.moveTopRight(
            QPointF(min(badge.right(), float(seen.right())), max(badge.top(), float(seen.top())))
        )
        use_colors(painter, theme.accent)
        painter.drawEllipse(badge)
        draw_text(painter, badge, str(self.number), theme.accent_text, font("small", bold=True))
