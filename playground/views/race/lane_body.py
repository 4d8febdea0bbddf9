"""The middle of a lane: the picture of what it has learned, as large as possible, and its network."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

_GAP_PX: Final = 8
_LEAST_BESIDE_PX: Final = 150
_LEAST_BELOW_PX: Final = 40
_SHARE_BELOW: Final = 0.3
_LEAST: Final = QSize(120, 140)


def lane_places(size: QSize) -> tuple[QRect, QRect]:
    """Places of the picture, which is square, and of the network: below it, or beside it if that makes it larger."""
    width, height = size.width(), size.height()
    below = max(_LEAST_BELOW_PX, round(_SHARE_BELOW * height))
    beside_side = min(height, width - _GAP_PX - _LEAST_BESIDE_PX)
    below_side = min(width, height - _GAP_PX - below)
    if beside_side > below_side:
        left = beside_side + _GAP_PX
        return QRect(0, 0, beside_side, height), QRect(left, 0, width - left, height)
    top = below_side + _GAP_PX
    return QRect(0, 0, width, below_side), QRect(0, top, width, height - top)


class LaneBody(QWidget):
    """Lays out both; the picture has all where there is no network to see."""

    def __init__(self, picture: QWidget, network: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self._picture, self._network = picture, network
        for each in (picture, network):
            each.setParent(self)
        network.installEventFilter(self)
        self.setMinimumSize(_LEAST)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.ShowToParent, QEvent.Type.HideToParent):
            self._arrange()
        return False

    def _arrange(self) -> None:
        if self._network.isHidden():
            self._picture.setGeometry(self.rect())
            return
        picture, network = lane_places(self.size())
        self._picture.setGeometry(picture)
        self._network.setGeometry(network)
