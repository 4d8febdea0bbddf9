"""Files about lessons in the window: worksheets, a new lesson that is read again when saved, and a class's folder."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent, QFontDatabase
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMenu, QRadioButton
from pytestqt.qtbot import QtBot

from core.data.datasets import Moons
from core.experiment.experiment import Experiment
from core.lessons.language import words_file
from core.nn import LAYERS
from playground.plugins.lessons.settings import LessonSettings
from playground.window.main_window import MainWindow
from tests.core.lessons.lesson_files import written
from tests.core.lessons.test_translation import german
from tests.playground.driving import click
from tests.playground.plugins.lessons.test_lesson_controller import (
    button,
    lesson_of,
    panel_of,
    ready,
    state_of,
)
from tests.playground.views.dialogs.preferences_shown import open_dialog

MINE = Experiment(name="Mine", dataset=Moons(), layers=LAYERS.parse("dense 4 tanh"))


def _choose(monkeypatch: pytest.MonkeyPatch, path: Path, kind: str = "") -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), kind))


def _saved(path: Path, *changes: tuple[str, str]) -> None:
    """As editors save: a new file takes the place of the old one."""
    text = path.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    other = path.with_suffix(".new")
    other.write_text(text, encoding="utf-8")
    other.replace(path)


def test_a_new_lesson_opens_and_is_read_again_whenever_it_is_saved(
    make: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = make(MINE)
    path = tmp_path / "mine.md"
    _choose(monkeypatch, tmp_path / "mine")
    window.actions_by_name["lesson_new"].trigger()
    assert panel_of(window).title.text() == "‹Title of the lesson›"
    ready(window, qtbot)
    click(button(window, "show_button"))
    qtbot.waitUntil(lambda: state_of(window, 0).done)
    click(panel_of(window).next)
    assert panel_of(window).steps.currentRow() == 1
    _saved(path, ("‹Title of the lesson›", "Größer"), ("‹Guess first›", "Say it"))
    qtbot.waitUntil(lambda: panel_of(window).title.text() == "Größer")
    assert panel_of(window).steps.currentRow() == 1
    assert lesson_of(window).steps[1].title == "Say it"
    # A fault is told by its line, and the old one stays; once more after that.
    with qtbot.waitSignal(window.files.message_requested) as said:
        _saved(path, ('kind = "do"', 'kind = "dance"'))
    assert said.args is not None
    assert "mine.md line" in said.args[0]
    assert "kind: it must be one of do, predict" in said.args[0]
    assert lesson_of(window).title == "Größer"
    _saved(path, ('kind = "dance"', 'kind = "do"'), ("Größer", "Kleiner"))
    qtbot.waitUntil(lambda: panel_of(window).title.text() == "Kleiner")
    window.actions_by_name["lesson_leave"].trigger()
    assert window.document.experiment == MINE


def test_an_answer_that_is_not_checked_stays_when_the_lesson_is_read_again(
    window: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    path = written(tmp_path)
    window.plugins["lessons"].open_file(path)
    ready(window, qtbot)
    run = window.plugins["lessons"].run
    assert run is not None
    for step in run.lesson.steps[:3]:
        run.progress.of(step).done = True
    run.progress.save()
    run.go_to(3)
    click(panel_of(window).findChildren(QRadioButton)[-1])
    _saved(path, ("Which one?", "Which one is it?"))
    qtbot.waitUntil(lambda: lesson_of(window).steps[3].text == "Which one is it?")
    click(button(window, "answer_button"))
    assert state_of(window, 3).done


def test_another_start_begins_the_lesson_with_it(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    path = written(tmp_path)
    window.plugins["lessons"].open_file(path)
    ready(window, qtbot)
    _saved(path, ("noise = 0.1", "noise = 0.3"))
    qtbot.waitUntil(lambda: getattr(window.document.experiment.dataset, "noise", 0) == 0.3)
    assert window.plugins["lessons"].has_work_aside


def test_a_worksheet_has_what_was_trained_and_the_code_at_the_end(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet, key = (window.actions_by_name[name] for name in ("lesson_sheet", "lesson_key"))
    assert not sheet.isEnabled()
    window.plugins["lessons"].open_file(written(tmp_path))
    ready(window, qtbot)
    click(button(window, "show_button"))
    qtbot.waitUntil(lambda: state_of(window, 0).done)
    assert window.plugins["lessons"].run is not None
    progress = window.plugins["lessons"].run.progress
    qtbot.waitUntil(lambda: bool(progress.runs))
    assert (progress.runs[0].changed, progress.runs[0].epochs) == ("no hidden layer", 2.0)
    path = tmp_path / "sheet.html"
    _choose(monkeypatch, path, "Page (*.html)")
    with qtbot.waitSignal(window.plugins["lessons"].files.message_requested) as said:
        sheet.trigger()
    assert said.args == ["sheet.html is written"]
    assert f"<b>{100 * progress.runs[0].value:.0f}\N{NO-BREAK SPACE}%</b>" in path.read_text(encoding="utf-8")
    assert progress.code not in path.read_text(encoding="utf-8")
    for step in lesson_of(window).steps:
        progress.of(step).done = True
    path.unlink()
    with qtbot.waitSignal(window.plugins["lessons"].files.message_requested):
        sheet.trigger()
    assert progress.code in path.read_text(encoding="utf-8")
    _choose(monkeypatch, tmp_path / "key", "PDF (*.pdf)")
    with qtbot.waitSignal(window.plugins["lessons"].files.message_requested, timeout=20_000) as said:
        key.trigger()
    assert said.args == ["key.pdf is written"]
    assert (tmp_path / "key.pdf").read_bytes().startswith(b"%PDF-")
    _choose(monkeypatch, tmp_path / "gone" / "key.pdf", "PDF (*.pdf)")
    with qtbot.waitSignal(window.plugins["lessons"].files.message_requested) as said:
        sheet.trigger()
    assert said.args == ["key.pdf cannot be written: No such file or directory"]


def test_the_menu_lists_the_lessons_of_a_class(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, name="b.md")
    (tmp_path / "a & b.md").write_text("no lesson", encoding="utf-8")
    menu = next(each for each in window.findChildren(QMenu) if each.title() == "Lessons of the &class")
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions()] == ["", "Choose their folder…"]
    answers = [str(tmp_path), ""]
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: answers.pop(0))
    for _ in range(2):
        menu.actions()[-1 if len(answers) == 2 else -2].trigger()
        menu.aboutToShow.emit()
        texts = [action.text() for action in menu.actions()]
        assert texts == ["a && b", "A small lesson", "", "Choose their folder…", "Leave their folder"], (
            "names are no mnemonics"
        )
    menu.actions()[1].trigger()
    assert lesson_of(window).path == tmp_path / "b.md"
    # That of the command line stands in its place.
    window.plugins["lessons"].files.folder = str(tmp_path / "kept")
    menu.aboutToShow.emit()
    menu.actions()[-1].trigger()
    assert window.preferences.of(LessonSettings) == LessonSettings()
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions()] == ["", "Choose their folder…"]


def test_a_lesson_that_is_dropped_is_opened(window: MainWindow, qtbot: QtBot, tmp_path: Path) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(written(tmp_path)))])
    none, left = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton
    window.dropEvent(QDropEvent(QPointF(9, 9), Qt.DropAction.CopyAction, data, left, none))
    qtbot.waitUntil(lambda: window.plugins["lessons"].run is not None)
    assert lesson_of(window).title == "A small lesson"


def test_finished_lessons_have_a_tick_in_the_menu(window: MainWindow, tmp_path: Path) -> None:
    first, second = (window.actions_by_name[f"lesson_{number}"] for number in (1, 2))
    first.trigger()
    run = window.plugins["lessons"].run
    assert run is not None
    for step in run.lesson.steps:
        run.progress.of(step).done = True
    run.progress.save()
    window.menu_area.menus["lessons"].aboutToShow.emit()
    assert first.text() == f"1 · {run.lesson.title} ✓"
    assert "✓" not in second.text()


def test_a_lesson_follows_the_language_of_the_preferences_and_of_the_environment(
    window: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = german(tmp_path)
    window.plugins["lessons"].open_file(path)
    ready(window, qtbot)
    assert lesson_of(window).title == "A small lesson"
    dialog = open_dialog(window, qtbot)
    assert dialog.language.current == "en"
    QTest.keyClick(dialog.language, Qt.Key.Key_Down)
    assert window.preferences.language == "de"
    qtbot.waitUntil(lambda: lesson_of(window).language == "de")
    panel = panel_of(window)
    assert panel.title.text() == "Eine kleine Lektion"
    assert (panel.head.text(), panel.back.text(), panel.next.text()) == ("LEKTION", "Zurück", "Weiter")
    assert button(window, "show_button").text() == "Zeig es mir"
    window.plugins["lessons"].files.folder = str(tmp_path)
    assert window.plugins["lessons"].files.listed == [(path, "Eine kleine Lektion")]
    window.menu_area.menus["lessons"].aboutToShow.emit()
    assert window.actions_by_name["lesson_1"].text() == "1 · Ein Neuron ist eine Gerade"
    # What is saved is read again.
    words = words_file(path, "de")
    words.write_text(
        words.read_text(encoding="utf-8").replace("Eine kleine", "Eine andere"), encoding="utf-8"
    )
    qtbot.waitUntil(lambda: panel.title.text() == "Eine andere Lektion")
    monkeypatch.setenv("NUMPYNET_LANGUAGE", "en")
    # Dropped, the words open their lesson.
    window.plugins["lessons"].open_file(words)
    assert lesson_of(window).path == path
    assert lesson_of(window).language == "en"
    dialog.restore.click()
    assert window.preferences.language == "en"
    dialog.close()


def test_a_font_that_is_missing_is_told_in_a_line(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, said = german(tmp_path), list[str]()
    words_file(path, "de").rename(words_file(path, "zh"))
    window.plugins["lessons"].message_requested.connect(said.append)
    monkeypatch.setattr(QFontDatabase, "families", lambda *_: [])
    window.preferences.language = "de"
    window.plugins["lessons"].open_file(path)
    assert said == []
    window.preferences.language = "zh"
    assert said == [
        "This system has no font for Chinese: install one, such as Noto Sans CJK SC, to read the lesson"
    ]
