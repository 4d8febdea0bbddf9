"""What keeps somebody without mouse or screen from a control: no name, no role, no way there by keys, no action."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QDeadlineTimer, Qt
from PySide6.QtGui import QAccessible, QAccessibleActionInterface
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QMenu,
    QMenuBar,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QTextEdit,
    QWidget,
)

Role = QAccessible.Role

_STANDARD = (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
)
_COMPOSED = (QAbstractSpinBox, QComboBox, QLineEdit, QMenuBar, QTabBar)
"""The widgets inside these (fields, lists, arrows, "clear") are Qt's, and parts of one control."""
_OF_QT = ("QTableCornerButton", "QtPrivate::QCalendarView")
_MOUSE = ("mousePressEvent", "mouseReleaseEvent", "mouseDoubleClickEvent")
_NO_ROLES = (Role.NoRole, Role.Client, Role.Pane, Role.Border, Role.LayeredPane)
_OPERATED = (
    Role.Button,
    Role.ButtonMenu,
    Role.CheckBox,
    Role.ComboBox,
    Role.EditableText,
    Role.Link,
    Role.ListItem,
    Role.RadioButton,
    Role.Slider,
    Role.SpinBox,
)
PATIENCE_MS = 60_000
_PATIENCE = 400
"""Presses of Tab until the first widget is met again; the fullest page has some 60 stops."""


def controls(top: QWidget) -> Iterator[QWidget]:
    """The visible widgets of a window that take the focus or a click."""
    for widget in top.findChildren(QWidget):
        if not widget.isVisible() or widget.window() is not top or widget.visibleRegion().isEmpty():
            continue
        if isinstance(widget, (QHeaderView, QMenu, QScrollBar)) or widget.focusProxy() is not None:
            continue
        if widget.metaObject().className() in _OF_QT or any(
            isinstance(each, _COMPOSED) for each in _above(widget)
        ):
            continue
        if (
            isinstance(widget, _STANDARD)
            or _has_mouse(widget)
            or widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        ):
            yield widget


def faults(top: QWidget) -> list[str]:
    """A sentence for every control of a window that has no name or role, or that no key reaches or operates."""
    reached = _reached(top)
    return [
        f"{type(widget).__name__} {_interface(widget).text(QAccessible.Text.Name)!r} in {_place(widget)} {problem}"
        for widget in controls(top)
        for problem in _problems(widget, reached)
    ]


def _problems(widget: QWidget, reached: set[QWidget]) -> Iterator[str]:
    found = _interface(widget)
    # Qt makes the value of a combo box its name.
    name = widget.accessibleName() if isinstance(widget, QComboBox) else found.text(QAccessible.Text.Name)
    if not name.strip():
        yield "has no name"
    if found.role() in _NO_ROLES:
        yield f"has no role ({found.role().name})"
    if isinstance(widget, QTabBar) and not all(widget.tabText(tab) for tab in range(widget.count())):
        yield "has a tab without a text"
    if not widget.isEnabled():
        return
    if not _is_reached(widget, reached):
        yield "is not reached by Tab or arrow keys, and names no keys"
    if found.role() in _OPERATED and not _is_operated(widget):
        yield "has neither an action nor a value"


def _is_reached(widget: QWidget, reached: set[QWidget]) -> bool:
    if widget in reached:
        return True
    if isinstance(widget, QAbstractButton):
        # Tab stops at the chosen one of an exclusive group, whose others the arrow keys choose.
        if widget.group() is not None and widget.group().exclusive():
            return any(each in reached for each in widget.group().buttons())
        parent = widget.parentWidget()
        if widget.autoExclusive() and parent is not None:
            return any(each in reached for each in parent.findChildren(type(widget)))
    return bool(_keys(widget))


def _keys(widget: QWidget) -> str:
    """What the widget says of its keys, such as the shortcut of a button."""
    found = _interface(widget)
    said = found.text(QAccessible.Text.Accelerator)
    if isinstance(widget, QAbstractItemView) and "Up and Down" in widget.accessibleDescription():
        return "Up and Down"
    actions = found.actionInterface()
    if said or actions is None:
        return str(said)
    return "".join(key for name in actions.actionNames() for key in actions.keyBindingsForAction(name))


def _is_operated(widget: QWidget) -> bool:
    found = _interface(widget)
    actions = found.actionInterface()
    names = set(actions.actionNames()) if actions is not None else set()
    if names - {QAccessibleActionInterface.setFocusAction()} or found.valueInterface() is not None:
        return True
    return found.editableTextInterface() is not None


def _interface(widget: QWidget) -> QAccessible:
    return QAccessible.queryAccessibleInterface(widget)


def _reached(top: QWidget) -> set[QWidget]:
    """What has the focus after each press of Tab, and of arrow keys in rows with one stop."""
    top.activateWindow()
    late = QDeadlineTimer(PATIENCE_MS)
    while not top.isActiveWindow() and QApplication.activePopupWidget() is not top:
        assert not late.hasExpired(), f"{top.windowTitle()!r} does not become active"
        QTest.qWait(1)
    before = QApplication.focusWidget()
    met: list[QWidget] = []
    for _ in range(_PATIENCE):
        QTest.keyClick(QApplication.focusWidget() or top, Qt.Key.Key_Tab)
        now = QApplication.focusWidget()
        if now is None or now in met:
            break
        met.append(now)
    else:
        raise AssertionError(f"Tab does not come back to where it began in {_PATIENCE} presses")
    for stop in met.copy():
        for key in (Qt.Key.Key_Right, Qt.Key.Key_Down):
            if _row_of(stop):
                stop.setFocus(Qt.FocusReason.TabFocusReason)
                _follow(key, met)
    if before is not None:
        before.setFocus()
    return set(met)


def _row_of(stop: QWidget) -> list[QWidget]:
    """The widgets beside a stop that only arrow keys reach."""
    # The row of a gallery's stop may be another than that of most tiles.
    around = list(_above(stop))[:2]
    beside = around[-1].findChildren(type(stop)) if around else []
    return [each for each in beside if each.focusPolicy() == Qt.FocusPolicy.ClickFocus]


def _follow(key: Qt.Key, met: list[QWidget]) -> None:
    for _ in range(_PATIENCE):
        before = QApplication.focusWidget()
        assert before is not None
        QTest.keyClick(before, key)
        now = QApplication.focusWidget()
        if now is None or now is before:
            return
        if now not in met:
            met.append(now)


def _has_mouse(widget: QWidget) -> bool:
    """Whether a class of the project handles the mouse."""
    own = [kind for kind in type(widget).__mro__ if not kind.__module__.startswith(("PySide6", "pyqtgraph"))]
    return any(name in vars(kind) for kind in own for name in _MOUSE)


def _above(widget: QWidget) -> Iterator[QWidget]:
    above = widget.parentWidget()
    while above is not None:
        yield above
        above = above.parentWidget()


def _place(widget: QWidget) -> str:
    return " < ".join(type(each).__name__ for each in list(_above(widget))[:3])
