"""Layers go over the clipboard, as they are or written as text."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from core.nn import Dense, Dropout
from playground.views.canvas.layer_clipboard import MIME_TYPE
from tests.playground.views.canvas.bench import (
    STACK,
    bench,
    chosen,
    click,
)

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def test_duplicates_stand_behind_the_selected_and_are_selected(qtbot: QtBot) -> None:
    at = bench(qtbot)
    click(at.card(0))
    click(at.card(1), SHIFT)
    QTest.keyClick(at.card(1), Qt.Key.Key_D, CTRL)
    assert at.layers == (*STACK[:2], *STACK[:2], STACK[2])
    assert chosen(at) == [2, 3]
    at.document.undo_stack.undo()
    assert at.layers == STACK


def test_layers_go_over_the_clipboard(qtbot: QtBot) -> None:
    at = bench(qtbot)
    click(at.card(0))
    click(at.card(1), CTRL)
    at.canvas.selected.cut()
    assert at.layers == STACK[2:]
    assert at.document.undo_stack.count() == 1
    assert QApplication.clipboard().text() == "dense 6 tanh, dense 5 relu"
    click(at.card(0))
    at.canvas.selected.paste()
    assert at.layers == (STACK[2], *STACK[:2])
    assert chosen(at) == [1, 2]
    at.document.undo_stack.undo()
    assert at.layers == STACK[2:]


def test_a_stack_written_as_text_is_pasted(qtbot: QtBot) -> None:
    at = bench(qtbot)
    QApplication.clipboard().setText("dense 3 relu,\ndropout 0.5")
    at.canvas.selected.paste()
    assert at.layers == (*STACK, Dense(3, "relu"), Dropout(0.5))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the clipboard holds none"),
        ("dens 4", "did you mean 'dense'?"),
        ("dense -4", "Paste needs layers"),
        ("The quick brown fox jumps", "“The quick brown fox jumps”"),
        ("[1, 2", "Paste needs layers"),
        ("x" * 200_000, "at most 100,000 letters, got 200,000"),
    ],
)
def test_what_is_no_layer_is_not_pasted(qtbot: QtBot, text: str, said: str) -> None:
    at = bench(qtbot)
    told = QSignalSpy(at.canvas.message_requested)
    QApplication.clipboard().setText(text)
    at.canvas.selected.paste()
    assert at.layers == STACK
    assert said in told.at(0)[0]


def test_broken_layers_of_this_program_are_not_pasted(qtbot: QtBot) -> None:
    at = bench(qtbot)
    data = QMimeData()
    data.setData(MIME_TYPE, b'[{"kind": "dense", "units": "many"}]')
    QApplication.clipboard().setMimeData(data)
    told = QSignalSpy(at.canvas.message_requested)
    at.canvas.selected.paste()
    assert at.layers == STACK
    assert told.count() == 1


def test_without_a_selection_copy_says_so(qtbot: QtBot) -> None:
    at = bench(qtbot)
    told = QSignalSpy(at.canvas.message_requested)
    at.canvas.selected.copy()
    at.canvas.selected.cut()
    assert [told.at(index)[0][:4] for index in range(told.count())] == ["Copy", "Cut "]
    assert at.layers == STACK
