"""Clear a menu with its submenus."""

from __future__ import annotations

from PySide6.QtWidgets import QMenu


def clear_menu(menu: QMenu) -> None:
    """Remove all actions, and delete submenus, which `QMenu.clear` leaves as hidden children of the menu."""
    submenus = [submenu for action in menu.actions() if isinstance(submenu := action.menu(), QMenu)]
    menu.clear()
    for submenu in submenus:
        submenu.deleteLater()
