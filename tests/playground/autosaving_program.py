"""The application as a process that trains from its start and prints its progress, for tests that terminate it.

`python autosaving_program.py SECONDS [FILE]`. It prints "shown EPOCH STEP TIME" for every snapshot, "kept EPOCH" for
every autosave, and "copied EPOCH STEP DIGEST" for every checkpoint, with a digest of its predictions.
"""

from __future__ import annotations

import hashlib
import math
import signal
import sys
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from time import monotonic

import numpy as np

from core.experiment.experiment import Experiment
from core.experiment.prepare import make_network
from core.experiment.project_file import TrainerState
from core.inspect.snapshot import Snapshot
from playground import app
from playground.training.checkpoint import SessionCheckpoint
from playground.training.state import TrainingState
from playground.window import main_window

SCRIPT = Path(__file__)

# A test run under nohup or in the background hands down that these are ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
if hasattr(signal, "SIGHUP"):
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def digest_of(experiment: Experiment, state: TrainerState) -> str:
    """Digest of the predictions for a fixed input, exact to the last bit."""
    network = make_network(experiment)
    for index, parameter, into in network.described():
        into[...] = state.arrays[f"weights/layer_{index}/{parameter.name}"]
    inputs = np.linspace(-1.0, 1.0, 64 * math.prod(network.input_shape), dtype=np.float32)
    return hashlib.sha256(
        np.ascontiguousarray(network.predict(inputs.reshape(64, *network.input_shape))).tobytes()
    ).hexdigest()


def _tell(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")
    sys.stdout.flush()


class TrainingWindow(main_window.MainWindow):
    """Starts training as soon as it can."""

    def show(self) -> None:
        super().show()
        self.session.state_changed.connect(self._play)
        self.session.snapshot_taken.connect(self._tell_snapshot)
        self.session.checkpoint_ready.connect(self._tell_copy)
        self.autosaves.written.connect(partial(_tell, "kept"))

    def _play(self, state: TrainingState) -> None:
        if state is TrainingState.IDLE:
            self.session.play()

    def _tell_snapshot(self, snapshot: Snapshot) -> None:
        _tell("shown", snapshot.epoch, snapshot.step, monotonic())

    def _tell_copy(self, prediction: Future[SessionCheckpoint]) -> None:
        state, experiment = prediction.result().checkpoint, prediction.result().experiment
        if state is not None and experiment is not None:
            _tell("copied", state.epoch, state.numbers["step"], digest_of(experiment, state))


if __name__ == "__main__":
    main_window.MainWindow = TrainingWindow  # type: ignore[misc]
    file = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    sys.exit(app.run(file, autosave_seconds=float(sys.argv[1])))
