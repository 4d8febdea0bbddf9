"""The page of sweeps: what varies at the left, the combinations in the middle, one trial at the right."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final, Literal

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QSplitter, QStackedWidget, QWidget

from playground.model.sweep_draft import SweepDraft
from playground.views.sweep.importance_view import ImportanceView
from playground.views.sweep.parallel_plot import ParallelPlot
from playground.views.sweep.sweep_form import SweepForm
from playground.views.sweep.trial_grid import TrialGrid
from playground.views.sweep.trial_panel import TrialPanel
from playground.views.sweep.trial_table import TrialTable
from playground.views.theme.icons import Role, icon
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import ChoiceCombo, Segments
from playground.views.widgets.boxes import STRETCH, Gap, hbox, restyle, set_up, vbox
from playground.views.widgets.controls import ProgressBar, ScrollArea
from playground.views.widgets.labels import CutLabel, hairline
from playground.views.widgets.page_widget import PageWidget

PageState = Literal["empty", "running", "paused", "stopped", "done"]
"""Of the sweep that is shown: "stopped" has trials left."""

_SIDE_PX: Final = 292
_HINT: Final = "Run the sweep: a picture of every combination appears here"


class SweepPage(PageWidget):
    """`form` has what is chosen; the buttons emit wishes."""

    run_requested = Signal()
    pause_requested = Signal()
    """Pause, or go on."""
    stop_requested = Signal()
    best_requested = Signal()
    export_requested = Signal()
    view_changed = Signal()
    axes_changed = Signal()
    """Other settings are columns or rows, see `axes`."""

    def __init__(self, themes: ThemeSource, draft: SweepDraft, parent: QWidget | None = None) -> None:
        super().__init__("sweep", themes, parent)
        self.form = SweepForm(themes, draft, self)
        self.state, self.left = set_up(QLabel(self), role="heading"), set_up(QLabel(self), role="muted")
        self.detail = set_up(QLabel(self), role="muted", wordWrap=True)
        self.progress = ProgressBar("Progress of the sweep", self, height_px=6)
        self.run = self._button("Run", "play", "Train every combination, in processes beside the window")
        self.pause = self._button("Pause", "pause", "Begin no other trial, until it goes on")
        self.stop = self._button(
            "Cancel", "close", "End the sweep; what is finished stays, and it can go on later"
        )
        self.best = self._button("Open best", "open", "Open the combination with the highest score")
        self.export = self._button("CSV…", "export", "Write every trial as a row of a table")
        self.heading, self.subtitle = CutLabel(self), CutLabel(self)
        self.heading.setProperty("role", "title")
        self.subtitle.setProperty("role", "caption")
        self.columns, self.rows = (
            ChoiceCombo(name=name, tooltip=f"Which setting varies from {way}", parent=self)
            for name, way in (("Columns", "left to right"), ("Rows", "top to bottom"))
        )
        self._axes_words = [self._muted(combo.accessibleName(), combo) for combo in (self.columns, self.rows)]
        self.view = Segments(
            [
                ("boundaries", "Pictures", "What each combination has learned"),
                ("numbers", "Heat map", "The score of each combination, as a color"),
                ("table", "Table", "Every trial as a row, the best first"),
            ],
            name="View of the sweep",
            parent=self,
        )
        self.lower_view = Segments(
            [
                ("parallel", "Parallel coordinates", "Every trial as a line; drag on an axis to filter"),
                ("importance", "Importance", "How much each setting matters"),
            ],
            name="View of the trials",
            parent=self,
        )
        self.inside = set_up(QLabel(self), role="muted")
        self.clear = self._button("Show all", "", "Remove the brushes of all axes")
        self.grid = TrialGrid(themes, _HINT, self)
        self.table = TrialTable(self)
        self.stack, self.lower_stack = QStackedWidget(self), QStackedWidget(self)
        self.parallel = ParallelPlot(themes, self)
        self.importance = ImportanceView(themes, self)
        self.panel = TrialPanel(themes, self)
        self._state: PageState = "empty"
        self._goes_on = False
        """The shown sweep is what the next step is about, not the one of the form."""
        self._axes: list[tuple[str, str]] = []
        self._shown_axes = 0, 1
        self._lay_out()
        self._connect()
        self._show_choosers()
        self.show_state("empty", has_results=False)
        self.show_progress(0, 0, "", "")
        self.show_inside(None, 0)

    @property
    def axes(self) -> tuple[int, int]:
        """The places of the settings of the columns and of the rows, among those of `show_axes`."""
        return (int(self.columns.current), int(self.rows.current)) if self.columns.current else (0, 1)

    def show_axes(self, titles: Sequence[str]) -> None:
        """Offer settings, by title, as columns and rows; the first are chosen, unless they are offered already."""
        choices = [(str(place), title) for place, title in enumerate(titles)]
        if choices == self._axes:
            return
        self._axes = choices
        for place, combo in enumerate((self.columns, self.rows)):
            combo.set_choices(choices, str(place) if choices else None)
        self._shown_axes = self.axes
        self._show_choosers()

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
        self.best.setEnabled(has_results)
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

    def show_inside(self, inside: int | None, total: int) -> None:
        """Say how many trials are inside the brush; None for no brush."""
        self.clear.setVisible(inside is not None)
        if inside is not None:
            self.inside.setText(f"{inside:,} of {total:,} trials inside the brush")
        elif self.lower_view.current == "parallel" and total:
            self.inside.setText("Drag on an axis to filter")
        else:
            self.inside.setText("")

    def _connect(self) -> None:
        for button, signal in (
            (self.run, self.run_requested),
            (self.pause, self.pause_requested),
            (self.stop, self.stop_requested),
            (self.best, self.best_requested),
            (self.export, self.export_requested),
        ):
            button.clicked.connect(signal)
        self.clear.clicked.connect(self.parallel.clear_brushes)
        self.view.chosen.connect(self._show_view)
        for combo, other in ((self.columns, self.rows), (self.rows, self.columns)):
            combo.chosen.connect(partial(self._on_axis, combo, other))
        self.lower_view.chosen.connect(self._show_lower_view)

    def _show_view(self, view: str) -> None:
        if view != "table":
            self.grid.show_mode("numbers" if view == "numbers" else "boundaries")
        self.stack.setCurrentIndex(int(view == "table"))
        self._show_choosers()

    def _show_choosers(self) -> None:
        for widget in (self.columns, self.rows, *self._axes_words):
            widget.setVisible(bool(self._axes) and self.view.current != "table")

    def _on_axis(self, combo: ChoiceCombo, other: ChoiceCombo, key: str) -> None:
        """The setting that the other one has changes places with the one that was here."""
        if other.current == key:
            other.set_current(str(self._shown_axes[combo is self.rows]))
        self._shown_axes = self.axes
        self.axes_changed.emit()

    def _show_lower_view(self, view: str) -> None:
        self.lower_stack.setCurrentIndex(int(view == "importance"))
        self.view_changed.emit()

    def _lay_out(self) -> None:
        self.side = self._side()
        hbox(
            (self._middle(), 1), hairline(self, vertical=True), self.panel, parent=self, margins=0, spacing=0
        )

    def _side(self) -> QWidget:
        side = set_up(QFrame(self), role="panel")
        side.setFixedWidth(_SIDE_PX)
        vbox((ScrollArea(side, self.form), 1), self._footer(), parent=side, margins=0, spacing=0)
        return side

    def _footer(self) -> QWidget:
        footer = set_up(QFrame(self), role="footer")
        words = hbox(self.state, STRETCH, self.left)
        # A second click on Cancel goes on with the sweep, instead of losing what is finished of it.
        buttons = hbox((self.run, 1), (self.pause, 1), (self.stop, 1), spacing=8)
        vbox(
            self.message,
            words,
            self.progress,
            self.detail,
            Gap(2),
            buttons,
            parent=footer,
            margins=(14, 10, 14, 12),
            spacing=6,
        )
        return footer

    def _middle(self) -> QWidget:
        middle = QSplitter(Qt.Orientation.Vertical, self)
        middle.setChildrenCollapsible(False)
        middle.addWidget(self._upper())
        middle.addWidget(self._lower())
        middle.setStretchFactor(0, 5)
        middle.setStretchFactor(1, 3)
        return middle

    def _upper(self) -> QWidget:
        upper = QWidget(self)
        for title in (self.heading, self.subtitle):
            # The names of two settings must not widen the window.
            title.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        head = hbox((self.heading, 1), self.best, self.export, self.view, spacing=8)
        columns, rows = self._axes_words
        choosers = hbox((self.subtitle, 1), columns, self.columns, rows, self.rows, spacing=6)
        self.stack.addWidget(ScrollArea(upper, self.grid, sideways=True))
        self.stack.addWidget(self.table)
        vbox(head, choosers, (self.stack, 1), parent=upper, margins=(16, 10, 16, 8), spacing=6)
        return upper

    def _lower(self) -> QWidget:
        lower = set_up(QFrame(self), role="footer")
        head = hbox(self.lower_view, STRETCH, self.inside, self.clear, spacing=8)
        self.lower_stack.addWidget(self.parallel)
        self.lower_stack.addWidget(ScrollArea(lower, self.importance))
        vbox(head, (self.lower_stack, 1), parent=lower, margins=(16, 8, 16, 6), spacing=4)
        return lower

    def _restyle(self) -> None:
        super()._restyle()
        theme, goes_on = self._themes.theme, self._goes_on
        self.run.setIcon(icon("play", theme, "normal" if goes_on else "on_accent"))
        role: Role = "on_accent" if goes_on else "normal"
        self.pause.setIcon(icon("play" if self._state in ("stopped", "paused") else "pause", theme, role))
        self.stop.setIcon(icon("close", theme, "danger"))
