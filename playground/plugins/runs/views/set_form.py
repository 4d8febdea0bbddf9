"""What a set of runs is made by, in place of the list of sets: a form, how far the set is, and its buttons."""

from __future__ import annotations

from typing import Final, Generic, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QWidget

from core.seeds import MAX_SEEDS, MIN_SEEDS
from playground.plugin import CutLabel, PageWidget, ProgressBar, ScrollArea, SpinBox, ThemeSource
from playground.plugins.runs.views.sets import OpenState, SetRow
from playground.views.theme.icons import Role, icon
from playground.views.widgets.boxes import STRETCH, Gap, hbox, restyle, set_up, vbox

Form = TypeVar("Form", bound=QWidget)
_SIDE_PX: Final = 284
_MAX_EPOCHS: Final = 100_000


class SetForm(PageWidget, Generic[Form]):
    """`form` has what is chosen; the buttons emit wishes."""

    run_requested = Signal()
    pause_requested = Signal()
    """Pause, or go on."""
    stop_requested = Signal()
    export_requested = Signal()

    def __init__(
        self, name: str, themes: ThemeSource, form: Form, tip: str, parent: QWidget | None = None
    ) -> None:
        super().__init__(name, themes, parent)
        self.setFixedWidth(_SIDE_PX)
        self.form = form
        self.line = set_up(CutLabel(self), role="heading")
        self.detail = set_up(QLabel(self), role="muted", wordWrap=True)
        self.progress = ProgressBar("Progress of this set", self, height_px=6)
        self.run = self._button("Run", "play", tip)
        self.pause = self._button("Pause", "pause", "Begin nothing else, until it goes on")
        self.stop = self._button(
            "Cancel", "close", "End the training; what is finished stays, and it can go on later"
        )
        self.export = self._button("CSV…", "export", "Write every run of this set as a row of a table")
        self._state: OpenState = "empty"
        self._goes_on = False
        """The shown set is what the next step is about, not the one of the form."""
        for button, signal in (
            (self.run, self.run_requested),
            (self.pause, self.pause_requested),
            (self.stop, self.stop_requested),
            (self.export, self.export_requested),
        ):
            button.clicked.connect(signal)
        self._lay_out()
        self.show_set(None, "empty")

    def show_set(
        self, row: SetRow | None, state: OpenState, detail: str = "", *, is_changed: bool = False
    ) -> None:
        """Say how far the open set is, and what the buttons offer; `is_changed` if the form has another one."""
        self._state, busy = state, state in ("running", "paused")
        if is_changed and row is not None and not busy:
            # Its numbers would be taken for those of the form above them.
            detail = f"Shown is {row.title}: {row.line}"
            row = None
        self.progress.show_share(0.0 if row is None else row.share)
        self.line.setText("Not run yet" if row is None else row.line)
        self.detail.setText(detail)
        self.detail.setVisible(bool(detail))
        had_focus = any(button.hasFocus() for button in (self.run, self.pause, self.stop))
        self.run.setVisible(not busy)
        self.run.setText("Run anew" if state == "stopped" else "Run")
        goes_on = self._goes_on = state == "paused" or (state == "stopped" and not is_changed)
        restyle(self.pause, primary="true" if goes_on else "false")
        restyle(self.run, primary="false" if goes_on else "true")
        self.pause.setVisible(state not in ("empty", "done"))
        self.pause.setText("Pause" if state == "running" else "Continue")
        self.stop.setVisible(busy)
        self.export.setEnabled(state != "empty")
        self.form.setEnabled(not busy)
        if had_focus:
            # What hides passes its focus on to any field, which the next key would change.
            next(button for button in (self.pause, self.run) if not button.isHidden()).setFocus()
        self._restyle()

    def take_focus(self) -> None:
        """Let Return do the next step."""
        (self.pause if self.run.isHidden() or self._state == "stopped" else self.run).setFocus()

    def _lay_out(self) -> None:
        # A second click on Cancel goes on with the set, instead of losing what is finished of it.
        buttons = hbox((self.run, 1), (self.pause, 1), (self.stop, 1), spacing=8)
        foot = vbox(
            self.message, self.line, self.progress, self.detail, Gap(2), buttons, self.export,
            margins=(14, 10, 14, 12), spacing=6,
        )  # fmt: skip
        vbox((ScrollArea(self, self.form), 1), foot, parent=self, margins=0, spacing=0)

    def _restyle(self) -> None:
        super()._restyle()
        theme, goes_on = self._themes.theme, self._goes_on
        self.run.setIcon(icon("play", theme, "normal" if goes_on else "on_accent"))
        role: Role = "on_accent" if goes_on else "normal"
        self.pause.setIcon(icon("play" if self._state in ("stopped", "paused") else "pause", theme, role))
        self.stop.setIcon(icon("close", theme, "danger"))


class SeedsForm(QWidget):
    """How many seeds, and for how long."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.count, self.epochs = SpinBox(self), SpinBox(self)
        rows = []
        for box, name, tip, least, most, value in (
            (self.count, "Seeds", "How many networks to train, from other seeds", MIN_SEEDS, MAX_SEEDS, 16),
            (self.epochs, "Epochs", "Where all seeds stop", 1, _MAX_EPOCHS, 100),
        ):
            set_up(box, accessibleName=name, toolTip=tip)
            box.setRange(least, most)
            box.setValue(value)
            box.valueChanged.connect(self.changed)
            label = set_up(QLabel(name, self), role="muted")
            label.setBuddy(box)
            rows.append(hbox(label, STRETCH, box))
        heading = set_up(QLabel("Many seeds", self), role="heading")
        vbox(heading, *rows, STRETCH, parent=self, margins=(14, 10, 14, 12), spacing=8)
