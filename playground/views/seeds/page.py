"""The page of many seeds: how many, how long, what becomes of them, and the score of each as a dot."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from core.seeds import MAX_SEEDS, MIN_SEEDS
from core.train.tasks import Classification
from playground.views.seeds.spread_plot import SpreadPlot
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.boxes import STRETCH, Item, hbox, set_up, vbox
from playground.views.widgets.controls import ProgressBar
from playground.views.widgets.labels import Pill
from playground.views.widgets.page_widget import GroupPageWidget
from playground.views.widgets.picture_plot import SquarePicture
from playground.views.widgets.stepper import SpinBox

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
