"""A session with the compiled engine: it changes at an epoch's end, says so, and draws while it trains."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy

from core.nn import GRU, GaussianNoise, Reshape
from playground.training.snapshot_rate import SnapshotRate
from playground.training.state import TrainingState
from tests.core.compiled.two_engines import compiled_engine
from tests.playground.training.watching import Watch, document_of, moons

__all__ = ["compiled_engine"]


def test_a_session_trains_with_the_compiled_engine(
    compiled_engine: None, watch: Callable[..., Watch]
) -> None:
    seen = watch()
    session = seen.session
    session.set_engine("numpy")
    seen.until(lambda: seen.last.engine == "numpy")
    session.set_engine("auto")
    seen.until(lambda: seen.last.engine == "compiled")
    session.play()
    seen.state(TrainingState.RUNNING)
    seen.until(lambda: seen.last.epoch > 50)
    # An edit that the engine does not know: numpy goes on, and the snapshot says why.
    document = document_of(seen)
    document.change_layers("Noise", (GaussianNoise(0.1), *document.experiment.layers))
    seen.until(lambda: "GaussianNoise" in seen.last.why_not_compiled)
    assert seen.last.engine == "numpy"
    document.change_layers("Recurrent", (Reshape((2, 1)), GRU(4), *document.experiment.layers[1:]))
    seen.until(lambda: seen.last.engine == "compiled")
    session.pause()
    seen.state(TrainingState.PAUSED)
    found = session.checkpoint()
    assert found is not None
    assert found[1].numbers["engine"] == "compiled"


def test_an_experiment_chooses_its_engine(compiled_engine: None, watch: Callable[..., Watch]) -> None:
    seen = watch()
    document = document_of(seen)
    seen.until(lambda: seen.last.engine == "compiled")
    document.change("Engine: numpy", document.experiment.with_training(engine="numpy"))
    seen.until(lambda: seen.last.engine == "numpy")
    assert seen.last.why_not_compiled == "NumPy is chosen."
    # It outweighs what the machine prefers.
    seen.session.set_engine("numpy")
    document.change("Engine: compiled", document.experiment.with_training(engine="compiled"))
    seen.until(lambda: seen.last.engine == "compiled")


def test_a_checkpoint_says_which_engines_trained(compiled_engine: None, watch: Callable[..., Watch]) -> None:
    seen = watch()
    seen.session.step_epochs(3)
    seen.until(lambda: seen.last.epoch == 3)
    seen.state(TrainingState.PAUSED)
    found = seen.session.checkpoint()
    assert found is not None
    assert found[1].numbers["engines"] == ["compiled"]


def test_while_it_trains_its_snapshots_are_looked_for(
    compiled_engine: None, watch: Callable[..., Watch], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SnapshotRate, "wait_seconds", 0.0)  # as with a free core
    seen = watch(moons().with_training(engine="compiled"))
    told: list[None] = []
    direct = Qt.ConnectionType.DirectConnection  # in the worker's thread
    seen.session._worker.snapshot_ready.connect(lambda: told.append(None), direct)
    seen.session.play()
    seen.until(lambda: seen.session._snapshots.is_watched)
    told.clear()
    before = len(seen.snapshots)
    seen.until(lambda: len(seen.snapshots) > before + 5)
    assert not told
    seen.session.pause()
    seen.state(TrainingState.PAUSED)
    assert not seen.session._snapshots.is_watched
    assert told, "nobody looks at rest"
    run = seen.session._worker._run
    assert run is not None
    assert (seen.last.epoch, seen.last.step) == (run.trainer.epoch, run.trainer.step_in_epoch)


def test_a_slow_step_is_numpys_within_a_compiled_training(
    compiled_engine: None, watch: Callable[..., Watch]
) -> None:
    seen = watch()
    seen.session.step_epochs(3)
    seen.until(lambda: seen.last.epoch == 3)
    seen.state(TrainingState.PAUSED)
    ready = QSignalSpy(seen.session.slow_step_ready)
    seen.session.request_slow_step()
    seen.until(lambda: ready.count() == 1)
    segment = seen.session.past.moments[-1].segment
    seen.session.keep_slow_step()
    taken = seen.session.checkpoint()
    assert taken is not None
    shown = ready.at(0)[0].layers["0"].new_weights["kernel"]
    np.testing.assert_array_equal(taken[1].weights["layer_0/kernel"], shown)
    assert taken[1].numbers["engines"] == ["compiled", "numpy"]
    # Training is replayed to no moment from before another engine's step.
    assert seen.session.past.moments[-1].segment == segment + 1
    seen.session.step_epochs(2)
    seen.until(lambda: seen.last.epoch == 5)
    assert seen.last.engine == "compiled"
