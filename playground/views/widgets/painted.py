"""Widgets that paint themselves, and what painters do in one call: texts, and boxes with an edge."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import ClassVar, Final, TypeAlias

from PySide6.QtCore import (
    QLineF,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRect,
    QRectF,
    QSize,
    QSizeF,
    Qt,
)
from PySide6.QtGui import (
    QAccessible,
    QColor,
    QFont,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QPolygonF,
)
from PySide6.QtWidgets import QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from core.spec.arrays import Array
from playground.views.theme.colors import Theme
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.spoken import Role, speak_as


# Making 240 lines for the strip below the bar took 1 ms of every moment while scrubbing.
@lru_cache(maxsize=16)
def _lines(left: float, top: float, right: float, bottom: float, spacing_px: float) -> list[QLineF]:
    height = bottom - top
    first = math.floor((left - height) / spacing_px) * spacing_px
    count = max(0, math.ceil((right - first) / spacing_px))
    places = (first + index * spacing_px for index in range(count))
    return [QLineF(x, bottom, x + height, top) for x in places]


def paint_hatching(
    painter: QPainter, rect: QRectF, color: str, spacing_px: float = 6.0, width_px: float = 1.0
) -> None:
    """Hatch a rectangle, clipped to it."""
    painter.save()
    painter.setClipRect(rect)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor(color), width_px))
    painter.drawLines(_lines(rect.left(), rect.top(), rect.right(), rect.bottom(), spacing_px))
    painter.restore()


LEFT: Final = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
RIGHT: Final = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
CENTER: Final = Qt.AlignmentFlag.AlignCenter
WRAPPED: Final = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
"""Position of a text in its place."""
_MIN_TEXT_PX: Final = 9
Ink: TypeAlias = QColor | str
Index: TypeAlias = QModelIndex | QPersistentModelIndex
ARROWS: Final = {
    Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1),
}  # fmt: skip
"""Steps to the right, and upwards."""
LEFT_RIGHT: Final = Qt.Key.Key_Left, Qt.Key.Key_Right
UP_DOWN: Final = Qt.Key.Key_Up, Qt.Key.Key_Down


class PaintedWidget(QWidget):
    """A widget that a subclass paints in the colors of the theme, and anew with another one."""

    name: ClassVar[str] = ""
    """Accessible name."""
    role: ClassVar[QAccessible.Role] = Role.Chart
    keys: ClassVar[str] = ""
    steps: ClassVar[tuple[Qt.Key, Qt.Key] | None] = None
    """Keys of the widget, see `speak_as`; with either, it has the focus by `focus`."""
    focus: ClassVar[Qt.FocusPolicy] = Qt.FocusPolicy.StrongFocus
    is_tracking: ClassVar[bool] = False
    """Whether it hears of the mouse without a button, too."""
    is_antialiased: ClassVar[bool] = True
    size_px: ClassVar[tuple[int, int]] = (-1, -1)
    least_px: ClassVar[tuple[int, int]] = (-1, -1)
    """The size that it would like, and the least one; -1 for any."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes, self._small = themes, font("small")
        self.setMouseTracking(self.is_tracking)
        if self.name:
            self.setAccessibleName(self.name)
        if self.keys or self.steps:
            self.setFocusPolicy(self.focus)
            speak_as(self, self.role, keys=self.keys, steps=self.steps)
        themes.theme_changed.connect(self._restyle)

    def sizeHint(self) -> QSize:
        return QSize(*self.size_px)

    def minimumSizeHint(self) -> QSize:
        return QSize(*self.least_px)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, self.is_antialiased)
        self._paint(painter, self._themes.theme)
        painter.end()

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        raise NotImplementedError

    def _restyle(self) -> None:
        """Use the colors of another theme."""
        self.update()

    def _paint_focus(self, painter: QPainter, radius: float) -> None:
        """A frame at the edges while the keyboard is here."""
        if self.hasFocus():
            place = QRectF(self.rect()).adjusted(1, 1, -1, -1)
            draw_box(painter, place, radius, None, self._themes.theme.accent, 2)


# Making one from its name takes as long as drawing a pixmap, and a picture has some 200.
@lru_cache(maxsize=256)
def _named(color: str) -> QColor:
    return QColor(color)


def _color(color: Ink) -> QColor:
    return _named(color) if isinstance(color, str) else color


class PaintedDelegate(QStyledItemDelegate):
    """A delegate whose items a subclass paints in the colors of the theme."""

    def __init__(self, themes: ThemeSource, parent: QObject) -> None:
        super().__init__(parent)
        self._themes = themes

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint(painter, option, index, self._themes.theme)
        painter.restore()

    def _paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index, theme: Theme) -> None:
        raise NotImplementedError

    @staticmethod
    def _paint_heading(painter: QPainter, line: QRect, index: Index, theme: Theme) -> None:
        """An item that is the heading of those below it."""
        align = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft
        text = str(index.data()).upper()
        draw_text(painter, line, text, theme.text_muted, font("small", bold=True), align)


