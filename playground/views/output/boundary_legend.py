"""Legend of the decision boundary: a color bar between two ends, or a dot per class."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QLinearGradient, QPainter, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.views.output.boundary_colors import PlaneColors
from playground.views.theme.colors import Theme, class_color
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.painted import LEFT, PaintedWidget, cut_text, draw_text, use_colors

_ROW_PX = 17
_DOT_PX = 9
_GAP_PX = 10
_BAR_PX = 8
_BAR_LENGTH_PX = (24, 120)


class BoundaryLegend(PaintedWidget):
    """One line for a color bar; as many lines as needed for classes. A `strong` bar is that of neurons."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None, *, strong: bool = False) -> None:
        super().__init__(themes, parent)
        self._is_strong = strong
        self.names: tuple[str, ...] = ("", "")
        """The labels, in class order."""
        self.is_bar, self._has_dots = True, False
        """Whether it is a color bar."""
        self._label: int | None = None
        self._places: list[QPoint] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip("The colours of the picture; pale or neutral means that the network is not sure")
        self._lay_out()

    @property
    def needed_px(self) -> int:
        """The width at which a color bar has room for both names."""
        metrics, dot = QFontMetrics(self._small), _DOT_PX + 4 if self._has_dots else 0
        names = max(map(metrics.horizontalAdvance, self.names))
        # Both have the room of the longer one.
        return 2 * (names + dot + _GAP_PX) + _BAR_LENGTH_PX[0] + 1

    def show_ends(self, low: str, high: str, *, dots: bool = False, label: int | None = None) -> None:
        """Show a color bar from `low` to `high`: of the signs, with `dots` of two classes, or of the class `label`."""
        if (dots, label) != (self._has_dots, self._label):
            self._has_dots, self._label = dots, label
            self.update()
        self._show((low, high), is_bar=True)

    def show_classes(self, names: Sequence[str]) -> None:
        """Show a colored dot per class."""
        self._show(tuple(names), is_bar=False)

    def sizeHint(self) -> QSize:
        return QSize(240, self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._lay_out()

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        painter.setFont(self._small)
        painter.setPen(QColor(theme.text_muted))
        if not any(self.names):
            return  # no legend without data
        if self.is_bar:
            self._paint_bar(painter)
        else:
            self._paint_dots(painter)

    def _show(self, names: tuple[str, ...], is_bar: bool) -> None:
        if (names, is_bar) == (self.names, self.is_bar):
            return
        self.names, self.is_bar = names, is_bar
        self.setAccessibleName("Colours: " + (" to " if is_bar else ", ").join(names))
        self._lay_out()
        self.update()

    def _lay_out(self) -> None:
        """Flow layout of the dots; sets the height."""
        metrics = QFontMetrics(self._small)
        x, y = 0, 0
        self._places = []
        for name in () if self.is_bar else self.names:
            width = _DOT_PX + 4 + metrics.horizontalAdvance(name)
            if x and x + width > self.width():
                x, y = 0, y + _ROW_PX
            self._places.append(QPoint(x, y))
            x += width + _GAP_PX
        height = y + _ROW_PX
        if height != self.minimumHeight():
            self.setFixedHeight(height)

    def _paint_bar(self, painter: QPainter) -> None:
        metrics = painter.fontMetrics()
        before = _DOT_PX + 4 if self._has_dots else 0
        most = (self.width() - _BAR_LENGTH_PX[0] - 2 * _GAP_PX) // 2 - before
        low, high = (cut_text(self._small, name, most) for name in self.names)
        widths = [before + metrics.horizontalAdvance(text) for text in (low, high)]
        length = min(_BAR_LENGTH_PX[1], max(_BAR_LENGTH_PX[0], self.width() - sum(widths) - 2 * _GAP_PX))
        left = widths[0] + _GAP_PX
        for number, (text, start) in enumerate(((low, 0.0), (high, left + length + _GAP_PX))):
            if before:
                self._paint_dot(painter, number, start, (self.height() - _DOT_PX) / 2)
            draw_text(painter, QRectF(start + before, 0, self.width(), self.height()), text, align=LEFT)
        gradient = QLinearGradient(left, 0, left + length, 0)
        colors = PlaneColors(self._themes.theme).ends(strong=self._is_strong, label=self._label)
        for place, color in zip((0.0, 0.5, 1.0), colors, strict=True):
            gradient.setColorAt(place, QColor(color))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(gradient)
        painter.drawRoundedRect(QRectF(left, (self.height() - _BAR_PX) / 2, length, _BAR_PX), 2, 2)

    @staticmethod
    def _paint_dot(painter: QPainter, number: int, left: float, top: float) -> None:
        pen = painter.pen()
        use_colors(painter, class_color(number))
        painter.drawEllipse(QRectF(left, top, _DOT_PX, _DOT_PX))
        painter.setPen(pen)

    def _paint_dots(self, painter: QPainter) -> None:
        for number, (name, place) in enumerate(zip(self.names, self._places, strict=True)):
            self._paint_dot(painter, number, place.x(), place.y() + (_ROW_PX - _DOT_PX) / 2)
            text = QRectF(place.x() + _DOT_PX + 4, place.y(), self.width(), _ROW_PX)
            painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, name)
