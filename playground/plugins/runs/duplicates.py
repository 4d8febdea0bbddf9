"""Menus that race the open run against one with another value of a setting."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QMenu, QWidget

from core.runs.setting_choices import chips_of
from playground.plugin import Document
from playground.views.menus import clear_menu


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
