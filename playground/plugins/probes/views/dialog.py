"""Probes of the network: a list at the left, the chosen one at the right, run on a thread of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeySequence, QPixmap, QShortcut
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QStackedWidget, QWidget

from core.experiment.experiment import Experiment
from core.io.sentence import error_reason
from core.spec.arrays import Array
from playground.plugin import BESIDE_TEXT, GRID_PX, Theme, ThemeSource, hairline, icon
from playground.plugins.probes.views.page import PROBE_PAGES, Outcome, ProbePage
from playground.views.dialogs.dialog import SIDE_PX, KeyHints, WideDialog
from playground.views.dialogs.export.file_line import FormatList
from playground.views.widgets.boxes import hbox, restyle, set_up, vbox
from playground.views.widgets.controls import ProgressBar, push_button

_SIZE = QSize(1060, 680)


class ProbesDialog(WideDialog):
    """Stays open beside the window. `run_requested(kind)` and `cancel_requested` are wishes; methods show results."""

    run_requested = Signal(str)
    cancel_requested = Signal()
    change_requested = Signal(str, object, str)
    """See `ProbePage.change_requested`."""
    marks_changed = Signal(object)
    """See `ProbePage.marks_changed`."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__("Probes", "Probes", _SIZE, parent, kept=True)
        self._themes = themes
        self._running = ""
        self._blocked = ""
        self._experiment: Experiment | None = None
        self._outcomes: dict[str, Outcome] = {}
        self.list = FormatList(PROBE_PAGES, themes, self, name="Probes")
        self.list.setToolTip("Each works on a copy of the network, while it trains on.")
        self.title, self.summary = (
            set_up(QLabel(self), role="heading"),
            set_up(QLabel(self), role="caption", wordWrap=True),
        )
        self.run = set_up(QPushButton("Run", self), primary="true", default=True, clicked=self._on_run)
        self.run.setIconSize(BESIDE_TEXT)
        self.progress = ProgressBar("Progress of the probe", self, height_px=4)
        kept = self.progress.sizePolicy()
        kept.setRetainSizeWhenHidden(True)
        self.progress.setSizePolicy(kept)
        self.box = set_up(QFrame(self), role="proof")
        self.sentence = set_up(QLabel(self.box), wordWrap=True)
        self.sentence.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.close_button = push_button("Close", "", self, clicked=self.close)
        self._pages = QStackedWidget(self)
        self.pages: Mapping[str, ProbePage] = {each.kind: each(themes, self) for each in PROBE_PAGES}
        for page in self.pages.values():
            self._pages.addWidget(page)
            page.change_requested.connect(self.change_requested)
            page.marks_changed.connect(self.marks_changed)
            page.message_requested.connect(self._show_message)
        self._lay_out()
        self.list.chosen.connect(self._show_page)
        # Plain arrows are the chosen field's, which may be a list of choices or a chart.
        for key, step in (("Ctrl+Up", -1), ("Ctrl+Down", 1)):
            QShortcut(QKeySequence(key), self, partial(self._step, step))
        themes.theme_changed.connect(self._follow)
        self.list.choose(PROBE_PAGES[0].kind)
        self._show_page(self.list.kind)
        self._fit_screen()
        self.list.setFocus()

    @property
    def page(self) -> ProbePage:
        """The page that is shown."""
        return self.pages[self.list.kind]

    def show_experiment(self, experiment: Experiment) -> None:
        """Follow the document: its name, and what its settings allow."""
        self._experiment = experiment
        self.subtitle.setText(f"{experiment.name} · on a copy of the network, while it trains on")
        for page in self.pages.values():
            page.show_experiment(experiment)
        self._follow()

    def show_blocked(self, sentence: str) -> None:
        """Show why no network runs; "" if one does."""
        self._blocked = sentence
        self._follow()

    def show_running(self, kind: str) -> None:
        """Show which probe runs."""
        self._running = kind
        self.progress.setValue(0)
        self._outcomes.pop(kind, None)
        self.pages[kind].clear()
        self._follow()

    def show_progress(self, progress: Any) -> None:
        """Show a partial result of the running probe."""
        if self._running:
            self.progress.show_share(float(getattr(progress, "share", 0.0)))
            self.pages[self._running].show_progress(progress)

    def show_result(self, result: Any) -> ProbePage:
        """Show the result of the probe that ran, on the page that is returned, and judge it."""
        page = self.pages[self._running]
        self._end(page.show_result(result))
        return page

    def show_failure(self, error: Exception) -> None:
        """Show why the probe that ran has no result."""
        self._end(Outcome(error_reason(error), False))

    def show_cancelled(self) -> None:
        """Forget the part of a result that was shown."""
        self.pages[self._running].clear()
        self._end()

    def _end(self, outcome: Outcome | None = None) -> None:
        if outcome is not None:
            self._outcomes[self._running] = outcome
        self._running = ""
        self._follow()

    def paint_boundaries_by(self, paint: Callable[[Array, Theme, int, bool], QPixmap]) -> None:
        """Draw boundaries (rows, columns, outputs) by `paint`; see `ProbePage.paint_boundary`."""
        for page in self.pages.values():
            page.paint_boundary = paint

    def clear(self) -> None:
        """Forget all results: the network or the data are others."""
        self._outcomes.clear()
        for page in self.pages.values():
            page.clear()
        self._follow()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._leave()
        super().closeEvent(event)

    def reject(self) -> None:
        """Escape closes, and cancels what runs."""
        self._leave()
        super().reject()

    def _leave(self) -> None:
        if self._running:
            self.cancel_requested.emit()
        self.marks_changed.emit({})

    def _on_run(self) -> None:
        if self._running == self.list.kind:
            self.cancel_requested.emit()
        elif not self._running:
            self.run_requested.emit(self.list.kind)

    def _step(self, step: int) -> None:
        kinds = [page.kind for page in PROBE_PAGES]
        self.list.choose(kinds[min(max(0, kinds.index(self.list.kind) + step), len(kinds) - 1)])

    def _show_page(self, kind: str) -> None:
        page = self.pages[kind]
        self._pages.setCurrentWidget(page)
        self.title.setText(page.title)
        self.summary.setText(page.summary)
        self._follow()

    def _show_message(self, sentence: str) -> None:
        self._outcomes[self.list.kind] = Outcome(sentence)
        self._follow()

    def _follow(self) -> None:
        """Show the state of the chosen page."""
        kind = self.list.kind
        page = self.pages[kind]
        reason = self._reason(page)
        mine = self._running == kind
        self.run.setText("Cancel" if mine else page.verb)
        self.run.setIcon(icon("close" if mine else "play", self._themes.theme, "on_accent"))
        self.run.setEnabled(mine or not (reason or self._running))
        self.run.setToolTip(
            "Another probe runs; it can be cancelled on its page." if self._running and not mine else ""
        )
        self.progress.setVisible(mine)
        outcome = self._outcomes.get(kind)
        if outcome is None and reason:
            outcome = Outcome(reason)
        self.box.setVisible(outcome is not None)
        if outcome is not None:
            self.sentence.setText(outcome.sentence)
            state = {True: "holds", False: "fails", None: ""}[outcome.passed]
            restyle(self.box, state=state)

    def _reason(self, page: ProbePage) -> str:
        if self._blocked:
            return self._blocked
        return "" if self._experiment is None else page.why_not(self._experiment)

    def _lay_out(self) -> None:
        words = vbox(self.title, self.summary, spacing=2)
        head = hbox((words, 1), (self.run, 0, Qt.AlignmentFlag.AlignTop), spacing=2 * GRID_PX)
        hbox(self.sentence, parent=self.box, margins=(12, 8, 12, 8))
        right = vbox(
            head,
            self.progress,
            (self._pages, 1),
            self.box,
            margins=(SIDE_PX, 2 * GRID_PX, SIDE_PX, 2 * GRID_PX),
            spacing=GRID_PX,
        )
        body = hbox(self.list, hairline(self, vertical=True), (right, 1), spacing=0)
        foot = hbox(
            (KeyHints((("Ctrl ↑", "Ctrl ↓", "probe"), ("Enter", "start"), ("Esc", "close")), self), 1),
            self.close_button,
            margins=(SIDE_PX, 12, SIDE_PX, 12),
        )
        self._frame((body, 1), foot)
        self.list.setFixedWidth(self.list.sizeHint().width())
