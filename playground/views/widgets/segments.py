"""A row of joined buttons of which one is chosen: "Build | Runs | Race"."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QPushButton, QSizePolicy, QWidget

from playground.views.theme.theme import font
from playground.views.widgets.boxes import hbox, set_up

_ROOM_PX = 20


class Segments(QFrame):
    """Left and Right move the choice. `chosen` is emitted for choices of the user, not by `set_current`."""

    chosen = Signal(str)

    def __init__(
        self, choices: Sequence[tuple[str, str, str]], *, name: str, parent: QWidget | None = None
    ) -> None:
        """`choices` are (key, text, tooltip); the first is chosen."""
        super().__init__(parent)
        set_up(self, role="segments", accessibleName=name)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.buttons: dict[str, QPushButton] = {}
        self._group = QButtonGroup(self)
        row = hbox(parent=self, margins=2, spacing=0)
        for key, text, tooltip in choices:
            button = set_up(QPushButton(self), segment="true", checkable=True, autoDefault=False)
            button.setToolTip(tooltip)
            button.setAccessibleName(f"{name}: {text}")
            self._group.addButton(button)
            self.buttons[key] = button
            self.set_text(key, text)
            row.addWidget(button)
        self.set_current(choices[0][0])
        self._group.buttonClicked.connect(self._on_clicked)

    def set_text(self, key: str, text: str) -> None:
        button = self.buttons[key]
        button.setText(text)
        # The chosen one is bold: its width must not change.
        button.setMinimumWidth(QFontMetrics(font(bold=True)).horizontalAdvance(text) + _ROOM_PX)

    @property
    def current(self) -> str:
        """The key of the chosen button."""
        return next(key for key, button in self.buttons.items() if button.isChecked())

    def set_current(self, key: str) -> None:
        self.buttons[key].setChecked(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
            return
        keys = list(self.buttons)
        key = keys[(keys.index(self.current) + step) % len(keys)]
        self.buttons[key].setFocus(Qt.FocusReason.TabFocusReason)
        self.buttons[key].click()

    def _on_clicked(self) -> None:
        self.chosen.emit(self.current)
