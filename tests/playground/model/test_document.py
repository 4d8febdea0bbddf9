"""The open document: changes as steps of undo, the selected layer, and what its file lacks."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.data.datasets import Moons
from core.experiment.experiment import Experiment
from core.inspect.snapshot import Snapshot
from core.nn import Dense, Dropout
from playground.model.document import OUTPUT, Document
from playground.model.inspection import Inspection
from playground.model.undo import Transition
from playground.training.session import TrainingSession
from playground.views.canvas.hit_items import Link, Neuron
from playground.views.canvas.interventions import InterventionEditor

PATH = Path("moons.nnplay")
START = Experiment(layers=(Dense(1), Dense(2), Dense(3)))


@pytest.fixture
def document(qapp: QApplication) -> Document:
    return Document(START)


def units(document: Document) -> list[int]:
    return [layer.units for layer in document.experiment.layers if isinstance(layer, Dense)]


EDITS: dict[str, tuple[Callable[[Document], None], list[int], str, int | None]] = {
    "insert first": (lambda document: document.insert_layer(0, Dense(9)), [9, 1, 2, 3], "Add Dense", 0),
    "append": (lambda document: document.insert_layer(3, Dense(9)), [1, 2, 3, 9], "Add Dense", 3),
    "remove": (lambda document: document.remove_layer(1), [1, 3], "Remove Dense", None),
    "move right": (lambda document: document.move_layer(0, 2), [2, 3, 1], "Move Dense", 2),
    "move left": (lambda document: document.move_layer(2, 0), [3, 1, 2], "Move Dense", 0),
    "replace": (lambda document: document.replace_layer(1, Dense(9)), [1, 9, 3], "Change Dense", None),
    "replace by name": (
        lambda document: document.replace_layer(1, Dense(9), "More"),
        [1, 9, 3],
        "More",
        None,
    ),
}


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_of_the_stack_is_one_step_with_a_name(document: Document, name: str) -> None:
    edit, expected, text, selected = EDITS[name]
    edit(document)
    assert units(document) == expected
    assert document.undo_stack.undoText() == text
    assert document.selected == selected
    document.undo_stack.undo()
    assert document.experiment == START
    assert document.undo_stack.count() == 1


def test_an_equal_experiment_is_no_change(document: Document) -> None:
    seen: list[Experiment] = []
    document.experiment_changed.connect(seen.append)
    document.change("Nothing", START.replace())
    assert seen == []
    assert not document.undo_stack.canUndo()
    assert not document.unsaved


def test_a_selection_is_a_layer_that_is_there(document: Document) -> None:
    seen: list[int | None] = []
    document.selection_changed.connect(seen.append)
    for index in (2, 2, OUTPUT, 3, -7, 2):
        document.select(index)
    assert seen == [2, OUTPUT, None, 2]
    document.remove_layer(0)
    assert document.selected is None
    document.select(OUTPUT)
    document.remove_layer(0)
    assert document.selected == OUTPUT


def test_a_reset_is_a_step_though_the_experiment_stays(document: Document) -> None:
    before = document.revision
    document.reset_training("Reset")
    assert document.experiment == START
    assert document.revision is not before
    assert document.transition == Transition(restored=False, resets=True)
    document.undo_stack.undo()
    assert document.revision is before
    assert document.transition == Transition(restored=True, resets=True, undone="Reset")


def test_a_refresh_tells_the_same_experiment_and_is_no_step(document: Document) -> None:
    seen: list[Experiment] = []
    document.experiment_changed.connect(seen.append)
    before = document.revision
    document.refresh()
    assert seen == [START]
    assert document.revision is before
    assert not document.undo_stack.canUndo()


def test_what_is_saved_is_clean_again_after_undo(document: Document) -> None:
    document.insert_layer(0, Dropout(0.5))
    assert document.unsaved
    document.mark_saved(PATH)
    assert (document.path, document.unsaved) == (PATH, False)
    document.remove_layer(0)
    assert document.unsaved
    document.undo_stack.undo()
    assert not document.unsaved


def test_an_edit_while_it_is_written_stays_unsaved(document: Document) -> None:
    document.mark_saved(PATH)
    document.insert_layer(0, Dropout(0.5))
    mark = document.mark
    document.remove_layer(1)
    document.mark_saved(PATH, mark)
    assert document.unsaved
    document.undo_stack.undo()
    assert not document.unsaved, "this is the state that was written"
    document.undo_stack.undo()
    assert document.unsaved, "what the file held before is no longer in it"


def test_training_leaves_the_file_behind_and_says_so_once(document: Document) -> None:
    document.mark_saved(PATH)
    seen: list[bool] = []
    document.file_changed.connect(lambda: seen.append(document.unsaved))
    document.mark_place((3, 0), has_trained=False)
    assert not document.unsaved, "it is where the file is"
    mark = document.mark
    document.mark_place((4, 0), has_trained=True)
    document.mark_place((5, 0), has_trained=True)
    assert seen == [True]
    document.mark_place((3, 0), has_trained=True)
    assert not document.unsaved, "undo is back where the file is"
    document.mark_place((5, 0), has_trained=True)
    document.mark_saved(PATH, mark)
    assert document.unsaved, "it was trained after that moment"
    document.mark_saved(PATH)
    assert not document.unsaved


def test_another_file_forgets_steps_and_selection(document: Document) -> None:
    document.insert_layer(0, Dense(9))
    document.mark_place((4, 0), has_trained=True)
    document.load(Experiment(), PATH)
    assert document.experiment == Experiment()
    assert (document.path, document.selected, document.unsaved) == (PATH, None, False)
    assert not document.undo_stack.canUndo()
    assert document.transition == Transition(restored=False, resets=True, replaced=True)


PATIENCE_MS = 60_000


def test_holding_goes_on_with_the_same_run_and_undo_lets_go(qtbot: QtBot) -> None:
    document = Document(Experiment(dataset=Moons(samples=60), layers=(Dense(4, "tanh"),)))
    session = TrainingSession(document, Inspection())
    editor, seen = InterventionEditor(document), list[Snapshot]()
    session.snapshot_taken.connect(seen.append)
    runs = QSignalSpy(session.run_started)

    def until(found: object) -> None:
        qtbot.waitUntil(found, timeout=PATIENCE_MS)  # type: ignore[arg-type]

    def maps(unit: int) -> np.ndarray:
        found = seen[-1].layers[0].maps
        assert found is not None
        return found[unit]

    session.start()
    try:
        until(lambda: bool(seen))
        session.step_epoch()
        until(lambda: seen[-1].epoch == 1)
        editor.toggle(Neuron(0, 1), "mute")
        until(lambda: not maps(1).any())
        assert maps(0).any()
        editor.toggle(Neuron(0, 2), "freeze")
        session.step_epoch()
        until(lambda: seen[-1].epoch == 2)
        assert runs.count() == 1
        document.undo_stack.undo()
        document.undo_stack.undo()
        until(lambda: bool(maps(1).any()))
        assert runs.count() == 1
        before = seen[-1].layers[1].kernel
        assert before is not None
        editor.toggle(Link(1, 3, 0, 0), "cut_link")
        until(lambda: seen[-1].layers[1].kernel is not None and seen[-1].layers[1].kernel[3, 0] == 0.0)
        document.undo_stack.undo()
        until(lambda: seen[-1].layers[1].kernel is not None and seen[-1].layers[1].kernel[3, 0] != 0.0)
        np.testing.assert_array_equal(seen[-1].layers[1].kernel, before)
    finally:
        session.close()
