"""Films of the window's training: composed, previewed, written, cancelled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from playground.plugins.film.dialog import FilmDialog
from playground.window.main_window import MainWindow
from tests.playground.driving import click, press
from tests.playground.window.trained_windows import small, toasts, train, wait_for

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def shown(window: MainWindow, qtbot: QtBot) -> FilmDialog:
    wait_for(qtbot, lambda: any(each.isVisible() for each in window.findChildren(FilmDialog)))
    (dialog,) = (each for each in window.findChildren(FilmDialog) if each.isVisible())
    return dialog


def opened(window: MainWindow, qtbot: QtBot) -> FilmDialog:
    window.activateWindow()
    wait_for(qtbot, window.isActiveWindow)
    window.plugins["film"].open()
    return shown(window, qtbot)


def short(dialog: FilmDialog, file: Path) -> None:
    for name, value in (("seconds", 1.0), ("side", 240), ("hold", 0.0)):
        dialog.options.form.row(name).edited.emit(value)
    dialog.foot.file.path.setText(str(file))


@pytest.fixture
def trained(make: Any, qtbot: QtBot) -> MainWindow:
    window: MainWindow = make(small())
    train(window, qtbot, 3)
    return window


def test_a_film_of_the_timeline_is_previewed_and_written(
    trained: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = opened(trained, qtbot)
    assert dialog.settings.caption == "A network learns Small"
    assert "epochs 0 to 3" in dialog.subtitle.text()
    wait_for(qtbot, lambda: not dialog.preview.screen_area.image.isNull())
    wait_for(qtbot, lambda: len(dialog.preview.thumbs) == 9)
    assert [dialog.preview.thumbs[index].text() for index in (0, -1)] == ["0", "3"]
    short(dialog, tmp_path / "small")
    dialog.formats.buttons[".gif"].click()
    click(dialog.write_button)
    wait_for(qtbot, (tmp_path / "small.gif").exists)
    wait_for(
        qtbot, lambda: any(text.startswith("small.gif is written: 30 frames") for text in toasts(trained))
    )
    with Image.open(tmp_path / "small.gif") as image:
        assert image.size == (240, 240)
    assert trained.preferences.last_folder == str(tmp_path)
    again = opened(trained, qtbot)
    assert (again.formats.current, again.settings.side, again.settings.hold) == (".gif", 240, 0.0)


def test_a_cancelled_film_leaves_nothing_and_the_dialog_open(
    trained: MainWindow, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr("playground.window.main_window.ask", lambda *words: asked.append(words[2]))
    dialog = opened(trained, qtbot)
    short(dialog, tmp_path / "small.webp")
    for name, value in (("seconds", 60.0), ("fps", 50)):
        dialog.options.form.row(name).edited.emit(value)
    click(dialog.write_button)
    assert trained.plugins["film"].is_writing
    with monkeypatch.context() as patch:
        patch.setattr(trained.files, "asks_to_save", True)
        trained.close()
    assert trained.isVisible()
    assert asked == ["A film is being written; its file is not kept."]
    wait_for(qtbot, lambda: "Writing frame" in dialog.foot.progress.text())
    assert trained.plugins["film"].writing_note.isVisible()
    press(trained, Qt.Key.Key_Escape)
    wait_for(qtbot, lambda: not trained.plugins["film"].is_writing)
    assert dialog.isVisible()
    assert dialog.write_button.text() == "Write film"
    assert list(tmp_path.glob("*small*")) == []


def test_a_closed_dialog_goes_on_writing_and_the_status_bar_cancels(
    trained: MainWindow, qtbot: QtBot, tmp_path: Path
) -> None:
    dialog = opened(trained, qtbot)
    short(dialog, tmp_path / "small.webp")
    for name, value in (("seconds", 60.0), ("fps", 50)):
        dialog.options.form.row(name).edited.emit(value)
    click(dialog.write_button)
    dialog.reject()
    wait_for(qtbot, lambda: trained.plugins["film"].writing_note.label.text().startswith("Film "))
    trained.plugins["film"].writing_note.button.click()
    wait_for(qtbot, lambda: not trained.plugins["film"].is_writing)
    assert not trained.plugins["film"].writing_note.isVisible()
    assert "small.webp is not written" in toasts(trained)
    assert list(tmp_path.glob("*small*")) == []


def test_before_the_training_there_is_nothing_to_film(make: Any, qtbot: QtBot) -> None:
    window: MainWindow = make(small())
    dialog = opened(window, qtbot)
    assert not dialog.write_button.isEnabled()
    assert "Press Space to train" in dialog.preview.screen_area.accessibleDescription()
    assert (dialog.frames_value.text(), dialog.size_value.text()) == ("–", "–")
    assert dialog.foot.progress.text() == "Nothing to film yet"
    assert not dialog.numbers.isVisible()
    assert dialog.file.target.suffix == ".webp"
    assert [field.text() for field in (dialog.options.first, dialog.options.last)] == ["none yet", "none yet"]
