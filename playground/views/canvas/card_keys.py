"""Key bindings of the focused card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

Command = Literal[
    "left",
    "right",
    "extend left",
    "extend right",
    "move left",
    "move right",
    "remove",
    "duplicate",
    "less",
    "more",
    "form",
    "menu",
]

_NONE: Final = Qt.KeyboardModifier.NoModifier
_ALT: Final = Qt.KeyboardModifier.AltModifier
_CTRL: Final = Qt.KeyboardModifier.ControlModifier
_SHIFT: Final = Qt.KeyboardModifier.ShiftModifier

# Networks on sequences are rows, of which the next one is above.
_KEYS: Final[Mapping[tuple[int, Qt.KeyboardModifier], Command]] = {
    (Qt.Key.Key_Left, _NONE): "left",
    (Qt.Key.Key_Right, _NONE): "right",
    (Qt.Key.Key_Left, _SHIFT): "extend left",
    (Qt.Key.Key_Right, _SHIFT): "extend right",
    (Qt.Key.Key_Left, _ALT): "move left",
    (Qt.Key.Key_Right, _ALT): "move right",
    (Qt.Key.Key_Left, _CTRL | _SHIFT): "move left",
    (Qt.Key.Key_Right, _CTRL | _SHIFT): "move right",
    (Qt.Key.Key_Down, _NONE): "left",
    (Qt.Key.Key_Up, _NONE): "right",
    (Qt.Key.Key_Down, _SHIFT): "extend left",
    (Qt.Key.Key_Up, _SHIFT): "extend right",
    (Qt.Key.Key_Down, _ALT): "move left",
    (Qt.Key.Key_Up, _ALT): "move right",
    (Qt.Key.Key_Down, _CTRL | _SHIFT): "move left",
    (Qt.Key.Key_Up, _CTRL | _SHIFT): "move right",
    (Qt.Key.Key_Delete, _NONE): "remove",
    (Qt.Key.Key_Backspace, _NONE): "remove",
    (Qt.Key.Key_D, _CTRL): "duplicate",
    (Qt.Key.Key_Return, _NONE): "form",
    (Qt.Key.Key_Enter, _NONE): "form",
    (Qt.Key.Key_F2, _NONE): "form",
    (Qt.Key.Key_Menu, _NONE): "menu",
    (Qt.Key.Key_F10, _SHIFT): "menu",
}


def command_of(event: QKeyEvent) -> Command | None:
    """The command that a key press maps to, or None."""
    # Compare the text: which keys produce plus and minus depends on the keyboard layout.
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if event.text() in ("+", "=", "-", "−") and not modifiers & _CTRL:
        return "less" if event.text() in ("-", "−") else "more"
    return _KEYS.get((event.key(), modifiers))
