"""The confusion matrix as a painted widget, with cells readable by pointer and keyboard."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFontMetrics,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from playground.views.results.precision_recall import SCORES_PX, ClassScores
from playground.views.theme.theme import ThemeSource, contrast, font, mix
from playground.views.widgets.class_names import class_name
from playground.views.widgets.spoken import Role, speak_as

__all__ = ["ConfusionMatrix", "Counts"]

Counts = NDArray[np.int64]

_LABEL_PX = 84
_GAP_PX = 6
_SHADES = 64
_MIN_WITH_SCORES_PX = 280


class ConfusionMatrix(QWidget):
    """Cells colored by share: slate on the diagonal, red for errors, relative to the worst one. No class has these.

    Arrow keys move the current cell. `cell_pointed` carries its text, or an empty one. If there is room, rows end with
    precision and recall of their class.
    """

    cell_pointed = Signal(str)
    cell_opened = Signal(int, int)
    """True and predicted class of a cell that was clicked or activated by Enter."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._counts: Counts = np.zeros((0, 0), np.int64)
        self._names: tuple[str, ...] = ()
        self._shades: NDArray[np.intp] = np.zeros((0, 0), np.intp)
        self._scores = ClassScores.of(self._counts)
        self._cell: tuple[int, int] | None = None
        self._font = font("small")
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        speak_as(self, Role.Table, press=Qt.Key.Key_Return, steps=(Qt.Key.Key_Left, Qt.Key.Key_Right))
        self.setMinimumSize(140, 110)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Confusion matrix; arrow keys read single cells, Enter shows their samples")
        self.setToolTip("Click a cell to see its samples")
        self._make_colors()
        themes.theme_changed.connect(self._restyle)

    @property
    def counts(self) -> Counts:
        """The counts, (k, k); (0, 0) without any."""
        return self._counts

    def show_counts(self, counts: Counts | None, names: tuple[str, ...]) -> None:
        """See `ConfusionView.show_counts`."""
        shown = np.zeros((0, 0), np.int64) if counts is None else counts
        if names == self._names and np.array_equal(shown, self._counts):
            return
        self._counts, self._names = shown, names
        self._scores = ClassScores.of(shown)
        if self._cell is not None and max(self._cell) >= len(shown):
            self._cell = None
        self._choose_shades()
        self._show_text()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(326, 210)

    def text_of(self, true: int, predicted: int) -> str:
        """Text of a cell: "true 3, predicted 5: 7 of 121"."""
        count, total = int(self._counts[true, predicted]), int(self._counts[true].sum())
        text = f"true {self._name(true)}, predicted {self._name(predicted)}: {count:,} of {total:,}"
        return text if self._has_scores or true != predicted else f"{text}; {self._scores.text(true)}"

    def cell_rect(self, true: int, predicted: int) -> QRectF:
        """Rectangle of a cell."""
        left, top, side = self._frame()
        return QRectF(left + predicted * side, top + true * side, side, side)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._move_to(self._cell_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self._cell_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and cell is not None:
            self.cell_opened.emit(*cell)

    def _cell_at(self, at: QPointF) -> tuple[int, int] | None:
        left, top, side = self._frame()
        row, column = (at.y() - top) // side, (at.x() - left) // side
        k = len(self._counts)
        return (int(row), int(column)) if 0 <= row < k and 0 <= column < k else None

    def leaveEvent(self, event: QEvent) -> None:
        self._move_to(None)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._move_to(None)
        super().focusOutEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
        }
        step = steps.get(Qt.Key(event.key()))
        last = len(self._counts) - 1
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._cell is not None:
            self.cell_opened.emit(*self._cell)
            return
        if step is None or last < 0:
            super().keyPressEvent(event)
            return
        row, column = (0, 0) if self._cell is None else map(sum, zip(self._cell, step, strict=True))
        self._move_to((max(0, min(last, row)), max(0, min(last, column))))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font)
        k = len(self._counts)
        if not k:
            return
        theme = self._themes.theme
        left, top, side = self._frame()
        gap = 1.0 if side > 12 else 0.5
        size = side - 2 * gap
        fits = side >= 20 and painter.fontMetrics().horizontalAdvance(str(self._counts.max())) < side - 5
        counts = self._counts.tolist()
        for row, shades in enumerate(self._shades.tolist()):
            for column, shade in enumerate(shades):
                rect = QRectF(left + column * side + gap, top + row * side + gap, size, size)
                ground, ink = (self._rights if row == column else self._errors)[shade]
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(ground)
                painter.drawRoundedRect(rect, 3, 3)
                if fits and counts[row][column]:
                    painter.setPen(ink)
                    painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, str(counts[row][column]))
        self._paint_names(painter)
        if self._cell is not None:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(theme.accent if self.hasFocus() else theme.text), 2))
            painter.drawRoundedRect(self.cell_rect(*self._cell), 3, 3)
        elif self.hasFocus():
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 6, 6)

    def _paint_names(self, painter: QPainter) -> None:
        left, top, side = self._frame()
        metrics = painter.fontMetrics()
        k = len(self._counts)
        painter.setPen(QColor(self._themes.theme.text_muted))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        upright = self._columns_fit(side)
        # Label every n-th class rather than overlap the names.
        stride = max(1, round(0.8 * metrics.height() / side))
        for number in range(0, k, stride):
            name = metrics.elidedText(self._name(number), Qt.TextElideMode.ElideRight, _LABEL_PX)
            painter.drawText(QRectF(0, top + number * side, left - _GAP_PX, side), right, name)
            place = QPointF(left + (number + 0.5) * side, top + k * side + 4)
            if upright:
                under = QRectF(place.x() - side / 2, place.y(), side, metrics.height())
                painter.drawText(under, Qt.AlignmentFlag.AlignCenter, self._name(number))
            else:
                painter.save()
                painter.translate(place)
                painter.rotate(-90)
                height = self.height() - place.y()
                name = metrics.elidedText(self._name(number), Qt.TextElideMode.ElideRight, int(height))
                painter.drawText(QRectF(-height, -side / 2, height, side), right, name)
                painter.restore()
        if self._has_scores:
            self._scores.paint(painter, self._themes.theme, left + k * side + _GAP_PX, top, side, stride)

    def _frame(self) -> tuple[float, float, float]:
        """Left and top of the first cell, and the size of a cell, in pixels."""
        k = max(1, len(self._counts))
        metrics = QFontMetrics(self._font)
        widest = max((metrics.horizontalAdvance(self._name(number)) for number in range(k)), default=8)
        left = min(_LABEL_PX, widest) + _GAP_PX + 2
        # Room for the titles of the scores.
        top = metrics.height() + 3.0 if self._has_scores else 2.0
        width = self.width() - left - 2 - (SCORES_PX + _GAP_PX if self._has_scores else 0)
        height = self.height() - top
        side = min(width, height - metrics.height() - 4) / k
        if not self._columns_fit(side):
            side = min(width, height - min(_LABEL_PX, widest, self.height() // 3) - 6) / k
        side = max(2.0, min(side, 64.0))
        return left + max(0.0, (width - k * side) / 2), top, side

    @property
    def _has_scores(self) -> bool:
        """Whether the score columns fit."""
        return self.width() >= _MIN_WITH_SCORES_PX

    def _columns_fit(self, side: float) -> bool:
        metrics = QFontMetrics(self._font)
        return all(
            metrics.horizontalAdvance(self._name(number)) <= min(side, 64.0)
            for number in range(len(self._counts))
        )

    def _make_colors(self) -> None:
        """Lookup tables of (background, text) colors by share, for the diagonal and for errors."""
        theme = self._themes.theme
        ground = mix(theme.field, theme.surface, 0.4)

        def table(full: str) -> list[tuple[QColor, QColor]]:
            grounds = [mix(ground, full, share / (_SHADES - 1)) for share in range(_SHADES)]
            inks = (_readable_on(color, theme.text, theme.surface) for color in grounds)
            return [(QColor(color), QColor(ink)) for color, ink in zip(grounds, inks, strict=True)]

        self._rights, self._errors = table(theme.text_muted), table(theme.danger)

    def _choose_shades(self) -> None:
        shares = self._counts / np.maximum(1, self._counts.sum(axis=1, keepdims=True))
        right = np.diagonal(shares).copy()
        np.fill_diagonal(shares, 0.0)
        worst = float(shares.max(initial=0.0))
        if worst > 0.0:
            # The root makes rare errors visible beside frequent ones; a single error in a good matrix stays pale.
            shares = np.sqrt(shares / worst) * min(1.0, 0.25 + 4.0 * worst)
        np.fill_diagonal(shares, right)
        self._shades = np.rint(shares * (_SHADES - 1)).astype(np.intp)

    def _move_to(self, cell: tuple[int, int] | None) -> None:
        if cell != self._cell:
            self._cell = cell
            self.setCursor(Qt.CursorShape.ArrowCursor if cell is None else Qt.CursorShape.PointingHandCursor)
            self._show_text()
            self.update()

    @property
    def current(self) -> str:
        """Text of the current cell; empty without one."""
        return self.text_of(*self._cell) if self._cell is not None else ""

    def _show_text(self) -> None:
        self.cell_pointed.emit(self.current)

    def _name(self, number: int) -> str:
        return class_name(self._names, number)

    def _restyle(self) -> None:
        self._make_colors()
        self.update()


def _readable_on(ground: str, first: str, second: str) -> str:
    return max((first, second), key=lambda color: contrast(ground, color))
