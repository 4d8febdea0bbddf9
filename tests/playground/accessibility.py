"""What an assistive technology finds in a window: controls without a name or role, and those no key reaches."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QMenu,
    QMenuBar,
    QPlainTextEdit,
    QScrollBar,
    QTabBar,
    QTextEdit,
    QWidget,
)

__all__ = ["controls"]

_STANDARD = (
    QAbstractButton, QAbstractItemView, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QPlainTextEdit,
    QTabBar, QTextEdit,
)  # fmt: skip
_MOUSE = ("mousePressEvent", "mouseReleaseEvent", "mouseDoubleClickEvent")
_PARTS = (QAbstractItemView, QAbstractSpinBox, QComboBox, QTabBar, QMenu, QMenuBar)
"""Widgets whose inner widgets (fields, headers, scroll buttons) are Qt's, and not controls of their own."""
_PLAIN = {QAccessible.Role.NoRole, QAccessible.Role.Client, QAccessible.Role.Pane, QAccessible.Role.Border,
    QAccessible.Role.Window, QAccessible.Role.LayeredPane}  # fmt: skip


def controls(top: QWidget) -> Iterator[QWidget]:
    """The visible widgets below `top` that take the focus or a click."""
    for widget in top.findChildren(QWidget):
        if not widget.isVisible() or widget.window() is not top or isinstance(widget, (QScrollBar, QMenu)):
            continue
        if any(isinstance(each, _PARTS) for each in ancestors(widget)) and not isinstance(
            widget, QAbstractButton
        ):
            continue
        if any(
            isinstance(each, (QComboBox, QAbstractSpinBox, QTabBar, QMenuBar)) for each in ancestors(widget)
        ):
            continue
        if type(widget).__name__ in ("QTableCornerButton", "QHeaderView", "ExtensionButton"):
            continue
        if (
            isinstance(widget, _STANDARD)
            or is_clickable(widget)
            or widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        ):
            yield widget


def ancestors(widget: QWidget) -> Iterator[QWidget]:
    above = widget.parentWidget()
    while above is not None and not widget.isWindow():
        yield above
        if above.isWindow():
            return
        above = above.parentWidget()


def is_clickable(widget: QWidget) -> bool:
    """Whether a class of the project handles the mouse."""
    return any(
        name in vars(kind)
        for kind in type(widget).__mro__
        if kind.__module__.startswith("playground.")
        for name in _MOUSE
    )
