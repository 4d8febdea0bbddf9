"""What the doctor's fixes did where they were tried: a row for each, the best first, with its number."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QWidget

from core.diagnose.trial import BUDGET_SECONDS, SEEDS, Branch, Trial
from core.experiment.stack_problems import QuickFix
from playground.views.theme.colors import GRID_PX, ahead_color
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.boxes import STRETCH, hbox, set_up, vbox
from playground.views.widgets.controls import push_button

_TIP = (
    "Trains copies of the network with each fix beside one as it is, with equal epochs and the same test samples. "
    f"{SEEDS} seeds choose, {SEEDS} others judge; it takes at most {BUDGET_SECONDS:g} seconds."
)


class TrialView(QWidget):
    """Shown while there is a fix: a button, then its progress, then the rows."""

    asked = Signal()
    cancelled = Signal()
    chosen = Signal(object)
    """Carries the `QuickFix` to use."""
    curves_changed = Signal(object)
    """Carries (epochs, test losses) of the training as it is and of each fix; none, where nothing is tried."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes = themes
        themes.theme_changed.connect(self._color)
        self._runs = False
        self.button = push_button("Try the fixes", _TIP, self)
        self.button.clicked.connect(self._press)
        self.told = set_up(QLabel(self), role="caption", wordWrap=True)
        self.rows: list[_Row] = []
        self._rows = vbox(margins=0, spacing=GRID_PX)
        head = hbox(self.button, (self.told, 1), spacing=GRID_PX)
        vbox(head, self._rows, parent=self, margins=0, spacing=GRID_PX)
        self.clear()

    def _press(self) -> None:
        if self._runs:
            self.cancelled.emit()
        else:
            self.asked.emit()

    def allow(self, there: bool) -> None:
        """Show the button if there is a fix to try; what was found stays."""
        self.setVisible(there or self._runs or bool(self.rows))

    def show_running(self, trial: Trial | None = None) -> None:
        """The share of copies that are trained; None before the first."""
        self._runs = True
        self.button.setText("Cancel")
        count = 0 if trial is None else 2 * SEEDS * len(trial.branches)
        self.told.setText(f"{round(trial.share * count)} of {count} copies trained" if trial else "Begins …")
        if trial is not None:
            self._draw(trial)

    def _draw(self, trial: Trial) -> None:
        known = [branch.curve[:, np.isfinite(branch.curve[1])] for branch in trial.branches]
        self.curves_changed.emit([(epochs, losses) for epochs, losses in known])

    def show_trial(self, trial: Trial) -> None:
        """The verdict, and a row for each fix."""
        self.clear()
        self._draw(trial)
        helped = trial.best is not None
        self.told.setText("What would help, measured:" if helped else trial.sentence)
        for branch in () if trial.note else trial.branches[1:]:
            row = _Row(branch, trial, self)
            row.use.clicked.connect(partial(self.chosen.emit, branch.fix))
            self._rows.addWidget(row)
            self.rows.append(row)
        self._color()
        self.button.setText("Try again")

    def _color(self) -> None:
        """The dots of each fix have the color of its curve."""
        for number, row in enumerate(self.rows, 1):
            row.dots.setStyleSheet(f"color: {ahead_color(self._themes.theme, number)}")

    def show_failure(self, sentence: str) -> None:
        self.clear()
        self.told.setText(sentence)

    def clear(self) -> None:
        """Forget what was tried: the network or the data are others."""
        self._runs = False
        self.button.setText("Try the fixes")
        self.told.setText("")
        self.curves_changed.emit(())
        for row in self.rows:
            row.hide()
            row.deleteLater()
        self.rows.clear()


class _Row(QFrame):
    def __init__(self, branch: Branch, trial: Trial, parent: QWidget) -> None:
        super().__init__(parent)
        assert isinstance(branch.fix, QuickFix)
        self.setProperty("role", "card")
        helps, better = trial.helps(branch), trial.better(branch)
        self.title = set_up(QLabel(branch.text, self), role="title" if branch is trial.best else "muted")
        self.result = set_up(QLabel(trial.result_of(branch), self), role="caption", wordWrap=True)
        self.dots = set_up(QLabel("●" * better + "○" * (SEEDS - better), self), role="caption")
        self.use = set_up(QPushButton("Use it", self), primary=branch is trial.best)
        anew = " Training starts anew." if branch.fix.fresh else ""
        self.use.setToolTip(f"{branch.text}.{anew} It can be undone.")
        self.use.setAccessibleName(f"Use it: {trial.sentence_of(branch)}")
        self.use.setVisible(helps)
        beside = vbox(
            hbox(self.title, STRETCH, self.dots, spacing=GRID_PX), self.result, margins=0, spacing=2
        )
        hbox((beside, 1), self.use, parent=self, margins=(12, 8, 12, 8), spacing=GRID_PX)
