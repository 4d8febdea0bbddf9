"""Context menu of a neuron or a link: its interventions."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from core.nn.interventions import Intervention
from playground.views.canvas.hit_items import Head, Link, Neuron


class InterventionMenu(QMenu):
    """Emits the chosen intervention; deletes itself when closed.

    `silent` offers interventions on a neuron's output (not for the network's output). `learns` offers to freeze
    weights.
    """

    toggle_requested = Signal(object, str)
    """Carries the Neuron or Link and the kind of intervention."""
    clamp_requested = Signal(object)
    release_requested = Signal(object)
    release_all_requested = Signal()

    def __init__(
        self,
        item: Neuron | Link,
        held: tuple[Intervention, ...],
        *,
        silent: bool,
        learns: bool,
        has_interventions: bool,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._item = item
        self.setToolTipsVisible(True)
        self.aboutToHide.connect(self.deleteLater)
        self.triggered.connect(self._on_triggered)
        kinds = {each.kind for each in held}
        if isinstance(item, Link):
            self._add("&Freeze", "freeze_link", "This weight stays as it is.", "freeze_link" in kinds)
            self._add(
                "Set to &0 and freeze", "cut_link", "Take the link out of the network.", "cut_link" in kinds
            )
        elif isinstance(item, Head):
            self._add(
                "&Mute head",
                "mute_head",
                "The network runs without what this head sees.",
                "mute_head" in kinds,
            )
        else:
            if silent:
                self._add("&Mute", "mute", "The neuron puts out 0.", "mute" in kinds)
                self._add("&Clamp to…", "clamp", "The neuron puts out one number.", "clamp" in kinds)
            if learns:
                self._add(
                    "&Freeze weights",
                    "freeze",
                    "Its incoming weights and bias stay as they are.",
                    "freeze" in kinds,
                )
        self.addSeparator()
        self._add("&Release", "release", "Let it work and learn again.").setEnabled(bool(held))
        if has_interventions:
            self._add("Release &all", "release all", "Let all neurons and links work and learn again.")

    def _add(self, text: str, command: str, tip: str, on: bool | None = None) -> QAction:
        action = self.addAction(text)
        action.setData(command)
        action.setToolTip(tip)
        if on is not None:
            action.setCheckable(True)
            action.setChecked(on)
        return action

    def _on_triggered(self, action: QAction) -> None:
        command = action.data()
        if command == "release":
            self.release_requested.emit(self._item)
        elif command == "release all":
            self.release_all_requested.emit()
        elif command == "clamp":
            self.clamp_requested.emit(self._item)
        else:
            self.toggle_requested.emit(self._item, command)
