"""Import scikit-learn on a separate thread before data need it.

Its modules take 0.6 s and 80 MB. Meanwhile frames are up to 21 ms late (p99 15 ms; 4 ms without it, on two busy
cores), so it waits for the first frame and for the training to pause. At a lower priority the thread would hold the
interpreter while others use its core: frames were up to 197 ms late.
"""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject, QThread, QTimer, Signal

from core.data.datasets.sklearn_import import sklearn_datasets
from playground.training.session import TrainingSession
from playground.training.state import TrainingState

_DELAY_MS = 1000

log = logging.getLogger(__name__)


class SklearnWarmup(QObject):
    """Starts a second after a frame, once training is not running."""

    finished = Signal()
    """scikit-learn is imported, or cannot be."""

    def __init__(self, session: TrainingSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._thread = _Import(self)
        self._thread.finished.connect(self.finished)
        self._timer = QTimer(self, interval=_DELAY_MS, singleShot=True)
        self._timer.timeout.connect(self._begin)
        session.snapshot_taken.connect(self._wait)

    def stop(self) -> None:
        """Wait for a running import, and start no other."""
        self._session.snapshot_taken.disconnect(self._wait)
        self._timer.stop()
        self._thread.wait()

    def _wait(self) -> None:
        if not self._thread.isRunning() and not self._thread.isFinished():
            self._timer.start()

    def _begin(self) -> None:
        if self._session.state is not TrainingState.RUNNING:
            self._thread.start()


class _Import(QThread):
    def run(self) -> None:
        try:
            sklearn_datasets()
        except Exception:
            # Datasets that need it report the failure.
            log.exception("scikit-learn could not be imported")
