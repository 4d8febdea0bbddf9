"""The layer palette, by real mouse and key events. For drags onto a canvas see test_network_canvas.py."""

from __future__ import annotations

from typing import get_args

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QLabel, QPushButton, QScrollArea
from pytestqt.qtbot import QtBot

from core.data.dataset import Form
from core.nn import LAYERS, Dense
from playground.views.canvas.layer_palette import LayerPalette
from playground.views.theme.colors import DARK, LIGHT, Theme
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.layer_drag import drag_picture, palette_layers
from tests.playground.wheel import NOTCH, turn_wheel

LEFT = Qt.MouseButton.LeftButton


def shown(qtbot: QtBot, width: int = 900) -> LayerPalette:
    palette = LayerPalette(ThemeSource())
    qtbot.addWidget(palette)
    palette.resize(width, palette.sizeHint().height())
    palette.show()
    palette.activateWindow()
    qtbot.waitUntil(palette.isActiveWindow)
    return palette


def test_every_kind_with_a_place_on_the_palette_has_a_card(qtbot: QtBot) -> None:
    palette = shown(qtbot)
    offered = set()
    for form in get_args(Form):
        palette.show_form(form)
        offered |= {card.layer.kind for card in palette.cards}
        assert [card for card in palette.cards if card.isVisible()] == palette.cards
    assert offered == {kind.kind for kind in LAYERS if kind.on_palette}
    palette.show_form("row")
    assert palette.cards[0].layer == Dense(units=4, activation="tanh")
    assert palette.cards[0].accessibleName() == "Dense: fully connected"


def test_layers_of_sequences_are_offered_for_these_alone(qtbot: QtBot) -> None:
    palette = shown(qtbot)
    assert "Embedding" not in [card.layer.title for card in palette.cards]
    palette.show_form("tokens")
    titles = [card.layer.title for card in palette.cards]
    assert titles[:6] == ["Embedding", "Positions", "Attention", "GRU", "Conv1D", "Dense"]
    assert "Conv2D" not in titles
    qtbot.waitUntil(
        lambda: [card.x() for card in palette.cards] == sorted(card.x() for card in palette.cards)
    )
    # One tab stop, and arrow keys go from card to card in the order that is seen.
    QTest.keyClick(palette.cards[0], Qt.Key.Key_End)
    assert palette.cards[-1].hasFocus()
    palette.show_form("image")
    assert "Conv2D" in [card.layer.title for card in palette.cards]
    assert palette.cards[0].focusPolicy() == Qt.FocusPolicy.StrongFocus


def test_the_usual_layers_come_first_and_then_families_stand_together() -> None:
    titles = [layer.title for layer in palette_layers()]
    assert titles[:7] == ["Dense", "Activation", "Dropout", "BatchNorm", "Conv2D", "MaxPool", "Flatten"]
    families = [layer.family for layer in palette_layers()[7:]]
    assert families == sorted(families, key=families.index)


def test_arrows_show_what_a_narrow_strip_hides(qtbot: QtBot) -> None:
    palette = shown(qtbot, width=865)
    area = palette.findChild(QScrollArea)
    scroll = area.horizontalScrollBar()
    assert palette.forward.isVisible()
    assert palette.back.isVisible()
    assert palette.forward.isEnabled()
    assert not palette.back.isEnabled()
    cut = next(card for card in palette.cards if card.x() + card.width() > area.viewport().width())
    QTest.mouseClick(palette.forward, LEFT)
    # The first card that was cut off is at the left edge now, or the row at its end.
    assert scroll.value() in (cut.x(), scroll.maximum())
    assert palette.back.isEnabled()
    while palette.forward.isEnabled():
        QTest.mouseClick(palette.forward, LEFT)
    assert scroll.value() == scroll.maximum()
    while palette.back.isEnabled():
        QTest.mouseClick(palette.back, LEFT)
    assert scroll.value() == 0


def test_the_wheel_moves_the_strip_sideways(qtbot: QtBot) -> None:
    palette = shown(qtbot, width=865)
    area = palette.findChild(QScrollArea)
    turn_wheel(area, QPoint(20, 20), -2 * NOTCH)
    assert area.horizontalScrollBar().value() > 0
    turn_wheel(area, QPoint(20, 20), 4 * NOTCH)
    assert area.horizontalScrollBar().value() == 0


def test_a_wide_strip_needs_no_arrows_and_says_how_to_use_it(qtbot: QtBot) -> None:
    palette = shown(qtbot, width=2400)
    assert not palette.forward.isVisible()
    assert not palette.back.isVisible()
    assert any(label.isVisible() and "drag" in label.text() for label in palette.findChildren(QLabel))


def test_a_double_click_appends(qtbot: QtBot) -> None:
    palette = shown(qtbot)
    spy = QSignalSpy(palette.append_requested)
    QTest.mouseDClick(palette.cards[0], LEFT)
    assert [spy.at(index)[0] for index in range(spy.count())] == [palette.cards[0].layer]


