"""The picture of a lane is square and as large as possible; the network is below it or beside it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect, QSize
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from playground.plugins.runs.views.lane_card import LaneBody, lane_places


@pytest.mark.parametrize(
    ("size", "beside"),
    [((700, 320), True), ((460, 320), True), ((330, 320), False), ((310, 140), True), ((140, 200), False)],
)
def test_the_network_is_where_it_costs_the_picture_least(size: tuple[int, int], beside: bool) -> None:
    whole = QRect(0, 0, *size)
    picture, network = lane_places(QSize(*size))
    assert (network.left() > picture.right()) is beside
    assert (network.top() > picture.bottom()) is not beside
    assert whole.contains(picture)
    assert whole.contains(network)
    assert not picture.intersects(network)
    assert min(picture.width(), picture.height()) >= 90
    assert min(network.width(), network.height()) >= 40


def test_without_a_network_the_picture_has_all(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    picture, network = QWidget(), QWidget()
    body = LaneBody(picture, network, parent)
    body.resize(400, 300)
    parent.show()
    assert picture.width() < 400
    network.hide()
    assert picture.geometry() == body.rect()
    network.show()
    assert picture.width() < 400
