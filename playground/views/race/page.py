"""The page of the race: lanes side by side, and their curves below."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from playground.views.race.lane_card import LaneCard
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import ChoiceCombo, Segments
from playground.views.widgets.boxes import STRETCH, Gap, hbox, set_up, vbox
from playground.views.widgets.charts.overlay_chart import smooth_box, unit_segments
from playground.views.widgets.labels import Pill
from playground.views.widgets.page_widget import GroupPageWidget

MAX_LANES = 4
_LEAST_CHART_PX = 84
_STOPS = (50, 100, 240, 500, 1000, 5000)
_PACES = (("5", "5 epochs/s"), ("20", "20 epochs/s"), ("60", "60 epochs/s"), ("0", "Full speed"))


class RacePage(GroupPageWidget):
    """Shows lanes and emits wishes."""

    add_requested = Signal()
    configured = Signal()
    """Stop, pace or fairness was changed."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__("race", themes, parent, curves="Curves", hint="Press Space to start the race")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.start = Pill(self)
        self.stop = ChoiceCombo(
            [(str(count), f"Stop at {count:,}") for count in _STOPS] + [("0", "No end")],
            name="Stop at",
            tooltip="Where all lanes stop",
            parent=self,
        )
        self.stop.set_current("240")
        self.pace = ChoiceCombo(
            _PACES, name="Speed of the race", tooltip="How fast the race goes", parent=self
        )
        self.pace.set_current("20")
        self.fairness = Segments(
            [
                ("epochs", "Same epochs", "All lanes have trained for equally many epochs"),
                ("seconds", "Same seconds", "All lanes have trained for equally long"),
            ],
            name="Fairness",
            parent=self,
        )
        self.add = self._button("Add", "add", "Add a copy of the first lane, to change a setting in it")
        self.add.clicked.connect(lambda: self.add_requested.emit())
        self.cards = [LaneCard(themes, self) for _ in range(MAX_LANES)]
        self.unit = unit_segments(self)
        self.smooth = smooth_box(self)
        self.first = set_up(QLabel(self), role="reached")
        # A full HD screen at a scale of 175 % has 617 pixels.
        self.chart.setMinimumHeight(_LEAST_CHART_PX)
        self.smooth.toggled.connect(self.chart.set_smooth)
        self.stop.chosen.connect(lambda _: self.configured.emit())
        self.pace.chosen.connect(lambda _: self.configured.emit())
        self.fairness.chosen.connect(lambda _: self.configured.emit())
        self._lay_out()
        self.show_count(2)
        self._restyle()

    def show_count(self, count: int) -> None:
        """Show as many cards as there are lanes."""
        for number, card in enumerate(self.cards):
            card.setVisible(number < count)
        self.add.setEnabled(count < MAX_LANES)

    def show_start(self, data: str, start: str, score: str) -> None:
        """Set what all lanes have in common; `score` is "accuracy" or "R²"."""
        self.show_score(score)
        for card in self.cards:
            card.captions["score"].setText(f"Test {score}")
        self.data.setText(data)
        self.start.setText(start)

    def _lay_out(self) -> None:
        head = hbox(
            self.data,
            self.start,
            (self.message, 1),
            STRETCH,
            self.stop,
            self.pace,
            self.fairness,
            self.add,
            margins=(16, 8, 16, 8),
            spacing=8,
        )
        lanes = hbox(*((card, 1) for card in self.cards), margins=(12, 0, 12, 10), spacing=12)
        foot = set_up(QFrame(self), role="footer")
        choices = hbox(self.quantity, Gap(8), self.unit, Gap(8), self.smooth, STRETCH, self.first)
        vbox(choices, (self.chart, 1), parent=foot, margins=(16, 8, 16, 4), spacing=4)
        vbox(head, (lanes, 5), (foot, 2), parent=self, margins=0, spacing=0)
