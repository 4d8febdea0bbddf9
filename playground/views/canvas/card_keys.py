"""Key bindings of the focused card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, cast

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
    **{
        (key, held): cast(Command, verb + side)
        for key, side in (
            (Qt.Key.Key_Left, "left"),
            (Qt.Key.Key_Right, "right"),
            (Qt.Key.Key_Down, "left"),
            (Qt.Key.Key_Up, "right"),
        )
        for held, verb in ((_NONE, ""), (_SHIFT, "extend "), (_ALT, "move "), (_CTRL | _SHIFT, "move "))
    },
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
