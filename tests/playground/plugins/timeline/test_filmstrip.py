"""Thumbnails along the timeline."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from playground.plugins.timeline import filmstrip
from playground.plugins.timeline.filmstrip import Filmstrip, Frame
from playground.views.theme.colors import LIGHT, Theme
from playground.views.theme.theme import ThemeSource, apply
from tests.playground.model.timeline.made_moments import moment


@pytest.fixture
def strip(qtbot: QtBot, qapp: QApplication) -> Iterator[Filmstrip]:
    # What is pale lets the panel's ground through, and an earlier test may have left a dark palette.
    apply(qapp, LIGHT)
    themes = ThemeSource(mode="light")
    made = Filmstrip(themes)
    themes.setParent(made)
    qtbot.addWidget(made)
    made.resize(460, made.sizeHint().height())
    made.show_range(100.0, None)
    yield made
    qapp.setStyleSheet("")


def _frame(position: float, value: float) -> Frame:
    return Frame(position, np.full((8, 8, 1), value, np.float32), None)


def _color(strip: Filmstrip, slot: int) -> QColor:
    image = strip.grab().toImage()
    ratio = image.devicePixelRatio()
    x = (slot + 0.5) * strip.width() / strip.count
    return QColor(image.pixel(round(x * ratio), image.height() // 2))


def test_each_place_has_the_nearest_thumbnail(strip: Filmstrip) -> None:
    strip.add(1, _frame(10.0, -1.0))
    strip.add(2, _frame(90.0, 1.0))
    assert _color(strip, 0) == QColor(LIGHT.negative)
    assert _color(strip, strip.count - 1) == QColor(LIGHT.positive)


def test_texts_are_words_in_wider_places(strip: Filmstrip) -> None:
    strip.add(1, _frame(10.0, -1.0))
    assert strip.count == 10
    strip.add(2, Frame(50.0, None, None, ("emma", "x" * 40, "<b>ava</b>")))
    strip.add(3, Frame(90.0, None, None, ("emma",)))
    assert strip.count == 7
    image = strip.grab().toImage()
    colors = {image.pixelColor(x, y).name() for x in range(200, 260) for y in range(image.height())}
    assert LIGHT.field in colors
    assert len(colors) > 3
    strip.show_range(100.0, 50.0)
    strip.grab()
    strip.clear()
    assert strip.count == 10


def test_there_is_nothing_before_the_first_moment(strip: Filmstrip) -> None:
    positions = QSignalSpy(strip.position_requested)
    ground = _color(strip, 0)
    strip.show_range(100.0, None, 62.0)
    strip.add(1, _frame(62.0, 1.0))
    assert [_color(strip, slot) == ground for slot in (0, 5, 6, 9)] == [True, True, False, False]
    for x, count in ((5, 0), (270, 0), (280, 1)):
        QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(x, 20))
        assert positions.count() == count
    # All of the run was saved elsewhere.
    strip.show_range(100.0, None, 100.0)
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(455, 20))
    assert positions.count() == 1


def test_later_thumbnails_are_pale_while_looking_back(strip: Filmstrip) -> None:
    strip.add(1, _frame(50.0, 1.0))
    strip.show_range(100.0, 45.0)
    assert _color(strip, 1) == QColor(LIGHT.positive)
    assert _color(strip, 8).lightness() > QColor(LIGHT.positive).lightness() + 20


def test_only_missing_thumbnails_are_requested(strip: Filmstrip) -> None:
    moments = [moment(position)[0] for position in range(101)]
    wanted = strip.missing(moments)
    assert [each.position for each in wanted] == [5, 15, 25, 35, 45, 55, 65, 75, 85, 95]
    for each in wanted:
        strip.add(each.number, _frame(each.position, 0.5))
    assert strip.missing(moments) == []
    # A little later, the thumbnails are near enough.
    strip.show_range(103.0, None)
    assert strip.missing(moments) == []
    assert strip.missing([]) == []


def test_the_number_of_thumbnails_stays_bounded(strip: Filmstrip) -> None:
    for number in range(500):
        strip.add(number, _frame(number / 5, 0.5))
        strip.missing([moment(1.0)[0]])
    assert len(strip.frames) <= 6 * strip.count + 1


def test_a_click_requests_the_position(strip: Filmstrip) -> None:
    positions = QSignalSpy(strip.position_requested)
    QTest.mouseClick(strip, Qt.MouseButton.LeftButton, pos=QPoint(5, 20))
    assert positions.at(0) == [5.0]


def test_images_show_their_confusion(strip: Filmstrip) -> None:
    counts = np.array([[10, 0], [5, 5]])
    image = Frame(1.0, None, counts).image(LIGHT)
    assert (image.width(), image.height()) == (2, 2)
    assert QColor(image.pixel(0, 0)) == QColor(LIGHT.positive)
    assert QColor(image.pixel(1, 0)) == QColor(LIGHT.zero)


def test_the_last_percents_of_a_confusion_show() -> None:
    """Of MNIST, all pictures but the first were alike."""
    shades = []
    for right in (90, 94, 98):
        counts = np.full((10, 10), (100 - right) / 9.0) + np.diag(np.full(10, right - (100 - right) / 9.0))
        image = Frame(1.0, None, counts).image(LIGHT)
        shades.append([QColor(image.pixel(x, 0)).lightness() for x in (0, 5)])
    (first, wrong), (second, _), (third, less) = shades
    assert first - third > 40
    assert first > second > third
    assert less > wrong + 5


def test_values_far_from_0_are_told_apart() -> None:
    values = np.linspace(1_000, 1_020, 16, dtype=np.float32).reshape(4, 4, 1)
    image = Frame(1.0, values, None).image(LIGHT)
    # Row 0 is at the bottom.
    low, high = (QColor(image.pixel(*place)) for place in ((0, 3), (3, 0)))
    assert low.red() > low.blue()
    assert high.blue() > high.red()


def test_classes_are_drawn_in_their_colors() -> None:
    outputs = np.zeros((4, 4, 3), np.float32)
    outputs[:2, :, 1] = 1.0
    outputs[2:, :, 2] = 1.0
    image = Frame(1.0, outputs, None).image(LIGHT)
    # Row 0 is at the bottom.
    assert QColor(image.pixel(0, 3)).name() in ("#0877bd", "#0977bd")
    assert QColor(image.pixel(0, 0)).name() in ("#00a273", "#01a273")


def test_only_thumbnails_that_changed_are_drawn_again(
    strip: Filmstrip, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A hidden one is resized by every `grab`.
    strip.show()
    qtbot.waitExposed(strip)
    for number, position in enumerate(range(5, 100, 10)):
        strip.add(number, _frame(position, -1.0 + position / 50))
    strip.grab()
    drawn: list[object] = []

    def paint(painter: QPainter, place: QRectF, frame: Frame, theme: Theme) -> None:
        drawn.append(frame)
        given(painter, place, frame, theme)

    given = filmstrip._paint
    monkeypatch.setattr(filmstrip, "_paint", paint)
    strip.show_range(101.0, None)
    strip.grab()
    assert drawn == []
    strip.add(20, _frame(100.0, 0.3))
    strip.show_range(110.0, None)
    image = strip.grab().toImage()
    assert 0 < len(drawn) < strip.count
    # And it looks as if all were drawn.
    for frame in strip.frames:
        frame._small = None
    assert strip.grab().toImage() == image


def test_an_empty_strip_says_what_will_be_there(strip: Filmstrip) -> None:
    empty = strip.grab().toImage()
    colors = {empty.pixelColor(x, y).name() for x in range(100, 360) for y in range(empty.height())}
    assert LIGHT.text_muted in colors
    strip.add(1, _frame(50.0, 1.0))
    full = strip.grab().toImage()
    assert not any(
        full.pixelColor(x, y).name() == LIGHT.text_muted
        for x in range(100, 360)
        for y in range(full.height())
    )
