"""Label with exact values, or a picture and what is said of it, beside the pointer over a plot."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from playground.views.widgets.boxes import hbox, set_up

_MARGIN_PX = 8
_PADDING_PX = 8


class HoverReadout(QFrame):
    """Overlay of `parent`, in the half without the pointer; transparent for mouse events."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        set_up(self, role="toast", small="true")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._shown_text = "", 0  # text and available width
        self._label = set_up(QLabel(self), role="caption")
        self._picture = QLabel(self)
        hbox(
            self._picture,
            self._label,
            parent=self,
            margins=(_PADDING_PX, 4, _PADDING_PX, 4),
            spacing=_PADDING_PX,
        )
        self.hide()

    @property
    def text(self) -> str:
        """The text; empty when hidden."""
        return "" if self.isHidden() else self._shown_text[0]

    def show_text(
        self, text: str, pointer: QPoint, area: QRect | None = None, picture: QPixmap | None = None
    ) -> None:
        """Show a picture and `text` at the left of `area` (or the parent), below, or above if the pointer is low."""
        parent = self.parentWidget()
        assert parent is not None
        self._picture.setVisible(picture is not None)
        if picture is not None:
            self._picture.setPixmap(picture)
        room = parent.width() - 2 * _MARGIN_PX - 2 * _PADDING_PX
        if (text, room) != self._shown_text:
            self._shown_text = text, room
            wide = self._label.fontMetrics().horizontalAdvance(text) > room
            # Too wide for one line: break after the arrow.
            self._label.setText(text.replace(" → ", "\n→ ") if wide else text)
            self.adjustSize()
        area = parent.rect() if area is None else area
        low = pointer.y() > area.center().y()
        y = area.top() + _MARGIN_PX if low else area.bottom() + 1 - self.height() - _MARGIN_PX
        x = min(area.left() + _MARGIN_PX, max(0, parent.width() - self.width()))
        self.move(x, y)
        self.show()
