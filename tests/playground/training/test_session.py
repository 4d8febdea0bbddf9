"""The training session and its thread: all requests, and failures."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from core.data.datasets import MnistSubset, Moons, Spirals
from core.experiment.experiment import Experiment, Output
from core.experiment.prepare import make_trainer, prepare
from core.experiment.problems import find_problems
from core.experiment.project_file import TrainerState
from core.inspect.snapshot import Snapshot
from core.nn import Activation, Dense, Flatten, LayerError
from core.nn.losses import CrossEntropy, MeanSquaredError
from core.optim import LBFGS, SGD, Adam, Optimizer
from core.optim.clipping import ClipByNorm
from core.optim.regularizers import L2
from core.optim.schedules import CosineDecay
from core.train.class_weights import ByHand
from core.train.history import Mark
from core.train.target_encoding import choose_encoding
from core.train.trainer import Trainer
from core.train.training_config import TrainingConfig
from playground.training.session import TrainingSession
from playground.training.state import TrainingState
from tests.core.trainers import experiment_of, with_changes

Start = Callable[[Experiment], TrainingSession]
# The first import of scikit-learn can take many seconds on a busy machine.
PATIENCE_MS = 60_000
HUGE, SMALL = SGD(learning_rate=100.0), SGD(learning_rate=0.001)


def moons(**changes: Any) -> Experiment:
    """Small and fast: 60 points, batches of 10, four neurons."""
    return experiment_of(**{"dataset": Moons(samples=60), "layers": (Dense(4, "tanh"),), **changes})


def unstable(optimizer: Optimizer) -> Experiment:
    """Diverges in a few steps at the learning rate `HUGE`."""
    return moons(
        layers=(Dense(4, "relu"), Dense(4, "relu")),
        loss=MeanSquaredError(),
        output=Output(activation="linear"),
        optimizer=optimizer,
    )


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


@pytest.fixture
def watch(session_of: Start, qtbot: QtBot) -> Callable[..., Watch]:
    """Factory of sessions that are ready."""

    def start(experiment: Experiment | None = None) -> Watch:
        return Watch(session_of(experiment or moons()), qtbot).ready()

    return start


def document_of(watch: Watch) -> Any:
    return watch.session._document


# --- play, pause, steps, reset ------------------------------------------------------------------------------------


def test_the_first_picture_comes_before_any_training(watch: Callable[..., Watch]) -> None:
    seen = watch()
    assert (seen.last.epoch, seen.last.step) == (0, 0)
    assert seen.runs.count() == 1
    assert seen.session.checkpoint() is not None


def test_play_trains_until_pause(watch: Callable[..., Watch]) -> None:
    seen = watch()
    seen.session.toggle()
    seen.until(lambda: seen.last.epoch >= 3)
    assert seen.session.state is TrainingState.RUNNING
    seen.session.toggle()
    seen.state(TrainingState.PAUSED)
    numbers = seen.session.checkpoint()[1].numbers  # type: ignore[index]
    seen.until(lambda: (seen.last.epoch, seen.last.step) == (numbers["epoch"], numbers["step"]))
    assert [s.epoch for s in seen.snapshots] == sorted(s.epoch for s in seen.snapshots)


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


def test_a_step_while_playing_pauses(watch: Callable[..., Watch]) -> None:
    seen = watch()
    seen.session.play()
    seen.state(TrainingState.RUNNING)
    seen.session.step_batch()
    seen.state(TrainingState.PAUSED)


def test_reset_brings_the_same_weights_back(watch: Callable[..., Watch]) -> None:
    seen = watch()
    fresh = seen.weights
    seen.session.step_epoch()
    seen.until(lambda: seen.last.epoch == 1)
    assert not np.array_equal(seen.weights, fresh)
    seen.session.reset()
    seen.until(lambda: seen.runs.count() == 2 and seen.last.epoch == 0)
    seen.state(TrainingState.IDLE)
    np.testing.assert_array_equal(seen.weights, fresh)
    assert seen.last.run == 2


def test_the_session_computes_what_a_trainer_alone_computes(watch: Callable[..., Watch]) -> None:
    experiment = moons()
    seen = watch(experiment)
    for epoch in (1, 2, 3):
        seen.session.step_epoch()
        seen.until(lambda epoch=epoch: seen.last.epoch == epoch)
    trainer = make_trainer(experiment, prepare(experiment))
    for _ in range(3):
        trainer.run_epoch()
    for index, (picture, weights) in enumerate(zip(seen.last.layers, trainer.network.weights, strict=True)):
        np.testing.assert_array_equal(picture.kernel, weights["kernel"], err_msg=f"layer {index}")
    assert seen.last.history.test_loss[-1] == trainer.test_evaluation.loss


def test_a_slow_speed_takes_single_steps(watch: Callable[..., Watch], qtbot: QtBot) -> None:
    seen = watch()
    seen.session.set_speed("batch_5")
    seen.session.play()
    seen.until(lambda: seen.last.step >= 3)
    places = [s.epoch * s.steps_per_epoch + s.step for s in seen.snapshots]
    assert max(np.diff(places)) <= 2, "every batch is shown, but for one that a busy machine delays"
    seen.session.set_speed("max")
    seen.until(lambda: seen.last.epoch >= 50)


# --- changes while it runs ----------------------------------------------------------------------------------------

LIVE = {
    "learning rate": {"optimizer": Adam(learning_rate=0.5)},
    "optimizer setting": {"optimizer": Adam(learning_rate=0.03, beta_1=0.5)},
    "another optimizer": {"optimizer": SGD(learning_rate=0.01)},
    "all samples at once": {"optimizer": LBFGS()},
    "regularization": {"regularizer": L2(rate=0.01)},
    "clipping": {"clipping": ClipByNorm(0.1)},
    "class weights": {"class_weights": ByHand((1.0, 3.0))},
    "schedule": {"schedule": CosineDecay(20)},
    "batch size": {"batch_size": 5},
    "name": {"name": "Another"},
}


@pytest.mark.parametrize("changes", LIVE.values(), ids=LIVE.keys())
def test_a_live_change_goes_on_with_the_same_weights(
    watch: Callable[..., Watch], changes: dict[str, Any]
) -> None:
    seen = watch()
    seen.session.step_epoch()
    seen.until(lambda: seen.last.epoch == 1)
    before, count = seen.weights, len(seen.snapshots)
    document_of(seen).change("Change", with_changes(document_of(seen).experiment, **changes))
    seen.until(lambda: len(seen.snapshots) > count)
    np.testing.assert_array_equal(seen.weights, before)
    assert seen.runs.count() == 1
    taken = seen.session.checkpoint()
    assert taken is not None
    assert taken[0] == document_of(seen).experiment
    seen.session.step_epoch()
    seen.until(lambda: seen.last.epoch == 2)


def test_a_live_change_while_playing_neither_stops_nor_resets(watch: Callable[..., Watch]) -> None:
    seen = watch()
    seen.session.play()
    seen.until(lambda: seen.last.epoch >= 2)
    states = QSignalSpy(seen.session.state_changed)
    document_of(seen).change(
        "Rate", document_of(seen).experiment.with_training(optimizer=Adam(learning_rate=0.001))
    )
    document_of(seen).change("Batch", document_of(seen).experiment.with_training(batch_size=2))
    seen.until(lambda: seen.last.steps_per_epoch == 21)
    reached = seen.last.epoch
    seen.until(lambda: seen.last.epoch > reached + 3)
    assert states.count() == 0
    assert {s.run for s in seen.snapshots} == {1}


EDITS = {
    "layer": {"layers": (Dense(4, "tanh"), Dense(3, "relu"))},
    "units": {"layers": (Dense(5, "tanh"),)},
    "activation": {"layers": (Dense(4, "relu"),)},
    "features": {"features": ("x1", "x2", "sin_x1")},
    "noise": {"dataset": Moons(samples=60, noise=0.3)},
    "data seed": {"data_seed": 1},
    "share": {"train_share": 0.5},
}
NEW_RUNS = {
    "data": {"dataset": Spirals(samples=60)},
    "seed": {"seed": 1},
}


@pytest.mark.parametrize("changes", EDITS.values(), ids=EDITS.keys())
def test_an_edit_keeps_what_was_learned_and_is_marked(
    watch: Callable[..., Watch], changes: dict[str, Any]
) -> None:
    seen = watch()
    seen.session.step_epoch()
    seen.until(lambda: seen.last.epoch == 1)
    before = seen.kernel.copy()
    document_of(seen).change("Edit", with_changes(document_of(seen).experiment, **changes))
    seen.until(lambda: seen.runs.count() == 2 and seen.last.run == 2)
    assert seen.last.epoch == 1
    assert seen.last.marks == (Mark(1.0, "Edit"),)
    rows, units = before.shape
    np.testing.assert_array_equal(seen.kernel[:rows, :units], before)
    seen.state(TrainingState.PAUSED)
    document_of(seen).undo_stack.undo()
    seen.until(lambda: seen.last.run == 3)
    np.testing.assert_array_equal(seen.kernel, before)


def test_an_edit_before_any_training_starts_as_if_it_had_always_been_so(watch: Callable[..., Watch]) -> None:
    seen = watch()
    document_of(seen).change("Edit", document_of(seen).experiment.replace(layers=(Dense(5, "tanh"),)))
    seen.until(lambda: seen.runs.count() == 2 and seen.last.run == 2)
    fresh = make_trainer(document_of(seen).experiment, prepare(document_of(seen).experiment))
    np.testing.assert_array_equal(seen.kernel, fresh.network.weights[0]["kernel"])


def test_undo_brings_back_what_a_reset_forgot_and_redo_forgets_it_again(watch: Callable[..., Watch]) -> None:
    seen = watch()
    start = seen.kernel.copy()
    seen.session.step_epoch()
    seen.state(TrainingState.PAUSED)
    learned = seen.kernel.copy()
    seen.session.reset()
    seen.until(lambda: seen.last.run == 2)
    assert seen.last.epoch == 0
    np.testing.assert_array_equal(seen.kernel, start)
    document_of(seen).undo_stack.undo()
    seen.until(lambda: seen.last.run == 3)
    assert seen.last.epoch == 1
    assert len(seen.last.history) == 2
    np.testing.assert_array_equal(seen.kernel, learned)
    document_of(seen).undo_stack.redo()
    seen.until(lambda: seen.last.run == 4)
    np.testing.assert_array_equal(seen.kernel, start)


def test_undo_brings_back_a_deleted_layer_with_its_weights(watch: Callable[..., Watch]) -> None:
    seen = watch()
    seen.session.step_epoch()
    seen.state(TrainingState.PAUSED)
    before = seen.weights.copy()
    document_of(seen).remove_layer(0)
    seen.until(lambda: seen.last.run == 2)
    seen.session.step_epoch()
    seen.until(lambda: seen.last.epoch == 2)
    document_of(seen).undo_stack.undo()
    seen.until(lambda: seen.last.run == 3)
    assert seen.last.epoch == 1
    np.testing.assert_array_equal(seen.weights, before)


def test_undo_of_a_live_change_leaves_the_weights_alone(watch: Callable[..., Watch]) -> None:
    seen = watch()
    document_of(seen).change("Batch", document_of(seen).experiment.with_training(batch_size=5))
    seen.session.step_epoch()
    seen.until(lambda: seen.last.epoch == 1)
    learned = seen.weights.copy()
    count = len(seen.snapshots)
    document_of(seen).undo_stack.undo()
    seen.until(lambda: len(seen.snapshots) > count)
    assert seen.runs.count() == 1
    np.testing.assert_array_equal(seen.weights, learned)


@pytest.mark.parametrize("changes", NEW_RUNS.values(), ids=NEW_RUNS.keys())
def test_any_other_change_starts_a_new_run(watch: Callable[..., Watch], changes: dict[str, Any]) -> None:
    seen = watch()
    seen.session.step_epoch()
    seen.until(lambda: seen.last.epoch == 1)
    document_of(seen).change("Change", with_changes(document_of(seen).experiment, **changes))
    seen.until(lambda: seen.runs.count() == 2 and seen.last.run == 2)
    assert seen.last.epoch == 0
    seen.state(TrainingState.IDLE)


def test_a_change_of_the_stack_while_playing_plays_on(watch: Callable[..., Watch]) -> None:
    seen = watch()
    seen.session.play()
    seen.until(lambda: seen.last.epoch >= 2)
    document_of(seen).insert_layer(1, Dense(3, "relu"))
    seen.until(lambda: seen.last.run == 2 and seen.last.epoch >= 2)
    assert seen.session.state is TrainingState.RUNNING
    assert len(seen.last.layers) == 3


def test_pictures_follow_the_data_of_their_run(watch: Callable[..., Watch]) -> None:
    seen = watch()
    order: list[object] = []
    seen.session.run_started.connect(lambda prepared: order.append("data"))
    seen.session.snapshot_taken.connect(lambda snapshot: order.append(snapshot.run))
    seen.session.play()
    for units in range(5, 25):
        document_of(seen).change_layers("Units", (Dense(units, "tanh"),))
        seen.until(lambda units=units: seen.last.layers[0].kernel.shape[1] == units)
    runs = [item for item in order if item != "data"]
    assert runs == sorted(runs), "no picture of an older run comes after one of a newer"
    for place, item in enumerate(order):
        if item != "data":
            assert order[:place].count("data") == item - 1


def test_a_picture_of_a_former_run_is_not_shown(watch: Callable[..., Watch]) -> None:
    """One that was on its way when the data changed would be drawn over the new ones."""
    seen = watch()
    late = seen.last
    document_of(seen).change("Data", with_changes(document_of(seen).experiment, **NEW_RUNS["data"]))
    seen.until(lambda: seen.last.run == 2)
    count = len(seen.snapshots)
    seen.session._snapshots.put(late)
    seen.session._take_snapshot()
    assert len(seen.snapshots) == count
    assert seen.last.run == 2


def test_quick_changes_are_not_all_run(watch: Callable[..., Watch]) -> None:
    seen = watch()
    for units in range(1, 200):
        document_of(seen).change_layers("Units", (Dense(units, "tanh"),))
    seen.until(lambda: seen.last.layers[0].kernel.shape[1] == 199)
    assert seen.runs.count() < 100


# --- failures -----------------------------------------------------------------------------------------------------


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
    document.change("Rate", document.experiment.with_training(optimizer=SMALL))
    seen.state(TrainingState.IDLE)
    assert seen.session.message == ""
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
            dataset=MnistSubset(samples=200),
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
    assert "no more memory" in seen.session.message
    assert "The training stopped" in caplog.text
    seen.session.reset()
    seen.state(TrainingState.IDLE)


# --- requests -----------------------------------------------------------------------------------------------------


def test_nothing_piles_up_when_nobody_looks(
    watch: Callable[..., Watch], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = watch()
    pulls: list[None] = []
    monkeypatch.setattr(seen.session, "_deliver", lambda snapshot: None)
    seen.session.play()
    seen.state(TrainingState.RUNNING)
    # The GUI thread blocks until the result, without handling events.
    worker = seen.session._worker
    worker.snapshot_ready.connect(lambda: pulls.append(None))
    reached = seen.epoch
    while seen.epoch < reached + 300:
        assert len(seen.session._snapshots._slot) <= 1
    assert len(pulls) <= 2
    seen.session.pause()
    seen.state(TrainingState.PAUSED)


def test_progress_is_a_copy_that_goes_on_bit_by_bit(watch: Callable[..., Watch]) -> None:
    seen = watch()
    seen.session.play()
    seen.until(lambda: seen.last.epoch >= 2)
    taken = seen.session.checkpoint()
    assert taken is not None
    experiment, checkpoint = taken
    kept = {name: array.copy() for name, array in checkpoint.arrays.items()}
    seen.session.pause()
    seen.state(TrainingState.PAUSED)
    for name, array in checkpoint.arrays.items():
        np.testing.assert_array_equal(array, kept[name])
    alone = make_trainer(experiment, prepare(experiment))
    checkpoint.restore(alone)
    again = make_trainer(experiment, prepare(experiment))
    TrainerState(checkpoint.numbers, kept).restore(again)
    assert alone.run_epoch() == again.run_epoch()


def test_a_run_starts_where_its_progress_ended(watch: Callable[..., Watch]) -> None:
    experiment = moons()
    trainer = make_trainer(experiment, prepare(experiment))
    trainer.run_epoch()
    trainer.step()
    seen = watch(experiment)
    seen.session.restart(TrainerState.of(trainer))
    seen.until(lambda: (seen.last.run, seen.last.epoch, seen.last.step) == (2, 1, 1))
    seen.state(TrainingState.PAUSED)
    seen.session.step_epoch()
    seen.until(lambda: seen.last.epoch == 2)
    trainer.run_epoch()
    np.testing.assert_array_equal(seen.last.layers[0].kernel, trainer.network.weights[0]["kernel"])


def test_the_next_mistake_is_one_and_the_search_goes_round(watch: Callable[..., Watch]) -> None:
    experiment = moons()
    seen = watch(experiment)
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    encoding = choose_encoding(
        experiment.dataset.info(), experiment.training.loss, experiment.output_activation()
    )
    wrong = np.flatnonzero(
        encoding.decode(trainer.network.predict(prepared.test.inputs)) != prepared.test.labels
    )
    assert len(wrong) > 1
    found = [-1]
    seen.session.mistake_found.connect(found.append)
    for number in range(len(wrong) + 1):
        seen.session.find_mistake(found[-1])
        seen.until(lambda number=number: len(found) > number + 1)
    assert found[1:] == [*wrong, wrong[0]]


def test_a_weight_is_set_by_hand(watch: Callable[..., Watch]) -> None:
    seen = watch()
    seen.session.edit_weight(0, "kernel", (1, 2), 0.75)
    seen.until(lambda: seen.last.layers[0].kernel[1, 2] == 0.75)
    seen.session.edit_weight(1, "bias", (0,), -0.5)
    seen.until(lambda: seen.last.layers[1].bias[0] == -0.5)


def test_other_pictures_on_request(watch: Callable[..., Watch]) -> None:
    seen = watch()
    inspection = seen.session.inspection
    inspection.map_units(0)
    seen.until(lambda: seen.last.request.maps == 0)
    assert all(layer.maps is None for layer in seen.last.layers)
    inspection.trace_neuron((0, 2))
    seen.until(lambda: seen.last.trace is not None)
    assert seen.last.request == seen.session.request == inspection.state.request


def test_rates_are_told_while_it_trains(watch: Callable[..., Watch], qtbot: QtBot) -> None:
    seen = watch()
    with qtbot.waitSignal(seen.session.rates_changed, timeout=PATIENCE_MS) as told:
        seen.session.play()
    epochs, pictures = told.args
    assert epochs > 0
    assert pictures > 0


def test_pictures_of_a_resting_network_are_no_speed(watch: Callable[..., Watch]) -> None:
    seen = watch()
    seen.session.play()
    seen.state(TrainingState.RUNNING)
    seen.session.pause()
    seen.state(TrainingState.PAUSED)
    told: list[tuple[float, float]] = []
    seen.session.rates_changed.connect(lambda *rates: told.append(rates))
    for count in (2, 1):
        seen.session._rates_emitted_at = 0.0
        seen.session.inspection.map_units(count)
        seen.until(lambda count=count: seen.last.request.maps == count)
    assert not told


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


def test_an_edit_right_after_opening_does_not_lose_what_the_file_had_learned(
    watch: Callable[..., Watch],
) -> None:
    seen = watch()
    seen.session.step_epoch()
    seen.until(lambda: seen.last.epoch == 1)
    taken = seen.session.checkpoint()
    assert taken is not None
    document = document_of(seen)
    # Each is replaced before the worker has begun with it.
    document.load(taken[0])
    seen.session.restart(taken[1])
    document.change("Batch", taken[0].with_training(batch_size=taken[0].training.batch_size + 1))
    seen.until(lambda: seen.last.run > 1 and seen.last.epoch == 1)
    again = seen.session.checkpoint()
    assert again is not None
    assert again[0].training.batch_size == taken[0].training.batch_size + 1
    for name, array in taken[1].arrays.items():
        np.testing.assert_array_equal(again[1].arrays[name], array)
