"""The tokens on a plane of the numbers that the network has learned for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from core.data.raw_form import RawTokens
from core.data.texts import shown_token
from core.inspect.snapshot import Snapshot
from core.inspect.token_map import TokenMap, TokenMapPart
from core.io.number_text import percent_text
from core.spec.arrays import Array
from playground.model.document import Document
from playground.views.results.tab import TABS, ResultsTab
from playground.views.theme.colors import RADIUS_PX
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.hover_readout import HoverReadout
from playground.views.widgets.spoken import Role, speak_as

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

_MARGIN_PX, _NEAR_PX, _FOOT_PX = 18.0, 16.0, 16.0
_VOWELS: Final = frozenset("aeiouyäöüåæøAEIOUYÄÖÜÅÆØ")


class TokenPlane(QWidget):
    """Vowels are coloured. The pointer, or Left and Right, name a token and those that are most like it."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self._themes, self._small, self._bold = themes, font("small"), font(bold=True)
        self._names: list[str] = []
        self._map: TokenMap | None = None
        self._pointed = -1
        self.readout = HoverReadout(self)
        self.setMinimumSize(120, 90)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Tokens by the numbers that the network has learned for them")
        speak_as(self, Role.Chart, keys="Left, Right")
        themes.theme_changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(326, 190)

    def show_names(self, names: list[str]) -> None:
        """Set what the tokens are called; drops the picture."""
        self._names = names
        self.show_map(None)

    def show_map(self, found: TokenMap | None) -> None:
        if found is not self._map:
            self._map = found
            self.update()

    @property
    def foot(self) -> str:
        """ "Both directions have 61 % of the variance"."""
        if self._map is None:
            return "The network has no Embedding layer" if self._names else ""
        more = len(self._names) - len(self._map.places)
        return (
            f"{percent_text(self._map.share)} of the variance{f', {more:,} more tokens' if more > 0 else ''}"
        )

    def spots(self) -> Array:
        """Where the tokens are on the widget (n, 2)."""
        assert self._map is not None
        low, high = self._map.places.min(axis=0), self._map.places.max(axis=0)
        shares = (self._map.places - low) / np.maximum(high - low, 1e-12)
        room = np.array([self.width() - 2 * _MARGIN_PX, self.height() - 2 * _MARGIN_PX - _FOOT_PX])
        spots: Array = _MARGIN_PX + np.stack([shares[:, 0], 1.0 - shares[:, 1]], axis=1) * room
        return spots

    def text_of(self, place: int) -> str:
        """ "a is most like e, o, i"."""
        assert self._map is not None
        alike = ", ".join(self._names[int(each)] for each in self._map.nearest[place])
        return f"{self._names[place]} is most like {alike}"

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self._themes.theme, QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.canvas))
        painter.drawRoundedRect(QRectF(self.rect()), RADIUS_PX, RADIUS_PX)
        painter.setFont(self._small)
        painter.setPen(QColor(theme.text_muted))
        foot = QRectF(self.rect()).adjusted(8, self.height() - _FOOT_PX - 4, -8, -4)
        painter.drawText(foot, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), self.foot)
        if self._map is None:
            return
        spots = self.spots()
        pointed = self._pointed if self._pointed < len(spots) else -1
        if pointed >= 0:
            painter.setPen(QPen(QColor(theme.border_strong), 1.5))
            for each in self._map.nearest[pointed]:
                painter.drawLine(QPointF(*spots[pointed]), QPointF(*spots[int(each)]))
        for place, (x, y) in enumerate(spots.tolist()):
            name = self._names[place]
            painter.setFont(self._bold if len(name) == 1 else self._small)
            painter.setPen(QColor(theme.accent if name in _VOWELS else theme.text))
            painter.drawText(QRectF(x - 40, y - 10, 80, 20), int(Qt.AlignmentFlag.AlignCenter), name)
        if pointed >= 0:
            painter.setPen(QPen(QColor(theme.accent), 2.0))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QPointF(*spots[pointed]), 11.0, 11.0)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._map is None:
            return
        at = event.position()
        far = np.hypot(*(self.spots() - (at.x(), at.y())).T)
        nearest = int(np.argmin(far))
        self._point(nearest if far[nearest] <= _NEAR_PX else -1, at.toPoint())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._point(-1)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None or self._map is None:
            super().keyPressEvent(event)
            return
        count = len(self._map.places)
        place = (self._pointed + step) % count if self._pointed >= 0 else 0
        self._point(place, QPointF(*self.spots()[place]).toPoint())
        self.setAccessibleDescription(self.text_of(place))

    def _point(self, place: int, at: QPoint | None = None) -> None:
        if place != self._pointed:
            self._pointed = place
            self.update()
        if place < 0 or at is None:
            self.readout.hide()
        else:
            self.readout.show_text(self.text_of(place), at)


@TABS.register
class LettersTab(ResultsTab):
    """The first Embedding layer as a plane."""

    kind = "letters"
    title = "Letters"
    tooltip = "Which tokens the network takes for alike: the numbers that it has learned for each, on a plane"
    position = 70
    instead = "confusion"
    shown_without_data = False
    page: TokenPlane
    _called = "letter"

    def make_page(self, themes: ThemeSource, panel: QWidget, document: Document | None) -> TokenPlane:
        return TokenPlane(themes, panel)

    @property
    def name(self) -> str:
        return f"{self._called.title()}s"

    @property
    def parts(self) -> Mapping[str, Any]:
        return {TokenMapPart.kind: True}

    def fits(self, prepared: PreparedData) -> bool:
        return isinstance(prepared.data.raw, RawTokens)

    def show_data(self, prepared: PreparedData) -> None:
        super().show_data(prepared)
        raw = prepared.data.raw
        if isinstance(raw, RawTokens):
            self._called = raw.noun
            self.page.show_names([shown_token(token) for token in raw.vocabulary])

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self.page.show_map(snapshot.part(TokenMapPart))

    def clear(self) -> None:
        self.page.show_map(None)
