"""A session with the compiled engine: it changes at an epoch's end, says so, and draws while it trains."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from core.compiled import readiness
from core.nn import GaussianNoise
from playground.training.state import TrainingState
from tests.core.compiled.two_engines import compiled_engine
from tests.playground.training.watching import Watch, document_of

__all__ = ["compiled_engine"]


@pytest.fixture
def loaded(compiled_engine: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.train.trainer.loaded", readiness.loaded)


def test_a_session_trains_with_the_compiled_engine(loaded: None, watch: Callable[..., Watch]) -> None:
    seen = watch()
    session = seen.session
    assert seen.last.engine == "numpy"
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
    session.pause()
    seen.state(TrainingState.PAUSED)
    found = session.checkpoint()
    assert found is not None
    assert found[1].numbers["engine"] == "numpy"


def test_a_checkpoint_says_which_engines_trained(loaded: None, watch: Callable[..., Watch]) -> None:
    seen = watch()
    seen.session.set_engine("auto")
    seen.session.step_epochs(3)
    seen.until(lambda: seen.last.epoch == 3)
    seen.state(TrainingState.PAUSED)
    found = seen.session.checkpoint()
    assert found is not None
    assert found[1].numbers["engines"] == ["compiled"]
