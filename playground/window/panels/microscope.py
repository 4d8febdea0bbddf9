"""The microscope: one neuron in numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.training.snapshot_rate import Turn
from playground.window.panels.panels import INSPECTORS, InspectorRow, Panels, PanelWindow

if TYPE_CHECKING:
    from playground.views.microscope import MicroscopeDialog


def _make(panels: Panels) -> MicroscopeDialog:
    from playground.views.microscope import MicroscopeDialog

    return MicroscopeDialog(panels.document, panels.themes, panels.window)


def _connect(window: PanelWindow, view: MicroscopeDialog) -> None:
    view.neuron_changed.connect(window.context.session.inspection.trace_neuron)
    view.sample_changed.connect(window.inspection.show_sample)
    view.addAction(window.actions_by_name["play"])
    window.exports.add_picture_menu("microscope_picture", view.cards)


INSPECTORS.register(InspectorRow("microscope", 10, Turn.OTHERS, _make, _connect))
