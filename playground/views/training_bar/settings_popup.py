"""A small card under a button with the settings that have no room in the bar, such as Adam's beta."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from core.spec import Spec
from playground.views.settings_form import SettingsForm
from playground.views.theme import ThemeSource

__all__ = ["SettingsPopup"]

_WIDTH_PX = 260


class SettingsPopup(QFrame):
    """A form for `spec` that closes when one clicks elsewhere or presses Esc; it deletes itself then."""

    spec_changed = Signal(object, str)
    """The changed spec, and the name of the setting."""

    def __init__(
        self, spec: Spec, themes: ThemeSource, parent: QWidget, exclude: tuple[str, ...] = ()
    ) -> None:
        """`exclude` names the settings that have a place elsewhere."""
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setProperty("role", "card")
        self.setAccessibleName(f"Settings of {spec.title}")
        title = QLabel(spec.title, self)
        title.setProperty("role", "title")
        summary = QLabel(spec.summary, self)
        summary.setProperty("role", "caption")
        summary.setWordWrap(True)
        self.form = SettingsForm(themes, self, exclude=exclude)
        self.form.show_spec(spec)
        self.form.spec_changed.connect(self.spec_changed)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 10, 12, 12)
        column.setSpacing(6)
        column.addWidget(title)
        column.addWidget(summary)
        column.addWidget(self.form)
        self.setFixedWidth(_WIDTH_PX)

    def show_under(self, anchor: QWidget) -> None:
        """Open below `anchor`, within the screen."""
        self.adjustSize()
        where = anchor.mapToGlobal(QPoint(0, anchor.height() + 4))
        room = anchor.screen().availableGeometry()
        self.move(
            max(room.left(), min(where.x(), room.right() - self.width())),
            max(room.top(), min(where.y(), room.bottom() - self.height())),
        )
        self.show()
        self.form.setFocus(Qt.FocusReason.PopupFocusReason)
