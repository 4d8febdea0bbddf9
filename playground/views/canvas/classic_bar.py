"""The quiet bar above the network of a classic: what its paper says, and what this run has found."""

from __future__ import annotations

import math
from collections.abc import Mapping
from html import escape

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from core.experiment.experiment import Experiment
from core.experiment.presets import CLASSIC_SEEDS, Preset, classic_of
from core.inspect.classics import ClassicPart, Found
from core.inspect.snapshot import Snapshot
from core.io.number_text import count_text
from playground.model.document import Document
from playground.views.theme.colors import Theme
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.boxes import set_up
from playground.views.widgets.labels import show_markup
from playground.views.widgets.painted import Painted, draw_box, draw_text
from playground.views.widgets.toast import Notice, NoticeBar

_TRAIN = f"Train {CLASSIC_SEEDS} seeds"


def _is_same(one: Experiment, other: Experiment) -> bool:
    """Whether experiments are equal but for names and seeds."""
    return one.replace(name=other.name, seed=other.seed) == other


class _WeightBars(Painted):
    """The weights of a unit, each as a bar with its number."""

    size_px = least_px = (198, 62)
    weights: tuple[float, ...] = ()

    def show_weights(self, weights: tuple[float, ...]) -> None:
        """Show the weights; hidden without any."""
        self.weights = weights if all(map(math.isfinite, weights)) else ()
        self.setVisible(bool(self.weights))
        told = ", ".join(f"{weight:+.2f}" for weight in self.weights)
        set_up(
            self,
            accessibleName=f"Weights of hidden unit 1: {told}",
            toolTip="Weights of hidden unit 1, bit by bit",
        )
        self.update()

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        wide, middle = self.width() / len(self.weights), self.height() / 2
        scale = (middle - 14.0) / max(map(abs, self.weights))
        for number, weight in enumerate(self.weights):
            left, end = number * wide, middle - scale * weight
            bar = QRectF(left + 5, min(middle, end), wide - 10, abs(end - middle))
            draw_box(painter, bar, 2, theme.positive if weight > 0 else theme.negative)
            place = QRectF(left, end - 14 if weight > 0 else end, wide, 14)
            draw_text(painter, place, f"{weight:+.2f}", theme.text, self._small)
        painter.setPen(QColor(theme.text_muted))
        painter.drawLine(QPointF(0, middle), QPointF(self.width(), middle))
        painter.setPen(QPen(QColor(theme.accent), 1, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(self.width() / 2, 0), QPointF(self.width() / 2, self.height()))


class ClassicBar(NoticeBar):
    """Shown while the document is a classic, which it is by its data and network; other settings are told."""

    part_requested = Signal(object)
    """Carries the `Classic` that snapshots should measure; None for none."""
    seeds_requested = Signal(int, int)
    """Carries how many seeds to train, and for how many epochs."""

    def __init__(self, document: Document, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self.bars = _WeightBars(themes, self)
        self._row.addWidget(self.bars)
        self._document = document
        self._preset: Preset | None = None
        self._found: Found | None = None
        self._own: tuple[Experiment, Mapping[int, bool]] | None = None
        self.answered.connect(self._train)
        document.experiment_changed.connect(self._follow)
        self._follow()

    def _follow(self) -> None:
        preset = classic_of(self._document.experiment)
        if preset is not self._preset:
            self._preset = preset
            self._found = None
            self.request()
        self._tell()

    def request(self) -> None:
        """Ask for what is to be measured."""
        self.part_requested.emit(None if self._preset is None else self._preset.classic)

    def show_snapshot(self, snapshot: Snapshot | None) -> None:
        """Show what a moment has found; None for nothing yet."""
        self._found = None if snapshot is None else snapshot.part(ClassicPart)
        self._tell()

    def show_own(self, experiment: Experiment, reached: Mapping[int, bool]) -> None:
        """Show how many seeds of an experiment that were trained here reach it, while its settings are those of now."""
        self._own = experiment, reached
        self._tell()

    def _tell(self) -> None:
        if self._preset is None or self._preset.classic is None:
            self.show_notice(None)
            return
        classic, found = self._preset.classic, self._found
        self.bars.show_weights(() if found is None else found.weights)
        mark = "✓ " if found is not None and found.reached else ""
        result = mark + classic.sentence("not trained yet" if found is None else found.text)
        own = self._document.experiment
        if self._own is not None and _is_same(own, self._own[0]):
            seeds = self._own[1].values()
            result += f" Your own: {sum(seeds)} of {count_text(len(seeds), 'seed')}."
        changed = (
            "" if _is_same(own, self._preset.experiment) else "Your settings are not those of the paper."
        )
        told = " ".join(filter(None, (f"{classic.cited}.", classic.differs, changed)))
        tip = f"From {CLASSIC_SEEDS} seeds, for {classic.epochs:,} epochs each, on the page Runs."
        # What a screen reader announces is the classic, and not each new number.
        self.show_notice(Notice(f"{self._preset.heading}. {classic.claim} {told}", ((_TRAIN, tip),)))
        show_markup(self.label, f"<b>{escape(result)}</b><br>{escape(told)}")
        self.label.setToolTip(f"{classic.claim}\n{classic.source}")
        self.setAccessibleDescription(result)

    def _train(self) -> None:
        if self._preset is not None and self._preset.classic is not None:
            self.seeds_requested.emit(CLASSIC_SEEDS, self._preset.classic.epochs)
