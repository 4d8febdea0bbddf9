"""Menu of the layers on the palette, for those who look for them there."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from core.data.dataset import Form
from core.nn import Layer
from playground.views.widgets.layer_drag.palette_layers import palette_layers


class LayerMenu(QMenu):
    """Has an action for each kind of layer."""

    layer_chosen = Signal(object)
    """Carries the layer that is to be put before the output."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setToolTipsVisible(True)
        self.show_form("row")

    def show_form(self, form: Form) -> None:
        """Offer the layers for samples of a form."""
        self.clear()
        for layer in palette_layers(form):
            action = QAction(layer.title, self)
            action.setToolTip(layer.summary)
            action.triggered.connect(partial(self._choose, layer))
            self.addAction(action)

    def _choose(self, layer: Layer, _checked: bool = False) -> None:
        self.layer_chosen.emit(layer)
