"""Edits that are made while an earlier moment is looked at."""

from __future__ import annotations

from core.experiment.experiment import Experiment
from core.nn import Dense
from playground.model.document import Document
from playground.model.timeline.branching import with_changes_of
from tests.playground.model.timeline.made_moments import moment


def test_only_what_was_changed_is_taken_over() -> None:
    past = Experiment(layers=(Dense(units=3),), name="past").with_training(batch_size=5)
    now = past.with_training(batch_size=30).replace(seed=4)
    found = with_changes_of(past, now, now.replace(layers=(Dense(units=7),)))
    assert found == past.replace(layers=(Dense(units=7),))
    found = with_changes_of(past, now, now.with_training(batch_size=64))
    assert found == past.with_training(batch_size=64)
    assert with_changes_of(past, now, now) == past


def test_a_change_while_looking_back_branches_as_one_step() -> None:
    document = Document(Experiment())
    seen, _ = moment(120.0)
    document.past = seen
    document.change("Batch size 64", document.experiment.with_training(batch_size=64), "batch_size")
    assert document.revision.branch is seen
    assert document.undo_stack.undoText() == "Batch size 64 at epoch 120"
    assert document.past is None
    # The rest of the drag changes the branch.
    document.change("Batch size 128", document.experiment.with_training(batch_size=128), "batch_size")
    assert document.undo_stack.count() == 1
    document.undo_stack.undo()
    assert document.experiment == Experiment()
    assert document.transition.resets
    assert document.transition.restored


def test_a_reset_and_no_change_do_not_branch() -> None:
    document = Document(Experiment())
    document.past = moment(1.0)[0]
    document.change("Same", document.experiment)
    assert document.undo_stack.count() == 0
    document.change("Template", document.experiment.replace(seed=3), fresh=True)
    assert document.revision.branch is None
    assert document.past is None
