"""How often each token occurs in the texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QEvent, QRectF
from PySide6.QtGui import QHelpEvent, QPainter
from PySide6.QtWidgets import QToolTip, QWidget

from core.data.raw_form import RawTokens
from core.data.texts import shown_token
from core.io.number_text import percent_text
from core.spec.arrays import Array
from playground.views.theme.colors import Theme
from playground.views.theme.theme import ThemeSource
from playground.views.widgets import SectionTitle
from playground.views.widgets.painted import LEFT, Painted, draw_box, draw_text

if TYPE_CHECKING:
    from core.experiment.prepare import PreparedData

_MOST_BARS: Final = 40
_MOST_WORDS: Final = 14
"""Words are turned, and need 12 px each."""
_MOST_TEXTS: Final = 2_000
_NAME_PX, _WORD_PX, _TITLE_PX = 14.0, 38.0, 22.0


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
        self._has_words = False
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
        order = np.argsort(-counts, kind="stable")
        self._has_words = sum(len(raw.vocabulary[each]) > 1 for each in order[:_MOST_BARS]) > 1
        self._tokens = np.sort(order[: _MOST_WORDS if self._has_words else _MOST_BARS])
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
        below = _WORD_PX if self._has_words else _NAME_PX
        room, width = self.height() - _TITLE_PX - below, self.width() / len(self.names)
        height = room * float(self.shares[place] / self.shares.max())
        return QRectF(place * width + 0.5, _TITLE_PX + room - height, width - 1, height)

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        for place, name in enumerate(self.names):
            bar, is_own = self.bar(place), place < len(self._own) and self._own[place]
            draw_box(painter, bar, 1, theme.accent if is_own else theme.border_strong)
            if not self._has_words:
                below = QRectF(bar.center().x() - 8, bar.bottom(), 16, _NAME_PX)
                draw_text(painter, below, name if len(name) == 1 else "", theme.text_muted, self._small)
                continue
            painter.save()
            painter.translate(bar.center().x(), bar.bottom() + 2)
            painter.rotate(90.0)
            below = QRectF(0, -8, _WORD_PX - 2, 16)
            draw_text(painter, below, name, theme.text_muted, self._small, LEFT, cut=True)
            painter.restore()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and self.names:
            place = min(len(self.names) - 1, int(event.pos().x() * len(self.names) / self.width()))
            text = f"{self.names[place]}: {percent_text(float(self.shares[place]), 1)}"
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)
