"""The training bar: run controls, epoch, hyperparameters, window buttons, and what gives way where it is too narrow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Protocol

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QWidget

from core.experiment.experiment import Experiment
from core.experiment.prepare import PreparedData
from core.experiment.problems import find_problems
from core.inspect.snapshot import Snapshot
from playground.model.document import Document
from playground.model.training_speed import DEFAULT_SPEED, SPEEDS
from playground.views.theme.colors import GRID_PX
from playground.views.theme.icons import Role, icon
from playground.views.theme.theme import ThemeSource, font
from playground.views.training_bar.hyperparameter_fields import HyperparameterFields, add_field
from playground.views.widgets import Captioned, ChoiceCombo
from playground.views.widgets.boxes import hbox, restyle, set_up
from playground.views.widgets.labels import SteadyLabel


class Yielding(Protocol):
    """Parts that can take less room."""

    @property
    def spared_px(self) -> int:
        """Height that it saves when it is short."""

    @property
    def is_short(self) -> bool: ...

    def set_short(self, short: bool) -> None:
        """Take less room, or all again."""


class HiddenPart(QWidget):
    """Buttons that are hidden where there is no room for them, because a menu and keys do the same.

    Who hides one of them for another reason, such as a preference, hides the button and not this part.
    """

    def __init__(self, spacing_px: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.row = hbox(parent=self, margins=0, spacing=spacing_px)

    @property
    def spared_px(self) -> int:
        return self.row.minimumSize().width() + self.row.spacing()

    @property
    def is_short(self) -> bool:
        return self.isHidden()

    def set_short(self, short: bool) -> None:
        self.setVisible(not short)


class TightSpacing:
    """Rows in which everything can move closer together."""

    def __init__(self, rows: Sequence[QHBoxLayout], tight_px: int) -> None:
        self._rows, self._tight_px, self._usual_px = rows, tight_px, rows[0].spacing()

    @property
    def spared_px(self) -> int:
        return sum(map(_gaps, self._rows)) * (self._usual_px - self._tight_px)

    @property
    def is_short(self) -> bool:
        return self._rows[0].spacing() == self._tight_px

    def set_short(self, short: bool) -> None:
        for row in self._rows:
            row.setSpacing(self._tight_px if short else self._usual_px)


class NarrowRow:
    """Shortens the first of `parts`, as many as it must; those named last keep their room longest."""

    def __init__(self, row: QHBoxLayout, parts: Sequence[Yielding]) -> None:
        self._row, self._parts = row, parts

    @property
    def least_px(self) -> int:
        """The width of the row with all parts short."""
        spared = sum(part.spared_px for part in self._parts if not part.is_short)
        return self._row.minimumSize().width() - spared

    def fit(self, width: int) -> None:
        """Give the row room in a `width` in pixels. A part that stays as it is neither flickers nor loses the focus."""
        needed = self._row.minimumSize().width()
        needed += sum(part.spared_px for part in self._parts if part.is_short)
        for part in self._parts:
            short = needed > width
            needed -= part.spared_px if short else 0
            if short != part.is_short:
                part.set_short(short)
                self._tell_layouts(part)

    def _tell_layouts(self, part: Yielding) -> None:
        """Let the layouts around a part know at once, which Qt tells them one after the other, in later events."""
        around = part.parentWidget() if isinstance(part, QWidget) else None
        while around is not None and around is not self._row.parentWidget():
            if (layout := around.layout()) is not None:
                layout.activate()
            around = around.parentWidget()


def _gaps(row: QHBoxLayout) -> int:
    items = (row.itemAt(place) for place in range(row.count()))
    return sum(1 for item in items if item is not None and not item.isEmpty()) - 1


class ActionButton(QToolButton):
    """Mirrors the action's state, text, tooltip and "icon_name" property; a click triggers it."""

    def __init__(
        self,
        action: QAction,
        themes: ThemeSource,
        parent: QWidget,
        *,
        role: Role = "normal",
        icon_px: int = 20,
        side_px: int = 32,
    ) -> None:
        super().__init__(parent)
        self._action, self._themes, self._role = action, themes, role
        self._drawn: tuple[str, str, Role] = ("", "", role)
        self.setObjectName(f"{action.objectName()}_button")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setIconSize(QSize(icon_px, icon_px))
        self.setFixedSize(side_px, side_px)
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        themes.theme_changed.connect(self._follow)
        self._follow()

    def set_role(self, role: Role) -> None:
        """Change the icon's color."""
        self._role = role
        self._follow()

    def _follow(self) -> None:
        action, theme = self._action, self._themes.theme
        text = action.text().replace("&&", "\0").replace("&", "").replace("\0", "&")
        key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        tip = action.toolTip()
        self.setEnabled(action.isEnabled())
        set_up(self, accessibleName=text, accessibleDescription=tip)
        self.setToolTip(f"{tip} ({key})" if key and action.isEnabled() else tip)
        wanted = (str(action.property("icon_name")), theme.name, self._role)
        if wanted != self._drawn:
            self._drawn = wanted
            self.setIcon(icon(wanted[0], theme, self._role))


