"""The training session and its thread: all requests, and failures."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtTest import QSignalSpy

from core.data.datasets import TableFile
from core.data.tables.read_table import read_table
from core.data.tables.table_schema import guess_schema
from core.experiment import early_stopping
from core.experiment.change import begun
from core.experiment.early_stopping import HELD_OUT
from core.experiment.prepare import make_trainer, prepare
from core.experiment.project_file import TrainerState
from core.nn import BatchNormalization, Dense, Dropout
from core.nn.interventions import Intervention
from core.optim import LBFGS, SGD, Adam, Optimizer
from core.optim.clipping import ClipByNorm
from core.optim.regularizers import L2
from core.optim.schedules import CosineDecay
from core.train.class_weights import ByHand
from playground.training.snapshot_rate import SnapshotRate
from playground.training.state import TrainingState
from tests.core.trainers import with_changes
from tests.playground.training.watching import NEW_RUNS, Watch, document_of, moons


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
    assert seen.last.history.test_loss[-1] == trainer.figures.test.loss


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


def test_a_change_of_the_stack_while_playing_plays_on(watch: Callable[..., Watch]) -> None:
    seen = watch()
    seen.session.play()
    seen.until(lambda: seen.last.epoch >= 2)
    document_of(seen).insert_layer(1, Dense(3, "relu"))
    seen.until(lambda: seen.last.run == 2 and seen.last.epoch >= 2)
    assert seen.session.state is TrainingState.RUNNING
    assert len(seen.last.layers) == 3


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


def test_nothing_of_another_document_is_shown_even_if_both_are_equal(watch: Callable[..., Watch]) -> None:
    """Neither its last snapshot nor the run that was about to begin; a lesson's curve stood beside the own work's."""
    seen = watch()
    late, document = seen.last, document_of(seen)
    prepared = seen.runs.at(0)[0]
    document.load(document.experiment)
    count = len(seen.snapshots)
    for _ in range(2):
        seen.session._snapshots.put(late)
        seen.session._take_snapshot()
        seen.session._on_prepared(late.run, prepared, 0)
    assert len(seen.snapshots) == count
    assert seen.runs.count() == 1
    seen.until(lambda: seen.last.run == late.run + 1)
    assert seen.runs.count() == 2


def test_the_next_mistake_is_one_and_the_search_goes_round(watch: Callable[..., Watch]) -> None:
    experiment = moons()
    seen = watch(experiment)
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    encoding = experiment.encoding
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


def test_scores_are_those_of_the_weights_that_were_set_by_hand(watch: Callable[..., Watch]) -> None:
    seen = watch()
    seen.session.step_epoch()
    seen.state(TrainingState.PAUSED)
    learned = seen.last
    muted = learned.experiment.replace(interventions=(Intervention("mute", 0, 1),))
    document_of(seen).change("Mute", muted)
    seen.until(lambda: seen.last.experiment is muted)
    assert seen.last.figures.train != learned.figures.train
    assert _is_evaluated(seen)
    seen.session.edit_weight(1, "bias", (0,), 9.0)
    seen.until(lambda: seen.last.layers[1].bias[0] == 9.0)
    assert seen.last.figures.train.loss > 2.0
    assert _is_evaluated(seen)


def _is_evaluated(seen: Watch) -> bool:
    """Whether the last snapshot's scores are those of the present weights, predicted once more."""
    assert not seen.last.figures.is_old
    taken = seen.session.checkpoint()
    assert taken is not None
    trainer = make_trainer(taken[0], prepare(taken[0]), record_initial=False)
    taken[1].restore(trainer)
    assert trainer.test is not None
    shown = seen.last.figures.train, seen.last.figures.test
    return shown == (trainer.evaluate(trainer.train), trainer.evaluate(trainer.test))


def test_at_rest_the_boundary_is_soon_predicted_at_every_pixel(watch: Callable[..., Watch]) -> None:
    seen = watch(moons()).ready()
    seen.session.inspection.draw_pixels(90)
    seen.until(lambda: seen.last.image is not None and seen.last.image.is_final)
    seen.session.play()
    seen.until(lambda: seen.last.epoch >= 2)
    seen.session.pause()
    seen.state(TrainingState.PAUSED)
    seen.until(lambda: seen.last.image is not None and seen.last.image.is_final)
    paused = seen.last
    assert paused.image is not None
    assert paused.image.side == 90
    seen.session.edit_weight(0, "kernel", (0, 0), 5.0)
    seen.until(lambda: seen.last.image is not None and seen.last.image.is_final and seen.last is not paused)
    assert not np.array_equal(seen.last.image.values, paused.image.values)  # type: ignore[union-attr]
    seen.session.inspection.hover_neuron((0, 1))
    seen.until(lambda: seen.last.neuron_image is not None and seen.last.neuron_image.is_final)
    seen.session.inspection.hover_neuron(None)
    seen.until(lambda: seen.last.neuron_image is None)
    # While training no picture waits for all pixels.
    seen.session.play()
    trained = seen.last.epoch
    seen.until(lambda: seen.last.epoch > trained + 1)
    assert not seen.last.image.is_final  # type: ignore[union-attr]


