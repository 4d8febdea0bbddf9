"""Show the training's state in texts and enabled controls."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from playground.training.session import TrainingSession
from playground.training.state import TrainingState
from playground.window.panels import Panels


class TrainingDisplay(QObject):
    """Updates training bar, status line and results from the session's state."""

    def __init__(
        self,
        session: TrainingSession,
        panels: Panels,
        show_message: Callable[[str], None],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._session, self._panels, self._show_message = session, panels, show_message
        session.state_changed.connect(self._show_state)
        session.rates_changed.connect(panels.status.show_rates)
        session.stopped.connect(self._show_stop)

    def _show_state(self, state: TrainingState) -> None:
        panels, message = self._panels, self._session.message
        panels.training_bar.show_state("idle" if state is TrainingState.BLOCKED else state.value)
        panels.status.show_state(state.value, message)
        panels.results.allow_training(state is not TrainingState.BLOCKED)
        if state is not TrainingState.RUNNING:
            panels.status.show_rates(0.0, 0.0)
        if state is TrainingState.FAILED:
            self._show_message(message)
        elif state is TrainingState.BLOCKED:
            panels.canvas.scene.refresh_problems()

    def _show_stop(self, sentence: str) -> None:
        """Show the sentence, and keep it in the status line."""
        self._show_message(sentence)
        if self._session.state in (TrainingState.IDLE, TrainingState.PAUSED):
            self._panels.status.show_state(self._session.state.value, sentence)
