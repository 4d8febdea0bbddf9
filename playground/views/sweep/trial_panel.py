"""The trial under the pointer: its picture, settings, numbers and curve."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from playground.views.sweep.curve_sketch import CurveSketch
from playground.views.sweep.seed_rows import SeedRow, SeedRows
from playground.views.theme.icons import icon
from playground.views.theme.theme import RADIUS_SMALL_PX, ThemeSource
from playground.views.widgets import SectionTitle, StatTile

__all__ = ["ShownTrial", "TrialPanel"]

_WIDTH_PX = 288
_LEAST_PX = 110
_HINT = "Point at a picture or a line to see its settings and its curve. A click opens it."


@dataclass(frozen=True, eq=False)
class ShownTrial:
    """What the panel shows of a trial; `score` is the text of its `quantity`, `sentence` why it ended early.

    `seeds` are all of its combination.
    """

    number: int
    title: str
    detail: str
    settings: tuple[str, ...]
    quantity: str
    score: str
    loss: str
    sentence: str
    picture: QPixmap | None
    curve: NDArray[np.float32]
    seeds: tuple[SeedRow, ...] = ()


class TrialPanel(QFrame):
    """A hint until a trial was pointed at; then it stays with the last one."""

    open_requested = Signal(int)
    """The number of the trial that is shown."""
    seed_chosen = Signal(int)
    """The number of another trial of the combination."""

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
        self.sentence = QLabel(_HINT, self)
        self.sentence.setProperty("role", "caption")
        self.sentence.setWordWrap(True)
        self.score, self.loss = StatTile("Score", parent=self), StatTile("Test loss", parent=self)
        self.chart = CurveSketch(themes, self)
        self.seeds_title = SectionTitle("Its seeds", self)
        self.seeds = SeedRows(themes, self)
        self.seeds.chosen.connect(self.seed_chosen)
        self.open = QPushButton("Open this one", self)
        self.open.setProperty("primary", "true")
        self.open.setAutoDefault(False)
        self.open.setToolTip("Go on with this trial as the document, with what it has learned")
        self.open.clicked.connect(self._on_open)
        self._themes, self._number = themes, 0
        themes.theme_changed.connect(self._restyle)
        self._restyle()
        self._lay_out()
        self.show_trial(None)

    def show_trial(self, trial: ShownTrial | None) -> None:
        """Show a trial, or the hint."""
        parts = (
            self.picture, self.settings, self.score, self.loss, self.chart, self.detail, self.open,
            self.seeds, self.seeds_title,
        )  # fmt: skip
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
        self._number = trial.number
        self.seeds.show_rows(trial.seeds, trial.number)
        self.seeds_title.setVisible(len(trial.seeds) > 1)

    def _on_open(self) -> None:
        self.open_requested.emit(self._number)

    def _restyle(self) -> None:
        self.open.setIcon(icon("open", self._themes.theme, "on_accent"))

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
        column.addWidget(self.seeds_title)
        column.addWidget(self.seeds)
        column.addStretch(1)
        column.addWidget(self.open)


class _Picture(QWidget):
    """A picture with round corners."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._pixmap: QPixmap | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.setMinimumHeight(_LEAST_PX)

    def show_pixmap(self, pixmap: QPixmap | None) -> None:
        self._pixmap = pixmap
        self.setVisible(pixmap is not None)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH_PX - 28, _WIDTH_PX - 28)

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
