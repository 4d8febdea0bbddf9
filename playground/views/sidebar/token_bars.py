"""How often each token occurs in the texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from core.data.raw_form import RawTokens
from core.data.texts import shown_token
from core.io.number_text import percent_text
from core.spec.arrays import Array
from playground.views.theme.colors import Theme
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import SectionTitle
from playground.views.widgets.painted import Painted, draw_box, draw_text

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

_MOST_BARS: Final = 40
_MOST_TEXTS: Final = 2_000
_NAME_PX, _TITLE_PX = 14.0, 22.0


class TokenBars(Painted):
    """A bar for each of the most frequent tokens, those of the chosen sample colored; hidden for other data."""

    name = "How often tokens occur"
    size_px = least_px = 150, 84

    def __init__(self, themes: ThemeSource, parent: QWidget) -> None:
        super().__init__(themes, parent)
        self.title = SectionTitle("", self)
        self.shares: Array = np.zeros(0)
        self.names: list[str] = []
        self._own = np.zeros(0, np.bool_)
        self.show_data(None)

    def show_data(self, prepared: PreparedData | None) -> None:
        """Set the data."""
        raw, self._prepared = None if prepared is None else prepared.data.raw, prepared
        self.setVisible(isinstance(raw, RawTokens))
        if prepared is None or not isinstance(raw, RawTokens):
            return
        texts, end = prepared.data.inputs[:: -(-prepared.data.samples // _MOST_TEXTS)], raw.end
        counts = np.bincount(texts.ravel(), minlength=len(raw.vocabulary))
        if end >= 0:
            # It fills up short texts, too.
            counts[end] = len(texts)
        self._tokens = np.sort(np.argsort(-counts, kind="stable")[:_MOST_BARS])
        self.names = ["·" if each == end else shown_token(raw.vocabulary[each]) for each in self._tokens]
        self.shares = counts[self._tokens] / counts.sum()
        pairs = zip(self.names, self.shares.tolist(), strict=True)
        self.setAccessibleDescription(", ".join(f"{name} {percent_text(share, 1)}" for name, share in pairs))
        self.title.set_text(f"{len(raw.vocabulary):,} {raw.noun}s")
        self.title.adjustSize()
        self.mark_test_point(0)

    def mark_test_point(self, row: int) -> None:
        """Color the tokens of a test sample."""
        if self._prepared is not None and len(test := self._prepared.test.inputs) and self.names:
            self._own = np.isin(self._tokens, test[row % len(test)])
            self.update()

    def bar(self, place: int) -> QRectF:
        """The rectangle of a bar."""
        room, width = self.height() - _TITLE_PX - _NAME_PX, self.width() / len(self.names)
        height = room * float(self.shares[place] / self.shares.max())
        return QRectF(place * width + 0.5, _TITLE_PX + room - height, width - 1, height)

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        for place, name in enumerate(self.names):
            bar, is_own = self.bar(place), place < len(self._own) and self._own[place]
            draw_box(painter, bar, 1, theme.accent if is_own else theme.border_strong)
            below = QRectF(bar.center().x() - 8, bar.bottom(), 16, _NAME_PX)
            draw_text(painter, below, name if len(name) == 1 else "", theme.text_muted, self._small)
