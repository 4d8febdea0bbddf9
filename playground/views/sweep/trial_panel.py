"""The trial under the pointer: its picture, settings, numbers and curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout, QWidget

from playground.views.sweep.curve_sketch import CurveSketch
from playground.views.theme.theme import RADIUS_SMALL_PX, ThemeSource
from playground.views.widgets import StatTile

__all__ = ["ShownTrial", "TrialPanel"]

_WIDTH_PX = 288
_HINT = "Point at a picture to see its settings and its curve. A click opens it."


@dataclass(frozen=True, eq=False)
class ShownTrial:
    """What the panel shows of a trial; `score` is the text of its `quantity`, `sentence` why it ended early."""

    title: str
    detail: str
    settings: tuple[str, ...]
    quantity: str
    score: str
    loss: str
    sentence: str
    picture: QPixmap | None
    curve: NDArray[np.float32]


class TrialPanel(QFrame):
    """A hint until a trial was pointed at; then it stays with the last one."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "panel")
        self.setFixedWidth(_WIDTH_PX)
        self.title, self.detail = QLabel("Trial", self), QLabel(self)
        self.title.setProperty("role", "heading")
        self.detail.setProperty("role", "muted")
        self.picture = _Picture(self)
        self.settings = QLabel(self)
        self.settings.setWordWrap(True)
        self.settings.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.sentence = QLabel(
            "Point at a picture to see its settings and its curve. A click opens it.", self
        )
        self.sentence.setProperty("role", "caption")
        self.sentence.setWordWrap(True)
        self.score, self.loss = StatTile("Score", parent=self), StatTile("Test loss", parent=self)
        self.chart = CurveSketch(themes, self)
        self._lay_out()
        self.show_trial(None)

    def show_trial(self, trial: ShownTrial | None) -> None:
        """Show a trial, or the hint."""
        parts = (self.picture, self.settings, self.score, self.loss, self.chart, self.detail)
        for part in parts:
            part.setVisible(trial is not None)
        if trial is None:
            self.title.setText("Trial")
            self.sentence.setText(_HINT)
            self.sentence.show()
            return
        self.title.setText(trial.title)
        self.score.set_caption(trial.quantity)
        self.detail.setText(trial.detail)
        self.picture.show_pixmap(trial.picture)
        self.settings.setText("\n".join(trial.settings))
        self.score.set_value(trial.score)
        self.loss.set_value(trial.loss)
        self.sentence.setText(trial.sentence)
        self.sentence.setVisible(bool(trial.sentence))
        self.chart.show_curve(trial.curve)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.title)
        head.addWidget(self.detail, 1)
        tiles = QHBoxLayout()
        tiles.setSpacing(6)
        for tile in (self.score, self.loss):
            tiles.addWidget(tile)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(self.sentence)
        column.addWidget(self.picture)
        column.addWidget(self.settings)
        column.addLayout(tiles)
        column.addWidget(self.chart, 4)
        column.addStretch(1)


class _Picture(QWidget):
    """A picture with round corners."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._pixmap: QPixmap | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_pixmap(self, pixmap: QPixmap | None) -> None:
        self._pixmap = pixmap
        self.setVisible(pixmap is not None)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, 190)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._pixmap is None:
            return
        painter = QPainter(self)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        side = min(self.width(), self.height())
        area = QRectF((self.width() - side) / 2, 0, side, side)
        path = QPainterPath()
        path.addRoundedRect(area, RADIUS_SMALL_PX, RADIUS_SMALL_PX)
        painter.setClipPath(path)
        painter.drawPixmap(area, self._pixmap, QRectF(self._pixmap.rect()))
        painter.end()