def test_enter_appends_and_arrows_walk(qtbot: QtBot) -> None:
    palette = shown(qtbot)
    spy = QSignalSpy(palette.append_requested)
    palette.cards[0].setFocus()
    QTest.keyClick(palette.cards[0], Qt.Key.Key_Right)
    assert palette.cards[1].hasFocus()
    QTest.keyClick(palette.cards[1], Qt.Key.Key_Return)
    assert spy.at(0)[0] == palette.cards[1].layer
    QTest.keyClick(palette.cards[1], Qt.Key.Key_Left)
    QTest.keyClick(palette.cards[0], Qt.Key.Key_Left)
    assert palette.cards[0].hasFocus()


def test_the_strip_is_one_stop_for_tab(qtbot: QtBot) -> None:
    palette = shown(qtbot, width=500)
    after = QPushButton("after", palette)
    after.show()
    palette.templates.setFocus()
    qtbot.keyClick(palette.templates, Qt.Key.Key_Tab)
    assert palette.cards[0].hasFocus()
    qtbot.keyClick(palette.cards[0], Qt.Key.Key_Tab)
    assert after.hasFocus()
    qtbot.keyClick(after, Qt.Key.Key_Backtab)
    assert palette.cards[0].hasFocus()
    qtbot.keyClick(palette.cards[0], Qt.Key.Key_End)
    assert palette.cards[-1].hasFocus()
    assert palette.findChild(QScrollArea).horizontalScrollBar().value() > 0
    qtbot.keyClick(palette.cards[-1], Qt.Key.Key_Right)
    assert palette.cards[-1].hasFocus()
    # Tab leaves from any card and returns to the last one focused.
    qtbot.keyClick(palette.cards[-1], Qt.Key.Key_Tab)
    assert after.hasFocus()
    qtbot.keyClick(after, Qt.Key.Key_Backtab)
    assert palette.cards[-1].hasFocus()
    qtbot.keyClick(palette.cards[-1], Qt.Key.Key_Home)
    assert palette.cards[0].hasFocus()


def test_a_click_makes_a_card_the_stop(qtbot: QtBot) -> None:
    palette = shown(qtbot)
    QTest.mouseClick(palette.cards[2], LEFT)
    assert palette.cards[2].hasFocus()
    palette.templates.setFocus()
    qtbot.keyClick(palette.templates, Qt.Key.Key_Tab)
    assert palette.cards[2].hasFocus()


def test_a_drag_tells_where_it_is(qtbot: QtBot) -> None:
    palette = shown(qtbot)
    card = palette.cards[1]
    started, dropped = QSignalSpy(palette.drag_started), QSignalSpy(palette.drag_dropped)
    QTest.mousePress(card, LEFT, pos=QPoint(10, 10))
    QTest.mouseMove(card, QPoint(12, 10))
    assert started.count() == 0
    QTest.mouseMove(card, QPoint(80, -40))
    assert started.at(0)[0] == card.layer
    QTest.mouseRelease(card, LEFT, pos=QPoint(80, -40))
    assert dropped.at(0)[0] == card.mapToGlobal(QPoint(80, -40))


def test_a_click_drags_nothing(qtbot: QtBot) -> None:
    palette = shown(qtbot)
    started = QSignalSpy(palette.drag_started)
    QTest.mouseClick(palette.cards[0], LEFT)
    assert started.count() == 0


def test_a_narrow_strip_scrolls_to_the_card_with_the_focus(qtbot: QtBot) -> None:
    palette = shown(qtbot, width=260)
    scroll = palette.findChild(QScrollArea).horizontalScrollBar()
    assert scroll.maximum() > 0
    for card in palette.cards[:-1]:
        card.setFocus()
        QTest.keyClick(card, Qt.Key.Key_Right)
    assert palette.cards[-1].hasFocus()
    assert scroll.value() > 0


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_the_picture_under_the_pointer_is_a_card(qtbot: QtBot, theme: Theme, ratio: float) -> None:
    pixmap = drag_picture(Dense(4), theme, ratio)
    assert pixmap.devicePixelRatio() == ratio
    image = pixmap.toImage()
    assert image.pixelColor(0, 0).alpha() == 0
    middle = image.pixelColor(image.width() // 2, image.height() - round(18 * ratio))
    assert middle.name() == theme.surface_raised


def test_a_card_that_is_cut_fades_and_a_whole_one_does_not(qtbot: QtBot) -> None:
    palette = shown(qtbot, width=940)
    area = palette.findChild(QScrollArea)
    cut = next(card for card in palette.cards if card.x() + card.width() > area.viewport().width())
    # Half of the card is visible.
    palette.resize(940 + cut.x() + cut.width() // 2 - area.viewport().width(), palette.height())
    qtbot.waitUntil(lambda: area.viewport().width() == cut.x() + cut.width() // 2)
    ground = QColor(LIGHT.surface).rgb()
    line = palette.grab().toImage()
    # The border along the top of the card, at the edge of the strip and before it.
    top = area.mapTo(palette, QPoint(0, 0)).y()
    edge = area.mapTo(palette, QPoint(area.width() - 1, 0)).x()
    assert line.pixelColor(edge, top).rgb() == ground
    assert line.pixelColor(edge - 34, top).rgb() != ground
    QTest.mouseClick(palette.forward, LEFT)
    first = area.mapTo(palette, QPoint(12, 0)).x()
    assert palette.grab().toImage().pixelColor(first, top).rgb() != ground
