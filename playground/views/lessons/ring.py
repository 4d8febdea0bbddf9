"""A ring over the window around one control, with the number of the step that means it."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, QTimer
from PySide6.QtGui import QAction, QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QDockWidget, QMenuBar, QScrollArea, QWidget
from shiboken6 import isValid

from playground.views.theme.colors import RADIUS_PX
from playground.views.theme.theme import ThemeSource, font

_GAP_PX, _WIDTH_PX, _BADGE_PX = 4, 2, 20
_MOVES = (QEvent.Type.Move, QEvent.Type.Resize, QEvent.Type.Show, QEvent.Type.Hide, QEvent.Type.LayoutRequest)


class Ring(QWidget):
    """Lies over all panels, lets every click through, and follows its control."""

    def __init__(self, themes: ThemeSource, window: QWidget) -> None:
        super().__init__(window)
        self.setObjectName("lesson_ring")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._themes, self._window = themes, window
        self._marked: list[QWidget] = []
        self._action: QAction | None = None
        self._watched: list[QObject] = []
        self._number = 0
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._place)
        themes.theme_changed.connect(self.update)
        self.hide()

    def mark(self, control: list[QWidget] | QAction | None, number: int = 0) -> None:
        """Mark widgets, or the menu that holds a command; what hides them is opened. None marks nothing."""
        for watched in filter(isValid, self._watched):
            watched.removeEventFilter(self)
        self._watched, self._number = [], number
        self._marked = control if isinstance(control, list) else []
        self._action = control if isinstance(control, QAction) else None
        for widget in self._marked:
            self._open(widget)
        self._watch(self._window)
        for widget in self._marked:
            found: QWidget | None = widget
            while found is not None and found is not self._window:
                self._watch(found)
                found = found.parentWidget()
        if control is None:
            self.hide()
        self._soon.start()

    @property
    def number(self) -> int:
        return self._number

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _MOVES:
            self._soon.start()
        return False

    def _watch(self, widget: QObject) -> None:
        if widget not in self._watched:
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
        place = self._menu_place() if self._action is not None else self._widgets_place()
        if place.isEmpty():
            self.hide()
            return
        edge = _GAP_PX + _WIDTH_PX
        # The badge lies over the corner.
        room = place.adjusted(-edge, -edge - _BADGE_PX // 2, edge + _BADGE_PX // 2, edge)
        self.setGeometry(room.intersected(self._window.rect().adjusted(0, 0, 0, 0)))
        self.show()
        self.raise_()
        self.update()

    def _widgets_place(self) -> QRect:
        place = QRect()
        # The card of a layer goes with it.
        for widget in filter(isValid, self._marked):
            if widget.isVisibleTo(self._window):
                place = place.united(QRect(widget.mapTo(self._window, QPoint()), widget.size()))
        return place

    def _menu_place(self) -> QRect:
        bar = self._window.findChild(QMenuBar)
        if bar is None or not bar.isVisibleTo(self._window):
            return QRect()
        for top in bar.actions():
            menu = top.menu()
            if menu is not None and self._action in menu.actions():  # type: ignore[attr-defined]
                place = bar.actionGeometry(top)
                return place.translated(bar.mapTo(self._window, QPoint()))
        return QRect()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._themes.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        half = _WIDTH_PX / 2
        frame = QRectF(self.rect()).adjusted(half, half + _BADGE_PX // 2, -half - _BADGE_PX // 2, -half)
        painter.setPen(QPen(QColor(theme.accent), _WIDTH_PX))
        painter.drawRoundedRect(frame, RADIUS_PX, RADIUS_PX)
        badge = QRectF(0, 0, _BADGE_PX, _BADGE_PX)
        badge.moveCenter(frame.topRight())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.accent))
        painter.drawEllipse(badge)
        painter.setPen(QColor(theme.accent_text))
        painter.setFont(font("small", bold=True))
        painter.drawText(badge, Qt.AlignmentFlag.AlignCenter, str(self._number))
        painter.end()
