"""What gives way in a row that is too narrow for all that is in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtWidgets import QHBoxLayout, QWidget

from playground.views.widgets.boxes import hbox


class Yielding(Protocol):
    """What can take less room."""

    @property
    def spared_px(self) -> int:
        """How much less it takes when it is short."""

    @property
    def is_short(self) -> bool: ...

    def set_short(self, short: bool) -> None:
        """Take less room, or all again."""


class HiddenPart(QWidget):
    """Buttons that are hidden where there is no room for them, because a menu and keys do the same.

    Who hides one of them for another reason, such as a preference, hides the button and not this part.
    """

    def __init__(self, spacing_px: int, parent: QWidget) -> None:
        super().__init__(parent)
        self.row = hbox(parent=self, margins=0, spacing=spacing_px)

    @property
    def spared_px(self) -> int:
        return self.row.minimumSize().width() + self.row.spacing()

    @property
    def is_short(self) -> bool:
        return self.isHidden()

    def set_short(self, short: bool) -> None:
        self.setVisible(not short)


class TightSpacing:
    """Rows in which everything can move closer together."""

    def __init__(self, rows: Sequence[QHBoxLayout], tight_px: int) -> None:
        self._rows, self._tight_px, self._usual_px = rows, tight_px, rows[0].spacing()

    @property
    def spared_px(self) -> int:
        return sum(map(_gaps, self._rows)) * (self._usual_px - self._tight_px)

    @property
    def is_short(self) -> bool:
        return self._rows[0].spacing() == self._tight_px

    def set_short(self, short: bool) -> None:
        for row in self._rows:
            row.setSpacing(self._tight_px if short else self._usual_px)


class NarrowRow:
    """Shortens the first of `parts`, as many as it must; those named last keep their room longest."""

    def __init__(self, row: QHBoxLayout, parts: Sequence[Yielding]) -> None:
        self._row, self._parts = row, parts

    @property
    def least_px(self) -> int:
        """The width of the row with all parts short."""
        spared = sum(part.spared_px for part in self._parts if not part.is_short)
        return self._row.minimumSize().width() - spared

    def fit(self, width: int) -> None:
        """Give the row room in a `width` in pixels. A part that stays as it is neither flickers nor loses the focus."""
        needed = self._row.minimumSize().width()
        needed += sum(part.spared_px for part in self._parts if part.is_short)
        for part in self._parts:
            short = needed > width
            needed -= part.spared_px if short else 0
            if short != part.is_short:
                part.set_short(short)
                self._tell_layouts(part)

    def _tell_layouts(self, part: Yielding) -> None:
        """Let the layouts around a part know at once, which Qt tells them one after the other, in later events."""
        around = part.parentWidget() if isinstance(part, QWidget) else None
        while around is not None and around is not self._row.parentWidget():
            if (layout := around.layout()) is not None:
                layout.activate()
            around = around.parentWidget()


def _gaps(row: QHBoxLayout) -> int:
    items = (row.itemAt(place) for place in range(row.count()))
    return sum(1 for item in items if item is not None and not item.isEmpty()) - 1
