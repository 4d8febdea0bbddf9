"""Choices as buttons in a row: chips, of which any number is on, and joined segments, of which one is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QFrame, QPushButton, QSizePolicy, QWidget

from playground.views.theme.theme import font
from playground.views.widgets.boxes import FlowLayout, hbox, set_up

_ROOM_PX = 20


class Segments(QFrame):
    """Left and Right move the choice. `chosen` is emitted for choices of the user, not by `set_current`."""

    chosen = Signal(str)

    def __init__(
        self,
        choices: Sequence[tuple[str, str, str]],
        *,
        name: str,
        parent: QWidget | None = None,
        room_px: int = _ROOM_PX,
    ) -> None:
        """`choices` are (key, text, tooltip); the first is chosen. `room_px` are beside each text."""
        super().__init__(parent)
        self._room_px = room_px
        set_up(self, role="segments", accessibleName=name)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self.buttons: dict[str, QPushButton] = {}
        self._group = QButtonGroup(self)
        row = hbox(parent=self, margins=2, spacing=0)
        for key, text, tooltip in choices:
            button = set_up(QPushButton(self), segment="true", checkable=True, autoDefault=False)
            button.setProperty("narrow", "true" if room_px < _ROOM_PX else "false")
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
        button.setMinimumWidth(QFontMetrics(font(bold=True)).horizontalAdvance(text) + self._room_px)

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


class Chip(QPushButton):
    """A toggle button in pill shape; `name` is its key."""

    def __init__(self, name: str, label: str, *, tooltip: str = "", parent: QWidget | None = None) -> None:
        super().__init__(label, parent)
        self.name = name
        set_up(self, chip="true", checkable=True, autoDefault=False, toolTip=tooltip, accessibleName=label)
        self.setAccessibleDescription(tooltip)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)


class ChipGroup(QWidget):
    """Wrapping chips, any number of them checked.

    `toggled(name, on)` is emitted for user changes, not by `set_on`. With `keep_one`, the last checked chip cannot be
    unchecked.
    """

    toggled = Signal(str, bool)

    def __init__(
        self,
        choices: Sequence[tuple[str, str, str]] = (),
        *,
        on: Iterable[str] = (),
        keep_one: bool = False,
        narrow: bool = False,
        name: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """`choices` are (name, label, tooltip); `narrow` chips are in small type, so that more of them fit a row."""
        super().__init__(parent)
        self._chips: dict[str, Chip] = {}
        self._keep_one, self._narrow = keep_one, narrow
        self._flow = FlowLayout(self, spacing_px=2 if narrow else 4)
        self.setAccessibleName(name)
        # With a least height of all chips below each other, a panel would scroll over empty room.
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.set_choices(choices, on=on)

    def set_choices(self, choices: Sequence[tuple[str, str, str]], *, on: Iterable[str] = ()) -> None:
        """Replace the chips by (name, label, tooltip) and check those in `on`."""
        for old in self._chips.values():
            self._flow.removeWidget(old)
            old.hide()
            old.deleteLater()
        self._chips = {}
        # Tab would come to new ones last of all in the window. Qt puts nothing behind what takes no focus.
        before = self.previousInFocusChain() or self
        while before is not self and before.focusPolicy() == Qt.FocusPolicy.NoFocus:
            before = before.previousInFocusChain() or self
        for name, label, tooltip in choices:
            chip = Chip(name, label, tooltip=tooltip, parent=self)
            QWidget.setTabOrder(before, chip)
            before = chip
            chip.setProperty("narrow", "true" if self._narrow else "false")
            chip.clicked.connect(self._clicked)
            self._flow.addWidget(chip)
            self._chips[name] = chip
        self.set_on(on)
        self.updateGeometry()

    def names(self) -> list[str]:
        """Names of all chips, in order."""
        return list(self._chips)

    def chip(self, name: str) -> Chip:
        return self._chips[name]

    def on(self) -> list[str]:
        """Names of the checked chips, in order."""
        return [name for name, chip in self._chips.items() if chip.isChecked()]

    def set_on(self, names: Iterable[str]) -> None:
        """Check the named chips and uncheck the others."""
        wanted = set(names)
        for name, chip in self._chips.items():
            chip.setChecked(name in wanted)

    def _clicked(self, checked: bool) -> None:
        chip = self.sender()
        if not isinstance(chip, Chip):
            return
        if self._keep_one and not checked and not self.on():
            chip.setChecked(True)
            return
        self.toggled.emit(chip.name, checked)
