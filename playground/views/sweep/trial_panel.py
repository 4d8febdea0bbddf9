"""The trial under the pointer: its picture, settings, numbers, seeds and curve."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QKeyEvent, QMouseEvent, QPainter, QPen, QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from core.io.number_text import epochs_text, rounded_text
from core.runs.trial import TrialResult
from core.runs.trial_text import short_value
from core.sweep.sweep import Sweep
from core.train.tasks import Score
from playground.views.sweep.grid_model import shown_loss
from playground.views.theme.colors import RADIUS_SMALL_PX, Theme
from playground.views.theme.icons import BESIDE_TEXT, icon
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets import SectionTitle, StatTile
from playground.views.widgets.boxes import STRETCH, hbox, set_up, vbox
from playground.views.widgets.charts.reading_chart import ReadingChart
from playground.views.widgets.controls import push_button, tool_button
from playground.views.widgets.number_format import seconds_text
from playground.views.widgets.painted import LEFT, RIGHT, UP_DOWN, Painted, draw_box, draw_text
from playground.views.widgets.picture_plot import SquarePicture
from playground.views.widgets.spoken import Role, speak_as

Curve = NDArray[np.float32]
"""Epoch, training loss, test loss and scores (moments, 5)."""


class CurveSketch(ReadingChart):
    """Losses of training and test over epochs, with the lowest and the highest value at the left.

    The test losses of other seeds are behind them, in grey.
    """

    size_px = 220, 160
    margins_px = 8, 24, 4, 20

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._curve: Curve = np.empty((0, 5), np.float32)
        self._others: tuple[Curve, ...] = ()
        self._left.has_ends_only = True
        self._left.setVisible(False)
        self._bottom.hide()
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        speak_as(self, Role.Chart)
        self.setMinimumHeight(90)
        self.setMaximumHeight(200)

    def show_curve(self, curve: Curve, others: Sequence[Curve] = ()) -> None:
        """Draw the curve (moments, 5) of a `TrialResult`, and those of other seeds."""
        self._curve, self._others = curve, tuple(others)
        ends = [rounded_text(float(value)) for value in curve[-1:, 1:3].ravel()]
        self.setAccessibleName("Loss over epochs" + (f", at the end {' and '.join(ends)}" if ends else ""))
        self._draw()

    def _draw(self) -> None:
        theme = self._themes.theme
        drawn = [(other, 2, QPen(QColor(theme.border_strong), 1.0)) for other in self._others]
        drawn += [
            (self._curve, 1, QPen(QColor(theme.train), 1.6)),
            (self._curve, 2, QPen(QColor(theme.test), 1.6)),
        ]
        good = [
            (each[np.isfinite(each[:, column])].astype(float), column, pen) for each, column, pen in drawn
        ]
        values = np.concatenate([each[:, column] for each, column, _ in good])
        self._left.setVisible(len(values) > 0)
        if len(values):
            low, high = float(values.min()), float(values.max())
            ends = (low, high) if high > low else (low, low + 1e-6 * (abs(low) or 1.0))
            self._show_range((0.0, self._last), ends)
        self._show_lines([(each[:, 0], each[:, column], pen) for each, column, pen in good], joined=True)

    def paint_above(self, painter: QPainter) -> None:
        theme, area, right = self._themes.theme, self.area(), float(self.width())
        if self._left.isVisible():
            below = QRectF(area.left(), area.bottom() + 3, area.width(), 16)
            painter.drawText(below, Qt.AlignmentFlag.AlignLeft, "0")
            painter.drawText(below, Qt.AlignmentFlag.AlignRight, f"{self._last:,.0f} epochs")
        metrics = QFontMetricsF(painter.font())
        others = (("other seeds", theme.border_strong),) if self._others else ()
        for text, color in (("test", theme.test), ("train", theme.train), *others):
            width = metrics.horizontalAdvance(text)
            place = QRectF(right - width, 0, width + 1, 18)
            draw_text(painter, place, text, theme.text_muted, align=Qt.AlignmentFlag.AlignLeft)
            painter.setPen(QPen(QColor(color), 2))
            painter.drawLine(QPointF(right - width - 16, 8), QPointF(right - width - 5, 8))
            right -= width + 28
        title = QRectF(0, 0, self.width(), 18)
        draw_text(painter, title, "Loss", theme.text, font("small", bold=True), Qt.AlignmentFlag.AlignLeft)

    @property
    def _last(self) -> float:
        """The last epoch of all curves."""
        ends = [float(curve[-1, 0]) for curve in (self._curve, *self._others) if len(curve)]
        return max([1e-9, *ends])


_ROW_PX: Final = 24
_NAME_PX: Final = 62.0
_SCORE_PX: Final = 66.0
_MOST: Final = 6


@dataclass(frozen=True)
class SeedRow:
    """A trial by its number: its seed, the text of its score, and how good it is from 0 to 1, NaN for no score."""

    number: int
    seed: int
    text: str
    share: float


class SeedRows(Painted):
    """Up and Down choose a seed; so does a click."""

    role = Role.List
    steps = UP_DOWN
    chosen = Signal(int)
    """The number of a trial."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._rows: tuple[SeedRow, ...] = ()
        self._shown: int | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_rows(self, rows: tuple[SeedRow, ...], shown: int) -> None:
        """Show seeds, at most six around the one that is shown."""
        place = next((place for place, row in enumerate(rows) if row.number == shown), 0)
        first = max(0, min(place - _MOST // 2, len(rows) - _MOST))
        self._rows, self._shown = rows[first : first + _MOST], shown
        self.setVisible(len(rows) > 1)
        self.setAccessibleName(
            f"{len(rows)} seeds: " + ", ".join(f"seed {row.seed} {row.text}" for row in self._rows)
        )
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(220, _ROW_PX * len(self._rows))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        row = int(event.position().y() // _ROW_PX)
        if event.button() == Qt.MouseButton.LeftButton and 0 <= row < len(self._rows):
            self.chosen.emit(self._rows[row].number)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()))
        numbers = [row.number for row in self._rows]
        if step is None or self._shown not in numbers:
            event.ignore()
            return
        at = numbers.index(self._shown) + step
        if 0 <= at < len(numbers):
            self.chosen.emit(numbers[at])

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        for place, row in enumerate(self._rows):
            area = QRectF(0, place * _ROW_PX, self.width(), _ROW_PX)
            is_shown = row.number == self._shown
            if is_shown:
                edge, frame = theme.accent if self.hasFocus() else None, area.adjusted(1, 1, -1, -1)
                draw_box(painter, frame, RADIUS_SMALL_PX, theme.accent_soft, edge, 1.5)
            face, words = font("small", bold=is_shown), area.adjusted(6, 0, -6, 0)
            draw_text(painter, words, f"seed {row.seed}", theme.text, face, LEFT)
            draw_text(painter, words, row.text, align=RIGHT)
            room = area.width() - _NAME_PX - _SCORE_PX
            if row.share == row.share and room > 0:
                bar = QRectF(_NAME_PX, area.center().y() - 2, max(2.0, room * row.share), 4)
                draw_box(painter, bar, 2, theme.accent)


_WIDTH_PX = 288
_PICTURE, _LEAST_PX = QSize(_WIDTH_PX - 28, _WIDTH_PX - 28), 110
_ARROW_PX = 26
_MOST_RACED = 4
_HINT = "Point at a picture or a line to see its settings and its curve. A click opens it."


class TrialPanel(QFrame):
    """A hint until a trial is finished; then the best one, or the one that was pointed at last."""

    open_requested = Signal(int)
    """The number of the trial that is shown."""
    seed_chosen = Signal(int)
    """The number of another trial of the combination."""
    keep_requested = Signal(int)
    """The number of the trial that is shown."""
    stepped = Signal(int)
    """Another trial: -1 for the one that is a place better, 1 for the next."""
    race_requested = Signal()
    """Race the best trials."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes, self._number = themes, 0
        self.setProperty("role", "panel")
        self.setFixedWidth(_WIDTH_PX)
        self.title, self.detail = (
            set_up(QLabel("Trial", self), role="heading"),
            set_up(QLabel(self), role="muted", wordWrap=True),
        )
        self.picture = SquarePicture(_PICTURE, QSize(0, _LEAST_PX), self)
        self.picture.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.settings = set_up(QLabel(self), wordWrap=True)
        self.settings.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.sentence = set_up(QLabel(_HINT, self), role="caption", wordWrap=True)
        self.score, self.loss = StatTile("Score", parent=self), StatTile("Test loss", parent=self)
        self.chart = CurveSketch(themes, self)
        self.seeds_title = SectionTitle("Its seeds", self)
        self.seeds = SeedRows(themes, self)
        self.seeds.chosen.connect(self.seed_chosen)
        self.open = self._button(
            "Open this one", "Go on with this trial as the document, with what it has learned"
        )
        self.open.setProperty("primary", "true")
        self.open.clicked.connect(lambda: self.open_requested.emit(self._number))
        self.keep = self._button("Keep", "Keep this trial in Runs, with a star")
        self.race = self._button(f"Race top {_MOST_RACED}", "")
        self.keep.clicked.connect(lambda: self.keep_requested.emit(self._number))
        self.race.clicked.connect(self.race_requested)
        self.better = self._arrow("Better trial", -1)
        self.worse = self._arrow("Next best trial", 1)
        themes.theme_changed.connect(self._restyle)
        self._restyle()
        self._lay_out()
        self.show_hint()

    def show_hint(self) -> None:
        """Show what appears here."""
        self._show_parts(False)
        self.title.setText("Trial")
        self.sentence.setText(_HINT)
        self.sentence.show()

    def show_trial(
        self, sweep: Sweep, result: TrialResult, picture: QPixmap | None, seeds: Sequence[TrialResult]
    ) -> None:
        """Show a trial; `seeds` are all of its combination."""
        self._show_parts(True)
        trial, score = result.trial, sweep.experiment.task.score
        detail = f"seed {trial.seed} · {seconds_text(result.seconds)} s"
        if trial.rung or result.epochs != sweep.epochs:
            detail += f" · {epochs_text(result.epochs)}"
        values = zip(sweep.axis_titles, trial.settings, strict=True)
        self.title.setText(f"Trial {trial.shown_number}")
        self.score.set_caption(score.title)
        self.detail.setText(detail)
        self.picture.show_image(QImage() if picture is None else picture.toImage())
        self.picture.setVisible(picture is not None)
        self.settings.setText("\n".join(f"{title}  {short_value(value)}" for title, (_, value) in values))
        self.score.set_value(score.text(result.score("test_accuracy")))
        self.loss.set_value(rounded_text(shown_loss(result)))
        self.sentence.setText(result.sentence)
        self.sentence.setVisible(bool(result.sentence))
        others = tuple(each.curve for each in seeds if each is not result and len(each.curve))
        self.chart.show_curve(result.curve, others)
        self._number = trial.number
        ordered = sorted(seeds, key=lambda each: each.trial.number)
        self.seeds.show_rows(tuple(_seed_row(score, each) for each in ordered), trial.number)
        self.seeds_title.setVisible(len(seeds) > 1)
        self.keep.setEnabled(result.status == "done")

    def show_place(self, place: int, places: int) -> None:
        """Offer the neighbours of a trial than which so many are better, of `places`."""
        self.better.setEnabled(place > 0)
        self.worse.setEnabled(place < places - 1)
        for arrow in (self.better, self.worse):
            arrow.setToolTip(f"{arrow.accessibleName()}; this one is number {place + 1} of {places:,}")

    def _show_parts(self, visible: bool) -> None:
        parts = (
            self.picture, self.settings, self.score, self.loss, self.chart, self.detail, self.open,
            self.seeds, self.seeds_title, self.keep, self.race, self.better, self.worse,
        )  # fmt: skip
        for part in parts:
            part.setVisible(visible)

    def show_raced(self, count: int) -> None:
        """Offer a race of so many of the best trials; two at least."""
        count = min(count, _MOST_RACED)
        self.race.setText(f"Race top {count if count > 1 else _MOST_RACED}")
        self.race.setEnabled(count > 1)
        self.race.setToolTip(
            f"Train the best {count} side by side from the start"
            if count > 1
            else "A race needs two finished trials"
        )

    def _button(self, text: str, tip: str) -> QPushButton:
        button = push_button(text, tip, self)
        button.setIconSize(BESIDE_TEXT)
        return button

    def _arrow(self, name: str, step: int) -> QToolButton:
        return tool_button(
            name, "", self, side_px=_ARROW_PX, clicked=lambda: self.stepped.emit(step), flat="true"
        )

    def _restyle(self) -> None:
        theme = self._themes.theme
        self.open.setIcon(icon("open", theme, "on_accent"))
        self.keep.setIcon(icon("save", theme))
        self.race.setIcon(icon("race", theme))
        self.better.setIcon(icon("chevron_left", theme))
        self.worse.setIcon(icon("chevron_right", theme))

    def _lay_out(self) -> None:
        head = hbox(self.title, (self.detail, 1), self.better, self.worse, spacing=8)
        tiles = hbox(self.score, self.loss, spacing=6)
        buttons = hbox((self.keep, 1), (self.race, 1), spacing=8)
        vbox(
            head,
            self.sentence,
            self.picture,
            self.settings,
            tiles,
            (self.chart, 4),
            self.seeds_title,
            self.seeds,
            STRETCH,
            buttons,
            self.open,
            parent=self,
            margins=(14, 12, 14, 12),
            spacing=8,
        )


def _seed_row(score: Score, result: TrialResult) -> SeedRow:
    reached = result.score("test_accuracy")
    share = min(1.0, max(0.0, reached)) if math.isfinite(reached) else math.nan
    text = score.text(reached) if result.status == "done" else result.status
    return SeedRow(result.trial.number, result.trial.seed, text, share)
