"""The marks of a look back: a hatched strip, a pill on the plot, and a sentence over the network."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.io.number_text import epoch_text
from playground.views.theme.colors import Theme
from playground.views.theme.icons import icon_pixmap
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.painted import LEFT, Painted, draw_box, draw_text, paint_hatching

_STRIP_PX = 6
_ICON_PX = 13
_PAD_PX = 9
_HEIGHT_PX = 24
_MARGIN_PX = 8
_KEY_PX = 160
_STEP_PX = 48
"""What is covered changes seldom, because the plot draws its points anew then."""


class PastStrip(Painted):
    """A hatched line; it takes no clicks."""

    is_antialiased = False

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(themes, parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFixedHeight(_STRIP_PX)
        self.hide()

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        painter.fillRect(self.rect(), QColor(theme.surface))
        paint_hatching(painter, QRectF(self.rect()), theme.text_faint, 6.0, 1.4)


class PastPill(Painted):
    """A sentence with a clock on a rounded ground, hatched for a caption; it takes no clicks."""

    def __init__(self, themes: ThemeSource, parent: QWidget, *, hatched: bool = False) -> None:
        super().__init__(themes, parent)
        self.text, self._hatched = "", hatched
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.hide()

    def set_text(self, text: str) -> None:
        """Set the sentence, and take its size."""
        if text != self.text:
            self.text = text
            self.setAccessibleName(text)
            # Of fixed size: a new hint would redo the layouts around it.
            self.setFixedSize(self.sizeHint())
            self.update()

    def sizeHint(self) -> QSize:
        metrics = QFontMetrics(self._small)
        width = metrics.horizontalAdvance(self.text) + _ICON_PX + 3 * _PAD_PX - 4
        return QSize(width, _HEIGHT_PX - (6 if self._hatched else 0))

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        ground = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        radius = ground.height() / 2
        color = theme.field if self._hatched else theme.surface_raised
        draw_box(painter, ground, radius, color, theme.border_strong)
        if self._hatched:
            paint_hatching(painter, ground.adjusted(radius / 2, 1, -radius / 2, -1), theme.border_strong, 5.0)
        top = (self.height() - _ICON_PX) / 2
        clock = icon_pixmap("history", theme.text, _ICON_PX, self.devicePixelRatioF())
        painter.drawPixmap(QPointF(_PAD_PX - 1, top), clock)
        place = QRectF(_PAD_PX + _ICON_PX + 5, 0, self.width(), self.height())
        draw_text(painter, place, self.text, theme.text, self._small, LEFT)


class PastMarks(QObject):
    """Keeps the marks in their places: `strip` below `bar`, `pill` on `plot`, `notice` over `canvas`."""

    covered = Signal(QRectF)
    """The part of the plot that the pill covers, with room for longer sentences; empty for none."""
    room_needed = Signal(int)
    """The height in pixels that the notice takes at the bottom of the canvas; 0 for none."""

    def __init__(
        self, themes: ThemeSource, window: QWidget, bar: QWidget, plot: QWidget, canvas: QWidget
    ) -> None:
        super().__init__(window)
        self._window, self._bar, self._plot, self._canvas = window, bar, plot, canvas
        self._room = 0
        self.strip = PastStrip(themes, window)
        self.pill = PastPill(themes, plot)
        self.notice = PastPill(themes, canvas)
        for widget in (bar, plot, canvas):
            widget.installEventFilter(self)

    def show_past(self, epoch: float | None, live: float, other: str = "") -> None:
        """Show that `epoch` of `live` is looked at, and what was `other` then; None hides the marks."""
        shown = epoch is not None
        if epoch is not None:
            self.pill.set_text(f"epoch {epoch_text(epoch)} of {epoch_text(live)}, past")
            if self.pill.width() + _KEY_PX > self._plot.width():
                # A longer one would push the plot's key down; the timeline names the epoch, too.
                self.pill.set_text("past")
            way = (
                f"{other}; branch from here to go on with that."
                if other
                else "A change here branches a new run; undo returns to the live one."
            )
            self.notice.set_text(f"You are looking at epoch {epoch_text(epoch)}. {way}")
        for mark in (self.strip, self.pill, self.notice):
            if shown and mark.isHidden():
                mark.raise_()
            mark.setVisible(shown)
        if shown:
            self._place()
        self._ask_room()
        width = _STEP_PX * -(-self.pill.width() // _STEP_PX)
        self.covered.emit(QRectF(_MARGIN_PX, _MARGIN_PX, width, self.pill.height()) if shown else QRectF())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self.strip.isHidden():
            self._place()
        return False

    def _ask_room(self) -> None:
        """Tiles end above the notice."""
        room = 0 if self.notice.isHidden() else self.notice.height() + 2 * _MARGIN_PX
        if room != self._room:
            self._room = room
            self.room_needed.emit(room)

    def _place(self) -> None:
        window = self._window
        corner = self._bar.mapTo(window, self._bar.rect().bottomLeft())
        self.strip.setGeometry(0, corner.y() + 1, window.width(), _STRIP_PX)
        self.pill.move(_MARGIN_PX, _MARGIN_PX)
        self.notice.setVisible(self.notice.width() < self._canvas.width() - 2 * _MARGIN_PX)
        self._ask_room()
        left = (self._canvas.width() - self.notice.width()) // 2
        self.notice.move(left, self._canvas.height() - self.notice.height() - _MARGIN_PX)
