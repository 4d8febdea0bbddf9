"""The slider by mouse and keys, and what it says."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QSignalSpy, QTest
from pytestqt.qtbot import QtBot

from playground.model.timeline.moment import Edit
from playground.plugins.timeline.moment_slider import MomentSlider, TimeScale
from playground.views.theme.theme import ThemeSource


@pytest.fixture
def slider(qtbot: QtBot) -> MomentSlider:
    themes = ThemeSource(mode="light")
    made = MomentSlider(themes)
    themes.setParent(made)
    qtbot.addWidget(made)
    made.resize(416, made.sizeHint().height())
    made.show_range(400.0, (Edit(100.0, "Add Dense"), Edit(101.0, "Rate 0.1")))
    made.show()
    return made


def _at(slider: MomentSlider, epoch: float) -> QPoint:
    return QPoint(round(slider.scale.place(epoch)), 9)


def test_a_drag_requests_positions_and_the_right_end_is_live(slider: MomentSlider) -> None:
    positions, lives = QSignalSpy(slider.position_requested), QSignalSpy(slider.live_requested)
    QTest.mousePress(slider, Qt.MouseButton.LeftButton, pos=_at(slider, 300))
    QTest.mouseMove(slider, _at(slider, 200))
    assert [positions.at(i)[0] for i in range(positions.count())] == [300.0, 200.0]
    QTest.mouseMove(slider, QPoint(slider.width() - 1, 9))
    QTest.mouseRelease(slider, Qt.MouseButton.LeftButton, pos=_at(slider, 400))
    assert lives.count() == 1
    QTest.mouseMove(slider, _at(slider, 50))
    assert positions.count() == 2


@pytest.mark.parametrize(
    ("key", "count"),
    [
        (Qt.Key.Key_Left, -1),
        (Qt.Key.Key_Right, 1),
        (Qt.Key.Key_PageUp, -10),
        (Qt.Key.Key_PageDown, 10),
    ],
)
def test_arrow_and_page_keys_go_by_moments(slider: MomentSlider, key: Qt.Key, count: int) -> None:
    steps = QSignalSpy(slider.step_requested)
    QTest.keyClick(slider, key)
    assert steps.at(0) == [count]


def test_home_is_the_first_moment_and_end_is_now(slider: MomentSlider) -> None:
    positions, lives = QSignalSpy(slider.position_requested), QSignalSpy(slider.live_requested)
    QTest.keyClick(slider, Qt.Key.Key_Home)
    QTest.keyClick(slider, Qt.Key.Key_End)
    assert positions.at(0) == [0.0]
    assert lives.count() == 1


def test_edits_are_named_by_their_tooltip(slider: MomentSlider) -> None:
    text = slider._tip_at(round(slider.scale.place(100)))
    assert text == "epoch 100: Add Dense\nepoch 101: Rate 0.1"
    assert "Drag" in slider._tip_at(300)


def test_no_epoch_is_written_twice(slider: MomentSlider, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []
    monkeypatch.setattr(slider, "_label", lambda painter, center, text, *rest, **how: written.append(text))
    for end, text, now in ((4.0, "4", []), (4.5, "4 + 3/6", ["4 + 3/6"])):
        slider.show_range(end, ())
        slider.show_texts(text, text)
        written.clear()
        slider.grab()
        assert sorted(written) == ["0", "1", "2", "3", "4", *now]


def test_the_value_is_told_in_words(slider: MomentSlider) -> None:
    slider.show_texts("400 + 3/35", "400 + 3/35")
    assert slider.value_text == "now, epoch 400 + 3/35"
    slider.show_past(120.0)
    slider.show_texts("400 + 3/35", "120")
    assert slider.value_text == "epoch 120"
    assert not slider.grab().isNull()
    slider.set_low(True)
    assert slider.sizeHint().height() < 30
    assert not slider.grab().isNull()


@pytest.mark.parametrize("end", [0.0, 0.4, 1.0, 7.5, 412.0, 99_999.0, 3e7])
def test_places_and_positions_agree_and_labels_are_few_and_round(end: float) -> None:
    scale = TimeScale(8.0, 1_000.0, end)
    assert scale.place(0.0) == 8.0
    if end:
        assert scale.place(end) == pytest.approx(1_008.0)
        assert scale.position(scale.place(end / 3)) == pytest.approx(end / 3)
    assert scale.position(-50.0) == 0.0
    assert scale.position(5_000.0) == end
    labels = scale.labels()
    assert labels[0] == 0
    assert len(labels) <= 17
    assert all(label <= end for label in labels)
    assert len(scale.ticks()) <= 90
