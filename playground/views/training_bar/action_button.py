"""A tool button with an icon color of its own; with Qt's `setDefaultAction` it gets the menu's icon."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QToolButton, QWidget

from playground.views.theme.icons import Role, icon
from playground.views.theme.theme import ThemeSource


class ActionButton(QToolButton):
    """Mirrors the action's state, text, tooltip and "icon_name" property; a click triggers it."""

    def __init__(
        self,
        action: QAction,
        themes: ThemeSource,
        parent: QWidget,
        *,
        role: Role = "normal",
        icon_px: int = 20,
        side_px: int = 32,
    ) -> None:
        super().__init__(parent)
        self._action, self._themes, self._role = action, themes, role
        self._drawn: tuple[str, str, Role] = ("", "", role)
        self.setObjectName(f"{action.objectName()}_button")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setIconSize(QSize(icon_px, icon_px))
        self.setFixedSize(side_px, side_px)
        self.clicked.connect(action.trigger)
        action.changed.connect(self._follow)
        themes.theme_changed.connect(self._follow)
        self._follow()

    def set_role(self, role: Role) -> None:
        """Change the icon's color."""
        self._role = role
        self._follow()

    def _follow(self) -> None:
        action, theme = self._action, self._themes.theme
        text = action.text().replace("&&", "\0").replace("&", "").replace("\0", "&")
        key = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        tip = action.toolTip()
        self.setEnabled(action.isEnabled())
        self.setAccessibleName(text)
        self.setAccessibleDescription(tip)
        self.setToolTip(f"{tip} ({key})" if key and action.isEnabled() else tip)
        wanted = (str(action.property("icon_name")), theme.name, self._role)
        if wanted != self._drawn:
            self._drawn = wanted
            self.setIcon(icon(wanted[0], theme, self._role))
