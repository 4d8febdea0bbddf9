"""The session predicts a split off the GUI thread, and label corrections keep the weights."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from core.data.datasets.playground_points import Plane
from core.experiment.experiment import Experiment
from core.inspect.predictions import SplitPredictions
from core.inspect.snapshot import Snapshot
from core.nn.losses import MeanSquaredError
from playground.model.label_edits import with_corrections
from playground.training.session import TrainingSession
from playground.training.state import TrainingState
from tests.playground.fakes import points_experiment

PATIENCE_MS = 60_000
SessionOf = Callable[[Experiment], TrainingSession]


def idle(qtbot: QtBot, session: TrainingSession) -> None:
    qtbot.waitUntil(lambda: session.state in (TrainingState.IDLE, TrainingState.PAUSED), timeout=PATIENCE_MS)


def predictions_of(qtbot: QtBot, session: TrainingSession, part: str) -> SplitPredictions | None:
    with qtbot.waitSignal(session.predictions_ready, timeout=PATIENCE_MS) as judged:
        session.predict_part(part)  # type: ignore[arg-type]
    assert judged.args is not None
    found: SplitPredictions | None = judged.args[0]
    return found


@pytest.mark.parametrize(("part", "samples"), [("test", 150), ("train", 350)])
def test_every_sample_of_a_part_is_judged(
    qtbot: QtBot, session_of: SessionOf, part: str, samples: int
) -> None:
    session = session_of(points_experiment(4))
    idle(qtbot, session)
    predictions = predictions_of(qtbot, session, part)
    assert predictions is not None
    assert (len(predictions), predictions.place.position) == (samples, 0)


def test_a_regression_has_no_predictions(qtbot: QtBot, session_of: SessionOf) -> None:
    session = session_of(points_experiment(4, dataset=Plane(), loss=MeanSquaredError()))
    idle(qtbot, session)
    assert predictions_of(qtbot, session, "test") is None


def test_mended_labels_keep_what_was_learned_and_undo_brings_the_old_ones(
    qtbot: QtBot, session_of: SessionOf
) -> None:
    session = session_of(points_experiment(4))
    document = session._document
    states: list[TrainingState] = []
    idle(qtbot, session)
    session.step_epochs(3)
    qtbot.waitUntil(lambda: session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    before = predictions_of(qtbot, session, "test")
    session.state_changed.connect(states.append)
    with qtbot.waitSignal(session.run_started, timeout=PATIENCE_MS) as started:
        document.change("Relabel", with_corrections(document.experiment, [0, 1, 2], 1))
    assert started.args is not None
    assert started.args[0].data.targets[:3].tolist() == [1, 1, 1]
    after = predictions_of(qtbot, session, "test")
    assert before is not None
    assert after is not None
    assert after.place.position == before.place.position == 3
    assert np.array_equal(after.predicted, before.predicted)
    assert np.allclose(after.confidence, before.confidence)
    assert TrainingState.LOADING not in states
    with qtbot.waitSignal(session.run_started, timeout=PATIENCE_MS) as started:
        document.undo_stack.undo()
    assert started.args is not None
    assert started.args[0].data.targets[:3].tolist() != [1, 1, 1]
    undone = predictions_of(qtbot, session, "test")
    assert undone is not None
    assert undone.place.position == 3


def _counts(predictions: SplitPredictions) -> list[list[int]]:
    return [[len(predictions.select(true, predicted)) for predicted in range(2)] for true in range(2)]


def test_at_rest_within_an_epoch_the_confusion_counts_the_same_mistakes(
    qtbot: QtBot, session_of: SessionOf
) -> None:
    session = session_of(points_experiment(4))
    shown: list[Snapshot] = []
    session.snapshot_taken.connect(shown.append)
    idle(qtbot, session)
    for _ in range(3):
        session.step_batch()
    qtbot.waitUntil(lambda: shown[-1].step == 3 and shown[-1].figures.place.step == 3, timeout=PATIENCE_MS)
    predictions = predictions_of(qtbot, session, "test")
    assert predictions is not None
    assert shown[-1].confusion is not None
    assert predictions.place.position == shown[-1].figures.place.position
    assert (predictions.place.epoch, predictions.place.step) == (0, 3)
    assert _counts(predictions) == shown[-1].confusion.tolist()
    assert shown[-1].evaluated.count == len(predictions)
    # A weight that is set by hand changes both.
    session.edit_weight(1, "bias", (0,), 50.0)
    qtbot.waitUntil(lambda: shown[-1].confusion[:, 0].sum() == 0, timeout=PATIENCE_MS)  # type: ignore[index]
    edited = predictions_of(qtbot, session, "test")
    assert edited is not None
    assert _counts(edited) == shown[-1].confusion.tolist()


def test_the_mistakes_of_an_earlier_moment_are_those_of_then(qtbot: QtBot, session_of: SessionOf) -> None:
    session = session_of(points_experiment(4))
    idle(qtbot, session)
    session.step_epochs(6)
    qtbot.waitUntil(lambda: session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    now = predictions_of(qtbot, session, "test")
    with qtbot.waitSignal(session.past.snapshot_taken, timeout=PATIENCE_MS) as taken:
        session.past.look_at(1.0)
    then = predictions_of(qtbot, session, "test")
    assert now is not None
    assert then is not None
    assert taken.args is not None
    assert (now.place.position, then.place.position) == (6, 1)
    assert _counts(then) == taken.args[0].confusion.tolist() != _counts(now)
