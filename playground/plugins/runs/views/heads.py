"""What stands above the views of a race that is open in the window: how its lanes are trained."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QWidget

from core.sweep.plan import Pace
from playground.plugin import STRETCH, ChoiceCombo, PageWidget, Segments, ThemeSource, hbox
from playground.views.widgets.labels import Pill

MAX_LANES: Final = 4
_STOPS: Final = (50, 100, 240, 500, 1000, 5000)
_PACES: Final = (("5", "5 epochs/s"), ("20", "20 epochs/s"), ("60", "60 epochs/s"), ("0", "Full speed"))


class RaceHead(PageWidget):
    """Data and start of all lanes, and how they go on."""

    add_requested = Signal()
    configured = Signal()
    """`chosen` is another one."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__("race", themes, parent)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.data, self.start = Pill(self), Pill(self)
        stops = [(str(count), f"Stop at {count:,}") for count in _STOPS] + [("0", "No end")]
        self.stop = ChoiceCombo(stops, name="Stop at", tooltip="Where all lanes stop", parent=self)
        self.pace = ChoiceCombo(
            _PACES, name="Speed of the race", tooltip="How fast the race goes", parent=self
        )
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
        self.stop.set_current("240")
        self.pace.set_current("20")
        for part in (self.stop, self.pace, self.fairness):
            part.chosen.connect(lambda _: self.configured.emit())
        hbox(
            self.data, self.start, (self.message, 1), STRETCH, self.stop, self.pace, self.fairness, self.add,
            parent=self, margins=(16, 8, 16, 8), spacing=8,
        )  # fmt: skip
        self._restyle()

    @property
    def chosen(self) -> Pace:
        """How the lanes go on."""
        seconds = self.fairness.current == "seconds"
        return Pace(seconds, float(self.pace.current), int(self.stop.current))

    def go_on(self, stop_at: int, epoch: int) -> None:
        """Choose the stop of a kept race, or a later one if all its lanes are there."""
        if 0 < stop_at <= epoch or stop_at not in (*_STOPS, 0):
            stop_at = next((stop for stop in _STOPS if stop > epoch), 0)
        self.stop.set_current(str(stop_at))
