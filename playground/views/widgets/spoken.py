"""Accessibility of widgets that paint themselves: a role, a value, and what can be done.

Qt describes its own controls. A widget with events of its own is a nameless area to a screen reader, which can neither
press it nor read its value; `speak_as` fixes that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleActionInterface,
    QAccessibleInterface,
    QAccessibleValueInterface,
    QKeyEvent,
)
from PySide6.QtWidgets import QAbstractButton, QAccessibleWidget, QWidget
from shiboken6 import VoidPtr

Role = QAccessible.Role
_ATTRIBUTE = "_spoken"


@dataclass(frozen=True)
class Amount:
    """The value of a slider: `read` gives (least, now, greatest), `write` sets it, `words` say it."""

    read: Callable[[], tuple[float, float, float]]
    write: Callable[[float], object]
    words: Callable[[], str]


class _Value(QAccessibleValueInterface):
    def __init__(self, amount: Amount) -> None:
        super().__init__()
        self._amount = amount
        self.words = amount.words

    def currentValue(self) -> float:
        return self._amount.read()[1]

    def minimumValue(self) -> float:
        return self._amount.read()[0]

    def maximumValue(self) -> float:
        return self._amount.read()[2]

    def minimumStepSize(self) -> float:
        return 0.0

    def setCurrentValue(self, value: float) -> None:
        self._amount.write(float(value))


@dataclass
class _Spoken:
    role: QAccessible.Role
    actions: Mapping[str, Qt.Key | Callable[[], object]]
    keys: str
    value: _Value | None
    kept: list[object] = field(default_factory=list)
    """Qt has no reference to the Python parts of an interface."""


class _Interface(QAccessibleWidget):
    """Asks its widget for everything: PySide never lets go of an interface, nor would it of what this held."""

    @property
    def _spoken(self) -> _Spoken:
        spoken: _Spoken = getattr(self.object(), _ATTRIBUTE)
        return spoken

    def text(self, kind: QAccessible.Text) -> str:
        if kind == QAccessible.Text.Value and self._spoken.value is not None:
            return self._spoken.value.words()
        if kind == QAccessible.Text.Accelerator and self._spoken.keys:
            return self._spoken.keys
        return super().text(kind)

    def actionNames(self) -> list[str]:
        own = list(self._spoken.actions) if self.widget().isEnabled() else []
        return own + [name for name in super().actionNames() if name not in own]

    def doAction(self, name: str) -> None:
        action = self._spoken.actions.get(name)
        if action is None:
            super().doAction(name)
        elif isinstance(action, Qt.Key):
            _press(self.widget(), action)
        else:
            action()

    def keyBindingsForAction(self, name: str) -> list[str]:
        if name in self._spoken.actions and self._spoken.keys:
            return [self._spoken.keys]
        return list(super().keyBindingsForAction(name))


class _ValuedInterface(_Interface):
    """An interface with a value. Apart, since Qt asks `interface_cast` of every interface before every answer."""

    def interface_cast(self, kind: QAccessible.InterfaceType) -> Any:
        if kind == QAccessible.InterfaceType.ValueInterface:
            return self._spoken.value
        found = super().interface_cast(kind)
        # None or 0 would be dereferenced by Qt.
        return VoidPtr(0) if found is None else found


def speak_as(
    widget: QWidget,
    role: QAccessible.Role,
    *,
    press: Qt.Key | Callable[[], object] | None = None,
    menu: Qt.Key | Callable[[], object] | None = None,
    steps: tuple[Qt.Key, Qt.Key] | None = None,
    keys: str = "",
    amount: Amount | None = None,
) -> None:
    """Describe `widget` to assistive technologies; its name stays its accessible name.

    `press` and `menu` are done by the actions of these names, `steps` by "Decrease" and "Increase"; a key is sent to
    the widget as if it was typed there. `keys` says how the keyboard does what the mouse does here.
    """
    if press is None and isinstance(widget, QAbstractButton):
        press = widget.click
    actions: dict[str, Qt.Key | Callable[[], object]] = {}
    if press is not None:
        actions[QAccessibleActionInterface.pressAction()] = press
    if menu is not None:
        actions[QAccessibleActionInterface.showMenuAction()] = menu
    if steps is not None:
        actions[QAccessibleActionInterface.decreaseAction()] = steps[0]
        actions[QAccessibleActionInterface.increaseAction()] = steps[1]
    _install()
    setattr(widget, _ATTRIBUTE, _Spoken(role, actions, keys, None if amount is None else _Value(amount)))


def _make(_: str, item: QObject) -> QAccessibleInterface | None:
    spoken: _Spoken | None = getattr(item, _ATTRIBUTE, None)
    if spoken is None or not isinstance(item, QWidget):
        return None
    made = (_Interface if spoken.value is None else _ValuedInterface)(item, spoken.role)
    spoken.kept[:] = [made]
    return made


_installed: list[bool] = []


def _install() -> None:
    """Once for the process: Qt asks the last factory first, and itself at last."""
    if not _installed:
        _installed.append(True)
        QAccessible.installFactory(_make)


def _press(widget: QWidget, key: Qt.Key) -> None:
    text = {Qt.Key.Key_Return: "\r", Qt.Key.Key_Space: " "}.get(key, "")
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QCoreApplication.sendEvent(widget, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, text))
