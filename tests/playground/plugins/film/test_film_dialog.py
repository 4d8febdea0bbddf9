"""The film dialog on its own: settings, expectations, refusals, preview."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QWidget
from pytestqt.qtbot import QtBot

from playground.plugins.film.dialog import FilmDialog
from playground.plugins.film.preview import FrameThumbnail
from playground.plugins.film.settings import FilmSettings
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.settings_form.rows import SettingRow

SETTINGS = FilmSettings(caption="Two spirals", side=480, seconds=4, fps=10)


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(1280, 720)
    window.show()
    return window


@pytest.fixture
def dialog(parent: QWidget, tmp_path: Path) -> FilmDialog:
    made = FilmDialog(
        "Spirals", 200.0, SETTINGS, tmp_path / "spirals.webp", ThemeSource(parent=parent), parent,
        no_video="MP4 needs PyAV",
    )  # fmt: skip
    made.show()
    return made


def row(dialog: FilmDialog, name: str) -> SettingRow:
    return dialog.options.form.row(name)


def toggle(dialog: FilmDialog, name: str) -> None:
    box = row(dialog, name).control
    assert isinstance(box, QCheckBox)
    box.click()


def test_the_settings_come_back_as_they_were_given(dialog: FilmDialog) -> None:
    assert dialog.settings == SETTINGS
    assert (dialog.foot.file.target.name, dialog.formats.current) == ("spirals.webp", ".webp")
    assert dialog.frames_value.text() == "55  =  5.5 s × 10"
    assert dialog.size_value.text().startswith("about ")
    assert "epochs 0 to 200" in dialog.subtitle.text()


def test_every_change_is_another_film_with_other_expectations(dialog: FilmDialog, qtbot: QtBot) -> None:
    before = dialog.size_value.text()
    for change in (
        lambda: toggle(dialog, "network"),
        lambda: row(dialog, "shape").edited.emit("16:9"),
        lambda: row(dialog, "side").edited.emit(720),
        lambda: toggle(dialog, "dark"),
        lambda: row(dialog, "fps").edited.emit(20),
        lambda: dialog.options.last.setValue(100),
        lambda: row(dialog, "caption").edited.emit("Other"),
        lambda: row(dialog, "title_card").edited.emit(1.5),
    ):
        with qtbot.waitSignal(dialog.film_changed, timeout=60_000):
            change()
    settings = dialog.settings
    assert (settings.network, settings.shape, settings.side, settings.dark) == (False, "16:9", 720, True)
    assert (settings.fps, settings.last, settings.caption, settings.title_card) == (20, 100.0, "Other", 1.5)
    assert dialog.size_value.text() != before
    assert dialog.preview_settings.side < 720


def test_what_cannot_be_written_is_refused_with_a_sentence(dialog: FilmDialog) -> None:
    for name in ("boundary", "network", "curves"):
        toggle(dialog, name)
    assert "must be in the picture" in row(dialog, "curves").error
    assert dialog.settings.curves
    dialog.options.last.setValue(100)
    dialog.options.first.setValue(150)
    assert not dialog.write_button.isEnabled()
    assert "last must be above first" in dialog.foot.error.text()
    dialog.options.first.setValue(0)
    assert dialog.write_button.isEnabled()
    assert not dialog.foot.error.isVisible()
    dialog.formats.buttons[".mp4"].click()
    assert dialog.foot.file.target.name == "spirals.mp4"
    assert not dialog.write_button.isEnabled()
    assert dialog.foot.error.text() == "MP4 needs PyAV."
    dialog.formats.buttons[".mp4"].setFocus()
    QTest.keyClick(dialog.formats.buttons[".mp4"], Qt.Key.Key_Right)
    assert dialog.formats.current == ".webp"
    assert dialog.write_button.isEnabled()


def test_the_preview_plays_and_jumps(dialog: FilmDialog, qtbot: QtBot) -> None:
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    asked: list[int] = []
    dialog.frame_requested.connect(asked.append)
    dialog.preview.show_thumbnails([FrameThumbnail(number, str(number), image) for number in (0, 20, 40)])
    dialog.preview.thumbs[1].click()
    assert asked == [20]
    dialog.preview.show_frame(20, image)
    assert [thumb.isChecked() for thumb in dialog.preview.thumbs] == [False, True, False]
    dialog.preview.play.click()
    assert dialog.preview.playing
    assert asked[-1] == 21
    dialog.preview.show_frame(asked[-1], image)
    qtbot.waitUntil(lambda: asked[-1] > 21, timeout=60_000)
    dialog.preview.show_frame(54, image)
    qtbot.waitUntil(lambda: asked[-1] == 0, timeout=60_000)
    dialog.preview.play.click()
    assert not dialog.preview.playing


def test_escape_cancels_the_writing_before_it_closes(dialog: FilmDialog, qtbot: QtBot) -> None:
    dialog.show_writing(True)
    dialog.show_progress(11, 55, 300_000, 4.2)
    assert dialog.foot.progress.text() == "Writing frame 11 of 55  ·  20 %  ·  4 s left"
    assert dialog.foot.bar.value() == 200
    assert dialog.size_value.text().startswith("300 KB of about")
    dialog.show_progress(11, 55, 0, 4.2)
    assert dialog.size_value.text().startswith("nothing yet of about")
    assert not dialog.options.isEnabled()
    with qtbot.waitSignal(dialog.cancel_requested, timeout=60_000):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    dialog.show_writing(False)
    assert dialog.options.isEnabled()
    with qtbot.waitSignal(dialog.rejected, timeout=60_000):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)


def test_enter_asks_to_write_what_was_chosen(dialog: FilmDialog, qtbot: QtBot, tmp_path: Path) -> None:
    with qtbot.waitSignal(dialog.write_requested, timeout=60_000) as asked:
        QTest.keyClick(row(dialog, "caption").control, Qt.Key.Key_Return)
    assert asked.args == [SETTINGS, tmp_path / "spirals.webp"]
    dialog.foot.file.path.setText(str(tmp_path / "no folder" / "film"))
    dialog.write_button.click()
    assert "There is no folder" in dialog.foot.error.text()