@pytest.mark.parametrize("optimizer", [Adam(0.01), LBFGS()], ids=lambda optimizer: optimizer.kind)
def test_a_slow_step_that_is_kept_is_the_next_one_and_undo_brings_it_back(
    watch: Callable[..., Watch], optimizer: Optimizer
) -> None:
    experiment = moons(optimizer=optimizer, layers=(Dense(4, "tanh"), BatchNormalization(), Dropout(0.2)))
    seen, made = watch(experiment), []
    seen.session.slow_step_ready.connect(lambda step, image: made.append((step, image)))
    trainer = make_trainer(experiment, prepare(experiment))
    for number in range(1, 8):  # beyond the end of an epoch
        before = state_of(seen)
        seen.session.request_slow_step()
        seen.until(lambda number=number: len(made) == number)
        assert state_of(seen) == before
        seen.session.keep_slow_step()
        trainer.step_with_numpy()
        expected = TrainerState.of(trainer)
        after = state_of(seen)
        assert {name: after[name] for name in expected.arrays} == {
            name: array.tobytes() for name, array in expected.arrays.items()
        }
        np.testing.assert_array_equal(made[-1][0].done.parameters, trainer.network.parameters)
    seen.until(lambda: seen.last.epoch == trainer.epoch and seen.last.step == trainer.step_in_epoch)
    assert seen.session.state is TrainingState.PAUSED
    assert seen.session.past.moments[-1].position == trainer.fractional_epoch
    document_of(seen).change("More neurons", experiment.replace(layers=(Dense(6, "tanh"),)))
    seen.until(lambda: seen.last.run == 2)
    document_of(seen).undo_stack.undo()
    seen.until(lambda: seen.last.run == 3)
    assert state_of(seen) == after


def state_of(seen: Watch) -> dict[str, Any]:
    """All that the training goes on from."""
    taken = seen.session.checkpoint()
    assert taken is not None
    return taken[1].numbers | {name: array.tobytes() for name, array in taken[1].arrays.items()}


def test_a_slow_step_is_not_kept_once_the_training_has_gone_on(watch: Callable[..., Watch]) -> None:
    seen = watch()
    ready = QSignalSpy(seen.session.slow_step_ready)
    seen.session.play()
    seen.until(lambda: seen.last.epoch >= 1)
    seen.session.request_slow_step(3)
    seen.until(lambda: ready.count() == 1)
    step, image = ready.at(0)
    assert seen.session.state is TrainingState.PAUSED
    assert not step.is_batch
    assert step.rows.tolist() == [3]
    assert image is None or image.line is not None
    updates = state_of(seen)["updates"]
    seen.session.step_batch()
    seen.session.keep_slow_step()
    assert state_of(seen)["updates"] == updates + 1


@pytest.mark.parametrize("slice_seconds", [0.01, 1e-5], ids=["epochs", "steps"])
def test_a_small_table_ends_early_with_its_best_weights_and_undo_goes_back(
    slice_seconds: float, watch: Callable[..., Watch], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # On a slow machine an epoch takes several slices; only its end counts.
    monkeypatch.setattr(SnapshotRate, "slice_seconds", lambda _: slice_seconds)
    monkeypatch.setattr(early_stopping, "PATIENCE", 3)
    monkeypatch.setattr(early_stopping, "FEW", 40)
    rng = np.random.default_rng(0)
    x = rng.normal(size=(80, 6))
    path = tmp_path / "noise.csv"
    rows = [",".join(f"{value:.4f}" for value in row) for row in np.column_stack([x, rng.normal(size=80)])]
    path.write_text("\n".join(["a,b,c,d,e,f,y", *rows]))
    table = read_table(path)
    small = begun(TableFile.of(table, guess_schema(table)))
    seen = watch(small.replace(held_out=HELD_OUT))
    told = QSignalSpy(seen.session.stopped)
    seen.session.play()
    seen.until(lambda: document_of(seen).undo_stack.undoText() == "Keep the best weights")
    seen.state(TrainingState.PAUSED)
    sentence = str(told.at(0)[0])
    found = re.match(
        r"Stopped at epoch (\d+): the 8 training samples .* after epoch (\d+) of \1, whose", sentence
    )
    assert found, sentence
    last, best = int(found[1]), int(found[2])
    assert (last - best, seen.epoch) == (3, best)
    # It was to end once.
    seen.session.play()
    seen.until(lambda: seen.last.epoch > last + 5)
    seen.session.pause()
    document_of(seen).undo_stack.undo()
    seen.until(lambda: seen.epoch == last)
    seen.session.reset()
    seen.state(TrainingState.IDLE)
    seen.session.play()
    seen.until(lambda: document_of(seen).undo_stack.undoText() == "Keep the best weights")
    seen.until(lambda: (seen.epoch, told.count()) == (best, 2))
