"""A run and the edits that it outlives."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtTest import QSignalSpy

from core.data.datasets import Moons, Painted, PaintedPoints, TableFile
from core.data.label_corrections import LabelCorrections
from core.data.tables.read_table import read_table
from core.data.tables.table_schema import guess_schema
from core.experiment.experiment import Experiment
from core.experiment.prepare import make_trainer, prepare
from core.experiment.project_file import TrainerState, load_project, save_project
from core.io.number_text import rounded_text
from core.nn import BatchNormalization, Conv2D, Dense, Dropout
from core.nn.interventions import Intervention
from core.optim import OPTIMIZERS, Adam
from core.optim.schedules import SCHEDULES
from core.train.history import Mark
from core.train.tasks.reconstruction import Reconstruction
from playground.model.timeline.moment import Moment
from playground.model.undo import Revision, Transition, WeightEdit
from playground.training import timeline_recorder
from playground.training.requests import RunRequest
from playground.training.run import CheckpointCache, Run, RunFactory
from playground.training.state import TrainingState
from playground.training.timeline_recorder import TimelineRecorder
from tests.core.compiled.two_engines import compiled_engine
from tests.core.experiment.on_data import with_chosen_task, with_dataset
from tests.core.trainers import with_changes
from tests.playground.training.watching import NEW_RUNS, Watch, document_of, moons

EDITS = {
    "layer": {"layers": (Dense(4, "tanh"), Dense(3, "relu"))},
    "units": {"layers": (Dense(5, "tanh"),)},
    "activation": {"layers": (Dense(4, "relu"),)},
    "features": {"features": ("x1", "x2", "sin_x1")},
    "noise": {"dataset": Moons(samples=60, noise=0.3)},
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


@pytest.mark.parametrize("changes", [{"data_seed": 1}, {"train_share": 0.5}, {"held_out": 0.2}])
def test_another_split_starts_anew_so_that_nothing_is_tested_on_what_it_learned_from(
    watch: Callable[..., Watch], changes: dict[str, Any]
) -> None:
    seen = watch()
    seen.session.step_epoch()
    seen.until(lambda: seen.last.epoch == 1)
    before = seen.kernel.copy()
    document_of(seen).change("Edit", document_of(seen).experiment.replace(**changes))
    seen.until(lambda: seen.runs.count() == 2 and seen.last.run == 2)
    assert (seen.last.epoch, seen.last.has_trained) == (0, False)
    document_of(seen).undo_stack.undo()
    seen.until(lambda: seen.last.run == 3)
    assert seen.last.epoch == 1
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


def training_of(seen: Watch) -> tuple[Experiment, dict[str, np.ndarray]]:
    """All that a project file holds of the present training: weights, slots and history."""
    taken = seen.session.checkpoint()
    assert taken is not None
    return taken[0], {name: array.copy() for name, array in taken[1].arrays.items()}


def assert_same_training(seen: Watch, then: tuple[Experiment, dict[str, np.ndarray]]) -> None:
    experiment, arrays = training_of(seen)
    assert experiment == then[0]
    assert arrays.keys() == then[1].keys()
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, then[1][name], err_msg=name)


def trained_once(seen: Watch) -> Watch:
    seen.session.step_epoch()
    seen.until(lambda: seen.last.epoch >= 1 and seen.session.state is TrainingState.PAUSED)
    return seen


@pytest.mark.parametrize("at_once", [False, True], ids=["one by one", "at once"])
def test_undo_takes_weights_set_by_hand_back_and_redo_sets_them(
    watch: Callable[..., Watch], at_once: bool
) -> None:
    """Requests that the worker did not take yet are merged; of these none may be left out."""
    seen = trained_once(watch())
    document, stack = document_of(seen), document_of(seen).undo_stack
    states = [training_of(seen)]
    seen.session.edit_weight(0, "kernel", (1, 2), 0.75)
    states.append(training_of(seen))
    document.change("Rate", document.experiment.with_training(optimizer=Adam(0.001)))
    states.append(training_of(seen))
    seen.session.edit_weight(1, "bias", (0,), -0.5)
    states.append(training_of(seen))
    assert stack.undoText() == "Set a weight to −0.5"
    for move, order in ((stack.undo, states[-2::-1]), (stack.redo, states[1:]), (stack.undo, states[-2::-1])):
        for state in order:
            move()
            if not at_once:
                assert_same_training(seen, state)
        assert_same_training(seen, order[-1])
    assert seen.runs.count() == 1
    assert not stack.canUndo()


def test_undo_of_a_weight_goes_back_to_the_training_before_it(watch: Callable[..., Watch]) -> None:
    """Also while it trains, where the number would be a step that no undo had."""
    seen = trained_once(watch())
    before = training_of(seen)
    seen.session.edit_weight(0, "kernel", (1, 2), 0.75)
    seen.session.step_epoch()
    seen.until(lambda: seen.last.epoch == 2)
    later = training_of(seen)
    document_of(seen).undo_stack.undo()
    seen.until(lambda: seen.runs.count() == 2)
    assert_same_training(seen, before)
    document_of(seen).undo_stack.redo()
    seen.until(lambda: seen.runs.count() == 3)
    assert_same_training(seen, later)


def test_a_weight_is_set_again_in_what_was_trained_without_it(watch: Callable[..., Watch]) -> None:
    seen = trained_once(watch())
    stack = document_of(seen).undo_stack
    seen.session.edit_weight(0, "kernel", (1, 2), 0.75)
    stack.undo()
    seen.session.step_epoch()
    seen.until(lambda: seen.last.epoch == 2)
    trained = training_of(seen)
    stack.redo()
    again = training_of(seen)[1]["weights/layer_0/kernel"]
    assert (again != trained[1]["weights/layer_0/kernel"]).sum() == 1
    assert again[1, 2] == 0.75
    stack.undo()
    assert_same_training(seen, trained)


def test_a_weight_set_and_undone_while_it_trains_leaves_it_training(watch: Callable[..., Watch]) -> None:
    seen = watch()
    edits = QSignalSpy(seen.session.weight_edited)
    seen.session.play()
    seen.until(lambda: seen.last.epoch >= 2)
    seen.session.edit_weight(0, "kernel", (1, 2), 50.0)
    seen.until(lambda: edits.count() == 1 and seen.kernel[1, 2] > 40.0)
    document_of(seen).undo_stack.undo()
    seen.until(lambda: seen.kernel[1, 2] < 40.0)
    reached = seen.last.epoch
    seen.until(lambda: seen.last.epoch > reached)
    assert seen.session.state is TrainingState.RUNNING


def test_where_the_training_before_is_not_kept_undo_sets_one_number(
    watch: Callable[..., Watch], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(CheckpointCache, "put", lambda *_: None)
    seen, told = trained_once(watch()), []
    seen.session.stopped.connect(told.append)
    value = float(seen.kernel[1, 2])
    seen.session.edit_weight(0, "kernel", (1, 2), 0.75)
    seen.session.step_epoch()
    seen.until(lambda: seen.last.epoch == 2)
    later = training_of(seen)
    document_of(seen).undo_stack.undo()
    now = training_of(seen)
    changed = {name for name in now[1] if not np.array_equal(now[1][name], later[1][name])}
    # The last row of the history is the evaluation of the present weights.
    assert changed == {kernel := "weights/layer_0/kernel", "history"}
    assert (now[1][kernel] != later[1][kernel]).sum() == 1
    assert now[1][kernel][1, 2] == value
    seen.until(lambda: told)
    assert told == [f"The training before is no longer kept: the weight is {rounded_text(value, 4)} again."]


def test_no_weight_is_set_where_nothing_can_train(watch: Callable[..., Watch]) -> None:
    seen = watch()
    document = document_of(seen)
    document.change_layers("Insert Conv2D", (Conv2D(4),))
    seen.state(TrainingState.BLOCKED)
    told: list[str] = []
    seen.session.stopped.connect(told.append)
    seen.session.edit_weight(0, "kernel", (1, 2), 0.75)
    assert told == [seen.session.message]
    assert document.undo_stack.undoText() == "Insert Conv2D"


def _start_from(document: Any) -> None:
    """As a lesson does with a step that was left."""
    experiment = document.experiment.replace(layers=(Dense(3, "tanh"),))
    trainer = make_trainer(experiment, data := prepare(experiment))
    trainer.run_epoch()
    document.start_from("Step 2", experiment, TrainerState.of(trainer, data.pipeline))


def _import(document: Any) -> None:
    table = read_table(Path("mine.csv"))
    document.change("Import", with_dataset(document.experiment, TableFile.of(table, guess_schema(table))))


def _replaced(text: str, **changes: Any) -> Callable[[Any], None]:
    return lambda document: document.change(text, with_changes(document.experiment, **changes))


_POINTS = PaintedPoints.of([[0.1, 0.2, 0], [0.5, -0.5, 1], [-0.3, 0.4, 0]] * 4)
STEPS: dict[str, Callable[[Any], None]] = {
    "weight": lambda document: document.set_weight(WeightEdit(0, "kernel", (1, 2), 0.75)),
    "relabel": _replaced("Relabel", corrections=LabelCorrections.of([[3, 1], [7, 0]])),
    "paint": _replaced("Paint", dataset=Painted(points=_POINTS)),
    "import": _import,
    "intervention": _replaced("Mute", interventions=(Intervention("mute", 0, 1),)),
    "cut": _replaced("Cut", interventions=(Intervention("cut_link", 0, 1, input=0),)),
    "start from": _start_from,
    "task": lambda document: document.change("Task", with_chosen_task(document.experiment, Reconstruction())),
    "reset": lambda document: document.reset_training("Reset"),
    "embedding": lambda document: document.set_embeds_data(True),
}


@pytest.mark.parametrize("step", STEPS.values(), ids=STEPS.keys())
def test_every_change_of_what_a_project_holds_is_undone_and_made_again(
    watch: Callable[..., Watch], step: Callable[[Any], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That nothing was trained since makes redo exact, too; what is trained is found again as it was left."""
    monkeypatch.chdir(tmp_path)
    rows = "\n".join(f"{x},{x * x % 7},{'ab'[x % 2]}" for x in range(40))
    Path("mine.csv").write_text(f"x,y,side\n{rows}", encoding="utf-8")
    seen = trained_once(watch())
    document = document_of(seen)
    before, embeds = training_of(seen), document.embeds_data
    step(document)
    assert document.undo_stack.count() == 1
    seen.until(lambda: seen.session.wait_for_checkpoint().revision is document.revision)
    after, embeds_after = training_of(seen), document.embeds_data
    for _ in range(2):
        document.undo_stack.undo()
        assert_same_training(seen, before)
        assert document.embeds_data == embeds
        document.undo_stack.redo()
        assert_same_training(seen, after)
        assert document.embeds_data == embeds_after
    # The data of a file are read again: what a step starts from is not done twice.
    epoch = seen.epoch
    seen.session.step_epoch()
    seen.until(lambda: seen.epoch > epoch and not seen.session.is_busy())
    trained = training_of(seen)
    document.refresh()
    assert_same_training(seen, trained)


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
    assert (moment.epoch, moment.place.step) == (2, 3)
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


