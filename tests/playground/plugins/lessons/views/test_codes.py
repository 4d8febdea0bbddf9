"""Result codes in the window: pasted or from a file, as a table with faults and the help that was taken."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from core.lessons.grading import MAX_BYTES
from core.lessons.lesson import Lesson
from core.lessons.lesson_file import read_lesson
from core.lessons.result_code import PASSWORD, StepResult, code_of
from core.lessons.shipped import shipped_lessons
from playground.plugins.lessons.views.codes import CodesDialog
from playground.window.main_window import MainWindow
from tests.playground.driving import click


@pytest.fixture
def lesson() -> Lesson:
    return read_lesson(shipped_lessons()[0])


def opened(window: MainWindow) -> CodesDialog:
    window.actions_by_name["lesson_codes"].trigger()
    (dialog,) = window.findChildren(CodesDialog)
    assert dialog.isVisible()
    return dialog


def column(dialog: CodesDialog, head: str) -> list[str]:
    table = dialog.table
    heads = [table.horizontalHeaderItem(at).text() for at in range(table.columnCount())]  # type: ignore[union-attr]
    return [table.item(row, heads.index(head)).text() for row in range(table.rowCount())]  # type: ignore[union-attr]


def code(lesson: Lesson, mark: int, password: str = "") -> str:
    did = [StepResult(True, hints=min(1, len(step.hints)), shown=False) for step in lesson.steps]
    return code_of(lesson, did, mark, password)


def test_pasted_codes_become_a_table_that_is_saved(
    window: MainWindow, qtbot: QtBot, lesson: Lesson, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog = opened(window)
    assert (dialog.count.text(), dialog.save.isEnabled()) == ("No codes yet", False)
    ada = code(lesson, 1)
    lines = [f"Ada {ada}", f"{ada.replace('-', '').lower()}; Bob <b>", "", "Cid", f"Zoë: {code(lesson, 2)}"]
    dialog.text.setPlainText("\n".join(lines))
    qtbot.waitUntil(lambda: dialog.table.rowCount() == 4)
    assert column(dialog, "Line") == ["1", "2", "4", "5"]
    assert column(dialog, "Name") == ["Ada", "Bob <b>", "Cid", "Zoë"]
    whole = f"{len(lesson.steps)} of {len(lesson.steps)}"
    assert column(dialog, "Done") == [whole, whole, "", whole]
    hints = str(sum(bool(step.hints) for step in lesson.steps))
    assert column(dialog, "Hints") == [hints, hints, "", hints]
    assert column(dialog, "Fault") == [
        "", "the code is that of line 1 once more", "there is no result code in the line", "",
    ]  # fmt: skip
    assert dialog.count.text() == "4 lines, 2 with a fault"
    file = tmp_path / "class"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, **__: (str(file), "Table (*.csv)"))
    click(dialog.save)
    rows = list(csv.DictReader(io.StringIO(file.with_suffix(".csv").read_text("utf-8-sig"))))
    assert [row["name"] for row in rows] == ["Ada", "Bob <b>", "Cid", "Zoë"]
    assert dialog.count.text() == "class.csv: 4 lines"
    # It is one dialog, which Esc closes.
    assert opened(window) is dialog
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_codes_of_a_file_and_the_class_password(
    window: MainWindow, qtbot: QtBot, lesson: Lesson, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSWORD, "a long sentence")
    dialog, file = opened(window), tmp_path / "codes.txt"
    assert dialog.password.text() == "a long sentence"
    file.write_text(f"Ärger {code(lesson, 1, 'a long sentence')}\n{code(lesson, 2)} Bob", "utf-16")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: (str(file), ""))
    click(dialog.choose)
    qtbot.waitUntil(lambda: column(dialog, "Signed") == ["yes", "no"])
    assert column(dialog, "Name") == ["Ärger", "Bob"]
    assert column(dialog, "Fault")[1] == "the code is not signed with this class password"
    dialog.password.clear()
    qtbot.waitUntil(lambda: column(dialog, "Signed") == ["not checked", "no"])
    with file.open("ab") as written:
        written.truncate(MAX_BYTES + 1)
    click(dialog.choose)
    qtbot.waitUntil(lambda: "must be at most 5,000,000 bytes" in dialog.count.text())
    assert dialog.table.rowCount() == 2


def test_a_long_list_shows_its_beginning(window: MainWindow, qtbot: QtBot) -> None:
    dialog = opened(window)
    dialog.text.setPlainText("\n".join(f"pupil {number}" for number in range(600)))
    qtbot.waitUntil(lambda: dialog.table.rowCount() == 500)
    assert dialog.count.text() == "600 lines, 600 with a fault, the first 500 are shown"
    assert len(dialog.rows) == 600
