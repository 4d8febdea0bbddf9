"""Menu of template networks that fit the document's data."""

from __future__ import annotations

from functools import partial

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from core.experiment.templates import Template, templates_for, with_template
from playground.model.document import Document


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
            self.addAction(action)


def use_template(document: Document, template: Template, _checked: bool = False) -> None:
    """Replace the document's layers as one undo step; training restarts at epoch 0."""
    document.change(f"Use {template.title}", with_template(document.experiment, template), fresh=True)
