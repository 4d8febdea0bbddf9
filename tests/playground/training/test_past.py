"""Looking back at earlier moments while training goes on, and branches from there."""

from __future__ import annotations

from collections.abc import Callable
from threading import Event
from time import perf_counter
from typing import Any

import numpy as np
import pytest
from PySide6.QtTest import QSignalSpy

from core.data.datasets import Moons
from core.experiment.prepare import PreparedData, make_trainer, prepare
from core.inspect.data_map import DataMap
from core.inspect.plane_scan import PlaneScan
from core.inspect.predictions import Part, confidence
from core.inspect.snapshot import Snapshot, SnapshotRequest
from core.nn import Dense
from core.spec.arrays import Array
from core.train.trainer import Trainer
from playground.model.label_edits import with_corrections
from playground.training import run
from playground.training.state import TrainingState
from tests.playground.training.watching import PATIENCE_MS, Watch, document_of, moons


class Looking:
    """A session that has trained some epochs, and the snapshots of its past."""

    def __init__(self, seen: Watch, epochs: int) -> None:
        self.seen, self.session, self.past = seen, seen.session, seen.session.past
        self.shown: list[Snapshot] = []
        self.past.snapshot_taken.connect(self.shown.append)
        self.session.step_epochs(epochs)
        seen.until(lambda: seen.last.epoch == epochs)
        seen.state(TrainingState.PAUSED)

    def look_at(self, epoch: int) -> Snapshot:
        self.shown.clear()
        self.past.look_at(epoch)
        self.seen.until(lambda: self.shown and self.shown[-1].epoch == epoch)
        return self.shown[-1]


@pytest.fixture
def looking(watch: Callable[..., Watch]) -> Looking:
    return Looking(watch(), 8)


def test_a_past_snapshot_is_what_the_live_one_was(looking: Looking) -> None:
    experiment = moons()
    trainer = make_trainer(experiment, prepare(experiment))
    for _ in range(3):
        trainer.run_epoch()
    found = looking.look_at(3)
    for layer, weights in zip(found.layers, trainer.network.weights, strict=True):
        np.testing.assert_array_equal(layer.kernel, weights["kernel"])
        np.testing.assert_array_equal(layer.bias, weights["bias"])
    assert found.figures.test == trainer.figures.test
    assert found.figures.train.loss == trainer.figures.train.loss
    assert (found.run, found.live, found.is_past) == (looking.seen.last.run, looking.seen.last.place, True)
    assert found.history.epoch[-1] == 8.0
    assert found.boundary is not None
    assert found.confusion is not None


def test_looking_back_changes_neither_training_nor_undo(looking: Looking) -> None:
    before, document = looking.seen.weights, document_of(looking.seen)
    for epoch in (1, 5, 2):
        looking.look_at(epoch)
    assert document.undo_stack.count() == 0
    looking.past.return_to_live()
    assert not looking.past.is_past
    np.testing.assert_array_equal(looking.seen.weights, before)


def test_training_goes_on_meanwhile_and_its_history_grows(looking: Looking) -> None:
    looking.session.play()
    looking.seen.state(TrainingState.RUNNING)
    looking.look_at(4)
    looking.seen.until(lambda: looking.shown[-1].live and looking.shown[-1].live.epoch > 20)
    assert looking.shown[-1].epoch == 4
    assert looking.shown[-1].history.epoch[-1] > 8
    looking.session.toggle()
    assert not looking.past.is_past
    assert looking.session.state is TrainingState.RUNNING
    reached = looking.seen.last.epoch
    looking.seen.until(lambda: looking.seen.last.epoch > reached)
    looking.session.pause()


def test_at_rest_the_past_is_predicted_at_every_pixel(looking: Looking) -> None:
    looking.past.set_contents(SnapshotRequest(pixels=90))
    first = looking.look_at(4)
    assert first.image is not None
    looking.seen.until(lambda: looking.shown[-1].image is not None and looking.shown[-1].image.is_final)
    refined = looking.shown[-1]
    assert refined.layers is first.layers
    experiment = moons()
    data = prepare(experiment)
    trainer = make_trainer(experiment, data)
    for _ in range(4):
        trainer.run_epoch()
    exact = PlaneScan(trainer.network, data, data.plane, 90).result()
    np.testing.assert_array_equal(refined.image.values, exact.values)


def test_steps_end_at_the_first_moment_and_live(looking: Looking) -> None:
    past = looking.past
    past.step(-1)
    assert past.moment is not None
    assert past.moment.epoch == 7
    past.step(-100)
    assert past.moment.epoch == 0
    past.step(1)
    assert past.moment.epoch == 1
    past.step(100)
    assert past.moment is None
    past.step(-3)
    past.look_at(7.9)
    assert past.moment is None


