"""Inline editor for a weight or a bias."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from shiboken6 import isValid

from playground.views.widgets.number_format import typed_number

_WIDTH_PX, _HEIGHT_PX = 96, 28


class WeightEditor(QLineEdit):
    """Enter emits `value_typed`; Escape or focus loss closes; text that is not a number gets a red border."""

    value_typed = Signal(float)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._field = parent
        self._before: QWidget | None = None
        self._shown = ""
        self.hide()
        self.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.setToolTip("Type a number and press Enter. The training goes on from there.")
        self.returnPressed.connect(self._take)
        self.textEdited.connect(self._clear_error)
        QApplication.instance().focusChanged.connect(self._follow_focus)  # type: ignore[union-attr]

    def open_at(self, pos: QPointF, name: str, value: float) -> None:
        """Open beside `pos`, inside the parent, with `value` selected."""
        place = QRect(
            round(pos.x()) - _WIDTH_PX // 2, round(pos.y()) - _HEIGHT_PX // 2, _WIDTH_PX, _HEIGHT_PX
        )
        inside = self._field.rect().adjusted(4, 4, -4, -4)
        place.moveLeft(max(inside.left(), min(place.left(), inside.right() - _WIDTH_PX)))
        place.moveTop(max(inside.top(), min(place.top(), inside.bottom() - _HEIGHT_PX)))
        self.setGeometry(place)
        if not self.isVisible():
            self._before = QApplication.focusWidget()
        self.setAccessibleName(name)
        self._shown = f"{value:.4g}"
        self.setText(self._shown)
        self._clear_error()
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.PopupFocusReason)
        self.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._leave()
            event.accept()
            return
        super().keyPressEvent(event)
        event.accept()  # keep Enter and arrows from the canvas behind

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() not in (Qt.FocusReason.PopupFocusReason, Qt.FocusReason.ActiveWindowFocusReason):
            self.hide()

    def _follow_focus(self, _old: QWidget | None, new: QWidget | None) -> None:
        """Close when something else in the window has the focus, also after a menu or another window had it."""
        if self.isVisible() and new is not None and new is not self and new.window() is self.window():
            self.hide()

    def _take(self) -> None:
        if self.text() == self._shown:
            # The weight itself has more digits: taking these would be an edit.
            self._leave()
            return
        value = typed_number(self.text())
        if value is None or abs(value) > 1e6:
            self._set_error(True)
            return
        self._leave()
        self.value_typed.emit(value)

    def _leave(self) -> None:
        """Close, and give the focus back: Qt would give it to the next control, such as the templates' button."""
        before = self._before
        if before is not None and isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.clearFocus()
        self.hide()

    def _clear_error(self) -> None:
        self._set_error(False)

    def _set_error(self, error: bool) -> None:
        self.setProperty("invalid", error)
        border = "palette(bright-text)" if error else "palette(highlight)"
        self.setStyleSheet(f"QLineEdit {{ background: palette(base); border: 2px solid {border}; }}")
