"""One step back and forth between two revisions."""

from __future__ import annotations

import os
import subprocess
import sys
import weakref

import pytest

from core.experiment.experiment import Experiment
from playground.model.document import Document
from playground.model.undo import Revision, Transition
from tests.playground.model.applied_commands import Applied


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
