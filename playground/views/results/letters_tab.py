"""The tokens on a plane of the numbers that the network has learned for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QWidget

from core.data.raw_form import RawTokens
from core.data.texts import shown_token
from core.inspect.embedding import TokenMap, TokenMapPart
from core.inspect.snapshot import Snapshot
from core.io.number_text import percent_text
from core.spec.arrays import Array
from playground.model.document import Document
from playground.views.results.tab import TABS, ResultsTab
from playground.views.theme.colors import Theme
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.painted import ARROWS, LEFT, draw_dot, draw_text
from playground.views.widgets.picture_plot import PointedPlot

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

_MARGIN_PX, _FOOT_PX = 18.0, 16.0
_VOWELS: Final = frozenset("aeiouyäöüåæøAEIOUYÄÖÜÅÆØ")


class TokenPlane(PointedPlot[TokenMap]):
    """Vowels are coloured. The pointer, or Left and Right, name a token and those that are most like it."""

    name = "Tokens by the numbers that the network has learned for them"
    keys = "Left, Right"
    ground = "canvas"
    size_px = 326, 190
    near_px = 16
    _is_empty = False

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(themes, parent)
        self._bold = font(bold=True)
        self._names: list[str] = []
        self.setMinimumSize(120, 90)

    def show_names(self, names: list[str]) -> None:
        """Set what the tokens are called; drops the picture."""
        self._names = names
        self.show_picture(None)

    def text(self) -> str:
        """ "61 % of the variance"."""
        if self._picture is None:
            return "The network has no Embedding layer" if self._names else ""
        more = len(self._names) - len(self._picture.places)
        return f"{percent_text(self._picture.share)} of the variance" + (
            f", {more:,} more tokens" if more > 0 else ""
        )

    def spots(self) -> Array:
        assert self._picture is not None
        low, high = self._picture.places.min(axis=0), self._picture.places.max(axis=0)
        shares = (self._picture.places - low) / np.maximum(high - low, 1e-12)
        room = np.array([self.width() - 2 * _MARGIN_PX, self.height() - 2 * _MARGIN_PX - _FOOT_PX])
        spots: Array = _MARGIN_PX + np.stack([shares[:, 0], 1.0 - shares[:, 1]], axis=1) * room
        return spots

    def point_text(self, place: int) -> str:
        """ "a is most like e, o, i"."""
        assert self._picture is not None
        alike = ", ".join(self._names[int(each)] for each in self._picture.nearest[place])
        return f"{self._names[place]} is most like {alike}"

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        super()._paint(painter, theme)
        foot = QRectF(self.rect()).adjusted(8, self.height() - _FOOT_PX - 4, -8, -4)
        draw_text(painter, foot, self.text(), theme.text_muted, self._small, LEFT)

    def _note(self) -> str:
        """It stands at the foot."""
        return ""

    def _paint_above(self, painter: QPainter, picture: TokenMap, theme: Theme) -> None:
        spots = self.spots()
        pointed = self._pointed if self._pointed < len(spots) else -1
        if pointed >= 0:
            painter.setPen(QPen(QColor(theme.border_strong), 1.5))
            for each in picture.nearest[pointed]:
                painter.drawLine(QPointF(*spots[pointed]), QPointF(*spots[int(each)]))
        for name, (x, y) in zip(self._names, spots.tolist(), strict=False):
            ink = theme.accent if name in _VOWELS else theme.text
            face = self._bold if len(name) == 1 else self._small
            draw_text(painter, QRectF(x - 40, y - 10, 80, 20), name, ink, face)
        if pointed >= 0:
            draw_dot(painter, QPointF(*spots[pointed]), 11.0, None, theme.accent, 2.0)

    def _obey(self, key: Qt.Key) -> bool:
        step = ARROWS.get(key, (0, 0))[0]
        if step:
            count = len(self.spots())
            place = (self._pointed + step) % count if self._pointed >= 0 else 0
            self._point(place, QPointF(*self.spots()[place]).toPoint())
            self.setAccessibleDescription(self.point_text(place))
        return bool(step)


@TABS.register
class LettersTab(ResultsTab):
    """The first Embedding layer as a plane."""

    kind = "letters"
    title = "Map"
    tooltip = "Which tokens the network takes for alike: the numbers that it has learned for each, on a plane"
    position = 70
    instead = "confusion"
    has_data = False
    page: TokenPlane

    def make_page(self, themes: ThemeSource, panel: QWidget, document: Document | None) -> TokenPlane:
        return TokenPlane(themes, panel)

    @property
    def parts(self) -> Mapping[str, Any]:
        return {TokenMapPart.kind: True}

    def fits(self, prepared: PreparedData) -> bool:
        return isinstance(prepared.data.raw, RawTokens)

    def show_data(self, prepared: PreparedData) -> None:
        super().show_data(prepared)
        raw = prepared.data.raw
        if isinstance(raw, RawTokens):
            self.page.show_names([shown_token(token) for token in raw.vocabulary])

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self.page.show_picture(snapshot.part(TokenMapPart))

    def clear(self) -> None:
        self.page.show_picture(None)
