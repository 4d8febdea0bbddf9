"""What a sweep is made by, in place of the list of sets: what varies, how far it is, and its buttons."""

from __future__ import annotations

from typing import Final, Literal

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QWidget

from playground.model.sweep_draft import SweepDraft
from playground.views.sweep.sweep_form import SweepForm
from playground.views.theme.icons import Role, icon
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.boxes import STRETCH, Gap, hbox, restyle, set_up, vbox
from playground.views.widgets.controls import ProgressBar, ScrollArea
from playground.views.widgets.page_widget import PageWidget

PageState = Literal["empty", "running", "paused", "stopped", "done"]
"""Of the sweep that is shown: "stopped" has trials left."""

_SIDE_PX: Final = 284


class SweepPage(PageWidget):
    """`form` has what is chosen; the buttons emit wishes."""

    run_requested = Signal()
    pause_requested = Signal()
    """Pause, or go on."""
    stop_requested = Signal()
    export_requested = Signal()

    def __init__(self, themes: ThemeSource, draft: SweepDraft, parent: QWidget | None = None) -> None:
        super().__init__("sweep", themes, parent)
        self.setFixedWidth(_SIDE_PX)
        self.form = SweepForm(themes, draft, self)
        self.state, self.left = set_up(QLabel(self), role="heading"), set_up(QLabel(self), role="muted")
        self.detail = set_up(QLabel(self), role="muted", wordWrap=True)
        self.progress = ProgressBar("Progress of the sweep", self, height_px=6)
        self.run = self._button("Run", "play", "Train every combination, in processes beside the window")
        self.pause = self._button("Pause", "pause", "Begin no other trial, until it goes on")
        self.stop = self._button(
            "Cancel", "close", "End the sweep; what is finished stays, and it can go on later"
        )
        self.export = self._button("CSV…", "export", "Write every trial as a row of a table")
        self._state: PageState = "empty"
        self._goes_on = False
        """The shown sweep is what the next step is about, not the one of the form."""
        for button, signal in (
            (self.run, self.run_requested),
            (self.pause, self.pause_requested),
            (self.stop, self.stop_requested),
            (self.export, self.export_requested),
        ):
            button.clicked.connect(signal)
        self._lay_out()
        self.show_state("empty", has_results=False)
        self.show_progress(0, 0, "", "")

    def show_state(self, state: PageState, *, has_results: bool, is_changed: bool = False) -> None:
        """Set what the buttons offer; `is_changed` if the form has another sweep than the one that is shown."""
        self._state = state
        busy = state in ("running", "paused")
        had_focus = any(button.hasFocus() for button in (self.run, self.pause, self.stop))
        self.run.setVisible(not busy)
        self.run.setText("Run anew" if state == "stopped" else "Run")
        goes_on = state == "paused" or (state == "stopped" and not is_changed)
        self._goes_on = goes_on
        restyle(self.pause, primary="true" if goes_on else "false")
        restyle(self.run, primary="false" if goes_on else "true")
        self.pause.setVisible(state not in ("empty", "done"))
        self.pause.setText("Pause" if state == "running" else "Continue")
        self.stop.setVisible(busy)
        self.export.setEnabled(has_results)
        self.form.setEnabled(not busy)
        if had_focus:
            # What hides passes its focus on to any field, which the next key would change.
            next(button for button in (self.pause, self.run) if not button.isHidden()).setFocus()
        self._restyle()

    def show_progress(self, done: int, total: int, left: str, detail: str) -> None:
        """Set the bar and its words."""
        self.progress.show_share(done / max(1, total))
        self.state.setText(f"{done:,} of {total:,}" if total else "Not run yet")
        self.left.setText(left)
        self.detail.setText(detail)
        self.detail.setVisible(bool(detail))

    def _lay_out(self) -> None:
        words = hbox(self.state, STRETCH, self.left)
        # A second click on Cancel goes on with the sweep, instead of losing what is finished of it.
        buttons = hbox((self.run, 1), (self.pause, 1), (self.stop, 1), spacing=8)
        foot = vbox(
            self.message, words, self.progress, self.detail, Gap(2), buttons, self.export,
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
