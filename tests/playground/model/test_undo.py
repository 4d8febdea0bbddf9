"""One step back and forth between two revisions; the moves of one slider are one step."""

from __future__ import annotations

import os
import subprocess
import sys
import weakref
from types import SimpleNamespace

import pytest
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import QApplication

from core.experiment.experiment import Experiment
from playground.model import merging_command
from playground.model.document import Document
from playground.model.merging_command import push
from playground.model.undo import ExperimentCommand, Revision, Transition


class Applied:
    """Records what a stack of commands applied, by a clock of its own."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 0.0
        self.seen: list[tuple[int, Transition]] = []
        self.stack = QUndoStack()
        self.revision = Revision(Experiment())
        monkeypatch.setattr(merging_command, "time", SimpleNamespace(monotonic=lambda: self.now))

    def push(self, seed: int, key: str = "", *, fresh: bool = False) -> None:
        new = Revision(Experiment(data_seed=seed), f"Seed {seed}", fresh)
        push(self.stack, ExperimentCommand(self.revision, new, self._apply, key))

    def _apply(self, revision: Revision, transition: Transition) -> None:
        self.revision = revision
        self.seen.append((revision.experiment.data_seed, transition))


@pytest.fixture
def applied(monkeypatch: pytest.MonkeyPatch) -> Applied:
    return Applied(monkeypatch)


def test_a_revision_is_itself_alone_though_another_holds_the_same() -> None:
    one, two = Revision(Experiment()), Revision(Experiment())
    assert one != two
    assert one.number < two.number


def test_only_undo_and_redo_restore(applied: Applied) -> None:
    applied.push(1)
    applied.stack.undo()
    applied.stack.redo()
    start = Experiment().data_seed
    assert applied.seen == [
        (1, Transition(restored=False, resets=False)),
        (start, Transition(restored=True, resets=False, undone="Seed 1")),
        (1, Transition(restored=True, resets=False)),
    ]
    assert applied.stack.undoText() == "Seed 1"


def test_a_fresh_step_resets_on_its_way_there_and_says_so_on_its_way_back(applied: Applied) -> None:
    applied.push(1, fresh=True)
    applied.stack.undo()
    assert [transition.resets for _, transition in applied.seen] == [True, True]


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


# Documents come, are edited and go, while the collector runs now and then.
COLLECTED_DOCUMENTS = """
import gc, random
from PySide6.QtWidgets import QApplication
from playground.model.document import Document

app, rng, documents = QApplication([]), random.Random(5), []
gc.disable()
for _ in range(2000):
    chance = rng.random()
    if chance < 0.15 or not documents:
        documents.append(Document())
    document = rng.choice(documents)
    if chance < 0.6:
        document.change("Seed", document.experiment.replace(data_seed=rng.randrange(1000)), rng.choice(["", "m"]))
    elif chance < 0.75:
        rng.choice([document.undo_stack.undo, document.undo_stack.redo])()
    elif chance < 0.8:
        document.undo_stack.command(0)
    elif chance < 0.9:
        documents.remove(document)
    del document
    if rng.random() < 0.1:
        gc.collect(rng.choice([0, 0, 1, 2]))
"""


def test_the_collector_may_delete_documents_at_any_moment() -> None:
    environment = os.environ | {"QT_QPA_PLATFORM": "offscreen", "PYTHONHASHSEED": "0"}
    done = subprocess.run([sys.executable, "-c", COLLECTED_DOCUMENTS], env=environment, timeout=300)
    assert done.returncode == 0


def test_commands_do_not_keep_their_document() -> None:
    document = Document()
    document.change("Seed", document.experiment.replace(data_seed=1))
    stack = document.undo_stack
    command, gone = stack.command(0), weakref.ref(document)
    del document, stack
    assert gone() is None
    del command