def state(size: int) -> TrainerState:
    """A training state of that many bytes."""
    return TrainerState({}, {"weights": np.zeros(size, np.int8)})


@pytest.fixture
def cache() -> CheckpointCache:
    """Room for 100 bytes, with 40 each of the revisions 1 and 2."""
    made = CheckpointCache(max_bytes=100)
    for revision in (1, 2):
        made.put(revision, state(40))
    return made


def test_the_oldest_goes_when_there_is_no_room(cache: CheckpointCache) -> None:
    cache.put(3, state(40))
    assert cache.get(1) is None
    assert cache.get(2) is not None
    assert cache.get(3) is not None


def test_a_newer_checkpoint_of_a_revision_takes_the_place_of_its_last(cache: CheckpointCache) -> None:
    newer = state(60)
    cache.put(1, newer)
    assert cache.get(1) is newer
    assert cache.get(2) is not None


def test_one_larger_than_the_budget_is_not_kept(cache: CheckpointCache) -> None:
    cache.put(3, state(101))
    assert [cache.get(revision) for revision in (1, 2, 3)] == [None] * 3


def test_a_revision_whose_training_went_on_shares_the_later_checkpoint(cache: CheckpointCache) -> None:
    cache.link(7, 8)
    cache.link(8, 2)
    assert cache.get(7) is cache.get(8) is cache.get(2)
    cache.put(7, state(1))
    assert cache.get(7) is not cache.get(2)


def test_all_are_dropped_with_their_links(cache: CheckpointCache) -> None:
    cache.link(7, 2)
    cache.clear()
    assert [cache.get(revision) for revision in (1, 2, 7)] == [None] * 3
    cache.put(2, state(100))
    assert cache.get(7) is None
    assert cache.get(2) is not None
