"""A ring over the window around one control, with the number of the step that means it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QAction, QColor, QPainter, QPen
from PySide6.QtWidgets import QDockWidget, QMenuBar, QScrollArea, QWidget
from shiboken6 import isValid

from playground.views.theme.colors import RADIUS_PX, Theme
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.painted import Painted, draw_text, use_colors

_GAP_PX, _WIDTH_PX, _BADGE_PX = 4, 2, 20
_MOVES = (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.LayoutRequest)


class Ring(Painted):
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
        found = control if isinstance(control, QWidget) else None
        if found is not None:
            self._open(found)
        while found is not None and found is not self._window:
            self._watch(found)
            found = found.parentWidget()
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
        found = widget.parentWidget()
        while found is not None and found is not self._window:
            if isinstance(found, QDockWidget):
                found.show()
                found.raise_()
            elif isinstance(found, QScrollArea):
                found.ensureWidgetVisible(widget)
            found = found.parentWidget()

    def _place(self) -> None:
        place = self._menu_place() if isinstance(self._marked, QAction) else self._widget_place()
        if place.isEmpty():
            self.hide()
            return
        edge = _GAP_PX + _WIDTH_PX
        # The badge lies over the corner.
        room = place.adjusted(-edge, -edge - _BADGE_PX // 2, edge + _BADGE_PX // 2, edge)
        self.setGeometry(room.intersected(self._window.rect()))
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

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        half = _WIDTH_PX / 2
        frame = QRectF(self.rect()).adjusted(half, half + _BADGE_PX // 2, -half - _BADGE_PX // 2, -half)
        painter.setPen(QPen(QColor(theme.accent), _WIDTH_PX))
        painter.drawRoundedRect(frame, RADIUS_PX, RADIUS_PX)
        badge = QRectF(0, 0, _BADGE_PX, _BADGE_PX)
        badge.moveCenter(frame.topRight())
        use_colors(painter, theme.accent)
        painter.drawEllipse(badge)
        draw_text(painter, badge, str(self.number), theme.accent_text, font("small", bold=True))
