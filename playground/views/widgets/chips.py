"""Toggle chips and a wrapping group of them, for input features and scalings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QPushButton, QSizePolicy, QWidget

from playground.views.widgets.boxes import set_up
from playground.views.widgets.flow_layout import FlowLayout


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
