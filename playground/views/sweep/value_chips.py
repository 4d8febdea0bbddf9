"""The values of a list as chips: those of the list are on, others are offered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from playground.views.widgets.chips import Chip, ChipGroup

MOST_CHIPS: Final = 16
_WIDEST_PX: Final = 180
_OFF: Final = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace)


class ValueChips(ChipGroup):
    """Space switches a value on and off, Delete and Backspace off; a chip that is off stays, to be switched on again.

    The texts of the values are the names of the chips. One value stays on.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(keep_one=True, name="Values to try", parent=parent)
        self._of, self._left_out = "", list[str]()
        self.toggled.connect(self._on_toggled)

    def show_values(self, of: str, on: Sequence[str], offered: Sequence[str], *, is_number: bool) -> None:
        """Show the values `on` of a setting `of`, and those offered or left out before as far as there is room."""
        if of != self._of:
            self._of, self._left_out = of, []
        # Typed ones must not go for offered ones.
        names = [*dict.fromkeys([*on, *self._left_out, *offered])][: max(MOST_CHIPS, len(on))]
        if is_number:
            names.sort(key=float)
        elif set(names) == set(self.names()):
            names = self.names()
        if names != self.names():
            metrics, side = self.fontMetrics(), Qt.TextElideMode.ElideRight
            self.set_choices(
                [(name, metrics.elidedText(name, side, _WIDEST_PX), name) for name in names], on=on
            )
        else:
            self.set_on(on)

    def event(self, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.key() in _OFF
        ):
            # Else the layers that are selected on another page are deleted.
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        chip = self.focusWidget()
        if event.key() not in _OFF or not isinstance(chip, Chip):
            super().keyPressEvent(event)
        elif chip.isChecked():
            chip.click()

    def _on_toggled(self, name: str, on: bool) -> None:
        if not on and name not in self._left_out:
            self._left_out.append(name)