class PaintedHeader(QHeaderView):
    """The columns of a table, a note below the name of each."""

    height_px: ClassVar[int] = 46

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._themes = themes
        self.setHighlightSections(False)
        self.setMinimumSectionSize(60)
        self.setAccessibleName("Columns")
        themes.theme_changed.connect(self._restyle)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), self.height_px)

    def _restyle(self) -> None:
        self.viewport().update()

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint(painter, rect, logicalIndex, self._themes.theme)
        painter.restore()

    def _paint(self, painter: QPainter, rect: QRect, column: int, theme: Theme) -> None:
        raise NotImplementedError

    def _write(self, painter: QPainter, rect: QRect, name: str, note: str, *, ground: str, ink: str) -> QRect:
        """Write name and note on a ground with lines below and beside it; returns the place inside."""
        theme = self._themes.theme
        painter.fillRect(rect, QColor(ground))
        painter.setPen(QPen(QColor(theme.border), 1))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())
        painter.drawLine(rect.topRight(), rect.bottomRight())
        inner = rect.adjusted(8, 6, -8, -6)
        upper = QRect(inner.left(), inner.top(), inner.width(), 18 if note else inner.height())
        draw_text(painter, upper, name, ink, font(bold=True), LEFT, cut=True)
        lower = QRect(inner.left(), inner.top() + 18, inner.width(), 16)
        draw_text(painter, lower, note, theme.text_muted, font("small"), LEFT, cut=True)
        return inner


def draw_text(
    painter: QPainter,
    place: QRectF | QRect,
    text: str,
    color: Ink | None = None,
    face: QFont | None = None,
    align: int = CENTER,
    *,
    cut: bool = False,
) -> None:
    """Write in a color and a font, which the painter keeps; `cut` ends a text that is too long with "…"."""
    if face is not None:
        painter.setFont(face)
    if color is not None:
        painter.setPen(_color(color))
    if cut:
        text = cut_text(painter.font(), text, place.width())
    painter.drawText(place, align, text)


def cut_text(face: QFont, text: str, width: float) -> str:
    """A text that is not wider: where it is too long it ends with "…"."""
    # Measuring a letter, which is all that "…" could take the place of, takes as long as drawing it.
    return (
        text if len(text) == 1 else QFontMetricsF(face).elidedText(text, Qt.TextElideMode.ElideRight, width)
    )


def fitted_text(
    texts: Sequence[str], face: QFont, width_px: float, *, least_px: int = _MIN_TEXT_PX
) -> tuple[str, QFont]:
    """The first of `texts` that fits at the size of `face`, then at smaller ones; else the last one, elided."""
    smaller = QFont(face)
    for size_px in range(face.pixelSize(), least_px - 1, -1):
        smaller.setPixelSize(size_px)
        metrics = QFontMetricsF(smaller)
        # Shrink the longest text a little before replacing it by a shorter one.
        few = texts if size_px <= face.pixelSize() - 2 or size_px == least_px else texts[:1]
        for text in few:
            if metrics.horizontalAdvance(text) <= width_px:
                return text, smaller
    return cut_text(smaller, texts[-1], width_px), smaller


def draw_fitted(
    painter: QPainter, where: QRectF, texts: Sequence[str], face: QFont, *, least_px: int = _MIN_TEXT_PX
) -> None:
    """Draw the first of `texts` that fits, centered in `where`."""
    text, smaller = fitted_text(texts, face, where.width(), least_px=least_px)
    draw_text(painter, where, text, face=smaller)


def use_colors(painter: QPainter, ground: Ink | None, edge: Ink | None = None, width: float = 1.0) -> None:
    """Fill what follows in a color, with an edge of another one and a width; None for none."""
    painter.setPen(Qt.PenStyle.NoPen if edge is None else QPen(_color(edge), width))
    painter.setBrush(Qt.BrushStyle.NoBrush if ground is None else _color(ground))


def draw_box(
    painter: QPainter,
    place: QRectF | QRect,
    radius: float,
    ground: Ink | None,
    edge: Ink | None = None,
    width: float = 1.0,
) -> None:
    """A box with round corners, colored as by `use_colors`."""
    use_colors(painter, ground, edge, width)
    painter.drawRoundedRect(place, radius, radius)


def draw_dot(
    painter: QPainter,
    at: QPointF,
    radius: float,
    ground: Ink | None,
    edge: Ink | None = None,
    width: float = 1.0,
) -> None:
    """A disc, colored as by `use_colors`."""
    use_colors(painter, ground, edge, width)
    painter.drawEllipse(at, radius, radius)


def faded(color: Ink, alpha: float) -> QColor:
    """A color that covers a share of what is below."""
    made = QColor(color)
    made.setAlphaF(alpha)
    return made


def polygon(x: Array, y: Array) -> QPolygonF:
    """The points of two arrays (n,)."""
    return QPolygonF([QPointF(*each) for each in zip(x.tolist(), y.tolist(), strict=True)])


def clear_pixmap(size: QSize | QSizeF, ratio: float) -> QPixmap:
    """A transparent picture of a size, with `ratio` pixels of the screen for each of its own."""
    whole = size * ratio
    made = QPixmap(whole.toSize() if isinstance(whole, QSizeF) else whole)
    made.setDevicePixelRatio(ratio)
    made.fill(Qt.GlobalColor.transparent)
    return made
