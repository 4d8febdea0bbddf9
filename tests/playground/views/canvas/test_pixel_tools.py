"""The buttons over a dense network on images: reachable by keyboard, explained, and hidden elsewhere."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from playground.views.canvas.pixel_tools import PixelTools
from playground.views.theme.theme import ThemeSource


def test_they_are_placed_named_and_hidden_without_an_image(qtbot: QtBot) -> None:
    field = QWidget()
    qtbot.addWidget(field)
    field.resize(600, 400)
    tools = PixelTools(ThemeSource(mode="light"), field)
    tools.draws = True
    field.show()
    buttons = (tools.draw, tools.links)
    assert not any(button.isVisible() for button in buttons)
    tools.place(QRectF(20, 100, 112, 112))
    for button in buttons:
        assert button.isVisible()
        assert button.toolTip()
        assert button.accessibleName()
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus
        assert field.rect().contains(button.geometry())
    assert tools.draw.y() > 212
    chosen: list[int] = []
    tools.most_links_changed.connect(chosen.append)
    tools.links.menu().actions()[-1].trigger()
    assert chosen == [10] == [tools.most_links]
    tools.place(None)
    assert not any(button.isVisible() for button in buttons)
