"""The bar that says what other data brought: its words, Keep mine and Undo, and when it goes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from core.data.datasets import Circles, Digits, Iris, Moons, TableFile
from core.data.tables.read_table import read_table
from core.data.tables.table_schema import guess_schema
from core.experiment.adapt import on_data, recommended
from core.experiment.change import changed
from core.experiment.experiment import Experiment
from core.experiment.presets import preset_named
from core.nn import Dense
from core.optim import SGD
from core.train.tasks import FlowMatching
from playground.model.document import Document
from playground.training.state import TrainingState
from playground.views.canvas.classic_bar import KEEP, UNDO, texts_of
from playground.window.main_window import MainWindow

PATIENCE_MS = 60_000


def points() -> Experiment:
    return Experiment(dataset=Moons(), layers=(Dense(5),)).with_training(optimizer=SGD(0.5))


def test_one_step_brings_network_and_asides_back(qtbot: QtBot) -> None:
    document = Document(points())
    document.use_data("Use Digits", Digits())
    assert document.experiment.layers == preset_named("digits").layers
    assert document.revision.asides == (points(),)
    document.undo_stack.undo()
    assert document.experiment == points()
    assert (document.revision.asides, document.last_change) == ((), None)
    document.undo_stack.redo()
    assert document.revision.asides == (points(),)
    document.use_data("Use Circles", Circles())
    assert document.experiment.layers == points().layers


def test_mine_is_kept_within_the_step(qtbot: QtBot) -> None:
    document = Document(points())
    document.use_data("Use Iris", Iris())
    change = document.last_change
    assert change is not None
    document.keep_mine()
    assert document.experiment == change.mine
    assert document.experiment.layers == points().layers
    assert document.last_change is None
    assert document.undo_stack.count() == 1
    document.undo_stack.undo()
    assert document.experiment == points()


def test_the_words_say_what_is_new_and_what_became_of_the_old() -> None:
    there = changed(preset_named("mnist_cnn"), dataset=Moons())
    title, told = texts_of(there)
    assert title == "New data: Moons."
    assert told.startswith("The network for MNIST is put aside; this one fits: ")
    task, _ = texts_of(changed(points(), task=FlowMatching()))
    assert task == "New task: Generate."
    back = changed(there.experiment, (preset_named("mnist_cnn"),), dataset=preset_named("mnist_cnn").dataset)
    assert "the one from before is back" in texts_of(back)[1]


def test_it_is_operated_by_keys_spoken_and_gone_with_the_next_edit(
    make: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = make(points())
    bar, document = window.panels.change_bar, window.document
    assert not bar.isVisible()
    document.use_data("Use Iris", Iris())
    assert bar.isVisible()
    assert bar.accessibleName().startswith("New data: Iris. The network for Moons is put aside")
    assert bar.buttons[KEEP].toolTip() == "Keep the layers and SGD at 0.5 of the network before"
    bar.buttons[UNDO].setFocus()
    QTest.keyClick(bar.buttons[UNDO], Qt.Key.Key_Return)
    assert document.experiment == points()
    assert not bar.isVisible()
    document.use_data("Use Iris", Iris())
    QTest.mouseClick(bar.buttons[KEEP], Qt.MouseButton.LeftButton)
    assert document.experiment.layers == points().layers
    assert not bar.isVisible()
    document.use_data("Use Digits", Digits())
    document.change("Add", document.experiment.replace(seed=3))
    assert not bar.isVisible()
    # The network that serves both stays without a word.
    document.load(points())
    document.use_data("Use Circles", Circles())
    assert not bar.isVisible()
    document.undo_stack.setClean()


def test_an_import_is_a_document_of_its_own_and_the_other_comes_back_as_it_was(
    make: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make(points())
    document, files, bar = window.document, window.files, window.panels.change_bar
    monkeypatch.setattr(files, "asks_to_save", False)
    project = tmp_path / "mine.nnplay"
    document.mark_saved(project)
    document.change("Wider", points().replace(layers=(Dense(6),)))
    window.session.step_epoch()
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    table = tmp_path / "prices <b>.csv"
    table.write_text("a,b,price\n" + "".join(f"{i},{i * i % 7},{1000 + 3.5 * i}\n" for i in range(60)))
    read = read_table(table)
    files.show_import(recommended(on_data(Experiment(), TableFile.of(read, guess_schema(read)))))
    assert (document.path, document.experiment.name, document.undo_stack.count()) == (None, "prices <b>", 0)
    assert document.unsaved
    assert "New document: prices <b>." in bar.accessibleName()
    assert "&lt;b&gt;" in bar.label.text()
    qtbot.waitUntil(lambda: window.session.state is TrainingState.IDLE, timeout=PATIENCE_MS)
    QTest.mouseClick(bar.buttons[UNDO], Qt.MouseButton.LeftButton)
    assert (document.path, document.experiment.layers) == (project, (Dense(6),))
    assert document.undo_stack.index() == 1
    qtbot.waitUntil(lambda: window.session.state is TrainingState.PAUSED, timeout=PATIENCE_MS)
    checkpoint = window.session.checkpoint()
    assert checkpoint is not None
    assert checkpoint[1] is not None
    assert checkpoint[1].epoch == 1
    # Undone, it can be done again, as it was left, and undone once more.
    for _ in range(2):
        assert document.undo_stack.redoText() == "Import prices <b>"
        window.actions_by_name["redo"].trigger()
        qtbot.waitUntil(lambda: document.experiment.name == "prices <b>", timeout=PATIENCE_MS)
        qtbot.waitUntil(bar.isVisible, timeout=PATIENCE_MS)
        qtbot.waitUntil(lambda: window.session.state is TrainingState.IDLE, timeout=PATIENCE_MS)
        QTest.mouseClick(bar.buttons[UNDO], Qt.MouseButton.LeftButton)
        assert (document.path, document.experiment.layers) == (project, (Dense(6),))
        assert document.undo_stack.undoText() == "Wider"
    # With the next edit of the import, the document before is let go.
    files.show_import(recommended(on_data(Experiment(), TableFile.of(read, guess_schema(read)))))
    document.change("Seed", document.experiment.replace(seed=5))
    assert not document.has_aside
    assert not bar.isVisible()
