"""The menu of templates, and titles of presets."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from core.experiment.presets import CLASSICS
from core.experiment.templates import Template, templates_for, with_template
from core.io import strict_json
from playground.model.document import Document


def clear_menu(menu: QMenu) -> None:
    """Remove all actions, and delete submenus, which `QMenu.clear` leaves as hidden children of the menu."""
    submenus = [submenu for action in menu.actions() if isinstance(submenu := action.menu(), QMenu)]
    menu.clear()
    for submenu in submenus:
        submenu.deleteLater()


class TemplateMenu(QMenu):
    """Refilled on opening, since the templates depend on the data."""

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self.setToolTipsVisible(True)
        self.aboutToShow.connect(self._fill)
        self._fill()

    def _fill(self) -> None:
        self.clear()
        for template in templates_for(self._document.experiment):
            action = QAction(template.title, self)
            action.setToolTip(template.summary)
            action.triggered.connect(partial(use_template, self._document, template))
            # What is there already is ticked, because to choose it changes nothing.
            action.setCheckable(
                with_template(self._document.experiment, template) == self._document.experiment
            )
            action.setChecked(action.isCheckable())
            self.addAction(action)


def use_template(document: Document, template: Template, _checked: bool = False) -> None:
    """Replace the document's layers as one undo step; training restarts at epoch 0."""
    document.change(f"Use {template.title}", with_template(document.experiment, template), fresh=True)


def preset_title(path: Path) -> str:
    """The experiment's name in a preset, behind its group, or the file name if it cannot be read."""
    try:
        read = strict_json.load(path.read_bytes())
        name = read["name"]
        if "classic" in read:
            name = f"{CLASSICS}: {name}"
    except (OSError, ValueError, KeyError, TypeError):
        name = None
    return name if isinstance(name, str) and name else path.stem.replace("_", " ").capitalize()
