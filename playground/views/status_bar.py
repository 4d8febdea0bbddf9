"""The status bar: training state, rates, learning rate, file state and save progress."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QSizePolicy, QWidget

from core.experiment.experiment import Experiment
from core.experiment.stack_problems import shapes_of
from core.io.number_text import count_text
from playground.views.theme.colors import GRID_PX, Theme
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.boxes import Gap, hbox, restyle, set_up
from playground.views.widgets.controls import ProgressBar
from playground.views.widgets.labels import CutLabel
from playground.views.widgets.painted import use_colors


class Activity(QWidget):
    """Something that goes on for a while, and a button that ends it; hidden without a text."""

    end_requested = Signal()

    def __init__(self, name: str, button: str, tooltip: str, parent: QWidget | None = None) -> None:
        """`name` is for screen readers."""
        super().__init__(parent)
        self.label = set_up(QLabel(self), role="caption", toolTip=name)
        self.button = set_up(QPushButton(button, self), small=True, flat=True, toolTip=tooltip)
        self.button.setAccessibleName(f"{button}: {name}")
        self.button.clicked.connect(self.end_requested)
        hbox(self.label, self.button, parent=self, margins=(0, 0, 2 * GRID_PX, 0), spacing=GRID_PX // 2)
        self.hide()

    def show_text(self, text: str) -> None:
        """Show what goes on; "" hides it."""
        if text != self.label.text():
            self.label.setText(text)
            self.label.setAccessibleName(text)
        self.setVisible(bool(text))


_STATES: Final = {
    "idle": "Ready",
    "loading": "Loading data…",
    "running": "Training",
    "paused": "Paused",
    "blocked": "Cannot run",
    "failed": "Stopped",
}
_AGE_INTERVAL_MS: Final = 5_000
# Small files are written within this time: nothing flickers.
_SAVING_AFTER_MS: Final = 200


class StatusLine(QFrame):
    """`clock` returns seconds since 1970, like `time.time`."""

    cancel_requested = Signal()

    def __init__(
        self, themes: ThemeSource, parent: QWidget | None = None, *, clock: Callable[[], float] = time.time
    ) -> None:
        super().__init__(parent)
        self._themes, self._clock = themes, clock
        self._scheduled, self._unit, self._is_plain = False, "epochs", False
        self._unsaved, self._saved_at = False, None  # type: bool, float | None
        self._path: Path | None = None
        self._note = self._past = self._sentence = ""
        set_up(self, role="panel", objectName="status_line", accessibleName="Status")
        self._dot = _Dot(self)
        self.state = self._label("What the training does right now.", CutLabel)
        self.speed = self._label("How often the network sees all training samples, now.")
        self.frames = self._label("Pictures drawn per second.")
        self.rate = self._label("The learning rate of the last step, as the schedule leaves it.")
        self.parameters = self._label("Numbers that the training adjusts: all weights and biases.")
        self.seed = self._label(
            "Starts the weights and the shuffling; the same seed gives the same run again."
        )
        self.engine = self._label("")
        self.file = self._label("")
        self._make_saving()
        # Elide a long sentence rather than widen the window.
        self.state.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self._lay_out()
        self._timer = QTimer(self, interval=_AGE_INTERVAL_MS)
        self._timer.timeout.connect(self._write_file)
        themes.theme_changed.connect(self._paint_dot)
        self._show_saving_row(False)
        self.show_state("idle")
        self.show_rates(0.0, 0.0)
        self._write_file()

    def add(self, activity: Activity) -> None:
        """Show it before what tells of saving, while it goes on."""
        self._row.insertWidget(self._row.indexOf(self._saving_text), activity)

    def show_state(self, state: str, sentence: str = "") -> None:
        """Set "idle", "loading", "running" or "paused" with `sentence` added, or "blocked" or "failed" with only it."""
        self._state, self._sentence = state, sentence
        failed = state in ("blocked", "failed")
        self._write_state()
        self.state.setToolTip(self.state.text() if failed else "What the training does right now.")
        restyle(self.state, role="danger" if failed else "caption")
        for label in (self.speed, *self._numbers):
            self._write(label, label.text())
        policy = QSizePolicy.Policy.Ignored if failed else QSizePolicy.Policy.Preferred
        self.state.setSizePolicy(policy, QSizePolicy.Policy.Preferred)
        self._row.setStretchFactor(self.state, 1 if failed else 0)
        self._paint_dot(self._themes.theme)

    def show_past(self, epoch: str) -> None:
        """Say that an earlier epoch is shown; "": no longer."""
        self._past = epoch and f", showing epoch {epoch}"
        self._write_state()

    @property
    def _numbers(self) -> tuple[QLabel, ...]:
        """What the simple view leaves out."""
        return self.frames, self.rate, self.parameters, self.seed, self.engine

    def _write_state(self) -> None:
        text = (self._sentence or _STATES[self._state]) + self._past
        self.state.setText(text)
        self.state.setAccessibleName(text)

    def show_rates(self, epochs_per_second: float, frames_per_second: float) -> None:
        """Set the rates; 0 hides them."""
        self._write(self.speed, written_rate(epochs_per_second, self._unit))
        self._write(self.frames, f"{frames_per_second:.0f} fps" if frames_per_second > 0 else "")

    def show_plain(self, plain: bool) -> None:
        """Count rounds, as the Simple view does, and leave most numbers out; or epochs."""
        self._unit, self._is_plain = "rounds" if plain else "epochs", plain
        for label in self._numbers:
            self._write(label, label.text())
        self.show_rates(0.0, 0.0)

    def show_learning_rate(self, rate: float) -> None:
        """Set the learning rate; shown while a schedule changes it, since its field has a constant one."""
        shown = self._scheduled and math.isfinite(rate)
        self._write(self.rate, f"Rate {rate:.3g}" if shown else "")

    def show_engine(self, engine: str, why_not: str) -> None:
        """Set the engine that trains, and why it is not the compiled one."""
        self._write(self.engine, "Compiled" if engine == "compiled" else "NumPy")
        self.engine.setToolTip(
            why_not or "Machine code trains this network; numpy would give the same numbers."
        )

    def show_experiment(self, experiment: Experiment) -> None:
        self._scheduled = not experiment.training.schedule.constant
        if not self._scheduled:
            self._write(self.rate, "")
        count = parameter_count(experiment)
        self._write(self.parameters, "— parameters" if count is None else count_text(count, "parameter"))
        self._write(self.seed, f"Seed {experiment.seed}")

    def show_file(
        self, path: Path | None, unsaved: bool, saved_at: float | None = None, note: str = ""
    ) -> None:
        """`saved_at` is the time of the last save in seconds since 1970, None if there was none.

        `note` says what was saved if not all, such as "without weights".
        """
        self._path, self._unsaved, self._saved_at, self._note = path, unsaved, saved_at, note
        self._write_file()
        self._tick()

    def begin_saving(self) -> None:
        """A save began; shown if it takes a while."""
        self._saving_timer.start()

    def end_saving(self) -> None:
        self._saving_timer.stop()
        self._show_saving_row(False)

    def _show_saving_row(self, on: bool = True) -> None:
        self.saving.show_share(None)
        for widget in (self._saving_text, self.saving, self.cancel):
            widget.setVisible(on)
        self.file.setVisible(not on)

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), 3 * GRID_PX)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._write_file()
        self._tick()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def _make_saving(self) -> None:
        self._saving_text = self._label("The file is written beside the training.")
        self._saving_text.setText("Saving…")
        self.saving = ProgressBar("Share of the file that is written", self)
        self.saving.setToolTip("The share of the file that is written.")
        self.saving.setFixedWidth(12 * GRID_PX)
        # A higher button would redo the window's layout, which takes 70 ms.
        self.cancel = set_up(
            QPushButton("Cancel", self), small=True, flat=True, accessibleName="Cancel saving"
        )
        self.cancel.setToolTip("Keep the file as it was.")
        self.cancel.clicked.connect(self.cancel_requested)
        self._saving_timer = QTimer(self, interval=_SAVING_AFTER_MS, singleShot=True)
        self._saving_timer.timeout.connect(self._show_saving_row)

    def _label(self, tooltip: str, kind: type[QLabel] = QLabel) -> QLabel:
        label = kind(self)
        label.setProperty("role", "caption")
        label.setToolTip(tooltip)
        return label

    def _lay_out(self) -> None:
        self._row = hbox(self._dot, Gap(6), self.state, parent=self, margins=(12, 3, 12, 3), spacing=0)
        # No margin of the label, which it loses when its role changes.
        self._row.addSpacing(2 * GRID_PX)
        for label in (self.speed, self.frames, self.rate, self.parameters, self.seed, self.engine):
            self._row.addWidget(label)
            if label is self.state:
                # Its margins are lost in the window, where it is polished anew with every state.
                self._row.addSpacing(2 * GRID_PX)
            else:
                label.setContentsMargins(0, 0, 2 * GRID_PX, 0)
        self._row.addStretch(1)
        for widget in (self._saving_text, self.saving, self.cancel):
            self._row.addWidget(widget)
            self._row.addSpacing(GRID_PX)
        self._row.addWidget(self.file)

    def _write(self, label: QLabel, text: str) -> None:
        if label.text() != text:
            label.setText(text)
            label.setAccessibleName(text)
        is_left_out = self._is_plain and label in self._numbers
        label.setVisible(bool(text) and self._state not in ("blocked", "failed") and not is_left_out)

    def _write_file(self) -> None:
        if self._unsaved:
            text = "Unsaved changes"
        elif self._saved_at is not None:
            age = written_age(self._clock() - self._saved_at)
            text = f"Saved {self._note}, {age}" if self._note else f"Saved {age}"
        else:
            text = "Saved" if self._path is not None else "Not saved yet"
        self.file.setText(text)
        self.file.setToolTip(
            str(self._path) if self._path is not None else "This experiment has no file yet."
        )

    def _tick(self) -> None:
        if self.isVisible() and not self._unsaved and self._saved_at is not None:
            self._timer.start()
        else:
            self._timer.stop()

    def _paint_dot(self, theme: Theme) -> None:
        colors = {
            "idle": theme.text_faint,
            "loading": theme.warning,
            "running": theme.success,
            "paused": theme.accent,
            "blocked": theme.danger,
            "failed": theme.danger,
        }
        self._dot.set_color(colors[self._state])


class _Dot(QWidget):
    """The state as a color; the text beside it says the same."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._color = ""
        self.setFixedSize(8, 8)

    def set_color(self, color: str) -> None:
        if color != self._color:
            self._color = color
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        use_colors(painter, self._color)
        painter.drawEllipse(self.rect())
        painter.end()