_SLOWEST: Final = "slow"
_USUAL_EPOCH: Final = "000,000"
"""Longer ones are written smaller."""
_NEEDS_A_NETWORK: Final = ("play", "step_batch", "step_epoch", "step_epochs", "run_until")
_PLAY_ON: Final = "Return to the present, and train on from there."


class TrainingBar(QFrame):
    """`actions` are those of the action table, by name."""

    speed_chosen = Signal(str)
    """Carries the key of a `Speed`."""
    slow_requested = Signal()
    """Asks for one step in slow motion."""

    def __init__(
        self,
        document: Document,
        themes: ThemeSource,
        actions: Mapping[str, QAction],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._document, self._themes, self._actions = document, themes, actions
        self._state = "idle"
        self._past: Experiment | None = None
        self._lock = ""
        set_up(self, role="bar", objectName="training_bar", accessibleName="Training")
        self.follows_document = True
        self.buttons: dict[str, ActionButton] = {}
        """By the names of their commands."""
        self._row = hbox(
            parent=self, margins=(2 * GRID_PX - 2, GRID_PX, 2 * GRID_PX - 2, GRID_PX), spacing=GRID_PX
        )
        self._add_transport()
        self._add_fields()
        self._row.addStretch(1)
        self._add_window_buttons()
        fields = self.fields
        self._narrow = NarrowRow(
            self._row,
            (self._theme, fields.loss, self._history, fields.regularizer, self._steps,
             TightSpacing((self._row, fields.row), GRID_PX // 2), fields.learning_rate, self.speed, fields.optimizer),
        )  # fmt: skip
        document.experiment_changed.connect(self._allow_training)
        self._allow_training(document.experiment)
        self._show_epoch("0")

    def show_data(self, prepared: PreparedData) -> None:
        self.fields.show_data(prepared)

    def clear(self) -> None:
        """Drop the classes and the epoch."""
        self.fields.clear()
        self._show_epoch("–")

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Of the document, which may train on while a page drives something else."""
        if self.follows_document:
            self.show_place(snapshot)

    def show_place(self, snapshot: Snapshot) -> None:
        """Show the epoch of what is driven."""
        self._show_epoch(snapshot.place_text)

    def show_state(self, state: str) -> None:
        """Set the state: "idle", "loading", "running", "paused" or "failed"."""
        self._state = state
        pauses = self._pauses
        play = self._actions["play"]
        play.setText("&Pause" if pauses else "&Play")
        name = "pause" if pauses else "lock" if self._lock else "play"
        play.setProperty("icon_name", name)
        play.setIcon(icon(name, self._themes.theme))
        self._allow_training(self._document.experiment)

    def show_past(self, past: Experiment | None) -> None:
        """Mark that an earlier moment is looked at, and show its settings; None: the training as it is."""
        if past is not None and past is self._past:
            return
        self._past, shown = past, past is not None
        self.play_button.set_role("accent" if shown else "on_accent")
        restyle(self.play_button, outlined="true" if shown else "false")
        restyle(self.epoch, role="past" if shown else "readout")
        self._epoch_field.set_note("past" if shown else "")
        self.fields.show_past(past)
        self.show_state(self._state)

    def show_lock(self, sentence: str) -> None:
        """Say why nothing may be trained now; "" if it may."""
        self._lock = sentence
        self.show_state(self._state)

    def set_speed(self, key: str) -> None:
        """Set the speed without emitting."""
        self._speed = key
        self.speed.set_current(key)

    def _choose_speed(self, key: str) -> None:
        if key == _SLOWEST:
            # A look at one step, and no speed of training.
            self.speed.set_current(self._speed)
            self.slow_requested.emit()
        else:
            self._speed = key
            self.speed_chosen.emit(key)

    def minimumSizeHint(self) -> QSize:
        return QSize(self._narrow.least_px, super().minimumSizeHint().height())

    def event(self, event: QEvent) -> bool:
        # Fields ask for another width with every choice.
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self._narrow.fit(self.width())
        return super().event(event)

    # --- the parts ------------------------------------------------------------------------------------------------

    def _add_transport(self) -> None:
        actions, themes = self._actions, self._themes
        reset = self.buttons["reset"] = ActionButton(actions["reset"], themes, self)
        self._row.addWidget(reset)
        self.play_button = ActionButton(
            actions["play"], themes, self, role="on_accent", icon_px=24, side_px=42
        )
        self.play_button.setProperty("round", "true")
        self._row.addWidget(self.play_button)
        self._steps = self._add_part("step_batch", "step_epoch")
        line = set_up(QFrame(self), role="line")
        line.setFixedSize(1, 44)
        self._row.addWidget(line)
        self.epoch = set_up(SteadyLabel(self), role="readout")
        self.epoch.setToolTip(
            "How often the network has seen all training samples, and batches of the next time. "
            "Every number in the window is of this moment."
        )
        self.epoch.setFont(font("large"))
        self.epoch.setFixedWidth(self.epoch.fontMetrics().horizontalAdvance(_USUAL_EPOCH) + 2)
        self.epoch.setFixedHeight(26)
        self._epoch_field = Captioned("Epoch", self.epoch, self, plain="Rounds through the data")
        self._row.addWidget(self._epoch_field)
        self._row.addSpacing(GRID_PX // 2)

    def _add_fields(self) -> None:
        self.speed = ChoiceCombo(
            [(_SLOWEST, "Slowly"), *((speed.key, speed.label) for speed in SPEEDS)],
            DEFAULT_SPEED,
            name="Speed",
            tooltip="How fast training goes. Slow lets you watch each step; Max uses all that the machine has. "
            "F turns it on and off.",
            parent=self,
        )
        self._speed = DEFAULT_SPEED
        self.speed.chosen.connect(self._choose_speed)
        add_field(self._row, set_up(self.speed, objectName="speed"), 84, 116)
        self.fields = HyperparameterFields(self._document, self._themes, self)
        self._row.addWidget(self.fields)

    def _add_window_buttons(self) -> None:
        self._history, self._theme = self._add_part("undo", "redo"), self._add_part("theme")

    def add_button(self, text: str, tip: str, action: QAction) -> QPushButton:
        """Add a large button for a command, behind all others."""
        button = set_up(QPushButton(text, self), primary="true", toolTip=tip, accessibleDescription=tip)
        button.clicked.connect(action.trigger)
        self._row.addWidget(button)
        return button

    def _add_part(self, *names: str) -> HiddenPart:
        part = HiddenPart(GRID_PX, self)
        for name in names:
            button = self.buttons[name] = ActionButton(self._actions[name], self._themes, part)
            part.row.addWidget(button)
        self._row.addWidget(part)
        return part

    # --- what is shown --------------------------------------------------------------------------------------------

    def _show_epoch(self, text: str) -> None:
        """The moment shown, as all views write it: "368", or "368 + 3/35" within an epoch."""
        if text == self.epoch.text():
            return
        self.epoch.setText(text)
        self.epoch.setAccessibleName(f"Epoch {text}")
        long = "true" if len(text) > len(_USUAL_EPOCH) else "false"
        if self.epoch.property("long") != long:
            restyle(self.epoch, long=long)

    @property
    def _looks_back(self) -> bool:
        """Whether the buttons drive the training of which an earlier moment is shown, and not another page's."""
        return self._past is not None and self.fields.isEnabled()

    @property
    def _pauses(self) -> bool:
        """Whether Play means Pause."""
        return self._state == "running" and not self._looks_back

    def _allow_training(self, experiment: Experiment) -> None:
        problems = find_problems(experiment)
        for name in _NEEDS_A_NETWORK:
            action = self._actions[name]
            running = name == "play" and self._state == "running"
            action.setEnabled(running or not (problems or self._lock))
            tip = _PLAY_ON if name == "play" and self._looks_back else str(action.property("tip"))
            pauses = name == "play" and self._pauses
            action.setToolTip(
                "Pause training."
                if pauses
                else f"{problems[0].sentence}."
                if problems
                else f"{self._lock}."
                if self._lock
                else tip
            )
