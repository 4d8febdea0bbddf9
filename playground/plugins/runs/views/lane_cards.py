"""The lanes of a race side by side while they are open in the window, and their curves below."""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QFrame, QWidget

from core.io.number_text import held_text, place_text
from core.runs.setting_choices import chips_of
from core.seeds.lanes import TARGET, leaders_of, places
from playground.plugin import ThemeSource, hbox, set_up, vbox
from playground.plugins.runs.live_run import LiveSet
from playground.plugins.runs.views.heads import MAX_LANES
from playground.plugins.runs.views.lane_card import LaneCard, target_text
from playground.plugins.runs.views.run_curves import RunCurves
from playground.views.output.run_thumbnail import RacePicture
from playground.views.theme.colors import run_colors
from playground.views.widgets.number_format import seconds_text

_MIN_CHART_PX: Final = 84
"""A full HD screen at a scale of 175 % has 617 pixels."""
_TEXTS_MS: Final = 100
"""Between two texts of the lanes while they train."""


class LaneCards(QWidget):
    """`wished`: what a lane is to do, as `RaceController.act` takes it."""

    wished = Signal(str, int, tuple)

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self.cards = [LaneCard(themes, self) for _ in range(MAX_LANES)]
        foot = set_up(QFrame(self), role="footer")
        self.curves = RunCurves(themes, "Press Space to start the race", foot)
        self.curves.chart.setMinimumHeight(_MIN_CHART_PX)
        lanes = hbox(*((card, 1) for card in self.cards), margins=(12, 4, 12, 10), spacing=12)
        vbox(self.curves, parent=foot, margins=(16, 8, 16, 4))
        vbox((lanes, 5), (foot, 2), parent=self, margins=0, spacing=0)
        self._pictures = [RacePicture() for _ in self.cards]
        self._live: LiveSet | None = None
        self._lanes: list[Any] = []
        self._written: object = None
        self._texts = QTimer(self, interval=_TEXTS_MS, singleShot=True)
        self._texts.timeout.connect(self._show_texts)
        for number, card in enumerate(self.cards):
            card.wished.connect(lambda wish, given, lane=number: self.wished.emit(wish, lane, given))
            card.resized.connect(partial(self._draw_picture, number))

    def show_live(self, live: LiveSet) -> None:
        """Show the race as it is now."""
        before, self._live = self._live, live
        if before is None or before.data is not live.data:
            for picture, data in zip(self._pictures, live.data, strict=False):
                picture.set_data(data)
        self._show_lanes(live)
        for number, (card, moment) in enumerate(zip(self.cards, live.moment.lanes, strict=False)):
            card.network.show_snapshot(moment.snapshot)
            self._draw_picture(number)
        if not self._texts.isActive():
            self._show_texts()
        self._draw_curves(live)

    def forget(self) -> None:
        """Let go of the race."""
        self._live = self._written = None
        self._lanes, self._pictures = [], [RacePicture() for _ in self.cards]
        for card in self.cards:
            card.network.show_snapshot(None)

    def _show_lanes(self, live: LiveSet) -> None:
        first, colors = live.experiments[0], run_colors(self._themes.theme)
        names = [run.name for run in live.runs]
        lanes = list(zip(names, colors, live.experiments, strict=False))
        if lanes == self._lanes:
            return
        self._lanes = lanes
        for number, card in enumerate(self.cards):
            card.setVisible(number < len(lanes))
        for card, (name, color, experiment) in zip(self.cards, lanes, strict=False):
            for caption, what in (("score", f"Test {first.task.score.name}"), ("loss", "Test loss")):
                card.captions[caption].setText(held_text(what, experiment.held_name))
            card.show_lane(name, color, chips_of(experiment, first), can_remove=len(lanes) > 2)

    def _show_texts(self) -> None:
        """Write places and scores, of all lanes at once: each by its own clock, they would contradict each other."""
        live = self._live
        if live is None or live.moment is self._written:
            return
        self._written = live.moment
        self._texts.start()
        moments, score = live.moment.lanes, live.experiments[0].task.score
        won, leaders = places([moment.run for moment in moments]), leaders_of(moments)
        for number, (card, moment) in enumerate(zip(self.cards, moments, strict=False)):
            card.show_moment(moment, score, won[number], number in leaders, len(leaders) > 1)
        text = ""
        if leaders:
            epoch, seconds = moments[leaders[0]].reached or (0.0, 0.0)
            target, at = target_text(score), f"epoch {place_text(epoch)}"
            *others, last = (live.runs[leader].name for leader in leaders)
            text = f"First to {target}: {last}, {at}, {seconds_text(seconds)} s"
            if others:
                text = f"Tied at {target}: {', '.join(others)} and {last}, {at}"
        self.curves.show_first(text)

    def _draw_picture(self, number: int) -> None:
        if self._live is None or number >= len(self._live.moment.lanes):
            return
        moment, shown = self._live.moment, self.cards[number].picture
        self._pictures[number].show(moment.lanes[number].snapshot, shown, self._themes.theme, moment.running)

    def _draw_curves(self, live: LiveSet) -> None:
        moment, task = live.moment, live.experiments[0].task
        colors = run_colors(self._themes.theme)
        drawn = [(*each, False) for each in zip(live.runs, moment.curves, colors, strict=False)]
        reached = {
            run.id: lane.reached[0]
            for run, lane in zip(live.runs, moment.lanes, strict=False)
            if lane.reached is not None
        }
        target = 0.0 if task.has_time else TARGET
        self.curves.show_runs(drawn, end=moment.total / len(live.runs), target=target, reached=reached)
