"""Hints on the columns of a table: a sentence and a button each."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Final

from PySide6.QtCore import QElapsedTimer, Signal
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from core.data.tables.column_hints import ColumnHint
from playground.views.theme.colors import GRID_PX
from playground.views.widgets.boxes import hbox, vbox
from playground.views.widgets.labels import CutLabel

_ACTIONS: Final = {
    "leak": "Ignore it",
    "gaps": "Use a category",
    "codes": "Read as categories",
    "odd": "Treat as missing",
    "twice": "",
}
_MAX_SHOWN: Final = 3


class HintList(QWidget):
    """Shows the first hints; `taken(hint)` is emitted when the user follows one."""

    taken = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[tuple[CutLabel, QPushButton]] = []
        self._hints: tuple[ColumnHint, ...] = ()
        self._since_taken = QElapsedTimer()
        column = vbox(parent=self, margins=0, spacing=GRID_PX // 2)
        for place in range(_MAX_SHOWN):
            label, button = CutLabel(self), QPushButton(self)
            label.setProperty("role", "muted")
            button.setAutoDefault(False)
            button.clicked.connect(partial(self._take, place))
            row = hbox((label, 1), button, spacing=GRID_PX)
            column.addLayout(row)
            self.rows.append((label, button))
        self.setAccessibleName("Hints on columns")
        self.show_hints(())

    def show_hints(self, hints: Sequence[ColumnHint]) -> None:
        """Set the hints; those that follow take the place of the ones that are gone."""
        self._hints = tuple(hints)
        more = len(hints) - _MAX_SHOWN
        for place, (label, button) in enumerate(self.rows):
            hint = hints[place] if place < len(hints) else None
            label.setVisible(hint is not None)
            button.setVisible(hint is not None and bool(_ACTIONS[hint.kind]))
            if hint is not None:
                others = "1 more follows." if more == 1 else f"{more:,} more follow."
                is_last = more > 0 and place == _MAX_SHOWN - 1
                label.setText(f"{hint.sentence}. {others}" if is_last else f"{hint.sentence}.")
                label.setToolTip(label.text())
                button.setText(_ACTIONS[hint.kind])
                button.setAccessibleName(f"{_ACTIONS[hint.kind]}: {', '.join(hint.columns[:1])}")
                button.setAccessibleDescription(label.text())
        self.setVisible(bool(hints))

    def _take(self, place: int) -> None:
        # The next hint moves to where this one was, and the second click of two is not meant for it.
        waits = QApplication.doubleClickInterval()
        if not self._since_taken.isValid() or self._since_taken.hasExpired(waits):
            self._since_taken.start()
            self.taken.emit(self._hints[place])
