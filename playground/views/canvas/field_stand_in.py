"""An empty field with the signals of the real one."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget


class NeuronField(QWidget):
    neuron_hovered = Signal(object)
    neuron_clicked = Signal(object)
    weight_edit_requested = Signal(int, int, int, float)
    bias_edit_requested = Signal(int, int, float)

    def __init__(self, themes: Any, parent: QWidget) -> None:
        super().__init__(parent)

    def set_columns(self, columns: Any) -> None: ...
    def set_experiment(self, experiment: Any) -> None: ...
    def show_snapshot(self, snapshot: Any) -> None: ...
    def show_data(self, prepared: Any) -> None: ...
