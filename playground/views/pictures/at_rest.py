"""Widgets as a picture of them shows them: not pointed at, without the focus, and without what one operates."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Final

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QTabBar,
    QWidget,
)

from playground.views.widgets.descendants import descendants

_CONTROLS: Final = (QAbstractButton, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit, QTabBar)


def is_control(widget: QWidget) -> bool:
    """Whether a widget is there to be operated; the property "control" says so of others, or not of buttons."""
    said = widget.property("control")
    return isinstance(widget, _CONTROLS) if said is None else bool(said)


@contextmanager
def at_rest(widgets: Iterable[QWidget]) -> Iterator[None]:
    """Within the block nothing in `widgets` is pointed at; those that are no window have no focus and no controls.

    Those with a method `set_pictured` are told at its begin and end. What was pointed at is so again when the pointer
    moves: to have chosen "Copy picture" it has left for a menu, of which Qt tells the widget below nothing.
    """
    tops = list(widgets)
    shown = [each for top in tops for each in _shown_in(top)]
    parts = [each for top in tops if not top.isWindow() for each in _shown_in(top)]
    pictured = [each for each in parts if hasattr(each, "set_pictured")]
    focused = QApplication.focusWidget()
    if focused not in parts:
        focused = None
    for each in shown:
        QApplication.sendEvent(each, QEvent(QEvent.Type.Leave))
    if focused is not None:
        focused.clearFocus()
    for each in pictured:
        each.set_pictured(True)
    try:
        yield
    finally:
        for each in pictured:
            each.set_pictured(False)
        if focused is not None:
            # As a window that becomes active again does: no ring appears that was not there.
            focused.setFocus(Qt.FocusReason.ActiveWindowFocusReason)


def _shown_in(top: QWidget) -> list[QWidget]:
    """A widget and those in it that are not hidden, without other windows such as dialogs over it."""
    inside = (each for each in descendants(top, QWidget) if each.window() is top.window())
    return [each for each in (top, *inside) if not each.isHidden()]
