"""The panel of the timeline: what is looked at, commands, thumbnails and the slider."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import QSize, QTimer, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QPushButton, QWidget

from core.inspect.snapshot import Snapshot
from core.io.number_text import epoch_text
from playground.model.timeline.moment import Edit, Moment
from playground.views.theme.colors import Theme
from playground.views.theme.icons import Role, icon
from playground.views.theme.theme import ThemeSource
from playground.views.timeline.filmstrip import Filmstrip, Frame
from playground.views.timeline.moment_slider import MomentSlider
from playground.views.timeline.past_marks import PastPill
from playground.views.widgets import ChoiceCombo, SectionTitle
from playground.views.widgets.boxes import hbox, set_up, vbox
from playground.views.widgets.labels import SteadyLabel

PLAYBACK_SPEEDS: Final = tuple((f"{speed:g}", f"{speed:g}×") for speed in (0.5, 1, 2, 4, 8, 16, 32))
"""At 1×, the whole run takes half a minute."""
_DEFAULT_SPEED = "4"
_BUTTONS: Final = (
    ("play_back", "Play back", "play", "normal"),
    ("branch_here", "Branch from here", "branch", "normal"),
    ("back_to_live", "Back to live", "live", "on_accent"),
)  # fmt: skip
_THUMBNAILS_MS = 400
_WIDE_PX = 900
_READABLE_PX = 700


class TimelinePanel(QWidget):
    """Buttons trigger the actions of their names. In a low window it is one row: `set_low`."""

    position_requested = Signal(float)
    """Carries a position in epochs."""
    step_requested = Signal(int)
    """Carries how many moments to go on."""
    live_requested = Signal()
    speed_chosen = Signal(float)
    thumbnails_requested = Signal(object)
    """Carries the moments whose thumbnails are needed."""

    def __init__(
        self, themes: ThemeSource, actions: Mapping[str, QAction], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._themes, self._actions = themes, actions
        self._moments: Sequence[Moment] = ()
        self._edits: Sequence[Edit] = ()
        self._past: Moment | None = None
        self.live = 0.0
        """The epoch that the training has reached."""
        self.is_low = False
        self._played = (False, "")
        set_up(self, objectName="timeline_panel", role="panel", accessibleName="Timeline")
        self.title = SectionTitle("Timeline", self)
        self.shown = set_up(SteadyLabel(self), role="title")
        self.total = set_up(SteadyLabel(self), role="muted")
        self.pill = PastPill(themes, self, hatched=True)
        self.pill.set_text("past")
        self.speed = ChoiceCombo(
            PLAYBACK_SPEEDS, _DEFAULT_SPEED, name="Playback speed",
            tooltip="How fast to play back: at 1×, the whole run takes half a minute.", parent=self,
        )  # fmt: skip
        self.speed.setMinimumWidth(64)
        self.speed.chosen.connect(lambda key: self.speed_chosen.emit(float(key)))
        self.buttons = {name: self._button(name) for name, *_ in _BUTTONS}
        self.strip = Filmstrip(themes, self)
        self.slider = MomentSlider(themes, self)
        self.strip.position_requested.connect(self.position_requested)
        self.slider.position_requested.connect(self.position_requested)
        self.slider.step_requested.connect(self.step_requested)
        self.slider.live_requested.connect(self.live_requested)
        self._soon = QTimer(self, interval=_THUMBNAILS_MS, singleShot=True)
        self._soon.timeout.connect(self._request_thumbnails)
        self._lay_out()
        self._size_live()
        self._fix_height()
        themes.theme_changed.connect(self._restyle)
        self._restyle(themes.theme)
        self.show_timeline((), (), None)

    def show_timeline(
        self, moments: Sequence[Moment], edits: Sequence[Edit], past: Moment | None, *, playing: bool = False
    ) -> None:
        """Set the moments and edits of the run; `past` is looked at, None is now."""
        before = self._moments[:1], self._edits, self._past
        self._moments, self._edits, self._past = moments, edits, past
        # While training, later moments alone wait for the next figure: the row is painted 10 times a second, not 20.
        if before != (moments[:1], edits, past):
            self._show_epoch()
        # The epoch says enough in a narrow panel.
        roomy = self.width() >= _READABLE_PX or not self.is_low
        self.pill.setVisible(past is not None and roomy)
        self.total.setVisible(roomy)
        self.slider.setEnabled(len(moments) > 1)
        self._restyle_play(playing)
        if not self._soon.isActive() and not self.is_low:
            self._soon.start()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Set the epoch that the training has reached, with the other figures of the same snapshot."""
        live = snapshot.fractional_epoch if snapshot.live_epoch is None else snapshot.live_epoch
        if live != self.live:
            self.live = live
            self._show_epoch()

    def _show_epoch(self) -> None:
        live, past = self.live, self._past
        end = max(float(live), self._moments[-1].position if self._moments else 0.0)
        position = None if past is None else past.position
        self.slider.show_range(end, self._edits, live)
        self.slider.show_past(position)
        self.strip.show_range(end, position, self._moments[0].position if self._moments else 0.0)
        self.shown.setText(f"Epoch {epoch_text(live if past is None else past.position)}")
        self.total.setText(f"of {epoch_text(live)}" if past is not None else "")
        live_text = "Back to live" if past is not None else "Live"
        self.buttons["back_to_live"].setText(
            "Live" if self._is_narrow else f" {live_text} · {epoch_text(live)}"
        )

    def clear(self) -> None:
        """Drop the run and its thumbnails."""
        self.strip.clear()
        self.live = 0.0
        self.show_timeline((), (), None)

    def clear_thumbnails(self) -> None:
        """Drop the thumbnails, because another run is shown."""
        self.strip.clear()

    def add_thumbnail(self, number: int, frame: Frame) -> None:
        """Show the thumbnail of moment `number`."""
        self.strip.add(number, frame)

    def set_low(self, low: bool) -> None:
        """Show one row instead of three."""
        if low == self.is_low:
            return
        self.is_low = low
        self.strip.setVisible(not low)
        self.title.setVisible(not low)
        self.slider.set_low(low)
        self._write_buttons()
        for row in (self._head, self._column):
            row.removeWidget(self.slider)
        if low:
            self._head.insertWidget(self._head.indexOf(self.pill) + 1, self.slider, 1)
        else:
            self._column.addWidget(self.slider)
        self._head.setStretch(self._head.indexOf(self._gap), 0 if low else 1)
        self._column.setContentsMargins(12, 5, 12, 5) if low else self._column.setContentsMargins(
            12, 8, 12, 4
        )
        self._fix_height()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._soon.start()
        self._write_buttons()

    @property
    def _is_narrow(self) -> bool:
        return self.is_low or self.width() < _WIDE_PX

    def _write_buttons(self) -> None:
        """In a narrow panel, the first buttons have icons alone."""
        narrow = self._is_narrow
        self._size_live()
        for name, text, *_ in _BUTTONS:
            if name != "back_to_live":
                short = narrow and (self.is_low or self.width() < _READABLE_PX or name != "branch_here")
                self.buttons[name].setText("" if short else f" {text}")

    def minimumSizeHint(self) -> QSize:
        return QSize(200, super().minimumSizeHint().height())

    def _request_thumbnails(self) -> None:
        if len(self._moments) < 2 or self.is_low or not self.isVisible():
            return
        if missing := self.strip.missing(self._moments):
            self.thumbnails_requested.emit(missing)

    def _button(self, name: str) -> QPushButton:
        action = self._actions[name]
        button = set_up(QPushButton(self), objectName=f"{name}_button")
        button.setText(next(f" {text}" for key, text, *_ in _BUTTONS if key == name))
        if name == "back_to_live":
            button.setProperty("primary", "true")
        button.clicked.connect(action.trigger)
        action.changed.connect(lambda: self._follow(button, action))
        self._follow(button, action)
        return button

    def _follow(self, button: QPushButton, action: QAction) -> None:
        button.setEnabled(action.isEnabled())
        key = action.shortcut().toString()
        button.setToolTip(f"{action.toolTip()} ({key})" if key else action.toolTip())
        button.setAccessibleName(action.text().replace("&", ""))
        button.setAccessibleDescription(action.toolTip())

    def _restyle(self, theme: Theme) -> None:
        self._played = (False, "")
        for name, _, picture, role in _BUTTONS:
            self.buttons[name].setIcon(icon(picture, theme, _role(role)))

    def _fix_height(self) -> None:
        """A dock would keep the height of three rows for one."""
        self._column.invalidate()
        self.setFixedHeight(self._column.sizeHint().height())

    def _size_live(self) -> None:
        """Keep the width of the last button, so that the others stay under the pointer."""
        button = self.buttons["back_to_live"]
        widest = "Live" if self._is_narrow else " Back to live · 000,000"
        button.setMinimumWidth(button.fontMetrics().horizontalAdvance(widest) + 44)

    def _restyle_play(self, playing: bool) -> None:
        # A button redoes its layout with every icon.
        if (wanted := (playing, self._themes.theme.name)) != self._played:
            self._played = wanted
            self.buttons["play_back"].setIcon(icon("pause" if playing else "play", self._themes.theme))

    def _lay_out(self) -> None:
        self._head = hbox(spacing=8)
        self._gap = QWidget(self)
        play, branch, live = (self.buttons[name] for name, *_ in _BUTTONS)
        for widget in (
            self.title,
            self.shown,
            self.total,
            self.pill,
            self._gap,
            play,
            self.speed,
            branch,
            live,
        ):
            self._head.addWidget(widget)
        self._head.setStretch(self._head.indexOf(self._gap), 1)
        self._column = vbox(
            self._head, self.strip, self.slider, parent=self, margins=(12, 4, 12, 4), spacing=4
        )


def _role(name: str) -> Role:
    return "on_accent" if name == "on_accent" else "normal"
