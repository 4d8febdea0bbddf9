"""The menu of well-known networks: those that fit the document's data, to replace its layers."""

from __future__ import annotations

from functools import partial

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from core.experiment.templates import Template, templates_for, with_template
from playground.model.document import Document

__all__ = ["TemplateMenu", "use_template"]


class TemplateMenu(QMenu):
    """Made anew whenever it opens, since data of another kind have other templates."""

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
            self.addAction(action)


def use_template(document: Document, template: Template, _checked: bool = False) -> None:
    """Replace the document's layers, as one step of undo; another network begins to learn at epoch 0."""
    document.change(f"Use {template.title}", with_template(document.experiment, template), fresh=True)