def test_a_branch_is_one_undo_step_and_trains_on_exactly(looking: Looking) -> None:
    seen, document = looking.seen, document_of(looking.seen)
    live = seen.weights
    looking.look_at(3)
    looking.past.branch()
    seen.until(lambda: seen.runs.count() == 2 and seen.last.run == 2 and seen.last.epoch == 3)
    assert not looking.past.is_past
    assert document.undo_stack.undoText() == "Branch from epoch 3"
    seen.session.step_epochs(5)
    seen.until(lambda: seen.last.epoch == 8)
    seen.state(TrainingState.PAUSED)
    np.testing.assert_array_equal(seen.weights, live)
    assert [moment.epoch for moment in looking.past.moments] == list(range(9))
    document.undo_stack.undo()
    seen.until(lambda: seen.runs.count() == 3 and seen.last.run == 3)
    assert document.undo_stack.count() == 1
    np.testing.assert_array_equal(seen.weights, live)
    document.undo_stack.redo()
    seen.until(lambda: seen.runs.count() == 4 and seen.last.run == 4)
    assert seen.last.epoch == 8


def test_undo_of_a_branch_returns_even_where_the_checkpoint_was_dropped(looking: Looking) -> None:
    seen, document = looking.seen, document_of(looking.seen)
    live = seen.weights
    looking.look_at(3)
    looking.past.branch()
    seen.until(lambda: seen.last.run == 2)
    seen.session._worker._factory._cache._checkpoints.clear()
    document.undo_stack.undo()
    seen.until(lambda: seen.last.run == 3 and seen.last.epoch == 8)
    np.testing.assert_array_equal(seen.weights, live)


def test_an_edit_while_looking_back_branches(looking: Looking) -> None:
    seen, document = looking.seen, document_of(looking.seen)
    looking.look_at(2)
    document.change("Add Dense", document.experiment.replace(layers=(Dense(4, "tanh"), Dense(3))))
    seen.until(lambda: seen.last.run == 2)
    assert seen.last.epoch == 2
    assert [edit.text for edit in looking.past.edits] == ["Add Dense at epoch 2"]
    # The moments before it have another network.
    assert looking.look_at(1).experiment.layers == (Dense(4, "tanh"),)


def test_a_branch_is_marked_in_the_curves_too(looking: Looking) -> None:
    """With a live setting, whose run continues without a new network, and without any."""
    seen, document = looking.seen, document_of(looking.seen)
    looking.look_at(2)
    document.change("Batch size 5", document.experiment.with_training(batch_size=5))
    seen.until(lambda: seen.last.run == 2)
    assert [(mark.epoch, mark.text) for mark in seen.last.marks] == [(2.0, "Batch size 5 at epoch 2")]
    document.undo_stack.undo()
    seen.until(lambda: seen.last.run == 3)
    looking.look_at(4)
    looking.past.branch()
    seen.until(lambda: seen.last.run == 4)
    assert [(mark.epoch, mark.text) for mark in seen.last.marks] == [(4.0, "Branch from epoch 4")]


def test_a_weight_set_by_hand_while_looking_back_branches(looking: Looking) -> None:
    seen = looking.seen
    looking.look_at(2)
    seen.session.edit_weight(0, "kernel", (0, 0), 7.0)
    seen.until(lambda: seen.last.run == 2 and seen.kernel[0, 0] == 7.0)
    assert seen.last.epoch == 2
    stack = document_of(seen).undo_stack
    for _ in range(2):
        stack.undo()
        seen.until(lambda: seen.last.epoch > 2 and seen.kernel[0, 0] != 7.0)
        assert not stack.canUndo(), "it was one act"
        stack.redo()
        seen.until(lambda: seen.last.epoch == 2 and seen.kernel[0, 0] == 7.0)


