"""Popup with the settings that do not fit into the bar, such as Adam's beta."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QLabel, QWidget

from core.spec import Spec
from playground.plugins import PLUGINS
from playground.views.theme.theme import ThemeSource
from playground.views.widgets.boxes import set_up, vbox
from playground.views.widgets.settings_form import SettingsForm

_WIDTH_PX = 260


class SettingsPopup(QFrame):
    """A form for `spec`; closes on Esc or a click elsewhere and deletes itself."""

    spec_changed = Signal(object, str)
    """Carries the changed spec and the name of the setting."""
    duplicate_requested = Signal(object, str)
    """The same, for a duplicate of the run; the popup is closed."""

    def __init__(
        self,
        spec: Spec,
        themes: ThemeSource,
        parent: QWidget,
        exclude: tuple[str, ...] = (),
        *,
        title: str = "",
        summary: str = "",
    ) -> None:
        """`exclude` names settings shown elsewhere; `title` and `summary` default to the spec's."""
        super().__init__(parent, Qt.WindowType.Popup)
        self._themes = themes
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(f"Settings of {title or spec.title}")
        heading = set_up(QLabel(title or spec.title, self), role="title")
        caption = set_up(QLabel(summary or spec.summary, self), role="caption", wordWrap=True)
        self.form = SettingsForm(
            themes, self, exclude=exclude, duplicates=PLUGINS.given("run_library") is not None
        )
        self.form.show_spec(spec)
        self.form.spec_changed.connect(self._changed)
        self.form.duplicate_requested.connect(self._duplicate)
        self._column = vbox(heading, caption, self.form, parent=self, margins=(12, 10, 12, 12), spacing=6)
        self.ensurePolished()
        shadow = self.contentsMargins()
        self.setFixedWidth(_WIDTH_PX + shadow.left() + shadow.right())

    def add_form(self, spec: Spec, exclude: tuple[str, ...], hint: str = "") -> SettingsForm:
        """Add a form below the first, with a hint below it; connect its own signal."""
        form = SettingsForm(self._themes, self, exclude=exclude)
        form.show_spec(spec)
        form.spec_changed.connect(self._fit_soon)
        self._column.addWidget(form)
        if hint:
            line = set_up(QLabel(hint, self), role="caption", wordWrap=True)
            self._column.addWidget(line)
        return form

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

    def _changed(self, spec: Spec, name: str) -> None:
        self.spec_changed.emit(spec, name)
        self._fit_soon()

    def _duplicate(self, spec: Spec, name: str) -> None:
        self.duplicate_requested.emit(spec, name)
        self.close()

    def _fit_soon(self) -> None:
        # Another kind has other rows, laid out after this event.
        QTimer.singleShot(0, self, self._fit)

    def _fit(self) -> None:
        self.adjustSize()
        room = self.screen().availableGeometry()
        self.move(self.x(), max(room.top(), min(self.y(), room.bottom() - self.height())))
