"""Popups of one look: their places, their sizes and what is seen beside them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QMoveEvent, QPixmap
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QMenu, QMessageBox, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from playground.views.theme.colors import LIGHT
from playground.views.theme.popups import TOOLTIP_PX
from playground.views.widgets.labels import Pill, SteadyLabel

AT = QPoint(100, 80)
pytestmark = pytest.mark.usefixtures("themed")


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    made.resize(600, 400)
    with qtbot.waitExposed(made):
        made.show()
    return made


def open_menu(window: QWidget) -> QMenu:
    menu = QMenu(window)
    for text in ("Undo", "Redo"):
        menu.addAction(text)
    menu.popup(AT)
    return menu


def test_a_menu_has_high_rows_round_corners_and_its_left_edge_where_it_was_opened(window: QWidget) -> None:
    menu = open_menu(window)
    row = menu.actionGeometry(menu.actions()[0])
    assert row.height() == 28
    panel = menu.rect().marginsRemoved(menu.contentsMargins())
    assert menu.mapToGlobal(panel.topLeft()).x() == AT.x()
    assert panel.contains(row)
    seen = menu.grab().toImage()
    assert seen.pixelColor(0, 0).alpha() == 0
    assert seen.pixelColor(panel.topLeft()).name() != LIGHT.surface_raised
    assert seen.pixelColor(panel.topLeft() + QPoint(10, 5)).name() == LIGHT.surface_raised
    below = seen.pixelColor(panel.center().x(), panel.bottom() + 6)
    assert 0 < below.alpha() < 255


def test_a_plain_x11_gets_what_a_popup_covers(window: QWidget, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: "xcb")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    menu = open_menu(window)
    assert isinstance(menu.property("behind"), QPixmap)
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert open_menu(window).property("behind") is None


def test_a_question_is_moved_before_it_is_shown(window: QWidget, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(QGuiApplication, "platformName", lambda: "xcb")
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    box = QMessageBox(window)
    box.ensurePolished()
    QApplication.sendEvent(box, QMoveEvent(AT, QPoint()))
    assert box.property("behind") is None


def test_a_question_on_a_plain_x11_fills_its_window(
    window: QWidget, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The window manager moves it once it is shown: what was kept from behind it was of another place."""
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    for platform, is_opaque in (("xcb", True), ("offscreen", False)):
        monkeypatch.setattr(QGuiApplication, "platformName", lambda name=platform: name)
        box = QMessageBox(window)
        box.setText("Save the changes?")
        box.show()
        seen = box.grab().toImage()
        corners = [seen.pixelColor(2, 2), seen.pixelColor(seen.width() - 3, seen.height() - 3)]
        assert all((color.name() == LIGHT.surface_raised) is is_opaque for color in corners)
        assert box.contentsMargins().isNull() is is_opaque
        box.close()


def test_a_list_is_as_wide_as_its_box(window: QWidget) -> None:
    combo = QComboBox(window)
    combo.addItems(["None", "L1", "L2"])
    combo.setGeometry(50, 50, 160, 24)
    combo.show()
    combo.showPopup()
    view, popup = combo.view(), combo.view().window()
    panel = popup.rect().marginsRemoved(popup.contentsMargins())
    assert panel.width() == combo.width()
    assert popup.mapToGlobal(panel.topLeft()).x() == combo.mapToGlobal(QPoint(0, 0)).x()
    assert [view.sizeHintForRow(row) for row in range(3)] == [28, 28, 28]
    assert not view.verticalScrollBar().isVisible()
    combo.hidePopup()


def test_a_list_above_its_box_is_as_near_as_one_below(window: QWidget) -> None:
    combo = QComboBox(window)
    combo.addItems([f"{number}" for number in range(8)])
    combo.show()
    gaps = []
    screen = window.screen().availableGeometry()
    for top in (screen.top(), screen.bottom() - 60):
        window.move(100, top)
        combo.showPopup()
        popup = combo.view().window()
        panel = popup.rect().marginsRemoved(popup.contentsMargins())
        start = popup.mapToGlobal(panel.topLeft()).y() - combo.mapToGlobal(QPoint(0, 0)).y()
        gaps.append(-start - panel.height() if start < 0 else start - combo.height())
        combo.hidePopup()
    assert all(0 <= gap <= 8 for gap in gaps), gaps


@pytest.mark.parametrize("kind", [Pill, SteadyLabel])
def test_a_tooltip_is_the_text_as_it_is_written_whatever_signs_it_has(
    window: QWidget, kind: type[Pill | SteadyLabel], qapp: QApplication
) -> None:
    """One rule for all of them: whoever escaped one would show "&lt;"."""
    label, text = kind(window), "1 &lt; <b>2</b>"
    label.resize(40, 20)
    label.setText(text)
    label.show()
    QToolTip.showText(AT, label.toolTip(), label)
    tips = [each for each in qapp.topLevelWidgets() if each.metaObject().className() == "QTipLabel"]
    shown = next(each for each in tips if isinstance(each, QLabel) and each.isVisible())
    assert (shown.textFormat(), shown.text()) == (Qt.TextFormat.PlainText, text)
    QToolTip.hideText()


@pytest.mark.parametrize("words", [3, 60])
def test_a_tooltip_is_wrapped_and_no_line_is_cut(window: QWidget, words: int) -> None:
    QToolTip.showText(AT, "learning " * words, window)
    tips = [each for each in QApplication.topLevelWidgets() if each.metaObject().className() == "QTipLabel"]
    tip = next(each for each in tips if isinstance(each, QLabel) and each.isVisible())
    panel = tip.rect().marginsRemoved(tip.contentsMargins())
    assert panel.width() <= TOOLTIP_PX
    line = tip.fontMetrics().lineSpacing()
    assert tip.fontInfo().pixelSize() == 11
    assert (panel.height() >= 8 * line) == (words == 60)
    assert tip.height() >= tip.heightForWidth(tip.width())
    QToolTip.hideText()
