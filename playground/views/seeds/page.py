"""The page of many seeds: how many, how long, what becomes of them, and the score of each as a dot."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QLineF, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QKeyEvent, QMouseEvent, QPainter, QPen
from PySide6.QtWidgets import QFrame, QLabel, QToolTip, QWidget

from core.seeds import MAX_SEEDS, MIN_SEEDS, Spread, spread_of
from core.train.tasks import Classification, Score
from playground.views.theme.colors import RADIUS_SMALL_PX
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.boxes import STRETCH, Item, hbox, set_up, vbox
from playground.views.widgets.charts.reading_chart import ReadingChart
from playground.views.widgets.controls import ProgressBar
from playground.views.widgets.labels import Pill
from playground.views.widgets.page_widget import GroupPageWidget
from playground.views.widgets.painted import draw_box, draw_dot, draw_text
from playground.views.widgets.picture_plot import SquarePicture
from playground.views.widgets.spoken import Role, speak_as
from playground.views.widgets.stepper import SpinBox

_DOT_PX: Final = 5.0
_MARGIN_PX: Final = 24.0
_AXIS_PX: Final = 26.0
_HIT_PX: Final = 10.0


@dataclass(frozen=True)
class SeedDot:
    """A seed and its score; a score that is not finite has no dot."""

    seed: int
    score: float
    text: str
    """For the tooltip."""


class SpreadPlot(ReadingChart):
    """Left and Right choose a seed by score, Return opens it; so does a click."""

    size_px = 360, 112
    margins_px = _MARGIN_PX, 8, _MARGIN_PX, _AXIS_PX
    opened = Signal(int)
    """The seed that was clicked."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._left.hide()
        self._bottom.hide()
        self._dots: tuple[SeedDot, ...] = ()
        self._score = Classification.score
        self._spread: Spread = spread_of([])
        self.chosen: int | None = None
        """The seed under the pointer or chosen by keys."""
        speak_as(self, Role.Chart, press=Qt.Key.Key_Return, steps=(Qt.Key.Key_Left, Qt.Key.Key_Right))
        self.setMinimumHeight(104)
        self.show_dots((), self._score)

    def show_dots(self, dots: Sequence[SeedDot], score: Score) -> None:
        """Show the seeds in order of their scores."""
        self._dots = tuple(sorted((d for d in dots if math.isfinite(d.score)), key=lambda d: d.score))
        self._score = score
        self._spread = spread_of([dot.score for dot in self._dots])
        name = f"Final scores of {len(self._dots)} seeds"
        if self._dots:
            name += f", median {self._text(self._spread.median)}; arrow keys choose one, Return opens it"
        self.setAccessibleName(name)
        if self._dots:
            low, high = self._spread.lowest, self._spread.highest
            self._show_range((low, high) if low < high else (low - 1.0, low + 1.0), (0.0, 1.0))
        self.viewport().update()

    def place_of(self, seed: int | None) -> QPointF | None:
        """Position of the dot of a seed."""
        return next((place for dot, place in self._placed() if dot.seed == seed), None)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position())
        self._choose(None if found is None else found.seed)
        if found is not None:
            QToolTip.showText(event.globalPosition().toPoint(), found.text, self)
        self.setCursor(Qt.CursorShape.ArrowCursor if found is None else Qt.CursorShape.PointingHandCursor)

    def read_nothing(self) -> None:
        self._choose(None)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        found = self._at(event.position())
        if found is not None and event.button() == Qt.MouseButton.LeftButton:
            self.opened.emit(found.seed)

    @property
    def span(self) -> tuple[float | None, float, float, float] | None:
        """Among the seeds in order of their scores."""
        seeds = [dot.seed for dot in self._dots]
        here = seeds.index(self.chosen) if self.chosen in seeds else None
        return (here, 0, len(seeds) - 1, 1) if seeds else None

    def read(self, place: float) -> None:
        self._choose(self._dots[int(place)].seed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.place_of(self.chosen) is not None:
            self.opened.emit(self.chosen)
        else:
            super().keyPressEvent(event)

    @property
    def empty_text(self) -> str:
        return "" if self._dots else "A dot for every seed appears here"

    def paint_above(self, painter: QPainter) -> None:
        if self._dots:
            self._draw_axis(painter)
            self._draw_dots(painter)

    def _draw_axis(self, painter: QPainter) -> None:
        theme, spread = self._themes.theme, self._spread
        floor = self.height() - _AXIS_PX
        box = QRectF(QPointF(self._x(spread.low_quartile), 8), QPointF(self._x(spread.high_quartile), floor))
        draw_box(painter, box.adjusted(-_DOT_PX, 0, _DOT_PX, 0), RADIUS_SMALL_PX, theme.field)
        painter.setPen(QPen(QColor(theme.border_strong), 1))
        painter.drawLine(QLineF(_MARGIN_PX, floor, self.width() - _MARGIN_PX, floor))
        painter.setPen(QPen(QColor(theme.accent), 2))
        middle = self._x(spread.median)
        painter.drawLine(QLineF(middle, 8, middle, floor))
        for place, text in self.labels():
            is_median = text.startswith("median")
            # In the font that it was measured in: else "100.0 %" would be cut.
            draw_text(painter, place, text, theme.text if is_median else theme.text_muted, font("small"))

    def labels(self) -> list[tuple[QRectF, str]]:
        """Positions of the scores below the axis: median, and ends where they are others and have room."""
        metrics, spread = QFontMetricsF(font("small")), self._spread
        found: list[tuple[QRectF, str]] = []
        median = self._text(spread.median)
        for score, text in (
            (spread.median, f"median {median}"),
            (spread.lowest, self._text(spread.lowest)),
            (spread.highest, self._text(spread.highest)),
        ):
            width = metrics.horizontalAdvance(text) + 4
            left = min(max(2.0, self._x(score) - width / 2), self.width() - width - 2)
            area = QRectF(left, self.height() - _AXIS_PX + 4, width, _AXIS_PX - 6)
            if text != median and not any(area.adjusted(-6, 0, 6, 0).intersects(other) for other, _ in found):
                found.append((area, text))
        return found

    def _draw_dots(self, painter: QPainter) -> None:
        theme = self._themes.theme
        for dot, place in self._placed():
            chosen = dot.seed == self.chosen
            color, radius = (theme.accent, _DOT_PX + 2) if chosen else (theme.text_muted, _DOT_PX)
            draw_dot(painter, place, radius, color, theme.surface)

    def _placed(self) -> list[tuple[SeedDot, QPointF]]:
        """Dots with their places: those that would overlap are stacked, closer where there are many."""
        floor = self.height() - _AXIS_PX - _DOT_PX - 3
        stacks: list[tuple[float, list[SeedDot]]] = []
        for dot in self._dots:
            x = self._x(dot.score)
            if stacks and x - stacks[-1][0] < 2 * _DOT_PX:
                stacks[-1][1].append(dot)
            else:
                stacks.append((x, [dot]))
        most = max((len(dots) for _, dots in stacks), default=1)
        step = min(2 * _DOT_PX, (floor - 12) / most)
        return [
            (dot, QPointF(x, floor - step * number)) for x, dots in stacks for number, dot in enumerate(dots)
        ]

    def _x(self, score: float) -> float:
        return self.at(score, 0.0).x()

    def _text(self, score: float) -> str:
        return self._score.text(score)

    def _at(self, place: QPointF) -> SeedDot | None:
        near = [((at - place).manhattanLength(), dot.seed, dot) for dot, at in self._placed()]
        found = min(near, default=None, key=lambda item: item[:2])
        return found[2] if found is not None and found[0] <= _HIT_PX else None

    def _choose(self, seed: int | None) -> None:
        if seed != self.chosen:
            self.chosen = seed
            self.viewport().update()


_MAX_EPOCHS: Final = 100_000
_CAPTION: Final = "Agreement of the seeds"
_HINT: Final = "What most seeds say appears here, and where luck decides"


class SeedsPage(GroupPageWidget):
    """Shows seeds and emits wishes."""

    toggle_requested = Signal()
    stop_requested = Signal()
    best_requested = Signal()
    worst_requested = Signal()

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(
            "seeds",
            themes,
            parent,
            curves="Curves of the seeds",
            hint="Press Space to train the seeds",
        )
        self.way = Pill(self)
        for pill in (self.data, self.way):
            pill.hide()
        self.count = _box(
            16, MIN_SEEDS, MAX_SEEDS, "Seeds", "How many networks to train, from other seeds", self
        )
        self.epochs = _box(100, 1, _MAX_EPOCHS, "Epochs", "Where all seeds stop", self)
        self.train = self._button("Train", "play", "Train the open experiment from every seed (Space)")
        self.stop = self._button("Stop", "close", "End the training; what is there stays to be opened")
        self.best = self._button("Open best", "open", "Open the seed with the highest score")
        self.worst = self._button("Open worst", "open", "Open the seed with the lowest score")
        self.progress = ProgressBar("Progress of the seeds", self, height_px=6)
        self.state = set_up(QLabel(self), role="muted")
        self.picture = SquarePicture(QSize(420, 420), QSize(160, 140), self, hint=_HINT)
        self.caption = set_up(QLabel(_CAPTION, self), role="title")
        self.spread = SpreadPlot(themes, self)
        for button, signal in (
            (self.train, self.toggle_requested),
            (self.stop, self.stop_requested),
            (self.best, self.best_requested),
            (self.worst, self.worst_requested),
        ):
            button.clicked.connect(signal)
        self._lay_out()
        self.show_running(running=False, has_seeds=False, is_done=False)

    def show_running(self, *, running: bool, has_seeds: bool, is_done: bool) -> None:
        """Set what the buttons offer."""
        goes_on = has_seeds and not is_done
        self.train.setText("Pause" if running else "Continue" if goes_on else "Train")
        self.train.setProperty("picture", "pause" if running else "play")
        self.stop.setEnabled(goes_on)
        for box in (self.count, self.epochs):
            box.setEnabled(not goes_on)
        for button in (self.best, self.worst):
            button.setEnabled(has_seeds)
        self._restyle()

    def show_progress(self, share: float, text: str) -> None:
        """Set the bar, from 0 to 1, and what stands beside it."""
        self.progress.show_share(share)
        self.state.setText(text)

    def show_nothing(self) -> None:
        """Take away what earlier seeds have shown."""
        self.data.hide()
        self.way.hide()
        self.show_message("")
        self.picture.show_image(QImage())
        self.caption.setText(_CAPTION)
        self.spread.show_dots((), Classification.score)
        self.chart.show_curves((), "loss", "epoch")

    def _lay_out(self) -> None:
        heading = set_up(QLabel("Seeds", self), role="heading")
        title = set_up(QLabel("Spread of the final score", self), role="title")
        count, epochs = self._muted("Seeds", self.count), self._muted("Epochs", self.epochs)
        head = hbox(
            heading, self.data, self.way, (self.message, 1), STRETCH, count, self.count, epochs, self.epochs,
            self.train, self.stop, margins=(16, 8, 16, 8), spacing=8,
        )  # fmt: skip
        bar = hbox((self.progress, 1), self.state, margins=(16, 0, 16, 0), spacing=8)
        left = self._card((self.caption, 0, Qt.AlignmentFlag.AlignLeft), self.picture)
        upper = self._card((self.quantity, 0, Qt.AlignmentFlag.AlignLeft), self.chart)
        lower = self._card(hbox((title, 1), self.worst, self.best), self.spread)
        right = vbox((upper, 3), (lower, 2), spacing=12)
        body = hbox((left, 3), (right, 4), margins=(12, 8, 12, 8), spacing=8)
        vbox(head, bar, (body, 1), parent=self, margins=(0, 0, 0, 4), spacing=0)

    def _card(self, top: Item, below: QWidget) -> QFrame:
        card = set_up(QFrame(self), role="lane")
        vbox(top, (below, 1), parent=card, margins=(12, 8, 12, 10), spacing=8)
        return card


def _box(value: int, low: int, high: int, name: str, tip: str, parent: QWidget) -> SpinBox:
    box = set_up(SpinBox(parent), accessibleName=name, toolTip=tip)
    box.setRange(low, high)
    box.setValue(value)
    return box
