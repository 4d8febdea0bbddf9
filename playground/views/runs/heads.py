"""What stands above the views of a set that is open in the window: how its members are trained."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QWidget

from core.seeds import MAX_SEEDS, MIN_SEEDS
from core.sweep.plan import Pace
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import ChoiceCombo, Segments
from playground.views.widgets.boxes import STRETCH, hbox, set_up, vbox
from playground.views.widgets.controls import ProgressBar
from playground.views.widgets.labels import Pill
from playground.views.widgets.page_widget import PageWidget
from playground.views.widgets.stepper import SpinBox

MAX_LANES: Final = 4
_STOPS: Final = (50, 100, 240, 500, 1000, 5000)
_PACES: Final = (("5", "5 epochs/s"), ("20", "20 epochs/s"), ("60", "60 epochs/s"), ("0", "Full speed"))
_MAX_EPOCHS: Final = 100_000


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

    def stop_behind(self, epoch: int) -> None:
        """Choose a later stop, if all lanes are at the chosen one."""
        if 0 < self.chosen.stop_at <= epoch:
            self.stop.set_current(str(next((stop for stop in _STOPS if stop > epoch), 0)))


class SeedsHead(PageWidget):
    """How many, how long, and how far they are."""

    toggle_requested = Signal()
    stop_requested = Signal()

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__("seeds", themes, parent)
        self.data, self.way = Pill(self), Pill(self)
        self.count, self.epochs = SpinBox(self), SpinBox(self)
        for box, name, tip, least, most, value in (
            (self.count, "Seeds", "How many networks to train, from other seeds", MIN_SEEDS, MAX_SEEDS, 16),
            (self.epochs, "Epochs", "Where all seeds stop", 1, _MAX_EPOCHS, 100),
        ):
            set_up(box, accessibleName=name, toolTip=tip)
            box.setRange(least, most)
            box.setValue(value)
        self.train = self._button("Train", "play", "Train the open experiment from every seed (Space)")
        self.stop = self._button("Stop", "close", "End the training; what is there stays to be opened")
        self.train.clicked.connect(self.toggle_requested)
        self.stop.clicked.connect(self.stop_requested)
        self.progress = ProgressBar("Progress of the seeds", self, height_px=6)
        self.state = set_up(QLabel(self), role="muted")
        count, epochs = self._muted("Seeds", self.count), self._muted("Epochs", self.epochs)
        head = hbox(
            count, self.count, epochs, self.epochs, self.train, self.stop, (self.message, 1), STRETCH,
            self.data, self.way, spacing=8,
        )  # fmt: skip
        bar = hbox((self.progress, 1), self.state, spacing=8)
        vbox(head, bar, parent=self, margins=(16, 8, 16, 6), spacing=8)
        self.show_training(running=False, goes_on=False)
        self.show_progress(0.0, "")

    def show_training(self, *, running: bool, goes_on: bool) -> None:
        """Set what the buttons offer."""
        self.train.setText("Pause" if running else "Continue" if goes_on else "Train")
        self.train.setProperty("picture", "pause" if running else "play")
        self.stop.setEnabled(goes_on)
        for box in (self.count, self.epochs):
            box.setEnabled(not goes_on)
        self._restyle()

    def show_progress(self, share: float, text: str, data: str = "", way: str = "") -> None:
        """Set the bar, from 0 to 1, what stands beside it, the data, and how they are trained."""
        self.progress.show_share(share)
        self.state.setText(text)
        for pill, words in ((self.data, data), (self.way, way)):
            pill.setText(words)
            pill.setVisible(bool(words))
