"""The doctor's fixes, tried on copies of the network: between its panel and the training."""

from __future__ import annotations

from concurrent.futures import Future
from functools import partial
from typing import Any

from core.diagnose.trial import try_fixes
from core.experiment.prepare import PreparedData
from core.experiment.stack_problems import QuickFix
from core.inspect.findings import FindingsPart
from core.io.budget import OnProgress
from core.io.sentence import error_reason
from playground.plugin import (
    BackgroundJob,
    PluginWindow,
    SessionCheckpoint,
    Turn,
    Viewer,
    WindowController,
    wait_for_checkpoint,
)
from playground.plugins.doctor.panel import DoctorBadge, DoctorPanel


class DoctorController(WindowController):
    """Tries the fixes of all findings at once, on a thread; training goes on beside it."""

    def __init__(self, window: PluginWindow) -> None:
        context, self._panels = window.context, window.panels
        super().__init__(context)
        results = self._panels.results
        panel = self.panel = DoctorPanel(context.document, context.themes, results.pages)
        badge = self.badge = DoctorBadge(results)
        self.tab = results.add_page(panel, "Doctor", "What keeps the network from learning", badge)
        self._panels.viewers += (Viewer(panel, Turn.OTHERS, follows_past=False),)
        # Behind another page, too: the badge counts them.
        context.session.inspection.show_parts("doctor", {FindingsPart.kind: True})
        panel.findings_changed.connect(badge.show_findings)
        panel.trial.curves_changed.connect(results.curves.canvas.show_ahead)
        badge.clicked.connect(self.show)
        self._prepared: PreparedData | None = None
        self.job = BackgroundJob("doctor", self, daemon=True)
        panel.trial.asked.connect(self.run)
        panel.trial.cancelled.connect(self.job.cancel)
        self.job.progressed.connect(panel.trial.show_running)
        self.job.finished.connect(panel.trial.show_trial)
        self.job.failed.connect(
            lambda error: panel.trial.show_failure(f"It could not be tried: {error_reason(error)}")
        )
        self.job.cancelled.connect(panel.trial.clear)
        context.session.run_started.connect(self._on_run_started)
        context.document.experiment_changed.connect(self._forget)

    def show(self) -> None:
        """Bring the findings to the front."""
        self._panels.show_page(self.panel)

    def run(self) -> None:
        """Try the fixes on the network as it is now."""
        fixes = self.panel.fixes
        if self._prepared is None or self.job.busy or not fixes or self._session.is_locked():
            return
        self.panel.trial.show_running()
        self.job.start(partial(_try, self._session.request_checkpoint(), self._prepared, fixes))

    def _on_run_started(self, prepared: PreparedData) -> None:
        self._prepared = prepared
        self._forget()

    def _forget(self, *_: object) -> None:
        # What was found is about other weights.
        self.job.cancel()
        self.panel.trial.clear()


def _try(
    answer: Future[SessionCheckpoint], prepared: PreparedData, fixes: tuple[QuickFix, ...], report: OnProgress
) -> Any:
    given = wait_for_checkpoint(answer, report)
    if given.failed or given.experiment is None or given.checkpoint is None:
        raise ValueError("There is no network to try them on.")
    return try_fixes(given.experiment, prepared, given.checkpoint, fixes, report)