@pytest.mark.parametrize("change", ["weight", "live", "network"])
def test_what_changes_while_a_branch_begins_goes_on_from_it(
    looking: Looking, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, session, document = looking.seen, looking.session, document_of(looking.seen)
    began, restore = Event(), run.restore_moment

    def restore_late(*arguments: Any) -> str:
        began.set()
        deadline = perf_counter() + PATIENCE_MS / 1000
        while session._run_requests.empty and perf_counter() < deadline:
            pass
        return restore(*arguments)

    looking.look_at(2)
    monkeypatch.setattr(run, "restore_moment", restore_late)
    looking.past.branch()
    began.wait(PATIENCE_MS / 1000)
    if change == "weight":
        session.edit_weight(0, "kernel", (0, 0), 7.0)
    elif change == "live":
        document.change("Batch size 5", document.experiment.with_training(batch_size=5))
    else:
        document.change("5 units", document.experiment.replace(layers=(Dense(5, "tanh"),)))
    seen.until(lambda: seen.last.run == (3 if change == "network" else 2))
    if change == "weight":
        seen.until(lambda: seen.kernel[0, 0] == 7.0)
    assert seen.last.epoch == 2


def test_a_new_run_returns_to_live_and_has_its_own_moments(looking: Looking) -> None:
    looking.look_at(2)
    looking.session.reset()
    looking.seen.until(lambda: looking.seen.last.run == 2)
    assert not looking.past.is_past
    assert [moment.epoch for moment in looking.past.moments] == [0]


def test_thumbnails_and_histograms_of_moments(looking: Looking) -> None:
    past = looking.past
    thumbnails, histograms = QSignalSpy(past.thumbnail_taken), QSignalSpy(past.histograms_taken)
    chosen = list(past.moments[::2])
    past.make_thumbnails(chosen)
    past.make_histograms(0, chosen)
    looking.seen.until(lambda: thumbnails.count() == len(chosen) and histograms.count() == 1)
    assert [thumbnails.at(index)[0].moment for index in range(len(chosen))] == chosen
    assert thumbnails.at(0)[0].boundary.shape == (40, 40, 1)
    found = histograms.at(0)[0]
    assert [moment for moment, _ in found] == chosen
    assert found[0][1].weights.counts.sum() == 8


def test_a_moment_that_was_dropped_returns_to_live(looking: Looking) -> None:
    moment = looking.past.moments[2]
    looking.past.look_at_moment(moment)
    looking.session.timeline.clear()
    looking.past._request()
    looking.seen.until(lambda: not looking.past.is_past)


def test_undo_marks_what_it_takes_back_but_no_return_to_earlier_training(looking: Looking) -> None:
    seen, document = looking.seen, document_of(looking.seen)
    document.change("Add Dense", document.experiment.replace(layers=(Dense(4, "tanh"), Dense(3))))
    seen.until(lambda: seen.last.run == 2)
    document.reset_training("Reset")
    seen.until(lambda: seen.last.run == 3)
    document.undo_stack.undo()
    seen.until(lambda: seen.last.run == 4 and seen.last.epoch == 8)
    assert [edit.text for edit in looking.past.edits] == ["Add Dense"]
    training = document.experiment.training
    document.change("Batch size 5", document.experiment.replace(training=training.replace(batch_size=5)))
    seen.session.step_epochs(1)
    seen.until(lambda: seen.last.epoch == 9)
    seen.state(TrainingState.PAUSED)
    document.undo_stack.undo()
    seen.until(lambda: looking.past.edits[-1].text == "Undo Batch size 5")


def test_the_data_map_is_of_the_runs_own_networks(looking: Looking) -> None:
    found = _map(looking)
    assert found.epochs.tolist() == [1, 2, 3, 4, 5, 6, 7, 8]
    experiment = moons()
    prepared = prepare(experiment)
    trainer = make_trainer(experiment, prepared)
    expected = []
    for _ in range(8):
        trainer.run_epoch()
        expected.append(confidence(prepared.encoding, _outputs(trainer, prepared), prepared.train.labels))
    np.testing.assert_allclose(found.confidence, expected, atol=1e-6)
    assert _map(looking, "test").confidence.shape == (8, len(prepared.test))
    looking.look_at(3)
    assert _map(looking).epochs.tolist() == [1, 2, 3]


def test_the_data_map_stays_with_other_labels_and_begins_anew_with_a_reset(looking: Looking) -> None:
    document, before = document_of(looking.seen), _map(looking)
    row = int(prepare(moons()).train_index[3])
    wrong = 1 - int(prepare(moons()).train.labels[3])
    _restarted(looking, lambda: document.change("", with_corrections(document.experiment, [row], wrong)))
    after = _map(looking)
    np.testing.assert_allclose(after.confidence[:8, 3], 1.0 - before.confidence[:, 3], atol=1e-6)
    kept = np.arange(before.confidence.shape[1]) != 3
    np.testing.assert_array_equal(after.confidence[:8, kept], before.confidence[:, kept])
    _restarted(looking, document.undo_stack.undo)
    np.testing.assert_array_equal(_map(looking).confidence[:8], before.confidence)
    _restarted(looking, looking.session.reset)
    assert _map(looking).epochs.tolist() == []


def test_the_data_map_leaves_out_networks_of_other_samples(looking: Looking) -> None:
    document = document_of(looking.seen)
    noisier = moons(dataset=Moons(samples=60, noise=0.3))
    _restarted(looking, lambda: document.change("", noisier))
    assert looking.seen.last.epoch == 8
    assert _map(looking).epochs.tolist() == [8.0]


def _map(looking: Looking, part: Part = "train") -> DataMap:
    spy = QSignalSpy(looking.past.map_taken)
    looking.past.make_map(part)
    looking.seen.until(spy.count)
    found = spy.at(0)[0]
    assert isinstance(found, DataMap)
    return found


def _restarted(looking: Looking, change: Callable[[], object]) -> None:
    runs, seen = looking.seen.runs.count(), looking.seen
    change()
    seen.until(lambda: seen.runs.count() > runs and seen.last.run == looking.past.run)


def _outputs(trainer: Trainer, prepared: PreparedData) -> Array:
    return trainer.network.predict(prepared.train.inputs)
