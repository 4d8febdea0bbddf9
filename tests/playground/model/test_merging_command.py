"""Quick changes of one thing are one step of undo, and leave nothing behind."""

from __future__ import annotations

import weakref

import pytest
from PySide6.QtWidgets import QApplication

from core.experiment.experiment import Experiment
from playground.model.document import Document
from tests.playground.model.applied_commands import Applied


@pytest.fixture
def applied(monkeypatch: pytest.MonkeyPatch) -> Applied:
    return Applied(monkeypatch)


@pytest.mark.parametrize(
    ("second", "pause", "steps"),
    [("rate", 1.5, 1), ("rate", 1.6, 2), ("noise", 0.0, 2), ("", 0.0, 2)],
)
def test_quick_moves_of_one_slider_are_one_step(
    applied: Applied, second: str, pause: float, steps: int
) -> None:
    first = applied.revision
    applied.push(1, "rate")
    applied.now += pause
    applied.push(2, second)
    assert applied.stack.count() == steps
    applied.stack.setIndex(0)
    assert applied.revision is first


def test_steps_without_a_key_never_merge(applied: Applied) -> None:
    applied.push(1)
    applied.push(2)
    assert applied.stack.count() == 2


def test_a_long_drag_is_one_step_as_long_as_it_moves(applied: Applied) -> None:
    for seed in range(1, 6):
        applied.push(seed, "rate")
        applied.now += 1.0
    assert applied.stack.count() == 1
    assert applied.stack.undoText() == "Seed 1"
    applied.stack.undo()
    applied.stack.redo()
    assert applied.revision.experiment.data_seed == 5


def test_a_drag_back_to_its_start_is_no_step(applied: Applied) -> None:
    start = applied.revision.experiment.data_seed
    applied.push(start + 1, "rate")
    applied.push(start, "rate")
    assert applied.stack.count() == 0


def test_a_merged_step_is_not_undone_with_what_was_saved(applied: Applied) -> None:
    applied.push(1, "rate")
    applied.stack.setClean()
    applied.push(2, "rate")
    assert applied.stack.count() == 2
    assert not applied.stack.isClean()
    applied.stack.undo()
    assert applied.stack.isClean()


def test_a_drag_back_to_its_start_is_saved_as_before(applied: Applied) -> None:
    start = applied.revision.experiment.data_seed
    applied.stack.setClean()
    applied.push(start + 1, "rate")
    assert not applied.stack.isClean()
    applied.push(start, "rate")
    assert applied.stack.isClean()
    assert applied.revision.experiment.data_seed == start


def test_a_change_after_an_undo_is_a_step_of_its_own(applied: Applied) -> None:
    applied.push(1, "rate")
    applied.push(2)
    applied.stack.undo()
    applied.push(3, "rate")
    assert applied.stack.count() == 2
    assert not applied.stack.canRedo()
    applied.stack.undo()
    assert applied.revision.experiment.data_seed == 1


def test_nothing_is_left_of_merged_steps(applied: Applied) -> None:
    """A stroke is a step that merges for every move of the mouse, each with all its points."""
    moves = []
    for seed in range(1, 50):
        applied.push(seed, "rate")
        moves.append(weakref.ref(applied.revision))
    assert [each().experiment.data_seed for each in moves if each() is not None] == [49]
    applied.push(99)
    applied.stack.clear()
    applied.seen.clear()
    assert moves[-1]() is None


def test_a_step_from_which_another_document_follows_merges_without_a_trace(qapp: QApplication) -> None:
    document = Document()
    document.change("Seed", document.experiment.replace(data_seed=1), "seed")
    start = document.experiment

    def open_another(experiment: Experiment) -> None:
        if experiment.data_seed == 2:
            document.load(start.replace(data_seed=7))

    document.experiment_changed.connect(open_another)
    document.change("Seed", start.replace(data_seed=2), "seed")
    assert document.experiment.data_seed == 7
    assert document.undo_stack.count() == 0
