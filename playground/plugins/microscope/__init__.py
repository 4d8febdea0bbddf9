"""The microscope: one neuron and one sample with all numbers of a training step, also of a step in slow motion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playground.plugins.plugin import PLUGINS, ActionRow, PictureRow, Plugin

if TYPE_CHECKING:
    from playground.plugins.microscope.controller import MicroscopeController
    from playground.window.main_window import MainWindow


def _make(window: MainWindow) -> MicroscopeController:
    from playground.plugins.microscope.controller import MicroscopeController

    return MicroscopeController(window)


_COMMAND = ActionRow(
    "microscope", "&Microscope", "microscope", "M", "view",
    "See the numbers of one neuron for one sample: sum, activation, loss, gradient and update.",
    run="microscope.open", also="neuron, unit, inside, activation, gradient, formula", after="reset_new_seed",
)  # fmt: skip
_PICTURE = PictureRow(
    "microscope_picture", "Microscope", "One neuron in numbers", ("plugins.microscope.cards",),
    after="samples_picture",
)  # fmt: skip
PLUGINS.register(
    Plugin("microscope", "Microscope", commands=(_COMMAND,), pictures=(_PICTURE,), controller=_make)
)
