"""Menus filled on opening: lessons of a class, templates, and values to race a duplicate with."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QMenu, QWidget

from core.experiment.presets import CLASSICS
from core.experiment.templates import Template, templates_for, with_template
from core.runs.setting_choices import chips_of
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


class DuplicateMenu(QMenu):
    """Filled when it opens; with `only`, the values of that setting alone."""

    chosen = Signal(str, object)
    """The name of a setting and the value; None for one that the user writes."""

    def __init__(self, document: Document, parent: QWidget, only: str = "") -> None:
        super().__init__("&Duplicate this run with", parent)
        self._document, self._only = document, only
        self.aboutToShow.connect(self._fill)
        self._fill()

    def _fill(self) -> None:
        clear_menu(self)
        experiment = self._document.experiment
        for chip in chips_of(experiment, experiment):
            if self._only in ("", chip.name):
                menu = self if self._only else self.addMenu(f"{chip.title} ({chip.text})")
                for text, value in chip.choices:
                    action = QAction(f"{chip.title} {text}" if self._only else text, menu)
                    action.triggered.connect(
                        lambda _=False, name=chip.name, value=value: self.chosen.emit(name, value)
                    )
                    menu.addAction(action)


def offer_duplicates(
    field: QComboBox, document: Document, name: str, chosen: Callable[[str, object], None]
) -> None:
    """Let a field's context menu duplicate the run with another value of the setting `name`."""

    def show(at: QPoint) -> None:
        line = field.lineEdit()
        menu = QMenu(field) if line is None else line.createStandardContextMenu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        values = DuplicateMenu(document, menu, only=name)
        values.chosen.connect(chosen)
        menu.addSeparator()
        menu.addMenu(values)
        menu.popup(field.mapToGlobal(at))

    for widget in (field, field.lineEdit()):
        if widget is not None:
            widget.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            widget.customContextMenuRequested.connect(show)


class FilesMenu(QMenu):
    """Lists files by title; `file_chosen(path)` is emitted for a choice. Without files it shows `hint`."""

    file_chosen = Signal(object)
    """Carries the Path."""

    def __init__(self, hint: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hint = hint
        self.setToolTipsVisible(True)
        self.triggered.connect(self._triggered)
        self.show_files(())

    def show_files(self, files: Iterable[tuple[Path, str]]) -> None:
        """Replace the entries by (path, title) pairs."""
        self.clear()
        for path, title in files:
            action = self.addAction(_plain(title))
            action.setData(str(path))
            action.setToolTip(str(path))
        if self.isEmpty():
            self.addAction(self._hint).setEnabled(False)

    def _triggered(self, action: QAction) -> None:
        if action.data():
            self.file_chosen.emit(Path(action.data()))


def _plain(title: str) -> str:
    # "&" would mark a mnemonic.
    return title.replace("&", "&&")


def preset_title(path: Path) -> str:
    """The experiment's name in a preset, behind its group, or the file name if it cannot be read."""
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        name = read["name"]
        if "classic" in read:
            name = f"{CLASSICS}: {name}"
    except (OSError, ValueError, KeyError, TypeError):
        name = None
    return name if isinstance(name, str) and name else path.stem.replace("_", " ").capitalize()
