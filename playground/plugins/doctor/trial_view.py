"""The doctor's fixes: a row for each with what it did where it was tried, the best first, and a button to use it."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QWidget

from core.diagnose.trial import BUDGET_SECONDS, SEEDS, Branch, Trial
from core.experiment.stack_problems import QuickFix
from playground.plugin import GRID_PX, STRETCH, ThemeSource, ahead_color, hbox, push_button, set_up, vbox

_TIP = (
    "Trains copies of the network with each fix beside one as it is, with equal epochs and the same samples. "
    f"{SEEDS} seeds choose, {SEEDS} others judge; it takes at most {BUDGET_SECONDS:g} seconds."
)


class TrialView(QWidget):
    """Shown while there is a fix: a button that tries all, its progress or the outcome, and the rows."""

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
        self._drawn: Trial | None = None
        self._fixes: tuple[QuickFix, ...] = ()
        self._trial: Trial | None = None
        self.button = push_button("Try the fixes", _TIP, self)
        self.button.clicked.connect(lambda: (self.cancelled if self._runs else self.asked).emit())
        self.told = set_up(QLabel(self), role="caption", wordWrap=True)
        self.rows: list[_Row] = []
        self._rows = vbox(margins=0, spacing=GRID_PX)
        head = hbox(self.button, (self.told, 1), spacing=GRID_PX)
        vbox(head, self._rows, parent=self, margins=0, spacing=GRID_PX)
        self.clear()

    def show_fixes(self, fixes: tuple[QuickFix, ...]) -> None:
        """The fixes that can be used now; what was found of those that were tried stays."""
        if fixes != self._fixes:
            self._fixes = fixes
            self._fill()

    def show_running(self, trial: Trial | None = None) -> None:
        """The share of copies that are trained; None before the first."""
        if trial is not None and trial is self._drawn:
            return
        self._runs, self._drawn = True, trial
        self.button.setText("Cancel")
        count = 0 if trial is None else 2 * SEEDS * len(trial.branches)
        self.told.setText(f"{round(trial.share * count)} of {count} copies trained" if trial else "Begins …")
        if trial is not None:
            self._draw(trial)

    def _draw(self, trial: Trial) -> None:
        curves = (branch.curve for branch in trial.branches)
        self.curves_changed.emit([tuple(curve[:, np.isfinite(curve[1])]) for curve in curves])

    def show_trial(self, trial: Trial) -> None:
        """The outcome, and what each fix did."""
        self.clear()
        self._draw(trial)
        self.told.setText("What would help, measured:" if trial.best is not None else trial.sentence)
        self._trial = None if trial.note else trial
        self._fill()
        self.button.setText("Try again")

    def _fill(self) -> None:
        """A row for each fix that was tried, and then for the others."""
        for row in self.rows:
            row.hide()
            row.deleteLater()
        trial = self._trial
        tried = {} if trial is None else {each.fix: each for each in trial.branches[1:] if each.fix}
        fixes = tuple(dict.fromkeys((*tried, *self._fixes)))
        best = fixes[:1] if trial is None else () if trial.best is None else (trial.best.fix,)
        self.rows = [_Row(fix, trial, tried.get(fix), self, is_best=fix in best) for fix in fixes]
        for row in self.rows:
            row.use.clicked.connect(partial(self.chosen.emit, row.fix))
            self._rows.addWidget(row)
        self._color()
        self.setVisible(bool(self.rows) or self._runs)

    def _color(self) -> None:
        """The dots of each fix have the color of its curve."""
        for number, row in enumerate(self.rows, 1):
            row.dots.setStyleSheet(f"color: {ahead_color(self._themes.theme, number)}")

    def show_failure(self, sentence: str) -> None:
        self.clear()
        self.told.setText(sentence)

    def clear(self) -> None:
        """Forget what was tried: the network or the data are others."""
        self._runs, self._trial = False, None
        self.button.setText("Try the fixes")
        self.told.setText("")
        self.curves_changed.emit(())
        self._fill()


class _Row(QFrame):
    """A fix, and what it did in the trial where it was tried."""

    def __init__(
        self, fix: QuickFix, trial: Trial | None, branch: Branch | None, parent: QWidget, *, is_best: bool
    ) -> None:
        super().__init__(parent)
        self.fix = fix
        self.setProperty("role", "card")
        told, result, dots, helps = fix.text, "", "", True
        if trial is not None and branch is not None:
            better, helps = trial.better(branch), trial.helps(branch)
            told, result = trial.sentence_of(branch), trial.result_of(branch)
            dots = "●" * better + "○" * (SEEDS - better)
        self.title = set_up(QLabel(fix.text, self), role="title" if is_best else "muted")
        self.result = set_up(QLabel(result, self), role="caption", wordWrap=True)
        self.result.setVisible(bool(result))
        self.dots = set_up(QLabel(dots, self), role="caption")
        # What was no gain is not offered, but can be used.
        self.use = set_up(QPushButton("Use it", self), primary=is_best, flat=not helps)
        anew = " Training starts anew." if fix.fresh else ""
        self.use.setToolTip(f"{fix.text}.{anew} It can be undone.")
        self.use.setAccessibleName(f"Use it: {told}")
        head = hbox(self.title, STRETCH, self.dots, spacing=GRID_PX)
        beside = vbox(head, self.result, margins=0, spacing=2)
        hbox((beside, 1), self.use, parent=self, margins=(12, 8, 12, 8), spacing=GRID_PX)
