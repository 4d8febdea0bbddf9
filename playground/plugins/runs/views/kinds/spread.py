"""How far the scores of runs are from each other, and where seeds agree."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QLabel, QWidget

from core.experiment.prepare import PreparedData
from core.inspect.forecast import forecasts_series
from core.inspect.latent import draws_samples
from core.inspect.snapshot import Snapshot
from core.inspect.texts import SampleTextsPart
from core.io.number_text import count_text
from core.runs.run import Run
from core.runs.run_columns import run_score
from core.seeds import spread_of
from playground.plugin import STRETCH, ThemeSource, hbox, set_up, vbox
from playground.plugins.runs.live_run import LiveSet
from playground.plugins.runs.views.run_curves import RunCurves
from playground.plugins.runs.views.shown import VIEWS, RunView, Shown, ViewRow
from playground.plugins.runs.views.spread_plot import SpreadPlot
from playground.views.output.run_thumbnail import RacePicture
from playground.views.widgets.picture_plot import SquarePicture

_MAX_PX: Final = 240
"""Taller ones have no more to say."""
_NOUNS: Final = {"seeds": "seed", "race": "lane", "sweep": "trial"}


class SpreadView(RunView):
    """A dot for every run by its score; `picture` is where live seeds agree, whose networks are there."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self.title, self.told = (
            set_up(QLabel(self.content), role="title"), set_up(QLabel(self.content), role="muted", wordWrap=True),
        )  # fmt: skip
        self.picture = SquarePicture(QSize(420, 420), QSize(160, 140), self.content)
        self.caption = set_up(QLabel(self.content), role="muted", wordWrap=True)
        self.plot = SpreadPlot(themes, self.content)
        self.plot.setMaximumHeight(_MAX_PX)
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
        self._drawn = RacePicture()
        self._data: PreparedData | None = None
        self._pixels = 0
        self.picture.resized.connect(self._on_resized)
        self.agreement.hide()

    def follow(self, live: LiveSet) -> None:
        """Show where the seeds agree, and what the picture is."""
        found = live.moment.picture
        self.agreement.setVisible(found is not None)
        if found is None:
            return
        (data,) = live.data
        if data is not self._data:
            self._data, self.curves.score_name = data, data.task.score.name
            self._drawn.set_data(data)
        if (pixels := self.picture.pixels) != self._pixels:
            self._pixels = pixels
            self.pixels_changed.emit(pixels)
        self._drawn.show(found, self.picture, self._themes.theme, live.moment.running)
        caption = _caption(found, data, len(live.moment.runs))
        self.caption.setText(caption)
        self.picture.setAccessibleName(caption)

    def forget(self) -> None:
        self._data, self._drawn, self.curves.score_name = None, RacePicture(), ""
        self.agreement.hide()

    def _on_resized(self) -> None:
        if self.shown.live is not None:
            self.follow(self.shown.live)

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
        of = _NOUNS.get(shown.kind, "run")
        if shown.live is not None:
            self.follow(shown.live)
        scored, colors = [run for run in runs if _has_score(run)], self.colors
        self.plot.show_runs(scored, score, noun=of, colors=colors)
        found = spread_of([run.final_score for run in scored])
        self.title.setText(
            f"Final {score.name} of {count_text(found.count, of)}, median {score.text(found.median)}"
        )
        is_band = shown.kind == "seeds" and len(runs) > 2
        self.curves.setVisible(is_band)
        if is_band:
            known = [(run, shown.curves[run.id]) for run in runs if run.id in shown.curves]
            marked = [(*each, colors[each[0].id], False) for each in known if each[0].id in colors]
            self.curves.show_runs(marked, known)
            self.want("curves", (run.id for run in runs))
        words = []
        if missing := len(runs) - found.count:
            one = "1 without a score, as failed and diverged ones, has no dot."
            many = f"{missing:,} without a score, as failed and diverged ones, have no dot."
            words.append(one if missing == 1 else many)
        if shown.kind == "race":
            words.append("One race is an anecdote: many seeds of each lane would tell what is luck.")
        self.told.setText(" ".join([*words, others and f"{others}."]).strip())
        self.told.setVisible(bool(self.told.text()))


def _caption(found: Snapshot, data: PreparedData, count: int) -> str:
    if found.part(SampleTextsPart) is not None:
        return f"What the best of {count} seeds writes"
    if forecasts_series(data):
        return f"What the best of {count} seeds forecasts, one step ahead"
    if draws_samples(data):
        return f"What the best of {count} seeds makes"
    if found.boundary is None:
        return f"Median confusion of {count} seeds"
    if data.task.classifies:
        return f"Agreement of {count} seeds: full color where all say the same"
    return f"Median prediction of {count} seeds"


def _has_score(run: Run) -> bool:
    return run.status == "done" and math.isfinite(run.final_score)


VIEWS.register(ViewRow("spread", "Spread", "How far the scores are from each other", 50, SpreadView))
