"""The map: samples, or the tokens of texts, on a plane of the numbers that the network has for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QStackedWidget, QWidget

from core.data.raw_form import RawTokens
from core.data.texts import shown_token
from core.inspect.embedding import EmbeddingPart, TokenMap, TokenMapPart
from core.inspect.snapshot import Snapshot
from core.io.number_text import percent_text
from core.spec.arrays import Array
from playground.model.document import Document
from playground.views.output.output_plot import EmbeddingPlot
from playground.views.results.tab import TABS, ResultsTab
from playground.views.theme.colors import Theme
from playground.views.theme.theme import ThemeSource, font
from playground.views.widgets.boxes import vbox
from playground.views.widgets.chips import Segments
from playground.views.widgets.painted import ARROWS, LEFT, draw_dot, draw_text
from playground.views.widgets.picture_plot import PointedPlot

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

_SAMPLES_TIP: Final = "Where the last hidden layer puts the samples: it has learned when the classes part"
_TOKENS_TIP: Final = "The numbers that the network has learned for each token"
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


class MapPage(QWidget):
    """Samples or tokens on a plane; with a switch where there are both."""

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(parent)
        self.samples, self.tokens = EmbeddingPlot(themes, self), TokenPlane(themes, self)
        choices = [("samples", "Samples", _SAMPLES_TIP), ("tokens", "Tokens", _TOKENS_TIP)]
        self.switch = Segments(choices, name="Map", parent=self)
        self.pages = QStackedWidget(self)
        for plot in (self.samples, self.tokens):
            self.pages.addWidget(plot)
        vbox(self.switch, (self.pages, 1), parent=self, margins=0, spacing=6)


@TABS.register
class MapTab(ResultsTab):
    """What the last hidden layer makes of the samples, and the first Embedding layer of the tokens."""

    kind = "map"
    title = "Map"
    tooltip = "What the network takes for alike: samples by its last hidden layer, or tokens, on a plane"
    position = 70
    instead = "confusion"
    has_data = False
    is_under_more = True
    page: MapPage

    def make_page(self, themes: ThemeSource, panel: QWidget, document: Document | None) -> MapPage:
        page = MapPage(themes, panel)
        page.switch.chosen.connect(self._show)
        return page

    def _show(self, key: str) -> None:
        self.page.switch.set_current(key)
        self.page.pages.setCurrentWidget(self.page.tokens if key == "tokens" else self.page.samples)
        self.parts_changed.emit()

    @property
    def parts(self) -> Mapping[str, Any]:
        return {(TokenMapPart if self.page.switch.current == "tokens" else EmbeddingPart).kind: True}

    def fits(self, prepared: PreparedData) -> bool:
        return _places_samples(prepared) or isinstance(prepared.data.raw, RawTokens)

    def show_data(self, prepared: PreparedData) -> None:
        super().show_data(prepared)
        raw, has_samples = prepared.data.raw, _places_samples(prepared)
        tokens = raw.vocabulary if isinstance(raw, RawTokens) else ()
        self.page.samples.show_data(prepared if has_samples else None)
        self.page.tokens.show_names([shown_token(token) for token in tokens])
        self.page.switch.setVisible(has_samples and bool(tokens))
        if not (has_samples if self.page.switch.current == "samples" else tokens):
            self._show("samples" if has_samples else "tokens")

    def show_snapshot(self, snapshot: Snapshot) -> None:
        if self.page.switch.current == "tokens":
            self.page.tokens.show_picture(snapshot.part(TokenMapPart))
        elif (samples := snapshot.part(EmbeddingPart)) is not None:
            self.page.samples.show_picture(samples)

    def clear(self) -> None:
        self.page.samples.show_data(None)
        self.page.tokens.show_picture(None)


def _places_samples(prepared: PreparedData) -> bool:
    """Whether samples have a colour: those that are made, given back or continued have none."""
    return prepared.task.kind in ("classification", "regression")
