"""A branch from an earlier moment equals a straight run, bit for bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from core.experiment.experiment import Experiment
from core.nn import BatchNormalization, Dense, Dropout
from core.optim import OPTIMIZERS
from core.optim.schedules import SCHEDULES
from playground.model.timeline.moment import Moment
from playground.model.undo import Revision, Transition
from playground.training import timeline_recorder
from playground.training.requests import RunRequest
from playground.training.run import Run, RunFactory
from playground.training.timeline_recorder import TimelineRecorder
from tests.core.compiled.two_engines import compiled_engine
from tests.playground.training.watching import moons

__all__ = ["compiled_engine"]

EPOCHS = 8
_LAYERS = (Dense(4, "tanh"), BatchNormalization(), Dropout(0.2))


class Recorded:
    """A run with its timeline."""

    def __init__(self, experiment: Experiment) -> None:
        self.factory = RunFactory()
        # A busy machine must not delay what is recorded.
        self.recorder = TimelineRecorder(self.factory.timeline, lambda: 0.0)
        self.run = self.factory.make(RunRequest(Revision(experiment)), None, on_load=None)
        self.recorder.begin(self.run, None)

    def train(self, epoch: int) -> None:
        while self.run.trainer.epoch < epoch:
            self.recorder.record_when_due()
            self.run.trainer.step()

    def train_fast(self, epoch: int) -> None:
        """As the window does, in slices of many steps."""
        trainer = self.run.trainer
        while trainer.epoch < epoch:
            self.recorder.record_when_due()
            left = trainer.steps_left + (epoch - trainer.epoch - 1) * trainer.steps_per_epoch
            trainer.run_for(10.0, left)

    def edit(self, **changes: Any) -> None:
        experiment = self.run.experiment.with_training(**changes)
        self.run.apply(experiment)
        self.recorder.note_edit("Edit")

    @property
    def moments(self) -> tuple[Moment, ...]:
        return self.factory.timeline.moments(self.run.number)

    def at(self, epoch: int) -> Moment:
        return next(each for each in self.moments if each.position == epoch)

    def branch(self, moment: Moment, experiment: Experiment | None = None) -> Run:
        revision = Revision(experiment or moment.experiment, "Branch", branch=moment)
        request = RunRequest(revision, None, Transition(restored=False, resets=True), moment)
        return self.factory.make(request, self.run, on_load=None)


def _assert_same(one: Run, other: Run) -> None:
    first, second = one.trainer, other.trainer
    np.testing.assert_array_equal(first.network.parameters, second.network.parameters)
    np.testing.assert_array_equal(first.network.state, second.network.state)
    assert first.optimizer_state.step == second.optimizer_state.step
    for name, slot in first.optimizer_state.slots.items():
        np.testing.assert_array_equal(slot, second.optimizer_state.slots[name], err_msg=name)
    assert first.optimizer_state.state_dict() == second.optimizer_state.state_dict()
    np.testing.assert_array_equal(first.log.to_array(), second.log.to_array())


@pytest.fixture(params=["every moment", "sparse"])
def sparse(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bool:
    """Whether most moments have no optimizer state, as of large networks."""
    if request.param == "sparse":
        monkeypatch.setattr(timeline_recorder, "_SMALL_SLOTS", -1)
        monkeypatch.setattr(timeline_recorder, "_RESUMABLE_SECONDS", 1e9)
        monkeypatch.setattr(timeline_recorder, "_RESUMABLE_EPOCHS", 3)
    return bool(request.param == "sparse")


@pytest.mark.parametrize("kind", [kind.kind for kind in OPTIMIZERS])
def test_a_branch_equals_a_straight_run_bit_for_bit(kind: str, sparse: bool) -> None:
    optimizer = OPTIMIZERS.get(kind)()
    seen = Recorded(moons(layers=_LAYERS).with_training(optimizer=optimizer))
    seen.train(EPOCHS)
    kinds = {each.resumable for each in seen.moments}
    assert kinds == ({True, False} if sparse else {True})
    for epoch in (0, 4, 5, 7):
        branch = seen.branch(seen.at(epoch))
        assert branch.trainer.epoch == epoch
        assert len(branch.trainer.log) == epoch + 1
        while branch.trainer.epoch < EPOCHS:
            branch.trainer.step()
        _assert_same(branch, seen.run)


@pytest.mark.parametrize("kind", [kind.kind for kind in OPTIMIZERS if not kind.full_batch])
def test_a_branch_equals_a_straight_run_within_the_compiled_engine(
    kind: str, sparse: bool, compiled_engine: None
) -> None:
    optimizer = OPTIMIZERS.get(kind)()
    seen = Recorded(moons(layers=_LAYERS).with_training(optimizer=optimizer, engine="compiled"))
    seen.train_fast(EPOCHS)
    assert seen.run.trainer.engines == {"compiled"}, seen.run.trainer.why_not_compiled
    assert [each.epoch for each in seen.moments] == list(range(EPOCHS + 1))
    for epoch in (2, 5):
        branch = seen.branch(seen.at(epoch))
        steps = (EPOCHS - epoch) * branch.trainer.steps_per_epoch
        branch.trainer.run_for(10.0, steps)
        assert branch.trainer.epoch == EPOCHS
        _assert_same(branch, seen.run)


def test_a_replay_never_crosses_a_change_of_engine(compiled_engine: None, sparse: bool) -> None:
    seen = Recorded(moons())
    seen.run.trainer.prefer_engine("numpy")
    seen.train(4)
    seen.run.trainer.prefer_engine("compiled")
    seen.train(EPOCHS)
    for epoch in (4, 5, 6, 7):
        branch = seen.branch(seen.at(epoch))
        branch.trainer.run_for(10.0, (EPOCHS - epoch) * branch.trainer.steps_per_epoch)
        _assert_same(branch, seen.run)


@pytest.mark.parametrize("kind", [kind.kind for kind in SCHEDULES])
def test_a_branch_is_exact_under_every_schedule(kind: str, sparse: bool) -> None:
    seen = Recorded(moons().with_training(schedule=SCHEDULES.get(kind)()))
    seen.train(EPOCHS)
    branch = seen.branch(seen.at(5))
    while branch.trainer.epoch < EPOCHS:
        branch.trainer.step()
    _assert_same(branch, seen.run)


def test_a_replay_never_crosses_an_edit(sparse: bool) -> None:
    seen = Recorded(moons())
    seen.train(4)
    seen.edit(optimizer=seen.run.experiment.training.optimizer.replace(learning_rate=0.3))
    seen.train(6)
    seen.edit(batch_size=7)
    seen.train(EPOCHS)
    for epoch in (5, 7):
        branch = seen.branch(seen.at(epoch), seen.run.experiment)
        if epoch == 5:
            branch = seen.branch(seen.at(epoch))
            while branch.trainer.epoch < 6:
                branch.trainer.step()
            branch.apply(seen.run.experiment)
        while branch.trainer.epoch < EPOCHS:
            branch.trainer.step()
        _assert_same(branch, seen.run)


def test_a_moment_within_an_epoch_is_exact(sparse: bool) -> None:
    seen = Recorded(moons())
    seen.train(2)
    for _ in range(3):
        seen.run.trainer.step()
    seen.recorder.record_now()
    moment = seen.moments[-1]
    assert (moment.epoch, moment.step) == (2, 3)
    seen.train(EPOCHS)
    branch = seen.branch(moment)
    while branch.trainer.epoch < EPOCHS:
        branch.trainer.step()
    _assert_same(branch, seen.run)


def test_an_edit_of_the_past_starts_from_its_weights() -> None:
    seen = Recorded(moons())
    seen.train(EPOCHS)
    moment = seen.at(3)
    wider = moment.experiment.replace(layers=(Dense(5, "tanh"),))
    branch = seen.branch(moment, wider)
    assert branch.trainer.epoch == 3
    vectors = seen.factory.timeline.vectors(moment)
    assert vectors is not None
    straight = seen.branch(moment).trainer.network.weights[0]["kernel"]
    np.testing.assert_array_equal(branch.trainer.network.weights[0]["kernel"][:, :4], straight)
    assert [mark.text for mark in branch.trainer.log.marks] == ["Branch"]


def test_a_cancelled_replay_leaves_initial_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeline_recorder, "_SMALL_SLOTS", -1)
    seen = Recorded(moons())
    seen.train(EPOCHS)
    moment = seen.at(5)
    assert not moment.resumable
    request = RunRequest(
        Revision(moment.experiment, branch=moment), None, Transition(restored=False, resets=True), moment
    )
    run = seen.factory.make(request, seen.run, on_load=None, cancelled=lambda: True)
    assert run.trainer.epoch == 0


def test_a_branch_that_cannot_be_exact_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timeline_recorder, "_SMALL_SLOTS", -1)
    seen = Recorded(moons())
    seen.train(EPOCHS)
    store, moment = seen.factory.timeline, seen.at(5)
    assert seen.branch(moment).notice == ""
    monkeypatch.setattr(store, "resumable_before", lambda moment: None)
    branch = seen.branch(moment)
    assert (
        branch.notice == "The optimizer starts anew at epoch 5, because its state of then is no longer kept."
    )
    np.testing.assert_array_equal(branch.trainer.network.parameters, store.vectors(moment)[0])
    store.clear()
    assert seen.branch(moment).notice == "Epoch 5 is no longer kept: training starts anew."
