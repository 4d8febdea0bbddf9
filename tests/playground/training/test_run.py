"""A run and the edits that it outlives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.data.datasets import Moons
from core.experiment.prepare import make_trainer, prepare
from core.experiment.project_file import load_project, save_project
from core.nn import Dense
from core.train.history import Mark
from playground.model.undo import Revision, Transition
from playground.training.requests import RunRequest
from playground.training.state import TrainingState
from tests.core.trainers import with_changes
from tests.playground.training.watching import NEW_RUNS, Watch, document_of, moons

EDITS = {
    "layer": {"layers": (Dense(4, "tanh"), Dense(3, "relu"))},
    "units": {"layers": (Dense(5, "tanh"),)},
    "activation": {"layers": (Dense(4, "relu"),)},
    "features": {"features": ("x1", "x2", "sin_x1")},
    "noise": {"dataset": Moons(samples=60, noise=0.3)},
    "data seed": {"data_seed": 1},
    "share": {"train_share": 0.5},
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


def test_a_weight_set_by_hand_before_any_training_stays_and_comes_back(
    watch: Callable[..., Watch], tmp_path: Path
) -> None:
    seen = watch()
    seen.session.edit_weight(0, "kernel", (1, 2), 0.75)
    seen.state(TrainingState.PAUSED)
    assert document_of(seen).unsaved
    own = seen.weights
    layers = document_of(seen).experiment.layers
    document_of(seen).change_layers("Insert Dense", (*layers, Dense(3, "tanh")))
    seen.until(lambda: seen.last.run == 2)
    assert seen.kernel[1, 2] == 0.75
    document_of(seen).undo_stack.undo()
    seen.until(lambda: seen.last.run == 3)
    np.testing.assert_array_equal(seen.weights, own)
    seen.session.reset()
    seen.until(lambda: seen.last.run == 4)
    assert seen.kernel[1, 2] != 0.75
    document_of(seen).undo_stack.undo()
    seen.until(lambda: seen.last.run == 5)
    np.testing.assert_array_equal(seen.weights, own)
    # Opened again, it is as much a weight set by hand.
    taken = seen.session.checkpoint()
    assert taken is not None
    save_project(tmp_path / "own.nnplay", *taken)
    state = load_project(tmp_path / "own.nnplay")[1]
    assert state is not None
    trainer = make_trainer(taken[0], prepare(taken[0]))
    assert not trainer.has_trained
    state.restore(trainer)
    assert trainer.has_trained


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
    document.load(taken[0], checkpoint=taken[1])
    document.change("Batch", taken[0].with_training(batch_size=taken[0].training.batch_size + 1))
    seen.until(lambda: seen.last.run > 1 and seen.last.epoch == 1)
    again = seen.session.checkpoint()
    assert again is not None
    assert again[0].training.batch_size == taken[0].training.batch_size + 1
    for name, array in taken[1].arrays.items():
        np.testing.assert_array_equal(again[1].arrays[name], array)


def test_another_document_frees_the_checkpoints_of_the_last_one(watch: Callable[..., Watch]) -> None:
    seen = watch()
    seen.session.step_epoch()
    seen.state(TrainingState.PAUSED)
    document_of(seen).change("Edit", document_of(seen).experiment.replace(layers=(Dense(5, "tanh"),)))
    seen.until(lambda: seen.last.run == 2)
    worker = seen.session._worker
    assert len(worker._factory._cache._checkpoints) == 1
    assert worker._last_finite._checkpoint is not None
    document_of(seen).load(document_of(seen).experiment)
    seen.until(lambda: seen.last.run == 3)
    assert len(worker._factory._cache._checkpoints) == 0
    assert worker._last_finite._checkpoint is None


def test_a_replacement_that_was_not_started_counts_for_the_next_request() -> None:
    replaced = RunRequest(
        Revision(moons()), transition=Transition(restored=False, resets=True, replaced=True)
    )
    edited = RunRequest(Revision(moons()), transition=Transition(restored=False, resets=False))
    assert edited.after(replaced).transition == replaced.transition
