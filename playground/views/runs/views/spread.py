"""How far the scores of runs are from each other, and where seeds agree."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QLabel, QWidget

from core.io.figure_text import loss_text, place_text
from core.runs.run import Run
from core.runs.run_columns import run_score
from core.seeds import spread_of
from playground.views.runs.run_curves import RunCurves
from playground.views.runs.shown import VIEWS, RunView, Shown, ViewRow
from playground.views.seeds.spread_plot import SeedDot, SpreadPlot
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.boxes import STRETCH, hbox, set_up, vbox
from playground.views.widgets.picture_plot import SquarePicture

_MOST_PX: Final = 240
"""Taller ones have no more to say."""
_NOUNS: Final = {"seeds": "seed", "race": "lane", "sweep": "trial"}


class SpreadView(RunView):
    """A dot for every run by its score; `picture` is where seeds agree, as long as their networks are there."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self.title, self.told = (
            set_up(QLabel(self.content), role="title"), set_up(QLabel(self.content), role="muted", wordWrap=True),
        )  # fmt: skip
        self.picture = SquarePicture(QSize(420, 420), QSize(160, 140), self.content)
        self.caption = set_up(QLabel(self.content), role="muted", wordWrap=True)
        self.plot = SpreadPlot(themes, self.content)
        self.plot.setMaximumHeight(_MOST_PX)
        self.curves = RunCurves(themes, "The curves of all seeds appear here", self.content)
        self.agreement = QWidget(self.content)
        vbox(self.caption, (self.picture, 1), parent=self.agreement, margins=0, spacing=6)
        upper = hbox((self.agreement, 1), (self.curves, 1), spacing=16)
        vbox(
            (upper, 3), self.title, (self.plot, 2), self.told, STRETCH,
            parent=self.content, margins=(16, 12, 16, 12), spacing=6,
        )  # fmt: skip
        self.setFocusProxy(self.plot)
        self.plot.selected.connect(self.pick)
        self.plot.opened.connect(self.opened)
        self.show_agreement(QImage(), "")

    def show_agreement(self, image: QImage, caption: str) -> None:
        """Show where many seeds agree, and what the picture is; a null one takes it away."""
        self.picture.show_image(image)
        self.caption.setText(caption)
        self.agreement.setVisible(not image.isNull())
        self.picture.setAccessibleName(caption)

    def why_not(self, shown: Shown) -> str:
        if sentence := super().why_not(shown):
            return sentence
        runs, others = shown.of_one_data()
        if len(runs) == 1:
            told = f" {others}." if others else ""
            return f"One run has no spread: train the same network from many seeds to see what is luck.{told}"
        return "" if any(map(_has_score, runs)) else "No run has a score yet"

    def draw(self, shown: Shown) -> None:
        runs, others = shown.of_one_data()
        score = run_score(runs[0])
        of = _NOUNS.get(shown.set.kind, "run") if shown.set is not None else "run"
        colors = {run.id: color for run in runs if (color := self.color_of(run.id)) is not None}
        dots = [SeedDot(run.id, run.final_score, _text(run)) for run in runs if _has_score(run)]
        self.plot.show_dots(dots, score, noun=of, colors=colors)
        found = spread_of([dot.score for dot in dots])
        self.title.setText(f"Final {score.name} of {found.count:,} {of}s, median {score.text(found.median)}")
        is_band = of == "seed" and len(runs) > 2
        self.curves.setVisible(is_band)
        if is_band:
            known = [(run, shown.curves[run.id]) for run in runs if run.id in shown.curves]
            marked = [(*each, colors[each[0].id], False) for each in known if each[0].id in colors]
            self.curves.show_runs(marked, known)
            self.want("curves", (run.id for run in runs))
        words = []
        if missing := len(runs) - found.count:
            words.append(
                f"{missing:,} without a score, as failed and diverged ones, {'has' if missing == 1 else 'have'} no dot."
            )
        if of == "lane":
            words.append("One race is an anecdote: many seeds of each lane would tell what is luck.")
        self.told.setText(" ".join([*words, others and f"{others}."]).strip())
        self.told.setVisible(bool(self.told.text()))


def _has_score(run: Run) -> bool:
    return run.status == "done" and math.isfinite(run.final_score)


def _text(run: Run) -> str:
    score = run_score(run).text(run.final_score)
    return f"{run.name}: {score}, loss {loss_text(run.final_loss)}, epoch {run.place or place_text(int(run.epochs))}"


VIEWS.register(ViewRow("spread", "Spread", "How far the scores are from each other", 50, SpreadView))
