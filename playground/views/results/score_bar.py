"""How often the network is right, as a bar: the score of the simple view."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from core.inspect.snapshot import Snapshot
from core.io.number_text import percent_text
from playground.views.theme.colors import Theme
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.painted import CENTER, LEFT, RIGHT, PaintedWidget, draw_box, draw_text

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

_HEAD_PX, _BAR_PX, _FOOT_PX = 26, 16, 18
_MARK_ROOM_PX = 60


class ScoreBar(PaintedWidget):
    """From never to always, with a mark where guessing is."""

    name = "How often it is right"

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self.share: float | None = None
        self._classes, self._basis = 0, ""
        self._written: Callable[[float], str] = percent_text
        self.setFixedHeight(_HEAD_PX + _BAR_PX + _FOOT_PX + 4)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setToolTip(
            "Of how many samples that were kept back the network says the class that they have.\n"
            "The mark is what guessing reaches."
        )
        self.hide()

    @property
    def fits(self) -> bool:
        """Whether answers of these data are right or wrong."""
        return self._classes > 1

    def show_data(self, prepared: PreparedData) -> None:
        noun = "points" if prepared.data.shape == (2,) else "samples"
        self._classes = prepared.encoding.classes if prepared.task.classifies else 0
        self._written = prepared.task.score.text
        self._basis, self.share = f"on {len(prepared.test):,} {noun} it has not seen", None
        self.update()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        share = snapshot.figures.test.score
        if share != self.share:
            self.share = share
            self.setAccessibleName(f"{self.name}: {self.text} {self._basis}, guessing {self.guessing}")
            self.update()

    @property
    def text(self) -> str:
        return "–" if self.share is None or self.share != self.share else self._written(self.share)

    @property
    def guessing(self) -> str:
        return percent_text(1 / max(1, self._classes))

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        width = float(self.width())
        head, bar = QRectF(0, 0, width, _HEAD_PX), QRectF(0, _HEAD_PX, width, _BAR_PX)
        foot, title, small = (
            QRectF(0, bar.bottom() + 3, width, _FOOT_PX),
            font("normal", bold=True),
            font("small"),
        )
        draw_text(painter, head, self.name, theme.text, title, LEFT)
        value = font("large", bold=True)
        draw_text(painter, head, self.text, theme.text, value, RIGHT)
        after = head.adjusted(QFontMetricsF(title).horizontalAdvance(self.name) + 10, 0, -64, 0)
        draw_text(painter, after, self._basis, theme.text_muted, small, LEFT, cut=True)
        draw_box(painter, bar, _BAR_PX / 2, theme.groove)
        if self.share is not None and self.share == self.share:
            filled = QRectF(bar.left(), bar.top(), max(_BAR_PX, self.share * width), _BAR_PX)
            draw_box(painter, filled, _BAR_PX / 2, theme.accent)
        at = width / max(1, self._classes)
        for pen in (QPen(QColor(theme.surface), 4), QPen(QColor(theme.text), 2)):
            painter.setPen(pen)
            painter.drawLine(QPointF(at, bar.top() - 1), QPointF(at, bar.bottom() + 1))
        draw_text(painter, foot, "never", theme.text_muted, small, LEFT)
        draw_text(painter, foot, "always", theme.text_muted, small, RIGHT)
        mark = QRectF(min(max(at, 2 * _MARK_ROOM_PX), width - 2 * _MARK_ROOM_PX) - _MARK_ROOM_PX, foot.top(),
                      2 * _MARK_ROOM_PX, _FOOT_PX)  # fmt: skip
        draw_text(painter, mark, f"guessing {self.guessing}", theme.text_muted, small, CENTER)
