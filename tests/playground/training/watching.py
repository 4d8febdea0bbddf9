"""Sessions of training, and what they told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from core.data.datasets import Moons, Spirals
from core.experiment.experiment import Experiment
from core.inspect.snapshot import Snapshot
from core.nn import Dense
from playground.training.session import TrainingSession
from playground.training.state import TrainingState
from tests.core.trainers import experiment_of

Start = Callable[[Experiment], TrainingSession]


# The first import of scikit-learn can take many seconds on a busy machine.
PATIENCE_MS = 60_000


def moons(**changes: Any) -> Experiment:
    """Small and fast: 60 points, batches of 10, four neurons."""
    return experiment_of(**{"dataset": Moons(samples=60), "layers": (Dense(4, "tanh"),), **changes})


class Watch:
    """Records the signals of a session."""

    def __init__(self, session: TrainingSession, qtbot: QtBot) -> None:
        self.session, self._qtbot = session, qtbot
        self.snapshots: list[Snapshot] = []
        session.snapshot_taken.connect(self.snapshots.append)
        self.runs = QSignalSpy(session.run_started)

    def until(self, found: Callable[[], object]) -> None:
        self._qtbot.waitUntil(lambda: bool(found()), timeout=PATIENCE_MS)

    def state(self, state: TrainingState) -> None:
        self.until(lambda: self.session.state is state)

    def ready(self) -> Watch:
        self.state(TrainingState.IDLE)
        self.until(lambda: self.snapshots)
        return self

    @property
    def last(self) -> Snapshot:
        return self.snapshots[-1]

    @property
    def weights(self) -> np.ndarray:
        """All weights of the running network, in one vector."""
        taken = self.session.checkpoint()
        assert taken is not None
        return np.concatenate(
            [array.ravel() for name, array in taken[1].arrays.items() if name.startswith("weights/")]
        )

    @property
    def kernel(self) -> np.ndarray:
        """The first layer's weights in the last snapshot."""
        kernel = self.last.layers[0].kernel
        assert kernel is not None
        return kernel

    @property
    def epoch(self) -> int:
        taken = self.session.checkpoint()
        assert taken is not None
        return int(taken[1].numbers["epoch"])


def document_of(watch: Watch) -> Any:
    return watch.session._document


NEW_RUNS = {
    "data": {"dataset": Spirals(samples=60)},
    "seed": {"seed": 1},
}
