"""StepTransport: the bar under the network that goes through a step in slow motion."""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QColor, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from core.train.slow_step import STAGES, Stage
from playground.model.slow_motion import SlowMoment
from playground.views.theme.colors import GRID_PX, RADIUS_SMALL_PX, Theme, mix
from playground.views.theme.icons import icon
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets import ChoiceCombo, SectionTitle, Segments, Stepper
from playground.views.widgets.boxes import hbox, set_up, vbox
from playground.views.widgets.labels import CutLabel
from playground.views.widgets.painted import PaintedWidget, draw_box, draw_dot, draw_fitted
from playground.views.widgets.spoken import Amount, Role, speak_as

_HEIGHT_PX: Final = 44
_GAP_PX: Final = 6
_SIDE_PX: Final = 8
_BAR_PX: Final = 4.0
_HANDLE_PX: Final = 7.0
_STEPS: Final = {Qt.Key.Key_Left: -1, Qt.Key.Key_Down: -1, Qt.Key.Key_Right: 1, Qt.Key.Key_Up: 1}


class StepTrack(PaintedWidget):
    """Arrow keys go from stop to stop, page keys from stage to stage, Home to the start, End to the end."""

    name = "Step in slow motion"
    size_px = 400, _HEIGHT_PX
    least_px = 240, _HEIGHT_PX

    position_requested = Signal(float)

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(themes, parent)
        self._moment: SlowMoment | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        amount = Amount(self._read, self.position_requested.emit, self._words)
        speak_as(self, Role.Slider, steps=(Qt.Key.Key_Left, Qt.Key.Key_Right), amount=amount)
        self.setAccessibleDescription("Arrow keys go from stop to stop, page keys from stage to stage.")
        self.setToolTip("Drag, or press the arrow keys, to go through the step.")

    def show_moment(self, moment: SlowMoment | None) -> None:
        before, self._moment = self._moment, moment
        self.update()
        if QAccessible.isActive() and (before is None or moment is None or before.stop != moment.stop):
            QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.ValueChanged))

    def places(self) -> list[QRectF]:
        """The bar of each stop, from left to right."""
        return [bar for _, bars in self._boxes() for bar in bars]

    def position_at(self, x: float) -> float:
        """The position of a place in the widget."""
        bars = self.places()
        for index, bar in enumerate(bars):
            if x < bar.right():
                return index + max(0.0, (x - bar.left()) / bar.width())
        return float(len(bars))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        moment, key = self._moment, Qt.Key(event.key())
        if moment is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
            return
        stops, last = moment.stops, len(moment.stops)
        ends = [0, *(n for n in range(1, last) if stops[n - 1].stage != stops[n].stage), last]
        places = {
            Qt.Key.Key_PageDown: min((end for end in ends if end > moment.position), default=last),
            Qt.Key.Key_PageUp: max((end for end in ends if end < moment.position), default=0),
            Qt.Key.Key_Home: 0,
            Qt.Key.Key_End: last,
        }
        if (count := _STEPS.get(key)) is not None:
            self.step(count)
        elif key in places:
            self.position_requested.emit(float(places[key]))
        else:
            super().keyPressEvent(event)

    def step(self, count: int) -> None:
        """Go to the next stop, or with -1 to the one before."""
        if self._moment is not None:
            at = self._moment.position
            wanted = math.floor(at) + 1 if count > 0 else math.ceil(at) - 1
            self.position_requested.emit(float(min(len(self._moment.stops), max(0, wanted))))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.position_requested.emit(self.position_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self.position_requested.emit(self.position_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            # It rests at a stop.
            self.position_requested.emit(float(round(self.position_at(event.position().x()))))

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        moment = self._moment
        if moment is None:
            return
        stop, done = moment.stop, 0
        handle = QPointF(_SIDE_PX, _HEIGHT_PX - 12)
        for stage, (box, bars) in zip(self._stages(), self._boxes(), strict=True):
            is_now = stop is not None and stop.stage == stage
            ink = theme.gradient if stage == "backward" else theme.accent
            colors = (mix(theme.surface, ink, 0.12), ink, 1.5) if is_now else (theme.field, theme.border, 1.0)
            draw_box(painter, box.adjusted(1, 1, -1, -1), RADIUS_SMALL_PX, *colors)
            color = theme.text_muted if moment.position <= done else theme.text
            painter.setPen(QColor(color))
            words = " ".join((stage.capitalize(), moment.result(stage)))
            draw_fitted(painter, box.adjusted(4, 5, -4, -18), [words], font(bold=is_now))
            for bar in bars:
                share = min(1.0, max(0.0, moment.position - done))
                draw_box(painter, bar, 2, theme.border_strong)
                if share > 0.0:
                    draw_box(
                        painter, QRectF(bar.left(), bar.top(), bar.width() * share, bar.height()), 2, ink
                    )
                    handle = QPointF(bar.left() + bar.width() * share, bar.center().y())
                done += 1
        ink = theme.gradient if stop is not None and stop.stage == "backward" else theme.accent
        draw_dot(painter, handle, _HANDLE_PX, theme.surface, ink, 2.5)
        if self.hasFocus():
            draw_dot(painter, handle, _HANDLE_PX + 3, None, theme.accent, 1.5)

    def _stages(self) -> list[Stage]:
        present = {stop.stage for stop in (self._moment.stops if self._moment is not None else ())}
        return [stage for stage in STAGES if stage in present]

    def _boxes(self) -> list[tuple[QRectF, list[QRectF]]]:
        """Each stage's box, and the bars of its stops."""
        if self._moment is None:
            return []
        stages, found = self._stages(), []
        counts = [sum(stop.stage == stage for stop in self._moment.stops) for stage in stages]
        # Room for the name, whatever the network's depth.
        least = 76.0
        spare = max(0.0, self.width() - _GAP_PX * (len(stages) - 1) - least * len(stages))
        left = 0.0
        for count in counts:
            width = least + spare * count / sum(counts)
            inner = (width - 2 * _SIDE_PX) / count
            first = QRectF(left + _SIDE_PX, _HEIGHT_PX - 14.0, max(1.0, inner - 2), _BAR_PX)
            bars = [first.translated(inner * n, 0) for n in range(count)]
            bars[-1].setWidth(max(1.0, inner))
            found.append((QRectF(left, 0, width, _HEIGHT_PX), bars))
            left += width + _GAP_PX
        return found

    def _read(self) -> tuple[float, float, float]:
        moment = self._moment
        return (0.0, 0.0, 0.0) if moment is None else (0.0, moment.position, float(len(moment.stops)))

    def _words(self) -> str:
        moment = self._moment
        if moment is None:
            return ""
        results = (f"{stage} {moment.result(stage)}" for stage in self._stages() if moment.result(stage))
        return " ".join((f"{moment.title}.", moment.sentence, *results))


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
    hardest_requested = Signal()
    shown_chosen = Signal(int)
    """Carries the number of the sample of the batch to look at, from 0."""

    def __init__(self, themes: ThemeSource, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._themes = themes
        self._is_playing = False
        set_up(self, objectName="step_transport", role="panel", accessibleName="One step, in slow motion")
        self.sentence, self.outcome = QLabel(self), QLabel(self)
        # In a window of 1280 px there is no room to ask for more; the place is cut first.
        self.title, self.place = set_up(CutLabel(self), role="title"), CutLabel(self)
        self.title.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
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
                ("one", "One", "A rehearsal on the chosen sample; nothing of it is kept."),
            ),
            name="Samples in the step",
            parent=self,
        )
        self.samples.chosen.connect(lambda key: self.samples_chosen.emit(key == "batch"))
        tip = "Which of the batch's samples to follow through the network."
        self.shown = Stepper(1, 1, 1, name="Sample of the batch", tooltip=tip, parent=self)
        self.shown.value_changed.connect(lambda number: self.shown_chosen.emit(number - 1))
        self.hardest = set_up(QPushButton("Hardest", self), clicked=self.hardest_requested)
        self.hardest.setToolTip(
            "Follow the sample of the largest loss: of the batch, or of all training samples."
        )
        self.speed = ChoiceCombo(
            _SPEEDS,
            "1",
            name="Speed of the slow motion",
            tooltip="At 1×, a stop takes a second.",
            parent=self,
        )
        self.speed.setMinimumWidth(72)
        self.next = set_up(QPushButton("Next step", self), clicked=self.next_requested)
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
        number, most = (moment.shown, shown) if step.is_batch else (int(step.rows[0]), int(step.rows[0]) + 1)
        self.shown.setRange(1, max(1, most))
        self.shown.set_value(number + 1)
        self.shown.setEnabled(step.is_batch and shown > 1)
        of = f"of {count:,}" if shown == count else f"of the first {shown} of {count:,}"
        self._of.setText(of if step.is_batch else "of training" if step.of_training else "of the others")
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
        self._of = set_up(CutLabel(self), role="muted")
        caption = set_up(QLabel("Sample", self), role="muted")
        heading = SectionTitle("Slow motion", self)
        heading.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Preferred)
        head = hbox(
            heading,
            self.title,
            (self.place, 1),
            self.samples,
            self.close_button,
            spacing=GRID_PX,
        )
        row = hbox(
            *self.buttons.values(), self.speed, self.next, caption, self.shown, self._of,
            self.hardest,
            spacing=GRID_PX // 2,
        )  # fmt: skip
        margins = (2 * GRID_PX, GRID_PX // 2, 2 * GRID_PX, GRID_PX)
        vbox(head, self.track, row, self.sentence, self.outcome, parent=self, margins=margins, spacing=6)
