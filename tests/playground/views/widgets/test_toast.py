"""A toast comes, answers and goes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from playground.views.widgets import (
    Toast,
)
from playground.views.widgets.toast import Notice, NoticeBar
from tests.playground.views.widgets.shown_widgets import shown

pytestmark = pytest.mark.usefixtures("themed")


LEFT = Qt.MouseButton.LeftButton


def test_toast_sits_at_the_bottom_and_answers(qtbot: QtBot) -> None:
    window = QWidget()
    shown(qtbot, window, 600, 300)
    toast = Toast("Dropout was removed.", window, action="Undo", reduced_motion=True)
    assert toast.isVisible()
    assert toast.geometry().bottom() == 300 - 24 - 1
    window.resize(600, 400)
    assert toast.geometry().bottom() == 400 - 24 - 1
    assert toast.button is not None
    with qtbot.waitSignals([toast.action_requested, toast.dismissed]):
        QTest.mouseClick(toast.button, LEFT)
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert window.findChildren(Toast) == []


def test_toast_goes_by_itself(qtbot: QtBot) -> None:
    window = QWidget()
    shown(qtbot, window, 600, 300)
    for reduced in (True, False):
        toast = Toast("Saved.", window, duration_ms=1, reduced_motion=reduced)
        with qtbot.waitSignal(toast.dismissed):
            pass
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert window.findChildren(Toast) == []


def test_toast_may_die_with_its_window(qtbot: QtBot) -> None:
    window = QWidget()
    window.resize(600, 300)
    window.show()
    Toast("A long message " * 12, window, duration_ms=1)
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    qtbot.wait(5)


@pytest.mark.parametrize("action", ["", "Undo"])
def test_a_text_has_room_whatever_its_length(qtbot: QtBot, action: str) -> None:
    window = QWidget()
    shown(qtbot, window, 600, 300)
    for length in range(40, 100):
        toast = Toast("n" * 8 + " e" * (length - 8), window, action=action, reduced_motion=True)
        label = toast.findChild(QLabel)
        assert label is not None
        needed = label.heightForWidth(label.width()) if label.wordWrap() else label.sizeHint().height()
        assert label.height() >= needed
        assert label.wordWrap() or label.width() >= label.sizeHint().width()
        toast.dismiss()


def test_a_text_wraps_when_the_window_becomes_narrow(qtbot: QtBot) -> None:
    window = QWidget()
    shown(qtbot, window, 600, 300)
    toast = Toast("The network cannot be saved there", window, reduced_motion=True)
    label = toast.findChild(QLabel)
    assert label is not None
    one_line = label.height()
    assert not label.wordWrap()
    window.resize(200, 300)
    assert label.height() > one_line
    window.resize(600, 300)
    assert label.height() == one_line


@pytest.mark.parametrize("after", [None, Notice("And now?", (("later", "Later", ""),))])
def test_an_answer_does_not_lead_to_the_control_behind(qtbot: QtBot, after: Notice | None) -> None:
    window = QWidget()
    bar, behind = NoticeBar(window), QPushButton("Reset", window)
    column = QVBoxLayout(window)
    column.addWidget(bar)
    column.addWidget(behind)
    bar.answered.connect(lambda _: bar.show_notice(after))
    shown(qtbot, window, 600, 300)
    bar.show_notice(Notice("Sure?", (("yes", "Yes", ""), ("no", "No", ""))))
    bar.buttons["yes"].setFocus()
    QTest.keyClick(bar.buttons["yes"], Qt.Key.Key_Space)
    assert bar.notice == after
    assert not behind.hasFocus()
    assert not isinstance(QApplication.focusWidget(), QPushButton)


@pytest.mark.parametrize("width", [240, 265, 400, 900])
@pytest.mark.parametrize(
    "notice",
    [
        Notice(
            "Then it is known, and what you change is chosen with it.",
            (("open", "Open it", ""), ("keep", "Keep it sealed", "")),
        ),
        Notice("Test: 40 samples, sealed", (("open", "Open the test…", ""),)),
        Notice(
            "Three settings were set back, and the network is a new one.",
            (("keep", "Keep mine", ""), ("undo", "Undo", "")),
        ),
    ],
)
def test_no_sentence_of_a_bar_is_cut_for_its_answers(qtbot: QtBot, notice: Notice, width: int) -> None:
    window = QWidget()
    bar = NoticeBar(window)
    column = QVBoxLayout(window)
    column.addWidget(bar)
    column.addStretch()
    shown(qtbot, window, width, 300)
    bar.show_notice(notice)
    qtbot.waitUntil(lambda: bar.label.height() >= bar.label.heightForWidth(bar.label.width()))
    assert bar.label.width() >= 100
    assert all(button.width() >= button.sizeHint().width() for button in bar.buttons.values())
