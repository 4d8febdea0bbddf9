"""The worker takes steps, fails with a sentence, and recovers."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
import pytest
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from core.data.datasets import Digits, Moons
from core.experiment.experiment import Experiment, Output
from core.experiment.problems import find_problems
from core.nn import Activation, Dense, Flatten, LayerError
from core.nn.losses import CrossEntropy, MeanSquaredError
from core.optim import SGD, Optimizer
from core.train.trainer import Trainer
from core.train.training_config import TrainingConfig
from playground.training.snapshot_rate import SnapshotRate
from playground.training.state import TrainingState
from playground.training.worker import TrainingWorker
from tests.playground.training.watching import PATIENCE_MS, Watch, document_of, moons

HUGE, SMALL = SGD(learning_rate=100.0), SGD(learning_rate=0.001)


def unstable(optimizer: Optimizer) -> Experiment:
    """Diverges in a few steps at the learning rate `HUGE`."""
    return moons(
        layers=(Dense(4, "relu"), Dense(4, "relu")),
        loss=MeanSquaredError(),
        output=Output(activation="linear"),
        optimizer=optimizer,
    )


def test_a_step_trains_on_one_batch(watch: Callable[..., Watch]) -> None:
    seen = watch()
    for count in (1, 2, 3):
        seen.session.step_batch()
        seen.until(lambda count=count: seen.last.step == count)
    assert seen.last.epoch == 0
    seen.state(TrainingState.PAUSED)


def test_a_step_of_an_epoch_ends_where_the_epoch_ends(watch: Callable[..., Watch]) -> None:
    seen = watch()
    seen.session.step_batch()
    seen.until(lambda: seen.last.step == 1)
    seen.session.step_epoch()
    seen.until(lambda: (seen.last.epoch, seen.last.step) == (1, 0))
    assert list(seen.last.history.epoch) == [0, 1]


def test_a_step_ends_with_its_epoch_whoever_finishes_the_evaluation(
    watch: Callable[..., Watch], monkeypatch: pytest.MonkeyPatch
) -> None:
    slice_seconds, run_for = 1e-4, Trainer.run_for

    def run_a_slice(trainer: Trainer, seconds: float, steps: int | None = None) -> None:
        run_for(trainer, 0.0, steps)
        time.sleep(slice_seconds)

    # Slices of one step, and an epoch that always ends between two of them.
    monkeypatch.setattr(SnapshotRate, "slice_seconds", lambda _: slice_seconds)
    monkeypatch.setattr(Trainer, "run_for", run_a_slice)
    monkeypatch.setattr(TrainingWorker, "_publish_when_due", lambda _, run: run.trainer.finish_evaluation())
    seen = watch()
    for epoch in (1, 2, 3):
        seen.session.step_epoch()
        seen.until(lambda epoch=epoch: seen.last.epoch == epoch)
        assert seen.last.step == 0
        # While it still runs, a step is a pause.
        seen.state(TrainingState.PAUSED)


def test_a_step_while_playing_pauses(watch: Callable[..., Watch]) -> None:
    seen = watch()
    seen.session.play()
    seen.state(TrainingState.RUNNING)
    seen.session.step_batch()
    seen.state(TrainingState.PAUSED)


def test_a_slow_speed_takes_single_steps(watch: Callable[..., Watch], qtbot: QtBot) -> None:
    seen = watch()
    seen.session.set_speed("batch_5")
    seen.session.play()
    seen.until(lambda: seen.last.step >= 3)
    places = [s.epoch * s.steps_per_epoch + s.step for s in seen.snapshots]
    assert max(np.diff(places)) <= 2, "every batch is shown, but for one that a busy machine delays"
    seen.session.set_speed("max")
    seen.until(lambda: seen.last.epoch >= 50)


def test_quick_changes_are_not_all_run(watch: Callable[..., Watch]) -> None:
    seen = watch()
    for units in range(1, 200):
        document_of(seen).change_layers("Units", (Dense(units, "tanh"),))
    seen.until(lambda: seen.last.layers[0].kernel.shape[1] == 199)
    assert seen.runs.count() < 100


def test_a_diverged_training_tells_and_keeps_the_last_good_picture(watch: Callable[..., Watch]) -> None:
    seen = watch(unstable(SMALL))
    seen.session.step_epoch()
    seen.until(lambda: seen.last.epoch == 1)
    document = document_of(seen)
    document.change("Rate", document.experiment.with_training(optimizer=HUGE))
    seen.session.play()
    seen.state(TrainingState.FAILED)
    assert "no longer a number" in seen.session.message
    for picture in seen.last.layers:
        assert np.isfinite(picture.kernel).all()
    assert seen.session.checkpoint() is None
    told = QSignalSpy(seen.session.stopped)
    document.change("Rate", document.experiment.with_training(optimizer=SMALL))
    seen.state(TrainingState.IDLE)
    assert seen.session.message == ""
    seen.until(lambda: told.count() == 1)
    assert told.at(0)[0] == "Rate: training starts anew, for the weights were no longer numbers."
    seen.session.play()
    seen.until(lambda: seen.last.epoch >= 2 and seen.last.run > 1)


@pytest.mark.parametrize("way", ["reset", "play"])
def test_a_failure_is_recovered_from(watch: Callable[..., Watch], way: str) -> None:
    seen = watch(unstable(HUGE))
    fresh = seen.weights
    seen.session.play()
    seen.state(TrainingState.FAILED)
    if way == "reset":
        seen.session.reset()
        seen.state(TrainingState.IDLE)
        np.testing.assert_array_equal(seen.weights, fresh)
    else:
        states = QSignalSpy(seen.session.state_changed)
        seen.session.play()
        seen.until(lambda: any(states.at(i)[0] is TrainingState.RUNNING for i in range(states.count())))
        seen.state(TrainingState.FAILED)


def test_an_impossible_stack_is_blocked_and_mended(watch: Callable[..., Watch]) -> None:
    seen = watch(
        Experiment(
            dataset=Digits(size="28x28", samples=200),
            layers=(Flatten(), Dense(4)),
            training=TrainingConfig(loss=CrossEntropy()),
        )
    )
    document = document_of(seen)
    document.remove_layer(0)
    seen.state(TrainingState.BLOCKED)
    problem = find_problems(document.experiment)[0]
    assert seen.session.message == problem.sentence
    assert seen.session.checkpoint() is None
    seen.session.play()
    document.change(problem.fixes[0].text, problem.fixes[0].experiment)
    seen.state(TrainingState.IDLE)
    seen.session.step_batch()
    seen.until(lambda: seen.last.step == 1)


def test_a_dataset_that_does_not_load_is_told(
    watch: Callable[..., Watch], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = watch()

    def fail(self: Moons, seed: int) -> None:
        raise OSError("the disk is gone")

    with monkeypatch.context() as patch:
        patch.setattr(Moons, "load", fail)
        document_of(seen).change("Seed", document_of(seen).experiment.replace(data_seed=5))
        seen.state(TrainingState.FAILED)
        assert "the disk is gone" in seen.session.message
        assert seen.session.checkpoint() is None
    seen.session.play()
    seen.until(lambda: seen.last.epoch >= 1 and seen.last.run > 1)


def test_an_error_in_a_step_is_told(
    watch: Callable[..., Watch], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    seen = watch()

    def fail(*_: object) -> None:
        raise MemoryError("no more memory")

    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "run_for", fail)
        seen.session.play()
        seen.state(TrainingState.FAILED)
    assert "it takes more memory than there is" in seen.session.message
    assert "The training stopped" in caplog.text
    seen.session.reset()
    seen.state(TrainingState.IDLE)


def test_rates_are_told_while_it_trains(watch: Callable[..., Watch], qtbot: QtBot) -> None:
    seen = watch()
    with qtbot.waitSignal(seen.session.rates_changed, timeout=PATIENCE_MS) as told:
        seen.session.play()
    epochs, pictures = told.args
    assert epochs > 0
    assert pictures > 0


def test_a_session_ends_while_it_trains(watch: Callable[..., Watch]) -> None:
    seen = watch()
    seen.session.play()
    seen.state(TrainingState.RUNNING)
    seen.session.close()
    assert not seen.session._thread.isRunning()


def test_a_layer_that_cannot_be_built_is_told(
    watch: Callable[..., Watch], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    seen = watch()

    def fail(*_: object, **__: object) -> None:
        raise LayerError("Activation: it cannot be built")

    monkeypatch.setattr("playground.training.run.make_trainer", fail)
    document_of(seen).insert_layer(0, Activation("relu"))
    seen.state(TrainingState.FAILED)
    assert seen.session.message == "This experiment cannot start: Activation: it cannot be built"
