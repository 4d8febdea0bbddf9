"""Other values of a setting, to be tried beside the current one: choices, suggestions, or a few near it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QInputDialog, QLineEdit, QMenu, QWidget

from core.io.sentence import in_sentence
from core.nn import ACTIVATIONS
from core.spec import Setting, Spec
from playground.views.widgets.number_format import multiples, round_step

_FACTORS = (0.1, 0.3, 3.0, 10.0)
_PARTS = 5
# Choices with a proper name.
_WRITTEN = {
    "pytorch": "PyTorch", "png": "PNG", "svg": "SVG", "pdf": "PDF", "float32": "float32", "float64": "float64",
    "columns": "One per column", "array": "One array",
}  # fmt: skip


def choices_of(setting: Setting) -> list[tuple[str, str, str]]:
    """(key, label, summary) of every choice, or of every kind of a registry."""
    if setting.registry is not None:
        return [(kind.kind, kind.title, kind.summary) for kind in setting.registry]
    found = []
    for name in setting.choices:
        if name in ACTIVATIONS:  # the output's activations are choices by name, with "auto"
            kind = ACTIVATIONS.get(name)
            found.append((name, kind.title, kind.summary))
        else:
            found.append((name, _WRITTEN.get(name) or name[:1].upper() + name[1:].replace("_", " "), ""))
    return found


def other_values(setting: Setting, value: Any) -> list[tuple[str, Any]]:
    """(text, value) for a menu, without the current value; empty for texts and lists."""
    if setting.type == "bool":
        return [("off" if value else "on", not value)]
    if setting.type in ("choice", "kind"):
        current = value.kind if isinstance(value, Spec) else value
        return [(label, key) for key, label, _ in choices_of(setting) if key != current]
    if setting.type == "pair":
        pairs = [tuple(part + step for part in value) for step in (-2, -1, 1, 2)]
        return [
            (" × ".join(map(str, pair)), pair) for pair in pairs if all(_fits(setting, part) for part in pair)
        ]
    if setting.type not in ("int", "float"):
        return []
    numbers = setting.suggestions or (_near(value) if setting.type == "int" else _spread(setting, value))
    good = dict.fromkeys(number for number in numbers if number != value and _fits(setting, number))
    return [(f"{number:,}" if setting.type == "int" else f"{number:g}", number) for number in good]


def add_duplicate_menu(menu: QMenu, setting: Setting, value: Any, chosen: Callable[[Any], None]) -> None:
    """Add "Duplicate this run with", which calls `chosen` with another value, unvalidated, to a context menu."""
    values = other_values(setting, value)
    is_number = setting.type in ("int", "float")
    if not values and not is_number:
        return
    more = menu.addMenu(f"Duplicate this run with another {in_sentence(setting.label)}")
    for text, other in values:
        action = QAction(text, more)
        action.triggered.connect(lambda _=False, other=other: chosen(other))
        more.addAction(action)
    if is_number:
        ask = QAction("Other…", more)
        window = menu.parentWidget()
        ask.triggered.connect(lambda: _ask(window, setting, value, chosen))
        more.addAction(ask)


def _ask(window: QWidget | None, setting: Setting, value: Any, chosen: Callable[[Any], None]) -> None:
    text, good = QInputDialog.getText(
        window.window() if window is not None else None,
        "Duplicate this run",
        f"{setting.label} in the other lane:",
        QLineEdit.EchoMode.Normal,
        f"{value:g}" if isinstance(value, float) else str(value),
    )
    if good:
        chosen(_number(text.strip(), setting))


def _number(text: str, setting: Setting) -> Any:
    """The number in a text, with point or comma, or the text itself, which the setting refuses."""
    try:
        return int(text) if setting.type == "int" else float(text.replace(",", "."))
    except ValueError:
        return text


def _near(value: int) -> list[int]:
    return sorted({value // 2, value - 1, value + 1, 2 * value})


def _spread(setting: Setting, value: float) -> list[float]:
    """Round numbers over a bounded range, or powers of the value."""
    if setting.low is None or setting.high is None:
        return [float(f"{factor * value:.3g}") for factor in _FACTORS] if value else []
    step = round_step((setting.high - setting.low) / _PARTS)
    return [float(f"{each:.6g}") for each in multiples(step, setting.low, setting.high)]


def _fits(setting: Setting, number: float) -> bool:
    low, high = setting.low, setting.high
    above_low = low is None or number > low or (number == low and not setting.above)
    return above_low and (high is None or number <= high)
