"""StepTransport: the bar under the network that goes through a step in slow motion."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QToolButton, QWidget

from playground.model.slow_motion import SlowMoment
from playground.views.theme.colors import GRID_PX
from playground.views.theme.icons import icon
from playground.views.theme.theme import ThemeSource
from playground.views.timeline.step_track import StepTrack
from playground.views.widgets import ChoiceCombo, SectionTitle, Segments, Stepper
from playground.views.widgets.boxes import STRETCH, hbox, set_up, vbox
from playground.views.widgets.labels import CutLabel

_SPEEDS: Final = tuple((f"{speed:g}", f"{speed:g}×") for speed in (0.25, 0.5, 1, 2, 4))
_BUTTONS: Final = (
    ("start", "reset", "Back to the start of the step (Home)"),
    ("back", "chevron_left", "One stop back (Left)"),
    ("play", "play", "Go on by itself, or wait (Space)"),
    ("on", "chevron_right", "One stop on (Right)"),
)


class StepTransport(QFrame):
    """Says where the step stands, and what it will do."""

    position_requested = Signal(float)
    play_requested = Signal()
    next_requested = Signal()
    """Asks for the step after this one, or for the same rehearsal again."""
    closed = Signal()
    samples_chosen = Signal(bool)
    """Whether the step is the next batch, and not a rehearsal on one sample."""
    shown_chosen = Signal(int)
    """Carries the number of the sample of the batch to look at, from 0."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._is_playing = False
        set_up(self, objectName="step_transport", role="panel", accessibleName="One step, in slow motion")
        self.place, self.sentence, self.outcome = (QLabel(self) for _ in range(3))
        # In a window of 1280 px there is no room to ask for more.
        self.title = set_up(CutLabel(self), role="title")
        for label in (self.place, self.outcome):
            label.setProperty("role", "muted")
        for label in (self.sentence, self.outcome):
            label.setWordWrap(True)
        self.track = StepTrack(themes, self)
        self.track.position_requested.connect(self.position_requested)
        self.buttons = {name: self._button(tip) for name, _, tip in _BUTTONS}
        self.samples = Segments(
            (
                ("batch", "Batch", "The training's next step, on its next batch; it is kept at the end."),
                ("one", "One", "A rehearsal on the chosen test sample; nothing of it is kept."),
            ),
            name="Samples in the step",
            parent=self,
        )
        self.samples.chosen.connect(lambda key: self.samples_chosen.emit(key == "batch"))
        tip = "Which of the batch's samples to follow through the network."
        self.shown = Stepper(1, 1, 1, name="Sample of the batch", tooltip=tip, parent=self)
        self.shown.value_changed.connect(lambda number: self.shown_chosen.emit(number - 1))
        self.speed = ChoiceCombo(
            _SPEEDS,
            "1",
            name="Speed of the slow motion",
            tooltip="At 1×, a stop takes a second.",
            parent=self,
        )
        self.speed.setMinimumWidth(72)
        self.next = QPushButton("Next step", self)
        self.next.clicked.connect(self.next_requested)
        self.close_button = self._button("End the slow motion (Esc); a step that is not made yet is not kept")
        self._lay_out()
        self.buttons["start"].clicked.connect(lambda: self.position_requested.emit(0.0))
        self.buttons["back"].clicked.connect(lambda: self.track.step(-1))
        self.buttons["on"].clicked.connect(lambda: self.track.step(1))
        self.buttons["play"].clicked.connect(self.play_requested)
        self.close_button.clicked.connect(self.closed)
        themes.theme_changed.connect(self._draw_icons)
        self._draw_icons()

    def show_moment(self, moment: SlowMoment, *, playing: bool) -> None:
        """Show where a step stands."""
        step = moment.step
        self.track.show_moment(moment)
        self.title.setText(moment.title)
        self.sentence.setText(moment.sentence)
        self.outcome.setText(moment.outcome)
        self.place.setText(f"stop {int(moment.position)} of {len(moment.stops)}")
        self.samples.set_current("batch" if step.is_batch else "one")
        shown, count = len(step.targets), len(step.rows)
        self.shown.setRange(1, max(1, shown))
        self.shown.set_value(moment.shown + 1)
        self.shown.setEnabled(step.is_batch and shown > 1)
        self._of.setText(f"of {count:,}" if shown == count else f"of the first {shown} of {count:,}")
        self.next.setText("Next step" if step.is_batch else "Again")
        self.next.setEnabled(moment.is_at_end)
        self.next.setToolTip(
            "Go through the step after this one." if step.is_batch else "Rehearse from the start again."
        )
        self.buttons["back"].setEnabled(moment.position > 0.0)
        self.buttons["start"].setEnabled(moment.position > 0.0)
        self.buttons["on"].setEnabled(not moment.is_at_end)
        if playing != self._is_playing:
            self._is_playing = playing
            self._draw_icons()

    def _button(self, tip: str) -> QToolButton:
        button = set_up(QToolButton(self), toolTip=tip, accessibleName=tip.partition(" (")[0])
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setFixedSize(32, 32)
        return button

    def _draw_icons(self) -> None:
        for name, picture, _ in _BUTTONS:
            shown = "pause" if name == "play" and self._is_playing else picture
            self.buttons[name].setIcon(icon(shown, self._themes.theme))
        self.close_button.setIcon(icon("close", self._themes.theme))

    def _lay_out(self) -> None:
        self._of = set_up(QLabel(self), role="muted")
        caption = set_up(QLabel("Sample", self), role="muted")
        head = hbox(
            SectionTitle("Slow motion", self),
            self.title,
            self.place,
            self.samples,
            self.close_button,
            spacing=GRID_PX,
        )
        row = hbox(
            *self.buttons.values(), self.speed, self.next, STRETCH, caption, self.shown, self._of,
            spacing=GRID_PX,
        )  # fmt: skip
        margins = (2 * GRID_PX, GRID_PX // 2, 2 * GRID_PX, GRID_PX)
        vbox(head, self.track, row, self.sentence, self.outcome, parent=self, margins=margins, spacing=6)
