"""Work that is done ahead on threads, once the window stands: the compiled engine, and the import of scikit-learn."""

from __future__ import annotations

import logging
import subprocess
import sys
from threading import Lock

from PySide6.QtCore import QObject, QThread, QTimer, Signal

from core.compiled.readiness import is_compiled, is_installed, load, start_compiling
from core.data.datasets.sklearn_tables import sklearn_datasets
from core.inspect.snapshot import Snapshot
from core.nn.blas_threads import limit_blas_threads
from playground.model.preferences import Preferences
from playground.training.session import TrainingSession
from playground.training.state import TrainingState

_DELAY_MS = 5000

log = logging.getLogger(__name__)


class EngineWarmup(QObject):
    """Starts after a picture, unless the user prefers NumPy and the experiment does not ask for it."""

    finished = Signal()
    """The engine is loaded, or cannot be."""

    def __init__(
        self, session: TrainingSession, preferences: Preferences, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._session, self._preferences = session, preferences
        self._thread = _Load(self)
        self._thread.finished.connect(self._renew)
        self._timer = QTimer(self, interval=_DELAY_MS, singleShot=True)
        self._timer.timeout.connect(self._begin)
        self._is_waiting = is_installed()
        if self._is_waiting:
            session.snapshot_taken.connect(self._wait)

    def stop(self) -> None:
        """End a running compilation, and wait for a running import."""
        self._drop_wait()
        self._timer.stop()
        self._thread.cancel()
        self._thread.wait()

    def _wait(self, snapshot: Snapshot) -> None:
        wanted = self._preferences.engine != "numpy" or snapshot.experiment.training.engine == "compiled"
        if wanted and not self._timer.isActive():
            self._drop_wait()
            self._timer.start()

    def _drop_wait(self) -> None:
        if self._is_waiting:
            self._is_waiting = False
            self._session.snapshot_taken.disconnect(self._wait)

    def _begin(self) -> None:
        self._thread.start()

    def _renew(self) -> None:
        self._session.set_engine(self._preferences.engine)
        self.finished.emit()


class _Load(QThread):
    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._lock = Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._cancelled = False

    def cancel(self) -> None:
        """End the compilation; nothing is loaded then."""
        with self._lock:
            self._cancelled = True
            if self._process is not None:
                self._process.terminate()

    def run(self) -> None:
        try:
            if not is_compiled():
                self._compile()
            if is_compiled() and not self._cancelled:
                load()
                # numba brought another BLAS.
                limit_blas_threads()
        except Exception:
            # numpy trains instead.
            log.warning("The compiled engine is not used", exc_info=True)

    def _compile(self) -> None:
        if getattr(sys, "frozen", False):
            return
        with self._lock:
            if self._cancelled:
                return
            self._process = start_compiling()
        self._process.wait()


# scikit-learn's modules take 0.6 s and 80 MB. Meanwhile frames are up to 21 ms late (p99 15 ms; 4 ms without it, on two
# busy cores), so it waits for the first frame and for the training to pause. At a lower priority the thread would hold
# the interpreter while others use its core: frames were up to 197 ms late.
_IMPORT_DELAY_MS = 1000


class SklearnWarmup(QObject):
    """Starts a second after a frame, once training is not running."""

    finished = Signal()
    """scikit-learn is imported, or cannot be."""

    def __init__(self, session: TrainingSession, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._thread = _Import(self)
        self._thread.finished.connect(self.finished)
        self._timer = QTimer(self, interval=_IMPORT_DELAY_MS, singleShot=True)
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