def parameter_count(experiment: Experiment) -> int | None:
    """Number of trainable parameters of the stack, None if it cannot be built."""
    shapes, problem = shapes_of(experiment)
    if problem is not None:
        return None
    inputs = (experiment.input_shape, *shapes)
    return sum(
        parameter.size
        for layer, shape in zip(experiment.stack(), inputs, strict=False)
        for parameter in layer.parameters(shape)
    )


def written_rate(epochs_per_second: float, unit: str = "epochs") -> str:
    """ "1,840 epochs/s", "4.1 epochs/s", "4.1 epochs/min" if slow, "" for 0."""
    if epochs_per_second <= 0.0:
        return ""
    rate, time = (epochs_per_second, "s") if epochs_per_second >= 1.0 else (60.0 * epochs_per_second, "min")
    return f"{rate:,.0f} {unit}/{time}" if rate >= 9.95 else f"{rate:.1f} {unit}/{time}"


def written_age(seconds: float) -> str:
    """ "just now", "12 s ago", "5 min ago", "3 h ago"."""
    if seconds < 2.0:
        return "just now"
    if seconds < 60.0:
        return f"{seconds:.0f} s ago"
    if seconds < 3600.0:
        return f"{seconds // 60:.0f} min ago"
    return f"{seconds // 3600:.0f} h ago"
